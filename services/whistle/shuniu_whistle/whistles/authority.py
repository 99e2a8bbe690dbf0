"""Who may do what (domain rules 1.1, 1.16, 10.1): every guard about people and units, shared by rules and offers.

A refusal here is 403 and names the whistle's or callout's status, the move and the rule.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from shuniu.chassis.context import Context
from shuniu.rules.refusal import FieldError, Forbidden, Refusal, Unprocessable

from shuniu_whistle.settings import settings_of
from shuniu_whistle.whistles.lifecycles import CALLER_DOWN, COORDINATOR, DUTY, HARD_BLOWERS, LEADERS, STREET
from shuniu_whistle.whistles.state import Callout, Whistle

__all__ = (
    "as_blower",
    "as_caller",
    "as_coordinator",
    "as_drafter",
    "as_outsider",
    "as_street",
    "as_worker",
    "is_community",
    "is_party",
    "known_unit",
    "told_as",
)


@contextmanager
def told_as(status: str, event: str) -> Iterator[None]:
    """Refusals of the content within name the status and the move they came up at."""
    try:
        yield
    except Refusal as refusal:
        refusal.state = refusal.state or status
        refusal.event = event
        raise


def _refuse(rule: str, status: str, event: str, **params: str) -> Forbidden:
    return Forbidden(rule, state=status, event=event, params=params)


def as_street(w: Whistle, ctx: Context, event: str, roles: tuple[str, ...], rule: str) -> None:
    """The actor holds one of ``roles`` of the street and its area contains the whistle's."""
    if not ctx.actor.has_role(*roles):
        raise _refuse(rule, w.status, event, roles=", ".join(roles))
    if not ctx.actor.covers(w.area):
        raise _refuse("access.area", w.status, event, area=w.area)


def as_caller(w: Whistle, ctx: Context, event: str, roles: tuple[str, ...] = STREET, rule: str = "") -> None:
    """The actor is of the side that called: the street's ``roles``, in a DOWN whistle the community's or firm's own."""
    if w.direction != "DOWN":
        as_street(w, ctx, event, roles, rule or "whistle.caller_side")
        return
    if not ctx.actor.has_role(*CALLER_DOWN):
        raise _refuse(rule or "whistle.caller_side", w.status, event, roles=", ".join(CALLER_DOWN))
    if not ctx.actor.acts_for(w.caller_unit):
        raise _refuse("access.unit", w.status, event, unit=w.caller_unit)


def as_drafter(w: Whistle, ctx: Context, event: str) -> None:
    """The street's clerk; of a DOWN whistle the community secretary or the firm's contact."""
    as_caller(w, ctx, event, ("street_clerk",), "whistle.drafters")


def as_blower(w: Whistle, ctx: Context, event: str) -> None:
    """Whoever may blow this whistle; the same people send it back or call it off.

    ROUTINE: a member of the leading group; HARD: party secretary or office director only (1.1); DOWN: the caller.
    """
    if w.kind == "HARD":
        as_caller(w, ctx, event, HARD_BLOWERS, "whistle.hard_blowers")
    elif w.kind == "ROUTINE":
        as_caller(w, ctx, event, LEADERS, "whistle.routine_blowers")
    else:
        as_caller(w, ctx, event, (), "whistle.down_blowers")


def as_coordinator(w: Whistle, ctx: Context, event: str, status: str) -> None:
    """The district's coordination."""
    if not ctx.actor.has_role(*COORDINATOR):
        raise _refuse("callout.district_rules", status, event, roles=", ".join(COORDINATOR))
    if not ctx.actor.covers(w.area):
        raise _refuse("access.area", status, event, area=w.area)


def _is_street_house(c: Callout, ctx: Context) -> bool:
    return c.unit == settings_of(ctx).street_unit


def as_worker(w: Whistle, c: Callout, ctx: Context, event: str) -> None:
    """The called unit's duty officer; where the street office is called, also its own people."""
    actor = ctx.actor
    if _is_street_house(c, ctx) and actor.has_role(*STREET) and actor.covers(w.area):
        return
    if not actor.has_role(*DUTY):
        raise _refuse("callout.duty_officers", c.status, event, roles=", ".join(DUTY))
    if not actor.acts_for(c.unit):
        raise _refuse("access.unit", c.status, event, unit=c.unit)


def as_outsider(c: Callout, ctx: Context, event: str, rule: str) -> None:
    """Nobody confirms, accepts or rates the work of a unit they belong to."""
    if ctx.actor.acts_for(c.unit):
        raise _refuse(rule, c.status, event, unit=c.unit)


def is_party(w: Whistle, ctx: Context) -> bool:
    """Whether the actor has to do with the whistle and so may read its texts: both sides, the district, the centre."""
    actor = ctx.actor
    if actor.acts_for(w.caller_unit, w.lead_unit, *w.inform, *(c.unit for c in w.callouts)):
        return w.blown_at is not None or actor.acts_for(w.caller_unit)
    return actor.has_role(*STREET, *COORDINATOR, "operator", "dispatcher") and actor.covers(w.area)


def known_unit(code: str, field: str, ctx: Context) -> None:
    """The unit stands in the directory; a whistle to nobody would be signed by nobody."""
    if ctx.registry.get("unit", code) is None:
        raise Unprocessable("whistle.unit_unknown", fields=(FieldError(field, "unknown"),), params={"unit": code[:40]})


def is_community(code: str, ctx: Context) -> bool:
    """Whether the unit is a community's committee: by the directory, or by the way its code is made."""
    entry = ctx.registry.get("unit", code)
    return code.startswith("c-") or (entry is not None and entry.subtype.upper() == "COMMUNITY")
