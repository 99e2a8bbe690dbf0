"""One POST route for each command: ``/commands/<name>``.

The body is read raw and decoded once, strictly, into the command's Struct: nothing is coerced, unknown fields are
errors that name the field. The route is a plain ASGI function inside the Litestar app, because half of what a command
costs is HTTP (docs/performance). Retries with the same Idempotency-Key are the command processor's business.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import msgspec
from litestar.enums import ScopeType
from litestar.handlers import asgi
from litestar.handlers.asgi_handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send

from shuniu.chassis.context import ANONYMOUS, Actor
from shuniu.chassis.http.access import audited_refusal, authenticate
from shuniu.chassis.http.problems import MEDIA_TYPE, field_errors, render
from shuniu.chassis.http.strict import unknown_finder
from shuniu.chassis.identity.tokens import Unauthenticated
from shuniu.chassis.operations import OPERATIONS
from shuniu.chassis.processor import Submission
from shuniu.chassis.telemetry import current_traceparent
from shuniu.rules.refusal import FieldError, Forbidden, Refusal, Unprocessable

if TYPE_CHECKING:
    from shuniu.chassis.host import Host
    from shuniu.chassis.service import Command

__all__ = ("CommandDecoder", "command_routes", "read_body", "request_hash", "require_strict", "send_json")

KEY = re.compile(rb"[A-Za-z0-9_.-]{8,128}")
"""Idempotency keys from outside hold no colon: those the chassis makes itself (``reaction:…``) do, so none is taken."""

_encode = msgspec.json.Encoder().encode
_JSON = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]


def require_strict(command: "Command[Any]") -> None:
    """Raise TypeError unless the command's Struct forbids unknown fields."""
    if not command.struct.__struct_config__.forbid_unknown_fields:
        raise TypeError(f"{command.name}: {command.struct.__qualname__} needs forbid_unknown_fields=True")


class CommandDecoder:
    """Decodes bodies of one command."""

    __slots__ = ("_decode", "_unknown")

    def __init__(self, command: "Command[Any]") -> None:
        self._decode = msgspec.json.Decoder(command.struct, strict=True).decode
        self._unknown = unknown_finder(command.struct)

    def __call__(self, raw: bytes) -> Any:
        """The command's Struct. Refusal 400 ``command.malformed``; 422 ``command.invalid`` names the field."""
        try:
            body = self._decode(raw)
        except msgspec.ValidationError as error:
            raise Unprocessable("command.invalid", fields=field_errors(error)) from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise Refusal("command.malformed", status=400) from None
        if self._unknown is not None and (where := self._unknown(msgspec.json.decode(raw), "")) is not None:
            raise Unprocessable("command.invalid", fields=(FieldError(where, "unknown"),))
        # PostgreSQL keeps no NUL in text; refused here it names its field, refused there it fails the whole commit.
        if b"\\u0000" in raw and (where := _find_nul(msgspec.json.decode(raw), "")) is not None:
            raise Unprocessable("command.invalid", fields=(FieldError(where, "text"),))
        return body


def _find_nul(tree: Any, path: str) -> str | None:
    if isinstance(tree, str):
        return path if "\x00" in tree else None
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for name, inner in items:
        below = f"{path}.{name}" if path else str(name)
        if "\x00" in str(name):
            return path or below.replace("\x00", "")
        if (found := _find_nul(inner, below)) is not None:
            return found
    return None


def request_hash(command: str, actor: str, body: msgspec.Struct) -> bytes:
    """What makes a request the same request: command, actor, and the body as decoded (not its spelling)."""
    return hashlib.sha256(b"\x00".join((b"POST", command.encode(), actor.encode(), _encode(body)))).digest()


async def read_body(receive: Receive, most: int, declared: bytes | None = None) -> bytes:
    """The whole request body. Refusal 413 ``command.too_big`` as soon as it is known to be bigger."""
    if declared is not None and declared.isdigit() and int(declared) > most:
        raise Refusal("command.too_big", status=413, params={"most_bytes": most})
    message = await receive()
    body: bytes = message.get("body", b"")  # type: ignore[assignment]
    if message.get("more_body"):
        pieces, size = [body], len(body)
        while message.get("more_body"):
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Refusal("command.malformed", status=400)
            piece: bytes = message.get("body", b"")  # type: ignore[assignment]
            pieces.append(piece)
            size += len(piece)
            if size > most:
                raise Refusal("command.too_big", status=413, params={"most_bytes": most})
        body = b"".join(pieces)
    if len(body) > most:
        raise Refusal("command.too_big", status=413, params={"most_bytes": most})
    return body


async def send_json(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    """One complete answer."""
    head = [*headers, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def command_routes(host: "Host") -> list[ASGIRouteHandler]:
    """A route for every command people and programs may give. Raises TypeError for a Struct that is not strict."""
    routes = []
    for command in (*host.service.commands, *OPERATIONS):
        if command.internal:
            continue
        require_strict(command)
        routes.append(asgi(f"/commands/{command.name}", copy_scope=False)(_endpoint(host, command)))
    return routes


def _endpoint(host: "Host", command: "Command[Any]") -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    decode = CommandDecoder(command)
    name, most = command.name, command.max_bytes

    async def answer(scope: Scope, receive: Receive) -> bytes:
        key = content_type = length = None
        for header, value in scope["headers"]:
            if header == b"idempotency-key":
                key = value
            elif header == b"content-type":
                content_type = value
            elif header == b"content-length":
                length = value
        actor = _admit(host, command, scope)
        if content_type is not None and not content_type.lower().startswith(b"application/json"):
            raise Refusal("http.media_type", status=415, params={"wanted": "application/json"})
        if key is None:
            raise Refusal("command.key_missing", status=400)
        if KEY.fullmatch(key) is None:
            raise Refusal("command.key_malformed", status=400)
        body = decode(await read_body(receive, most, length))
        given = Submission(
            command=command,
            body=body,
            actor=actor,
            key=key.decode(),
            request_hash=request_hash(name, actor.id, body),
            traceparent=current_traceparent(),
        )
        done = await host.processor.submit(given)
        if command.told is not None:
            done = msgspec.structs.replace(done, answer=dict(command.told(done.answer, host)))
        return _encode(done)

    async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            return
        if scope["method"] != "POST":
            status, body, extra = render(host.texts, Refusal("http.method_not_allowed", status=405))
            extra["Allow"] = "POST"
        else:
            try:
                await send_json(send, command.status, await answer(scope, receive), _JSON)
                return
            except Exception as error:
                status, body, extra = render(host.texts, error)
        headers = [(n.lower().encode(), v.encode()) for n, v in extra.items()]
        await send_json(send, status, body, [(b"content-type", MEDIA_TYPE.encode()), *headers])

    return endpoint


def _admit(host: "Host", command: "Command[Any]", scope: Scope) -> Actor:
    """Who gives the command. A missing or bad token and a missing role are refused before the body is read."""
    actor = ANONYMOUS
    try:
        actor = authenticate(host, scope["headers"])
        if actor.kind == "nobody" and not command.public:
            raise Unauthenticated("access.unauthenticated")
        if command.roles and not command.public:
            actor.require_role(*command.roles)
    except (Unauthenticated, Forbidden) as refusal:
        audited_refusal(host, command.name, refusal, actor)
        raise
    return actor
