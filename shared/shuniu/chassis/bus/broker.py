"""The connection to the bus: the only place that builds brokers and subscriptions.

FastStream owns the connection and every live subscription. nats-py reconnects for ever; where it gives the connection
up all the same (a server that refused it, a reconnect that hangs), a new broker takes its place and every subscription
is made again. The first connection is made in the background, so a service starts and serves without a bus.
"""

import asyncio
import contextlib
import logging
import warnings
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from faststream.middlewares import AckPolicy
from faststream.nats import JStream, NatsBroker, NatsMessage, NatsResponse
from faststream.nats.subscriber.usecases import LogicSubscriber
from nats.aio.client import Client
from nats.aio.subscription import Subscription
from nats.js.api import AckPolicy as JsAckPolicy
from nats.js.api import ConsumerConfig, DeliverPolicy

from shuniu.chassis.bus.subjects import STREAM
from shuniu.chassis.tasks import end, happens, keep

__all__ = ("BusDown", "Connection", "Handler")

log = logging.getLogger(__name__)

Handler = Callable[[NatsMessage], Awaitable[NatsResponse | None]]

_RECONNECT_WAIT_S = 0.25
_PROBE_WAIT_S = 0.5
_START_PATIENCE_S = 10.0
_HANG_PATIENCE_S = 20.0
_ACK_WAIT_S = 30.0
_MAX_UNACKED = 2000


class BusDown(Exception):  # noqa: N818 - a state of the world, not a fault of the program
    """There is no connection to the bus now."""


class _Broker(NatsBroker):
    """A NatsBroker that reports connection errors to us alone.

    FastStream's own callback logs each failed attempt with its traceback and raises for some server errors; raised
    inside nats-py's reconnect loop that would end the loop and leave a client that never comes back.
    """

    def _log_connection_broken(self, error_cb: Any = None) -> Any:
        async def quiet(error: Exception) -> None:
            if error_cb is not None:
                await error_cb(error)

        return quiet


@dataclass(frozen=True, slots=True)
class _Served:
    subject: str
    handler: Handler
    queue: str
    workers: int


async def _hear_nothing_new(broker: NatsBroker) -> None:
    """Unsubscribe first and finish what has come: FastStream's stop drops requests that arrive while it stops."""
    for subscriber in broker.subscribers:
        if isinstance(subscriber, LogicSubscriber) and isinstance(subscriber.subscription, Subscription):
            await subscriber.subscription.drain()  # type: ignore[no-untyped-call]
            subscriber.subscription = None


async def _as_it_came(message: NatsMessage) -> NatsMessage:
    """Decoder that decodes nothing: our contracts decode strictly themselves."""
    return message


class Connection:
    """One service's connection to the bus, for as long as the service lives."""

    def __init__(self, url: str, name: str) -> None:
        self._servers = [part.strip() for part in url.split(",") if part.strip()]
        self._name = name
        self._broker: _Broker | None = None
        self._served: list[_Served] = []
        self._up: list[Callable[[], None]] = []
        self._down: list[Callable[[], None]] = []
        self._task: asyncio.Task[None] | None = None
        self._closed = asyncio.Event()
        self._is_up = False
        self._said = ""
        self.generation = 0
        """Counts brokers; a subscription of an older generation is gone."""

    @property
    def connected(self) -> bool:
        """Whether the bus can be spoken to now."""
        return self._broker is not None and self._is_up and bool(self._broker.connection.is_connected)

    @property
    def client(self) -> Client:
        """The raw client, for relay, provisioner and requests only. Raises BusDown."""
        if self._broker is None or not self._is_up:
            raise BusDown
        return self._broker.connection

    def on_up(self, callback: Callable[[], None]) -> None:
        """Have ``callback`` called after every connect and reconnect."""
        self._up.append(callback)

    def on_down(self, callback: Callable[[], None]) -> None:
        """Have ``callback`` called when the connection is lost."""
        self._down.append(callback)

    def serve(self, subject: str, handler: Handler, *, queue: str = "", workers: int = 1) -> None:
        """Subscribe ``handler`` to a core subject for the life of this connection; call it before :meth:`start`.

        What it returns is the reply. One worker handles messages one after the other, more handle so many at once.
        """
        self._served.append(_Served(subject, handler, queue, workers))

    async def serve_too(self, subject: str, handler: Handler) -> None:
        """As :meth:`serve`, for a connection that may be up already."""
        if any(served.subject == subject for served in self._served):
            return
        served = _Served(subject, handler, "", 1)
        self._served.append(served)
        if self._broker is not None and self._is_up:
            await self._subscribe(self._broker, served).start()

    async def start(self) -> None:
        """Begin connecting; returns at once."""
        if self._servers:
            self._task = keep(self._keep, name=f"{self._name}-bus")

    async def stop(self) -> None:
        """Leave the bus; messages under way are finished."""
        await end(self._task)
        self._task = None
        await self._discard(drain=self.connected)

    async def publish(self, subject: str, body: bytes, headers: dict[str, str] | None = None) -> None:
        """A core message, at most once. Raises BusDown."""
        if not self.connected or self._broker is None:
            raise BusDown
        await self._broker.publish(body, subject, headers=headers)

    async def open_durable(
        self, durable: str, subject: str, deliver: Callable[[NatsMessage], None], *, after: int | None
    ) -> LogicSubscriber[Any]:
        """A live subscription to the durable push consumer ``durable``, made if it is not there.

        A new consumer starts behind stream sequence ``after``, or with the oldest message. One acknowledgement settles
        everything before it. Raises BusDown, or what JetStream answers (NotFoundError while there is no stream).
        """
        if self._broker is None or not self.connected:
            raise BusDown
        config = ConsumerConfig(
            ack_policy=JsAckPolicy.ALL,
            ack_wait=_ACK_WAIT_S,
            max_ack_pending=_MAX_UNACKED,
            deliver_policy=DeliverPolicy.ALL if after is None else DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=None if after is None else after + 1,
        )
        with warnings.catch_warnings():
            # FastStream warns that such a consumer cannot be shared; ours is one holder's by its lease, on purpose.
            warnings.simplefilter("ignore", RuntimeWarning)
            subscriber = self._broker.subscriber(
                subject,
                durable=durable,
                stream=JStream(STREAM, declare=False),
                config=config,
                ack_policy=AckPolicy.MANUAL,
                decoder=_as_it_came,
                no_reply=True,
                persistent=False,
            )

        async def take(message: NatsMessage) -> None:
            deliver(message)

        subscriber(take)
        await subscriber.start()
        return subscriber

    # -- keeping the connection ----------------------------------------------------------------------------------

    async def _keep(self) -> None:
        while True:
            await self._wait_for_port()
            try:
                await self._connect()
                await self._watch()
            except Exception as error:
                self._say(f"no bus: {type(error).__name__}")
                await asyncio.sleep(_PROBE_WAIT_S)
            self._went_down()
            await self._discard(drain=False)

    async def _connect(self) -> None:
        self._closed = asyncio.Event()
        broker = self._build(self._closed)
        at_first = list(self._served)
        for served in at_first:
            self._subscribe(broker, served)
        self._broker = broker
        async with asyncio.timeout(_START_PATIENCE_S):
            await broker.start()
            for late in self._served[len(at_first) :]:
                await self._subscribe(broker, late).start()
        self.generation += 1
        self._came_up()

    @staticmethod
    def _subscribe(broker: NatsBroker, served: _Served) -> Any:
        subscriber = broker.subscriber(
            served.subject, queue=served.queue, max_workers=served.workers, decoder=_as_it_came
        )
        subscriber(served.handler)
        return subscriber

    def _build(self, closed: asyncio.Event) -> _Broker:
        async def on_error(error: Exception) -> None:
            self._say(f"bus: {type(error).__name__}: {error}")

        async def on_disconnected() -> None:
            self._went_down()

        async def on_reconnected() -> None:
            self._came_up()

        async def on_closed() -> None:
            closed.set()

        return _Broker(
            self._servers,
            name=self._name,
            max_reconnect_attempts=-1,
            reconnect_time_wait=_RECONNECT_WAIT_S,  # type: ignore[arg-type]  # seconds, fractions work
            ping_interval=20,
            connect_timeout=2,
            drain_timeout=3,
            error_cb=on_error,
            disconnected_cb=on_disconnected,
            reconnected_cb=on_reconnected,
            closed_cb=on_closed,
            logger=None,
            apply_types=False,
            graceful_timeout=3.0,
        )

    async def _watch(self) -> None:
        """Return when nats-py has given the connection up, or hangs in a reconnect though the port is open."""
        loop = asyncio.get_running_loop()
        down_since: float | None = None
        while True:
            if await happens(self._closed, 5):
                return
            if self.connected:
                down_since = None
            elif down_since is None:
                down_since = loop.time()
            elif loop.time() - down_since > _HANG_PATIENCE_S and await self._port_is_open():
                return

    async def _wait_for_port(self) -> None:
        # nats-py prints a traceback and sleeps after a first failure; a look at the port is quiet and quick.
        while not await self._port_is_open():
            self._say("no bus: nobody listens")
            await asyncio.sleep(_PROBE_WAIT_S)

    async def _port_is_open(self) -> bool:
        for server in self._servers:
            parts = urlsplit(server if "://" in server else f"nats://{server}")
            try:
                async with asyncio.timeout(2):
                    _, writer = await asyncio.open_connection(parts.hostname or "127.0.0.1", parts.port or 4222)
            except (OSError, TimeoutError):
                continue
            writer.close()
            return True
        return False

    async def _discard(self, *, drain: bool) -> None:
        broker, self._broker = self._broker, None
        self._is_up = False
        if broker is None:
            return
        with contextlib.suppress(Exception):
            async with asyncio.timeout(5):
                if drain:
                    await _hear_nothing_new(broker)
                    await broker.stop()
                else:
                    await broker.connection.close()

    def _came_up(self) -> None:
        self._is_up = True
        if self._said:
            log.info("%s: the bus is back", self._name)
        self._said = ""
        for callback in self._up:
            callback()

    def _went_down(self) -> None:
        if not self._is_up:
            return
        self._is_up = False
        for callback in self._down:
            callback()

    def _say(self, text: str) -> None:
        """Once per state, not once per attempt."""
        if text != self._said:
            self._said = text
            log.warning("%s: %s", self._name, text)
