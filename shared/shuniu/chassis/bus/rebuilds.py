"""Rebuilds as jobs: begun by an administrator, done by this process, seen by all.

One projection is rebuilt by one process at a time: an advisory lock of the database says so, which goes with the
connection that holds it. A job that stands as running while nobody holds the lock was interrupted.
"""

import asyncio
import contextlib
import logging
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import asyncpg
import msgspec

from shuniu.chassis.bus.ahead import big_pages
from shuniu.chassis.bus.rebuild import Rebuild, Unreachable
from shuniu.chassis.tasks import end

if TYPE_CHECKING:
    from shuniu.chassis.bus.feed import ReadLog
    from shuniu.chassis.bus.feeds import Feeds
    from shuniu.chassis.bus.needs import BusHost

__all__ = ("RebuildJob", "RebuildRunning", "Rebuilds")

log = logging.getLogger(__name__)

_TELL_EVERY_S = 0.5
_LOCK = "hashtextextended('rebuild ' || $1, 0)"
_ALIVE = (
    "exists (select 1 from pg_locks l join pg_database d on d.oid = l.database and d.datname = current_database()"
    " where l.locktype = 'advisory' and l.objsubid = 1 and l.granted"
    " and ((l.classid::bigint << 32) | l.objid::bigint) = hashtextextended('rebuild ' || rebuild.projection, 0))"
)
_JOB = (
    f"select id, projection, case when state = 'running' and not {_ALIVE} then 'interrupted' else state end as state,"
    " account, started_at, ended_at, events, total, fault from rebuild"
)


class RebuildRunning(Exception):  # noqa: N818
    """The projection is being rebuilt already."""


class RebuildJob(msgspec.Struct, frozen=True, kw_only=True):
    """A rebuild. ``events`` of ``total`` events were read so far; while it runs the old rows are read as ever.

    ``failed`` (``fault`` says why) and ``interrupted`` (its process ended) leave the projection as it was.
    """

    id: str
    projection: str
    state: Literal["running", "done", "failed", "interrupted"]
    account: str
    started_at: datetime
    ended_at: datetime | None
    events: int
    total: int
    fault: str = ""


class Rebuilds:
    """The rebuilds of one service, as this process sees and does them."""

    def __init__(self, host: "BusHost", feeds: "Feeds") -> None:
        self._host = host
        self._feeds = feeds
        self._tasks: dict[str, tuple[asyncio.Task[None], contextlib.AsyncExitStack]] = {}

    async def begin(self, id_: str, projection: str, account: str) -> RebuildJob:
        """Begin one and answer at once. KeyError for no projection of that name, RebuildRunning."""
        effect = self._feeds.projection(projection)
        guard = contextlib.AsyncExitStack()
        conn = await guard.enter_async_context(self._host.pool.acquire())
        try:
            if not await conn.fetchval(f"select pg_try_advisory_lock({_LOCK})", projection):
                raise RebuildRunning(projection)
            guard.push_async_callback(_unlock, conn, projection)
            # Whoever was at it is not any more: we hold the lock.
            await conn.execute(
                "update rebuild set state = 'interrupted', ended_at = now()"
                " where projection = $1 and state = 'running'",
                projection,
            )
            await conn.execute(
                "insert into rebuild (id, projection, state, account, started_at)"
                " values ($1, $2, 'running', $3, now())",
                id_,
                projection,
                account,
            )
        except BaseException:
            await guard.aclose()
            raise
        work = Rebuild(effect, self._host, lambda: self._feeds.sources_of(projection), self._reader)
        task = asyncio.create_task(self._do(id_, work, guard), name=f"rebuild-{projection}")
        self._tasks[id_] = task, guard
        task.add_done_callback(lambda _: self._tasks.pop(id_, None))
        job = await self.job(id_)
        assert job is not None
        return job

    async def job(self, id_: str) -> RebuildJob | None:
        """How a rebuild stands; None for none of that id."""
        row = await self._host.pool.fetchrow(f"{_JOB} where id = $1", id_)
        return RebuildJob(**row) if row is not None else None

    async def jobs(self, most: int = 100) -> list[RebuildJob]:
        """Rebuilds, the latest first."""
        rows = await self._host.pool.fetch(f"{_JOB} order by started_at desc, id desc limit $1", most)
        return [RebuildJob(**row) for row in rows]

    async def done(self, id_: str) -> RebuildJob:
        """How a rebuild that this process does ended."""
        if (doing := self._tasks.get(id_)) is not None:
            await asyncio.wait({doing[0]})
        job = await self.job(id_)
        assert job is not None
        return job

    async def stop(self) -> None:
        """Give up what is under way; what was there stays."""
        for task, guard in list(self._tasks.values()):
            await end(task)
            await guard.aclose()  # a task that had not begun yet closed nothing

    def _reader(self, source: str) -> "ReadLog":
        return big_pages(self._host.pool) if source == self._host.source else self._feeds.read_log(source)

    async def _do(self, id_: str, work: Rebuild, guard: contextlib.AsyncExitStack) -> None:
        telling = asyncio.create_task(self._tell(id_, work))
        state, fault = "interrupted", ""
        try:
            await work.run()
            state = "done"
        except Unreachable as absent:
            state, fault = "failed", f"{absent} does not answer for its log"
        except Exception as failure:
            log.exception("rebuild %s failed", id_)
            state, fault = "failed", type(failure).__name__
        finally:
            await end(telling)
            with contextlib.suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await self._write(id_, work, state, fault)
            await guard.aclose()

    async def _tell(self, id_: str, work: Rebuild) -> None:
        while True:
            await asyncio.sleep(_TELL_EVERY_S)
            with contextlib.suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await self._write(id_, work, "running", "")

    async def _write(self, id_: str, work: Rebuild, state: str, fault: str) -> None:
        await self._host.pool.execute(
            "update rebuild set state = $2, events = $3, total = $4, fault = $5,"
            " ended_at = case when $2 = 'running' then null else now() end where id = $1",
            id_,
            state,
            work.events,
            max(work.total, work.events),
            fault,
        )


async def _unlock(conn: Any, projection: str) -> None:
    with contextlib.suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        await conn.execute(f"select pg_advisory_unlock({_LOCK})", projection)
