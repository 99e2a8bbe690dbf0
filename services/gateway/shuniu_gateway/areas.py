"""Areas, units and posts as pages need them: as their owners publish them, else as the seed file has them."""

from datetime import date
from typing import TYPE_CHECKING, Literal

from shuniu.chassis.context import Actor
from shuniu.contracts.summary import RegistryEntry
from shuniu.contracts.text import Text
from shuniu.rules.areas import is_code, within

from shuniu_gateway.shapes import Area, Unit

if TYPE_CHECKING:
    from shuniu.chassis.host import Host
    from shuniu.chassis.registry import RegistrySeed

    from shuniu_gateway.registry import RegistryCopy

__all__ = ("level_of", "list_areas", "list_units", "scope_title", "visible_areas")

AreaLevel = Literal["street", "community", "grid"]


def level_of(code: str, scope: str) -> AreaLevel:
    """How deep an area lies below the scope: the scope and what is above it is the topmost level."""
    if len(code) <= max(9, len(scope)):
        return "street"
    return "community" if len(code) <= 12 else "grid"


def _in_force(entry: RegistryEntry, on: date) -> bool:
    return (entry.valid_from is None or entry.valid_from <= on) and (entry.valid_to is None or on <= entry.valid_to)


def list_areas(host: "Host", on: date) -> tuple[Area, ...]:
    """Areas in force on a business date, parents before children."""
    copy: RegistryCopy = host.extras["registry"]
    entries = [entry for entry in copy.all("area") if _in_force(entry, on) and is_code(entry.code)]
    return tuple(
        Area(
            code=entry.code,
            parent=entry.parent,
            title=entry.title,
            subtype=entry.subtype,
            level=level_of(entry.code, host.scope),
            geometry=entry.geometry,
            attributes=entry.attributes,
        )
        for entry in sorted(entries, key=lambda entry: (len(entry.code), entry.code))
    )


def list_units(host: "Host", on: date, kind: Literal["unit", "post"] = "unit") -> tuple[Unit, ...]:
    """Units, or office posts, in force on a business date."""
    copy: RegistryCopy = host.extras["registry"]
    return tuple(
        Unit(
            code=entry.code,
            parent=entry.parent,
            title=entry.title,
            subtype=entry.subtype,
            attributes=entry.attributes,
        )
        for entry in sorted(copy.all(kind), key=lambda entry: entry.code)
        if _in_force(entry, on)
    )


def visible_areas(host: "Host", actor: Actor, area: str = "") -> list[str]:
    """Codes of the areas the actor covers, within ``area`` where given, parents before children."""
    copy: RegistryCopy = host.extras["registry"]
    codes = (entry.code for entry in copy.all("area"))
    return sorted(
        (code for code in codes if actor.covers(code) and (not area or within(code, area))),
        key=lambda code: (len(code), code),
    )


def scope_title(host: "Host") -> Text:
    """The scope's own name: its area's title, else the registry file's, else its code."""
    copy: RegistryCopy = host.extras["registry"]
    seed: RegistrySeed = host.extras["seed"]
    entry = copy.get("area", host.scope)
    return entry.title if entry is not None and entry.title.zh else seed.title
