"""Reading the register. Every query is Piccolo's."""

from typing import Annotated, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from piccolo.columns.combination import Or, WhereRaw
from piccolo.query.functions import Count
from shuniu.chassis.context import Actor
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.chassis.tables import Condition, any_of, in_areas
from shuniu.contracts.grid.units import RegisteredUnit
from shuniu.contracts.panels import Column, TablePanel

from shuniu_grid.areas.lineage import standing_on
from shuniu_grid.areas.locating import changes, drawn
from shuniu_grid.areas.routes import Digits
from shuniu_grid.settings import business_day
from shuniu_grid.units.tables import UnitTable
from shuniu_grid.units.texts import TEXTS

__all__ = ("HANDLERS", "seen_by")

MOST_UNASSIGNED = 500
AnyRequest = Request[Any, Any, Any]


class Units(msgspec.Struct, frozen=True, kw_only=True):
    """A page of units in the order of their numbers, and how many there are."""

    total: int
    items: tuple[RegisteredUnit, ...]


def seen_by(actor: Actor) -> Condition | None:
    """The units an actor may read: those of the own areas. None: no unit at all."""
    return any_of(in_areas(UnitTable, actor)) if actor.clearance >= 2 else None


@get("/units", summary="Registered units the caller may see")
async def get_units(
    request: AnyRequest,
    area: Digits = "",
    q: Annotated[str, QueryParameter(max_length=40)] = "",
    closed: Annotated[bool, QueryParameter()] = False,
    limit: Annotated[int, QueryParameter(ge=1, le=500)] = 50,
    offset: Annotated[int, QueryParameter(ge=0)] = 0,
) -> Units:
    seen = seen_by(actor_of(request))
    if seen is None:
        return Units(total=0, items=())
    wanted: list[Condition] = [seen, UnitTable.status == ("CLOSED" if closed else "ACTIVE")]
    if area:
        wanted.append(UnitTable.area.like(f"{area}%"))
    if q:
        found = WhereRaw("strpos(doc->>'name', {}) > 0", q)
        wanted.append(Or(found, Or(UnitTable.key == q, WhereRaw("doc->>'credit_code' = {}", q))))
    total = await UnitTable.count().where(*wanted)
    rows = await UnitTable.select(UnitTable.doc).where(*wanted).order_by(UnitTable.key).limit(limit).offset(offset)
    return Units(total=total, items=tuple(msgspec.json.decode(r["doc"], type=RegisteredUnit) for r in rows))


@get("/units/by-kind", summary="How many units of each kind stand in the caller's areas")
async def get_kinds(request: AnyRequest, area: Digits = "") -> TablePanel:
    host = host_of(request)
    seen = seen_by(actor_of(request))
    rows: list[dict[str, Any]] = []
    if seen is not None:
        counted = (
            await UnitTable.select(UnitTable.unit, Count(alias="n"))
            .where(seen)
            .where(UnitTable.status == "ACTIVE")
            .where(UnitTable.area.like(f"{area}%"))
            .group_by(UnitTable.unit)
        )
        rows = [{"kind": TEXTS[f"enum.unit_kind.{r['unit']}"], "units": r["n"]} for r in counted]
    rows.sort(key=lambda r: (-r["units"], r["kind"].zh))
    columns = (
        Column(id="kind", title=TEXTS["column.kind"]),
        Column(id="units", title=TEXTS["column.units"], kind="number"),
    )
    return TablePanel(columns=columns, rows=tuple(rows), as_of=host.clock.now())


@get("/units/unassigned", summary="Units whose grid has ended and who belong to none since")
async def get_unassigned(request: AnyRequest, area: Digits = "") -> TablePanel:
    host = host_of(request)
    now = host.clock.now()
    seen = seen_by(actor_of(request))
    rows: list[dict[str, Any]] = []
    if seen is not None:
        today = business_day(now)
        known = [change for change in await changes() if not change.withdrawn]
        ended = [
            code
            for code, found in (await drawn(host)).areas.items()
            if len(code) == 15 and code.startswith(area) and found.entry.valid_to is not None
            if found.entry.valid_to < today
        ]
        docs = (
            await UnitTable.select(UnitTable.doc)
            .where(seen, UnitTable.status == "ACTIVE", UnitTable.area.is_in(ended))
            .order_by(UnitTable.key)
            .limit(MOST_UNASSIGNED)
            if ended
            else []
        )
        units = [msgspec.json.decode(doc["doc"], type=RegisteredUnit) for doc in docs]
        rows = [
            {"number": u.number, "name": u.name, "area": u.area, "now": " ".join(standing_on(u.area, known, today))}
            for u in units
        ]
    columns = tuple(
        Column(id=id_, title=TEXTS[f"column.unassigned.{id_}"]) for id_ in ("number", "name", "area", "now")
    )
    return TablePanel(columns=columns, rows=tuple(rows), as_of=now)


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_units, get_kinds, get_unassigned)
