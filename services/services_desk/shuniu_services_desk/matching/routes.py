"""What is offered: anybody may know it, with the room left."""

from typing import Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from shuniu.chassis.http.access import host_of
from shuniu.contracts.panels import Column, TablePanel
from shuniu.contracts.text import Text

from shuniu_services_desk.matching.offers import OfferRow
from shuniu_services_desk.matching.tables import OfferTable
from shuniu_services_desk.needs.manifest import WORDS as NEED_WORDS
from shuniu_services_desk.texts import words_of

__all__ = ("HANDLERS", "offers_of")

WORDS = words_of("matching")
AnyRequest = Request[Any, Any, Any]


async def offers_of() -> list[OfferRow]:
    """Every offer, in the order of their codes."""
    records = await OfferTable.select(OfferTable.doc).order_by(OfferTable.key)
    return [msgspec.json.decode(r["doc"], type=OfferRow) for r in records]


@get("/offers", opt={"public": True}, summary="Services, teams and items that take needs, and the room they have")
async def get_offers(request: AnyRequest) -> TablePanel:
    host = host_of(request)
    columns = (
        Column(id="code", title=WORDS["field.code"]),
        Column(id="title", title=WORDS["field.title_zh"]),
        Column(id="unit", title=WORDS["field.unit"], kind="unit"),
        Column(id="categories", title=WORDS["field.categories"]),
        Column(id="capacity", title=WORDS["field.capacity"], kind="number"),
        Column(id="room", title=WORDS["field.room"], kind="number"),
        Column(id="valid_to", title=WORDS["field.valid_to"], kind="date"),
    )
    rows = tuple(
        {
            "code": r.offer.code,
            "title": Text(r.offer.title_zh, r.offer.title_en),
            "unit": r.offer.unit,
            "categories": [NEED_WORDS[f"category.{c}"] for c in r.offer.categories],
            "capacity": r.offer.capacity,
            "room": r.room,
            "valid_to": r.offer.valid_to,
        }
        for r in await offers_of()
    )
    return TablePanel(columns=columns, rows=rows, as_of=host.clock.now(), note=WORDS["note.solver"])


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_offers,)
