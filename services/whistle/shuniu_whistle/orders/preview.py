"""Before it is sent: what a request seems to be about, what is like it, which limits would run (all of it suggestions).

Nothing here decides: a person classifies, merges and dispatches (PIPL §24: what is suggested shows why).
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, get_args

import msgspec
from piccolo.columns.combination import WhereRaw
from shuniu.chassis.context import Context
from shuniu.chassis.keyed import keyed
from shuniu.chassis.state import load_row
from shuniu.contracts.clock import Term
from shuniu.contracts.summary import Place
from shuniu.contracts.text import Text
from shuniu.contracts.whistle.orders import Appeal, OrderClass
from shuniu.rules.refusal import NotFound

from shuniu_whistle.order_settings import order_profile, order_settings
from shuniu_whistle.orders.categories import category_of
from shuniu_whistle.orders.evolve import spot_key
from shuniu_whistle.orders.lookup import callers_of, phone_hash
from shuniu_whistle.orders.state import Caller, Known, Order, Spot
from shuniu_whistle.orders.tables import OrderTable
from shuniu_whistle.orders.terms import dispatch_terms, handle_limit, limit_source
from shuniu_whistle.orders.texts import TEXTS, filled
from shuniu_whistle.orders.words import LIKE, likeness, suggested_category

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("clocks_of", "preview_classify", "preview_dispatch", "preview_intake")

_MOST_COMPARED = 20


def clocks_of(o: Order | None, order_class: OrderClass, appeal: Appeal, ctx: Context) -> list[dict[str, Any]]:
    """The limits a dispatch would start now, each with its source."""
    profile = order_profile(ctx)
    _, name = handle_limit(profile, order_class, appeal, order_settings(ctx).order_handle_limit)
    named = {"handle": name, **{n: n if n in profile.limits else "" for n in ("sign", "contact")}}
    terms = dispatch_terms(o, order_class, appeal, ctx)
    return [_clock(t, limit_source(profile, named.get(t.clock, ""))) for t in terms]


def _clock(t: Term, source: Text) -> dict[str, Any]:
    return {
        "clock": t.clock,
        "title": msgspec.to_builtins(TEXTS[f"clock.{t.clock}"]),
        "limit": t.limit,
        "due_at": t.due_at,
        "soon_at": t.soon_at,
        "provisional": t.provisional,
        "source": msgspec.to_builtins(source),
    }


def _note(key: str, fields: tuple[str, ...], **params: str) -> dict[str, Any]:
    return {"text": msgspec.to_builtins(filled(key, params)), "fields": list(fields)}


def _titled(category: str) -> Text:
    return TEXTS[f"category.{category}"]


async def preview_intake(body: Mapping[str, Any], ctx: Context, host: "Host") -> Mapping[str, Any]:
    """For somebody who asks: a category by the words, earlier orders of the number or at the spot that are alike."""
    text = str(body.get("request", ""))[:2000]
    given = str(body.get("category", ""))
    suggested = suggested_category(text) if text and not given else ""
    notes = []
    if suggested:
        notes.append(_note("note.category_by_words", ("category",), category=_titled(suggested).zh))
    category = given or suggested
    if category == "HL_DANGER":
        notes.append(_note("note.emergency", ("request",)))
    suggestions: dict[str, Any] = {"category": suggested} if suggested else {}
    # Whoever is not signed in is told nothing of other people's orders.
    alike = await _alike(body, text, category, ctx, host) if ctx.actor.kind != "nobody" else []
    notes += [_note("note.alike", ("request",), number=a["number"], percent=str(a["likeness"])) for a in alike[:3]]
    return {"clocks": [], "suggestions": suggestions, "notes": notes, "alike": alike}


def _place(body: Mapping[str, Any]) -> Place:
    place = body.get("place")
    return Place(name=str(place.get("name", ""))[:60]) if isinstance(place, Mapping) else Place()


async def _alike(body: Mapping[str, Any], text: str, category: str, ctx: Context, host: "Host") -> list[dict[str, Any]]:
    area = str(body.get("area", "")) or ctx.scope
    caller = phone_hash(keyed(host), str(body.get("caller_phone", "")))
    known = [*await _of_caller(caller, host), *await _at_spot(spot_key(category, area, _place(body)), host)]
    return await _compare(text, known, "", ctx, host)


async def _of_caller(caller: str, host: "Host") -> tuple[Known, ...]:
    from shuniu_whistle.orders.order import CALLER

    found = await load_row(host.pool, CALLER, caller) if caller else None
    row: Caller | None = found[0] if found else None
    return row.orders if row else ()


async def _at_spot(spot: str, host: "Host") -> tuple[Known, ...]:
    from shuniu_whistle.orders.order import SPOT

    found = await load_row(host.pool, SPOT, spot) if spot else None
    row: Spot | None = found[0] if found else None
    return row.orders if row else ()


async def _compare(text: str, known: Iterable[Known], but: str, ctx: Context, host: "Host") -> list[dict[str, Any]]:
    """Earlier orders whose words are like these, most alike first; only orders the caller may read."""
    from shuniu_whistle.orders.order import ORDER

    found: dict[str, dict[str, Any]] = {}
    newest = sorted({k.order: k for k in known if k.order != but}.values(), key=lambda k: k.at, reverse=True)
    for k in newest[:_MOST_COMPARED]:
        loaded = await load_row(host.pool, ORDER, k.order)
        if loaded is None or not ctx.actor.covers(loaded[0].area):
            continue
        o = loaded[0]
        opened = await host.vault.open_matter(host.pool, o.id, clearance=4, masked=False)
        words = next((opened.get(n.ref, {}).get("text", "") for n in o.notes if n.label == "order_text"), "")
        points = likeness(text, words)
        if points >= LIKE:
            found[o.id] = {"order": o.id, "number": o.number, "status": o.status, "likeness": points}
    return sorted(found.values(), key=lambda a: -int(a["likeness"]))


async def _load(order: str, host: "Host") -> Order:
    from shuniu_whistle.orders.order import ORDER

    found = await load_row(host.pool, ORDER, order)
    if found is None:
        raise NotFound("hotline_order.unknown", params={"id": order[:40]})
    return found[0]


def _one_of(value: object, choices: tuple[str, ...], otherwise: str) -> Any:
    return value if value in choices else otherwise


async def preview_classify(body: Mapping[str, Any], ctx: Context, host: "Host") -> Mapping[str, Any]:
    """For an order to be classified: class and category, orders that are alike, the limits it would be given."""
    o = await _load(str(body.get("order", "")), host)
    ctx.actor.require_area(o.area)
    opened = await host.vault.open_matter(host.pool, o.id, clearance=4, masked=False)
    text = next((opened.get(n.ref, {}).get("text", "") for n in o.notes if n.label == "order_text"), "")
    category = str(body.get("category", "")) or o.category or suggested_category(text)
    known = category_of(category)
    usual: OrderClass = known.usual_class if known else "NORMAL"
    order_class = _one_of(body.get("order_class"), get_args(OrderClass), usual)
    appeal = _one_of(body.get("appeal"), get_args(Appeal), o.appeal)
    area = str(body.get("area", "")) or o.area
    place = _place(body)
    spot = spot_key(category, area, place if place.name else o.place)
    caller = (await callers_of(host, o.id)).of[o.id]
    at_spot = await _at_spot(spot, host)
    alike = await _compare(text, [*at_spot, *await _of_caller(caller, host)], o.id, ctx, host)
    notes = [_note("note.alike", ("category",), number=a["number"], percent=str(a["likeness"])) for a in alike[:3]]
    others = sum(k.order != o.id for k in at_spot)
    if others:
        notes.append(_note("note.at_spot", ("place",), count=str(others)))
    if order_class == "EMERGENCY":
        notes.append(_note("note.emergency", ("order_class",)))
    return {
        "clocks": clocks_of(o, order_class, appeal, ctx),
        "suggestions": {"category": category, "order_class": usual} if known else {},
        "notes": notes,
        "alike": alike,
    }


async def preview_dispatch(body: Mapping[str, Any], ctx: Context, host: "Host") -> Mapping[str, Any]:
    """For an order to be dispatched: its limits, and the unit that last handled the same thing in the community."""
    o = await _load(str(body.get("order", "")), host)
    ctx.actor.require_area(o.area)
    before = (
        await OrderTable.select(OrderTable.unit)
        .where(WhereRaw("doc->>'category' = {}", o.category))
        .where(OrderTable.area.like(f"{o.area[:12]}%"))
        .where(OrderTable.status.is_in(["FED_BACK", "CALLED_BACK", "CLOSED"]))
        .order_by(OrderTable.key, ascending=False)
        .limit(1)
    )
    suggestions = {"lead": before[0]["unit"]} if before and not body.get("lead") else {}
    notes = [_note("note.lead_before", ("lead",))] if suggestions else []
    return {"clocks": clocks_of(o, o.order_class, o.appeal, ctx), "suggestions": suggestions, "notes": notes}
