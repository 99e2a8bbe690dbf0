"""Reading a log for a rebuild: in big pages, and one page ahead of whoever takes them.

While the database writes one page the next one is fetched and decoded, in slices, so that requests the process answers
meanwhile do not wait long.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from shuniu.chassis.bus.feed import ReadLog
from shuniu.chassis.bus.incoming import Cursor, Incoming, read_page_events
from shuniu.chassis.log import read_page
from shuniu.chassis.tasks import end
from shuniu.contracts.envelope import LogPage

if TYPE_CHECKING:
    import asyncpg

__all__ = ("Ahead", "big_pages")

_MOST_BYTES = 16 * 1024 * 1024
_SLICE = 250


def big_pages(pool: "asyncpg.Pool[Any]") -> ReadLog:
    """Our own log from the database, where no message limits a page."""

    async def read(after: int, limit: int) -> LogPage:
        return await read_page(pool, after, limit, _MOST_BYTES)

    return read


class _Coming(NamedTuple):
    after: int
    limit: int
    task: "asyncio.Task[tuple[LogPage, list[Incoming]]]"


class Ahead:
    """One source's log, read ahead. ``read`` and ``events`` are what a feed asks for."""

    def __init__(self, source: str, read_log: ReadLog) -> None:
        self._source = source
        self._read_log = read_log
        self._coming: _Coming | None = None
        self._decoded: tuple[LogPage, list[Incoming]] | None = None

    @classmethod
    @contextlib.asynccontextmanager
    async def of(cls, source: str, read_log: ReadLog) -> "AsyncIterator[Ahead]":
        """A reader whose reading ahead ends with the block."""
        reader = cls(source, read_log)
        try:
            yield reader
        finally:
            await reader._give_up()

    async def read(self, after: int, limit: int) -> LogPage:
        """A page, and the next one on its way. Raises LogUnavailable."""
        if self._coming is not None and (self._coming.after, self._coming.limit) == (after, limit):
            coming, self._coming = self._coming, None
            self._decoded = await coming.task
        else:
            await self._give_up()
            self._decoded = await self._fetch(after, limit)
        page = self._decoded[0]
        reached = after + len(page.events)
        if page.events and reached < page.head:
            self._coming = _Coming(reached, limit, asyncio.create_task(self._fetch(reached, limit)))
        return page

    def events(self, page: LogPage, source: str, after: Cursor) -> list[Incoming]:
        """The events of the page read last. Raises ValueError for a page that is not gapless."""
        if self._decoded is not None and self._decoded[0] is page:
            found = self._decoded[1]
            if not found or found[0].position == after.position + 1:
                return found
        return read_page_events(page, source, after)

    async def _fetch(self, after: int, limit: int) -> tuple[LogPage, list[Incoming]]:
        page = await self._read_log(after, limit)
        events: list[Incoming] = []
        for first in range(0, len(page.events), _SLICE):
            part = msgspec.structs.replace(page, events=page.events[first : first + _SLICE])
            events += read_page_events(part, self._source, Cursor("", after + first))
            await asyncio.sleep(0)
        return page, events

    async def _give_up(self) -> None:
        coming, self._coming = self._coming, None
        if coming is not None:
            await end(coming.task)
