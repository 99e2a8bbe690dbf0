"""Pages of event logs: answering for our own on ``….log``, and reading any source's.

Our own is read from the database, those of our scope on ``….log``, which is for them alone. Another scope's is read
through its service's HTTP door (``GET /log`` on ``….http``), where a token says who asks and the agreement says what is
seen: so a bus that several deployments share lets strangers reach doors only.
"""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import asyncpg
import msgspec
from faststream.nats import NatsMessage, NatsResponse

from shuniu.chassis.bus.bridge import Requester, ServiceAbsent, ServiceSlow
from shuniu.chassis.bus.broker import Connection
from shuniu.chassis.bus.feed import LogRefused, LogUnavailable, ReadLog
from shuniu.chassis.bus.subjects import log_subject
from shuniu.chassis.log import read_page
from shuniu.contracts.envelope import LogPage, parse_source

if TYPE_CHECKING:
    from shuniu.chassis.bus.needs import BusHost

__all__ = ("LogRequest", "own_log", "remote_log", "serve_log", "shared_log")

log = logging.getLogger(__name__)

_MAX_PAGE = 2000
_WITHIN_S = 4.0  # a page takes milliseconds; whoever was asked and died answers never


class LogRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of a request on ``….log``: events behind ``after``, at most ``limit`` and at most 512 KiB of them."""

    after: int = 0
    limit: int = 500


_requests = msgspec.json.Decoder(LogRequest)
_pages = msgspec.json.Decoder(LogPage)
_NOT_FOR_US = frozenset({401, 403})


def serve_log(connection: Connection, host: "BusHost") -> None:
    """Answer requests for pages of this service's log; several processes share them."""

    async def answer(message: NatsMessage) -> NatsResponse | None:
        if not message.reply_to:
            return None
        try:
            request = _requests.decode(message.body) if message.body else LogRequest()
            page = await read_page(host.pool, max(0, request.after), max(1, min(request.limit, _MAX_PAGE)))
        except msgspec.MsgspecError:
            return NatsResponse(b"", headers={"Shuniu-Status": "422"})
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("a page of the log could not be read: %s", type(error).__name__)
            return NatsResponse(b"", headers={"Shuniu-Status": "503"})
        return NatsResponse(
            msgspec.json.encode(page), headers={"Shuniu-Status": "200", "content-type": "application/json"}
        )

    connection.serve(log_subject(host.scope, host.service.name), answer, queue="log", workers=4)


def own_log(pool: "asyncpg.Pool[Any]") -> ReadLog:
    """Reads our own log from the database: no bus needed."""

    async def read(after: int, limit: int) -> LogPage:
        return await read_page(pool, after, limit)

    return read


def remote_log(requester: Requester, source: str) -> ReadLog:
    """Reads another source's log over the bus."""
    subject = log_subject(*parse_source(source))

    async def read(after: int, limit: int) -> LogPage:
        body = msgspec.json.encode(LogRequest(after, limit))
        try:
            message = await requester.ask(subject, body, None, _WITHIN_S)
            if (message.headers or {}).get("Shuniu-Status") != "200":
                raise LogUnavailable(source)
            return _pages.decode(message.data)
        except (ServiceAbsent, ServiceSlow, msgspec.MsgspecError) as error:
            raise LogUnavailable(f"{source}: {type(error).__name__}") from error

    return read


def shared_log(requester: Requester, source: str, token: Callable[[], str]) -> ReadLog:
    """Reads what another scope shares with us of a source's log. Raises LogRefused where it shares nothing."""
    scope, service = parse_source(source)

    async def read(after: int, limit: int) -> LogPage:
        headers = {"Authorization": f"Bearer {token()}"}
        path = f"/log?after={after}&limit={limit}"
        try:
            response = await requester.request(scope, service, "GET", path, headers, timeout=_WITHIN_S)
            if response.status in _NOT_FOR_US:
                raise LogRefused(f"{source}: {response.status}")
            if response.status != 200:
                raise LogUnavailable(f"{source}: {response.status}")
            return _pages.decode(response.body)
        except (ServiceAbsent, ServiceSlow, msgspec.MsgspecError) as error:
            raise LogUnavailable(f"{source}: {type(error).__name__}") from error

    return read
