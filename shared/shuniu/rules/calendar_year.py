"""A calendar year as it is announced (国务院办公厅关于部分节假日安排的通知), checked, and put into a calendar.

An announcement states one whole year. Where it also moves days of the year before (a New Year that begins on 12-31),
that year is stated again, as its correction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import msgspec

from shuniu.rules.calendar import FIXED_STATUTORY, WorkingCalendar
from shuniu.rules.refusal import FieldError, Unprocessable

__all__ = ["CalendarYear", "check_year", "with_years"]

WORKING_DAYS = (240, 256)
"""A year has so many: 2019-2026 had 248 to 252 (plausibility, not law)."""
MOST_MAKE_UP = 14
FIRST_YEAR, LAST_YEAR = 2019, 2099


class CalendarYear(msgspec.Struct, frozen=True):
    """One year's days off by holiday, and the weekend days that are worked.

    version   "2027.1": the year and how often it has been stated, as part of the calendar's version
    off       days off by the holiday's name, weekend days of the holiday period among them
    make_up   weekend days that are worked (调休上班)
    """

    year: int
    version: str
    off: dict[str, tuple[date, ...]]
    make_up: tuple[date, ...]

    @property
    def days_off(self) -> frozenset[date]:
        """Every day off by announcement."""
        return frozenset(day for days in self.off.values() for day in days)


def with_years(base: WorkingCalendar, years: Iterable[CalendarYear]) -> WorkingCalendar:
    """The calendar with each of these years in place of what it had; its version names all of them."""
    stated = {y.year: y for y in sorted(years, key=lambda y: y.year)}
    if not stated:
        return base

    def kept(days: frozenset[date]) -> frozenset[date]:
        return frozenset(d for d in days if d.year not in stated)

    return WorkingCalendar(
        "+".join((base.version, *(y.version for y in stated.values()))),
        base.published | stated.keys(),
        kept(base.off).union(*(y.days_off for y in stated.values())),
        kept(base.make_up).union(*(y.make_up for y in stated.values())),
    )


def check_year(
    year: int, off: Mapping[str, Sequence[date]], make_up: Sequence[date], *, off_field: str = "off"
) -> None:
    """Unprocessable ``calendar.year_range``, ``calendar.days_wrong`` (naming each day), ``calendar.implausible``.

    Days lie in the year and stand once; what is worked is a weekend day and not off; the statutory days with a fixed
    date are off (全国年节及纪念日放假办法); the working days left are about as many as in other years.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Unprocessable(
            "calendar.year_range",
            fields=(FieldError("year", "out_of_range"),),
            params={"least": FIRST_YEAR, "most": LAST_YEAR},
        )
    wrong: list[FieldError] = []
    seen: set[date] = set()
    for i, days in enumerate(off.values()):
        if not days:
            wrong.append(FieldError(f"{off_field}.{i}.days", "empty"))
        for j, day in enumerate(days):
            if (code := _misplaced(day, year, seen)) is not None:
                wrong.append(FieldError(f"{off_field}.{i}.days.{j}", code))
            seen.add(day)
    for j, day in enumerate(make_up):
        code = _misplaced(day, year, seen) or ("not_a_weekend_day" if day.weekday() < 5 else None)
        if code is not None:
            wrong.append(FieldError(f"make_up.{j}", code))
        seen.add(day)
    if wrong:
        raise Unprocessable("calendar.days_wrong", fields=tuple(wrong), params={"year": year})
    _plausible(year, {day for days in off.values() for day in days}, set(make_up), off_field)


def _misplaced(day: date, year: int, seen: set[date]) -> str | None:
    return "other_year" if day.year != year else "twice" if day in seen else None


def _plausible(year: int, off: set[date], make_up: set[date], off_field: str) -> None:
    missing = sorted(date(year, m, d) for m, d in FIXED_STATUTORY if date(year, m, d) not in off)
    if missing:
        day = missing[0].isoformat()
        raise Unprocessable(
            "calendar.statutory_missing", fields=(FieldError(off_field, "missing"),), params={"day": day}
        )
    every = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
    worked = sum((d in make_up) or (d.weekday() < 5 and d not in off) for d in every if d.year == year)
    low, high = WORKING_DAYS
    if not low <= worked <= high or len(make_up) > MOST_MAKE_UP:
        raise Unprocessable(
            "calendar.implausible",
            fields=(FieldError(off_field, "out_of_range"),),
            params={"worked": worked, "least": low, "most": high},
        )
