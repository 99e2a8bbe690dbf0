"""Hanging (挂账): work is impossible for now, and somebody one level up agrees (domain rules 1.27, 1.28, 10.2)."""

from datetime import date, timedelta
from typing import Annotated, Any, get_args

from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision
from shuniu.chassis.rows import Rows
from shuniu.chassis.service import Command
from shuniu.contracts.whistle.orders import (
    Obstacle,
    OrderHangAsked,
    OrderHangDeclined,
    OrderHangKept,
    OrderHung,
    OrderRevived,
)
from shuniu.rules.refusal import Conflict, Refusal

from shuniu_whistle.order_settings import order_settings
from shuniu_whistle.orders.authority import as_handler, as_reviewer
from shuniu_whistle.orders.fields import HANDLING, OnOrder, date_between, refuse_field
from shuniu_whistle.orders.lifecycles import HANDLERS, REVIEWERS
from shuniu_whistle.orders.order import check_move, command_on, decided, order_in
from shuniu_whistle.orders.rates import leaves
from shuniu_whistle.orders.state import Hang, Order
from shuniu_whistle.orders.terms import handle_term, until_term
from shuniu_whistle.whistles.fields import Day, LongText, Reason, Texts, today

__all__ = ("COMMANDS", "check_ask_hang", "check_decline_hang", "check_hang", "check_keep_hung", "check_revive")


class AskHang(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask to hang it: why it cannot be done now, and when it could."""

    obstacle: Annotated[str, Meta(extra_json_schema={"enum": list(get_args(Obstacle))})]
    reason: Reason
    revival: Reason
    """The condition under which work goes on."""
    review_on: Day
    """When it is looked at again, within 90 days."""


class DeclineHang(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No: the unit goes on."""

    reason: Reason


class ApproveHang(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Yes: it is hung until the review."""


class KeepHung(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Reviewed: the condition is not there yet."""

    review_on: Day
    note: LongText = ""


class Revive(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The condition is there: work goes on."""

    note: LongText = ""


def _review_date(day: date, field: str, event: str, o: Order, ctx: Context) -> None:
    """Tomorrow at the earliest, and within so many days (10.2: ≤ 90)."""
    first = today(ctx) + timedelta(days=1)
    last = today(ctx) + timedelta(days=order_settings(ctx).order_review_days)
    date_between(day, first, last, field, "order.review_date", event, o)


def check_ask_hang(o: Order, ctx: Context) -> None:
    """The unit in charge, while it handles the order and no wish is open."""
    as_handler(o, ctx, "ask_hang")
    check_move(o, "ask_hang")
    if o.hang is not None and o.hang.status == "ASKED":
        raise Conflict("order.hang_asked_already", state=o.status, event="ask_hang")


def ask_hang(rows: Rows, c: AskHang, ctx: Context) -> Decision:
    """A wish with one of three reasons: works, season, ownership. Anything else is no reason to hang (10.2)."""
    o = order_in(rows, c)
    check_ask_hang(o, ctx)
    if c.obstacle not in get_args(Obstacle):
        raise refuse_field("order.hang_reason", "obstacle", "value", "ask_hang", o)
    _review_date(c.review_on, "review_on", "ask_hang", o, ctx)
    texts = Texts(ctx)
    fact = OrderHangAsked(
        order=o.id,
        unit=o.lead,
        obstacle=c.obstacle,  # type: ignore[arg-type]  # looked up above
        review_on=c.review_on,
        reason_ref=texts.keep(c.reason, HANDLING),
        revival_ref=texts.keep(c.revival, HANDLING),
    )
    return decided(o, [fact], texts.private)


def _asked(o: Order, event: str) -> Hang:
    if o.hang is None or o.hang.status != "ASKED":
        raise Conflict("order.no_hang_asked", state=o.status, event=event)
    return o.hang


def check_decline_hang(o: Order, ctx: Context) -> None:
    """One level up."""
    as_reviewer(o, ctx, "decline_hang")
    check_move(o, "decline_hang")
    _asked(o, "decline_hang")


def decline_hang(rows: Rows, c: DeclineHang, ctx: Context) -> Decision:
    """The limit runs on as it did."""
    o = order_in(rows, c)
    check_decline_hang(o, ctx)
    texts = Texts(ctx)
    return decided(o, [OrderHangDeclined(order=o.id, reason_ref=texts.keep(c.reason, HANDLING))], texts.private)


def check_hang(o: Order, ctx: Context) -> None:
    """One level up, never the unit itself; the date of the review has not passed meanwhile."""
    as_reviewer(o, ctx, "hang")
    check_move(o, "hang")
    asked = _asked(o, "hang")
    if asked.review_on <= today(ctx):
        raise Conflict("order.review_date_past", state=o.status, event="hang")


def hang(rows: Rows, c: ApproveHang, ctx: Context) -> Decision:
    """→ HUNG; the limit stops, the review's runs."""
    o = order_in(rows, c)
    check_hang(o, ctx)
    asked = _asked(o, "hang")
    fact = OrderHung(
        order=o.id,
        obstacle=asked.obstacle,
        review_on=asked.review_on,
        term=until_term(o, "review", asked.review_on, ctx),
        leaves=leaves("HUNG", ctx),
    )
    return decided(o, [fact])


def check_keep_hung(o: Order, ctx: Context) -> None:
    """One level up."""
    as_reviewer(o, ctx, "keep_hung")
    check_move(o, "keep_hung")


def keep_hung(rows: Rows, c: KeepHung, ctx: Context) -> Decision:
    """Another review, again within 90 days."""
    o = order_in(rows, c)
    check_keep_hung(o, ctx)
    _review_date(c.review_on, "review_on", "keep_hung", o, ctx)
    texts = Texts(ctx)
    term = until_term(o, "review", c.review_on, ctx)
    note = texts.keep(c.note, HANDLING)
    return decided(o, [OrderHangKept(order=o.id, review_on=c.review_on, term=term, note_ref=note)], texts.private)


def check_revive(o: Order, ctx: Context) -> None:
    """The unit itself, or one level up."""
    try:
        as_handler(o, ctx, "revive")
    except Refusal:
        as_reviewer(o, ctx, "revive")
    check_move(o, "revive")


def revive(rows: Rows, c: Revive, ctx: Context) -> Decision:
    """HUNG → HANDLING; the limit for handling runs anew."""
    o = order_in(rows, c)
    check_revive(o, ctx)
    texts = Texts(ctx)
    term = handle_term(o, o.order_class, o.appeal, ctx)
    return decided(o, [OrderRevived(order=o.id, term=term, note_ref=texts.keep(c.note, HANDLING))], texts.private)


COMMANDS: tuple[Command[Any], ...] = (
    command_on("order.ask_hang", AskHang, ask_hang, HANDLERS, order=136),
    command_on("order.hang", ApproveHang, hang, REVIEWERS, order=140),
    command_on("order.decline_hang", DeclineHang, decline_hang, REVIEWERS, order=141),
    command_on("order.keep_hung", KeepHung, keep_hung, REVIEWERS, order=142),
    command_on("order.revive", Revive, revive, (*REVIEWERS, *HANDLERS), tone="primary", order=143),
)
