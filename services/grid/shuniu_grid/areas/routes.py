"""Reading areas. Every query is Piccolo's."""

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, PathParameter, QueryParameter
from shuniu.chassis.http.access import host_of
from shuniu.contracts.summary import RegistryEntry
from shuniu.rules.areas import check_code
from shuniu.rules.refusal import NotFound

from shuniu_grid.areas.geometry import Located
from shuniu_grid.areas.lineage import Relative, ancestors, descendants, standing_on
from shuniu_grid.areas.locating import changes, locate, locator
from shuniu_grid.areas.rows import Area, valid_on
from shuniu_grid.areas.tables import AreaTable
from shuniu_grid.settings import business_day

__all__ = ("HANDLERS", "AreaCode", "Digits")

AnyRequest = Request[Any, Any, Any]
AreaCode = Annotated[str, PathParameter(format="area")]
"""A page asks for it by place, not by number."""
_Number = Annotated[str, PathParameter(format="text")]
"""Looked up by who knows the number."""
Digits = Annotated[str, QueryParameter(max_length=15, pattern=r"^[0-9]*$")]


class AreaView(msgspec.Struct, frozen=True, kw_only=True):
    """An area. ``inside`` is the comprehensive grid around a dedicated one on the day asked for; ``came_of`` and
    ``went_into`` are the redrawings it began and ended with."""

    entry: RegistryEntry
    external_code: str = ""
    inside: str = ""
    came_of: str = ""
    went_into: str = ""


class Lineage(msgspec.Struct, frozen=True, kw_only=True):
    """Where an area came from and what became of it; ``standing`` are the codes of its ground on ``on``."""

    code: str
    valid_from: date | None
    valid_to: date | None
    ancestors: tuple[Relative, ...]
    descendants: tuple[Relative, ...]
    on: date
    standing: tuple[str, ...]


class Areas(msgspec.Struct, frozen=True, kw_only=True):
    """Areas in code order."""

    areas: tuple[AreaView, ...]


@get("/areas", summary="Areas, by level, parent and day", opt={"public": True})
async def get_areas(
    request: AnyRequest,
    parent: Digits = "",
    level: Annotated[Literal["", "street", "community", "grid"], QueryParameter()] = "",
    subtype: Annotated[str, QueryParameter(max_length=40)] = "",
    on: FromQuery[date | None] = None,
) -> Areas:
    query = AreaTable.select(AreaTable.doc).order_by(AreaTable.key)
    if parent:
        query = query.where(AreaTable.key.like(f"{parent}%")).where(AreaTable.key != parent)
    if subtype:
        query = query.where(AreaTable.status == subtype)
    length = {"street": 9, "community": 12, "grid": 15}.get(level)
    host = host_of(request)
    day = on or business_day(host.clock.now())
    found = [msgspec.json.decode(r["doc"], type=Area) for r in await query]
    kept = [a for a in found if valid_on(a.entry, day) and (length is None or len(a.entry.code) == length)]
    around = (await locator(host)).around_dedicated(day) if any(a.inside for a in kept) else {}
    return Areas(areas=tuple(_area_view(a, around.get(a.entry.code, a.inside)) for a in kept))


def _area_view(area: Area, inside: str) -> AreaView:
    return AreaView(
        entry=area.entry,
        external_code=area.external_code,
        inside=inside,
        came_of=area.came_of,
        went_into=area.went_into,
    )


@get("/areas/{code:str}", summary="One area", opt={"public": True})
async def get_area(request: AnyRequest, code: _Number, on: FromQuery[date | None] = None) -> AreaView:
    area = await _area(code)
    host = host_of(request)
    around = (await locator(host)).around_dedicated(on or business_day(host.clock.now())) if area.inside else {}
    return _area_view(area, around.get(code, area.inside))


async def _area(code: str) -> Area:
    check_code(code, field="code")
    rows = await AreaTable.select(AreaTable.doc).where(AreaTable.key == code)
    if not rows:
        raise NotFound("area.unknown", params={"id": code})
    return msgspec.json.decode(rows[0]["doc"], type=Area)


@get("/areas/{code:str}/lineage", summary="What an area came of and what became of it", opt={"public": True})
async def get_lineage(request: AnyRequest, code: _Number, on: FromQuery[date | None] = None) -> Lineage:
    area = await _area(code)
    day = on or business_day(host_of(request).clock.now())
    known = [change for change in await changes() if not change.withdrawn]
    return Lineage(
        code=code,
        valid_from=area.entry.valid_from,
        valid_to=area.entry.valid_to,
        ancestors=ancestors(code, known),
        descendants=descendants(code, known),
        on=day,
        standing=standing_on(code, known, day),
    )


@get("/locate", summary="The grids a point lies in", opt={"public": True})
async def get_locate(
    request: AnyRequest,
    lon: Annotated[float, QueryParameter(ge=-180, le=180)],
    lat: Annotated[float, QueryParameter(ge=-90, le=90)],
    on: FromQuery[date | None] = None,
) -> Located:
    host = host_of(request)
    return await locate(host, lon, lat, on or business_day(host.clock.now()))


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_areas, get_area, get_lineage, get_locate)
