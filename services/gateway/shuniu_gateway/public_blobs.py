"""Photos of people without an account: a narrow door, open for a quarter of an hour, for one public action that asks
for files.

A ticket is signed, not kept: it names the service and the action, and runs out. With it go at most three pictures of at
most five megabytes each; the first bytes must be those of a picture. The service keeps them for an hour, and for good
once a command refers to them. One address may ask for so many tickets and send so many pieces a minute.
"""

import base64
import hashlib
import hmac
import secrets
from collections import OrderedDict
from typing import Annotated, Any

import msgspec
from litestar import Response, Router, post, put
from litestar.middleware.rate_limit import RateLimitConfig
from litestar.params import FromPath, QueryParameter
from shuniu.chassis.blobs import CHUNK_BYTES
from shuniu.chassis.context import Actor
from shuniu.chassis.http.commands import read_body
from shuniu.contracts.manifest import Manifest
from shuniu.rules.evidence import media_type_of
from shuniu.rules.refusal import FieldError, Forbidden, NotFound, Refusal, Unprocessable
from shuniu.runtime.keys import Keys

from shuniu_gateway.asking import AnyRequest, host_of
from shuniu_gateway.callers import Callers
from shuniu_gateway.door_routes import as_answered
from shuniu_gateway.doors import Doors, path_of
from shuniu_gateway.presence import Presence
from shuniu_gateway.sessions import real_now

__all__ = ("PUBLIC_BLOBS_API", "UploadTicket", "open_ticket", "sign_ticket")

PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})
MOST_FILES = 3
MOST_BYTES = 5 * 1024 * 1024
TICKET_S = 900
CLAIM_WITHIN_S = 3600
_SECRET = "gateway-upload-tickets"
_WIDGET = "blob-list"
_LIMIT = RateLimitConfig(rate_limit=("minute", 90), store="public_upload_limit")


class UploadTicket(msgspec.Struct, frozen=True, kw_only=True):
    """Leave to send pictures for one action, and what is taken."""

    ticket: str
    expires_in_s: int = TICKET_S
    most_files: int = MOST_FILES
    most_bytes: int = MOST_BYTES
    media_types: tuple[str, ...] = tuple(sorted(PICTURES))


class _Leave(msgspec.Struct, frozen=True):
    id: str
    service: str
    action: str
    until: int


def sign_ticket(secret: bytes, service: str, action: str, now: float) -> str:
    """A ticket for one public action, good for a quarter of an hour."""
    leave = msgspec.json.encode(_Leave(secrets.token_urlsafe(9), service, action, int(now) + TICKET_S))
    body = base64.urlsafe_b64encode(leave).rstrip(b"=")
    return f"{body.decode()}.{hmac.new(secret, body, hashlib.sha256).hexdigest()}"


def open_ticket(secret: bytes, ticket: str, service: str, now: float) -> str:
    """The ticket's id. Forbidden ``gateway.ticket`` for one that is forged, over, or another service's."""
    body, _, signature = ticket.partition(".")
    raw = body.encode("ascii", "replace")
    expected = hmac.new(secret, raw, hashlib.sha256).hexdigest().encode()
    if not hmac.compare_digest(expected, signature.encode("ascii", "replace")):
        raise Forbidden("gateway.ticket")
    leave = msgspec.json.decode(base64.urlsafe_b64decode(raw + b"=" * (-len(raw) % 4)), type=_Leave)
    if leave.until <= now or leave.service != service:
        raise Forbidden("gateway.ticket")
    return leave.id


class _Sent:
    """Which files went with which ticket; a process's own memory is enough, for a ticket is short and narrow."""

    def __init__(self) -> None:
        self._files: OrderedDict[str, set[str]] = OrderedDict()

    def note(self, ticket: str, sha256: str) -> None:
        """Count a file. Refusal 429 ``gateway.ticket_full``."""
        files = self._files.setdefault(ticket, set())
        if sha256 not in files and len(files) >= MOST_FILES:
            raise Refusal("gateway.ticket_full", status=429, params={"most": MOST_FILES})
        files.add(sha256)
        while len(self._files) > 5000:
            self._files.popitem(last=False)


_SENT = _Sent()


def _secret(request: AnyRequest) -> bytes:
    return Keys(host_of(request).deployment.keys_dir).get(_SECRET).encode()


def asks_for_files(schema: Any) -> bool:
    """Whether a form has a field for files, at any depth."""
    if isinstance(schema, dict):
        return schema.get("x-widget") == _WIDGET or any(asks_for_files(inner) for inner in schema.values())
    return isinstance(schema, list) and any(asks_for_files(inner) for inner in schema)


def _declares(manifest: Manifest | None, action: str) -> bool:
    return manifest is not None and any(
        a.public and a.name == action and asks_for_files(a.schema) for a in manifest.actions
    )


@post(
    "/services/{service:str}/tickets/{action:str}",
    status_code=200,
    operation_id="publicUploadTicket",
    summary="Leave to send pictures for a public action",
)
async def post_ticket(request: AnyRequest, service: FromPath[str], action: FromPath[str]) -> Response[UploadTicket]:
    presence: Presence = host_of(request).extras["presence"]
    if "@" in service or not _declares(presence.manifest(service), action):
        raise NotFound("http.not_found")
    ticket = sign_ticket(_secret(request), service, action, real_now().timestamp())
    return Response(UploadTicket(ticket=ticket), headers={"Cache-Control": "no-store"})


@put(
    "/services/{service:str}/blobs/{sha256:str}/{n:int}",
    status_code=201,
    operation_id="publicPutBlobChunk",
    summary="Send chunk n of a picture, with a ticket",
)
async def put_public_chunk(
    request: AnyRequest,
    service: FromPath[str],
    sha256: FromPath[str],
    n: FromPath[int],
    of: Annotated[int, QueryParameter(ge=1, le=MOST_BYTES // CHUNK_BYTES)],
) -> Response[bytes]:
    host = host_of(request)
    ticket = open_ticket(_secret(request), request.headers.get("x-upload-ticket", ""), service, real_now().timestamp())
    body = await read_body(request.receive, CHUNK_BYTES, request.headers.get("content-length", "").encode())
    if n == 0 and media_type_of(body[:16]) not in PICTURES:
        raise Unprocessable("blob.not_taken", fields=(FieldError("media_type", "not_taken"),))
    _SENT.note(ticket, sha256)
    callers: Callers = host.extras["callers"]
    doors: Doors = host.extras["doors"]
    token = callers.token_for(Actor(f"anybody-{ticket}", "program"))
    headers = {"Content-Type": "application/octet-stream"}
    path = f"{path_of('blobs', sha256, str(n))}?of={of}&claim_within={CLAIM_WITHIN_S}"
    return as_answered(await doors.request(service, "PUT", path, token, headers=headers, body=body))


PUBLIC_BLOBS_API = Router(
    "/api/v1/public",
    route_handlers=[post_ticket, put_public_chunk],
    middleware=[_LIMIT.middleware],
    opt={"public": True},
    tags=["public"],
)
