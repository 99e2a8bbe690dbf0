"""Limits of a case: from its version and the law, paused without losing or making time (domain rules 3.20-3.21, 10.4).

Working days are counted whole. A pause on day P that ends on day R moves a deadline by exactly the working days after P
up to R; what was left after P is left after R.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from msgspec.structs import replace
from shuniu.chassis.context import Context
from shuniu.chassis.terms import next_generation, term, term_until
from shuniu.contracts.clock import Term
from shuniu.rules.calendar import WorkingCalendar, end_of_day, local
from shuniu.rules.clocks import Clock, find_clock
from shuniu.rules.limits import Limit, deadline

from shuniu_services_desk.cases.state import Case
from shuniu_services_desk.settings import profile_of

__all__ = (
    "EXTENSION",
    "PAUSED",
    "accept_terms",
    "consult_term",
    "correct_term",
    "deliver_term",
    "extended_term",
    "gap_term",
    "last_day",
    "left_after",
    "part_term",
    "part_terms",
    "resumed_terms",
    "resumed_until",
)

EXTENSION = {False: 10, True: 15}
"""Working days a leader may add, once: 20 → 30, joint 45 → 60 (行政许可法 §42)."""
PAUSED = ("desk_decide", "desk_promise")
"""Clocks that stand still during a special procedure."""


def last_day(due_at: datetime) -> date:
    """The business day a limit ends on."""
    return local(due_at - timedelta(microseconds=1)).date()


def left_after(calendar: WorkingCalendar, day: date, last: date) -> int:
    """Working days after ``day`` up to ``last``, inclusive."""
    return sum(calendar.is_working_day(day + timedelta(days=n)) for n in range(1, (last - day).days + 1))


def resumed_until(calendar: WorkingCalendar, left: int, day: date) -> tuple[date, bool]:
    """The last day of a limit that goes on after ``day`` with ``left`` working days, and whether provisional.

    With none left it ends on ``day`` itself, on the next working day where that is a day of rest (民法典 §203).
    """
    return calendar.add_working_days(day, left) if left else calendar.roll_forward(day)


def consult_term(ctx: Context) -> Term:
    """How long a consultation waits."""
    profile = profile_of(ctx)
    return term(ctx, "desk_consult", profile.limit("consult"), profile)


def correct_term(ctx: Context) -> Term:
    """5 working days to tell what is missing (§32 (4))."""
    profile = profile_of(ctx)
    return term(ctx, "desk_correct", profile.limit("correct"), profile)


def deliver_term(c: Case, ctx: Context) -> Term:
    """10 working days to deliver (§44)."""
    profile = profile_of(ctx)
    return term(ctx, "desk_deliver", profile.limit("deliver"), profile, clocks=c.clocks)


def part_term(c: Case, unit: str, ctx: Context, until: date | None = None) -> Term:
    """How long a department has for its part: as agreed, else the deployment's limit."""
    profile = profile_of(ctx)
    own = term(ctx, "desk_part", profile.limit("part"), profile, part=unit, clocks=c.clocks)
    if until is not None:
        own = term_until(ctx, "desk_part", until, profile, part=unit, clocks=c.clocks)
    return own


def part_terms(c: Case, units: Iterable[str], ctx: Context) -> tuple[Term, ...]:
    """One for each department that has a part from the start."""
    return tuple(part_term(c, unit, ctx) for unit in units)


def gap_term(c: Case, until: date, ctx: Context) -> Term:
    """Up to the promised day."""
    return term_until(ctx, "desk_gap", until, profile_of(ctx), clocks=c.clocks)


def _from(clock: str, start: datetime, days: int, clocks: Iterable[Clock], ctx: Context) -> Term:
    profile = profile_of(ctx)
    d = deadline(start, Limit(days, "wd"), ctx.calendar, profile.hours, profile.soon_fraction)
    return Term(
        clock=clock,
        generation=next_generation(clocks, clock),
        started_at=start,
        due_at=d.due_at,
        soon_at=d.soon_at,
        limit=f"{days}wd",
        calendar_version=d.calendar_version,
        provisional=d.provisional,
    )


def accept_terms(c: Case, start: datetime, ctx: Context) -> tuple[Term, ...]:
    """The law's limit to decide, and the promised one where it is shorter, both from ``start``."""
    legal = _from("desk_decide", start, c.legal_limit, c.clocks, ctx)
    if c.promised_limit >= c.legal_limit:
        return (legal,)
    return (legal, _from("desk_promise", start, c.promised_limit, c.clocks, ctx))


def resumed_terms(c: Case, ctx: Context) -> tuple[Term, ...]:
    """What was left of each paused limit, from today on."""
    found = []
    for name in PAUSED:
        clock = find_clock(c.clocks, name)
        if clock is None or clock.state != "stopped" or clock.stopped_at is None or clock.late:
            continue
        left = left_after(ctx.calendar, local(clock.stopped_at).date(), last_day(clock.due_at))
        if left:
            found.append(_from(name, ctx.now, left, c.clocks, ctx))
        else:
            last, _ = resumed_until(ctx.calendar, 0, local(ctx.now).date())
            found.append(term_until(ctx, name, last, profile_of(ctx), clocks=c.clocks))
    return tuple(found)


def extended_term(c: Case, days: int, ctx: Context) -> Term:
    """The running limit to decide, so many working days longer."""
    clock = find_clock(c.clocks, "desk_decide")
    assert clock is not None
    try:
        limit = Limit.parse(clock.limit)
    except ValueError:  # it runs up to a date, after a pause on its last day
        last, provisional = ctx.calendar.add_working_days(last_day(clock.due_at), days)
        ends = end_of_day(last)
        until = term_until(ctx, "desk_decide", last, profile_of(ctx), clocks=c.clocks)
        return replace(until, due_at=ends, provisional=provisional)
    return _from("desk_decide", clock.started_at, limit.value + days, c.clocks, ctx)
