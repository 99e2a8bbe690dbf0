"""Limits that start to run: from a profile's limit, or up to a date people agreed on."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from shuniu.chassis.context import Context
from shuniu.contracts.clock import Term
from shuniu.rules.calendar import end_of_day, local
from shuniu.rules.clocks import find_clock
from shuniu.rules.limits import Limit, Profile, deadline

from shuniu_whistle.settings import profile_of, settings_of
from shuniu_whistle.whistles.state import Whistle

__all__ = (
    "callout_terms",
    "date_term",
    "default_finish",
    "evaluate_term",
    "last_day",
    "profile_for",
    "referral_term",
    "term",
)


def _next_generation(w: Whistle | None, clock: str, part: str) -> int:
    newest = find_clock(w.clocks, clock, part) if w else None
    return newest.generation + 1 if newest else 1


def profile_for(w: Whistle, ctx: Context) -> Profile:
    """The limit profile a whistle runs by: its item's, where the list names one, else its direction's."""
    return ctx.profile(w.profile) if w.profile else profile_of(w.direction, ctx)


def term(w: Whistle | None, clock: str, part: str, limit: Limit, profile: Profile, ctx: Context) -> Term:
    """``limit`` from now on, as the next generation of that clock."""
    d = deadline(ctx.now, limit, ctx.calendar, profile.hours, profile.soon_fraction)
    return Term(
        clock=clock,
        part=part,
        generation=_next_generation(w, clock, part),
        started_at=ctx.now,
        due_at=d.due_at,
        soon_at=d.soon_at,
        limit=str(limit),
        calendar_version=d.calendar_version,
        provisional=d.provisional,
    )


def date_term(w: Whistle, clock: str, part: str, last: date, ctx: Context) -> Term:
    """A clock that runs to 24:00 of an agreed date; soon after the profile's share of the office hours until then."""
    profile = profile_for(w, ctx)
    due = end_of_day(last)
    seconds = ctx.calendar.working_seconds_between(ctx.now, due, profile.hours)
    soon: datetime = due
    if seconds:
        share = max(1, int(seconds * Fraction(str(profile.soon_fraction))))
        soon, _ = ctx.calendar.add_working_seconds(ctx.now, share, profile.hours)
    return Term(
        clock=clock,
        part=part,
        generation=_next_generation(w, clock, part),
        started_at=ctx.now.astimezone(UTC),
        due_at=due,
        soon_at=min(soon, due),
        limit=last.isoformat(),
        calendar_version=ctx.calendar.version,
        provisional=False,
    )


def callout_terms(w: Whistle, kind: str, callout: str, ctx: Context) -> tuple[Term, ...]:
    """Sign, contact and report in, all from now (domain rules 1.1, 10.1)."""
    profile = profile_for(w, ctx)
    return (
        term(w, "sign", callout, profile.limit("sign"), profile, ctx),
        term(w, "contact", callout, profile.limit("contact"), profile, ctx),
        term(w, "report", callout, profile.limit(f"report.{kind}", "report"), profile, ctx),
    )


def default_finish(w: Whistle, ctx: Context) -> date:
    """The last day of the profile's finish limit if it started now (1.11; the street may set its own)."""
    return last_day(profile_for(w, ctx), ctx)


def last_day(profile: Profile, ctx: Context) -> date:
    """The last day of a profile's finish limit if it started now."""
    end = deadline(ctx.now, profile.limit("finish"), ctx.calendar, profile.hours, profile.soon_fraction).due_at
    # A term of days ends at 24:00, which is 0:00 of the day after.
    return local(end - timedelta(microseconds=1)).date()


def evaluate_term(w: Whistle, ctx: Context) -> Term:
    """How long the caller has to rate (5 wd, design choice of 10.1)."""
    profile = profile_for(w, ctx)
    return term(w, "evaluate", "", profile.limit("evaluate"), profile, ctx)


def referral_term(w: Whistle | None, ctx: Context) -> Term:
    """How long a referral's draft may lie untouched."""
    return term(w, "referral", "", Limit.parse(settings_of(ctx).referral_limit), profile_of("UP", ctx), ctx)
