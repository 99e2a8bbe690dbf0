"""What consumers do with a run of consecutive events of one source: project rows, or react with commands.

Either way the cursor moves in the transaction of the effect, so every event has its effect exactly once.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Protocol

import asyncpg

from shuniu.chassis.bus.incoming import BEGINNING, Cursor, Incoming, Unreadable, read_event
from shuniu.chassis.bus.needs import BusHost
from shuniu.chassis.bus.parking import (
    POISON,
    QUEUES,
    TRANSIENT,
    Parked,
    lock_cursor,
    move_cursor,
    open_cursor,
    park,
    parked_matters,
    queue_of,
    unpark,
    was_discarded,
)
from shuniu.chassis.bus.tracing import apply_spans
from shuniu.chassis.service import Projection, Received

__all__ = ("Effect", "ProjectionEffect", "Tally")

log = logging.getLogger(__name__)

_ATTEMPTS = 3
_ATTEMPT_PAUSE_S = 0.1


class Tally:
    """What a consumer has done in this process."""

    __slots__ = ("applied", "batches", "parked", "refused", "skipped")

    def __init__(self) -> None:
        self.applied = self.batches = self.parked = self.refused = self.skipped = 0


class Effect(Protocol):
    """One consumer, whatever it does with events."""

    @property
    def name(self) -> str:
        """Its name in the cursor table."""

    @property
    def tally(self) -> Tally:
        """Its counters."""

    async def cursor(self, source: str) -> Cursor:
        """Where it stands in a source's log."""

    async def apply(self, source: str, at: Cursor, run: Sequence[Incoming]) -> Cursor:
        """Take a run of consecutive events behind ``at``; answers the new cursor.

        Raises one of TRANSIENT, after which the stored cursor is the truth (part of the run may be done).
        """

    def stored(self, source: str) -> Cursor:
        """Where the cursor in the database stands; behind the live one where events of no concern were passed over."""

    async def persist(self, source: str, at: Cursor) -> None:
        """Bring the stored cursor to ``at``."""

    async def start_over(self, source: str, at: Cursor) -> None:
        """The source has another history than it had: begin again, or go on at ``at`` where nothing may be repeated."""

    @property
    def repeats(self) -> bool:
        """Whether starting over means replaying from the beginning."""

    async def retry(self, only: Parked | None = None) -> tuple[int, int]:
        """Drain what is parked, in order: everything, or the queue ``only`` stands in; (drained, still parked)."""


class ProjectionEffect:
    """A projection: rows derived from events, in the projection's own tables."""

    repeats = True

    def __init__(self, projection: Projection, host: BusHost) -> None:
        self.projection = projection
        self.name = projection.name
        self.tally = Tally()
        self.on_reset: list[Callable[[], None]] = []
        """Called after the projection was emptied: its feeds read their cursors again."""
        self._host = host
        self._stored: dict[str, Cursor] = {}
        # One run at a time whatever its source: a projection's author need not think of concurrency.
        self._one_at_a_time = asyncio.Lock()

    @property
    def _pool(self) -> "asyncpg.Pool[Any]":
        return self._host.pool

    @contextlib.asynccontextmanager
    async def _writing(self) -> AsyncIterator[Any]:
        """A connection in a transaction."""
        async with self._pool.acquire() as conn, conn.transaction():
            yield conn

    async def _project(self, conn: Any, events: Sequence[Received[Any]]) -> None:
        await self.projection.apply(conn, events, self._host)  # type: ignore[arg-type]

    async def cursor(self, source: str) -> Cursor:
        """See :class:`Effect`."""
        at = self._stored[source] = await open_cursor(self._pool, self.name, source)
        return at

    def stored(self, source: str) -> Cursor:
        """See :class:`Effect`."""
        return self._stored.get(source, BEGINNING)

    async def persist(self, source: str, at: Cursor) -> None:
        """See :class:`Effect`."""
        if self.stored(source) == at:
            return
        async with self._one_at_a_time, self._writing() as conn:
            await lock_cursor(conn, self.name, source, self.stored(source))
            await move_cursor(conn, self.name, source, at)
        self._stored[source] = at

    async def apply(self, source: str, at: Cursor, run: Sequence[Incoming]) -> Cursor:
        """See :class:`Effect`. One transaction; where it fails for good, the events one by one within one."""
        to = run[-1].cursor
        run = self._of_concern(run)
        if not run:
            return to
        async with self._one_at_a_time:
            with apply_spans(self._host.telemetry, self.name, source, ((event.id, event.traceparent) for event in run)):
                await self._apply(source, to, run)
            self._stored[source] = to
        self.tally.batches += 1
        self._tell()
        return to

    def _of_concern(self, run: Sequence[Incoming]) -> Sequence[Incoming]:
        concerns = self.projection.concerns

        def wanted(event: Incoming) -> bool:
            if event.withheld:
                return False
            return concerns is None or event.received is None or concerns(event.received)

        kept = [event for event in run if wanted(event)]
        self.tally.skipped += len(run) - len(kept)
        return kept

    async def _apply(self, source: str, to: Cursor, run: Sequence[Incoming]) -> None:
        for attempt in range(_ATTEMPTS):
            try:
                await self._together(source, to, run)
                return
            except POISON:
                break
            except TRANSIENT:
                raise
            except Exception as fault:
                log.warning("%s cannot take %s of %s: %r", self.name, run[0].id, source, fault)
                await asyncio.sleep(_ATTEMPT_PAUSE_S * 2**attempt)
        await self._one_by_one(source, to, run)

    async def _together(self, source: str, to: Cursor, run: Sequence[Incoming]) -> None:
        async with self._writing() as conn:
            await lock_cursor(conn, self.name, source, self.stored(source))
            behind = await parked_matters(conn, self.name, source, (event.matter for event in run))
            takeable: list[Received[Any]] = []
            for event in run:
                if event.received is None or event.matter in behind:
                    if await self._park(conn, source, event, event.flaw or QUEUES) and event.matter:
                        behind.add(event.matter)
                else:
                    takeable.append(event.received)
            if takeable:
                await self._project(conn, takeable)
            await move_cursor(conn, self.name, source, to)
        self.tally.applied += len(takeable)

    async def _one_by_one(self, source: str, to: Cursor, run: Sequence[Incoming]) -> None:
        applied = 0
        async with self._writing() as conn:
            await lock_cursor(conn, self.name, source, self.stored(source))
            behind = await parked_matters(conn, self.name, source, (event.matter for event in run))
            for event in run:
                flaw = event.flaw or (QUEUES if event.matter in behind else "")
                if not flaw and event.received is not None:
                    flaw = await self._try_one(conn, event.received)
                if not flaw:
                    applied += 1
                    continue
                if await self._park(conn, source, event, flaw) and event.matter:
                    behind.add(event.matter)
            await move_cursor(conn, self.name, source, to)
        self.tally.applied += applied

    async def _try_one(self, conn: Any, received: Received[Any]) -> str:
        """Apply one event in a savepoint; what is wrong with it, or ""."""
        try:
            async with conn.transaction():
                await self._project(conn, [received])
        except TRANSIENT:
            raise
        except Exception as flaw:
            return f"{type(flaw).__name__}: {flaw}"
        return ""

    async def _park(self, conn: Any, source: str, event: Incoming, reason: str) -> bool:
        """Set an event aside; False where an administrator gave it up in an earlier life of the projection."""
        if await was_discarded(conn, self.projection.name, source, event):
            self.tally.skipped += 1
            return False
        self.tally.parked += 1
        log.warning("%s parks %s of %s (%s)", self.name, event.id, source, reason.partition(":")[0])
        await park(conn, self.name, source, event, reason)
        return True

    def _tell(self) -> None:
        if self.projection.after_commit is None:
            return
        try:
            self.projection.after_commit(self._host)  # type: ignore[arg-type]
        except Exception:
            log.exception("%s: after_commit failed", self.name)

    async def start_over(self, source: str, at: Cursor) -> None:
        """Empty the projection; every source's log is read again from its beginning."""
        await self.reset()
        self._stored[source] = at

    async def reset(self) -> None:
        """Empty the projection's tables and set its cursors to the beginning, in one transaction."""
        async with self._one_at_a_time, self._writing() as conn:
            await conn.execute("select 1 from cursor where consumer = $1 order by source for update", self.name)
            if self.projection.reset is not None:
                await self.projection.reset(conn)
            elif self.projection.tables:
                await conn.execute(f"truncate {', '.join(self.projection.tables)}")
            await conn.execute("delete from parked where consumer = $1", self.name)
            await conn.execute("update cursor set epoch = $2, position = $3 where consumer = $1", self.name, *BEGINNING)
        # What is remembered of the stored cursors stays as it was: a run on its way then meets another cursor than it
        # expects and is given up, instead of moving the new one over everything.
        for callback in self.on_reset:
            callback()

    async def retry(self, only: Parked | None = None) -> tuple[int, int]:
        """See :class:`Effect`."""
        drained = left = 0
        async with self._one_at_a_time:
            stuck: set[tuple[str, str]] = set()
            for row in await queue_of(self._pool, self.name, only):
                if (row.source, row.matter) not in stuck and await self._retry_one(row):
                    drained += 1
                    continue
                left += 1
                if row.matter:
                    stuck.add((row.source, row.matter))
        if drained:
            self._tell()
        return drained, left

    async def _retry_one(self, row: Parked) -> bool:
        try:
            event = read_event(row.envelope, row.source)
        except Unreadable:
            return False
        if event.received is None:
            return False
        async with self._pool.acquire() as conn, conn.transaction():
            # The cursor's lock keeps the feed from adding to the queue while its head is taken off.
            await conn.execute(
                "select 1 from cursor where consumer = $1 and source = $2 for update", self.name, row.source
            )
            if not await unpark(conn, self.name, row):
                return True
            flaw = await self._try_one(conn, event.received)
            if flaw:
                await park(conn, self.name, row.source, event, flaw, matter=row.matter)
                return False
        self.tally.applied += 1
        return True
