"""``GET /api/v1/stream``: the live feed as server-sent events, written straight to the connection.

Bytes are encoded once in the hub and shared. A stream starts with the clock and the services, resumes behind
``Last-Event-ID`` (or ``?from=``) or says ``reset``, ticks every ten seconds, and ends with what let its viewer in.
An account's own streams also hear ``notice``: how many notices it has not read, and the newest one.
"""

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Request
from litestar.enums import ScopeType
from litestar.handlers import asgi
from litestar.types import Receive, Scope, Send
from shuniu.chassis.http.problems import MEDIA_TYPE, render
from shuniu.contracts.envelope import event_id

from shuniu_gateway.assets import build_of_page
from shuniu_gateway.callers import Caller, Callers
from shuniu_gateway.hub import Hub, frame, read_feed_id
from shuniu_gateway.notices.bell import Bell
from shuniu_gateway.presence import Presence
from shuniu_gateway.shapes import ClockTick, Reset, Tick

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("TICK_S", "live_stream")

log = logging.getLogger(__name__)

TICK_S = 10.0
RECONNECT_MS = 1000
_encode = msgspec.json.Encoder().encode
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


@asgi("/api/v1/stream", opt={"auth": "own"}, copy_scope=False)
async def live_stream(scope: Scope, receive: Receive, send: Send) -> None:
    """See the module."""
    if scope["type"] != ScopeType.HTTP:
        return
    request: Request[Any, Any, Any] = Request(scope, receive, send)
    host: Host = scope["litestar_app"].state.host
    callers: Callers = host.extras["callers"]
    try:
        caller = await callers.identify(request, quiet=True)
    except Exception as error:
        status, body, extra = render(host.texts, error)
        headers = [(n.lower().encode(), v.encode()) for n, v in extra.items()]
        headers += [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})
        return
    wanted = request.headers.get("last-event-id") or request.query_params.get("from") or ""
    hub: Hub = host.extras["hub"]
    bell: Bell = host.extras["bell"]
    hub.viewers += 1
    bell.watch(caller.actor.id)
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    writing = asyncio.create_task(_write(host, hub, caller, wanted, send))
    leaving = asyncio.create_task(_left(receive))
    try:
        await asyncio.wait((writing, leaving), return_when=asyncio.FIRST_COMPLETED)
    finally:
        hub.viewers -= 1
        bell.unwatch(caller.actor.id)
        for task in (writing, leaving):
            task.cancel()
        results = await asyncio.gather(writing, leaving, return_exceptions=True)
        failed = results[0]
        if isinstance(failed, Exception) and not isinstance(failed, OSError):
            log.warning("a stream ended with %r", failed)
    if not leaving.cancelled():
        return
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _left(receive: Receive) -> None:
    """Return when the viewer has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _write(host: "Host", hub: Hub, caller: Caller, wanted: str, send: Send) -> None:
    """Write until the caller may not read any more or the gateway stops."""
    callers: Callers = host.extras["callers"]
    presence: Presence = host.extras["presence"]
    loop = asyncio.get_running_loop()

    async def put(data: bytes) -> None:
        if data:
            await send({"type": "http.response.body", "body": data, "more_body": True})

    await hub.refresh()
    heard, doubts, own = hub.announcements, hub.doubts, hub.own_words
    rate = host.clock.rate
    opening = [f"retry: {RECONNECT_MS}\n".encode(), _clock(host)]
    opening += [frame("service", _encode(view)) for view in presence.services(manifests=False)]
    if caller.account is not None:
        bell: Bell = host.extras["bell"]
        opening.append(await bell.now(caller.account.id))
    epoch, position, resumed = _place(hub, wanted)
    if not resumed:
        opening.append(_reset(host, hub) if wanted else _tick(host, hub.feed_id))
    await put(b"".join(opening))
    next_tick = loop.time() + TICK_S
    while not hub.closing:
        waiting = hub.waiter()
        if hub.doubts != doubts:
            asked, doubts = doubts, hub.doubts
            if hub.doubted_since(asked, caller.actor.id) and not await callers.still_there(caller):
                return
        behind = await hub.behind(epoch, position, caller.actor)
        if behind is None:
            epoch, position = hub.epoch, hub.head
            await put(_reset(host, hub))
            continue
        data, upto = behind
        heard, loud = hub.announced_since(heard)
        own, mine = hub.own_since(own, caller.actor.id)
        await put(data + loud + mine)
        caught_up, position = upto == hub.head, upto
        if not caught_up:
            continue
        if loop.time() >= next_tick:
            if not await callers.still_there(caller):
                return
            if host.clock.rate != rate:
                rate = host.clock.rate
                await put(_clock(host))
            await put(_tick(host, event_id(epoch, position)))
            next_tick = loop.time() + TICK_S
        try:
            async with asyncio.timeout(max(0.0, next_tick - loop.time())):
                await waiting.wait()
        except TimeoutError:
            continue


def _place(hub: Hub, wanted: str) -> tuple[str, int, bool]:
    """(epoch, position, whether it goes on behind what the viewer has)."""
    place = read_feed_id(wanted)
    if place is not None and place[0] == hub.epoch and place[1] <= hub.head:
        return *place, True
    return hub.epoch, hub.head, False


def _clock(host: "Host") -> bytes:
    return frame("clock", _encode(ClockTick(as_of=host.clock.now(), rate=host.clock.rate, build=build_of_page())))


def _tick(host: "Host", feed: str) -> bytes:
    return frame("tick", _encode(Tick(as_of=host.clock.now(), feed=feed)), feed)


def _reset(host: "Host", hub: Hub) -> bytes:
    return frame("reset", _encode(Reset(feed=hub.feed_id, as_of=host.clock.now())), hub.feed_id)
