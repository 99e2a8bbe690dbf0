"""Clocks of a matter: limits that run, are met, or pass (architecture, "Time").

A clock lives inside its matter's row. The row's ``timers`` come from :func:`clock_timers`, its ``due`` events from
:func:`clock_due`; evolving a row by ``ClockSoon`` or ``ClockOverdue`` marks the clock, so each is said once.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, TypedDict

import msgspec

from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon
from shuniu.contracts.summary import DueStatus
from shuniu.contracts.text import Text
from shuniu.rules.calendar import WorkingCalendar
from shuniu.rules.limits import Limit, Profile, deadline

_STANDARD = Profile(
    id="standard", source=Text("本套件自带的办公时间与提醒比例", "the kit's own office hours and share"), limits={}
)

__all__ = (
    "Clock",
    "Due",
    "clock_due",
    "clock_recomputed",
    "clock_recomputes",
    "clock_timers",
    "due_of",
    "due_status",
    "find_clock",
    "mark",
    "most_urgent",
    "recompute",
    "start_clock",
)


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """One running or stopped limit. ``generation`` grows each time the same limit is started or computed anew."""

    id: str
    part: str = ""
    generation: int = 1
    started_at: datetime
    due_at: datetime
    soon_at: datetime
    limit: str
    calendar_version: str = ""
    provisional: bool = False
    state: Literal["running", "met", "stopped"] = "running"
    soon_said: bool = False
    late: bool = False
    stopped_at: datetime | None = None

    def stop(self, at: datetime, state: Literal["met", "stopped"] = "met") -> "Clock":
        """The clock, no longer running. A clock that passed its limit stays late."""
        return msgspec.structs.replace(self, state=state, stopped_at=at)


def start_clock(
    id: str,  # noqa: A002
    start: datetime,
    limit: Limit,
    calendar: WorkingCalendar,
    profile: Profile,
    *,
    part: str = "",
    generation: int = 1,
) -> Clock:
    """A running clock of ``limit`` from ``start``, by the profile's working hours and soon fraction."""
    d = deadline(start, limit, calendar, profile.hours, profile.soon_fraction)
    return Clock(
        id=id,
        part=part,
        generation=generation,
        started_at=start,
        due_at=d.due_at,
        soon_at=d.soon_at,
        limit=str(limit),
        calendar_version=d.calendar_version,
        provisional=d.provisional,
    )


def find_clock(clocks: Iterable[Clock], id: str, part: str = "") -> Clock | None:  # noqa: A002
    """The newest generation of a clock, or None."""
    return max((c for c in clocks if c.id == id and c.part == part), key=lambda c: c.generation, default=None)


def clock_timers(clocks: Iterable[Clock]) -> list[tuple[str, int, datetime]]:
    """(name, generation, due_at) of everything that has yet to be said about running clocks."""
    timers: list[tuple[str, int, datetime]] = []
    for c in clocks:
        if c.state == "running" and not c.late:
            if not c.soon_said:
                timers.append((f"{c.part}/{c.id}/soon", c.generation, c.soon_at))
            timers.append((f"{c.part}/{c.id}/due", c.generation, c.due_at))
    return timers


def clock_due(matter: str, clocks: Iterable[Clock], now: datetime) -> list[ClockSoon | ClockOverdue]:
    """What is due to be said by ``now``, in the order in which it came due. A passed limit needs no "soon" any more."""
    said: list[tuple[datetime, ClockSoon | ClockOverdue]] = []
    for c in clocks:
        if c.state != "running" or c.late:
            continue
        if now >= c.due_at:
            over = ClockOverdue(matter=matter, part=c.part, clock=c.id, generation=c.generation, due_at=c.due_at)
            said.append((c.due_at, over))
        elif now >= c.soon_at and not c.soon_said:
            soon = ClockSoon(matter=matter, part=c.part, clock=c.id, generation=c.generation, due_at=c.due_at)
            said.append((c.soon_at, soon))
    return [event for _, event in sorted(said, key=lambda pair: pair[0])]


def mark(clocks: Sequence[Clock], event: ClockSoon | ClockOverdue) -> tuple[Clock, ...]:
    """``clocks`` with what was said noted on its clock."""

    def one(c: Clock) -> Clock:
        if (c.part, c.id, c.generation) != (event.part, event.clock, event.generation):
            return c
        return msgspec.structs.replace(c, soon_said=True, late=c.late or isinstance(event, ClockOverdue))

    return tuple(one(c) for c in clocks)


def recompute(clock: Clock, calendar: WorkingCalendar, profile: Profile = _STANDARD) -> Clock:
    """The next generation of a running clock under another calendar; the very clock where that changes nothing.

    Only terms that count days or office hours move; one that people set by date does not, and none goes back to being
    provisional because a calendar knows less. ``profile`` gives the office hours and the share for the warning. What
    was said of the clock is kept; :func:`clock_recomputes` tells what of it still holds.
    """
    limit = _day_limit(clock.limit)
    if clock.state != "running" or limit is None or clock.calendar_version == calendar.version:
        return clock
    d = deadline(clock.started_at, limit, calendar, profile.hours, profile.soon_fraction)
    if d.provisional and not clock.provisional:
        return clock
    if (d.due_at, d.soon_at, d.provisional) == (clock.due_at, clock.soon_at, clock.provisional):
        return clock
    return msgspec.structs.replace(
        clock,
        generation=clock.generation + 1,
        due_at=d.due_at,
        soon_at=d.soon_at,
        calendar_version=d.calendar_version,
        provisional=d.provisional,
    )


def _day_limit(written: str) -> Limit | None:
    try:
        limit = Limit.parse(written)
    except ValueError:
        return None
    return limit if limit.unit in ("wd", "wh", "nd") else None


def clock_recomputes(
    matter: str, clocks: Iterable[Clock], calendar: WorkingCalendar, now: datetime, profile: Profile = _STANDARD
) -> list[ClockRecomputed]:
    """What has to be said of a matter's clocks under a new calendar; nothing where it makes no difference.

    A clock called late stays so if it is late by the new deadline too, and runs again if that lies ahead.
    """
    said: list[ClockRecomputed] = []
    for clock in clocks:
        new = recompute(clock, calendar, profile)
        if new is clock:
            continue
        late = clock.late and now >= new.due_at
        said.append(
            ClockRecomputed(
                matter=matter,
                part=new.part,
                clock=new.id,
                generation=new.generation,
                due_at=new.due_at,
                soon_at=new.soon_at,
                calendar_version=new.calendar_version,
                provisional=new.provisional,
                soon_said=late or (clock.soon_said and now >= new.soon_at),
                late=late,
            )
        )
    return said


def clock_recomputed(clocks: Sequence[Clock], event: ClockRecomputed) -> tuple[Clock, ...]:
    """``clocks`` with the new generation in place of the one it was computed from."""

    def one(c: Clock) -> Clock:
        if (c.part, c.id, c.generation) != (event.part, event.clock, event.generation - 1) or c.state != "running":
            return c
        return msgspec.structs.replace(
            c,
            generation=event.generation,
            due_at=event.due_at,
            soon_at=event.soon_at,
            calendar_version=event.calendar_version,
            provisional=event.provisional,
            soon_said=event.soon_said,
            late=event.late,
        )

    return tuple(one(c) for c in clocks)


def due_status(clock: Clock | None) -> DueStatus:
    """The summary's word for a clock, as far as it has been said."""
    if clock is None or clock.state == "stopped":
        return "none"
    if clock.state == "met":
        return "met"
    return "late" if clock.late else "soon" if clock.soon_said else "running"


class Due(TypedDict):
    """The fields of a :class:`~shuniu.contracts.summary.MatterSummary` that tell of the clock a matter shows."""

    due_at: datetime | None
    soon_at: datetime | None
    due_status: DueStatus
    clock: str
    provisional: bool
    limit: str


def due_of(clock: Clock | None, *, paused: bool = False, provisional: bool = False) -> Due:
    """What a summary says of this clock. ``paused``: the matter stands still; ``provisional``: its day may move too."""
    status: DueStatus = "paused" if paused else due_status(clock)
    if clock is None:
        return Due(due_at=None, soon_at=None, due_status=status, clock="", provisional=provisional, limit="")
    return Due(
        due_at=clock.due_at,
        soon_at=clock.soon_at,
        due_status=status,
        clock=clock.id,
        provisional=clock.provisional or provisional,
        limit=clock.limit,
    )


def most_urgent(clocks: Iterable[Clock]) -> Clock | None:
    """The running clock whose limit ends first: the one a matter shows."""
    return min((c for c in clocks if c.state == "running"), key=lambda c: c.due_at, default=None)
