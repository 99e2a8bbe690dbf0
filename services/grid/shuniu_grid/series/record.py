"""Recording figures that others publish: one by one or as a spreadsheet, never computed here."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Happening, Index, Key, RowKind, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.sheets import Outcome, imported
from shuniu.contracts.grid.series import SeriesRecorded
from shuniu.contracts.summary import Summary, Visibility
from shuniu.rules.refusal import FieldError, Unprocessable

from shuniu_grid.settings import business_day

__all__ = ("COMMANDS", "POINT", "Given", "Point", "RecordSeries", "period_start", "wrong_decimal", "wrong_period")

ROLES = ("registrar", "street_clerk")
_PERIOD = re.compile(r"(20\d\d)(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?")


def period_start(period: str) -> date | None:
    """First day of a year, quarter or month; None for what is none of them."""
    found = _PERIOD.fullmatch(period)
    if found is None:
        return None
    year, quarter, month = found.groups()
    return date(int(year), int(month) if month else int(quarter) * 3 - 2 if quarter else 1, 1)


def wrong_period(period: str) -> str | None:
    """``format`` for what is no period."""
    return None if period_start(period) else "format"


def wrong_decimal(value: str) -> str | None:
    """``format`` for what is no plain decimal number."""
    try:
        return None if Decimal(value).is_finite() and "e" not in value.lower() else "format"
    except InvalidOperation:
        return "format"


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A figure as it stands."""

    series: str
    title: str
    period: str
    area: str
    value: str
    rank: int
    ranked: int
    publisher: str
    published_on: date
    corrections: int = 0


def _evolve(row: Point | None, f: Any, h: Happening) -> Point | None:
    if not isinstance(f, SeriesRecorded):
        return row
    return Point(
        series=f.series,
        title=f.title,
        period=f.period,
        area=f.area,
        value=f.value,
        rank=f.rank,
        ranked=f.ranked,
        publisher=f.publisher,
        published_on=f.published_on,
        corrections=(row.corrections + 1) if row else 0,
    )


def _summarise(row: Point, f: Any, ctx: Context) -> Summary:
    return Summary(visibility=Visibility(areas=(row.area,)))


POINT: RowKind[Point] = RowKind(
    "series_point",
    Point,
    "series_point",
    _evolve,
    index=lambda p: Index(p.series, p.area, p.period),
    summarise=_summarise,
)


class Given(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One figure of an outside series."""

    series: Annotated[str, Meta(min_length=2, max_length=40, pattern=r"^[a-z0-9][a-z0-9-]*$")]
    title: Annotated[str, Meta(min_length=2, max_length=80)]
    period: Annotated[str, Meta(max_length=7)]
    area: Annotated[str, Meta(min_length=6, max_length=15, extra_json_schema={"x-widget": "area"})]
    value: Annotated[str, Meta(max_length=20)] = ""
    rank: Annotated[int, Meta(ge=0, le=10_000)] = 0
    ranked: Annotated[int, Meta(ge=0, le=10_000)] = 0
    publisher: Annotated[str, Meta(min_length=2, max_length=120)]
    published_on: date


class RecordSeries(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Figures to be recorded, all or none."""

    rows: Annotated[tuple[Given, ...], Meta(min_length=1, max_length=10_000)]


def _id(g: Given) -> str:
    return f"{g.series}/{g.area}/{g.period}"


def _keys(c: RecordSeries, ctx: Context) -> Iterable[Key]:
    return (POINT.key(_id(g)) for g in c.rows)


def _wrong(n: int, g: Given, ctx: Context) -> Iterable[FieldError]:
    if wrong_period(g.period):
        yield FieldError(f"rows.{n}.period", "format")
    if g.value and wrong_decimal(g.value):
        yield FieldError(f"rows.{n}.value", "format")
    if not g.value and not g.rank:
        yield FieldError(f"rows.{n}.value", "missing")
    if g.rank > g.ranked:
        yield FieldError(f"rows.{n}.rank", "out_of_range")
    if g.published_on > business_day(ctx.now):
        yield FieldError(f"rows.{n}.published_on", "out_of_range")
    if ctx.registry.get("area", g.area) is None or not ctx.actor.covers(g.area):
        yield FieldError(f"rows.{n}.area", "unknown")


def record(rows: Rows, c: RecordSeries, ctx: Context) -> Decision:
    """Every figure as it was published; one that differs from what was recorded before is marked a correction."""
    wrong = [error for n, g in enumerate(c.rows) for error in _wrong(n, g, ctx)]
    seen: set[str] = set()
    for n, g in enumerate(c.rows):
        if _id(g) in seen:
            wrong.append(FieldError(f"rows.{n}.period", "twice"))
        seen.add(_id(g))
    if wrong:
        raise Unprocessable("series.rows", event="record_series", fields=tuple(wrong))
    outcomes: list[Outcome] = []
    events: list[Emit] = []
    for g in c.rows:
        before = rows.find(POINT, _id(g))
        fields = msgspec.structs.asdict(g)
        if before is not None and all(getattr(before, name) == value for name, value in fields.items()):
            outcomes.append("unchanged")
            continue
        outcomes.append("changed" if before else "new")
        events.append(Emit(SeriesRecorded(**fields, corrects=before is not None), (POINT.key(_id(g)),), g.area))
    return Decision(tuple(events), (), imported(outcomes))


RECORD: Command[RecordSeries] = Command("grid.record_series", RecordSeries, _keys, record, roles=ROLES, order=95)
COMMANDS: tuple[Command[Any], ...] = (RECORD,)
