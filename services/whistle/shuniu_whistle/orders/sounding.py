"""Sounding out (预回访): the street asks the person before the result goes in; who leans to dissatisfied is a warning.

Domain rules 1.25: the street calls back itself before submission, and an order whose person leans to dissatisfied is a
warned one (预警工单). It decides nothing and counts for no rate: only the hotline's call-back does.
"""

from typing import Any, Literal

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision
from shuniu.chassis.rows import Rows
from shuniu.chassis.service import Command
from shuniu.contracts.whistle.orders import Leaning, OrderSoundedOut
from shuniu.rules.refusal import Forbidden

from shuniu_whistle.orders.fields import HANDLING, OnOrder
from shuniu_whistle.orders.order import check_move, command_on, decided, order_in
from shuniu_whistle.orders.state import Order
from shuniu_whistle.whistles.fields import LongText, Texts
from shuniu_whistle.whistles.lifecycles import STREET

__all__ = ("COMMANDS", "check_sound_out")


class SoundOut(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the person leans, as the street heard it; again as often as it asks."""

    means: Literal["PHONE", "SMS", "WEB"]
    leaning: Leaning
    note: LongText = ""


def check_sound_out(o: Order, ctx: Context) -> None:
    """The street in its area, while the order is handled: before the result goes in."""
    if not ctx.actor.has_role(*STREET):
        params = {"roles": ", ".join(STREET)}
        raise Forbidden("order.street_sounds_out", state=o.status, event="sound_out", params=params)
    if not ctx.actor.covers(o.area):
        raise Forbidden("access.area", state=o.status, event="sound_out", params={"area": o.area})
    check_move(o, "sound_out")


def sound_out(rows: Rows, c: SoundOut, ctx: Context) -> Decision:
    """A mark on the order, and the unit in charge hears of a warning."""
    o = order_in(rows, c)
    check_sound_out(o, ctx)
    texts = Texts(ctx)
    fact = OrderSoundedOut(order=o.id, means=c.means, leaning=c.leaning, note_ref=texts.keep(c.note, HANDLING))
    return decided(o, [fact], texts.private)


COMMANDS: tuple[Command[Any], ...] = (command_on("order.sound_out", SoundOut, sound_out, STREET, order=136),)
