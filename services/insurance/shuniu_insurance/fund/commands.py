"""Commands of the fund: take in, pay premium, take back, reverse by two persons, close a month (domain rules 4.3)."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit, Offer
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.insurance import fund as said
from shuniu.contracts.insurance.fund import FundSource
from shuniu.contracts.ledger import Entry
from shuniu.rules.ledger import mirror, transfer
from shuniu.rules.refusal import Conflict, FieldError, Forbidden, NotFound, Unprocessable

from shuniu_insurance.fields import Day, Fen, Hidden, Reason, Reference, Sealed, known, today, told_as
from shuniu_insurance.fund.ledger import FUND, LEDGER, premium_account, source_account
from shuniu_insurance.fund.lifecycle import FINANCE, MONTH
from shuniu_insurance.fund.month import GUARD, MONTH_ROW
from shuniu_insurance.fund.state import FundGuard, Month, MonthEntry, month_of, next_month
from shuniu_insurance.policies.policy import POLICY_ROW

__all__ = ("COMMANDS", "check_close", "check_reversal")

PURPOSE = "fund.reasons"
Donor = Annotated[str, Meta(max_length=60, extra_json_schema={"x-widget": "unit"})]


class ReceiveFund(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Money comes into the fund (资金归集). ``reference`` is the voucher: it is booked once."""

    fund_source: FundSource
    amount: Fen
    on: Day
    reference: Reference
    donor: Donor = ""


class PayPremium(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Premium goes out to a policy's insurer (缴纳保费)."""

    policy: Hidden
    amount: Fen
    on: Day
    reference: Reference


class TakeRefund(PayPremium, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The insurer pays premium back (退还保费)."""


class AskReversal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask that an entry be undone by its mirror (申请冲销)."""

    month: Hidden
    entry: Hidden
    reason: Reason


class ApproveReversal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Undo the entry: another person than who asked and who booked it (同意冲销)."""

    month: Hidden
    entry: Hidden


class DeclineReversal(AskReversal, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The entry stands (驳回冲销)."""


class CloseMonth(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The month takes no entry any more (月结)."""

    month: Hidden


def _guard_row(rows: Rows, ctx: Context) -> FundGuard:
    return rows.find(GUARD, ctx.scope) or FundGuard()


def _opened(rows: Rows, on: date, ctx: Context) -> tuple[Emit, ...]:
    """The book of the day, begun where it is not there yet; a closed one takes nothing more."""
    id_ = month_of(on)
    month = rows.find(MONTH_ROW, id_)
    if month is None:
        opened = said.FundMonthOpened(month=id_, area=ctx.scope)
        return (Emit(opened, (MONTH_ROW.key(id_), GUARD.key(ctx.scope))),)
    MONTH.check(month.status, "post")
    return ()


def _post(rows: Rows, entry: Entry, reference: str, policy: str, ctx: Context, *also: Key) -> tuple[Emit, ...]:
    """The events of an entry in the book of its day."""
    if entry.on > today(ctx):
        raise Unprocessable("fund.not_ahead", event="post", fields=(FieldError("on", "not_between"),))
    guard = _guard_row(rows, ctx)
    with told_as("", "post"):
        if guard.open_from is not None and entry.on < guard.open_from:
            raise Conflict("ledger.closed", params={"open_from": guard.open_from.isoformat()})
        opened = _opened(rows, entry.on, ctx)
        fact = said.FundMoved(month=month_of(entry.on), entry=entry, reference=reference, policy=policy)
        posted = LEDGER.post(rows, fact, guard.open_from, also=(MONTH_ROW.key(fact.month), *also))
    return (*opened, posted)


def _check_person(ctx: Context, move: str) -> None:
    if not ctx.actor.covers(ctx.scope):
        raise Forbidden("access.area", event=move, params={"area": ctx.scope})


def _receive_cause(c: ReceiveFund) -> str:
    return f"receive:{c.fund_source}:{c.donor}:{c.reference}"


def _receive_keys(c: ReceiveFund, ctx: Context) -> Iterable[Key]:
    yield from (MONTH_ROW.key(month_of(c.on)), GUARD.key(ctx.scope))
    yield from LEDGER.keys((source_account(c.fund_source, c.donor), FUND), (_receive_cause(c),))


def receive(rows: Rows, c: ReceiveFund, ctx: Context) -> Decision:
    """S → F. A donation names the enterprise that gave it."""
    _check_person(ctx, "post")
    if (c.fund_source == "DONATION") != bool(c.donor):
        raise Unprocessable("fund.donor", event="post", fields=(FieldError("donor", "does_not_fit"),))
    if c.donor:
        with told_as("", "post"):
            known("unit", c.donor, "donor", ctx)
    entry = transfer(
        ctx.new_id(), "RECEIVE", _receive_cause(c), c.on, (source_account(c.fund_source, c.donor), FUND, c.amount)
    )
    return Decision(_post(rows, entry, c.reference, "", ctx), answer={"entry": entry.id, "month": month_of(c.on)})


def _premium_cause(kind: str, c: PayPremium) -> str:
    return f"{kind}:{c.policy}:{c.reference}"


def _premium_keys(kind: str) -> Callable[[PayPremium, Context], Iterable[Key]]:
    def keys(c: PayPremium, ctx: Context) -> Iterable[Key]:
        yield from (MONTH_ROW.key(month_of(c.on)), GUARD.key(ctx.scope), POLICY_ROW.key(c.policy))
        yield from LEDGER.keys((FUND, premium_account(c.policy)), (_premium_cause(kind, c),))

    return keys


def pay_premium(rows: Rows, c: PayPremium, ctx: Context) -> Decision:
    """F → I: never more than the policy's premium, never more than the fund holds."""
    _check_person(ctx, "post")
    p = rows.need(POLICY_ROW, c.policy)
    if p.status not in ("ISSUED", "IN_FORCE", "EXPIRED"):
        raise Conflict("fund.policy_not_concluded", state=p.status, event="post")
    if p.premium_paid + c.amount > p.premium:
        left = p.premium - p.premium_paid
        wrong = (FieldError("amount", "out_of_range"),)
        raise Unprocessable("fund.premium_over", state=p.status, event="post", fields=wrong, params={"left": left})
    cause = _premium_cause("PREMIUM", c)
    entry = transfer(ctx.new_id(), "PREMIUM", cause, c.on, (FUND, premium_account(p.id), c.amount))
    events = _post(rows, entry, c.reference, p.id, ctx, POLICY_ROW.key(p.id))
    return Decision(events, answer={"entry": entry.id, "month": month_of(c.on)})


def take_refund(rows: Rows, c: TakeRefund, ctx: Context) -> Decision:
    """I → F: never more than was paid."""
    _check_person(ctx, "post")
    p = rows.need(POLICY_ROW, c.policy)
    cause = _premium_cause("REFUND", c)
    entry = transfer(ctx.new_id(), "REFUND", cause, c.on, (premium_account(p.id), FUND, c.amount))
    events = _post(rows, entry, c.reference, p.id, ctx, POLICY_ROW.key(p.id))
    return Decision(events, answer={"entry": entry.id, "month": month_of(c.on)})


def check_reversal(m: Month, e: MonthEntry, move: str, ctx: Context) -> None:
    """Reversal takes two persons: who asks, and another who neither asked nor booked the entry."""
    MONTH.check_role(move, ctx.actor.roles, "access.role")
    _check_person(ctx, move)
    MONTH.check(m.status, move)
    if e.entry.reverses:
        raise Conflict("ledger.mirror_of_mirror", state=m.status, event=move, params={"entry": e.entry.id})
    if e.state == "REVERSED" or (move == "ask_reversal") != (e.state == "STANDS"):
        raise Conflict("fund.no_reversal_asked", state=m.status, event=move)
    if move == "approve_reversal" and ctx.actor.id in (e.asked_by, e.by):
        raise Forbidden("fund.two_persons", state=m.status, event=move)


def _entry(rows: Rows, month: str, entry: str, move: str) -> tuple[Month, MonthEntry]:
    m = rows.need(MONTH_ROW, month)
    e = m.entry(entry)
    if e is None:
        raise NotFound("fund.no_such_entry", state=m.status, event=move, params={"id": entry[:64]})
    return m, e


def _month_keys(c: Any, ctx: Context) -> Iterable[Key]:
    return (MONTH_ROW.key(c.month), GUARD.key(ctx.scope))


def ask_reversal(rows: Rows, c: AskReversal, ctx: Context) -> Decision:
    """The entry waits for a second person."""
    m, e = _entry(rows, c.month, c.entry, "ask_reversal")
    check_reversal(m, e, "ask_reversal", ctx)
    sealed = Sealed(ctx, m.id)
    fact = said.FundReversalAsked(month=m.id, entry=e.entry.id, reason_ref=sealed.text(c.reason, PURPOSE))
    return Decision((Emit(fact, (MONTH_ROW.key(m.id),)),), tuple(sealed.private))


def _approve_keys(c: ApproveReversal, rows: Rows, ctx: Context) -> Iterable[Key]:
    yield MONTH_ROW.key(month_of(today(ctx)))
    m = rows.find(MONTH_ROW, c.month)
    e = m.entry(c.entry) if m else None
    if e is not None:
        yield from LEDGER.keys((p.account for p in e.entry.postings), (f"reversal:{e.entry.id}",))
        if e.policy:
            yield POLICY_ROW.key(e.policy)


def approve_reversal(rows: Rows, c: ApproveReversal, ctx: Context) -> Decision:
    """The mirror, in the book of today; the entry itself is never edited."""
    m, e = _entry(rows, c.month, c.entry, "approve_reversal")
    check_reversal(m, e, "approve_reversal", ctx)
    undone = mirror(e.entry, ctx.new_id(), f"reversal:{e.entry.id}", today(ctx))
    also = [POLICY_ROW.key(e.policy)] if e.policy else []
    if month_of(undone.on) != m.id:
        also.append(MONTH_ROW.key(m.id))
    return Decision(_post(rows, undone, e.reference, e.policy, ctx, *also), answer={"entry": undone.id})


def decline_reversal(rows: Rows, c: DeclineReversal, ctx: Context) -> Decision:
    """The entry stands; who asked may not decide that either way alone, so declining takes no second person."""
    m, e = _entry(rows, c.month, c.entry, "decline_reversal")
    check_reversal(m, e, "decline_reversal", ctx)
    sealed = Sealed(ctx, m.id)
    fact = said.FundReversalDeclined(month=m.id, entry=e.entry.id, reason_ref=sealed.text(c.reason, PURPOSE))
    return Decision((Emit(fact, (MONTH_ROW.key(m.id),)),), tuple(sealed.private))


def check_close(m: Month, guard: FundGuard, ctx: Context) -> None:
    """A month is closed when it is over, after every month before it, with no reversal waiting."""
    MONTH.check_role("close", ctx.actor.roles, "access.role")
    _check_person(ctx, "close")
    MONTH.check(m.status, "close")
    if today(ctx) < next_month(m.id):
        raise Conflict("fund.month_runs", state=m.status, event="close")
    if guard.open_months and guard.open_months[0] < m.id:
        raise Conflict("fund.close_in_order", state=m.status, event="close", params={"month": guard.open_months[0]})
    if m.asked:
        raise Conflict("fund.reversal_waits", state=m.status, event="close", params={"count": len(m.asked)})


def _close_keys(c: CloseMonth, ctx: Context) -> Iterable[Key]:
    return (*_month_keys(c, ctx), LEDGER.accounts.key(FUND))


def close_month(rows: Rows, c: CloseMonth, ctx: Context) -> Decision:
    """MONTH_CLOSED: no entry falls before the next month any more."""
    m = rows.need(MONTH_ROW, c.month)
    check_close(m, _guard_row(rows, ctx), ctx)
    fact = said.FundMonthClosed(
        month=m.id, open_from=next_month(m.id), balance=LEDGER.balance(rows, FUND), entries=len(m.entries)
    )
    return Decision((Emit(fact, (MONTH_ROW.key(m.id), GUARD.key(ctx.scope))),))


def _offer(action: str) -> Callable[[Context], tuple[Offer, ...]]:
    return lambda ctx: (Offer(action=action, prefill={"on": today(ctx).isoformat()}),)


def _on_month(move: str, struct: type[Any], decide: Callable[..., Decision], **rest: Any) -> Command[Any]:
    rest.setdefault("keys", _month_keys)
    return Command(f"fund.{move}", struct, decide=decide, roles=FINANCE, kind=MONTH.kind, matter_field="month", **rest)


COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "fund.receive",
        ReceiveFund,
        _receive_keys,
        receive,
        roles=FINANCE,
        opens=MONTH.kind,
        offer=_offer("fund.receive"),
        surfaces=("board",),
        order=210,
    ),
    Command(
        "fund.pay_premium",
        PayPremium,
        _premium_keys("PREMIUM"),
        pay_premium,
        roles=FINANCE,
        kind="insurance_policy",
        matter_field="policy",
        order=211,
    ),
    Command(
        "fund.take_refund",
        TakeRefund,
        _premium_keys("REFUND"),
        take_refund,
        roles=FINANCE,
        kind="insurance_policy",
        matter_field="policy",
        order=212,
    ),
    _on_month("ask_reversal", AskReversal, ask_reversal, tone="danger"),
    _on_month("approve_reversal", ApproveReversal, approve_reversal, more_keys=_approve_keys),
    _on_month("decline_reversal", DeclineReversal, decline_reversal),
    _on_month("close", CloseMonth, close_month, keys=_close_keys),
)
