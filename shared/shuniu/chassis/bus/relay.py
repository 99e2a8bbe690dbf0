"""The relay: publishes the event log in position order, with many acknowledgements in flight.

Its own row remembers how far everything was acknowledged. A bus that lost its store is not filled again: consumers
read what they miss from the log. Publishing twice is harmless (message ids, cursors), publishing out of order too.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import msgspec
import nats.errors

from shuniu.chassis.bus.broker import BusDown, Connection
from shuniu.chassis.bus.lease import Lease
from shuniu.chassis.bus.provisioner import Provisioner
from shuniu.chassis.bus.subjects import STREAM
from shuniu.chassis.bus.tracing import publish_span
from shuniu.chassis.tasks import end, happens, keep
from shuniu.chassis.telemetry import Telemetry
from shuniu.contracts.envelope import event_subject

__all__ = ("Relay",)

log = logging.getLogger(__name__)

_BATCH = 500
_BATCH_BYTES = 4 * 1024 * 1024
_ACK_WITHIN_S = 10.0
_POLL_S = 2.0
_RETRY_S = (0.05, 0.2, 0.5, 1.0, 2.0)

_NEXT = """
select position, type, envelope from (
    select position, type, envelope, sum(octet_length(envelope)) over (order by position) as total
      from (select position, type, envelope from event_log where position > $1 order by position limit $2) as page
) as sized where total <= $3 or position = $1 + 1 order by position
"""
# A relay that resumes a little too early only repeats itself, so this row's commit need not wait for the disk.
_MOVED = """
with quick as (select set_config('synchronous_commit', 'off', true))
insert into relay (one, epoch, position) select true, $1, $2 from quick
on conflict (one) do update set epoch = excluded.epoch, position = excluded.position
"""


class _Identity(msgspec.Struct):
    """The little the relay reads of an envelope."""

    id: str
    traceparent: str = ""


_identity = msgspec.json.Decoder(_Identity)


class Relay:
    """Publishes one service's events while it holds the lease."""

    def __init__(
        self,
        pool: "asyncpg.Pool[Any]",
        connection: Connection,
        provisioner: Provisioner,
        lease: Lease,
        *,
        scope: str,
        service: str,
        telemetry: Telemetry,
        wake_others: Callable[[], Awaitable[None]],
    ) -> None:
        self._pool = pool
        self._connection = connection
        self._provisioner = provisioner
        self._lease = lease
        self._scope = scope
        self._service = service
        self._telemetry = telemetry
        self._wake_others = wake_others
        self._awake = asyncio.Event()
        self._in_flight: list[asyncio.Future[Any]] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._main: asyncio.Task[None] | None = None
        self.position = 0
        """Everything up to here was acknowledged by the stream."""
        self.published = 0
        self.failures = 0
        connection.on_up(self.wake)
        connection.on_down(self._give_up)
        provisioner.on_ready(self.wake)

    def wake(self) -> None:
        """Something was committed, or the way is free again."""
        self._awake.set()

    def committed(self) -> None:
        """This process committed: relay it, or tell the process that relays."""
        if self._lease.held:
            self._awake.set()
        elif self._connection.connected:
            task = asyncio.ensure_future(self._wake_others())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def start(self) -> None:
        """Begin relaying whenever the lease is held and the bus is there."""
        self._main = keep(self._run, name=f"{self._service}-relay")

    async def stop(self) -> None:
        """Stop; what was not acknowledged is published again by whoever comes next."""
        await end(self._main)
        self._main = None

    async def _run(self) -> None:
        while True:
            await self._lease.taken()
            try:
                await self._relay_while_held()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("%s: relay waits for the database (%s)", self._service, type(error).__name__)
                await asyncio.sleep(1)

    async def _relay_while_held(self) -> None:
        self.position = await self._resume()
        failed = 0
        while self._lease.held:
            self._awake.clear()
            if not (self._connection.connected and self._provisioner.ready):
                await self._sleep(_POLL_S)
                continue
            rows = await self._pool.fetch(_NEXT, self.position, _BATCH, _BATCH_BYTES)
            if not rows:
                await self._sleep(_POLL_S)
                continue
            acknowledged = await self._publish(rows)
            if acknowledged:
                self.published += acknowledged
                self.position = rows[acknowledged - 1]["position"]
                epoch = _identity.decode(rows[acknowledged - 1]["envelope"]).id.rpartition("-")[0]
                await self._pool.execute(_MOVED, epoch, self.position)
            if acknowledged == len(rows):
                failed = 0
                continue
            self.failures += 1
            await self._sleep(_RETRY_S[min(failed, len(_RETRY_S) - 1)])
            failed += 1

    async def _resume(self) -> int:
        position = await self._pool.fetchval("select position from relay") or 0
        head = await self._pool.fetchval("select position from log_head") or 0
        return min(position, head)  # a restored log may be shorter than what was published of its former life

    async def _sleep(self, seconds: float) -> None:
        await happens(self._awake, seconds)

    async def _publish(self, rows: list[Any]) -> int:
        """Publish in order; how many, from the first on, were acknowledged."""
        acks: list[asyncio.Future[Any]] = []
        try:
            jetstream = self._provisioner.jetstream
            for row in rows:
                acks.append(await self._publish_one(jetstream, row))
        except (BusDown, nats.errors.Error, OSError) as error:
            log.debug("%s: relay interrupted: %s", self._service, type(error).__name__)
        if acks:
            self._in_flight = acks
            await asyncio.wait(acks, timeout=_ACK_WITHIN_S)
            self._in_flight = []
        count = 0
        for ack in acks:
            if not ack.done() or ack.cancelled() or ack.exception() is not None:
                break
            count += 1
        self._settle(acks)
        return count

    async def _publish_one(self, jetstream: Any, row: Any) -> "asyncio.Future[Any]":
        envelope = row["envelope"]
        identity = _identity.decode(envelope)
        name = str(row["type"]).split(".", 2)[2]
        headers = {"Nats-Msg-Id": identity.id, "Content-Type": "application/cloudevents+json"}
        subject = event_subject(self._scope, self._service, name)
        with publish_span(self._telemetry, subject, identity.id, identity.traceparent) as traceparent:
            if traceparent:
                headers["traceparent"] = traceparent
            # Without a limit on stalling there is no task for each message, and many leave in one write; a batch is
            # far below what may be in flight.
            future: asyncio.Future[Any] = await jetstream.publish_async(
                subject, envelope, stream=STREAM, headers=headers
            )
        return future

    def _give_up(self) -> None:
        """Acknowledgements do not outlive their connection: stop waiting for them as soon as it is lost."""
        for ack in self._in_flight:
            ack.cancel()

    def _settle(self, acks: "list[asyncio.Future[Any]]") -> None:
        for ack in acks:
            if not ack.done():
                ack.cancel()
            elif not ack.cancelled() and (error := ack.exception()) is not None:
                if isinstance(error, nats.errors.Error) and not isinstance(error, nats.errors.TimeoutError):
                    self._provisioner.doubt()  # most likely no stream
                log.debug("%s: not stored: %s", self._service, error)
