"""The merged descriptions as files, for programs and for the page that shows them; nothing of a foreign host."""

import msgspec
from litestar import Response, Router, get
from litestar.di import Provide

from shuniu_gateway.administration.describe import asyncapi, merged_openapi
from shuniu_gateway.asking import AnyRequest, Signed, host_of
from shuniu_gateway.callers import caller_of
from shuniu_gateway.door_routes import Door
from shuniu_gateway.packing import packing
from shuniu_gateway.presence import Presence

__all__ = ("DESCRIBE_API",)


@get("/describe/openapi.json", operation_id="describeOpenAPI", summary="OpenAPI 3.1 of the gateway and every service")
async def get_openapi(request: AnyRequest, caller: Signed) -> Response[bytes]:
    host = host_of(request)
    presence: Presence = host.extras["presence"]
    own = await Door(request, caller).ask(host.service.name, "GET", "/schema/openapi.json")
    document = merged_openapi(msgspec.json.decode(own.body), presence.manifests)
    return Response(msgspec.json.encode(document), media_type="application/json")


@get("/describe/asyncapi.json", operation_id="describeAsyncAPI", summary="AsyncAPI 3 of every registered event")
async def get_asyncapi(request: AnyRequest, caller: Signed) -> Response[bytes]:
    host = host_of(request)
    presence: Presence = host.extras["presence"]
    document = asyncapi(host.scope, host.service.version, presence.manifests)
    return Response(msgspec.json.encode(document), media_type="application/json")


DESCRIBE_API = Router(
    "/api/v1",
    route_handlers=[get_openapi, get_asyncapi],
    dependencies={"caller": Provide(caller_of)},
    opt={"auth": "own"},
    middleware=[packing],
    tags=["administration"],
)
