"""Taking part: applying, the waiting list that moves up by itself, declines (domain rules 10.8)."""

from collections.abc import Iterable
from typing import Any, Literal

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.volunteer import activities as said
from shuniu.rules.refusal import Conflict, Forbidden, NotFound

from shuniu_volunteer.activities.activity import (
    ACTIVITY,
    PARTICIPATION,
    ROSTER,
    OnActivity,
    command_on,
    may_lead,
)
from shuniu_volunteer.activities.lifecycles import PARTICIPATION as CYCLE
from shuniu_volunteer.activities.state import Activity, Participation, Roster, participation_key
from shuniu_volunteer.fields import Hidden
from shuniu_volunteer.roles import KEEPERS, VOLUNTEERS
from shuniu_volunteer.settings import settings_of
from shuniu_volunteer.volunteers.state import ACCOUNT, Volunteer
from shuniu_volunteer.volunteers.volunteer import VOLUNTEER

__all__ = ("COMMANDS", "OnPart", "at_part", "check_fit", "emit_part", "own_id", "part_in", "part_keys", "part_more")

LOOKED_AT = 20
"""So many of the waiting list are looked at for one free place."""
_RECRUITING = ("RECRUITING", "READY")


class OnPart(OnActivity, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one volunteer's part; without ``volunteer`` it is one's own."""

    volunteer: Hidden = ""


class Apply(OnActivity, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Apply for oneself."""


class Enrol(OnActivity, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Put somebody down who has agreed, and say how they did."""

    volunteer: Hidden
    consent: Literal["PHONE", "PAPER", "IN_PERSON"] | None = None


class Accept(OnPart, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Accept an application."""


class Decline(OnPart, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Decline an application, or take a place back."""

    reason: Literal["NO_MATCH", "NOT_REACHED", "OTHER_REASON"]


class Withdraw(OnActivity, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Give one's own place or application up."""


def own_id(c: Any, rows: Rows, ctx: Context) -> str:
    """The volunteer a command is about: the one named, else the one who signs in. "" for nobody."""
    named: str = getattr(c, "volunteer", "")
    if named:
        return named
    holder = rows.find(ACCOUNT, ctx.actor.id) if ctx.actor.id else None
    return holder.volunteer if holder else ""


def part_keys(c: Any, ctx: Context) -> Iterable[Key]:
    """The activity, its roster, and who signs in."""
    yield ACTIVITY.key(c.activity)
    yield ROSTER.key(c.activity)
    if not getattr(c, "volunteer", "") and ctx.actor.id:
        yield ACCOUNT.key(ctx.actor.id)


def part_more(c: Any, rows: Rows, ctx: Context) -> Iterable[Key]:
    """The volunteer and their part; of the waiting list who may move up."""
    volunteer = own_id(c, rows, ctx)
    seats = (rows.find(ROSTER, c.activity) or Roster()).waiting[:LOOKED_AT]
    for one in dict.fromkeys((volunteer, *(s.volunteer for s in seats))):
        if one:
            yield VOLUNTEER.key(one)
            yield PARTICIPATION.key(participation_key(c.activity, one))


def at_part(c: Any, rows: Rows, event: str, ctx: Context) -> tuple[Activity, Volunteer]:
    """The activity and the volunteer a command is about. NotFound ``volunteer.none_of_yours`` for nobody."""
    a = rows.need(ACTIVITY, c.activity)
    volunteer = own_id(c, rows, ctx)
    if not volunteer:
        raise NotFound("volunteer.none_of_yours", state=a.status, event=event)
    return a, rows.need(VOLUNTEER, volunteer)


def part_in(rows: Rows, a: Activity, volunteer: str, event: str) -> Participation:
    """The part. NotFound ``participation.unknown``."""
    p = rows.find(PARTICIPATION, participation_key(a.id, volunteer))
    if p is None:
        raise NotFound("participation.unknown", state=a.status, event=event)
    return p


def emit_part(a: Activity, fact: said.ParticipationFact, *more: Key) -> Emit:
    """An event of one part: the activity's summary travels, the part and its guards evolve."""
    on = (ACTIVITY.key(a.id), PARTICIPATION.key(participation_key(a.id, fact.volunteer)), *more)
    return Emit(fact, on, a.plan.area)


def check_fit(v: Volunteer, a: Activity, event: str) -> None:
    """Skills, a paper that holds on the day, and for somebody under age a guardian who agrees (10.8, 5.1)."""
    state = a.status
    if not v.active:
        raise Conflict("volunteer.left", state=state, event=event)
    missing = [s for s in a.plan.skills if s not in v.profile.skills]
    if missing:
        raise Conflict("participation.skill", state=state, event=event, params={"skill": missing[0]})
    if a.plan.qualification is not None and not v.qualified(a.plan.qualification, a.on):
        params = {"qualification": a.plan.qualification}
        raise Conflict("participation.qualification", state=state, event=event, params=params)
    if v.minor(a.on):
        if a.plan.danger:
            raise Conflict("participation.minor_danger", state=state, event=event)
        if not v.guarded(a.on):
            raise Conflict("participation.guardian", state=state, event=event)


def _recruiting(a: Activity, event: str, *statuses: str) -> None:
    if a.status not in (statuses or ("RECRUITING",)):
        raise Conflict("participation.not_recruiting", state=a.status, event=event)


def _as_leader(a: Activity, event: str, ctx: Context) -> None:
    ctx.actor.require_role(*KEEPERS)
    if not may_lead(a, ctx):
        raise Forbidden("activity.not_yours", state=a.status, event=event)


def _placed(
    a: Activity, roster: Roster, volunteer: str, account: str, event: str, ctx: Context
) -> said.ParticipationFact:
    """A place, or else the end of the waiting list."""
    if not a.full:
        return said.ParticipationAccepted(activity=a.id, volunteer=volunteer, account=account)
    if len(roster.waiting) >= settings_of(ctx).most_waiting:
        raise Conflict("participation.waiting_full", state=a.status, event=event)
    position = len(roster.waiting) + 1
    return said.ParticipationWaitlisted(activity=a.id, volunteer=volunteer, account=account, position=position)


def _joined(
    rows: Rows, a: Activity, v: Volunteer, consent: Literal["SELF", "PHONE", "PAPER", "IN_PERSON"], ctx: Context
) -> Decision:
    event = "apply"
    _recruiting(a, event)
    known = rows.find(PARTICIPATION, participation_key(a.id, v.id))
    CYCLE.check(known.status if known else None, event)
    check_fit(v, a, event)
    roster = rows.find(ROSTER, a.id) or Roster()
    facts: list[said.ParticipationFact] = [
        said.ParticipationApplied(activity=a.id, volunteer=v.id, account=v.account, consent=consent)
    ]
    if not a.plan.approval or consent != "SELF":
        facts.append(_placed(a, roster, v.id, v.account, event, ctx))
    events = tuple(emit_part(a, f, ROSTER.key(a.id)) for f in facts)
    status = {"ParticipationAccepted": "ACCEPTED", "ParticipationWaitlisted": "WAITLISTED"}
    outcome = status.get(type(facts[-1]).__name__, "APPLIED")
    return Decision(events, (), {"activity": a.id, "number": a.number, "status": outcome})


def apply(rows: Rows, c: Apply, ctx: Context) -> Decision:
    """APPLIED; where no approval is needed at once ACCEPTED, or WAITLISTED when the last place is gone."""
    a, v = at_part(c, rows, "apply", ctx)
    return _joined(rows, a, v, "SELF", ctx)


def enrol(rows: Rows, c: Enrol, ctx: Context) -> Decision:
    """By the leader, for who has agreed: nobody is assigned without consent (志愿服务条例 §37; domain rules 10.8)."""
    a, v = at_part(c, rows, "enrol", ctx)
    _as_leader(a, "enrol", ctx)
    if c.consent is None:
        raise Conflict("participation.consent_missing", state=a.status, event="enrol")
    return _joined(rows, a, v, c.consent, ctx)


def accept(rows: Rows, c: Accept, ctx: Context) -> Decision:
    """APPLIED → ACCEPTED, or WAITLISTED when the last place is gone."""
    a, v = at_part(c, rows, "accept", ctx)
    _as_leader(a, "accept", ctx)
    p = part_in(rows, a, v.id, "accept")
    CYCLE.check(p.status, "accept")
    _recruiting(a, "accept")
    check_fit(v, a, "accept")
    if p.status == "WAITLISTED":
        raise Conflict("participation.waits_in_line", state=p.status, event="accept")
    fact = _placed(a, rows.find(ROSTER, a.id) or Roster(), v.id, p.account, "accept", ctx)
    return Decision((emit_part(a, fact, ROSTER.key(a.id)),), (), {"activity": a.id, "number": a.number})


def _moved_up(rows: Rows, a: Activity, left: str) -> list[said.ParticipationFact]:
    """The first of the waiting list who still fits gets the place; who does not is declined."""
    facts: list[said.ParticipationFact] = []
    for seat in (rows.find(ROSTER, a.id) or Roster()).waiting[:LOOKED_AT]:
        if seat.volunteer == left:
            continue
        v = rows.need(VOLUNTEER, seat.volunteer)
        try:
            check_fit(v, a, "accept")
        except Conflict:
            facts.append(
                said.ParticipationDeclined(
                    activity=a.id, volunteer=v.id, by="ORGANISER", reason="NO_MATCH", was="WAITLISTED"
                )
            )
            continue
        up = said.ParticipationAccepted(
            activity=a.id, volunteer=v.id, account=seat.account, moved_up=True, was="WAITLISTED"
        )
        return [*facts, up]
    return facts


def _gone(
    rows: Rows, a: Activity, p: Participation, by: Literal["ORGANISER", "VOLUNTEER"], reason: said.DeclineReason
) -> Decision:
    assert p.status in ("APPLIED", "ACCEPTED", "WAITLISTED")
    was: Any = p.status
    facts: list[said.ParticipationFact] = [
        said.ParticipationDeclined(activity=a.id, volunteer=p.volunteer, by=by, reason=reason, was=was)
    ]
    if p.status == "ACCEPTED":
        facts += _moved_up(rows, a, p.volunteer)
    events: tuple[Emit, ...] = tuple(emit_part(a, f, ROSTER.key(a.id)) for f in facts)
    return Decision(events, (), {"activity": a.id, "number": a.number})


def decline(rows: Rows, c: Decline, ctx: Context) -> Decision:
    """→ DECLINED by the leader; a place that comes free goes to the waiting list."""
    a, v = at_part(c, rows, "decline", ctx)
    _as_leader(a, "decline", ctx)
    p = part_in(rows, a, v.id, "decline")
    CYCLE.check(p.status, "decline")
    _recruiting(a, "decline", *_RECRUITING)
    return _gone(rows, a, p, "ORGANISER", c.reason)


def withdraw(rows: Rows, c: Withdraw, ctx: Context) -> Decision:
    """→ DECLINED by oneself, before it takes place."""
    a, v = at_part(c, rows, "withdraw", ctx)
    p = part_in(rows, a, v.id, "withdraw")
    CYCLE.check(p.status, "withdraw")
    _recruiting(a, "withdraw", *_RECRUITING)
    return _gone(rows, a, p, "VOLUNTEER", "WITHDRAWN")


def _on(name: str, struct: type[msgspec.Struct], decide: Any, roles: tuple[str, ...], **rest: Any) -> Command[Any]:
    return command_on(f"participation.{name}", struct, decide, roles, keys=part_keys, more_keys=part_more, **rest)


COMMANDS: tuple[Command[Any], ...] = (
    _on("apply", Apply, apply, VOLUNTEERS, tone="primary", order=2),
    _on("withdraw", Withdraw, withdraw, VOLUNTEERS, order=3),
    _on("enrol", Enrol, enrol, KEEPERS, order=4),
    _on("accept", Accept, accept, KEEPERS, order=5),
    _on("decline", Decline, decline, KEEPERS, order=6),
)
