"""Handling (办理): the person is contacted, the first unit leads, the others deliver to it, the result is told.

Domain rules 1.14, 1.15, 10.2.
"""

from typing import Any

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision
from shuniu.chassis.rows import Rows
from shuniu.chassis.service import Command
from shuniu.contracts.whistle.orders import (
    OrderContacted,
    OrderDelivered,
    OrderExtended,
    OrderFedBack,
    OrderInvolved,
    OrderStarted,
)
from shuniu.rules.clocks import find_clock
from shuniu.rules.evidence import check_evidence
from shuniu.rules.refusal import Conflict

from shuniu_whistle.orders.authority import as_handler, as_supporter
from shuniu_whistle.orders.fields import HANDLING, Means, OnOrder, check_known, date_between, refuse_field
from shuniu_whistle.orders.lifecycles import HANDLERS, PART
from shuniu_whistle.orders.order import check_move, command_on, decided, order_in
from shuniu_whistle.orders.state import Order
from shuniu_whistle.orders.terms import call_back_term, last_day, latest_extension, until_term
from shuniu_whistle.whistles.authority import told_as
from shuniu_whistle.whistles.evidence import stored_evidence
from shuniu_whistle.whistles.fields import Day, EvidenceList, LongText, Reason, Texts, UnitCode, evidence_refs

__all__ = (
    "COMMANDS",
    "check_contact",
    "check_deliver",
    "check_extend",
    "check_feed_back",
    "check_involve",
    "check_start",
)


class ContactPerson(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The unit contacted the person (先行联系)."""

    means: Means
    note: LongText = ""


class StartHandling(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Work begins."""

    measures: LongText = ""


class Involve(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first unit calls in another one; it leads all the same."""

    unit: UnitCode
    reason: LongText = ""


class Deliver(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A supporting unit gives its result, or explains why not yet and where it stands (``interim``)."""

    unit: UnitCode
    interim: bool = False
    note: Reason


class Extend(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """More time, once, as a law allows, the person told why."""

    until: Day
    law: Reason
    """Which law allows it."""
    reason: Reason
    told_by: Means
    """How the person was told."""


class FeedBack(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The result: told to the person, and by this to the hotline (§15)."""

    result: Reason
    told_by: Means
    evidence: EvidenceList = ()


def check_contact(o: Order, ctx: Context) -> None:
    """The unit in charge, once it has signed."""
    as_handler(o, ctx, "contact")
    check_move(o, "contact")


def contact(rows: Rows, c: ContactPerson, ctx: Context) -> Decision:
    """SIGNED → CONTACTED; in time it counts for the response rate (11.1)."""
    o = order_in(rows, c)
    check_contact(o, ctx)
    texts = Texts(ctx)
    fact = OrderContacted(order=o.id, unit=o.lead, means=c.means, note_ref=texts.keep(c.note, HANDLING))
    return decided(o, [fact], texts.private)


def check_start(o: Order, ctx: Context) -> None:
    """The unit in charge, once it has contacted the person."""
    as_handler(o, ctx, "start")
    check_move(o, "start")


def start(rows: Rows, c: StartHandling, ctx: Context) -> Decision:
    """CONTACTED → HANDLING."""
    o = order_in(rows, c)
    check_start(o, ctx)
    texts = Texts(ctx)
    return decided(o, [OrderStarted(order=o.id, unit=o.lead, note_ref=texts.keep(c.measures, HANDLING))], texts.private)


def check_involve(o: Order, ctx: Context) -> None:
    """The first unit, while it handles the order."""
    as_handler(o, ctx, "involve")
    check_move(o, "involve")


def involve(rows: Rows, c: Involve, ctx: Context) -> Decision:
    """One more supporting unit; the lead stays where it is (1.14)."""
    o = order_in(rows, c)
    check_involve(o, ctx)
    with told_as(o.status, "involve"):
        check_known({"unit": c.unit}, ctx)
    if c.unit == o.lead or o.part(c.unit) is not None:
        raise refuse_field("order.involved_once", "unit", "twice", "involve", o, unit=c.unit)
    texts = Texts(ctx)
    reason = texts.keep(c.reason, HANDLING)
    return decided(o, [OrderInvolved(order=o.id, unit=c.unit, by=o.lead, reason_ref=reason)], texts.private)


def check_deliver(o: Order, unit: str, ctx: Context) -> None:
    """The supporting unit itself, until it has delivered."""
    as_supporter(o, unit, ctx, "deliver")
    check_move(o, "deliver")
    part = o.part(unit)
    if part is None:
        raise Conflict("order.not_involved", state=o.status, event="deliver", params={"unit": unit})
    PART.check(part.status, "deliver")


def deliver(rows: Rows, c: Deliver, ctx: Context) -> Decision:
    """The supporting unit's part: delivered, or explained for now."""
    o = order_in(rows, c)
    check_deliver(o, c.unit, ctx)
    texts = Texts(ctx)
    note = texts.keep(c.note, HANDLING)
    return decided(o, [OrderDelivered(order=o.id, unit=c.unit, interim=c.interim, note_ref=note)], texts.private)


def check_extend(o: Order, ctx: Context) -> None:
    """The unit in charge, once, before the limit has passed (1.15, 10.2)."""
    as_handler(o, ctx, "extend")
    if o.extended_to is not None:
        raise Conflict("order.one_extension", state=o.status, event="extend")
    check_move(o, "extend")
    handle = find_clock(o.clocks, "handle")
    if handle is None or handle.late or ctx.now >= handle.due_at:
        raise Conflict("order.extension_after_limit", state=o.status, event="extend")


def extend(rows: Rows, c: Extend, ctx: Context) -> Decision:
    """HANDLING → EXTENDED; the person was told why, the hotline hears it by this event."""
    o = order_in(rows, c)
    check_extend(o, ctx)
    handle = find_clock(o.clocks, "handle")
    assert handle is not None
    first = last_day(handle.due_at)
    last = latest_extension(o, ctx)
    date_between(c.until, first.fromordinal(first.toordinal() + 1), last, "until", "order.extension_date", "extend", o)
    texts = Texts(ctx)
    fact = OrderExtended(
        order=o.id,
        unit=o.lead,
        until=c.until,
        term=until_term(o, "handle", c.until, ctx),
        law_ref=texts.keep(c.law, HANDLING),
        reason_ref=texts.keep(c.reason, HANDLING),
        told_by=c.told_by,
    )
    return decided(o, [fact], texts.private)


def check_feed_back(o: Order, ctx: Context) -> None:
    """The first unit, after contact, once every supporting unit delivered or explained itself (1.14, 1.15, 10.2)."""
    as_handler(o, ctx, "feed_back")
    if o.contacted_at is None and o.open:
        raise Conflict("order.feed_back_without_contact", state=o.status, event="feed_back")
    check_move(o, "feed_back")
    if o.owing:
        params = {"units": ", ".join(o.owing)}
        raise Conflict("order.supporters_owe", state=o.status, event="feed_back", params=params)


def feed_back(rows: Rows, c: FeedBack, ctx: Context) -> Decision:
    """→ FED_BACK."""
    o = order_in(rows, c)
    check_feed_back(o, ctx)
    with told_as(o.status, "feed_back"):
        evidence = check_evidence(c.evidence) if c.evidence else ()
    texts = Texts(ctx)
    fact = OrderFedBack(
        order=o.id,
        unit=o.lead,
        told_by=c.told_by,
        term=call_back_term(o, ctx),
        evidence=evidence_refs(evidence),
        note_ref=texts.keep(c.result, HANDLING),
    )
    return decided(o, [fact], texts.private)


async def _stored(c: FeedBack, host: Any) -> None:
    if c.evidence:
        await stored_evidence(c, host)


COMMANDS: tuple[Command[Any], ...] = (
    command_on(
        "order.contact", ContactPerson, contact, HANDLERS, tone="primary", surfaces=("matter", "phone"), order=130
    ),
    command_on("order.start", StartHandling, start, HANDLERS, tone="primary", order=131),
    command_on("order.involve", Involve, involve, HANDLERS, order=133),
    command_on("order.deliver", Deliver, deliver, HANDLERS, tone="primary", order=134),
    command_on("order.extend", Extend, extend, HANDLERS, order=135),
    command_on("order.feed_back", FeedBack, feed_back, HANDLERS, tone="primary", prepare=_stored, order=132),
)
