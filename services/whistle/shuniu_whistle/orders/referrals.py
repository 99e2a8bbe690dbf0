"""Work for others (移交): a whistle the order waits for, a grid event that helps along (domain rules 10.2).

Both go as referrals, a whistle too: whoever whistles answers like anybody else, and every way a whistle may end comes
back in the same words. A referral of an order is called after it (``<order>:<n>``), so its answer finds it.
"""

from collections.abc import Iterable
from typing import Any, Literal

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command, Reaction, Received
from shuniu.contracts.envelope import Fact
from shuniu.contracts.referral import (
    ReferralExpired,
    ReferralMade,
    ReferralRefused,
    ReferralSettled,
    ReferralSubject,
    ReferralTaken,
)
from shuniu.contracts.whistle.orders import (
    OrderFedBack,
    OrderReferralAnswered,
    OrderReferred,
    OrderResumed,
    OrderWhistled,
)
from shuniu.rules.refusal import Conflict

from shuniu_whistle.orders.authority import as_handler, as_street_clerk
from shuniu_whistle.orders.face import title_of
from shuniu_whistle.orders.fields import HANDLING, OnOrder
from shuniu_whistle.orders.lifecycles import HANDLERS
from shuniu_whistle.orders.order import ORDER, check_move, command_on, decided, order_in
from shuniu_whistle.orders.state import Order, Referred
from shuniu_whistle.orders.terms import call_back_term, handle_term
from shuniu_whistle.whistles.fields import LongText, Reason, Texts
from shuniu_whistle.whistles.lifecycles import STREET

__all__ = ("ANSWER", "COMMANDS", "REACTIONS", "AnswerReferral", "check_refer", "check_whistle")


class WhistleForOrder(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whistle for it: the order waits for the whistle."""

    reason: Reason


class ReferOrder(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask the grid to look after it on the spot, while the unit goes on."""

    to_kind: Literal["grid_event"] = "grid_event"
    reason: LongText = ""


class AnswerReferral(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What came back from where a referral went."""

    referral: str
    answer: Literal["taken", "refused", "expired", "settled"]
    source: str
    kind: str = ""
    matter: str = ""
    number: str = ""
    outcome: str = ""


def check_whistle(o: Order, ctx: Context) -> None:
    """The street, once the person was contacted and while the unit handles the order."""
    as_street_clerk(o, ctx, "whistle")
    check_move(o, "whistle")


def _made(o: Order, referral: str, to_kind: str, reason: str, ctx: Context) -> ReferralMade:
    subject = ReferralSubject(
        source=ctx.source,
        kind=ORDER.name,
        matter=o.id,
        number=o.number,
        title=title_of(o, ctx),
        category=o.category,
        area=o.area,
        place=o.place,
    )
    return ReferralMade(referral=referral, to_scope=ctx.scope, to_kind=to_kind, subject=subject, reason=reason)


def _next(o: Order) -> str:
    return f"{o.id}:{len(o.referrals) + 1}"


def whistle(rows: Rows, c: WhistleForOrder, ctx: Context) -> Decision:
    """→ WHISTLED, and a referral that opens the draft of a whistle."""
    o = order_in(rows, c)
    check_whistle(o, ctx)
    texts = Texts(ctx)
    referral = _next(o)
    facts = [
        OrderWhistled(order=o.id, referral=referral, reason_ref=texts.keep(c.reason, HANDLING)),
        _made(o, referral, "whistle", "HOTLINE_ORDER", ctx),
    ]
    return decided(o, facts, texts.private)


def check_refer(o: Order, ctx: Context) -> None:
    """The unit in charge, while it handles the order and no such referral is open."""
    as_handler(o, ctx, "refer")
    check_move(o, "refer")
    if any(r.to_kind == "grid_event" and r.answer in ("", "taken") for r in o.referrals):
        raise Conflict("order.referred_already", state=o.status, event="refer")


def refer(rows: Rows, c: ReferOrder, ctx: Context) -> Decision:
    """A referral; the order stays where it is and its limit runs on."""
    o = order_in(rows, c)
    check_refer(o, ctx)
    texts = Texts(ctx)
    referral = _next(o)
    reason = texts.keep(c.reason, HANDLING)
    facts = [
        OrderReferred(order=o.id, referral=referral, to_kind=c.to_kind, reason_ref=reason),
        _made(o, referral, c.to_kind, "HOTLINE_ORDER", ctx),
    ]
    return decided(o, facts, texts.private)


def _order_of(referral: str) -> str:
    return referral.rpartition(":")[0]


def _answer_keys(c: AnswerReferral, ctx: Context) -> Iterable[Key]:
    return (ORDER.key(_order_of(c.referral)),)


def answer(rows: Rows, c: AnswerReferral, ctx: Context) -> Decision:
    """Note it, and where the order waited for it go on: solved to FED_BACK, anything else back to HANDLING."""
    o = rows.find(ORDER, _order_of(c.referral))
    known = next((r for r in o.referrals if r.referral == c.referral), None) if o else None
    if o is None or known is None or _same(known, c):
        return Decision()
    facts: list[Fact] = [
        OrderReferralAnswered(
            order=o.id,
            referral=c.referral,
            answer=c.answer,
            source=c.source,
            kind=c.kind,
            matter=c.matter,
            number=c.number,
            outcome=c.outcome,
        )
    ]
    if o.status == "WHISTLED" and o.waits_for == c.referral and c.answer != "taken":
        facts.append(_go_on(o, c, ctx))
    return decided(o, facts)


def _same(known: Referred, c: AnswerReferral) -> bool:
    return (known.answer, known.matter, known.outcome) == (c.answer, c.matter or known.matter, c.outcome)


def _go_on(o: Order, c: AnswerReferral, ctx: Context) -> Fact:
    if c.answer == "settled" and c.outcome == "solved":
        return OrderFedBack(order=o.id, unit=o.lead, told_by="", term=call_back_term(o, ctx))
    outcome: Literal["refused", "expired", "cancelled", "unsolved"] = "unsolved"
    if c.answer in ("refused", "expired"):
        outcome = "refused" if c.answer == "refused" else "expired"
    elif c.outcome == "cancelled":
        outcome = "cancelled"
    term = handle_term(o, o.order_class, o.appeal, ctx)
    return OrderResumed(order=o.id, referral=c.referral, outcome=outcome, term=term)


ANSWER: Command[AnswerReferral] = Command("order.answer_referral", AnswerReferral, _answer_keys, answer, internal=True)

COMMANDS: tuple[Command[Any], ...] = (
    ANSWER,
    command_on("order.whistle", WhistleForOrder, whistle, STREET, icon="call", order=138),
    command_on("order.refer", ReferOrder, refer, HANDLERS, order=137),
)


def _on_answer(received: Received[Any]) -> tuple[Command[Any], msgspec.Struct] | None:
    """Answers to our referrals; those of whistles come out of our own log."""
    source = received.event.source
    match received.name:
        case "referral.taken.v1":
            taken = received.fact(ReferralTaken)
            given = AnswerReferral(
                referral=taken.referral,
                answer="taken",
                source=source,
                kind=taken.kind,
                matter=taken.matter,
                number=taken.number,
            )
        case "referral.refused.v1":
            given = AnswerReferral(referral=received.fact(ReferralRefused).referral, answer="refused", source=source)
        case "referral.expired.v1":
            given = AnswerReferral(referral=received.fact(ReferralExpired).referral, answer="expired", source=source)
        case _:
            settled = received.fact(ReferralSettled)
            given = AnswerReferral(
                referral=settled.referral,
                answer="settled",
                source=source,
                kind=settled.kind,
                matter=settled.matter,
                outcome=settled.outcome,
            )
    return (ANSWER, given) if ":" in given.referral else None


_ANSWERS = ("referral.taken.v1", "referral.refused.v1", "referral.expired.v1", "referral.settled.v1")

REACTIONS: tuple[Reaction, ...] = (Reaction("order_referrals", ("*", "*@*"), _ANSWERS, _on_answer),)
