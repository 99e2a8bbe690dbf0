"""How a case ends: decided, delivered, withdrawn (行政许可法 §38, §42-44; domain rules 10.4)."""

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.services_desk.cases import CaseDecided, CaseDelivered, CaseWithdrawn, Handing
from shuniu.rules.clocks import find_clock
from shuniu.rules.refusal import Conflict, NotFound

from shuniu_services_desk.cases.accepting import CASES, guide_in, item_of, with_receipt
from shuniu_services_desk.cases.case import (
    CASE,
    CODE,
    OnCase,
    as_clerk,
    as_decider,
    case_in,
    check_move,
    command_on,
    decided,
    given,
)
from shuniu_services_desk.cases.lifecycles import DECIDERS
from shuniu_services_desk.cases.prepared import prepare_code, prepare_delivery
from shuniu_services_desk.cases.state import Case
from shuniu_services_desk.cases.terms import deliver_term, last_day
from shuniu_services_desk.fields import LongText, Reason, Sealing, wrong
from shuniu_services_desk.roles import DESK

__all__ = ("COMMANDS", "check_decide", "check_deliver", "check_withdraw")

FollowText = Annotated[str, Meta(min_length=12, max_length=24)]


class Decide(OnCase, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Grant it, or deny it with reasons and the remedy."""

    grant: bool
    reason: LongText = ""
    remedy: LongText = ""
    """How the applicant can have it reviewed: reconsideration, a suit, by when."""
    late_reason: LongText = ""
    """Why it took longer than the limit; published with the decision (domain rules 3.23)."""


class Deliver(OnCase, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Give the result to the applicant."""

    how: Handing
    together: bool = False
    """All results of the visit in one go (一件事一次送达)."""


class Withdraw(OnCase, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The applicant takes it back."""

    reason: Reason


class WithdrawByCode(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The applicant takes a case back on the public page, with the follow-up code."""

    code: FollowText
    number: Annotated[str, Meta(min_length=4, max_length=30)]


def check_decide(c: Case, ctx: Context) -> None:
    """Who decides, once accepted and with every part back."""
    as_decider(c, ctx, "decide")
    check_move(c, "decide")
    if c.owing:
        raise Conflict("case.parts_open", state=c.status, event="decide", params={"units": ", ".join(c.owing)})


def decide(rows: Rows, q: Decide, ctx: Context) -> Decision:
    """ACCEPTED → DECIDED. A denial has reasons and tells the remedy (§38); what is late says why."""
    c = case_in(rows, q)
    check_decide(c, ctx)
    if not q.grant and not q.reason.strip():
        raise wrong("case.denial_reasons", "reason", "missing", "decide", c.status)
    if not q.grant and not q.remedy.strip():
        raise wrong("case.denial_remedy", "remedy", "missing", "decide", c.status)
    objections = tuple(t.unit for t in c.tasks if t.status == "TASK_OBJECTED")
    if q.grant and objections and not q.reason.strip():
        units = ", ".join(objections)
        raise wrong("case.against_opinion", "reason", "missing", "decide", c.status, units=units)
    clock = find_clock(c.clocks, "desk_decide")
    late = clock is not None and clock.late
    if late and not q.late_reason.strip():
        raise wrong("case.late_reason", "late_reason", "missing", "decide", c.status)
    sealing = Sealing(ctx)
    reasons = "\n".join(t.strip() for t in (q.reason, q.late_reason) if t.strip())
    fact = CaseDecided(
        case=c.id,
        granted=q.grant,
        unit=c.unit,
        late=late,
        reason_ref=sealing.text(reasons, CASES, c.id),
        remedy_ref=sealing.text(q.remedy, CASES, c.id),
        term=deliver_term(c, ctx),
    )
    words = ("line.granted" if q.grant else "line.denied", reasons, q.remedy)
    emits, private = with_receipt(
        c, guide_in(rows, c), "desk_decided", ctx, words=words, due=last_day(fact.term.due_at)
    )
    return decided(c, [fact], (*sealing.private, *private), emits)


def check_deliver(c: Case, ctx: Context) -> None:
    """The desk: one window gives the result out (domain rules 3.24)."""
    as_clerk(c, ctx, "deliver")
    check_move(c, "deliver")


def deliver(rows: Rows, q: Deliver, ctx: Context) -> Decision:
    """DECIDED → DELIVERED; from now on it can be rated."""
    c = case_in(rows, q)
    check_deliver(c, ctx)
    first = decided(c, [CaseDelivered(case=c.id, how=q.how, together=q.together)])
    if not q.together:
        return first
    others = [o for case in given(ctx).visit if case != c.id and (o := rows.find(CASE, case)) is not None and o.open]
    waiting = [o.number for o in others if o.status != "DECIDED"]
    if waiting:
        params = {"numbers": ", ".join(waiting)}
        raise Conflict("case.visit_undecided", state=c.status, event="deliver", params=params)
    more = [decided(o, [CaseDelivered(case=o.id, how=q.how, together=True)]) for o in others]
    events = tuple(e for d in (first, *more) for e in d.events)
    answer = {**first.answer, "delivered": [c.number, *(o.number for o in others)]}
    return Decision(events, (), answer)


def _of_visit(q: Deliver, rows: Rows, ctx: Context) -> Iterable[Key]:
    return tuple(CASE.key(case) for case in given(ctx).visit) if q.together else ()


def check_withdraw(c: Case, ctx: Context) -> None:
    """The desk, for the applicant, before it is decided."""
    as_clerk(c, ctx, "withdraw")
    check_move(c, "withdraw")


def withdraw(rows: Rows, q: Withdraw, ctx: Context) -> Decision:
    """→ WITHDRAWN."""
    c = case_in(rows, q)
    check_withdraw(c, ctx)
    sealing = Sealing(ctx)
    fact = CaseWithdrawn(case=c.id, reason_ref=sealing.text(q.reason, CASES, c.id))
    return decided(c, [fact], sealing.private)


def _code_keys(q: WithdrawByCode, ctx: Context) -> Iterable[Key]:
    return (CODE.key(given(ctx).code_key),)


def _their_cases(q: WithdrawByCode, rows: Rows, ctx: Context) -> Iterable[Key]:
    held = rows.find(CODE, given(ctx).code_key)
    return tuple(CASE.key(case) for case in held.cases) if held is not None else ()


def withdraw_by_code(rows: Rows, q: WithdrawByCode, ctx: Context) -> Decision:
    """→ WITHDRAWN, by whoever holds the code."""
    held = rows.find(CODE, given(ctx).code_key)
    cases = [found for case in (held.cases if held is not None else ()) if (found := rows.find(CASE, case)) is not None]
    c = next((found for found in cases if found.number == q.number.strip().upper()), None)
    if c is None:
        raise NotFound("case.code_unknown", event="withdraw")
    check_move(c, "withdraw")
    decision = decided(c, [CaseWithdrawn(case=c.id, by_code=True)])
    return Decision(decision.events, (), {"number": c.number})


COMMANDS: tuple[Command[Any], ...] = (
    command_on("case.decide", Decide, decide, DECIDERS, order=40, tone="primary", more_keys=item_of),
    command_on(
        "case.deliver", Deliver, deliver, DESK, order=46, tone="primary", prepare=prepare_delivery, more_keys=_of_visit
    ),
    command_on("case.withdraw", Withdraw, withdraw, DESK, order=47, tone="danger"),
    Command(
        "case.withdraw_by_code",
        WithdrawByCode,
        _code_keys,
        withdraw_by_code,
        public=True,
        prepare=prepare_code,
        more_keys=_their_cases,
        surfaces=(),
        order=48,
    ),
)
