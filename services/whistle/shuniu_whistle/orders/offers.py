"""What this person may do with this order now: the guards of every command, asked without giving it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Offer
from shuniu.rules.clocks import find_clock
from shuniu.rules.refusal import Refusal

from shuniu_whistle.orders.call_back import check_call_back, check_close, check_decline_call_back, check_rework
from shuniu_whistle.orders.classify import (
    check_answer,
    check_classify,
    check_merge,
    check_not_accept,
    check_transfer,
)
from shuniu_whistle.orders.dispatch import check_dispatch, check_hold, check_object, check_redispatch, check_sign
from shuniu_whistle.orders.handling import (
    check_contact,
    check_deliver,
    check_extend,
    check_feed_back,
    check_involve,
    check_start,
)
from shuniu_whistle.orders.hanging import (
    check_ask_hang,
    check_decline_hang,
    check_hang,
    check_keep_hung,
    check_revive,
)
from shuniu_whistle.orders.referrals import check_refer, check_whistle
from shuniu_whistle.orders.sounding import check_sound_out
from shuniu_whistle.orders.state import Order
from shuniu_whistle.orders.terms import last_day
from shuniu_whistle.whistles.fields import today

__all__ = ("ON_ORDER", "offers")

ON_ORDER: dict[str, Callable[[Order, Context], None]] = {
    "order.classify": check_classify,
    "order.answer": check_answer,
    "order.dispatch": check_dispatch,
    "order.merge": check_merge,
    "order.not_accept": check_not_accept,
    "order.transfer": check_transfer,
    "order.sign": check_sign,
    "order.object": check_object,
    "order.hold": check_hold,
    "order.redispatch": check_redispatch,
    "order.contact": check_contact,
    "order.start": check_start,
    "order.involve": check_involve,
    "order.sound_out": check_sound_out,
    "order.feed_back": check_feed_back,
    "order.extend": check_extend,
    "order.ask_hang": check_ask_hang,
    "order.hang": check_hang,
    "order.decline_hang": check_decline_hang,
    "order.keep_hung": check_keep_hung,
    "order.revive": check_revive,
    "order.whistle": check_whistle,
    "order.refer": check_refer,
    "order.call_back": check_call_back,
    "order.rework": check_rework,
    "order.decline_call_back": check_decline_call_back,
    "order.close": check_close,
}


def _allowed(check: Callable[..., None], *args: Any) -> bool:
    try:
        check(*args)
    except Refusal:
        return False
    return True


def _prefill(o: Order, action: str, ctx: Context) -> dict[str, Any]:
    given: dict[str, Any] = {"order": o.id}
    if action == "order.classify":
        place = {"name": o.place.name, "lon": o.place.lon, "lat": o.place.lat}
        given |= {
            "order_class": o.order_class,
            "appeal": o.appeal,
            "category": o.category,
            "area": o.area,
            "place": {k: v for k, v in place.items() if v is not None},
        }
    if action == "order.redispatch":
        given["lead"] = o.instead
    if action == "order.extend" and (handle := find_clock(o.clocks, "handle")) is not None:
        given["until"] = (last_day(handle.due_at) + timedelta(days=1)).isoformat()
    if action in ("order.ask_hang", "order.keep_hung"):
        given["review_on"] = (today(ctx) + timedelta(days=30)).isoformat()
    if action == "order.not_accept" and o.repeat_of:
        given |= {"ground": "REPEAT", "previous": o.repeat_of}
    if action == "order.merge" and o.repeat_of:
        given["into"] = o.repeat_of
    if action == "order.call_back":
        given |= {"means": "PHONE", "valid": True}
    return given


def _all(o: Order, ctx: Context) -> Iterable[Offer]:
    for action, check in ON_ORDER.items():
        if _allowed(check, o, ctx):
            yield Offer(action=action, prefill=_prefill(o, action, ctx), fixed=("order",))
    for part in o.parts:
        if _allowed(check_deliver, o, part.unit, ctx):
            given = {"order": o.id, "unit": part.unit}
            yield Offer(action="order.deliver", prefill=given, fixed=("order", "unit"))


def offers(o: Order, ctx: Context) -> Sequence[Offer]:
    """Exactly the commands that would be taken from this actor now, as far as their content allows."""
    return tuple(_all(o, ctx))
