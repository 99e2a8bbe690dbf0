"""Rebuilding a projection from the logs.

On line (:class:`Rebuild`): into shadow tables, from every source's log, while the old rows are read and live events go
on being applied to them; caught up, then swapped together with the cursors in one transaction. Whoever reads sees the
old rows or the new ones, each whole. Killed midway it leaves the old ones as they were; the next one clears up.

The plain way (:func:`replay`) empties the tables and fills them in place: for a service whose feeds are not running.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any, NamedTuple

import asyncpg

from shuniu.chassis.bus.ahead import Ahead
from shuniu.chassis.bus.effects import ProjectionEffect
from shuniu.chassis.bus.feed import Feed, LogRefused, LogUnavailable, ReadLog
from shuniu.chassis.bus.incoming import BEGINNING, Cursor
from shuniu.chassis.bus.lease import Lease
from shuniu.chassis.bus.needs import BusHost
from shuniu.chassis.bus.parking import forget, take_over
from shuniu.chassis.bus.shadow import Shadow
from shuniu.chassis.service import Projection, Received

__all__ = ("Rebuild", "Rebuilt", "Unreachable", "replay")

log = logging.getLogger(__name__)

PAGE_EVENTS = 1000
_NEAR = 500
"""Events a shadow may be behind before live application is held up for the rest."""
_ROUNDS = 50
_SWAP_TRIES = 40
_SWAP_PAUSE_S = (0.05, 0.1, 0.2, 0.5, 1.0)
_READERS_WAIT = "300ms"
"""The longest that a swap may keep readers waiting behind it; then it steps back and tries again."""
_IN_THE_WAY = (asyncpg.LockNotAvailableError, asyncpg.TransactionRollbackError, asyncpg.UniqueViolationError)


class Unreachable(Exception):  # noqa: N818
    """A source's log cannot be read now: the projection stays as it was."""


class Rebuilt(NamedTuple):
    """Where a source's replay ended; ``reached`` is False where its log could not be read to the head."""

    source: str
    cursor: Cursor
    events: int
    reached: bool


class _ShadowEffect(ProjectionEffect):
    """The projection as its shadow: the same ``apply``, the same parking, other tables and cursors."""

    def __init__(self, projection: Projection, host: BusHost, shadow: Shadow) -> None:
        super().__init__(projection, host)
        self.name = f"rebuild:{projection.name}"
        self._shadow = shadow

    @contextlib.asynccontextmanager
    async def _writing(self) -> AsyncIterator[Any]:
        async with super()._writing() as conn:
            await self._shadow.look_here(conn)
            # What a crash loses here is made again.
            await conn.execute("set local synchronous_commit = off")
            yield conn

    async def _project(self, conn: Any, events: Sequence[Received[Any]]) -> None:
        write = self.projection.replay or self.projection.apply
        await write(conn, events, self._host)  # type: ignore[arg-type]

    def _tell(self) -> None:
        """Nobody looks yet."""


class Rebuild:
    """One rebuild of a projection on line. ``sources`` answers which logs it is made from, now.

    ``events`` and ``total`` tell how far it is. Raises Unreachable; whatever it raises, the projection is as it was.
    """

    def __init__(
        self,
        effect: ProjectionEffect,
        host: BusHost,
        sources: Callable[[], Iterable[str]],
        read_log: Callable[[str], ReadLog],
    ) -> None:
        self._live = effect
        self._host = host
        self._sources = sources
        self._read_log = read_log
        self._shadow = Shadow(effect.name, effect.projection.tables)
        self._effect = _ShadowEffect(effect.projection, host, self._shadow)
        self._feeds: dict[str, Feed] = {}
        self._readers = contextlib.AsyncExitStack()

    @property
    def events(self) -> int:
        """Events read so far."""
        return sum(feed.from_log for feed in self._feeds.values())

    @property
    def total(self) -> int:
        """Events there are, as far as is known."""
        return sum(max(feed.status.head, feed.status.position) for feed in self._feeds.values())

    async def run(self) -> list[Rebuilt]:
        """Make the shadow, fill it, swap it in."""
        try:
            async with self._host.pool.acquire() as conn, conn.transaction():
                await forget(conn, self._effect.name)
                await self._shadow.make(conn, copied=self._effect.projection.reset is not None)
            if self._effect.projection.reset is not None:
                await self._effect.reset()
            await self._catch_up_roughly()
            async with self._host.pool.acquire() as conn, conn.transaction():
                await self._shadow.finish(conn)
            await self._swap_patiently()
        except BaseException:
            await self._clear()
            raise
        finally:
            await self._readers.aclose()
        if any(self._live.stored(source) != self._effect.stored(source) for source in self._feeds):
            for callback in self._live.on_reset:
                callback()
        self._live._tell()
        return [
            Rebuilt(source, self._effect.stored(source), feed.from_log, True) for source, feed in self._feeds.items()
        ]

    async def _catch_up_roughly(self) -> None:
        """Read every log to its head, again and again until what came meanwhile is little."""
        for _ in range(_ROUNDS):
            before = self.events
            await self._catch_up(await self._taken())
            if self.events - before <= _NEAR:
                return

    async def _taken(self, conn: Any = None) -> dict[str, int]:
        """source → how far the live projection has taken it; 0 for one it has only heard of."""
        rows = await (conn or self._host.pool).fetch(
            "select source, position from cursor where consumer = $1 order by source"
            + (" for update" if conn is not None else ""),
            self._live.name,
        )
        return {**dict.fromkeys(self._sources(), 0), **{row["source"]: row["position"] for row in rows}}

    async def _catch_up(self, taken: dict[str, int]) -> None:
        for source, position in sorted(taken.items()):
            feed = self._feeds.get(source)
            if feed is None:
                ahead = await self._readers.enter_async_context(Ahead.of(source, self._read_log(source)))
                feed = Feed(
                    self._effect, source, ahead.read, Lease("rebuild"), page=PAGE_EVENTS, events_of=ahead.events
                )
                self._feeds[source] = feed
            try:
                await feed.read_to_head()
            except LogRefused:
                del self._feeds[source]  # another deployment's, which shares nothing (any more): nothing of it is kept
            except LogUnavailable as absent:
                if position == 0 and self._effect.stored(source) == BEGINNING:
                    del self._feeds[source]  # nothing of it was ever taken: nothing is missing
                    continue
                raise Unreachable(source) from absent

    async def _swap_patiently(self) -> None:
        for attempt in range(_SWAP_TRIES):
            try:
                await self._swap()
                return
            except _IN_THE_WAY as busy:
                log.info("%s: the swap waits for its readers (%s)", self._live.name, type(busy).__name__)
                if attempt == _SWAP_TRIES - 1:
                    raise
            await asyncio.sleep(_SWAP_PAUSE_S[min(attempt, len(_SWAP_PAUSE_S) - 1)])
            await self._catch_up(await self._taken())

    async def _swap(self) -> None:
        """The live cursors' locks hold every process's feeds; the shadow takes what they had, and their place."""
        async with self._host.pool.acquire() as conn, conn.transaction():
            await conn.execute(f"set local lock_timeout = '{_READERS_WAIT}'")
            await self._catch_up(await self._taken(conn))
            await self._shadow.swap(conn)
            await take_over(conn, self._live.name, self._effect.name)

    async def _clear(self) -> None:
        """Take away what was made; where that cannot be now, the next rebuild does."""
        try:
            async with self._host.pool.acquire() as conn, conn.transaction():
                await self._shadow.drop(conn)
                await forget(conn, self._effect.name)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as away:
            log.debug("%s: shadow tables stay for now (%s)", self._live.name, type(away).__name__)


async def replay(effect: ProjectionEffect, logs: Iterable[tuple[str, ReadLog]]) -> list[Rebuilt]:
    """Empty the projection and read the given logs, each to its head. A source that does not answer is reported."""
    await effect.reset()
    done: list[Rebuilt] = []
    for source, read_log in logs:
        feed = Feed(effect, source, read_log, Lease("rebuild"))
        try:
            await feed.read_to_head()
        except LogUnavailable:
            reached = False
        else:
            reached = True
        done.append(Rebuilt(source, await effect.cursor(source), feed.from_log, reached))
    return done
