"""Giving stars: proposed one at a time, posted, granted when the notice ends; false hours bar (domain rules 5.6)."""

from datetime import date, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Rows
from shuniu.chassis.service import Command
from shuniu.chassis.terms import term
from shuniu.contracts.envelope import Fact
from shuniu.contracts.volunteer import volunteers as said
from shuniu.rules.limits import Limit
from shuniu.rules.refusal import Conflict, Forbidden

from shuniu_volunteer.fields import Reason, Sealing, business_day, wrong
from shuniu_volunteer.roles import CLERKS, KEEPERS
from shuniu_volunteer.settings import profile_of, settings_of
from shuniu_volunteer.stars import StarProfile, counted, star_profile
from shuniu_volunteer.volunteers.keeping import OnVolunteer, is_self, may_keep, on_volunteer, registration
from shuniu_volunteer.volunteers.state import STAR_NOTICE, Volunteer
from shuniu_volunteer.volunteers.volunteer import VOLUNTEER

__all__ = ("COMMANDS", "check_propose", "profile_in_force")

PURPOSE = "volunteer.stars"


class ProposeStar(OnVolunteer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Post the next star."""

    star: Annotated[int, Meta(ge=1, le=5)]


class WithholdStar(OnVolunteer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An objection is right: the posted star is not given."""

    reason: Reason


class BarVolunteer(OnVolunteer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hours were false: no star for so many years."""

    years: Annotated[int, Meta(ge=1, le=10)]
    reason: Reason


def profile_in_force(ctx: Context) -> StarProfile:
    """The star profile of the deployment."""
    return star_profile(settings_of(ctx).star_profile)


def _kept(v: Volunteer, event: str, ctx: Context) -> None:
    if is_self(v, ctx):
        raise Forbidden("star.own", state=v.status, event=event)
    if not may_keep(v, ctx, myself=False):
        raise Forbidden("volunteer.not_yours", state=v.status, event=event)


def check_propose(v: Volunteer, ctx: Context) -> None:
    """The next star may be posted now; every reason against it has its rule."""
    event = "propose_star"
    _kept(v, event, ctx)
    profile, today = profile_in_force(ctx), business_day(ctx.now)
    if v.noticed_star:
        raise Conflict("star.posted_already", state=v.status, event=event)
    if v.barred_until is not None and today <= v.barred_until:
        raise Conflict("star.barred", state=v.status, event=event, params={"until": v.barred_until.isoformat()})
    if v.star >= len(profile.hours):
        raise Conflict("star.highest", state=v.status, event=event)
    minutes = counted(profile, v.personal_minutes, v.team_minutes)
    needed = profile.hours[v.star]
    if minutes < needed * 60:
        params = {"hours": needed, "have": minutes // 60}
        raise Conflict("star.hours", state=v.status, event=event, params=params)
    if (today - v.registered_on).days < profile.registered_days:
        raise Conflict("star.registered", state=v.status, event=event, params={"days": profile.registered_days})


def propose(rows: Rows, c: ProposeStar, ctx: Context) -> Decision:
    """Posted for at least five working days, under the volunteer's number."""
    v = registration(rows, c.volunteer, "propose_star")
    check_propose(v, ctx)
    if c.star != v.star + 1:
        raise wrong("star.skipped", "star", "out_of_range", "propose_star", v.status, next=v.star + 1)
    given = profile_in_force(ctx)
    notice = term(ctx, STAR_NOTICE, Limit.parse(given.notice), profile_of(ctx), clocks=v.clocks)
    minutes = counted(given, v.personal_minutes, v.team_minutes)
    name = settings_of(ctx).star_profile
    fact = said.StarNoticed(volunteer=v.id, star=c.star, profile=name, minutes=minutes, term=notice)
    return _say(v, (fact,))


def withhold(rows: Rows, c: WithholdStar, ctx: Context) -> Decision:
    """While it is posted."""
    v = registration(rows, c.volunteer, "withhold_star")
    _kept(v, "withhold_star", ctx)
    if not v.noticed_star:
        raise Conflict("star.not_posted", state=v.status, event="withhold_star")
    sealing = Sealing(ctx)
    ref = sealing.text(c.reason, PURPOSE)
    return _say(v, (said.StarWithheld(volunteer=v.id, star=v.noticed_star, reason_ref=ref),), sealing)


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28) + timedelta(days=1)


def bar(rows: Rows, c: BarVolunteer, ctx: Context) -> Decision:
    """One to three years by profile; a star that is posted is not given."""
    v = registration(rows, c.volunteer, "bar")
    _kept(v, "bar", ctx)
    least, most = profile_in_force(ctx).bar_years
    if not least <= c.years <= most:
        raise wrong("star.bar_years", "years", "out_of_range", "bar", v.status, least=least, most=most)
    sealing = Sealing(ctx)
    ref = sealing.text(c.reason, PURPOSE)
    facts: list[Fact] = [
        said.VolunteerBarred(volunteer=v.id, until=_years_after(business_day(ctx.now), c.years), reason_ref=ref)
    ]
    if v.noticed_star:
        facts.append(said.StarWithheld(volunteer=v.id, star=v.noticed_star, reason_ref=ref))
    return _say(v, tuple(facts), sealing)


def _say(v: Volunteer, facts: tuple[Fact, ...], sealing: Sealing | None = None) -> Decision:
    events = tuple(Emit(f, (VOLUNTEER.key(v.id),), v.profile.area) for f in facts)
    return Decision(events, sealing.private if sealing else (), {"volunteer": v.id, "number": v.number})


def _on(name: str, struct: type[msgspec.Struct], decide: Any, roles: tuple[str, ...], **rest: Any) -> Command[Any]:
    return Command(
        f"volunteer.{name}",
        struct,
        on_volunteer,
        decide,
        roles=roles,
        kind="volunteer",
        matter_field="volunteer",
        **rest,
    )


COMMANDS: tuple[Command[Any], ...] = (
    _on("propose_star", ProposeStar, propose, KEEPERS, order=25),
    _on("withhold_star", WithholdStar, withhold, CLERKS, order=26),
    _on("bar", BarVolunteer, bar, CLERKS, order=27, tone="danger"),
)
