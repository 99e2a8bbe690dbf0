"""Limits and deadlines (时限, 到期): how long somebody has, and until which instant.

What a "day" is depends on the rule (domain rules 0.3), so a limit carries its unit:

    wd      working days (工作日): day 0 is not counted, ends at 24:00 Asia/Shanghai of the last working day
    nd      natural days (日): day 0 is not counted, ends at 24:00 of the last day; if that is a day of rest, of the
            next working day (民法典 §201, §203)
    wh      working hours (工作时): runs only during office hours
    hour, minute   wall clock, day and night
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Literal

import msgspec

from shuniu.contracts.text import Text
from shuniu.rules.calendar import WorkingCalendar, WorkingHours, end_of_day, local

__all__ = [
    "Confidence",
    "Deadline",
    "Limit",
    "LimitNote",
    "Profile",
    "Unit",
    "WorkingCalendar",
    "WorkingHours",
    "deadline",
]

Unit = Literal["wd", "wh", "nd", "minute", "hour"]
Confidence = Literal["A", "B", "C", "K", "D", "S"]
"""How well a fact is supported: statute read (A), public page (B), public source code (C), background knowledge (K),
this project's design (D), the source article (S)."""

_WRITTEN: dict[str, Unit] = {
    "wd": "wd", "wh": "wh", "nd": "nd", "m": "minute", "min": "minute", "minute": "minute", "h": "hour", "hour": "hour",
}  # fmt: skip
_SHORT: dict[str, str] = {"minute": "min", "hour": "h"}
_LIMIT = re.compile(r"([1-9]\d{0,5})\s*([a-z]+)")


class Limit(msgspec.Struct, frozen=True):
    """So many of a unit; `value` ≥ 1."""

    value: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.value < 1:
            raise ValueError("a limit is at least 1")

    @classmethod
    def parse(cls, text: str) -> Limit:
        """Reads "3wd", "1h", "24h", "4wh", "15nd", "30min". ValueError for anything else."""
        match = _LIMIT.fullmatch(text.strip())
        unit = _WRITTEN.get(match.group(2)) if match else None
        if match is None or unit is None:
            raise ValueError(f"not a limit: {text!r}")
        return cls(int(match.group(1)), unit)

    def __str__(self) -> str:
        return f"{self.value}{_SHORT.get(self.unit, self.unit)}"


class LimitNote(msgspec.Struct, frozen=True):
    """Where a limit comes from (`source`) and how well that is supported (`confidence`: A B C K D S)."""

    source: Text
    confidence: Confidence


class Profile(msgspec.Struct, frozen=True):
    """A named set of limits (时限方案), local data rather than constants (domain rules 1.2, 2.16).

    limits         by name, such as "sign" or "report.HARD"
    soon_fraction  share of a term after which it is "soon due"
    hours          office hours that wh limits and the warning of wd limits run by
    notes          for every limit its source and confidence
    """

    id: str
    source: Text
    limits: dict[str, Limit]
    soon_fraction: float = 0.8
    hours: WorkingHours = WorkingHours()
    notes: dict[str, LimitNote] = {}

    def limit(self, *names: str) -> Limit:
        """The first of these limits the profile has: `limit("report.HARD", "report")`. KeyError if none."""
        for name in names:
            if name in self.limits:
                return self.limits[name]
        raise KeyError(f"profile {self.id} has none of {', '.join(names)}")


class Deadline(msgspec.Struct, frozen=True):
    """When something is due, and how that was computed.

    due_at, soon_at   UTC instants, start ≤ soon_at ≤ due_at and start < due_at
    limit             the limit it came from
    calendar_version  the calendar it was computed with
    provisional       it touched a year whose calendar was not published: recompute when it is
    """

    due_at: datetime
    soon_at: datetime
    limit: Limit
    calendar_version: str
    provisional: bool

    def status(self, now: datetime) -> Literal["ok", "soon", "late"]:
        """Late from due_at on (the term has run out at that instant), soon from soon_at on, else ok."""
        if now >= self.due_at:
            return "late"
        return "soon" if now >= self.soon_at else "ok"


def deadline(
    start: datetime,
    limit: Limit,
    calendar: WorkingCalendar,
    hours: WorkingHours,
    soon_fraction: float = 0.8,
) -> Deadline:
    """The deadline of a limit that starts running at `start` (aware). Pure.

    `soon_at` is where `soon_fraction` (0 < f ≤ 1) of the time allowed has passed, measured in the time that counts:
    for minute, hour and nd by wall clock; for wd and wh by office hours between start and due, because a warning that
    falls into a long holiday warns nobody. Fractions of a second are dropped.
    """
    if not 0 < soon_fraction <= 1:
        raise ValueError("soon_fraction is a share of the term")
    start = start.astimezone(UTC) if start.tzinfo else local(start)
    fraction = Fraction(str(soon_fraction))
    if limit.unit == "wh":
        seconds = limit.value * 3600
        due, provisional = calendar.add_working_seconds(start, seconds, hours)
        soon, _ = calendar.add_working_seconds(start, max(1, int(seconds * fraction)), hours)
    elif limit.unit == "wd":
        last, provisional = calendar.add_working_days(local(start).date(), limit.value)
        due = end_of_day(last)
        seconds = calendar.working_seconds_between(start, due, hours)
        soon, _ = calendar.add_working_seconds(start, max(1, int(seconds * fraction)), hours)
    else:
        if limit.unit == "nd":
            last, provisional = calendar.roll_forward(local(start).date() + timedelta(days=limit.value))
            due = end_of_day(last)
        else:
            due = start + timedelta(**{"minutes" if limit.unit == "minute" else "hours": limit.value})
            provisional = False
        soon = start + timedelta(seconds=int((due - start) // timedelta(seconds=1) * fraction))
    return Deadline(due, min(soon, due), limit, calendar.version, provisional)
