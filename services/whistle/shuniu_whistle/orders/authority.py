"""Who may do what with an order (domain rules 1.14, 1.16, 10.2): every guard about people and units.

A refusal here is 403 and names the order's status, the move and the rule.
"""

from shuniu.chassis.context import Context
from shuniu.rules.refusal import Forbidden

from shuniu_whistle.orders.lifecycles import HOTLINE, REVIEWERS
from shuniu_whistle.orders.state import Order
from shuniu_whistle.settings import settings_of
from shuniu_whistle.whistles.lifecycles import COORDINATOR, DUTY, STREET

__all__ = ("as_handler", "as_hotline", "as_reviewer", "as_street_clerk", "as_supporter", "is_order_party")


def _refuse(rule: str, o: Order, event: str, **params: str) -> Forbidden:
    return Forbidden(rule, state=o.status, event=event, params=params)


def _in_area(o: Order, ctx: Context, event: str) -> None:
    if not ctx.actor.covers(o.area):
        raise _refuse("access.area", o, event, area=o.area)


def as_hotline(o: Order, ctx: Context, event: str, roles: tuple[str, ...] = HOTLINE) -> None:
    """The hotline's side, in its area."""
    if not ctx.actor.has_role(*roles):
        raise _refuse("order.hotline_only", o, event, roles=", ".join(roles))
    _in_area(o, ctx, event)


def _works_for(unit: str, o: Order, ctx: Context) -> bool:
    """Whether the actor answers for the unit: its duty officer; for the street office also its own people."""
    actor = ctx.actor
    if unit == settings_of(ctx).street_unit and actor.has_role(*STREET) and actor.covers(o.area):
        return True
    return bool(unit) and actor.has_role(*DUTY) and actor.acts_for(unit)


def as_handler(o: Order, ctx: Context, event: str) -> None:
    """The unit in charge."""
    if not _works_for(o.lead, o, ctx):
        raise _refuse("order.handlers_only", o, event, unit=o.lead)


def as_supporter(o: Order, unit: str, ctx: Context, event: str) -> None:
    """A supporting unit for its own part; the first unit may not answer for it."""
    if not _works_for(unit, o, ctx):
        raise _refuse("order.supporters_only", o, event, unit=unit)


def as_reviewer(o: Order, ctx: Context, event: str) -> None:
    """One level up, and nobody of the unit it is about: the street's leaders, the district for the street itself."""
    actor = ctx.actor
    own = o.lead == settings_of(ctx).street_unit
    if not actor.has_role(*(COORDINATOR if own else REVIEWERS)):
        raise _refuse("order.one_level_up", o, event, roles=", ".join(COORDINATOR if own else REVIEWERS))
    if actor.acts_for(o.lead):
        raise _refuse("order.own_request", o, event, unit=o.lead)
    _in_area(o, ctx, event)


def as_street_clerk(o: Order, ctx: Context, event: str) -> None:
    """The street, which alone may whistle for departments."""
    if not ctx.actor.has_role(*STREET):
        raise _refuse("order.street_whistles", o, event, roles=", ".join(STREET))
    _in_area(o, ctx, event)


def is_order_party(o: Order, ctx: Context) -> bool:
    """Whether the actor has to do with the order and so may read its texts (masked)."""
    actor = ctx.actor
    if actor.acts_for(o.lead, *(p.unit for p in o.parts)):
        return True
    return actor.has_role(*HOTLINE, *STREET, *REVIEWERS) and actor.covers(o.area)
