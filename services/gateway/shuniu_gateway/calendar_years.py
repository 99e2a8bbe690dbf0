"""Calendar years (放假调休安排): an announced year enters the running deployment here, and every service follows.

The State Council announces a year late in the year before. Publishing it again is its correction; a deadline names the
version it was computed with (domain rules 0.4).
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Happening, Key, RowKind, Rows
from shuniu.chassis.service import Capability, Catalogue, Command
from shuniu.contracts.calendar import CalendarPublished
from shuniu.contracts.envelope import Fact
from shuniu.contracts.summary import Summary, Visibility
from shuniu.rules.calendar import local
from shuniu.rules.calendar_year import check_year
from shuniu.rules.refusal import FieldError, Unprocessable

__all__ = ("CALENDAR_YEAR", "PUBLISH_CALENDAR_YEAR", "PublishCalendarYear", "capability")

YEARS_BACK, YEARS_AHEAD = 1, 2
_LONGEST = 200


class Holiday(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One holiday period: every day off in it, weekend days among them."""

    name: str
    days: tuple[date, ...]


class PublishCalendarYear(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Publish a year's days off and make-up working days (发布年度放假调休安排); all of them, also in a correction."""

    year: int
    holidays: tuple[Holiday, ...]
    make_up: tuple[date, ...] = ()
    announcement: str
    """Which announcement says so, e.g. its number (国办发明电〔2025〕7号)."""


class PublishedYear(msgspec.Struct, frozen=True, kw_only=True):
    """A year as it was stated last."""

    revision: int
    fact: CalendarPublished


def _evolve(row: PublishedYear | None, fact: Any, happening: Happening) -> PublishedYear | None:
    if not isinstance(fact, CalendarPublished):
        return row
    return PublishedYear(revision=(row.revision if row else 0) + 1, fact=fact)


def _summarise(row: PublishedYear, fact: Fact, ctx: Context) -> Summary:
    return Summary(visibility=Visibility(areas=(ctx.scope,), sensitivity=1))


CALENDAR_YEAR: RowKind[PublishedYear] = RowKind(
    "calendar_year", PublishedYear, "calendar_year", _evolve, summarise=_summarise
)


def _keys(body: PublishCalendarYear, ctx: Context) -> Iterable[Key]:
    return (CALENDAR_YEAR.key(str(body.year)),)


def _decide(rows: Rows, body: PublishCalendarYear, ctx: Context) -> Decision:
    this_year = local(ctx.now).year
    least, most = this_year - YEARS_BACK, this_year + YEARS_AHEAD
    if not least <= body.year <= most:
        raise Unprocessable(
            "calendar.year_range",
            fields=(FieldError("year", "out_of_range"),),
            params={"least": least, "most": most},
        )
    if not 0 < len(body.announcement.strip()) <= _LONGEST:
        raise Unprocessable("calendar.announcement", fields=(FieldError("announcement", "missing"),))
    off: dict[str, tuple[date, ...]] = {}
    for i, holiday in enumerate(body.holidays):
        if not 0 < len(name := holiday.name.strip()) <= 20 or name in off:
            code = "twice" if name in off else "missing"
            raise Unprocessable("calendar.holiday_name", fields=(FieldError(f"holidays.{i}.name", code),))
        off[name] = tuple(sorted(holiday.days))
    check_year(body.year, {h.name: h.days for h in body.holidays}, body.make_up, off_field="holidays")
    known = rows.find(CALENDAR_YEAR, str(body.year))
    make_up = tuple(sorted(body.make_up))
    if known is not None and (known.fact.off, known.fact.make_up) == (off, make_up):
        return Decision(answer={"version": known.fact.version, "changed": False})
    version = f"{body.year}.{known.revision + 1 if known else 1}"
    published = CalendarPublished(
        year=body.year, version=version, off=off, make_up=make_up, announcement=body.announcement.strip()
    )
    event = Emit(published, (CALENDAR_YEAR.key(str(body.year)),), area=ctx.scope)
    return Decision(events=(event,), answer={"version": version, "changed": True})


PUBLISH_CALENDAR_YEAR: Command[PublishCalendarYear] = Command(
    name="gateway.publish_calendar_year",
    struct=PublishCalendarYear,
    keys=_keys,
    decide=_decide,
    roles=("system_admin",),
    icon="calendar",
    surfaces=(),
)

capability = Capability(
    name="calendar_years",
    texts=Catalogue.load("shuniu_gateway", "calendar_years.toml"),
    rows=(CALENDAR_YEAR,),
    commands=(PUBLISH_CALENDAR_YEAR,),
    facts=(CalendarPublished,),
)
