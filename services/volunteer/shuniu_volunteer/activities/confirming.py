"""Hours count when both sides say so; what is disputed a second person adjusts, once, with a reason (10.8)."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.envelope import Fact
from shuniu.contracts.volunteer import activities as said
from shuniu.rules.refusal import Conflict, Forbidden

from shuniu_volunteer.activities.activity import ACTIVITY, DAY, PARTICIPATION, command_on, may_lead
from shuniu_volunteer.activities.joining import OnPart, at_part, emit_part, own_id, part_in
from shuniu_volunteer.activities.lifecycles import PARTICIPATION as CYCLE
from shuniu_volunteer.activities.planning import PURPOSE, settled
from shuniu_volunteer.activities.state import (
    Activity,
    Participation,
    ServiceDay,
    day_key,
    participation_key,
)
from shuniu_volunteer.fields import Paper, Reason, Sealing, wrong
from shuniu_volunteer.roles import CLERKS, KEEPERS, VOLUNTEERS
from shuniu_volunteer.settings import settings_of
from shuniu_volunteer.teams.state import TEAM
from shuniu_volunteer.volunteers.keeping import is_self
from shuniu_volunteer.volunteers.state import ACCOUNT, Volunteer
from shuniu_volunteer.volunteers.volunteer import VOLUNTEER

__all__ = ("COMMANDS",)

_DISPUTABLE = ("HOURS_PENDING", "HOURS_CONFIRMED", "NOTICED")


class Agree(OnPart, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Say that the hours are right. Without ``volunteer``: one's own, on the volunteer's side.

    ``paper`` is a list the volunteer signed, where they have no account: it speaks for their side.
    """

    paper: Paper = ""


class Dispute(OnPart, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Say that the hours are wrong, and why."""

    reason: Reason


class Adjust(OnPart, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Decide what counts instead."""

    minutes: Annotated[int, Meta(ge=0, le=1440)]
    reason: Reason


def _keys(c: OnPart, ctx: Context) -> Iterable[Key]:
    yield ACTIVITY.key(c.activity)
    if not c.volunteer and ctx.actor.id:
        yield ACCOUNT.key(ctx.actor.id)


def _more(c: OnPart, rows: Rows, ctx: Context) -> Iterable[Key]:
    a, volunteer = rows.find(ACTIVITY, c.activity), own_id(c, rows, ctx)
    if a is not None and volunteer:
        yield VOLUNTEER.key(volunteer)
        yield PARTICIPATION.key(participation_key(a.id, volunteer))
        yield DAY.key(day_key(volunteer, a.on))
        if a.plan.team:
            yield TEAM.key(a.plan.team)


def _booked_on(a: Activity, volunteer: str) -> tuple[Key, ...]:
    """Whose hours they are: the person's register, and the team's where they are booked to it."""
    team = (TEAM.key(a.plan.team),) if a.plan.booking == "TEAM" else ()
    return (VOLUNTEER.key(volunteer), *team)


def _all_confirmed(a: Activity, pending: int, disputed: int, served: int) -> list[Fact]:
    """The last word of the last one confirms the activity, and answers who asked for it."""
    if a.status != "HOURS_PENDING" or pending or disputed:
        return []
    return [said.ActivityConfirmed(activity=a.id), *settled(a, "solved" if served else "unsolved")]


def _side(a: Activity, v: Volunteer, p: Participation, c: Agree, ctx: Context) -> Literal["VOLUNTEER", "ORGANISER"]:
    """Which side speaks. Nobody speaks for both (domain rules 10.8: confirming one's own hours is illegal)."""
    event = "agree"
    if is_self(v, ctx):
        return "VOLUNTEER"
    if not may_lead(a, ctx):
        raise Forbidden("activity.not_yours", state=p.status, event=event)
    if not c.paper:
        return "ORGANISER"
    if v.account:
        raise Conflict("participation.speaks_for_themselves", state=p.status, event=event)
    return "VOLUNTEER"


def agree(rows: Rows, c: Agree, ctx: Context) -> Decision:
    """One side says so; with the second the hours are CONFIRMED and booked."""
    event = "agree"
    a, v = at_part(c, rows, event, ctx)
    p = part_in(rows, a, v.id, event)
    CYCLE.check(p.status, event)
    if a.status != "HOURS_PENDING":
        raise Conflict("participation.confirm_when_pending", state=a.status, event=event)
    side = _side(a, v, p, c, ctx)
    mine, theirs = (
        (p.agreed_volunteer, p.agreed_organiser) if side == "VOLUNTEER" else (p.agreed_organiser, p.agreed_volunteer)
    )
    if theirs == ctx.actor.id:
        raise Forbidden("participation.own_hours", state=p.status, event=event)
    if mine:
        raise Conflict("participation.agreed_already", state=p.status, event=event)
    agreed = said.ParticipationAgreed(activity=a.id, volunteer=v.id, side=side, paper=c.paper)
    events = [emit_part(a, agreed)]
    if theirs:
        confirmed = said.ParticipationConfirmed(
            activity=a.id,
            volunteer=v.id,
            minutes=p.minutes,
            booking=p.booking,
            team=a.plan.team if p.booking == "TEAM" else "",
            area=a.plan.area,
            on=a.on,
        )
        events.append(emit_part(a, confirmed, *_booked_on(a, v.id)))
        last = _all_confirmed(a, a.pending - 1, a.disputed, a.served + 1)
        events += [Emit(f, (ACTIVITY.key(a.id),), a.plan.area) for f in last]
    return Decision(tuple(events), (), {"activity": a.id, "number": a.number, "minutes": p.minutes})


def dispute(rows: Rows, c: Dispute, ctx: Context) -> Decision:
    """→ DISPUTED, until the hours are archived."""
    event = "dispute"
    a, v = at_part(c, rows, event, ctx)
    p = part_in(rows, a, v.id, event)
    CYCLE.check(p.status, event)
    if a.status not in _DISPUTABLE:
        raise Conflict("participation.dispute_in_time", state=a.status, event=event)
    if not is_self(v, ctx) and not may_lead(a, ctx):
        raise Forbidden("activity.not_yours", state=p.status, event=event)
    sealing = Sealing(ctx)
    was: Any = p.status
    fact = said.ParticipationDisputed(
        activity=a.id,
        volunteer=v.id,
        side="VOLUNTEER" if is_self(v, ctx) else "ORGANISER",
        reason_ref=sealing.text(c.reason, PURPOSE),
        was=was,
    )
    return Decision((emit_part(a, fact),), sealing.private, {"activity": a.id, "number": a.number})


def _second_person(v: Volunteer, p: Participation, ctx: Context) -> None:
    involved = {p.disputed_by, p.agreed_organiser, p.agreed_volunteer, *p.checked_by}
    if is_self(v, ctx) or ctx.actor.id in involved:
        raise Forbidden("participation.second_person", state=p.status, event="adjust")


def adjust(rows: Rows, c: Adjust, ctx: Context) -> Decision:
    """DISPUTED → ADJUSTED by somebody who has had no hand in it, within the same caps, with a reason."""
    event = "adjust"
    a, v = at_part(c, rows, event, ctx)
    p = part_in(rows, a, v.id, event)
    CYCLE.check_role(event, ctx.actor.roles, "access.role")
    if not may_lead(a, ctx):
        raise Forbidden("activity.not_yours", state=p.status, event=event)
    CYCLE.check(p.status, event)
    _second_person(v, p, ctx)
    settings = settings_of(ctx)
    day = rows.find(DAY, day_key(v.id, a.on)) or ServiceDay()
    room = settings.day_most_minutes - sum(s.minutes for s in day.spans if s.activity != a.id)
    most = max(0, min(a.length, room)) // settings.round_minutes * settings.round_minutes
    if c.minutes % settings.round_minutes or c.minutes > most:
        raise wrong("participation.minutes", "minutes", "out_of_range", event, p.status, most=most)
    sealing = Sealing(ctx)
    confirmed = bool(p.agreed_volunteer and p.agreed_organiser)
    fact = said.ParticipationAdjusted(
        activity=a.id,
        volunteer=v.id,
        minutes=c.minutes,
        booked=p.booked,
        confirmed=confirmed,
        booking=p.booking,
        team=a.plan.team if p.booking == "TEAM" else "",
        area=a.plan.area,
        on=a.on,
        reason_ref=sealing.text(c.reason, PURPOSE),
    )
    events = [emit_part(a, fact, DAY.key(day_key(v.id, a.on)), *_booked_on(a, v.id))]
    last = _all_confirmed(a, a.pending, a.disputed - 1, a.served + (not confirmed))
    events += [Emit(f, (ACTIVITY.key(a.id),), a.plan.area) for f in last]
    return Decision(tuple(events), sealing.private, {"activity": a.id, "number": a.number, "minutes": c.minutes})


def _on(name: str, struct: type[msgspec.Struct], decide: Any, roles: tuple[str, ...], order: int) -> Command[Any]:
    return command_on(f"participation.{name}", struct, decide, roles, keys=_keys, more_keys=_more, order=order)


COMMANDS: tuple[Command[Any], ...] = (
    _on("agree", Agree, agree, (*KEEPERS, *VOLUNTEERS), 9),
    _on("dispute", Dispute, dispute, (*KEEPERS, *VOLUNTEERS), 10),
    _on("adjust", Adjust, adjust, CLERKS, 11),
)
