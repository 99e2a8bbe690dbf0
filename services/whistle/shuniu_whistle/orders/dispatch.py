"""Dispatching (派单): to whom, with which limits, and what a unit may say against it (domain rules 1.13-1.16)."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision
from shuniu.chassis.rows import Rows
from shuniu.chassis.service import Command
from shuniu.contracts.whistle.orders import (
    Dispatched,
    OrderDispatched,
    OrderHeld,
    OrderObjected,
    OrderRedispatched,
    OrderSigned,
)
from shuniu.rules.refusal import Conflict

from shuniu_whistle.order_settings import order_settings
from shuniu_whistle.orders.authority import as_handler, as_hotline, as_reviewer
from shuniu_whistle.orders.fields import HANDLING, OnOrder, check_known, refuse_field
from shuniu_whistle.orders.lifecycles import DISPATCHER, HANDLERS, REVIEWERS
from shuniu_whistle.orders.order import check_move, command_on, decided, order_in
from shuniu_whistle.orders.preview import preview_dispatch
from shuniu_whistle.orders.state import Order
from shuniu_whistle.orders.terms import dispatch_terms, object_by
from shuniu_whistle.whistles.authority import is_community, told_as
from shuniu_whistle.whistles.fields import LongText, Reason, Texts, UnitCode, UnitList

__all__ = ("COMMANDS", "check_dispatch", "check_hold", "check_object", "check_redispatch", "check_sign")


class Dispatch(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Send it to the unit in charge; several units have one that leads (1.22)."""

    lead: UnitCode
    co: UnitList = ()
    inform: UnitList = ()
    way: Literal["DIRECT", "AREA", "CONSULTED"] = "DIRECT"


class SignOrder(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The unit takes it."""


class ObjectToOrder(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another unit is in charge, says the unit, and which."""

    instead: UnitCode
    reason: Reason


class Hold(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The review holds to the unit; it may not return the order any more (1.23)."""

    reason: LongText = ""


class Redispatch(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The review agrees and designates a unit, which may not return the order (1.23)."""

    lead: UnitCode
    co: UnitList = ()
    inform: UnitList = ()
    reason: LongText = ""


def _named(lead: str, co: Iterable[str], inform: Iterable[str]) -> Mapping[str, str]:
    fields = {"lead": lead}
    fields.update({f"co.{i}": unit for i, unit in enumerate(co)})
    fields.update({f"inform.{i}": unit for i, unit in enumerate(inform)})
    return fields


def _given(
    o: Order, lead: str, co: tuple[str, ...], inform: tuple[str, ...], ctx: Context, event: str, *, final: bool
) -> Dispatched:
    """Units and limits of a dispatch. Unprocessable for a unit nobody knows or named twice, and a community that leads.

    §17 (1.16): a community may support what is on its list, it may never be made to lead.
    """
    if not lead:
        raise refuse_field("order.lead_required", "lead", "missing", event, o)
    with told_as(o.status, event):
        check_known(dict(_named(lead, co, inform)), ctx)
    if is_community(lead, ctx):
        raise refuse_field("order.community_lead", "lead", "community_lead", event, o, unit=lead)
    return Dispatched(
        lead=lead,
        co=co,
        inform=inform,
        profile=order_settings(ctx).order_profile,
        terms=dispatch_terms(o, o.order_class, o.appeal, ctx),
        object_by=None if final else object_by(ctx),
    )


def check_dispatch(o: Order, ctx: Context) -> None:
    """The dispatcher, once it is classified."""
    as_hotline(o, ctx, "dispatch", DISPATCHER)
    check_move(o, "dispatch")


def dispatch(rows: Rows, c: Dispatch, ctx: Context) -> Decision:
    """CLASSIFIED → DISPATCHED; the order carries its limits (§13), and sign, contact and handle run from now."""
    o = order_in(rows, c)
    check_dispatch(o, ctx)
    given = _given(o, c.lead, c.co, c.inform, ctx, "dispatch", final=False)
    return decided(o, [OrderDispatched(order=o.id, way=c.way, given=given)])


def check_sign(o: Order, ctx: Context) -> None:
    """The unit it was sent to."""
    as_handler(o, ctx, "sign")
    check_move(o, "sign")


def sign(rows: Rows, c: SignOrder, ctx: Context) -> Decision:
    """→ SIGNED; from now on this unit leads and may not shirk (首接负责, 1.14)."""
    o = order_in(rows, c)
    check_sign(o, ctx)
    return decided(o, [OrderSigned(order=o.id, unit=o.lead)])


def check_object(o: Order, ctx: Context) -> None:
    """The unit, within the window, before it contacted the person; never a designated one (1.23, 10.2)."""
    as_handler(o, ctx, "object")
    if o.designated and o.status in ("DISPATCHED", "REDISPATCHED", "SIGNED"):
        raise Conflict("order.designated_may_not_return", state=o.status, event="object")
    check_move(o, "object")
    if o.object_by is not None and ctx.now >= o.object_by:
        raise Conflict("order.objection_window", state=o.status, event="object")


def object_to(rows: Rows, c: ObjectToOrder, ctx: Context) -> Decision:
    """→ OBJECTED; the limits stop until the review has decided."""
    o = order_in(rows, c)
    check_object(o, ctx)
    with told_as(o.status, "object"):
        check_known({"instead": c.instead}, ctx)
    if c.instead == o.lead:
        raise refuse_field("order.instead_itself", "instead", "value", "object", o)
    texts = Texts(ctx)
    fact = OrderObjected(order=o.id, unit=o.lead, instead=c.instead, reason_ref=texts.keep(c.reason, HANDLING))
    return decided(o, [fact], texts.private)


def check_hold(o: Order, ctx: Context) -> None:
    """The review, one level up; nobody of the unit that objects."""
    as_reviewer(o, ctx, "hold")
    check_move(o, "hold")


def hold(rows: Rows, c: Hold, ctx: Context) -> Decision:
    """OBJECTED → DISPATCHED, designated; the limits run anew."""
    o = order_in(rows, c)
    check_hold(o, ctx)
    texts = Texts(ctx)
    co = tuple(p.unit for p in o.parts)
    given = _given(o, o.lead, co, o.inform, ctx, "hold", final=True)
    return decided(o, [OrderHeld(order=o.id, given=given, reason_ref=texts.keep(c.reason, HANDLING))], texts.private)


def check_redispatch(o: Order, ctx: Context) -> None:
    """The review, one level up; nobody of the unit that objects."""
    as_reviewer(o, ctx, "redispatch")
    check_move(o, "redispatch")


def redispatch(rows: Rows, c: Redispatch, ctx: Context) -> Decision:
    """OBJECTED → REDISPATCHED to a designated unit."""
    o = order_in(rows, c)
    check_redispatch(o, ctx)
    if c.lead == o.lead:
        raise refuse_field("order.redispatch_elsewhere", "lead", "value", "redispatch", o)
    if ctx.actor.acts_for(c.lead):
        raise Conflict("order.own_dispatch", state=o.status, event="redispatch")
    texts = Texts(ctx)
    given = _given(o, c.lead, c.co, c.inform, ctx, "redispatch", final=True)
    fact = OrderRedispatched(order=o.id, was=o.lead, given=given, reason_ref=texts.keep(c.reason, HANDLING))
    return decided(o, [fact], texts.private)


COMMANDS: tuple[Command[Any], ...] = (
    command_on("order.dispatch", Dispatch, dispatch, DISPATCHER, tone="primary", preview=preview_dispatch, order=112),
    command_on("order.sign", SignOrder, sign, HANDLERS, tone="primary", surfaces=("matter", "phone"), order=120),
    command_on("order.object", ObjectToOrder, object_to, HANDLERS, order=121),
    command_on("order.hold", Hold, hold, REVIEWERS, order=122),
    command_on("order.redispatch", Redispatch, redispatch, REVIEWERS, order=123),
)
