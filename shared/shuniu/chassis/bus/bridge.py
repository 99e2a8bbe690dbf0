"""The bridge: HTTP over the bus. A request to a service is a NATS request to the app that serves its own port.

Both sides hold to the same limits: 512 KiB each way, ten seconds; bigger bodies travel as blobs in chunks.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import msgspec
import nats.errors
from faststream.nats import NatsMessage, NatsResponse

from shuniu.chassis.bus.broker import BusDown, Connection
from shuniu.chassis.bus.subjects import http_subject
from shuniu.chassis.bus.tracing import request_span
from shuniu.chassis.telemetry import Telemetry

__all__ = (
    "MAX_BODY_BYTES",
    "Bridge",
    "BusResponse",
    "Requester",
    "ServiceAbsent",
    "ServiceSlow",
)

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 512 * 1024
TIMEOUT_S = 10.0
_AT_ONCE = 64

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
METHOD, PATH, STATUS = "Shuniu-Method", "Shuniu-Path", "Shuniu-Status"
_OURS = frozenset({METHOD.lower(), PATH.lower(), STATUS.lower(), "correlation_id", "content-length", "connection"})
_NEVER_BACK = frozenset({"content-length", "connection", "transfer-encoding", "date", "server", "set-cookie"})


class ServiceAbsent(Exception):  # noqa: N818 - an answer for the caller: 503
    """Nobody answers for the service now: it is not running, or there is no bus. Nothing was done."""


class ServiceSlow(Exception):  # noqa: N818 - an answer for the caller: 504
    """No answer in time. The outcome is unknown; the same idempotency key asks again safely."""


@dataclass(frozen=True, slots=True)
class BusResponse:
    """What a service answered. Header names are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def too_large() -> BusResponse:
    """The answer where a body is over the limit, either way."""
    problem = {
        "type": "urn:shuniu:rule:bus.too_large",
        "title": "内容超过 512 KiB，请分块传输",
        "title_en": "The content is over 512 KiB; send it in chunks",
        "status": 413,
        "rule": "bus.too_large",
    }
    return BusResponse(413, {"content-type": "application/problem+json"}, msgspec.json.encode(problem))


def too_slow() -> BusResponse:
    """The answer where the app itself takes longer than any caller waits."""
    problem = {
        "type": "urn:shuniu:rule:bus.too_slow",
        "title": "服务未在规定时间内答复",
        "title_en": "The service did not answer in time",
        "status": 504,
        "rule": "bus.too_slow",
    }
    return BusResponse(504, {"content-type": "application/problem+json"}, msgspec.json.encode(problem))


class Bridge:
    """Answers requests on ``….http`` by calling the app in this process, without sockets."""

    def __init__(self, app: Callable[[], Any], *, scope: str, service: str) -> None:
        self._app = app
        self._scope = scope
        self._service = service
        self._at_work: set[asyncio.Task[BusResponse]] = set()

    def serve(self, connection: Connection) -> None:
        """Subscribe; several processes of a service share the requests."""
        connection.serve(http_subject(self._scope, self._service), self._answer, queue="http", workers=_AT_ONCE)

    async def _answer(self, message: NatsMessage) -> NatsResponse | None:
        if not message.reply_to:
            return None
        response = await self.call(dict(message.headers), message.body)
        headers = {**response.headers, STATUS: str(response.status)}
        return NatsResponse(response.body, headers=headers)

    async def call(self, headers: Mapping[str, str], body: bytes) -> BusResponse:
        """One request, from NATS headers and body to the app's answer."""
        if len(body) > MAX_BODY_BYTES:
            return too_large()
        scope = self._scope_of(headers, body)
        work = asyncio.create_task(_call_app(self._app(), scope, body))
        self._at_work.add(work)
        work.add_done_callback(self._at_work.discard)
        try:
            done, _ = await asyncio.wait({work}, timeout=TIMEOUT_S)
        finally:
            # A command goes on as it would behind a port: who asks again with the same key gets what became of it.
            if scope["method"] in _SAFE and not work.done():
                work.cancel()
        if not done:
            return too_slow()
        try:
            response = work.result()
        except Exception:
            log.exception("%s: the app failed on a bus request", self._service)
            return BusResponse(500, {"content-type": "application/problem+json"}, b'{"status":500}')
        return too_large() if len(response.body) > MAX_BODY_BYTES else response

    def _scope_of(self, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
        path, _, query = headers.get(PATH, "/").partition("?")
        plain = [
            (name.lower().encode("latin-1", "ignore"), value.encode("latin-1", "ignore"))
            for name, value in headers.items()
            if name.lower() not in _OURS and value
        ]
        plain.append((b"host", f"{self._service}.{self._scope}".encode()))
        plain.append((b"content-length", str(len(body)).encode()))
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": headers.get(METHOD, "GET").upper(),
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode("ascii", "ignore"),
            "query_string": query.encode("ascii", "ignore"),
            "root_path": "",
            "headers": plain,
            "client": ("bus", 0),
            "server": (self._service, 0),
            "extensions": {},
            "state": {},
        }


async def _call_app(app: Any, scope: dict[str, Any], body: bytes) -> BusResponse:
    status = 500
    headers: dict[str, str] = {}
    chunks: list[bytes] = []
    size = 0
    sent = False

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(event: dict[str, Any]) -> None:
        nonlocal status, size
        if event["type"] == "http.response.start":
            status = event["status"]
            for name, value in event.get("headers", ()):
                key = name.decode("latin-1").lower()
                if key not in _NEVER_BACK:
                    headers[key] = value.decode("latin-1")
        elif event["type"] == "http.response.body":
            size += len(event.get("body", b""))
            if size <= MAX_BODY_BYTES + 1:
                chunks.append(event.get("body", b""))

    await app(scope, receive, send)
    if size > MAX_BODY_BYTES:
        return too_large()
    return BusResponse(status, headers, b"".join(chunks))


class Requester:
    """The other side: asks a service for an answer."""

    def __init__(self, connection: Connection, telemetry: Telemetry) -> None:
        self._connection = connection
        self._telemetry = telemetry
        self._waiting: set[asyncio.Future[Any]] = set()
        connection.on_down(self._give_up)

    async def request(
        self,
        scope: str,
        service: str,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        timeout: float = TIMEOUT_S,
    ) -> BusResponse:
        """Ask ``service``; ``path`` is percent-encoded and may have a query. Raises ServiceAbsent or ServiceSlow."""
        if len(body) > MAX_BODY_BYTES:
            return too_large()
        subject = http_subject(scope, service)
        with request_span(self._telemetry, subject, method) as traceparent:
            sent = {METHOD: method, PATH: path}
            if traceparent:
                sent["traceparent"] = traceparent
            sent.update({name: value for name, value in (headers or {}).items() if value})
            message = await self.ask(subject, body, sent, timeout)
        answered = {name.lower(): value for name, value in (message.headers or {}).items()}
        status = int(answered.pop(STATUS.lower(), "502"))
        answered.pop("correlation_id", None)
        return BusResponse(status, {k: v for k, v in answered.items() if v}, message.data)

    async def ask(self, subject: str, body: bytes, headers: dict[str, str] | None, timeout: float) -> Any:
        """One raw request. Raises ServiceAbsent at once where nobody listens, ServiceSlow where no answer comes."""
        if not self._connection.connected:
            raise ServiceAbsent(subject)
        try:
            call = asyncio.ensure_future(
                self._connection.client.request(subject, body, timeout=timeout, headers=headers)
            )
        except BusDown:
            raise ServiceAbsent(subject) from None
        self._waiting.add(call)
        try:
            # Not awaited itself: the client's own waiting may swallow a cancellation of ours.
            await asyncio.wait({call})
        finally:
            self._waiting.discard(call)
            if not call.done():
                call.cancel()
        if call.cancelled():
            raise ServiceSlow(subject)  # the bus went away while we waited
        try:
            return call.result()
        except (nats.errors.TimeoutError, TimeoutError):
            raise ServiceSlow(subject) from None
        except nats.errors.Error as error:  # no responders, a connection that closes
            raise ServiceAbsent(f"{subject}: {type(error).__name__}") from None

    def _give_up(self) -> None:
        for call in list(self._waiting):
            call.cancel()
