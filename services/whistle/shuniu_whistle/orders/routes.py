"""Queries of orders: lists, figures, the hung, the spots with many, and what a person may follow without signing in."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter
from piccolo.columns.combination import WhereRaw
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.chassis.keyed import keyed
from shuniu.chassis.state import load_row
from shuniu.chassis.tables import Condition
from shuniu.contracts.panels import Column, MatterPointer, TablePanel
from shuniu.contracts.summary import Place
from shuniu.contracts.text import Text
from shuniu.rules.calendar import local
from shuniu.rules.refusal import FieldError, NotFound, Unprocessable

from shuniu_whistle.order_settings import order_settings
from shuniu_whistle.orders.counting import REPEATED_FROM
from shuniu_whistle.orders.figures import By, figures
from shuniu_whistle.orders.lifecycles import ORDER as CYCLE
from shuniu_whistle.orders.order import CODE, ORDER
from shuniu_whistle.orders.queries import order_of, orders_between, seen_by, select, spots
from shuniu_whistle.orders.state import Order
from shuniu_whistle.orders.tables import OrderTable
from shuniu_whistle.orders.texts import TEXTS

__all__ = ("HANDLERS", "period")

AnyRequest = Request[Any, Any, Any]
Digits = Annotated[str, QueryParameter(pattern="^[0-9]*$", max_length=20)]
Word = Annotated[str, QueryParameter(max_length=64)]
From = Annotated[date | None, QueryParameter(name="from")]
To = Annotated[date | None, QueryParameter(name="to")]
_OPEN = [s.id for s in CYCLE.statuses if s.open]
_DEFAULT_DAYS = 30
_MOST_DAYS = 400


class OrderView(msgspec.Struct, frozen=True, kw_only=True):
    """An order in a list; no person in it."""

    id: str
    number: str
    version: int
    status: str
    origin: str
    appeal: str
    order_class: str
    category: str
    area: str
    place: Place
    lead: str
    at_spot: int
    received_at: datetime
    due_at: datetime | None


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """A page of orders."""

    total: int
    items: tuple[OrderView, ...]


class FollowStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step as the person may see it."""

    title: Text
    at: datetime


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """How a request stands, for whoever holds its code: no name, no number, no text, no unit's notes."""

    number: str
    status: str
    title: Text
    open: bool
    steps: tuple[FollowStep, ...]
    due_on: date | None
    may_rate: bool


def period(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    """The period asked for, both days included; the last 30 days by default. Unprocessable when it runs backwards or
    spans more than 400 days."""
    to = last or today
    begin = first or to - timedelta(days=_DEFAULT_DAYS - 1)
    if begin > to or (to - begin).days > _MOST_DAYS:
        raise Unprocessable("order.period", fields=(FieldError("from", "not_between"),), params={"most": _MOST_DAYS})
    return begin, to


def _view(record: dict[str, Any]) -> OrderView:
    o = order_of(record)
    return OrderView(
        id=o.id,
        number=o.number,
        version=record["version"],
        status=o.status,
        origin=o.origin,
        appeal=o.appeal,
        order_class=o.order_class,
        category=o.category,
        area=o.area,
        place=o.place,
        lead=o.lead,
        at_spot=o.at_spot,
        received_at=o.received_at,
        due_at=record["due_at"],
    )


@get("/orders", summary="Hotline orders the caller may see, newest first")
async def get_orders(
    request: AnyRequest,
    area: Digits = "",
    status: Word = "",
    unit: Word = "",
    number: Word = "",
    category: Word = "",
    open: Annotated[bool | None, QueryParameter()] = None,  # noqa: A002 - the word of the view API
    limit: Annotated[int, QueryParameter(ge=1, le=500)] = 50,
    offset: Annotated[int, QueryParameter(ge=0)] = 0,
) -> Orders:
    seen = seen_by(actor_of(request))
    if seen is None:
        return Orders(total=0, items=())
    wanted: list[Condition] = [seen]
    if area:
        wanted.append(OrderTable.area.like(f"{area}%"))
    if status:
        wanted.append(OrderTable.status == status)
    if unit:
        wanted.append(OrderTable.unit == unit)
    if number:
        wanted.append(WhereRaw("(doc->>'number' = {} or doc->>'external_number' = {})", number, number))
    if category:
        wanted.append(WhereRaw("doc->>'category' = {}", category))
    if open is not None:
        wanted.append(OrderTable.status.is_in(_OPEN) if open else OrderTable.status.not_in(_OPEN))
    total = await OrderTable.count().where(*wanted)
    return Orders(total=total, items=tuple(_view(r) for r in await select(wanted, limit, offset)))


def _steps(o: Order) -> tuple[FollowStep, ...]:
    given = (
        ("RECEIVED", o.received_at),
        ("DISPATCHED", o.dispatched_at),
        ("CONTACTED", o.contacted_at),
        ("FED_BACK", o.fed_back_at),
        (o.status, o.ended_at),
    )
    return tuple(FollowStep(title=TEXTS[f"status.hotline_order.{status}"], at=at) for status, at in given if at)


@get("/orders/follow", opt={"public": True}, summary="How a request stands, by its follow-up code, without signing in")
async def get_followed(
    request: AnyRequest, code: Annotated[str, QueryParameter(min_length=12, max_length=24)]
) -> Followed:
    host = host_of(request)
    held = await load_row(host.pool, CODE, keyed(host).of_code(code))
    found = await load_row(host.pool, ORDER, held[0].order) if held else None
    if found is None:
        raise NotFound("order.code_unknown")
    o = found[0]
    handle = next((c for c in reversed(o.clocks) if c.id in ("handle", "rework") and c.state == "running"), None)
    asked = o.status == "FED_BACK" or (o.status == "CALLED_BACK" and not o.call_backs[-1].valid)
    return Followed(
        number=o.number,
        status=o.status,
        title=TEXTS[f"status.hotline_order.{o.status}"],
        open=o.open,
        steps=_steps(o),
        due_on=local(handle.due_at - timedelta(microseconds=1)).date() if handle else None,
        may_rate=asked,
    )


@get("/orders/figures/{by:str}", summary="Rates of a period by unit, class or community")
async def get_figures(request: AnyRequest, by: FromPath[str], start: From = None, end: To = None) -> TablePanel:
    if by not in ("unit", "class", "community"):
        raise NotFound("http.not_found")
    host, actor = host_of(request), actor_of(request)
    ctx = host.context(actor)
    first, last = period(start, end, local(ctx.now).date())
    group: By = by  # type: ignore[assignment]  # one of the three
    return figures(await orders_between(actor, first, last), group, first, last, ctx)


@get("/orders/hung", summary="Hung orders by the day of their review (问题库)")
async def get_hung(request: AnyRequest) -> TablePanel:
    host, actor = host_of(request), actor_of(request)
    seen = seen_by(actor)
    records = await select((seen, OrderTable.status == "HUNG"), 500) if seen is not None else []
    orders = sorted((order_of(r) for r in records), key=lambda o: (o.hang.review_on if o.hang else date.max, o.id))
    columns = (
        Column(id="order", title=TEXTS["field.number"], kind="matter"),
        Column(id="category", title=TEXTS["field.category"], kind="text"),
        Column(id="area", title=TEXTS["field.area"], kind="area"),
        Column(id="unit", title=TEXTS["field.lead"], kind="unit"),
        Column(id="obstacle", title=TEXTS["field.obstacle"], kind="text"),
        Column(id="review_on", title=TEXTS["field.review_on"], kind="date"),
    )
    rows = tuple(
        {
            "order": MatterPointer(kind="hotline_order", id=o.id, number=o.number),
            "category": TEXTS[f"category.{o.category}"] if o.category else "",
            "area": o.area,
            "unit": o.lead,
            "obstacle": TEXTS[f"enum.obstacle.{o.hang.obstacle}"],
            "review_on": o.hang.review_on,
        }
        for o in orders
        if o.hang is not None
    )
    return TablePanel(columns=columns, rows=rows, as_of=host.clock.now())


@get("/orders/spots", summary="Spots with three or more orders about the same thing in the last months")
async def get_spots(request: AnyRequest) -> TablePanel:
    host, actor = host_of(request), actor_of(request)
    ctx = host.context(actor)
    since = ctx.now - timedelta(days=order_settings(ctx).order_repeat_days)
    rows: list[dict[str, Any]] = []
    for key, spot in await spots(actor):
        recent = [k for k in spot.orders if k.at >= since]
        if len(recent) < REPEATED_FROM:
            continue
        area, category, place = key.split("|", 2)
        rows.append(
            {
                "area": area,
                "place": place,
                "category": TEXTS[f"category.{category}"],
                "count": len(recent),
                "last": max(k.at for k in recent),
            }
        )
    columns = (
        Column(id="area", title=TEXTS["field.area"], kind="area"),
        Column(id="place", title=TEXTS["field.place"], kind="text"),
        Column(id="category", title=TEXTS["field.category"], kind="text"),
        Column(id="count", title=TEXTS["column.at_spot"], kind="number"),
        Column(id="last", title=TEXTS["column.last"], kind="time"),
    )
    rows.sort(key=lambda r: (-r["count"], r["area"], r["place"]))
    return TablePanel(columns=columns, rows=tuple(rows), as_of=ctx.now)


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_orders, get_followed, get_figures, get_hung, get_spots)
