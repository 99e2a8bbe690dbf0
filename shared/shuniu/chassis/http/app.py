"""The Litestar app of one service: the chassis's routes, one route for each command, and the service's own."""

from typing import TYPE_CHECKING, Annotated, Any, cast

import msgspec
from litestar import Litestar, Request, Response, Router, get
from litestar.datastructures import State
from litestar.enums import ScopeType
from litestar.openapi import OpenAPIConfig
from litestar.params import QueryParameter
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from opentelemetry.trace import SpanKind

from shuniu.chassis.bus.heads import head_of
from shuniu.chassis.http.access import actor_of, audited_refusal, guard, host_of
from shuniu.chassis.http.audit import audit_routes
from shuniu.chassis.http.blobs import blob_routes
from shuniu.chassis.http.commands import command_routes
from shuniu.chassis.http.limits import limit_routes
from shuniu.chassis.http.manifest import manifest_document
from shuniu.chassis.http.matters import matter_routes
from shuniu.chassis.http.openapi import OpenAPIDocument
from shuniu.chassis.http.operations import operation_routes
from shuniu.chassis.http.problems import problem_response
from shuniu.chassis.http.sheets import sheet_routes
from shuniu.chassis.log import read_head, read_page
from shuniu.chassis.sharing import shared_page, sharing
from shuniu.contracts.envelope import LogHead
from shuniu.contracts.manifest import Manifest
from shuniu.rules.refusal import Forbidden, Refusal

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("LOG_ROLES", "build_app")

LOG_ROLES = ("audit_admin", "system_admin")
"""Who may page through the whole log over HTTP; services read it over the bus, under the bus's permissions."""


def build_app(host: "Host") -> Litestar:
    """The service's app; ``app.state.host`` is the host.

    The service's handlers need a signed-in caller unless they (or their router) say ``opt={"public": True}``; with
    ``opt={"auth": "own"}`` they look after it themselves. Raises TypeError for a command whose Struct is not strict.
    """
    service = host.service
    chassis = [*_CHASSIS, *matter_routes(), *blob_routes(), *sheet_routes(), *operation_routes()]
    chassis += [*audit_routes(), *limit_routes()]
    own = Router("/", route_handlers=[*chassis, *service.handlers], guards=[guard])
    return Litestar(
        route_handlers=[*command_routes(host), own],
        middleware=[_traced(host)],
        exception_handlers={Exception: problem_response},
        state=State({"host": host}),
        openapi_config=OpenAPIConfig(
            title=f"Shuniu {service.name}",
            version=service.version,
            path="/schema",
            render_plugins=[OpenAPIDocument(host)],
            use_handler_docstrings=False,
        ),
        logging_config=None,
        debug=False,
        pdb_on_exception=False,
    )


def _traced(host: "Host") -> Any:
    """Middleware: one server span for each request, under the caller's ``traceparent``."""
    telemetry = host.telemetry

    def wrap(app: ASGIApp) -> ASGIApp:
        async def traced(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != ScopeType.HTTP:
                await app(scope, receive, send)
                return
            parent = next((v.decode("latin-1") for n, v in scope["headers"] if n == b"traceparent"), "")
            name = f"{scope['method']} {scope.get('path_template') or scope['path']}"
            with telemetry.span(name, parent, kind=SpanKind.SERVER) as span:
                if not span.span.is_recording():
                    await app(scope, receive, send)
                    return
                status = 0

                async def noted(message: Message) -> None:
                    nonlocal status
                    if message["type"] == "http.response.start":
                        status = message["status"]
                    await send(message)

                await app(scope, receive, noted)
                span.set_attribute("http.response.status_code", status)
                if status >= 500:
                    span.fail(str(status))

        return traced

    return wrap


@get("/health", opt={"public": True}, summary="The process is alive")
async def health() -> dict[str, str]:
    return {"status": "ok"}


class CalendarInForce(msgspec.Struct, frozen=True, kw_only=True):
    """The working-day calendar deadlines are computed with: its version and the years whose announcement it knows."""

    version: str
    published: tuple[int, ...]


@get("/calendar", summary="The working-day calendar in force")
async def calendar_in_force(request: Request[Any, Any, Any]) -> CalendarInForce:
    calendar = host_of(request).calendar
    return CalendarInForce(version=calendar.version, published=tuple(sorted(calendar.published)))


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """A service that can do its work: its database answers. The bus may be away; then nothing is published yet."""

    status: str
    epoch: str
    position: int
    bus: bool
    audit_waiting: int


@get("/ready", opt={"public": True}, summary="The service can do its work")
async def ready(request: Request[Any, Any, Any]) -> Readiness:
    host = host_of(request)
    try:
        epoch, position = await read_head(host.pool)
    except Exception:
        raise Refusal("http.database_away", status=503) from None
    return Readiness(
        status="ready",
        epoch=epoch,
        position=position,
        bus=bool(host.bus.connected),
        audit_waiting=host.audit.waiting,
    )


@get("/manifest", opt={"public": True}, summary="How the service describes itself")
async def manifest(request: Request[Any, Any, Any]) -> Response[Manifest]:
    document = manifest_document(host_of(request).service)
    etag = f'"{document.sha256}"'
    if request.headers.get("if-none-match") == etag:
        return cast("Response[Manifest]", Response(b"", status_code=304, headers={"ETag": etag}))
    # Encoded once; the annotation is for the API's description.
    packed = "gzip" in request.headers.get("accept-encoding", "")
    headers = {"ETag": etag, "Vary": "Accept-Encoding", **({"Content-Encoding": "gzip"} if packed else {})}
    sent = Response(document.packed if packed else document.body, media_type="application/json", headers=headers)
    return cast("Response[Manifest]", sent)


@get("/head", opt={"public": True}, summary="The head of the event log")
async def head(request: Request[Any, Any, Any]) -> LogHead:
    host = host_of(request)
    epoch, position = await read_head(host.pool)
    return head_of(host, epoch, position)


@get("/log", summary="A page of the event log")
async def log_page(
    request: Request[Any, Any, Any],
    after: Annotated[int, QueryParameter(ge=0)] = 0,
    limit: Annotated[int, QueryParameter(ge=1, le=5000)] = 1000,
) -> Response[dict[str, Any]]:
    """The whole log for an administrator of ours; for a program of another deployment what is agreed with it, a stub
    in the place of everything else."""
    host = host_of(request)
    actor = actor_of(request)
    agreement = None
    try:
        if actor.scope:
            agreement = sharing(host.peers, host.service.name, actor)
        else:
            actor.require_role(*LOG_ROLES)
    except Forbidden as refusal:
        audited_refusal(host, "log.read", refusal, actor)
        raise
    if agreement is None:
        page = await read_page(host.pool, after, limit)
    else:
        page = await shared_page(host.pool, host.source, agreement, after, limit)
    return cast("Response[dict[str, Any]]", Response(msgspec.json.encode(page), media_type="application/json"))


_CHASSIS = (health, ready, calendar_in_force, manifest, head, log_page)
