"""Answers of other scopes (各自答复): what they say moves their callout here, as far as the agreement lets it through.

Only the scope that was asked may answer for its callout. It signs by blowing a whistle of its own, makes contact and
works as its units do; the caller confirms its presence here like any other's. A party that stays away leaves an open
referral: its limits run, its late marks count.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command, Reaction, Received
from shuniu.contracts.envelope import Fact, parse_source
from shuniu.contracts.referral import (
    ReferralExpired,
    ReferralProgress,
    ReferralRefused,
    ReferralSettled,
    ReferralTaken,
    ReferralWithdrawn,
)
from shuniu.contracts.whistle.whistles import (
    AnswerReceived,
    CalledUnit,
    CallerWithdrew,
    CalloutAdded,
    CalloutContacted,
    CalloutSigned,
    Party,
    PartyRefused,
    PartySettled,
    PartyTook,
    WhistleCancelled,
)
from shuniu.rules.refusal import Conflict, FieldError, Unprocessable

from shuniu_whistle.whistles.authority import as_blower, is_community, known_unit, told_as
from shuniu_whistle.whistles.fields import OnWhistle, UnitCode
from shuniu_whistle.whistles.lifecycles import STREET
from shuniu_whistle.whistles.parties import CalledParty, check_parties, made_for, unit_of, whistle_and_callout
from shuniu_whistle.whistles.state import Callout, Whistle
from shuniu_whistle.whistles.terms import callout_terms
from shuniu_whistle.whistles.whistle import (
    OPEN_WHISTLE,
    WHISTLE,
    check_move,
    command_on,
    decided,
    whistle_in,
)

__all__ = ("COMMANDS", "REACTIONS", "TAKE_ANSWER", "TAKE_BACK", "TakeAnswer", "TakeBack", "check_call")

_CONTACTED = frozenset({"CONTACTED", "REPORTED", "WORKING", "FINISHED"})
"""Statuses of one of their units that say it has been in contact."""


class TakeAnswer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What another scope said about a referral of ours."""

    source: str
    said: Literal["taken", "refused", "expired", "progressed", "settled"]
    referral: str
    made_by: str
    matter: str = ""
    number: str = ""
    unit: str = ""
    status: str = ""
    due_at: datetime | None = None
    late: bool = False
    reason: str = ""
    outcome: str = ""


def _answer_keys(c: TakeAnswer, ctx: Context) -> Iterable[Key]:
    whistle, _ = whistle_and_callout(c.referral)
    return (WHISTLE.key(whistle),) if whistle else ()


def take_answer(rows: Rows, c: TakeAnswer, ctx: Context) -> Decision:
    """What their word does to the callout here; nothing, where it is not theirs to answer for."""
    whistle, callout = whistle_and_callout(c.referral)
    w = rows.find(WHISTLE, whistle) if whistle and c.made_by == ctx.source else None
    part = w.callout(callout) if w is not None else None
    if w is None or part is None or not part.scope or part.scope != parse_source(c.source)[0]:
        return Decision()
    if w.status != "BLOWN" or not part.owes:
        return Decision()
    facts = list(_effects(w, part, c))
    return decided(w, facts, ctx) if facts else Decision()


def _effects(w: Whistle, part: Callout, c: TakeAnswer) -> Iterable[Fact]:
    on: dict[str, Any] = {"whistle": w.id, "callout": part.id, "unit": part.unit, "scope": part.scope}
    match c.said:
        case "taken":
            yield PartyTook(**on, source=c.source, matter=c.matter, number=c.number)
        case "refused" | "expired":
            yield PartyRefused(**on, reason=c.reason, lapsed=c.said == "expired")
        case "progressed":
            yield AnswerReceived(**on, of_unit=c.unit, status=c.status, due_at=c.due_at, late=c.late)
            short: dict[str, Any] = {"whistle": w.id, "callout": part.id, "unit": part.unit}
            if part.status == "PENDING":
                yield CalloutSigned(**short)
            if part.status in ("PENDING", "SIGNED") and c.status in _CONTACTED:
                yield CalloutContacted(**short)
        case "settled" if c.outcome == "cancelled":
            yield PartyRefused(**on, reason="CANCELLED", lapsed=False)
        case "settled":
            yield PartySettled(**on, outcome=c.outcome)


class TakeBack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The scope that asked does without us."""

    source: str
    referral: str
    reason: str


def _asked_key(c: TakeBack) -> str:
    whistle, _ = whistle_and_callout(c.referral)
    return f"{c.source}|whistle|{whistle}"


def _back_more(c: TakeBack, rows: Rows, ctx: Context) -> Iterable[Key]:
    held = rows.find(OPEN_WHISTLE, _asked_key(c))
    return (WHISTLE.key(held.whistle),) if held else ()


def take_back(rows: Rows, c: TakeBack, ctx: Context) -> Decision:
    """A draft of theirs is called off; of a whistle that was blown our own people decide, and are told."""
    held = rows.find(OPEN_WHISTLE, _asked_key(c))
    w = rows.find(WHISTLE, held.whistle) if held else None
    if w is None or not any(r.referral == c.referral and r.made_by == c.source for r in w.referrals):
        return Decision()
    withdrew = CallerWithdrew(whistle=w.id, referral=c.referral, made_by=c.source)
    if w.status in ("DRAFT", "SUBMITTED") and len(w.referrals) == 1:
        off = WhistleCancelled(whistle=w.id, reason="CALLER_WITHDREW", told=(), open_key=w.open_key)
        return decided(w, [off, withdrew], ctx, guard=True)
    return decided(w, [withdrew], ctx)


class Call(OnWhistle, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Call one more party or unit of a joint whistle (增呼单位)."""

    unit: UnitCode = ""
    scope: UnitCode = ""
    """The other scope it belongs to; empty: ours."""
    role: Literal["LEAD", "CO"] = "CO"


def check_call(w: Whistle, ctx: Context) -> None:
    """Whoever may blow it, while a CROSS whistle is at work."""
    as_blower(w, ctx, "call")
    check_move(w, "call")
    if w.direction != "CROSS":
        raise Conflict("whistle.call_cross_only", state=w.status, event="call")


def call(rows: Rows, c: Call, ctx: Context) -> Decision:
    """A callout with limits from now on; a LEAD only where none stands any more, for there is one lead (10.1)."""
    w = whistle_in(rows, c)
    check_call(w, ctx)

    def bad(rule: str, field: str, **params: str) -> Unprocessable:
        errors = (FieldError(field, rule.rpartition(".")[2]),)
        return Unprocessable(rule, state=w.status, event="call", fields=errors, params=params)

    if c.role == "LEAD" and w.leading is not None:
        raise bad("whistle.one_lead", "role")
    origin = w.origin.scope if w.origin else ""
    with told_as(w.status, "call"):
        if c.scope:
            party = CalledParty(scope=c.scope, unit=c.unit, role=c.role)
            check_parties("CROSS", (Party(scope=c.scope, unit=c.unit, role=c.role),), "", origin, ctx)
            unit = unit_of(Party(scope=party.scope, unit=party.unit, role=party.role))
        else:
            unit = c.unit
            known_unit(unit, "unit", ctx)
    if unit == w.caller_unit:
        raise bad("whistle.caller_called", "unit", unit=unit)
    if not c.scope and c.role == "LEAD" and is_community(unit, ctx):
        raise bad("whistle.community_lead", "unit", unit=unit)
    if any(x.unit == unit and x.status != "WITHDRAWN" for x in w.callouts):
        raise bad("whistle.unit_twice", "unit", unit=unit)
    new = CalledUnit(callout=ctx.new_id(), unit=unit, role=c.role, scope=c.scope)
    terms = callout_terms(w, w.kind, new.callout, ctx)
    facts: list[Fact] = [CalloutAdded(whistle=w.id, called=new, designated=False, terms=terms)]
    if c.scope:
        facts.append(made_for(w, new, w.finish_by.isoformat() if w.finish_by else "", ctx))
    done = decided(w, facts, ctx)
    return Decision(done.events, done.private, {**done.answer, "callout": new.callout})


TAKE_ANSWER: Command[TakeAnswer] = Command("whistle.take_answer", TakeAnswer, _answer_keys, take_answer, internal=True)
TAKE_BACK: Command[TakeBack] = Command(
    "whistle.take_back",
    TakeBack,
    lambda c, ctx: (OPEN_WHISTLE.key(_asked_key(c)),),
    take_back,
    more_keys=_back_more,
    internal=True,
)
COMMANDS: tuple[Command[Any], ...] = (
    TAKE_ANSWER,
    TAKE_BACK,
    command_on("whistle.call", Call, call, STREET, order=72),
)


def _on_answer(received: Received[Any]) -> tuple[Command[Any], msgspec.Struct] | None:
    source = received.event.source
    match received.name:
        case "referral.taken.v1":
            taken = received.fact(ReferralTaken)
            said: dict[str, Any] = {"said": "taken", "matter": taken.matter, "number": taken.number}
            referral, made_by = taken.referral, taken.made_by
        case "referral.refused.v1":
            refused = received.fact(ReferralRefused)
            said = {"said": "refused", "reason": refused.reason}
            referral, made_by = refused.referral, refused.made_by
        case "referral.expired.v1":
            expired = received.fact(ReferralExpired)
            said = {"said": "expired"}
            referral, made_by = expired.referral, expired.made_by
        case "referral.progressed.v1":
            step = received.fact(ReferralProgress)
            said = {"said": "progressed", "matter": step.matter, "unit": step.unit, "status": step.status}
            said |= {"due_at": step.due_at, "late": step.late}
            referral, made_by = step.referral, step.made_by
        case _:
            settled = received.fact(ReferralSettled)
            said = {"said": "settled", "matter": settled.matter, "outcome": settled.outcome}
            referral, made_by = settled.referral, settled.made_by
    if whistle_and_callout(referral) == ("", ""):
        return None
    return TAKE_ANSWER, TakeAnswer(source=source, referral=referral, made_by=made_by, **said)


def _on_withdrawal(received: Received[Any]) -> tuple[Command[Any], msgspec.Struct] | None:
    back = received.fact(ReferralWithdrawn)
    return TAKE_BACK, TakeBack(source=received.event.source, referral=back.referral, reason=back.reason)


REACTIONS: tuple[Reaction, ...] = (
    Reaction(
        "party_answers",
        ("*@*",),
        (
            "referral.taken.v1",
            "referral.refused.v1",
            "referral.expired.v1",
            "referral.progressed.v1",
            "referral.settled.v1",
        ),
        _on_answer,
    ),
    Reaction("party_withdrawals", ("*@*",), ("referral.withdrawn.v1",), _on_withdrawal),
)
