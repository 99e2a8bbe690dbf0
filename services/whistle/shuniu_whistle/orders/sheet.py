"""Orders as spreadsheets: a list to take out, without anybody's name or words; a list to hand in."""

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, get_args

from shuniu.chassis.context import Actor
from shuniu.chassis.sheets import Column, Sheet
from shuniu.chassis.tables import Condition
from shuniu.contracts.whistle.orders import Appeal, OrderClass, Origin
from shuniu.rules.areas import is_code
from shuniu.rules.calendar import local

from shuniu_whistle.orders.categories import CATEGORIES
from shuniu_whistle.orders.fields import OrderPlace
from shuniu_whistle.orders.intake import IMPORT, MOST_IMPORTED, ImportOrders, SubmitApi
from shuniu_whistle.orders.lifecycles import DISPATCHER, HOTLINE, ORDER
from shuniu_whistle.orders.queries import seen_by, streamed
from shuniu_whistle.orders.tables import OrderTable
from shuniu_whistle.whistles.lifecycles import COORDINATOR, STREET

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("SHEETS",)

_CATEGORIES = tuple(c.id for c in CATEGORIES)


def _area(code: str) -> str | None:
    return None if is_code(code) else "bad_code"


async def _rows(host: "Host", actor: Actor, query: Mapping[str, str]) -> AsyncIterator[Mapping[str, Any]]:
    seen = seen_by(actor)
    if seen is None:
        return
    wanted: list[Condition] = [seen]
    if query.get("status"):
        wanted.append(OrderTable.status == query["status"])
    if query.get("area"):
        wanted.append(OrderTable.area.like(f"{query['area']}%"))
    async for o in streamed(wanted):
        yield {
            "number": o.number,
            "external_number": o.external_number or None,
            "origin": o.origin,
            "appeal": o.appeal,
            "order_class": o.order_class,
            "category": o.category or None,
            "area": o.area,
            "place": o.place.name or None,
            "status": o.status,
            "lead": o.lead or None,
            "received_at": local(o.received_at).date(),
            "fed_back_at": local(o.fed_back_at).date() if o.fed_back_at else None,
            "at_spot": o.at_spot,
            "rounds": o.rounds,
        }


def _given(record: Mapping[str, Any]) -> SubmitApi:
    return SubmitApi(
        origin=record.get("origin") or "SUPERIOR",
        external_number=record["external_number"],
        appeal=record.get("appeal") or "HELP",
        category=record.get("category") or "",
        area=record.get("area") or "",
        place=OrderPlace(name=record.get("place") or ""),
        request=record["request"],
        caller_name=record.get("caller_name") or "",
        caller_phone=record.get("caller_phone") or "",
        call_back=record.get("call_back") is not False,
    )


SHEETS = (
    Sheet(
        name="orders",
        title="sheet.orders",
        note="sheet.orders_note",
        columns=(
            Column("number", "field.number", "code"),
            Column("external_number", "field.external_number", "code"),
            Column("origin", "field.origin", "choice", choices=get_args(Origin)),
            Column("appeal", "field.appeal", "choice", choices=get_args(Appeal)),
            Column("order_class", "field.order_class", "choice", choices=get_args(OrderClass)),
            Column("category", "field.category", "choice", choices=_CATEGORIES, choice_titles="category"),
            Column("area", "field.area", "code"),
            Column("place", "field.place"),
            Column(
                "status",
                "field.order_status",
                "choice",
                choices=tuple(s.id for s in ORDER.statuses),
                choice_titles="status.hotline_order",
            ),
            Column("lead", "field.lead", "code"),
            Column("received_at", "field.received_at", "date"),
            Column("fed_back_at", "field.fed_back_at", "date"),
            Column("at_spot", "field.at_spot", "int"),
            Column("rounds", "field.rounds", "int"),
        ),
        export_roles=(*HOTLINE, *STREET, *COORDINATOR),
        rows=_rows,
        filters=("status", "area"),
    ),
    Sheet(
        name="orders_in",
        title="sheet.orders_in",
        note="sheet.orders_in_note",
        columns=(
            Column("external_number", "field.external_number", "code", required=True, most=40),
            Column("origin", "field.origin", "choice", choices=get_args(Origin)),
            Column("appeal", "field.appeal", "choice", choices=get_args(Appeal)),
            Column("category", "field.category", "choice", choices=_CATEGORIES, choice_titles="category"),
            Column("area", "field.area", "code", check=_area),
            Column("place", "field.place", most=60),
            Column("request", "field.request", required=True, personal=True, most=2000),
            Column("caller_name", "field.caller_name", personal=True, most=40),
            Column("caller_phone", "field.caller_phone", "code", personal=True, most=20),
            Column("call_back", "field.call_back", "bool"),
        ),
        import_roles=DISPATCHER,
        command=IMPORT,
        row=_given,
        body=lambda rows: ImportOrders(rows=rows),
        key=("origin", "external_number"),
        most_rows=MOST_IMPORTED,
    ),
)
