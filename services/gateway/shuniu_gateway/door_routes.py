"""Routes that lead on to a service over the bus: commands, previews, actions, details, blobs, its own GET routes."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Response, Router, get, post, put
from litestar.di import Provide
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream
from shuniu.chassis.bus import BusResponse
from shuniu.chassis.decision import Offer
from shuniu.chassis.http.commands import read_body
from shuniu.contracts.manifest import Manifest
from shuniu.contracts.panels import CalendarPanel, GanttPanel, ShapesPanel, TablePanel
from shuniu.rules.refusal import NotFound, Refusal

from shuniu_gateway.asking import AnyRequest, Signed, key_of
from shuniu_gateway.callers import Callers, caller_of
from shuniu_gateway.doors import Doors, path_of
from shuniu_gateway.presence import Presence
from shuniu_gateway.shapes import ActionOffer, ActionOffers

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("DOORS_API", "Door", "as_answered", "foremost", "route_fits", "streamed")

MOST_BODY = 512 * 1024
UNAUTHORIZED = 401
MOST_CHUNK = 256 * 1024
_PASSED_BACK = (
    "content-type",
    "etag",
    "cache-control",
    "retry-after",
    "content-security-policy",
    "content-disposition",
)


class _Offers(msgspec.Struct):
    offers: tuple[Offer, ...] = ()


class Door:
    """What a route needs to reach services for its caller."""

    def __init__(self, request: AnyRequest, caller: Signed) -> None:
        self.host: Host = request.app.state.host
        self.doors: Doors = self.host.extras["doors"]
        self.presence: Presence = self.host.extras["presence"]
        self.callers: Callers = self.host.extras["callers"]
        self.caller = caller
        self.token = self.callers.token(caller)

    async def ask(self, service: str, method: str, path: str, **more: Any) -> BusResponse:
        """Ask as the caller; a token that is not taken any more is renewed once (nothing was done with it)."""
        response = await self.doors.request(service, method, path, self.token, **more)
        if response.status == UNAUTHORIZED and (fresh := self.callers.renew(self.caller)) is not None:
            self.token = fresh
            response = await self.doors.request(service, method, path, fresh, **more)
        return response


def as_answered(response: BusResponse) -> Response[bytes]:
    """The owner's answer as it is; what it may say to a browser is limited to harmless headers."""
    headers = {name: response.headers[name] for name in _PASSED_BACK if name in response.headers}
    media_type = headers.pop("content-type", "application/octet-stream")
    headers.setdefault("cache-control", "no-store")
    headers["x-content-type-options"] = "nosniff"
    return Response(response.body, status_code=response.status, headers=headers, media_type=media_type)


@post("/do/{service:str}/{action:str}", status_code=200, operation_id="doAction", summary="Give a command to a service")
async def do_action(
    request: AnyRequest, caller: Signed, service: FromPath[str], action: FromPath[str]
) -> Response[bytes]:
    key = key_of(request)
    body = await read_body(request.receive, MOST_BODY, request.headers.get("content-length", "").encode())
    headers = {"Idempotency-Key": key, "Content-Type": request.headers.get("content-type") or "application/json"}
    door = Door(request, caller)
    return as_answered(await door.ask(service, "POST", path_of("commands", action), headers=headers, body=body))


@post(
    "/preview/{service:str}/{action:str}",
    status_code=200,
    operation_id="previewAction",
    summary="Suggestions for a half-filled form",
)
async def preview_action(
    request: AnyRequest, caller: Signed, service: FromPath[str], action: FromPath[str]
) -> Response[bytes]:
    body = await read_body(request.receive, MOST_BODY, request.headers.get("content-length", "").encode())
    door = Door(request, caller)
    headers = {"Content-Type": "application/json"}
    return as_answered(await door.ask(service, "POST", path_of("preview", action), headers=headers, body=body))


def _offers_of(service: str, manifest: Manifest | None, offers: tuple[Offer, ...]) -> list[ActionOffer]:
    """The owner's offers with what its manifest says of the actions; one it does not declare cannot be drawn."""
    actions = {action.name: action for action in manifest.actions} if manifest else {}
    return [
        ActionOffer(
            service=service,
            action=offer.action,
            title=offer.title or action.title,
            tone=action.tone,
            prefill=offer.prefill,
            fixed=offer.fixed,
            note=offer.note,
            order=action.order,
        )
        for offer in offers
        if (action := actions.get(offer.action)) is not None
    ]


@get(
    "/matters/{service:str}/{kind:str}/{matter:str}/actions",
    operation_id="matterActions",
    summary="What this caller may do with a matter now",
)
async def matter_actions(
    request: AnyRequest, caller: Signed, service: FromPath[str], kind: FromPath[str], matter: FromPath[str]
) -> Response[ActionOffers] | Response[bytes]:
    door = Door(request, caller)
    try:
        response = await door.ask(service, "GET", path_of("matters", kind, matter, "actions"))
    except Refusal as refusal:
        if refusal.status != 503:
            raise
        return Response(ActionOffers(offers=(), absent=True, absent_services=(service,)))
    if response.status != 200:
        return as_answered(response)
    offers = msgspec.json.decode(response.body, type=_Offers).offers
    found = _offers_of(service, door.presence.manifest(service), () if door.callers.only_reads(caller) else offers)
    found.sort(key=lambda offer: (offer.order, offer.action))
    return Response(ActionOffers(offers=tuple(found), absent=False))


def foremost(offer: ActionOffer) -> tuple[bool, int]:
    """What to begin first, of whichever service: what its owner calls primary, then by the owners' order."""
    return offer.tone != "primary", offer.order


@get("/actions", operation_id="openings", summary="What this caller may begin")
async def openings(
    request: AnyRequest, caller: Signed, area: Annotated[str, QueryParameter(pattern="^[0-9]*$", max_length=20)] = ""
) -> ActionOffers:
    door = Door(request, caller)
    if door.callers.only_reads(caller):
        return ActionOffers(offers=(), absent=False)
    services = [name for name, manifest in door.presence.manifests.items() if any(a.opens for a in manifest.actions)]
    query = f"?area={area}" if area else ""

    async def of(service: str) -> list[ActionOffer] | None:
        try:
            response = await door.ask(service, "GET", f"/actions{query}", timeout=3.0)
        except Refusal:
            return None
        if response.status != 200:
            return None
        offers = msgspec.json.decode(response.body, type=_Offers).offers
        return _offers_of(service, door.presence.manifest(service), offers)

    answers = dict(zip(services, await asyncio.gather(*(of(service) for service in services)), strict=True))
    absent = tuple(service for service, offers in answers.items() if offers is None)
    found = sorted((offer for offers in answers.values() if offers for offer in offers), key=foremost)
    return ActionOffers(offers=tuple(found), absent=bool(absent), absent_services=absent)


@get(
    "/matters/{service:str}/{kind:str}/{matter:str}/detail",
    operation_id="matterDetail",
    summary="The owner's own page of a matter",
)
async def matter_detail(
    request: AnyRequest, caller: Signed, service: FromPath[str], kind: FromPath[str], matter: FromPath[str]
) -> Response[bytes]:
    return as_answered(await Door(request, caller).ask(service, "GET", path_of("matters", kind, matter, "detail")))


@post(
    "/matters/{service:str}/{kind:str}/{matter:str}/unmask",
    status_code=200,
    operation_id="unmask",
    summary="One personal record of a matter in clear, with a reason",
)
async def unmask(
    request: AnyRequest, caller: Signed, service: FromPath[str], kind: FromPath[str], matter: FromPath[str]
) -> Response[bytes]:
    body = await read_body(request.receive, 4096, request.headers.get("content-length", "").encode())
    door = Door(request, caller)
    headers = {"Content-Type": "application/json"}
    path = path_of("matters", kind, matter, "unmask")
    return as_answered(await door.ask(service, "POST", path, headers=headers, body=body))


@put(
    "/services/{service:str}/blobs/{sha256:str}/{n:int}",
    status_code=201,
    operation_id="putBlobChunk",
    summary="Send chunk n of a file, at most 256 KiB",
)
async def put_chunk(
    request: AnyRequest,
    caller: Signed,
    service: FromPath[str],
    sha256: FromPath[str],
    n: FromPath[int],
    of: Annotated[int, QueryParameter(ge=1, le=10_000)],
) -> Response[bytes]:
    body = await read_body(request.receive, MOST_CHUNK, request.headers.get("content-length", "").encode())
    headers = {"Content-Type": request.headers.get("content-type") or "application/octet-stream"}
    path = f"{path_of('blobs', sha256, str(n))}?of={of}"
    return as_answered(await Door(request, caller).ask(service, "PUT", path, headers=headers, body=body))


async def streamed(door: Door, service: str, sha256: str, headers: Mapping[str, str]) -> Response[Any]:
    """A file of a service, passed on chunk by chunk; ``headers`` over those of the owner."""
    first = await door.ask(service, "GET", path_of("blobs", sha256, "0"))
    if first.status != 200:
        return as_answered(first)
    chunks = int(first.headers.get("shuniu-blob-chunks", "1"))

    async def pieces() -> AsyncIterator[bytes]:
        yield first.body
        for n in range(1, chunks):
            more = await door.ask(service, "GET", path_of("blobs", sha256, str(n)))
            if more.status != 200:  # the length was promised: the caller sees that this is not all of it
                raise ConnectionError(f"chunk {n} of {sha256} of {service}: {more.status}")
            yield more.body

    passed = {**as_answered(BusResponse(200, first.headers)).headers, **headers}
    passed.pop("content-length", None)
    media_type = first.headers.get("content-type", "application/octet-stream")
    size = first.headers.get("shuniu-blob-size", "")
    return Stream(pieces(), media_type=media_type, headers={**passed, **({"content-length": size} if size else {})})


@get("/services/{service:str}/blobs/{sha256:str}", operation_id="getBlob", summary="A file of a service")
async def get_blob(request: AnyRequest, caller: Signed, service: FromPath[str], sha256: FromPath[str]) -> Response[Any]:
    return await streamed(Door(request, caller), service, sha256, {})


def route_fits(declared: str, path: str) -> bool:
    """Whether a path is one of a declared route, whose ``{parameters}`` stand for one segment each."""
    pattern = "/".join("[^/]+" if "{" in part else re.escape(part) for part in declared.strip("/").split("/"))
    return re.fullmatch(pattern, path.strip("/")) is not None


_PANEL = ResponseSpec(
    TablePanel | GanttPanel | CalendarPanel | ShapesPanel,  # type: ignore[arg-type]  # a union is documented too
    description="The owner's answer as it is; one of these where a panel of its manifest names the route",
    generate_examples=False,
)


@get(
    "/services/{service:str}/x/{path:path}",
    operation_id="serviceRoute",
    summary="A GET route a service declares",
    responses={200: _PANEL},
)
async def service_route(
    request: AnyRequest, caller: Signed, service: FromPath[str], path: FromPath[str]
) -> Response[bytes]:
    door = Door(request, caller)
    manifest = door.presence.manifest(service)
    if manifest is None or not any(route_fits(route.path, path) for route in manifest.routes):
        raise NotFound("http.not_found")
    query = request.scope["query_string"].decode("ascii", "ignore")
    target = path_of(*path.strip("/").split("/")) + (f"?{query}" if query else "")
    return as_answered(await door.ask(service, "GET", target))


DOORS_API = Router(
    "/api/v1",
    route_handlers=[
        do_action,
        preview_action,
        matter_actions,
        openings,
        matter_detail,
        unmask,
        put_chunk,
        get_blob,
        service_route,
    ],
    dependencies={"caller": Provide(caller_of)},
    opt={"auth": "own"},
    tags=["services"],
)
