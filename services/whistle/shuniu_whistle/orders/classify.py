"""What becomes of a request before it is dispatched: classified, answered, merged, not accepted, handed to others
(domain rules 1.13, 1.18, 10.2)."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, get_args

from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.summary import Place
from shuniu.contracts.whistle.orders import (
    Appeal,
    Ground,
    OrderAnswered,
    OrderClass,
    OrderClassified,
    OrderJoined,
    OrderMerged,
    OrderNotAccepted,
    OrderTransferred,
    TakenOverBy,
)
from shuniu.rules.refusal import Conflict

from shuniu_whistle.order_settings import order_settings
from shuniu_whistle.orders.authority import as_hotline
from shuniu_whistle.orders.evolve import spot_key
from shuniu_whistle.orders.fields import (
    HANDLING,
    CategoryCode,
    OnOrder,
    OrderPlace,
    area_in_scope,
    check_category,
    place_of,
    refuse_field,
)
from shuniu_whistle.orders.lifecycles import DISPATCHER, HOTLINE
from shuniu_whistle.orders.lookup import PreparedCaller, callers_of, prepare_caller
from shuniu_whistle.orders.order import CALLER, ORDER, SPOT, check_move, command_on, decided, order_in
from shuniu_whistle.orders.preview import preview_classify
from shuniu_whistle.orders.rates import leaves
from shuniu_whistle.orders.state import Known, Order
from shuniu_whistle.whistles.authority import told_as
from shuniu_whistle.whistles.fields import AreaCode, Hidden, LongText, Reason, Texts

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = (
    "COMMANDS",
    "check_answer",
    "check_classify",
    "check_merge",
    "check_not_accept",
    "check_transfer",
)


class Classify(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Say what it is, how urgent, and where (分类); whoever classifies again says everything anew."""

    order_class: OrderClass
    appeal: Appeal
    category: CategoryCode
    area: AreaCode = ""
    place: Annotated[OrderPlace, Meta(extra_json_schema={"x-widget": "place"})] = OrderPlace()


class AnswerOnCall(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answered while the person was on the line."""

    answer: Reason


class NotAccept(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Do not accept it, and tell the person why."""

    ground: Annotated[str, Meta(extra_json_schema={"enum": list(get_args(Ground))})]
    told: Reason
    """What the person was told."""
    previous: Hidden = ""
    """For REPEAT: the earlier order, whose result the person was told."""
    new_facts: bool = False
    """Whether the person brought something new: then a repeated request is accepted."""


class Transfer(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hand it to those whose it is."""

    to: TakenOverBy
    note: LongText = ""


class Merge(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same person asked for the same at the same place before: both are one."""

    into: Annotated[str, Meta(min_length=1, max_length=64)]


def _prepared(ctx: Context, order: str) -> str:
    return ctx.prepared.of.get(order, "") if isinstance(ctx.prepared, PreparedCaller) else ""


def check_classify(o: Order, ctx: Context) -> None:
    """The hotline, until it is dispatched."""
    as_hotline(o, ctx, "classify")
    check_move(o, "classify")


def _spot_of(c: Classify, o: Order) -> str:
    place = Place(name=c.place.name.strip()) if c.place.name else o.place
    return spot_key(c.category, c.area or o.area, place)


def _classify_more(c: Classify, rows: Rows, ctx: Context) -> Iterable[Key]:
    o = rows.find(ORDER, c.order)
    if o is None:
        return
    if caller := _prepared(ctx, o.id):
        yield CALLER.key(caller)
    for spot in {_spot_of(c, o), spot_key(o.category, o.area, o.place)} - {""}:
        yield SPOT.key(spot)


def classify(rows: Rows, c: Classify, ctx: Context) -> Decision:
    """RECEIVED → CLASSIFIED, with how many orders are about the same at the spot, and the person's earlier one."""
    o = order_in(rows, c)
    check_classify(o, ctx)
    check_category(c.category, "classify")
    with told_as(o.status, "classify"):
        area = area_in_scope(c.area or o.area, "classify", ctx)
        ctx.actor.require_area(area)
    with told_as(o.status, "classify"):
        place = place_of(c.place, "classify") if c.place.name else o.place
    spot, caller = _spot_of(c, o), _prepared(ctx, o.id)
    fact = OrderClassified(
        order=o.id,
        order_class=c.order_class,
        appeal=c.appeal,
        category=c.category,
        area=area,
        place=place,
        at_spot=1 + len(_recent(rows, spot, o, ctx)),
        repeat_of=_earlier(rows, caller, spot, o),
    )
    old = spot_key(o.category, o.area, o.place)
    on = [ORDER.key(o.id), *(SPOT.key(s) for s in {spot, old} - {""} if s == spot or rows.find(SPOT, s))]
    if caller and rows.find(CALLER, caller) is not None:
        on.append(CALLER.key(caller))
    return Decision((Emit(fact, tuple(on)),), (), {"order": o.id, "number": o.number, "at_spot": fact.at_spot})


def _recent(rows: Rows, spot: str, o: Order, ctx: Context) -> tuple[Known, ...]:
    row = rows.find(SPOT, spot) if spot else None
    since = ctx.now - timedelta(days=order_settings(ctx).order_repeat_days)
    return tuple(k for k in (row.orders if row else ()) if k.order != o.id and k.at >= since)


def _earlier(rows: Rows, caller: str, spot: str, o: Order) -> str:
    row = rows.find(CALLER, caller) if caller else None
    same = [k for k in (row.orders if row else ()) if spot and k.spot == spot and k.order < o.id]
    return same[-1].order if same else ""


def check_answer(o: Order, ctx: Context) -> None:
    """The hotline, before it is dispatched."""
    as_hotline(o, ctx, "answer")
    check_move(o, "answer")


def answer(rows: Rows, c: AnswerOnCall, ctx: Context) -> Decision:
    """→ ANSWERED: no unit is troubled."""
    o = order_in(rows, c)
    check_answer(o, ctx)
    texts = Texts(ctx)
    return decided(o, [OrderAnswered(order=o.id, answer_ref=texts.keep(c.answer, HANDLING))], texts.private)


def check_not_accept(o: Order, ctx: Context) -> None:
    """The hotline, before it is dispatched or while an objection is looked at."""
    as_hotline(o, ctx, "not_accept")
    check_move(o, "not_accept")


def _not_accept_more(c: NotAccept, rows: Rows, ctx: Context) -> Iterable[Key]:
    if c.previous:
        yield ORDER.key(c.previous)
    if caller := _prepared(ctx, c.order):
        yield CALLER.key(caller)


def not_accept(rows: Rows, c: NotAccept, ctx: Context) -> Decision:
    """→ NOT_ACCEPTED, on one of the six grounds of §11, the person told why (1.18)."""
    o = order_in(rows, c)
    check_not_accept(o, ctx)
    if c.ground not in get_args(Ground):
        raise refuse_field("order.six_grounds", "ground", "value", "not_accept", o)
    if c.ground == "EMERGENCY":
        raise Conflict("order.emergency_transferred", state=o.status, event="not_accept")
    if c.ground == "REPEAT":
        _check_repeat(rows, c, o, ctx)
    texts = Texts(ctx)
    fact = OrderNotAccepted(
        order=o.id,
        ground=c.ground,  # type: ignore[arg-type]  # looked up above
        previous=c.previous if c.ground == "REPEAT" else "",
        told_ref=texts.keep(c.told, HANDLING),
        leaves=leaves("NOT_ACCEPTED", ctx),
    )
    return decided(o, [fact], texts.private)


def _check_repeat(rows: Rows, c: NotAccept, o: Order, ctx: Context) -> None:
    """A repeated request without new facts: the person is told the result there is (1.18)."""
    if not c.previous or c.previous == o.id:
        raise refuse_field("order.repeat_of_what", "previous", "missing", "not_accept", o)
    if c.new_facts:
        raise refuse_field("order.repeat_new_facts", "new_facts", "value", "not_accept", o)
    before = rows.need(ORDER, c.previous)
    caller = _prepared(ctx, o.id)
    row = rows.find(CALLER, caller) if caller else None
    same_person = row is not None and any(k.order == before.id for k in row.orders)
    spot = spot_key(o.category, o.area, o.place)
    if not same_person and not (spot and spot == spot_key(before.category, before.area, before.place)):
        raise Conflict("order.repeat_other", state=o.status, event="not_accept", params={"number": before.number})
    if before.status not in ("FED_BACK", "CALLED_BACK", "CLOSED", "ANSWERED"):
        params = {"number": before.number}
        raise Conflict("order.repeat_without_result", state=o.status, event="not_accept", params=params)


def check_transfer(o: Order, ctx: Context) -> None:
    """The hotline, until a result was fed back."""
    as_hotline(o, ctx, "transfer")
    check_move(o, "transfer")


def transfer(rows: Rows, c: Transfer, ctx: Context) -> Decision:
    """→ TRANSFERRED: emergencies to 110, 119, 120 or 122, petitions to the petition office (1.18)."""
    o = order_in(rows, c)
    check_transfer(o, ctx)
    texts = Texts(ctx)
    left = leaves("TRANSFERRED", ctx)
    fact = OrderTransferred(order=o.id, to=c.to, note_ref=texts.keep(c.note, HANDLING), leaves=left)
    return decided(o, [fact], texts.private)


def check_merge(o: Order, ctx: Context) -> None:
    """The dispatcher, before it is dispatched."""
    as_hotline(o, ctx, "merge", DISPATCHER)
    check_move(o, "merge")


async def _both_callers(c: Merge, host: "Host") -> PreparedCaller:
    return await callers_of(host, c.order, c.into)


def merge(rows: Rows, c: Merge, ctx: Context) -> Decision:
    """→ MERGED; the same person, the same matter, the same place, or it is none (10.2). Linked both ways."""
    o = order_in(rows, c)
    check_merge(o, ctx)
    into = rows.need(ORDER, c.into)
    with told_as(o.status, "merge"):
        ctx.actor.require_area(into.area)
        if into.id == o.id:
            raise refuse_field("order.merge_itself", "into", "value", "merge", o)
        check_move(into, "join")
    mine, theirs = _prepared(ctx, o.id), _prepared(ctx, into.id)
    spot = spot_key(o.category, o.area, o.place)
    same = {
        "person": bool(mine) and mine == theirs,
        "matter": bool(o.category) and o.category == into.category,
        "place": bool(spot) and spot == spot_key(into.category, into.area, into.place),
    }
    if not all(same.values()):
        raise Conflict("order.merge_same", state=o.status, event="merge", params={"number": into.number})
    events = (
        Emit(OrderMerged(order=o.id, into=into.id, into_number=into.number), (ORDER.key(o.id),)),
        Emit(OrderJoined(order=into.id, merged=o.id, merged_number=o.number), (ORDER.key(into.id),)),
    )
    return Decision(events, (), {"order": o.id, "number": o.number, "into": into.number})


def _merge_keys(c: Merge, ctx: Context) -> Iterable[Key]:
    return (ORDER.key(c.order), ORDER.key(c.into))


COMMANDS: tuple[Command[Any], ...] = (
    command_on(
        "order.classify",
        Classify,
        classify,
        HOTLINE,
        more_keys=_classify_more,
        prepare=prepare_caller,
        preview=preview_classify,
        tone="primary",
        order=110,
    ),
    command_on("order.answer", AnswerOnCall, answer, HOTLINE, order=111),
    command_on(
        "order.not_accept",
        NotAccept,
        not_accept,
        HOTLINE,
        more_keys=_not_accept_more,
        prepare=prepare_caller,
        tone="danger",
        order=118,
    ),
    command_on("order.transfer", Transfer, transfer, HOTLINE, tone="danger", order=117),
    command_on("order.merge", Merge, merge, DISPATCHER, keys=_merge_keys, prepare=_both_callers, order=116),
)
