"""What anybody may ask without signing in: the routes and actions that services declare public, and nothing else.

Residents look up who answers for their grid, hand something in, follow it with its code, verify a certificate. Requests
of one address are limited; the owner decides everything, as for a caller without a token at its own port.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response, Router, get, post
from litestar.middleware.rate_limit import RateLimitConfig
from litestar.params import FromPath
from shuniu.chassis.host import CHASSIS_TEXTS
from shuniu.chassis.http.commands import read_body
from shuniu.contracts.manifest import Action, Manifest, Panel, Route
from shuniu.contracts.text import Text
from shuniu.rules.calendar import local
from shuniu.rules.refusal import NotFound

from shuniu_gateway.areas import list_areas
from shuniu_gateway.asking import AnyRequest, host_of, key_of
from shuniu_gateway.door_routes import as_answered, route_fits
from shuniu_gateway.doors import Doors, path_of
from shuniu_gateway.geometry import Geometries
from shuniu_gateway.packing import packing
from shuniu_gateway.presence import Presence
from shuniu_gateway.routes import shapes_document

__all__ = ("PUBLIC_API",)

MOST_BODY = 64 * 1024
_LIMIT = RateLimitConfig(rate_limit=("minute", 120))


class PublicService(msgspec.Struct, frozen=True, kw_only=True):
    """A service as far as it is open to anybody."""

    service: str
    title: Text
    summary: Text
    present: bool
    routes: tuple[Route, ...]
    actions: tuple[Action, ...]
    panels: tuple[Panel, ...] = ()
    """Panels whose route is public: what is disclosed."""
    texts: dict[str, Text] = {}
    """Names of fields (``field.…``) and values (``enum.…``), to label what is asked for and answered."""


class PublicServices(msgspec.Struct, frozen=True, kw_only=True):
    """The services that have something open to anybody."""

    scope: str
    services: tuple[PublicService, ...]


def _names(texts: Mapping[str, Text]) -> dict[str, Text]:
    return {key: text for key, text in texts.items() if key.startswith(("field.", "enum."))}


_EVERYWHERE = _names(CHASSIS_TEXTS)
"""Of what every service has: documents that anybody verifies."""


def _presence(request: AnyRequest) -> Presence:
    presence: Presence = request.app.state.host.extras["presence"]
    return presence


def _manifest(request: AnyRequest, service: str) -> Manifest:
    # Other deployments are nobody's business without a session: an address with a scope is not known here.
    manifest = _presence(request).manifest(service) if "@" not in service else None
    if manifest is None:
        raise NotFound("service.unknown", params={"service": service[:60]})
    return manifest


def _doors(request: AnyRequest) -> Doors:
    doors: Doors = request.app.state.host.extras["doors"]
    return doors


@get("/services", operation_id="publicServices", summary="What is open to anybody")
async def public_services(request: AnyRequest) -> PublicServices:
    presence = _presence(request)
    there = {view.service for view in presence.services(manifests=False) if view.state != "absent"}
    found = []
    for name, manifest in sorted(presence.manifests.items(), key=lambda item: item[1].order):
        routes = tuple(r for r in manifest.routes if r.public)
        actions = tuple(a for a in manifest.actions if a.public)
        paths = {r.path for r in routes}
        panels = tuple(p for p in manifest.panels if p.route in paths)
        if "@" not in name and (routes or actions):
            found.append(
                PublicService(
                    service=name,
                    title=manifest.title,
                    summary=manifest.summary,
                    present=name in there,
                    routes=routes,
                    actions=actions,
                    panels=panels,
                    texts={**_EVERYWHERE, **_names(manifest.texts)},
                )
            )
    return PublicServices(scope=request.app.state.host.scope, services=tuple(found))


@get("/services/{service:str}/x/{path:path}", operation_id="publicRoute", summary="A route a service declares public")
async def public_route(request: AnyRequest, service: FromPath[str], path: FromPath[str]) -> Response[bytes]:
    manifest = _manifest(request, service)
    if not any(route.public and route_fits(route.path, path) for route in manifest.routes):
        raise NotFound("http.not_found")
    query = request.scope["query_string"].decode("ascii", "ignore")
    target = path_of(*path.strip("/").split("/")) + (f"?{query}" if query else "")
    return as_answered(await _doors(request).request(service, "GET", target, ""))


@post(
    "/do/{service:str}/{action:str}",
    status_code=200,
    operation_id="publicAction",
    summary="Something a service lets anybody do",
)
async def public_action(request: AnyRequest, service: FromPath[str], action: FromPath[str]) -> Response[bytes]:
    manifest = _manifest(request, service)
    if not any(a.public and a.name == action for a in manifest.actions):
        raise NotFound("http.not_found")
    body = await read_body(request.receive, MOST_BODY, request.headers.get("content-length", "").encode())
    headers = {"Idempotency-Key": key_of(request), "Content-Type": "application/json"}
    return as_answered(
        await _doors(request).request(service, "POST", path_of("commands", action), "", headers=headers, body=body)
    )


class PublicArea(msgspec.Struct, frozen=True, kw_only=True):
    """An area as it is posted in public: nothing but its name and place."""

    code: str
    parent: str
    level: str
    title: Text


class PublicAreas(msgspec.Struct, frozen=True, kw_only=True):
    """The areas of the scope by name, to find one's own; their shapes are ``areas/geometry``."""

    areas: tuple[PublicArea, ...]
    geometry: str


@get("/areas", operation_id="publicAreas", summary="Areas of the scope by name")
async def public_areas(request: AnyRequest) -> PublicAreas:
    host = host_of(request)
    await host.extras["registry"].renew()
    geometries: Geometries = host.extras["geometries"]
    areas = tuple(
        PublicArea(code=area.code, parent=area.parent, level=area.level, title=area.title)
        for area in list_areas(host, local(host.clock.now()).date())
    )
    return PublicAreas(areas=areas, geometry=geometries.etag)


@get("/areas/geometry", operation_id="publicGeometry", summary="Shapes of the areas")
async def public_geometry(request: AnyRequest) -> Response[Any]:
    shapes: Geometries = host_of(request).extras["geometries"]
    return shapes_document(request, shapes.etag, shapes.document, shapes.compressed)


PUBLIC_API = Router(
    "/api/v1/public",
    route_handlers=[public_services, public_route, public_action, public_areas, public_geometry],
    middleware=[_LIMIT.middleware, packing],
    opt={"public": True},
    tags=["public"],
)
