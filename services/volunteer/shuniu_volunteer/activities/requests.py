"""Requests of others (移交): somebody asks for volunteers, and is answered like any referral (architecture idea 7)."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Literal

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command, Reaction, Received
from shuniu.chassis.terms import term
from shuniu.contracts.envelope import Fact
from shuniu.contracts.referral import ReferralMade, ReferralRefused, ReferralTaken, ReferralWithdrawn
from shuniu.contracts.volunteer import activities as said
from shuniu.rules.areas import within
from shuniu.rules.refusal import Conflict

from shuniu_volunteer.activities.activity import (
    ACTIVITY,
    ROSTER,
    TOOK,
    OnActivity,
    check_move,
    command_on,
    decided,
)
from shuniu_volunteer.activities.categories import CATEGORIES
from shuniu_volunteer.activities.lifecycles import BEFORE_ONGOING
from shuniu_volunteer.activities.planning import NUMBERS, settled
from shuniu_volunteer.activities.state import KIND, Activity, Roster
from shuniu_volunteer.roles import CLERKS
from shuniu_volunteer.settings import profile_of

__all__ = ("COMMANDS", "REACTIONS", "TAKE", "WITHDRAW", "TakeRequest", "WithdrawRequest", "check_refuse")

TO_KIND = "volunteer_request"


class TakeRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Open a draft for a request."""

    made_by: str
    referral: ReferralMade


class WithdrawRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whoever asked needs nobody any more."""

    made_by: str
    referral: str


class RefuseRequest(OnActivity, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Send it back to who asked."""

    reason: Literal["NO_VOLUNTEERS", "NOT_VOLUNTARY_WORK", "TOO_DANGEROUS", "INCOMPLETE"]


def _took(made_by: str, referral: str) -> Key:
    return TOOK.key(f"{made_by}|{referral}")


def _take_keys(c: TakeRequest, ctx: Context) -> Iterable[Key]:
    return (counter_key(NUMBERS, ctx.now), _took(c.made_by, c.referral.referral))


def take(rows: Rows, c: TakeRequest, ctx: Context) -> Decision:
    """A DRAFT whose time, places and team a person fills in; asked twice it is opened once."""
    made = c.referral
    key = _took(c.made_by, made.referral)
    if made.to_kind != TO_KIND or made.to_scope != ctx.scope or rows.find(TOOK, key.id) is not None:
        return Decision()
    subject, new = made.subject, ctx.new_id()
    number = next_number(rows, NUMBERS, ctx.now)
    profile = profile_of(ctx)
    asked = made.payload.get("category", "")
    area = subject.area if subject.area and within(subject.area, ctx.scope) else ctx.scope
    # Nobody said when: a week from now, to be put right before it is reviewed.
    begins = (ctx.now + timedelta(days=7)).replace(minute=0, second=0, microsecond=0)
    plan = said.ActivityPlan(
        category=asked if asked in CATEGORIES else "VA_ACCOMPANY",
        title=subject.title[:40],
        area=area,
        place=subject.place,
        starts_at=begins,
        ends_at=begins + timedelta(hours=2),
        places=2,
        approval=True,
    )
    origin = said.RequestOrigin(
        referral=made.referral,
        made_by=c.made_by,
        source=subject.source,
        kind=subject.kind,
        matter=subject.matter,
        number=subject.number,
    )
    drafted = said.ActivityDrafted(
        activity=new,
        number=number,
        organiser="",
        plan=plan,
        origin=origin,
        term=term(ctx, "referral", profile.limit("referral"), profile),
    )
    taken = ReferralTaken(referral=made.referral, made_by=c.made_by, kind=KIND, matter=new, number=number)
    on = ACTIVITY.key(new)
    events = (Emit(drafted, (on, counter_key(NUMBERS, ctx.now)), area), Emit(taken, (on, key), area))
    return Decision(events, (), {"activity": new, "number": number})


def _withdraw_keys(c: WithdrawRequest, ctx: Context) -> Iterable[Key]:
    return (_took(c.made_by, c.referral),)


def _withdraw_more(c: WithdrawRequest, rows: Rows, ctx: Context) -> Iterable[Key]:
    took = rows.find(TOOK, _took(c.made_by, c.referral).id)
    return (ACTIVITY.key(took.activity), ROSTER.key(took.activity)) if took else ()


def withdraw(rows: Rows, c: WithdrawRequest, ctx: Context) -> Decision:
    """Before it takes place it is cancelled and everybody told; afterwards it goes its way."""
    took = rows.find(TOOK, _took(c.made_by, c.referral).id)
    a = rows.find(ACTIVITY, took.activity) if took else None
    if a is None or a.status not in BEFORE_ONGOING:
        return Decision()
    seats = (rows.find(ROSTER, a.id) or Roster()).everybody
    told = tuple(s.account for s in seats if s.account)
    fact = said.ActivityCancelled(activity=a.id, reason="NOT_NEEDED", told=told, without_account=len(seats) - len(told))
    return decided(a, [fact, *settled(a, "cancelled")])


def check_refuse(a: Activity, ctx: Context) -> None:
    """A clerk, while the request is a draft."""
    check_move(a, "refuse_request", ctx)
    if a.origin is None:
        raise Conflict("activity.no_request", state=a.status, event="refuse_request")


def refuse(rows: Rows, c: RefuseRequest, ctx: Context) -> Decision:
    """DRAFT → CANCELLED, and who asked is told why, by a code."""
    a = rows.need(ACTIVITY, c.activity)
    check_refuse(a, ctx)
    assert a.origin is not None
    facts: list[Fact] = [
        said.ActivityCancelled(activity=a.id, reason="REQUEST_REFUSED"),
        ReferralRefused(referral=a.origin.referral, made_by=a.origin.made_by, reason=c.reason),
    ]
    return decided(a, facts)


TAKE: Command[TakeRequest] = Command("activity.take_request", TakeRequest, _take_keys, take, internal=True)
WITHDRAW: Command[WithdrawRequest] = Command(
    "activity.withdraw_request",
    WithdrawRequest,
    _withdraw_keys,
    withdraw,
    more_keys=_withdraw_more,
    internal=True,
)
COMMANDS: tuple[Command[Any], ...] = (
    TAKE,
    WITHDRAW,
    command_on("activity.refuse_request", RefuseRequest, refuse, CLERKS, order=48),
)


def _on_request(received: Received[Any]) -> tuple[Command[Any], msgspec.Struct] | None:
    source = received.event.source
    if received.name == "referral.withdrawn.v1":
        return WITHDRAW, WithdrawRequest(made_by=source, referral=received.fact(ReferralWithdrawn).referral)
    made = received.fact(ReferralMade)
    return (TAKE, TakeRequest(made_by=source, referral=made)) if made.to_kind == TO_KIND else None


REACTIONS: tuple[Reaction, ...] = (
    Reaction("volunteer_requests", ("*", "*@*"), ("referral.made.v1", "referral.withdrawn.v1"), _on_request),
)
"""An absent sender's or receiver's request lies in the log until the other one reads it."""
