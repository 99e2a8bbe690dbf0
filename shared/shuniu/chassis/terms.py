"""Limits that start to run with a fact: from a profile's limit, or up to a date that people agreed on."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from shuniu.chassis.context import Context
from shuniu.contracts.clock import Term
from shuniu.rules.calendar import end_of_day
from shuniu.rules.clocks import Clock, find_clock
from shuniu.rules.limits import Limit, Profile, deadline

__all__ = ("clock_of", "next_generation", "term", "term_until")


def next_generation(clocks: Iterable[Clock], clock: str, part: str = "") -> int:
    """The generation a clock starts with when it is started anew."""
    newest = find_clock(clocks, clock, part)
    return newest.generation + 1 if newest else 1


def term(
    ctx: Context,
    clock: str,
    limit: Limit,
    profile: Profile,
    *,
    part: str = "",
    clocks: Iterable[Clock] = (),
    generation: int = 0,
) -> Term:
    """``limit`` from now on, as that ``generation`` of the clock, by default the next one among ``clocks``."""
    d = deadline(ctx.now, limit, ctx.calendar, profile.hours, profile.soon_fraction)
    return Term(
        clock=clock,
        part=part,
        generation=generation or next_generation(clocks, clock, part),
        started_at=ctx.now,
        due_at=d.due_at,
        soon_at=d.soon_at,
        limit=str(limit),
        calendar_version=d.calendar_version,
        provisional=d.provisional,
    )


def term_until(
    ctx: Context, clock: str, last: date, profile: Profile, *, part: str = "", clocks: Iterable[Clock] = ()
) -> Term:
    """A clock that runs to 24:00 of an agreed date; it warns after the profile's share of office hours until then."""
    due = end_of_day(last)
    seconds = ctx.calendar.working_seconds_between(ctx.now, due, profile.hours)
    soon = due
    if seconds:
        share = max(1, int(seconds * Fraction(str(profile.soon_fraction))))
        soon, _ = ctx.calendar.add_working_seconds(ctx.now, share, profile.hours)
    return Term(
        clock=clock,
        part=part,
        generation=next_generation(clocks, clock, part),
        started_at=ctx.now,
        due_at=due,
        soon_at=min(soon, due),
        limit=last.isoformat(),
        calendar_version=ctx.calendar.version,
        provisional=False,
    )


def clock_of(started: Term) -> Clock:
    """The running clock of a term; what a row keeps when the fact evolves it."""
    return Clock(
        id=started.clock,
        part=started.part,
        generation=started.generation,
        started_at=started.started_at,
        due_at=started.due_at,
        soon_at=started.soon_at,
        limit=started.limit,
        calendar_version=started.calendar_version,
        provisional=started.provisional,
    )
