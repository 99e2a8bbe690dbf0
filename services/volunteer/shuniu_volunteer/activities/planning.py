"""From the draft to the archive: what is done with an activity as a whole (domain rules 10.8)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.masking import scrub
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.terms import term
from shuniu.contracts.envelope import Fact
from shuniu.contracts.referral import ReferralSettled
from shuniu.contracts.summary import Place
from shuniu.contracts.volunteer import activities as said
from shuniu.contracts.volunteer.volunteers import QualificationKind, Skill
from shuniu.rules.areas import within
from shuniu.rules.calendar import local
from shuniu.rules.refusal import Conflict, FieldError, Forbidden, Unprocessable

from shuniu_volunteer.activities.activity import (
    ACTIVITY,
    ROSTER,
    OnActivity,
    check_move,
    command_on,
    decided,
    move,
)
from shuniu_volunteer.activities.categories import CATEGORIES
from shuniu_volunteer.activities.lifecycles import ACTIVITY as CYCLE
from shuniu_volunteer.activities.state import KIND, Activity, Roster
from shuniu_volunteer.fields import AreaCode, Instant, Reason, Sealing, Text
from shuniu_volunteer.roles import KEEPERS, keeps
from shuniu_volunteer.settings import profile_of
from shuniu_volunteer.teams.state import TEAM

__all__ = ("COMMANDS", "NUMBERS", "check_ready", "check_review", "settled")

NUMBERS = "HD"
PURPOSE = "volunteer.activity"


class GivenPlace(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where: a name free of persons, and optionally a point (WGS 84)."""

    name: Annotated[str, Meta(max_length=60)] = ""
    lon: Annotated[float, Meta(ge=-180, le=180)] | None = None
    lat: Annotated[float, Meta(ge=-90, le=90)] | None = None


PlaceField = Annotated[GivenPlace, Meta(extra_json_schema={"x-widget": "place"})]
CategoryField = Annotated[str, Meta(max_length=40, extra_json_schema={"x-widget": "category"})]


class DraftActivity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Plan an activity. ``text`` says truly what is done and what may happen (志愿服务条例 §12)."""

    category: CategoryField
    title: Annotated[str, Meta(min_length=2, max_length=40, pattern=r"\S")]
    area: AreaCode
    place: PlaceField = GivenPlace()
    starts_at: Instant
    ends_at: Instant
    places: Annotated[int, Meta(ge=1, le=500)]
    danger: Annotated[int, Meta(ge=0, le=3)] = 0
    skills: Annotated[tuple[Skill, ...], Meta(max_length=5)] = ()
    qualification: QualificationKind | None = None
    booking: said.Booking = "PERSONAL"
    team: Annotated[str, Meta(max_length=40, extra_json_schema={"x-widget": "unit"})] = ""
    organiser: Annotated[str, Meta(max_length=60, extra_json_schema={"x-widget": "unit"})] = ""
    approval: bool = False
    text: Text = ""


class AmendActivity(DraftActivity, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Put the draft's plan right."""

    activity: Annotated[str, Meta(max_length=80, extra_json_schema={"x-widget": "hidden"})]


class SendBack(OnActivity, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Back to the draft."""

    reason: Reason


class Insure(OnActivity, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Name the accident insurance of those who take part."""

    insurance: Annotated[str, Meta(min_length=4, max_length=40, pattern=r"^[A-Za-z0-9-]+$")]


class Cancel(OnActivity, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It does not take place."""

    reason: Literal["WEATHER", "TOO_FEW", "NOT_ALLOWED", "NOT_NEEDED"]


def _plan(c: DraftActivity, event: str, rows: Rows, ctx: Context, state: str | None = None) -> said.ActivityPlan:
    errors: list[FieldError] = []
    if c.category not in CATEGORIES:
        errors.append(FieldError("category", "unknown"))
    if scrub(c.title) != c.title or scrub(c.place.name) != c.place.name:
        # Both are published, so neither may hold a number of a person.
        errors.append(FieldError("title", "personal"))
    if not within(c.area, ctx.scope):
        errors.append(FieldError("area", "area_outside"))
    if c.starts_at.tzinfo is None or c.ends_at.tzinfo is None:
        errors.append(FieldError("starts_at", "format"))
    elif not ctx.now < c.starts_at < c.ends_at:
        errors.append(FieldError("starts_at", "out_of_range"))
    elif local(c.starts_at).date() != local(c.ends_at).date():
        errors.append(FieldError("ends_at", "one_day"))
    team = rows.find(TEAM, c.team) if c.team else None
    if c.team and (team is None or not team.active):
        errors.append(FieldError("team", "unknown"))
    if c.booking == "TEAM" and not c.team:
        errors.append(FieldError("team", "missing"))
    if (c.place.lon is None) != (c.place.lat is None):
        errors.append(FieldError("place.lat", "missing"))
    if errors:
        raise Unprocessable("activity.plan", state=state, event=event, fields=tuple(errors))

    def coarse(degrees: float | None) -> float | None:
        return None if degrees is None else round(degrees, 4)

    return said.ActivityPlan(
        category=c.category,
        title=c.title.strip(),
        area=c.area,
        place=Place(name=c.place.name.strip(), lon=coarse(c.place.lon), lat=coarse(c.place.lat)),
        starts_at=c.starts_at,
        ends_at=c.ends_at,
        places=c.places,
        danger=c.danger,
        skills=c.skills,
        qualification=c.qualification,
        booking=c.booking,
        team=c.team,
        approval=c.approval,
    )


def _organiser(c: DraftActivity, event: str, ctx: Context, state: str | None = None) -> str:
    """Who organises, and so records and certifies (谁组织谁记录): the unit named, the team, or the actor's own unit."""
    organiser = c.organiser or c.team or (ctx.actor.units[0] if ctx.actor.units else "")
    if not organiser:
        raise Unprocessable("activity.plan", state=state, event=event, fields=(FieldError("organiser", "missing"),))
    if not keeps(ctx.actor, c.area, organiser, c.team):
        raise Forbidden("activity.not_yours", state=state, event=event)
    return organiser


def _draft_keys(c: DraftActivity, ctx: Context) -> Iterable[Key]:
    yield counter_key(NUMBERS, ctx.now)
    if c.team:
        yield TEAM.key(c.team)


def draft(rows: Rows, c: DraftActivity, ctx: Context) -> Decision:
    """DRAFT."""
    organiser = _organiser(c, "draft", ctx)
    plan = _plan(c, "draft", rows, ctx)
    sealing, new = Sealing(ctx), ctx.new_id()
    number = next_number(rows, NUMBERS, ctx.now)
    fact = said.ActivityDrafted(
        activity=new, number=number, organiser=organiser, plan=plan, text_ref=sealing.text(c.text, PURPOSE)
    )
    on = (ACTIVITY.key(new), counter_key(NUMBERS, ctx.now))
    return Decision((Emit(fact, on, plan.area),), sealing.private, {"activity": new, "number": number})


def _amend_keys(c: AmendActivity, ctx: Context) -> Iterable[Key]:
    yield ACTIVITY.key(c.activity)
    if c.team:
        yield TEAM.key(c.team)


def amend(rows: Rows, c: AmendActivity, ctx: Context) -> Decision:
    """While it is a draft; what a referral knew is completed here."""
    a = move(rows, c, "amend", ctx)
    organiser = _organiser(c, "amend", ctx, a.status)
    plan = _plan(c, "amend", rows, ctx, a.status)
    sealing = Sealing(ctx)
    text = sealing.text(c.text, PURPOSE)
    return decided(a, [said.ActivityAmended(activity=a.id, organiser=organiser, plan=plan, text_ref=text)], sealing)


def check_review(a: Activity, ctx: Context) -> None:
    """Nobody reviews the plan they wrote; a request's empty plan is completed first."""
    check_move(a, "review", ctx)
    if a.drafted_by == ctx.actor.id:
        raise Forbidden("activity.second_person", state=a.status, event="review")
    if a.origin is not None and not a.drafted_by:
        raise Conflict("activity.plan_first", state=a.status, event="review")


def review(rows: Rows, c: OnActivity, ctx: Context) -> Decision:
    """→ REVIEWED."""
    a = rows.need(ACTIVITY, c.activity)
    check_review(a, ctx)
    return decided(a, [said.ActivityReviewed(activity=a.id)])


def send_back(rows: Rows, c: SendBack, ctx: Context) -> Decision:
    """→ DRAFT, with the reason."""
    a = move(rows, c, "send_back", ctx)
    sealing = Sealing(ctx)
    return decided(a, [said.ActivityReturned(activity=a.id, reason_ref=sealing.text(c.reason, PURPOSE))], sealing)


def _in_time(a: Activity, event: str, now: datetime) -> None:
    if now >= a.plan.starts_at:
        raise Conflict("activity.start_passed", state=a.status, event=event)


def open_(rows: Rows, c: OnActivity, ctx: Context) -> Decision:
    """→ RECRUITING."""
    a = move(rows, c, "open", ctx)
    _in_time(a, "open", ctx.now)
    return decided(a, [said.ActivityOpened(activity=a.id)])


def insure(rows: Rows, c: Insure, ctx: Context) -> Decision:
    """Before it takes place."""
    a = move(rows, c, "insure", ctx)
    return decided(a, [said.ActivityInsured(activity=a.id, insurance=c.insurance)])


def check_ready(a: Activity, ctx: Context) -> None:
    """Dangerous without insurance is never ready (志愿服务条例 §17; domain rules 10.8); nobody to come is nothing."""
    check_move(a, "make_ready", ctx)
    _in_time(a, "make_ready", ctx.now)
    if a.plan.danger and not a.insurance:
        raise Conflict("activity.insurance_missing", state=a.status, event="make_ready")
    if not a.accepted:
        raise Conflict("activity.nobody", state=a.status, event="make_ready")


def make_ready(rows: Rows, c: OnActivity, ctx: Context) -> Decision:
    """→ READY."""
    a = rows.need(ACTIVITY, c.activity)
    check_ready(a, ctx)
    return decided(a, [said.ActivityReady(activity=a.id)])


def start(rows: Rows, c: OnActivity, ctx: Context) -> Decision:
    """→ ONGOING on its day, ahead of time; at the planned time it starts by itself."""
    a = move(rows, c, "start", ctx)
    if local(ctx.now).date() != a.on:
        raise Conflict("activity.another_day", state=a.status, event="start")
    return decided(a, [said.ActivityStarted(activity=a.id)])


def finish(rows: Rows, c: OnActivity, ctx: Context) -> Decision:
    """→ FINISHED."""
    return decided(a := move(rows, c, "finish", ctx), [said.ActivityFinished(activity=a.id)])


def settled(a: Activity, outcome: str) -> list[Fact]:
    """What whoever asked for the activity is told at its end; nothing where nobody asked."""
    if a.origin is None:
        return []
    return [
        ReferralSettled(referral=a.origin.referral, made_by=a.origin.made_by, kind=KIND, matter=a.id, outcome=outcome)
    ]


def submit_hours(rows: Rows, c: OnActivity, ctx: Context) -> Decision:
    """→ HOURS_PENDING once everybody is out; without any hours there is nothing to confirm."""
    a = move(rows, c, "submit_hours", ctx)
    if a.inside:
        raise Conflict("activity.somebody_inside", state=a.status, event="submit_hours", params={"count": a.inside})
    profile = profile_of(ctx)
    confirm = term(ctx, "confirm", profile.limit("confirm"), profile, clocks=a.clocks)
    facts: list[Fact] = [said.ActivityHoursPending(activity=a.id, term=confirm)]
    if not a.pending:
        facts += [said.ActivityConfirmed(activity=a.id), *settled(a, "unsolved")]
    return decided(a, facts)


def notice_hours(rows: Rows, c: OnActivity, ctx: Context) -> Decision:
    """→ NOTICED: posted for at least five working days, then archived by itself."""
    a = move(rows, c, "notice_hours", ctx)
    profile = profile_of(ctx)
    notice = term(ctx, "hours_notice", profile.limit("hours_notice"), profile, clocks=a.clocks)
    return decided(a, [said.ActivityNoticed(activity=a.id, term=notice)])


def _cancel_keys(c: Any, ctx: Context) -> Iterable[Key]:
    return (ACTIVITY.key(c.activity), ROSTER.key(c.activity))


def cancel(rows: Rows, c: Cancel, ctx: Context) -> Decision:
    """→ CANCELLED, before it takes place; everybody on the roster is told, by the roster as it stands now."""
    a = move(rows, c, "cancel", ctx)
    roster = rows.find(ROSTER, a.id) or Roster()
    told = tuple(s.account for s in roster.everybody if s.account)
    fact = said.ActivityCancelled(
        activity=a.id, reason=c.reason, told=told, without_account=len(roster.everybody) - len(told)
    )
    answer = {"activity": a.id, "number": a.number, "told": len(told), "without_account": fact.without_account}
    said_so = decided(a, [fact, *settled(a, "cancelled")])
    return Decision(said_so.events, said_so.private, answer)


def _on(name: str, struct: type[msgspec.Struct], decide: Any, **rest: Any) -> Command[Any]:
    return command_on(f"activity.{name}", struct, decide, CYCLE.move(name).roles, **rest)


COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "activity.draft",
        DraftActivity,
        _draft_keys,
        draft,
        roles=KEEPERS,
        opens=KIND,
        surfaces=("board", "phone"),
        icon="calendar",
        tone="primary",
        order=1,
    ),
    _on("amend", AmendActivity, amend, keys=_amend_keys, order=30),
    _on("review", OnActivity, review, tone="primary", order=31),
    _on("send_back", SendBack, send_back, order=32),
    _on("open", OnActivity, open_, tone="primary", order=33),
    _on("insure", Insure, insure, order=34),
    _on("make_ready", OnActivity, make_ready, tone="primary", order=35),
    _on("start", OnActivity, start, tone="primary", order=36),
    _on("finish", OnActivity, finish, tone="primary", order=37),
    _on("submit_hours", OnActivity, submit_hours, tone="primary", order=38),
    _on("notice_hours", OnActivity, notice_hours, tone="primary", order=39),
    _on("cancel", Cancel, cancel, keys=_cancel_keys, tone="danger", order=49),
)
