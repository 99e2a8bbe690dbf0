"""Queries of hazards: what the government supervises, and the public notices of borne major risks."""

from typing import Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from piccolo.columns.combination import WhereRaw
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.chassis.identity.policy import may_read
from shuniu.contracts.panels import Column, MatterPointer, TablePanel
from shuniu.rules.calendar import local
from shuniu.rules.clocks import find_clock

from shuniu_insurance.hazards.face import visibility
from shuniu_insurance.hazards.kind import HAZARD_ROW
from shuniu_insurance.hazards.state import Hazard
from shuniu_insurance.hazards.tables import HazardTable
from shuniu_insurance.hazards.texts import TEXTS

__all__ = ("HANDLERS",)

AnyRequest = Request[Any, Any, Any]
_MOST = 500
_OFF = ["CANCELLED_OFF", "UNFOUNDED"]


def _columns(*names: str, **kinds: Any) -> tuple[Column, ...]:
    return tuple(Column(id=n, title=TEXTS[f"column.{n}"], kind=kinds.get(n, "text")) for n in names)


@get("/hazards/supervised", summary="Major hazards under the government's supervision, the most urgent first")
async def get_supervised(request: AnyRequest) -> TablePanel:
    host = host_of(request)
    actor = actor_of(request)
    records = (
        await HazardTable.select(HazardTable.doc)
        .where(HazardTable.status.not_in(_OFF), WhereRaw("(doc->>'supervised')::boolean"))
        .order_by(HazardTable.due_at)
        .limit(_MOST)
    )
    rows: list[dict[str, Any]] = []
    for record in records:
        h = msgspec.json.decode(record["doc"], type=Hazard)
        if not may_read(visibility(h), h.area, actor):
            continue
        limit = find_clock(h.clocks, "cancel")
        rows.append(
            {
                "hazard": MatterPointer(kind=HAZARD_ROW.name, id=h.id, number=h.number),
                "category": TEXTS[f"category.{h.category}"],
                "area": h.area,
                "status": h.status,
                "unit": h.unit or h.insurer,
                "due": limit.due_at if limit is not None and limit.state == "running" else None,
                "accidents": sum(c.known for c in h.claims),
            }
        )
    names = ("hazard", "category", "area", "status", "unit", "due", "accidents")
    kinds = {"hazard": "matter", "area": "area", "status": "status", "unit": "unit", "due": "time"}
    return TablePanel(
        columns=_columns(*names, accidents="number", **kinds),
        rows=tuple(rows),
        as_of=host.clock.now(),
        note=TEXTS["note.supervised"],
    )


@get("/hazards/notices", summary="Public notices of major risks that are borne for a while", opt={"public": True})
async def get_notices(request: AnyRequest) -> TablePanel:
    """What the street says in public: category, place, until when, and the words that were approved."""
    host = host_of(request)
    records = (
        await HazardTable.select(HazardTable.doc)
        .where(HazardTable.status == "RISK_ACCEPTED", WhereRaw("(doc->>'public_notice')::boolean"))
        .order_by(HazardTable.key, ascending=False)
        .limit(_MOST)
    )
    found = [msgspec.json.decode(r["doc"], type=Hazard) for r in records]
    refs = {h.id: next(t.ref for t in reversed(h.texts) if t.label == "public_notice") for h in found}
    sealed = await host.vault.open_refs(host.pool, refs.values())
    words = {ref: fields.get("text", "") for ref, fields in sealed.items()}
    rows = tuple(
        {
            "category": TEXTS[f"category.{h.category}"],
            "area": h.area,
            "place": h.place.name,
            "review_on": h.review_on,
            "words": words.get(refs[h.id], ""),
            "since": local(h.entered_at).date(),
        }
        for h in found
    )
    columns = _columns(
        "category", "area", "place", "since", "review_on", "words", area="area", since="date", review_on="date"
    )
    return TablePanel(columns=columns, rows=rows, as_of=host.clock.now())


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_supervised, get_notices)
