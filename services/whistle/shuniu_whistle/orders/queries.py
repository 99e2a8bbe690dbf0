"""Orders as routes, sheets and scores read them: every query of the capability."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from piccolo.columns.combination import Or, WhereRaw
from shuniu.chassis.context import Actor
from shuniu.chassis.tables import Condition, any_of, in_areas
from shuniu.rules.areas import is_code
from shuniu.rules.calendar import midnight

from shuniu_whistle.orders.state import Order, Spot
from shuniu_whistle.orders.tables import OrderTable, SpotTable

__all__ = ("LONGEST", "Condition", "order_of", "orders_between", "seen_by", "select", "spots", "streamed")

LONGEST = timedelta(days=400)
"""An order that came in earlier than so long before a period adds nothing to it (a design choice for speed)."""
_PAGE = 500


def order_of(record: dict[str, Any]) -> Order:
    """The document of a record."""
    return msgspec.json.decode(record["doc"], type=Order)


def seen_by(actor: Actor) -> Condition | None:
    """The rows an actor may read, as the read policy has it: by area or by unit. None: no row at all."""
    if actor.clearance < 2:
        return None
    parts: list[Condition] = in_areas(OrderTable, actor)
    for unit in actor.units:
        parts.append(OrderTable.unit == unit)
        parts.append(WhereRaw("doc->'parts' @> {}::jsonb", msgspec.json.encode([{"unit": unit}]).decode()))
        parts.append(WhereRaw("doc->'inform' @> {}::jsonb", msgspec.json.encode([unit]).decode()))
    return any_of(parts)


async def select(wanted: Sequence[Condition], limit: int, offset: int = 0) -> list[dict[str, Any]]:
    """Records (doc, version, due_at), newest first."""
    query = OrderTable.select(OrderTable.key, OrderTable.doc, OrderTable.version, OrderTable.due_at)
    return await query.where(*wanted).order_by(OrderTable.key, ascending=False).limit(limit).offset(offset)


async def streamed(wanted: Sequence[Condition]) -> AsyncIterator[Order]:
    """Orders in the order of their ids, page by page."""
    after = ""
    while True:
        query = OrderTable.select(OrderTable.key, OrderTable.doc).where(*wanted).where(OrderTable.key > after)
        records = await query.order_by(OrderTable.key).limit(_PAGE)
        for record in records:
            yield order_of(record)
        if len(records) < _PAGE:
            return
        after = records[-1]["key"]


def received_between(first: date, last: date) -> tuple[Condition, ...]:
    """Orders that came in from ``first`` to ``last`` inclusive."""

    def at(moment: datetime) -> str:
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")

    return (
        WhereRaw("doc->>'received_at' >= {}", at(midnight(first))),
        WhereRaw("doc->>'received_at' < {}", at(midnight(last + timedelta(days=1)))),
    )


async def orders_between(actor: Actor, first: date, last: date) -> list[Order]:
    """Every order the actor may read that may add something to the period."""
    seen = seen_by(actor)
    if seen is None:
        return []
    return [o async for o in streamed((seen, *received_between(first - LONGEST, last)))]


async def spots(actor: Actor) -> list[tuple[str, Spot]]:
    """Spots (key, orders) in the actor's areas."""
    areas = [a for a in actor.areas if is_code(a)]
    wanted: Condition | None = None
    for area in areas:
        part = SpotTable.key.like(f"{area[:12]}%")
        wanted = part if wanted is None else Or(wanted, part)
    if wanted is None or actor.clearance < 2:
        return []
    records = await SpotTable.select(SpotTable.key, SpotTable.doc).where(wanted)
    return [(r["key"], msgspec.json.decode(r["doc"], type=Spot)) for r in records]
