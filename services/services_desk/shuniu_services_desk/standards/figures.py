"""What a standard changed (before and after): mean working days, first-visit rate, share of bad ratings.

The same sums as the desk's own measures (domain rules 11.7), over a declared closed period, by day of decision, of
delivery and of rating. Pure; a rate without a denominator is None.
"""

from collections.abc import Iterable
from datetime import date

from shuniu.contracts.services_desk.standards import StandardFigures
from shuniu.rules.calendar import WorkingCalendar, local

from shuniu_services_desk.cases.state import Case
from shuniu_services_desk.cases.terms import left_after
from shuniu_services_desk.ratings.state import BAD, Rating

__all__ = ("bad_share", "figures_of", "first_visit_rate", "mean_days")


def figures_of(
    cases: Iterable[Case], ratings: Iterable[Rating], first: date, last: date, calendar: WorkingCalendar
) -> StandardFigures:
    """The sums of one period; days of the period are business days (Asia/Shanghai), both ends included."""
    decided = days = done = once = rated = bad = 0
    for c in cases:
        if c.decided_at is not None and c.received_at is not None and first <= local(c.decided_at).date() <= last:
            decided += 1
            days += left_after(calendar, local(c.received_at).date(), local(c.decided_at).date())
        if c.status == "DELIVERED" and c.ended_at is not None and first <= local(c.ended_at).date() <= last:
            done += 1
            once += len(c.visits) <= 1
    for r in ratings:
        if first <= local(r.given_at).date() <= last:
            rated += 1
            bad += r.level in BAD
    return StandardFigures(
        first=first, last=last, decided=decided, days=days, done=done, done_once=once, rated=rated, rated_bad=bad
    )


def mean_days(f: StandardFigures) -> float | None:
    """Working days from receipt to decision, on average."""
    return f.days / f.decided if f.decided else None


def first_visit_rate(f: StandardFigures) -> float | None:
    """Done with one visit at most."""
    return f.done_once / f.done if f.done else None


def bad_share(f: StandardFigures) -> float | None:
    """Bad ratings of all ratings."""
    return f.rated_bad / f.rated if f.rated else None
