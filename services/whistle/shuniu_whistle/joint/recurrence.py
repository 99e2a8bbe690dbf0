"""When sessions of a series take place: an RFC 5545 rule, by python-dateutil, and days of rest moved on. Pure."""

from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import NamedTuple

from dateutil.rrule import rruleset, rrulestr  # type: ignore[import-untyped]  # it ships no types
from shuniu.rules.calendar import WorkingCalendar, midnight

__all__ = ("Occurrence", "next_occurrence", "read_rule")

_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_PARTS = frozenset({"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "UNTIL", "WKST"})
_LONGEST = timedelta(days=3653)
_LOOK = 200
"""So many occurrences are looked at before a rule counts as one that never comes."""


class Occurrence(NamedTuple):
    """One session: the day the rule gives, the working day it is held on, when it starts (UTC)."""

    planned_on: date
    held_on: date
    starts_at: datetime
    provisional: bool


def _until(text: str | None) -> datetime:
    return datetime.strptime(text[:8], "%Y%m%d") if text else datetime.max  # noqa: DTZ007, DTZ901 - local days


def read_rule(text: str, first: date) -> rruleset:
    """The rule from its first day on, for ten years at most. ValueError for one that is no rule, never comes, or recurs
    more often than daily."""
    parts = dict(p.split("=", 1) for p in text.strip().upper().split(";") if "=" in p)
    if parts.get("FREQ") not in _FREQUENCIES or not set(parts) <= _PARTS:
        raise ValueError("a recurrence is daily, weekly, monthly or yearly")
    try:
        interval = int(parts.get("INTERVAL", "1"))
    except ValueError as flaw:
        raise ValueError("INTERVAL is a number") from flaw
    if not 1 <= interval <= 60:
        raise ValueError("INTERVAL is from 1 to 60")
    longest = datetime.combine(first + _LONGEST, time())
    parts["UNTIL"] = f"{min(_until(parts.get('UNTIL')), longest):%Y%m%dT%H%M%S}"
    rule = rrulestr(";".join(f"{k}={v}" for k, v in parts.items()), dtstart=datetime.combine(first, time()))
    if next(iter(rule), None) is None:
        raise ValueError("the rule never comes")
    return rule


def next_occurrence(
    rule: rruleset, after: date | None, last_held: date | None, minute_of_day: int, calendar: WorkingCalendar
) -> Occurrence | None:
    """The first one planned after that day; None when there is no more.

    One on a day of rest is held on the next working day (调休 counted); where that is no later than the session
    before it, the two fall together and it is left out.
    """
    begun = rule.xafter(datetime.combine(after, time())) if after else iter(rule)
    for planned in islice(begun, _LOOK):
        day = planned.date()
        held, provisional = calendar.roll_forward(day)
        if last_held is not None and held <= last_held:
            continue
        starts = midnight(held) + timedelta(minutes=minute_of_day)
        return Occurrence(day, held, starts, provisional)
    return None
