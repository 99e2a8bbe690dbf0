"""Duty zones to be read: as a list, and as shapes over the map."""

from datetime import date
from typing import Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from shuniu.chassis.http.access import host_of
from shuniu.contracts.manifest import Route
from shuniu.contracts.panels import Shape, ShapesPanel
from shuniu.contracts.text import Text

from shuniu_whistle.duty.lookup import standing_zones
from shuniu_whistle.texts import words_of

__all__ = ("HANDLERS", "ROUTES")

WORDS = words_of("duty")
AnyRequest = Request[Any, Any, Any]


class ZoneView(msgspec.Struct, frozen=True, kw_only=True):
    """A zone as it was agreed; parties as ``<unit>`` or ``<unit>@<scope>``."""

    id: str
    name: str
    areas: tuple[str, ...]
    groups: tuple[str, ...]
    items: tuple[str, ...]
    lead: str
    co: tuple[str, ...]
    valid_from: date
    basis: str


class Zones(msgspec.Struct, frozen=True, kw_only=True):
    """The zones that are agreed on."""

    zones: tuple[ZoneView, ...]


@get("/duty/zones", summary="Duty zones that are agreed on")
async def get_zones(request: AnyRequest) -> Zones:
    def party(p: Any) -> str:
        return f"{p.unit}@{p.scope}" if p.scope else p.unit

    return Zones(
        zones=tuple(
            ZoneView(
                id=z.id,
                name=z.name,
                areas=z.areas,
                groups=z.groups,
                items=z.items,
                lead=party(z.lead),
                co=tuple(party(p) for p in z.co),
                valid_from=z.valid_from,
                basis=z.basis,
            )
            for z in await standing_zones(None, host_of(request))
        )
    )


@get("/duty/shapes", summary="Duty zones over the map")
async def get_shapes(request: AnyRequest) -> ShapesPanel:
    zones = await standing_zones(None, host_of(request))
    shapes = tuple(
        Shape(
            id=z.id,
            title=Text(z.name, z.name),
            geometry={"type": "Polygon", "coordinates": [[list(p) for p in (*z.ring, z.ring[0])]]},
        )
        for z in zones
        if z.ring
    )
    return ShapesPanel(shapes=shapes, as_of=host_of(request).clock.now())


ROUTES = (
    Route(path="/duty/zones", title=WORDS["route.duty_zones"]),
    Route(path="/duty/shapes", title=WORDS["route.duty_shapes"]),
)
HANDLERS: tuple[HTTPRouteHandler, ...] = (get_zones, get_shapes)
