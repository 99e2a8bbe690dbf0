"""Announced log heads: what a service says of itself every two seconds, and who is present."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from typing import NamedTuple

import asyncpg
import msgspec

from shuniu.chassis.bus.instances import ABSENT_AFTER_S, EVERY_S, Instances, Process
from shuniu.chassis.bus.needs import BusHost
from shuniu.chassis.bus.subjects import head_subject
from shuniu.chassis.tasks import end, happens, keep
from shuniu.contracts.envelope import LogHead, source_of

__all__ = ("Announcer", "HeadWatch", "Seen", "head_of")

log = logging.getLogger(__name__)

_AT_MOST_EVERY_S = 0.1
_SWEEP_S = 0.5

_decoder = msgspec.json.Decoder(LogHead)


class Seen(NamedTuple):
    """What is known of a source: its last head, when it was heard (loop time), and whether it is there."""

    head: LogHead
    at: float
    present: bool


class HeadWatch:
    """The heads of every service of the scope, as announced.

    A source is present from its first announcement on, and absent after three missed ones.
    """

    def __init__(self) -> None:
        self._seen: dict[str, Seen] = {}
        self._instances = Instances()
        self._on_head: list[Callable[[str, LogHead], None]] = []
        self._on_presence: list[Callable[[str, bool], None]] = []
        self._task: asyncio.Task[None] | None = None

    def on_head(self, callback: Callable[[str, LogHead], None]) -> None:
        """Have ``callback(source, head)`` called with every announcement."""
        self._on_head.append(callback)

    def on_presence(self, callback: Callable[[str, bool], None]) -> None:
        """Have ``callback(source, present)`` called when a source comes or goes."""
        self._on_presence.append(callback)

    def get(self, source: str) -> LogHead | None:
        """The last head heard of a source, also when it is absent now."""
        seen = self._seen.get(source)
        return seen.head if seen is not None else None

    def present(self, source: str) -> bool:
        """Whether the source is there."""
        seen = self._seen.get(source)
        return seen is not None and seen.present

    def processes(self, source: str) -> tuple[Process, ...]:
        """The processes that announced the source, also those that fell silent a while ago."""
        return self._instances.of(source, asyncio.get_running_loop().time())

    @property
    def all(self) -> dict[str, Seen]:
        """Everything heard so far, by source."""
        return dict(self._seen)

    def heard(self, body: bytes, *, from_subject: str = "", scopes: Collection[str] = ()) -> None:
        """An announcement came in. From another deployment it must be of one of ``scopes``, and of the service whose
        subject it came on: nobody announces for others."""
        try:
            head = _decoder.decode(body)
        except msgspec.MsgspecError as flaw:
            log.debug("unreadable head: %s", type(flaw).__name__)
            return
        if from_subject and (head.scope not in scopes or head_subject(head.scope, head.service) != from_subject):
            log.debug("a head that is not its sender's on %s", from_subject)
            return
        self.note(head)

    def note(self, head: LogHead) -> None:
        """Take a head as heard now."""
        source = source_of(head.scope, head.service)
        now = asyncio.get_running_loop().time()
        self._instances.note(source, head, now)
        before = self._seen.get(source)
        if before is not None and _older(head, before.head):
            head = before.head  # another process of the service that has not seen the last commit
        self._seen[source] = Seen(head, now, True)
        if before is None or not before.present:
            self._tell(source, True)
        for callback in self._on_head:
            callback(source, head)

    async def start(self) -> None:
        """Begin to notice who is missing."""
        self._task = keep(self._sweep, name="head-watch")

    async def stop(self) -> None:
        """Stop noticing."""
        await end(self._task)
        self._task = None

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_S)
            now = asyncio.get_running_loop().time()
            for source, seen in list(self._seen.items()):
                if seen.present and now - seen.at > ABSENT_AFTER_S:
                    self._seen[source] = seen._replace(present=False)
                    self._tell(source, False)

    def _tell(self, source: str, present: bool) -> None:
        for callback in self._on_presence:
            try:
                callback(source, present)
            except Exception:
                log.exception("a listener for presence failed")


def _older(head: LogHead, known: LogHead) -> bool:
    return head.epoch == known.epoch and head.instance != known.instance and head.position < known.position


class Announcer:
    """Announces our own head: every two seconds, soon after a commit, and at once when the bus is back.

    It reads the log's head from the database each time round, so that commits of other processes are noticed too.
    """

    def __init__(
        self,
        read_head: Callable[[], Awaitable[tuple[str, int]]],
        make: Callable[[str, int], LogHead],
        publish: Callable[[bytes], Awaitable[None]],
        told: Callable[[LogHead], None],
    ) -> None:
        self._read_head = read_head
        self._make = make
        self._publish = publish
        self._told = told
        self._soon = asyncio.Event()
        self._committed: tuple[str, int] | None = None
        self._task: asyncio.Task[None] | None = None

    def committed(self, epoch: str, position: int) -> None:
        """This process committed up to here."""
        self._committed = (epoch, position)
        self._soon.set()

    def poke(self) -> None:
        """Announce now."""
        self._soon.set()

    async def start(self) -> None:
        """Begin announcing."""
        self._task = keep(self._run, name="announcer")

    async def stop(self) -> None:
        """Stop announcing; others notice within a few seconds."""
        await end(self._task)
        self._task = None

    async def _run(self) -> None:
        while True:
            self._soon.clear()
            committed, self._committed = self._committed, None
            try:
                epoch, position = committed or await self._read_head()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                # Without its database a service can do nothing: it had better be counted as absent.
                log.debug("head not read: %s", type(error).__name__)
            else:
                head = self._make(epoch, position)
                self._told(head)
                await self._publish(msgspec.json.encode(head))
            await asyncio.sleep(_AT_MOST_EVERY_S)
            await happens(self._soon, EVERY_S - _AT_MOST_EVERY_S)


def head_of(host: BusHost, epoch: str, position: int) -> LogHead:
    """What a host says of its log, on the bus and on ``GET /head`` alike."""
    return LogHead(
        service=host.service.name,
        scope=host.scope,
        epoch=epoch,
        position=position,
        instance=host.instance,
        manifest=host.manifest_hash,
        version=host.service.version,
        started=host.started,
    )
