"""The working-day calendar (工作日历, 调休): which days are worked, and arithmetic on days and working hours.

Data, not code: the State Council announces each year's days off and make-up working days late in the year before, so
the calendar carries the years it knows (`published`) and a version. Days of other years count by weekends and the
statutory days with a fixed date only, and every result that touched such a year says `provisional` (domain rules 0.4).

China has had one offset and no summer time since 1991, so the zone here is a fixed +08:00 and needs no zone files.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone

import msgspec

__all__ = ["SHANGHAI", "WorkingCalendar", "WorkingHours", "end_of_day", "local", "midnight"]

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
ONE_DAY = timedelta(days=1)

# Statutory days off with a fixed date (全国年节及纪念日放假办法, as revised from 2025-01-01): (month, day).
FIXED_STATUTORY = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})


def local(at: datetime) -> datetime:
    """The instant as Asia/Shanghai time. ValueError for a naive time."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone is ambiguous")
    return at.astimezone(SHANGHAI)


def midnight(day: date) -> datetime:
    """00:00 Asia/Shanghai of the day, as a UTC instant."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """24:00 Asia/Shanghai of the day (the next midnight), as a UTC instant: when a term of days ends."""
    return midnight(day + ONE_DAY)


class WorkingHours(msgspec.Struct, frozen=True):
    """Office hours (工作时间) on every working day: sessions (from, to) in local minutes of the day, in order."""

    sessions: tuple[tuple[int, int], ...] = ((9 * 60, 12 * 60), (14 * 60, 18 * 60))

    def __post_init__(self) -> None:
        last = 0
        for begin, end in self.sessions:
            if not last <= begin < end <= 24 * 60:
                raise ValueError("sessions must be in order, not overlap, and lie within one day")
            last = end
        if not self.sessions:
            raise ValueError("office hours need at least one session")

    @property
    def seconds_a_day(self) -> int:
        return sum(end - begin for begin, end in self.sessions) * 60

    def of(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The sessions of that day as UTC instants."""
        start = midnight(day)
        for begin, end in self.sessions:
            yield start + timedelta(minutes=begin), start + timedelta(minutes=end)


class WorkingCalendar(msgspec.Struct, frozen=True):
    """Days off and make-up working days of the published years.

    version    goes into every deadline computed with it
    published  years whose announcement is in here
    off        days off by announcement (weekdays and weekend days of the holiday periods)
    make_up    weekend days that are worked (调休上班)
    """

    version: str
    published: frozenset[int]
    off: frozenset[date]
    make_up: frozenset[date]

    def is_published(self, day: date) -> bool:
        """Whether the announcement for this day's year is known."""
        return day.year in self.published

    def is_working_day(self, day: date) -> bool:
        """Whether the day is worked; for unpublished years by weekends and fixed statutory days only."""
        if day.year in self.published:
            return day in self.make_up or (day.weekday() < 5 and day not in self.off)
        return day.weekday() < 5 and (day.month, day.day) not in FIXED_STATUTORY

    def add_working_days(self, day: date, n: int) -> tuple[date, bool]:
        """The n-th working day after `day` (which is day 0 and not counted, 民法典 §201), and whether provisional.

        `n` ≥ 0; 0 gives `day` itself, worked or not. Provisional: a day of an unpublished year was counted or skipped.
        """
        if n < 0:
            raise ValueError("terms run forward")
        provisional = False
        while n:
            day += ONE_DAY
            provisional |= not self.is_published(day)
            n -= self.is_working_day(day)
        return day, provisional

    def roll_forward(self, day: date) -> tuple[date, bool]:
        """The day itself if worked, else the next working day (民法典 §203), and whether provisional."""
        provisional = not self.is_published(day)
        while not self.is_working_day(day):
            day += ONE_DAY
            provisional |= not self.is_published(day)
        return day, provisional

    def working_seconds_between(self, a: datetime, b: datetime, hours: WorkingHours) -> int:
        """Seconds of office hours in [a, b); 0 if b is not after a. Fractions of a second are dropped."""
        day, last = local(a).date(), local(b).date()
        total = timedelta()
        while day <= last:
            if self.is_working_day(day):
                for begin, end in hours.of(day):
                    total += max(min(end, b) - max(begin, a), timedelta())
            day += ONE_DAY
        return total // timedelta(seconds=1)

    def working_minutes_between(self, a: datetime, b: datetime, hours: WorkingHours) -> int:
        """Whole minutes of office hours in [a, b)."""
        return self.working_seconds_between(a, b, hours) // 60

    def add_working_seconds(self, start: datetime, seconds: int, hours: WorkingHours) -> tuple[datetime, bool]:
        """The first instant (UTC) by which `seconds` > 0 of office hours have passed since `start`, and provisional.

        A term that is used up when a session ends is due at that moment, not when the next session begins.
        """
        if seconds <= 0:
            raise ValueError("terms run forward")
        left = timedelta(seconds=seconds)
        day = local(start).date()
        provisional = False
        while True:
            provisional |= not self.is_published(day)
            if self.is_working_day(day):
                for begin, end in hours.of(day):
                    usable = end - max(begin, start)
                    if usable >= left:
                        return (max(begin, start) + left).astimezone(UTC), provisional
                    left -= max(usable, timedelta())
            day += ONE_DAY
