"""The whistle catalogue to be read: by anybody who is signed in, for any day, with the versions there are."""

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.contracts.manifest import Route
from shuniu.contracts.panels import Column, TablePanel
from shuniu.contracts.text import Text
from shuniu.rules.calendar import local
from shuniu.rules.refusal import Forbidden

from shuniu_whistle.catalogue.commands import KEEPERS
from shuniu_whistle.catalogue.entries import GROUPS, ClassList
from shuniu_whistle.catalogue.tables import ClassListTable
from shuniu_whistle.texts import words_of

__all__ = ("HANDLERS", "ROUTES", "lists_of")

AnyRequest = Request[Any, Any, Any]
WORDS = words_of("catalogue")


class ItemView(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the list."""

    id: str
    title: Text
    group: str
    group_title: Text
    version: str
    directions: tuple[str, ...]
    off_list: bool
    kind: str
    profile: str
    basis: str


class Items(msgspec.Struct, frozen=True, kw_only=True):
    """The list (事项清单) of a day; ``version`` names the classes' versions together."""

    version: str
    on: date
    items: tuple[ItemView, ...]


class VersionView(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a class's list; ``entries`` without one is the draft."""

    group: str
    version: str
    valid_from: date | None
    in_force: bool
    entries: tuple[str, ...]


class Versions(msgspec.Struct, frozen=True, kw_only=True):
    """Every version of every class, oldest first, and the drafts."""

    versions: tuple[VersionView, ...]


def _today(request: AnyRequest) -> date:
    host = host_of(request)
    return local(host.clock.now()).date()


async def lists_of() -> dict[str, ClassList]:
    """The classes' lists; of a class without any version of its own an empty row, which stands for what ships."""
    records = await ClassListTable.select(ClassListTable.doc)
    found = [msgspec.json.decode(r["doc"], type=ClassList) for r in records]
    return {group: ClassList(group=group) for group in GROUPS} | {row.group: row for row in found}


@get("/items", summary="The whistle list of a day")
async def get_items(request: AnyRequest, on: Annotated[date | None, QueryParameter()] = None) -> Items:
    day = on or _today(request)
    held = {group: row.on(day) for group, row in (await lists_of()).items()}
    names = dict.fromkeys(v.version for v in held.values())
    items = tuple(
        ItemView(
            id=i.code,
            title=Text(i.title_zh, i.title_en),
            group=group,
            group_title=WORDS[f"group.{group}"],
            version=v.version,
            directions=i.directions,
            off_list=i.off_list,
            kind=i.kind,
            profile=i.profile,
            basis=i.basis,
        )
        for group, v in held.items()
        for i in v.items
    )
    return Items(version="+".join(names), on=day, items=items)


@get("/catalogue/versions", summary="Versions of the whistle list and their drafts")
async def get_versions(request: AnyRequest) -> Versions:
    if not actor_of(request).has_role(*KEEPERS):
        raise Forbidden("access.role", params={"roles": ", ".join(KEEPERS)})
    day = _today(request)
    found: list[VersionView] = []
    for group, row in (await lists_of()).items():
        held = row.on(day)
        shown = row.versions if held in row.versions else (held, *row.versions)
        found += [
            VersionView(
                group=group,
                version=v.version,
                valid_from=v.valid_from,
                in_force=v == held,
                entries=tuple(i.code for i in v.items),
            )
            for v in shown
        ]
        if row.draft is not None:
            codes = tuple(i.code for i in row.draft)
            found.append(VersionView(group=group, version="", valid_from=None, in_force=False, entries=codes))
    return Versions(versions=tuple(found))


_COLUMNS = ("group", "item", "version", "directions", "off_list", "kind", "profile")


@get("/catalogue/panel", summary="The whistle list as a table")
async def get_panel(request: AnyRequest) -> TablePanel:
    now: datetime = host_of(request).clock.now()
    day = local(now).date()
    rows = tuple(
        {
            "group": WORDS[f"group.{group}"],
            "item": Text(i.title_zh, i.title_en),
            "version": held.version,
            "directions": [WORDS[f"enum.directions.{d}"] for d in i.directions],
            "off_list": WORDS["enum.yes.yes"] if i.off_list else None,
            "kind": WORDS[f"enum.kind.{i.kind}"] if i.kind else None,
            "profile": i.profile,
        }
        for group, row in (await lists_of()).items()
        for held in (row.on(day),)
        for i in held.items
    )
    columns = tuple(Column(id=c, title=WORDS[f"list_column.{c}"]) for c in _COLUMNS)
    return TablePanel(columns=columns, rows=rows, as_of=now)


ROUTES = (
    Route(path="/items", title=WORDS["route.items"]),
    Route(path="/catalogue/versions", title=WORDS["route.catalogue_versions"]),
    Route(path="/catalogue/panel", title=WORDS["route.catalogue_panel"]),
)
HANDLERS: tuple[HTTPRouteHandler, ...] = (get_items, get_versions, get_panel)
