"""Limits of an order, from the profile of the scope (domain rules 1.2) or, where it says nothing, from the settings."""

from datetime import date, datetime, timedelta

from msgspec.structs import replace
from shuniu.chassis.context import Context
from shuniu.chassis.terms import term, term_until
from shuniu.contracts.clock import Term
from shuniu.contracts.text import Text
from shuniu.contracts.whistle.orders import Appeal, OrderClass
from shuniu.rules.calendar import local
from shuniu.rules.clocks import find_clock
from shuniu.rules.limits import Limit, Profile, deadline

from shuniu_whistle.order_settings import order_profile, order_settings
from shuniu_whistle.orders.state import Order

__all__ = (
    "call_back_term",
    "dispatch_terms",
    "handle_limit",
    "handle_term",
    "last_day",
    "latest_extension",
    "limit_source",
    "object_by",
    "rework_term",
    "until_term",
)


def _find(profile: Profile, *names: str) -> str:
    return next((name for name in names if name in profile.limits), "")


def handle_limit(profile: Profile, order_class: OrderClass, appeal: Appeal, otherwise: str) -> tuple[Limit, str]:
    """How long the unit has to handle an order, and the name of that limit in the profile ("" when it has none).

    A class that is not NORMAL goes before the kind of appeal, that before the profile's general limits: a supervised
    consultation is due like anything supervised (1.24).
    """
    special = () if order_class == "NORMAL" else (order_class,)
    name = _find(profile, *special, appeal, "NORMAL", "FIRST", "default", "finish")
    return (profile.limits[name], name) if name else (Limit.parse(otherwise), "")


def limit_source(profile: Profile, name: str) -> Text:
    """Where a limit comes from, in words; of the deployment's settings where the profile has none."""
    note = profile.notes.get(name)
    return (
        note.source
        if note
        else (profile.source if name else Text("工单设置（设计取值）", "order settings (design choice)"))
    )


def _term(o: Order | None, clock: str, limit: Limit, ctx: Context) -> Term:
    return term(ctx, clock, limit, order_profile(ctx), clocks=o.clocks if o else ())


def _named(ctx: Context, otherwise: str, *names: str) -> Limit:
    profile = order_profile(ctx)
    name = _find(profile, *names)
    return profile.limits[name] if name else Limit.parse(otherwise)


def handle_term(o: Order | None, order_class: OrderClass, appeal: Appeal, ctx: Context) -> Term:
    """The limit for handling, from now on."""
    limit, _ = handle_limit(order_profile(ctx), order_class, appeal, order_settings(ctx).order_handle_limit)
    return _term(o, "handle", limit, ctx)


def dispatch_terms(o: Order | None, order_class: OrderClass, appeal: Appeal, ctx: Context) -> tuple[Term, ...]:
    """Sign, contact and handle, all from now; nobody has longer to sign or to contact than to handle."""
    settings = order_settings(ctx)
    handle = handle_term(o, order_class, appeal, ctx)
    sign = _term(o, "sign", _named(ctx, settings.order_sign_limit, "sign"), ctx)
    contact = _term(o, "contact", _named(ctx, settings.order_contact_limit, "contact"), ctx)
    return (_not_after(sign, handle), _not_after(contact, handle), handle)


def _not_after(one: Term, most: Term) -> Term:
    if one.due_at <= most.due_at:
        return one
    return replace(one, due_at=most.due_at, soon_at=most.soon_at, limit=most.limit, provisional=most.provisional)


def object_by(ctx: Context) -> datetime:
    """The end of the window for an objection: the profile's, else the limit to sign (10.2: "sign window")."""
    settings = order_settings(ctx)
    profile = order_profile(ctx)
    limit = _named(ctx, settings.order_sign_limit, "object", "sign")
    return deadline(ctx.now, limit, ctx.calendar, profile.hours, profile.soon_fraction).due_at


def rework_term(o: Order, ctx: Context) -> Term:
    """How long handling again may take (10.2: 3 wd; Xiayang's second handling)."""
    return _term(o, "rework", _named(ctx, order_settings(ctx).order_rework_limit, "SECOND", "rework"), ctx)


def call_back_term(o: Order, ctx: Context) -> Term:
    """How soon the person is called back."""
    return _term(o, "call_back", _named(ctx, order_settings(ctx).order_call_back_limit, "call_back"), ctx)


def until_term(o: Order, clock: str, last: date, ctx: Context) -> Term:
    """A clock up to 24:00 of a date."""
    return term_until(ctx, clock, last, order_profile(ctx), clocks=o.clocks)


def last_day(due_at: datetime) -> date:
    """The business day a limit ends on."""
    return local(due_at - timedelta(microseconds=1)).date()


def latest_extension(o: Order, ctx: Context) -> date:
    """The latest day an extension may reach: the profile's limit for it after the present one, else as long again."""
    handle = find_clock(o.clocks, "handle")
    assert handle is not None
    profile = order_profile(ctx)
    limit, _ = handle_limit(profile, o.order_class, o.appeal, order_settings(ctx).order_handle_limit)
    longer = profile.limits.get("extend", limit)
    start = handle.due_at - timedelta(microseconds=1)
    return last_day(deadline(start, longer, ctx.calendar, profile.hours, profile.soon_fraction).due_at)
