"""Reading service places: they are there for everybody. Every query is Piccolo's."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, QueryParameter
from shuniu.chassis.http.access import host_of
from shuniu.contracts.grid.places import PlaceType
from shuniu.contracts.panels import FoundPlace, FoundPlaces, Shape, ShapesPanel
from shuniu.contracts.text import Text

from shuniu_grid.areas.routes import Digits
from shuniu_grid.places.finding import found
from shuniu_grid.places.hours import open_at, write_hours
from shuniu_grid.places.register import ServicePlace
from shuniu_grid.places.tables import PlaceTable
from shuniu_grid.places.words import WORDS
from shuniu_grid.settings import business_day

__all__ = ("HANDLERS", "places_on")

AnyRequest = Request[Any, Any, Any]
_MOST = 500


class PlaceView(msgspec.Struct, frozen=True, kw_only=True):
    """A service place. ``open`` is None where it tells no hours."""

    place: str
    type: PlaceType
    type_title: Text
    title: Text
    area: str
    lon: float
    lat: float
    address: str
    hours: str
    open: bool | None
    unit: str
    organisation: str


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """Places by id."""

    places: tuple[PlaceView, ...]
    as_of: datetime


async def places_on(day: date, area: str = "", type_: str = "") -> list[ServicePlace]:
    """The places there are on a day."""
    query = PlaceTable.select(PlaceTable.doc).order_by(PlaceTable.key)
    if area:
        query = query.where(PlaceTable.area.like(f"{area}%"))
    if type_:
        query = query.where(PlaceTable.status == type_)
    rows = [msgspec.json.decode(r["doc"], type=ServicePlace) for r in await query]
    return [p for p in rows if p.valid_from <= day and (p.valid_to is None or day <= p.valid_to)]


@get("/places", summary="Volunteer posts and stations, by area and type", opt={"public": True})
async def get_places(
    request: AnyRequest,
    area: Digits = "",
    type_: Annotated[
        Literal["", "VOLUNTEER_POST", "MOBILE_STATION", "SERVICE_STATION"], QueryParameter(name="type")
    ] = "",
    on: FromQuery[date | None] = None,
) -> Places:
    now = host_of(request).clock.now()
    there = await places_on(on or business_day(now), area, type_)
    return Places(
        places=tuple(
            PlaceView(
                place=p.id,
                type=p.type,
                type_title=WORDS[f"enum.type.{p.type}"],
                title=p.title,
                area=p.area,
                lon=p.lon,
                lat=p.lat,
                address=p.address,
                hours=write_hours(p.hours),
                open=open_at(p.hours, now),
                unit=p.unit,
                organisation=p.organisation,
            )
            for p in there
        ),
        as_of=now,
    )


@get("/places/find", summary="Volunteer posts and stations by words of name or address", opt={"public": True})
async def find_places(
    request: AnyRequest, words: Annotated[str, QueryParameter(min_length=1, max_length=60, format="words")]
) -> FoundPlaces:
    now = host_of(request).clock.now()
    return FoundPlaces(
        places=tuple(
            FoundPlace(
                id=p.id,
                title=p.title,
                area=p.area,
                kind=WORDS[f"enum.type.{p.type}"],
                address=p.address,
                lon=p.lon,
                lat=p.lat,
            )
            for p in found(words, await places_on(business_day(now)))
        ),
        as_of=now,
    )


@get("/places/map", summary="Volunteer posts and stations as points", opt={"public": True})
async def get_places_map(request: AnyRequest, area: Digits = "") -> ShapesPanel:
    now = host_of(request).clock.now()
    there = await places_on(business_day(now), area)
    return ShapesPanel(shapes=tuple(_shape(p, now) for p in there[:_MOST]), as_of=now, note=WORDS["place.map_note"])


def _shape(place: ServicePlace, now: datetime) -> Shape:
    kind = WORDS[f"enum.type.{place.type}"]
    is_open = open_at(place.hours, now)
    said = WORDS["place.open" if is_open else "place.shut" if is_open is False else "place.hours_unknown"]
    title = Text(f"{kind.zh} {place.title.zh}（{said.zh}）", f"{kind.en} {place.title.en} ({said.en})")
    return Shape(
        id=place.id,
        title=title,
        geometry={"type": "Point", "coordinates": [place.lon, place.lat]},
        tone="good" if is_open else "normal",
    )


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_places, get_places_map, find_places)
