"""The provisioner: a loop that sees to the event stream, so that a wiped bus gets it back without anybody's help.

Every process looks whether the stream is there; the one that holds the lease makes it, or brings its limits up to
date. It also answers what JetStream knows of a durable consumer, and removes consumers that cannot be used any more.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

import nats.errors
from nats.js import JetStreamContext
from nats.js.api import ConsumerInfo, DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import APIError, NotFoundError

from shuniu.chassis.bus.broker import BusDown, Connection
from shuniu.chassis.bus.lease import Lease
from shuniu.chassis.bus.subjects import STREAM, STREAM_SUBJECTS
from shuniu.chassis.tasks import end, happens, keep
from shuniu.contracts.envelope import MAX_EVENT_BYTES

__all__ = ("Provisioner", "StreamSize")

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 2.0
_ANSWER_WITHIN_S = 2.0
_IMPATIENT_S, _IMPATIENT_TIMES = 0.25, 40
_HEADROOM_BYTES = 4096  # headers travel with the event


@dataclass(frozen=True, slots=True)
class StreamSize:
    """How much the transport keeps. ``max_bytes`` -1: what the disk gives within ``days``."""

    days: int = 30
    max_bytes: int = -1
    replicas: int = 1
    duplicate_window_s: float = 120.0


def wanted(size: StreamSize) -> StreamConfig:
    """The stream's configuration."""
    return StreamConfig(
        name=STREAM,
        description="Shuniu events; transport only, the services' logs are the record",
        subjects=list(STREAM_SUBJECTS),
        retention=RetentionPolicy.LIMITS,
        discard=DiscardPolicy.OLD,
        storage=StorageType.FILE,
        max_age=size.days * 86400.0,
        max_bytes=size.max_bytes,
        max_msg_size=MAX_EVENT_BYTES + _HEADROOM_BYTES,
        num_replicas=size.replicas,
        duplicate_window=size.duplicate_window_s,
    )


class Provisioner:
    """Keeps the stream of one deployment as it should be, as seen from one service."""

    def __init__(self, connection: Connection, lease: Lease, size: StreamSize | None = None) -> None:
        self._connection = connection
        self._lease = lease
        self._size = size or StreamSize()
        self._look = asyncio.Event()
        self._ready = asyncio.Event()
        self._callbacks: list[Callable[[], None]] = []
        self._task: asyncio.Task[None] | None = None
        self._context: tuple[int, JetStreamContext] | None = None
        self._said = ""
        self.created = 0
        """How often this process has made the stream."""
        connection.on_up(self.poke)
        connection.on_down(self._ready.clear)

    @property
    def ready(self) -> bool:
        """Whether the stream was there at the last look."""
        return self._ready.is_set()

    async def wait_ready(self) -> None:
        """Return once the stream is there."""
        await self._ready.wait()

    def on_ready(self, callback: Callable[[], None]) -> None:
        """Have ``callback`` called whenever the stream has come (back)."""
        self._callbacks.append(callback)

    def poke(self) -> None:
        """Somebody met a missing stream, or the bus is back: look at once."""
        self._look.set()

    def doubt(self) -> None:
        """Somebody met a missing stream: until the next look it counts as missing."""
        self._ready.clear()
        self.poke()

    @property
    def jetstream(self) -> JetStreamContext:
        """One JetStream context for each connection. Raises BusDown."""
        client = self._connection.client
        generation = self._connection.generation
        if self._context is None or self._context[0] != generation:
            self._context = (generation, client.jetstream(timeout=_ANSWER_WITHIN_S))
        return self._context[1]

    async def start(self) -> None:
        """Begin looking."""
        self._task = keep(self._run, name="provisioner")

    async def stop(self) -> None:
        """Stop looking."""
        await end(self._task)
        self._task = None

    async def consumer(self, durable: str) -> ConsumerInfo | None:
        """What JetStream knows of a durable consumer; None where it (or the stream) is missing.

        Raises BusDown or a nats error where nobody answers.
        """
        try:
            info: ConsumerInfo = await self.jetstream.consumer_info(STREAM, durable, timeout=_ANSWER_WITHIN_S)
            return info
        except NotFoundError as missing:
            if missing.err_code == 10059:  # no such stream
                self.doubt()
            return None

    async def remove_consumer(self, durable: str) -> None:
        """Delete a durable consumer, if it is there."""
        with contextlib.suppress(NotFoundError):
            await self.jetstream.delete_consumer(STREAM, durable)

    async def _run(self) -> None:
        failures = 0
        while True:
            self._look.clear()
            if self._connection.connected:
                try:
                    await self._ensure()
                    failures = 0
                except (BusDown, TimeoutError, nats.errors.Error) as error:
                    # Also while JetStream starts up, elects a leader, or does not let us manage the stream.
                    self._say(f"stream not ready: {type(error).__name__}")
                    failures += 1
                    await asyncio.sleep(_IMPATIENT_S if failures < _IMPATIENT_TIMES else _LOOK_EVERY_S)
                    continue
            await happens(self._look, _LOOK_EVERY_S)

    async def _ensure(self) -> None:
        config = wanted(self._size)
        try:
            info = await self.jetstream.stream_info(STREAM)
        except NotFoundError:
            self._ready.clear()
            if not self._lease.held:
                self._say("stream missing")
                await asyncio.sleep(0.1)
                self._look.set()
                return
            await self.jetstream.add_stream(config)
            self.created += 1
            log.info("event stream %s made", STREAM)
        else:
            if self._lease.held and (merged := _brought_up_to_date(info.config, config)) is not None:
                try:
                    await self.jetstream.update_stream(merged)
                except APIError as refused:  # keep working with the stream as it is
                    self._say(f"stream not updated: {refused.description}")
        if not self._ready.is_set():
            self._ready.set()
            self._said = ""
            for callback in self._callbacks:
                callback()

    def _say(self, text: str) -> None:
        if text != self._said:
            self._said = text
            log.warning("%s", text)


def _brought_up_to_date(there: StreamConfig, want: StreamConfig) -> StreamConfig | None:
    """``there`` with our limits, or None where it has them; what others added (subjects, replicas) stays."""
    subjects = list(dict.fromkeys([*(there.subjects or ()), *(want.subjects or ())]))
    merged = replace(
        there,
        subjects=subjects,
        max_age=want.max_age,
        max_bytes=want.max_bytes,
        max_msg_size=want.max_msg_size,
        duplicate_window=want.duplicate_window,
        num_replicas=max(there.num_replicas or 1, want.num_replicas or 1),
    )
    return None if merged == there else merged
