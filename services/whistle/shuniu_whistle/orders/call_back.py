"""The person is asked (回访), and that decides how the order ends (domain rules 1.17, 1.22, 10.2, 11.1)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision
from shuniu.chassis.keyed import keyed
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.envelope import Fact
from shuniu.contracts.whistle.orders import (
    OrderCallBackDeclined,
    OrderCalledBack,
    OrderClosed,
    OrderReworked,
    Satisfaction,
)
from shuniu.rules.refusal import Conflict, NotFound

from shuniu_whistle.order_settings import order_settings
from shuniu_whistle.orders.authority import as_hotline
from shuniu_whistle.orders.fields import HANDLING, OnOrder, refuse_field
from shuniu_whistle.orders.lifecycles import HOTLINE
from shuniu_whistle.orders.order import CODE, ORDER, check_move, command_on, decided, order_in
from shuniu_whistle.orders.state import Order
from shuniu_whistle.orders.terms import rework_term
from shuniu_whistle.whistles.fields import LongText, Reason, Texts

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("COMMANDS", "check_call_back", "check_close", "check_decline_call_back", "check_rework")


class RecordCallBack(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the person said when called back."""

    means: Literal["PHONE", "SMS", "WEB"]
    valid: bool
    """False: nobody reached, or no answer."""
    solved: bool = False
    satisfaction: Satisfaction | None = None
    note: LongText = ""


class RateByCode(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The person answers on the public page, with the follow-up code."""

    code: Annotated[str, Meta(min_length=12, max_length=24)]
    solved: bool
    satisfaction: Satisfaction


class DeclineCallBack(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The person says explicitly that no call-back is wanted."""

    note: LongText = ""


class Rework(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Have it handled again."""

    reason: Reason


class CloseOrder(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Close it."""

    note: LongText = ""


def check_call_back(o: Order, ctx: Context) -> None:
    """The hotline, after the feedback; again only where nobody was reached."""
    as_hotline(o, ctx, "call_back")
    _check_askable(o)


def _check_askable(o: Order) -> None:
    check_move(o, "call_back")
    if o.status == "CALLED_BACK" and o.call_backs[-1].valid:
        raise Conflict("order.called_back_already", state=o.status, event="call_back")


def _outcome(o: Order, f: OrderCalledBack, ctx: Context) -> list[Fact]:
    """The answer, and what follows: not solved goes back to the unit by itself, so often as is set (1.22)."""
    facts: list[Fact] = [f]
    if f.valid and not f.solved and o.rounds < order_settings(ctx).order_reworks:
        facts.append(OrderReworked(order=o.id, round=o.rounds + 1, term=rework_term(o, ctx)))
    return facts


def call_back(rows: Rows, c: RecordCallBack, ctx: Context) -> Decision:
    """→ CALLED_BACK, and on to REWORK where it is not solved."""
    o = order_in(rows, c)
    check_call_back(o, ctx)
    if c.valid and c.satisfaction is None:
        raise refuse_field("order.satisfaction_required", "satisfaction", "missing", "call_back", o)
    if not c.valid and (c.solved or c.satisfaction is not None):
        raise refuse_field("order.nobody_answered", "valid", "value", "call_back", o)
    texts = Texts(ctx)
    fact = OrderCalledBack(
        order=o.id,
        means=c.means,
        valid=c.valid,
        solved=c.solved,
        satisfaction=c.satisfaction,
        note_ref=texts.keep(c.note, HANDLING),
    )
    return decided(o, _outcome(o, fact, ctx), texts.private)


async def _hash_code(c: RateByCode, host: "Host") -> str:
    return keyed(host).of_code(c.code)


def _code_keys(c: RateByCode, ctx: Context) -> Iterable[Key]:
    return (CODE.key(str(ctx.prepared)),)


def _code_order(c: RateByCode, rows: Rows, ctx: Context) -> Iterable[Key]:
    found = rows.find(CODE, str(ctx.prepared))
    return (ORDER.key(found.order),) if found else ()


def rate_by_code(rows: Rows, c: RateByCode, ctx: Context) -> Decision:
    """The call-back over the web (§23): by whoever holds the code, once there is a result."""
    held = rows.find(CODE, str(ctx.prepared))
    if held is None:
        raise NotFound("order.code_unknown", event="call_back")
    o = rows.need(ORDER, held.order)
    _check_askable(o)
    fact = OrderCalledBack(order=o.id, means="WEB", valid=True, solved=c.solved, satisfaction=c.satisfaction)
    decision = decided(o, _outcome(o, fact, ctx))
    return Decision(decision.events, (), {"number": o.number})


def check_decline_call_back(o: Order, ctx: Context) -> None:
    """The hotline, until somebody was called back."""
    as_hotline(o, ctx, "decline_call_back")
    check_move(o, "decline_call_back")
    if not o.wants_call_back:
        raise Conflict("order.no_call_back_already", state=o.status, event="decline_call_back")


def decline_call_back(rows: Rows, c: DeclineCallBack, ctx: Context) -> Decision:
    """The order may be closed without a call-back from now on."""
    o = order_in(rows, c)
    check_decline_call_back(o, ctx)
    texts = Texts(ctx)
    return decided(o, [OrderCallBackDeclined(order=o.id, note_ref=texts.keep(c.note, HANDLING))], texts.private)


def check_rework(o: Order, ctx: Context) -> None:
    """The hotline, where the person says that it is not solved."""
    as_hotline(o, ctx, "rework")
    check_move(o, "rework")
    if o.said is None or o.said.solved:
        raise Conflict("order.rework_unsolved", state=o.status, event="rework")


def rework(rows: Rows, c: Rework, ctx: Context) -> Decision:
    """CALLED_BACK → REWORK, once more than goes by itself."""
    o = order_in(rows, c)
    check_rework(o, ctx)
    texts = Texts(ctx)
    fact = OrderReworked(
        order=o.id, round=o.rounds + 1, term=rework_term(o, ctx), note_ref=texts.keep(c.reason, HANDLING)
    )
    return decided(o, [fact], texts.private)


def check_close(o: Order, ctx: Context) -> None:
    """The hotline: after the call-back, or where the person explicitly wanted none (10.2)."""
    as_hotline(o, ctx, "close")
    check_move(o, "close")
    if o.status == "FED_BACK" and o.wants_call_back:
        raise Conflict("order.close_before_call_back", state=o.status, event="close")


def close(rows: Rows, c: CloseOrder, ctx: Context) -> Decision:
    """→ CLOSED; an order that is still not solved needs a word why it ends."""
    o = order_in(rows, c)
    check_close(o, ctx)
    outcome: Literal["SOLVED", "UNSOLVED", "UNKNOWN"] = (
        "UNKNOWN" if o.said is None else "SOLVED" if o.said.solved else "UNSOLVED"
    )
    if outcome == "UNSOLVED" and not c.note.strip():
        raise refuse_field("order.unsolved_why", "note", "missing", "close", o)
    texts = Texts(ctx)
    return decided(o, [OrderClosed(order=o.id, outcome=outcome, note_ref=texts.keep(c.note, HANDLING))], texts.private)


COMMANDS: tuple[Command[Any], ...] = (
    command_on("order.call_back", RecordCallBack, call_back, HOTLINE, tone="primary", order=150),
    command_on("order.close", CloseOrder, close, HOTLINE, tone="primary", order=151),
    command_on("order.rework", Rework, rework, HOTLINE, order=152),
    command_on("order.decline_call_back", DeclineCallBack, decline_call_back, HOTLINE, order=153),
    Command(
        "order.rate_by_code",
        RateByCode,
        _code_keys,
        rate_by_code,
        public=True,
        prepare=_hash_code,
        more_keys=_code_order,
        surfaces=(),
        order=154,
    ),
)
