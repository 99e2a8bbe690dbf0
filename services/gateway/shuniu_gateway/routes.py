"""The view API under ``/api/v1``: services, areas, matters, what happened."""

from datetime import timedelta
from typing import Annotated, Any

from litestar import Response, Router, get
from litestar.di import Provide
from litestar.exceptions import ValidationException
from litestar.params import FromPath, QueryParameter
from shuniu.chassis.http.access import audited_refusal
from shuniu.contracts.envelope import event_id
from shuniu.rules.calendar import WorkingHours, local
from shuniu.rules.refusal import Forbidden, Refusal

from shuniu_gateway.areas import list_areas, list_units, scope_title
from shuniu_gateway.asking import AnyRequest, Signed, Words, bad_query, checked_area, host_of
from shuniu_gateway.callers import caller_of
from shuniu_gateway.freshness import wait_for
from shuniu_gateway.geometry import Geometries
from shuniu_gateway.hub import Hub
from shuniu_gateway.listing import LISTING, Listed
from shuniu_gateway.matters import find_matters, one_matter, recent_steps
from shuniu_gateway.packing import packing
from shuniu_gateway.presence import Presence
from shuniu_gateway.shapes import Areas, Events, MatterPage, Matters, Posts, StreamItem, Units, View, WorkingTime
from shuniu_gateway.story import story_of

__all__ = ("VIEW_API", "shapes_document")

BACK, AHEAD = 40, 420
"""Days around today whose working time is told."""


@get("/view", operation_id="getView", summary="Services, manifests, scope")
async def get_view(request: AnyRequest, caller: Signed) -> View:
    host = host_of(request)
    presence: Presence = host.extras["presence"]
    return View(
        scope=host.scope,
        scope_title=scope_title(host),
        synthetic=host.extras["seed"].synthetic,
        services=tuple(presence.services(manifests=True)),
        base_map="/api/v1/base-map" if host.extras["base_map"] is not None else None,
        as_of=host.clock.now(),
        rate=host.clock.rate,
    )


@get("/calendar", operation_id="getCalendar", summary="Announced years, and the working time around today")
async def get_calendar(request: AnyRequest, caller: Signed) -> WorkingTime:
    host = host_of(request)
    calendar, today = host.calendar, local(host.clock.now()).date()
    days = [today + timedelta(days=n) for n in range(-BACK, AHEAD)]
    return WorkingTime(
        version=calendar.version,
        published=tuple(sorted(calendar.published)),
        off=tuple(d for d in days if d.weekday() < 5 and not calendar.is_working_day(d)),
        make_up=tuple(d for d in days if d.weekday() >= 5 and calendar.is_working_day(d)),
        sessions=WorkingHours().sessions,
    )


@get("/areas", operation_id="getAreas", summary="Areas in force")
async def get_areas(request: AnyRequest, caller: Signed) -> Areas:
    host = host_of(request)
    await host.extras["registry"].renew()
    geometries: Geometries = host.extras["geometries"]
    return Areas(areas=list_areas(host, local(host.clock.now()).date()), geometry=geometries.etag)


@get("/units", operation_id="getUnits", summary="Units in force")
async def get_units(request: AnyRequest, caller: Signed) -> Units:
    host = host_of(request)
    await host.extras["registry"].renew()
    return Units(units=list_units(host, local(host.clock.now()).date()))


@get("/posts", operation_id="getPosts", summary="Office posts in force")
async def get_posts(request: AnyRequest, caller: Signed) -> Posts:
    host = host_of(request)
    await host.extras["registry"].renew()
    return Posts(posts=list_units(host, local(host.clock.now()).date(), "post"))


def shapes_document(request: AnyRequest, etag: str, plain: bytes, packed: bytes) -> Response[Any]:
    """A GeoJSON document with its ETag, packed where the browser takes it."""
    headers = {"ETag": f'"{etag}"', "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == f'"{etag}"':
        return Response(None, status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, media_type="application/geo+json", headers={**headers, "Content-Encoding": "gzip"})
    return Response(plain, media_type="application/geo+json", headers=headers)


@get("/areas/geometry", operation_id="getGeometry", summary="Shapes of the areas, one FeatureCollection")
async def get_geometry(request: AnyRequest, caller: Signed) -> Response[Any]:
    shapes: Geometries = host_of(request).extras["geometries"]
    return shapes_document(request, shapes.etag, shapes.document, shapes.compressed)


@get("/base-map", operation_id="getBaseMap", summary="What is drawn under the areas")
async def get_base_map(request: AnyRequest, caller: Signed) -> Response[Any]:
    found = host_of(request).extras["base_map"]
    if found is None:
        raise Refusal("http.not_found", status=404)
    return shapes_document(request, found.etag, found.plain, found.packed)


# --- matters ----------------------------------------------------------------------------------------------------------


@get("/matters", operation_id="listMatters", summary="Matters this caller may see")
async def get_matters(
    request: AnyRequest,
    caller: Signed,
    listing: Listed,
    limit: Annotated[int, QueryParameter(ge=0, le=500)] = 50,
    offset: Annotated[int, QueryParameter(ge=0, le=1_000_000)] = 0,
    after: Words = "",
) -> Matters:
    host = host_of(request)
    hub: Hub = host.extras["hub"]
    await wait_for(host, after)
    feed, now = await hub.current(), host.clock.now()
    total, items = await find_matters(caller.actor, listing, now, sort=listing.sort, limit=limit, offset=offset)
    return Matters(total=total, items=items, feed=feed, as_of=now)


@get("/matters/{service:str}/{kind:str}/{matter:str}", operation_id="getMatter", summary="A matter and its timeline")
async def get_matter(
    request: AnyRequest,
    caller: Signed,
    service: FromPath[str],
    kind: FromPath[str],
    matter: FromPath[str],
    after: Words = "",
) -> MatterPage:
    host = host_of(request)
    hub: Hub = host.extras["hub"]
    await wait_for(host, after)
    feed = await hub.current()
    try:
        found = await one_matter(host, caller.actor, service, kind, matter)
    except Forbidden as refusal:
        audited_refusal(host, "matter.read", refusal, caller.actor, matter[:64])
        raise
    story = await story_of(caller.actor, found, host.scope)
    return MatterPage(
        matter=found,
        timeline=story.timeline,
        links=story.links,
        graph=story.graph,
        feed=feed,
        as_of=host.clock.now(),
    )


@get("/events", operation_id="listEvents", summary="What happened last")
async def get_events(
    request: AnyRequest, caller: Signed, limit: Annotated[int, QueryParameter(ge=1, le=200)] = 30, area: Words = ""
) -> Events:
    host = host_of(request)
    hub: Hub = host.extras["hub"]
    feed = await hub.current()
    epoch = feed.rpartition("-")[0]
    steps = await recent_steps(caller.actor, limit, checked_area(area))
    items = tuple(StreamItem(feed=event_id(epoch, position), step=step) for position, step in steps)
    return Events(items=items, feed=feed, as_of=host.clock.now())


VIEW_API = Router(
    "/api/v1",
    route_handlers=[
        get_view,
        get_calendar,
        get_areas,
        get_units,
        get_posts,
        get_geometry,
        get_base_map,
        get_matters,
        get_matter,
        get_events,
    ],
    dependencies={"caller": Provide(caller_of), "listing": LISTING},
    opt={"auth": "own"},
    exception_handlers={ValidationException: bad_query},
    middleware=[packing],
    tags=["view"],
)
