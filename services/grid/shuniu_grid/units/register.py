"""The unit register (实有单位): units are entered one by one or as a spreadsheet, all rows or none."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta
from msgspec.structs import replace
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.rows import Happening, Index, Key, RowKind, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.sheets import MOST_ROWS, Outcome, imported
from shuniu.contracts.grid.units import CreditCodeReleased, RegisteredUnit, UnitClosed, UnitEntered, UnitKind, UnitMoved
from shuniu.contracts.summary import Place, Summary, Visibility
from shuniu.rules.refusal import Conflict, FieldError, Unprocessable
from stdnum.cn import uscc

from shuniu_grid.areas.locating import locator
from shuniu_grid.areas.register import AREA, valid_on
from shuniu_grid.settings import business_day
from shuniu_grid.units.contacts import contacts_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("COMMANDS", "CREDIT", "ENTER", "ROLES", "UNIT", "EnterUnits", "GivenUnit", "Known", "wrong_credit_code")

ROLES = ("registrar", "community_secretary", "street_clerk")
_CONTACT = ("contact_name", "contact_phone")


def wrong_credit_code(code: str) -> str | None:
    """``check_digit`` for what is no unified social credit code (统一社会信用代码, GB 32100-2015), else None."""
    return None if uscc.is_valid(code) and uscc.compact(code) == code else "check_digit"


class CreditHolder(msgspec.Struct, frozen=True):
    """Guard row: the one unit that stands under a credit code."""

    number: str


def _evolve(row: RegisteredUnit | None, f: Any, h: Happening) -> RegisteredUnit | None:
    if isinstance(f, UnitEntered):
        return f.unit
    if isinstance(f, UnitClosed) and row is not None:
        return replace(row, valid_to=f.valid_to)
    if isinstance(f, UnitMoved) and row is not None:
        return replace(row, area=f.area)
    return row


def _hold(row: CreditHolder | None, f: Any, h: Happening) -> CreditHolder | None:
    if isinstance(f, UnitClosed | CreditCodeReleased):
        return None
    return CreditHolder(f.unit.number) if isinstance(f, UnitEntered) else row


UNIT: RowKind[RegisteredUnit] = RowKind(
    "unit",
    RegisteredUnit,
    "unit",
    _evolve,
    index=lambda u: Index("CLOSED" if u.valid_to else "ACTIVE", u.area, u.kind),
    summarise=lambda u, f, ctx: Summary(visibility=Visibility(areas=(u.area,))),
)
CREDIT: RowKind[CreditHolder] = RowKind("unit_credit", CreditHolder, "unit_credit", _hold)


class GivenUnit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One unit as it is handed in; without ``area`` the grid is found by the point."""

    number: Annotated[str, Meta(min_length=1, max_length=30, pattern=r"^[A-Za-z0-9-]+$")]
    name: Annotated[str, Meta(min_length=2, max_length=100, pattern=r"\S")]
    kind: UnitKind = "ENTERPRISE"
    credit_code: Annotated[str, Meta(max_length=18)] = ""
    area: Annotated[str, Meta(max_length=15, extra_json_schema={"x-widget": "area"})] = ""
    address: Annotated[str, Meta(max_length=100)] = ""
    lon: Annotated[float, Meta(ge=-180, le=180)] | None = None
    lat: Annotated[float, Meta(ge=-90, le=90)] | None = None
    staff: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    key_unit: bool = False
    valid_from: date | None = None
    contact_name: Annotated[str, Meta(max_length=60)] = ""
    contact_phone: Annotated[str, Meta(max_length=30)] = ""


class EnterUnits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Units to be entered or corrected, all or none."""

    rows: Annotated[tuple[GivenUnit, ...], Meta(min_length=1, max_length=MOST_ROWS)]


class CloseUnit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A unit has left."""

    number: Annotated[str, Meta(min_length=1, max_length=30)]
    valid_to: Annotated[date, Meta(extra_json_schema={"x-widget": "date"})]


def _keys(c: EnterUnits, ctx: Context) -> Iterable[Key]:
    for g in c.rows:
        yield UNIT.key(g.number)
        if area := _area_of(g, ctx):
            yield AREA.key(area)
        if g.credit_code:
            yield CREDIT.key(g.credit_code)


def _former_codes(c: EnterUnits, rows: Rows, ctx: Context) -> Iterable[Key]:
    """A unit that changes its code gives the old one up."""
    for g in c.rows:
        known = rows.find(UNIT, g.number)
        if known is not None and known.credit_code and known.credit_code != g.credit_code:
            yield CREDIT.key(known.credit_code)


class Known(NamedTuple):
    """What was looked up before: the grid of each point, the contact each unit has now, by number."""

    areas: Mapping[str, str]
    contacts: Mapping[str, Mapping[str, str]]


async def _look_up(c: EnterUnits, host: "Host") -> Known:
    points = [g for g in c.rows if not g.area and g.lon is not None and g.lat is not None]
    areas: dict[str, str] = {}
    if points:
        found = await locator(host)
        on = business_day(host.clock.now())
        areas = {g.number: found.locate(g.lon or 0, g.lat or 0, on).comprehensive or "" for g in points}
    return Known(areas, await contacts_of(host, [g.number for g in c.rows]))


def _known(ctx: Context) -> Known:
    return ctx.prepared if isinstance(ctx.prepared, Known) else Known({}, {})


def _area_of(g: GivenUnit, ctx: Context) -> str:
    return g.area or _known(ctx).areas.get(g.number, "")


def _grid_stands(rows: Rows, area: str, ctx: Context) -> bool:
    """Whether there is such a grid today: by the service's own rows, or by the registry where it keeps none."""
    row = rows.find(AREA, area)
    entry = row.entry if row is not None else ctx.registry.get("area", area)
    return len(area) == 15 and entry is not None and valid_on(entry, business_day(ctx.now))


def _wrong(rows: Rows, n: int, g: GivenUnit, area: str, ctx: Context) -> Iterable[FieldError]:
    if g.credit_code and wrong_credit_code(g.credit_code):
        yield FieldError(f"rows.{n}.credit_code", "check_digit")
    if (g.lon is None) != (g.lat is None):
        yield FieldError(f"rows.{n}.{'lon' if g.lon is None else 'lat'}", "missing")
    if not area:
        yield FieldError(f"rows.{n}.area", "missing")
    elif not _grid_stands(rows, area, ctx):
        yield FieldError(f"rows.{n}.area", "unknown")
    elif not ctx.actor.covers(area):
        yield FieldError(f"rows.{n}.area", "not_yours")
    if g.valid_from is not None and g.valid_from > business_day(ctx.now):
        yield FieldError(f"rows.{n}.valid_from", "out_of_range")


def _as_registered(g: GivenUnit, area: str, known: RegisteredUnit | None, ctx: Context) -> RegisteredUnit:
    # A register's point is where a sign hangs, not where a person lives: four decimals, as summaries carry points.
    place = Place(
        name=g.address.strip(),
        lon=round(g.lon, 4) if g.lon is not None else None,
        lat=round(g.lat, 4) if g.lat is not None else None,
    )
    begins = g.valid_from or (known.valid_from if known else business_day(ctx.now))
    return RegisteredUnit(
        number=g.number,
        name=g.name.strip(),
        kind=g.kind,
        credit_code=g.credit_code,
        area=area,
        place=place,
        staff=g.staff,
        key_unit=g.key_unit,
        valid_from=begins,
        contact_ref=known.contact_ref if known else "",
    )


def enter(rows: Rows, c: EnterUnits, ctx: Context) -> Decision:
    """Every row is looked at and everything wrong told at once; a credit code stands for one unit (2.10)."""
    wrong: list[FieldError] = []
    numbers: set[str] = set()
    codes: dict[str, str] = {}
    for n, g in enumerate(c.rows):
        wrong += _wrong(rows, n, g, _area_of(g, ctx), ctx)
        if g.number in numbers:
            wrong.append(FieldError(f"rows.{n}.number", "twice"))
        numbers.add(g.number)
        if g.credit_code:
            holder = rows.find(CREDIT, g.credit_code)
            if codes.setdefault(g.credit_code, g.number) != g.number or (holder and holder.number != g.number):
                wrong.append(FieldError(f"rows.{n}.credit_code", "taken"))
    if wrong:
        raise Unprocessable("units.rows", event="enter_units", fields=tuple(wrong))
    events: list[Emit] = []
    private: list[Private] = []
    outcomes: list[Outcome] = []
    for g in c.rows:
        known = rows.find(UNIT, g.number)
        unit = _as_registered(g, _area_of(g, ctx), known, ctx)
        contact = {k: v.strip() for k in _CONTACT if (v := getattr(g, k)).strip()}
        if contact and contact != _known(ctx).contacts.get(g.number):
            # What is told anew takes the place of what was told; the old record stays sealed where it is.
            unit = replace(unit, contact_ref=ctx.new_id())
            private.append(Private(unit.contact_ref, contact, "grid.units", "STATUTORY_DUTY", matter=g.number))
        if known is not None and known == unit:
            outcomes.append("unchanged")
            continue
        outcomes.append("changed" if known else "new")
        on = [UNIT.key(g.number)]
        on += [CREDIT.key(g.credit_code)] if g.credit_code else []
        if known is not None and known.credit_code and known.credit_code != g.credit_code:
            released = CreditCodeReleased(number=g.number, credit_code=known.credit_code)
            events.append(Emit(released, (CREDIT.key(known.credit_code),), known.area))
        events.append(Emit(UnitEntered(unit=unit, corrects=known is not None), tuple(on), unit.area))
    return Decision(tuple(events), tuple(private), imported(outcomes))


def _close_keys(c: CloseUnit, ctx: Context) -> Iterable[Key]:
    yield UNIT.key(c.number)


def _close_more(c: CloseUnit, rows: Rows, ctx: Context) -> Iterable[Key]:
    known = rows.find(UNIT, c.number)
    if known is not None and known.credit_code:
        yield CREDIT.key(known.credit_code)


def close(rows: Rows, c: CloseUnit, ctx: Context) -> Decision:
    """The unit's last day here; its credit code is free again."""
    known = rows.need(UNIT, c.number)
    ctx.actor.require_area(known.area)
    if known.valid_to is not None:
        raise Conflict("units.closed_already", event="close_unit")
    if c.valid_to < known.valid_from or c.valid_to > business_day(ctx.now):
        raise Unprocessable("units.last_day", event="close_unit", fields=(FieldError("valid_to", "out_of_range"),))
    on = (UNIT.key(c.number), *((CREDIT.key(known.credit_code),) if known.credit_code else ()))
    fact = UnitClosed(number=c.number, area=known.area, credit_code=known.credit_code, valid_to=c.valid_to)
    return Decision((Emit(fact, on, known.area),), (), {"unit": c.number})


ENTER: Command[EnterUnits] = Command(
    "grid.enter_units", EnterUnits, _keys, enter, roles=ROLES, more_keys=_former_codes, prepare=_look_up, order=60
)
COMMANDS: tuple[Command[Any], ...] = (
    ENTER,
    Command("grid.close_unit", CloseUnit, _close_keys, close, roles=ROLES, more_keys=_close_more, order=61),
)
