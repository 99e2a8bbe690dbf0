"""Service places (服务阵地): 志愿者岗 (volunteer posts), 流动治理站 (mobile stations), 服务站 (service stations).

A place has a point in its grid, opening times, and a unit or party organisation that answers for it.
"""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Happening, Index, Key, RowKind, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.sheets import Outcome, imported
from shuniu.contracts.envelope import Fact
from shuniu.contracts.grid.places import OpeningHours, PlaceClosed, PlaceRegistered, PlaceType
from shuniu.contracts.summary import MeasureSummary, Summary, Visibility
from shuniu.contracts.text import Text
from shuniu.rules.areas import is_code, within
from shuniu.rules.refusal import Conflict, FieldError, Unprocessable

from shuniu_grid.areas.geometry import Located
from shuniu_grid.areas.locating import locate
from shuniu_grid.party.tree import TREE, standing, tree_key
from shuniu_grid.places.hours import read_hours
from shuniu_grid.settings import business_day

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("COMMANDS", "IMPORT", "KEEPERS", "PLACE", "ImportPlaces", "PlaceGiven", "ServicePlace")

KEEPERS = ("registrar", "community_secretary")
_PLACES_DIGITS = 4

Digits = Annotated[str, msgspec.Meta(max_length=15, extra_json_schema={"x-widget": "area"})]


class ServicePlace(msgspec.Struct, frozen=True, kw_only=True):
    """A place as it stands."""

    id: str
    type: PlaceType
    title: Text
    area: str
    lon: float
    lat: float
    address: str = ""
    hours: tuple[OpeningHours, ...] = ()
    unit: str = ""
    organisation: str = ""
    valid_from: date
    valid_to: date | None = None


def _evolve(row: ServicePlace | None, fact: Fact, happening: Happening) -> ServicePlace | None:
    match fact:
        case PlaceRegistered():
            given = {name: getattr(fact, name) for name in ServicePlace.__struct_fields__ if hasattr(fact, name)}
            return ServicePlace(id=fact.place, **given)
        case PlaceClosed() if row is not None:
            return msgspec.structs.replace(row, valid_to=fact.valid_to)
        case _:
            return row


def _summarise(row: ServicePlace, fact: Fact, ctx: Context) -> Summary:
    there = 0 if isinstance(fact, PlaceClosed) else 1
    on = max(row.valid_from, business_day(ctx.now)) if there else business_day(ctx.now)
    count = MeasureSummary(
        name="grid.service_places",
        value=there,
        on=on,
        dimensions={"area": row.area, "place": row.id, "type": row.type},
    )
    return Summary(measures=(count,), visibility=Visibility(areas=(row.area,), sensitivity=1))


PLACE: RowKind[ServicePlace] = RowKind(
    "service_place",
    ServicePlace,
    "service_place",
    _evolve,
    index=lambda row: Index(status=row.type, area=row.area, unit=row.unit),
    summarise=_summarise,
)


class PlaceGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place to register or correct. Left out, the area is the grid its point lies in."""

    place: Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9-]+$")]
    type: PlaceType
    title: Text
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    area: Digits = ""
    address: Annotated[str, msgspec.Meta(max_length=120)] = ""
    hours: Annotated[str, msgspec.Meta(max_length=200)] = ""
    """As in "1-5 09:00-17:30; 6 10:00-12:00"."""
    unit: Annotated[str, msgspec.Meta(max_length=60, extra_json_schema={"x-widget": "unit"})] = ""
    organisation: Annotated[str, msgspec.Meta(max_length=40)] = ""
    valid_from: date | None = None


class ImportPlaces(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Register many at once: all of them or none."""

    rows: tuple[PlaceGiven, ...]


class ClosePlace(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The place is no more after the day ``valid_to``."""

    place: Annotated[str, msgspec.Meta(max_length=40)]
    valid_to: date | None = None


async def _locate(given: Iterable[PlaceGiven], host: "Host") -> tuple[Located, ...]:
    day = business_day(host.clock.now())
    return tuple([await locate(host, row.lon, row.lat, day) for row in given])


async def _prepare(command: PlaceGiven, host: "Host") -> tuple[Located, ...]:
    return await _locate((command,), host)


async def _prepare_import(command: ImportPlaces, host: "Host") -> tuple[Located, ...]:
    return await _locate(command.rows, host)


def _area_of(given: PlaceGiven, located: Located) -> str:
    """The area given, or the narrowest the point lies in; a given one must hold the point where it is drawn."""
    return given.area or located.narrowest


def _flaws(rows: Rows, given: PlaceGiven, located: Located, ctx: Context) -> list[FieldError]:
    flaws = []
    area = _area_of(given, located)
    if not given.title.zh.strip() or not given.title.en.strip():
        flaws.append(FieldError("title_zh", "missing"))
    if not area:
        flaws.append(FieldError("area", "not_found"))
    elif (
        not is_code(area)
        or not within(area, ctx.scope)
        or (ctx.registry.get("area", area) is None and not located.narrowest)
    ):
        flaws.append(FieldError("area", "unknown"))
    elif not ctx.actor.covers(area):
        flaws.append(FieldError("area", "outside_own"))
    elif located.narrowest and not any(within(p, area) for p in _around(located)):
        flaws.append(FieldError("area", "point_elsewhere"))
    try:
        read_hours(given.hours)
    except ValueError:
        flaws.append(FieldError("hours", "hours"))
    if given.unit and ctx.registry.get("unit", given.unit) is None:
        flaws.append(FieldError("unit", "unknown"))
    if given.organisation and standing(rows.find(TREE, ctx.scope), given.organisation) is None:
        flaws.append(FieldError("organisation", "unknown"))
    if not given.unit and not given.organisation:
        flaws.append(FieldError("unit", "nobody_answers"))
    return flaws


def _known(area: str, located: Located, ctx: Context) -> bool:
    """An area of this scope that the registry knows, or in which the point was found."""
    found = ctx.registry.get("area", area) is not None or area in _around(located)
    return is_code(area) and within(area, ctx.scope) and found


def _around(located: Located) -> list[str]:
    return [code for code in (located.dedicated, located.comprehensive, located.community) if code]


def _fact(given: PlaceGiven, located: Located, known: ServicePlace | None, ctx: Context) -> PlaceRegistered:
    return PlaceRegistered(
        place=given.place,
        type=given.type,
        title=given.title,
        area=_area_of(given, located),
        lon=round(given.lon, _PLACES_DIGITS),
        lat=round(given.lat, _PLACES_DIGITS),
        address=given.address.strip(),
        hours=read_hours(given.hours),
        unit=given.unit,
        organisation=given.organisation,
        valid_from=given.valid_from or (known.valid_from if known else business_day(ctx.now)),
    )


def _outcome(fact: PlaceRegistered, known: ServicePlace | None) -> Outcome:
    if known is None:
        return "new"
    stands = _evolve(known, fact, Happening(None, "", 0))  # type: ignore[arg-type]
    return "unchanged" if stands == known else "changed"


def _register(rows: Rows, command: PlaceGiven, ctx: Context) -> Decision:
    (located,) = ctx.prepared or (Located(),)
    flaws = _flaws(rows, command, located, ctx)
    if flaws:
        raise Unprocessable("grid.place_wrong", fields=tuple(flaws))
    known = rows.find(PLACE, command.place)
    fact = _fact(command, located, known, ctx)
    if _outcome(fact, known) == "unchanged":
        return Decision(answer={"place": command.place})
    return Decision((Emit(fact, (PLACE.key(command.place),), fact.area),), answer={"place": command.place})


def _import(rows: Rows, command: ImportPlaces, ctx: Context) -> Decision:
    found: tuple[Located, ...] = ctx.prepared or tuple(Located() for _ in command.rows)
    flaws: list[FieldError] = []
    outcomes: list[Outcome] = []
    events: list[Emit] = []
    seen: set[str] = set()
    for n, (row, located) in enumerate(zip(command.rows, found, strict=True)):
        wrong = _flaws(rows, row, located, ctx)
        if row.place in seen:
            wrong.append(FieldError("place", "twice"))
        seen.add(row.place)
        flaws += [FieldError(f"rows.{n}.{flaw.field}", flaw.code) for flaw in wrong]
        if wrong:
            continue
        known = rows.find(PLACE, row.place)
        fact = _fact(row, located, known, ctx)
        outcomes.append(_outcome(fact, known))
        if outcomes[-1] != "unchanged":
            events.append(Emit(fact, (PLACE.key(row.place),), fact.area))
    if flaws:
        raise Unprocessable("grid.places_import", fields=tuple(flaws))
    return Decision(tuple(events), answer=imported(outcomes))


def _close(rows: Rows, command: ClosePlace, ctx: Context) -> Decision:
    row = rows.need(PLACE, command.place)
    ctx.actor.require_area(row.area)
    if row.valid_to is not None:
        raise Conflict("grid.place_closed", params={"valid_to": row.valid_to.isoformat()})
    last = command.valid_to or business_day(ctx.now)
    if last < row.valid_from:
        raise Unprocessable("grid.days_in_order", fields=(FieldError("valid_to", "too_early"),))
    return Decision((Emit(PlaceClosed(place=row.id, area=row.area, valid_to=last), (PLACE.key(row.id),), row.area),))


def _keys(command: PlaceGiven, ctx: Context) -> Iterable[Key]:
    return PLACE.key(command.place), tree_key(ctx)


def _import_keys(command: ImportPlaces, ctx: Context) -> Iterable[Key]:
    return (*(PLACE.key(row.place) for row in command.rows), tree_key(ctx))


IMPORT: Command[ImportPlaces] = Command(
    "grid.import_places",
    ImportPlaces,
    _import_keys,
    _import,
    roles=KEEPERS,
    prepare=_prepare_import,
    surfaces=(),
    order=132,
    max_bytes=4 * 1024 * 1024,
)

COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "grid.register_place",
        PlaceGiven,
        _keys,
        _register,
        roles=KEEPERS,
        prepare=_prepare,
        icon="map",
        surfaces=("map",),
        order=130,
    ),
    Command(
        "grid.close_place",
        ClosePlace,
        lambda c, ctx: (PLACE.key(c.place),),
        _close,
        roles=KEEPERS,
        tone="danger",
        icon="map",
        surfaces=(),
        order=131,
    ),
    IMPORT,
)
