"""Events of another system taken over as reports (from a spreadsheet): all rows or none, each number once."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.rows import Happening, Key, RowKind, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.sheets import Outcome, imported
from shuniu.contracts.envelope import Fact
from shuniu.contracts.grid import events as facts
from shuniu.contracts.summary import Place
from shuniu.rules.areas import is_code, level, within
from shuniu.rules.refusal import FieldError, Unprocessable

from shuniu_grid.areas.locating import locator
from shuniu_grid.areas.rows import AREA, valid_on
from shuniu_grid.events.categories import codes, is_clue
from shuniu_grid.events.face import GRID_EVENT
from shuniu_grid.events.intake import PREFIX
from shuniu_grid.events.limits import named_term, profile_of
from shuniu_grid.events.rules import UNVERIFIED, check_place_name
from shuniu_grid.settings import business_day

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("IMPORT_EVENTS", "IMPORT_ROLES", "MOST_EVENTS", "ORIGIN", "GivenEvent", "ImportEvents", "ImportSource")

IMPORT_ROLES = ("operator", "dispatcher", "street_clerk")
MOST_EVENTS = 2000
ImportSource = Literal["PUBLIC", "12345", "VIDEO", "SUPERIOR", "PETITION", "MEDIA", "INSURER"]
"""What others found; a finding of the grid comes from who found it."""


class Origin(msgspec.Struct, frozen=True):
    """Guard row: the event a number of another system became."""

    event: str


def _evolve(row: Origin | None, fact: Fact, now: Happening) -> Origin | None:
    return Origin(fact.matter) if isinstance(fact, facts.EventReported) else row


ORIGIN: RowKind[Origin] = RowKind("event_origin", Origin, "event_origin", _evolve)


class GivenEvent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One event as another system wrote it; without ``area`` the point decides."""

    external: Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9._/-]+$")]
    category: Annotated[str, Meta(max_length=20)]
    source: ImportSource = "SUPERIOR"
    area: Annotated[str, Meta(max_length=15)] = ""
    place: Annotated[str, Meta(max_length=60)] = ""
    lon: Annotated[float, Meta(ge=-180, le=180)] | None = None
    lat: Annotated[float, Meta(ge=-90, le=90)] | None = None
    description: Annotated[str, Meta(max_length=2000)] = ""


class ImportEvents(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Events to be taken over, all or none; a number that is there already is passed over."""

    rows: Annotated[tuple[GivenEvent, ...], Meta(min_length=1, max_length=MOST_EVENTS)]


class Located(NamedTuple):
    """``prepare``: the area of each point, by number."""

    areas: Mapping[str, str]


async def _locate(command: ImportEvents, host: "Host") -> Located:
    points = [g for g in command.rows if not g.area and g.lon is not None and g.lat is not None]
    if not points:
        return Located({})
    found, on = await locator(host), business_day(host.clock.now())
    return Located({g.external: found.locate(g.lon or 0, g.lat or 0, on).narrowest for g in points})


def _area_of(given: GivenEvent, ctx: Context) -> str:
    return given.area or (ctx.prepared.areas.get(given.external, "") if isinstance(ctx.prepared, Located) else "")


def _keys(command: ImportEvents, ctx: Context) -> Iterable[Key]:
    yield counter_key(PREFIX, ctx.now)
    for given in command.rows:
        yield ORIGIN.key(given.external)
        if area := _area_of(given, ctx):
            yield AREA.key(area)


def _wrong(n: int, given: GivenEvent, area: str, rows: Rows, ctx: Context) -> Iterable[FieldError]:
    def error(column: str, code: str) -> FieldError:
        return FieldError(f"rows.{n}.{column}", code)

    if given.category not in codes():
        yield error("category", "unknown")
    if (given.lon is None) != (given.lat is None):
        yield error("lat" if given.lat is None else "lon", "missing")
    if not area:
        yield error("area", "missing")
    elif not _there(area, rows, ctx):
        yield error("area", "unknown")
    elif not ctx.actor.covers(area):
        yield error("area", "not_yours")
    try:
        check_place_name(given.place)
    except Unprocessable:
        yield error("place", "person_number")


def _there(area: str, rows: Rows, ctx: Context) -> bool:
    if not is_code(area) or level(area) not in ("grid", "community") or not within(area, ctx.scope):
        return False
    row = rows.find(AREA, area)
    entry = row.entry if row is not None else ctx.registry.get("area", area)
    return entry is not None and valid_on(entry, business_day(ctx.now))


def _import(rows: Rows, command: ImportEvents, ctx: Context) -> Decision:
    """Every row is looked at and everything wrong told at once. Unprocessable ``grid.import_rows``."""
    wrong: list[FieldError] = []
    seen: set[str] = set()
    for n, given in enumerate(command.rows):
        wrong += _wrong(n, given, _area_of(given, ctx), rows, ctx)
        if given.external in seen:
            wrong.append(FieldError(f"rows.{n}.external", "twice"))
        seen.add(given.external)
    if wrong:
        raise Unprocessable("grid.import_rows", event="import_events", fields=tuple(wrong))
    events: list[Emit] = []
    private: list[Private] = []
    outcomes: list[Outcome] = []
    for given in command.rows:
        if rows.find(ORIGIN, given.external) is not None:
            outcomes.append("unchanged")
            continue
        told, sealed = _taken(rows, given, outcomes.count("new"), ctx)
        events += told
        private += sealed
        outcomes.append("new")
    return Decision(tuple(events), tuple(private), imported(outcomes))


def _taken(rows: Rows, given: GivenEvent, ahead: int, ctx: Context) -> tuple[list[Emit], list[Private]]:
    matter, area = ctx.new_id(), _area_of(given, ctx)
    text = given.description.strip()
    note = ctx.new_id() if text else ""
    unverified = given.source in UNVERIFIED
    filing = not unverified and "file" in profile_of(ctx).limits
    reported = facts.EventReported(
        matter=matter,
        number=next_number(rows, PREFIX, ctx.now, ahead),
        source=given.source,
        category=given.category,
        area=area,
        place=Place(
            name=check_place_name(given.place),
            lon=None if given.lon is None else round(given.lon, 4),
            lat=None if given.lat is None else round(given.lat, 4),
        ),
        clue=is_clue(given.category),
        note=note,
        term=named_term(ctx, "file", 1) if filing else None,
        external=given.external,
    )
    key = GRID_EVENT.key(matter)
    told = [Emit(reported, (key, counter_key(PREFIX, ctx.now), ORIGIN.key(given.external)), area)]
    if unverified:
        asked = facts.EventVerificationAsked(matter=matter, term=named_term(ctx, "verify", 1))
        told.append(Emit(asked, (key,), area))
    sealed = [Private(note, {"text": text}, "grid.handling", "STATUTORY_DUTY", 2, matter)] if text else []
    return told, sealed


IMPORT_EVENTS: Command[ImportEvents] = Command(
    "grid.import_events",
    ImportEvents,
    _keys,
    _import,
    roles=IMPORT_ROLES,
    prepare=_locate,
    surfaces=(),
    max_bytes=8 * 1024 * 1024,
    order=60,
)
