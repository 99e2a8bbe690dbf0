"""Limits of grid events (时限)."""

from datetime import date, timedelta

from shuniu.chassis.context import Context
from shuniu.chassis.terms import term
from shuniu.contracts.clock import Term
from shuniu.rules.calendar import end_of_day
from shuniu.rules.limits import Profile

from shuniu_grid.events.categories import limit_of
from shuniu_grid.events.limit_tables import over, shipped_tables
from shuniu_grid.settings import settings_of

__all__ = ("named_term", "process_term", "profile_of", "term_until")


def profile_of(ctx: Context) -> Profile:
    """The limit table in force: a shipped one, with the street's own limits over it where there are any (2.16)."""
    settings = settings_of(ctx)
    shipped = shipped_tables().get(settings.profile)
    base = shipped.profile if shipped is not None else ctx.profile(settings.profile)
    return over(base, settings.limits_file) if settings.limits_file else base


def process_term(ctx: Context, category: str, generation: int) -> Term:
    """The limit of the category, from now (domain rules 2.1: the clock starts at dispatch; 2.15)."""
    profile = profile_of(ctx)
    return term(ctx, "process", limit_of(category, profile), profile, generation=generation)


def named_term(ctx: Context, name: str, generation: int) -> Term:
    """A limit of the profile by its own name (``verify``, ``check``), from now. KeyError when it has none."""
    profile = profile_of(ctx)
    return term(ctx, name, profile.limit(name), profile, generation=generation)


def term_until(ctx: Context, name: str, day: date, generation: int) -> Term:
    """A limit that somebody set by date: it ends at 24:00 of ``day`` and warns at the profile's share of the way."""
    due_at = end_of_day(day)
    whole = int((due_at - ctx.now).total_seconds() * profile_of(ctx).soon_fraction)
    return Term(
        clock=name,
        generation=generation,
        started_at=ctx.now,
        due_at=due_at,
        soon_at=ctx.now + timedelta(seconds=whole),
        limit=f"until {day.isoformat()}",
        calendar_version=ctx.calendar.version,
    )
