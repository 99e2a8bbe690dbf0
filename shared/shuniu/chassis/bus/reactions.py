"""Reactions: an event causing a command of this service, once, never again by a rebuild."""

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from shuniu.chassis.bus.effects import Tally
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
)
from shuniu.chassis.bus.tracing import apply_spans
from shuniu.chassis.context import Actor
from shuniu.chassis.processor import Busy, Submission
from shuniu.chassis.service import Reaction, Received
from shuniu.rules.peering import about
from shuniu.rules.refusal import Refusal

if TYPE_CHECKING:
    import asyncpg

__all__ = ("ReactionEffect",)

log = logging.getLogger(__name__)

EVERY_EVENT = "*"
_ATTEMPTS = 3
_ATTEMPT_PAUSE_S = 0.1


class ReactionEffect:
    """A reaction as a consumer: in order, one command at a time for each source.

    Events that cause nothing move the cursor in memory; it is written with the next command, or by ``persist``.
    """

    repeats = False

    def __init__(self, reaction: Reaction, host: BusHost) -> None:
        self.reaction = reaction
        self.name = reaction.name
        self.tally = Tally()
        self._host = host
        self._actor = Actor(id=f"reaction:{reaction.name}", kind="reaction")
        self._handles = None if reaction.handles == (EVERY_EVENT,) else frozenset(reaction.handles)
        self._stored: dict[str, Cursor] = {}
        self._one_at_a_time: dict[str, asyncio.Lock] = {}

    @property
    def _pool(self) -> "asyncpg.Pool[Any]":
        return self._host.pool

    def _lock(self, source: str) -> asyncio.Lock:
        return self._one_at_a_time.setdefault(source, asyncio.Lock())

    async def cursor(self, source: str) -> Cursor:
        """See :class:`Effect`."""
        at = await open_cursor(self._pool, self.name, source)
        self._stored[source] = at
        return at

    def stored(self, source: str) -> Cursor:
        """See :class:`Effect`."""
        return self._stored.get(source, BEGINNING)

    async def persist(self, source: str, at: Cursor) -> None:
        """Write a cursor that was moved over events which cause nothing."""
        stored = self.stored(source)
        if stored == at:
            return
        async with self._lock(source), self._pool.acquire() as conn, conn.transaction():
            await lock_cursor(conn, self.name, source, stored)
            await move_cursor(conn, self.name, source, at)
        self._stored[source] = at

    async def apply(self, source: str, at: Cursor, run: Sequence[Incoming]) -> Cursor:
        """See :class:`Effect`."""
        self.tally.batches += 1
        for event in run:
            if event.withheld or (event.received is not None and not self._concerned(event.received)):
                self.tally.skipped += 1
                continue
            async with self._lock(source):
                with apply_spans(self._host.telemetry, self.name, source, [(event.id, event.traceparent)]):
                    await self._take(source, event)
        return run[-1].cursor

    def _concerned(self, received: Received[Any]) -> bool:
        """Whether the event may cause something; asked of every event, so it looks at the envelope only."""
        if self._handles is not None and received.name not in self._handles:
            return False
        if received.scope != self._host.scope and not about(received.event, self._host.scope):
            return False  # a referral between others; their deployment should not have sent it
        concerns = self.reaction.concerns
        return concerns is None or concerns(received)

    async def _take(self, source: str, event: Incoming) -> None:
        behind = await parked_matters(self._pool, self.name, source, (event.matter,))
        if event.flaw or behind:
            await self._park(source, event, event.flaw or QUEUES)
            return
        for attempt in range(_ATTEMPTS):
            try:
                if await self._react(source, event, moving=True):
                    self._stored[source] = event.cursor
                    self.tally.applied += 1
                else:
                    self.tally.skipped += 1
                return
            except Refusal as refusal:
                # A lawful answer, yet nobody is there to read it: it stays as a row, and nothing queues behind it.
                self.tally.refused += 1
                await self._park(source, event, f"refused: {refusal.rule}", matter="")
                return
            except Busy as busy:
                raise TimeoutError("busy") from busy
            except POISON as flaw:
                await self._park(source, event, f"{type(flaw).__name__}: {flaw}")
                return
            except TRANSIENT:
                raise
            except Exception as fault:
                log.warning("%s cannot take %s of %s: %r", self.name, event.id, source, fault)
                if attempt == _ATTEMPTS - 1:
                    await self._park(source, event, f"{type(fault).__name__}: {fault}")
                    return
                await asyncio.sleep(_ATTEMPT_PAUSE_S * 2**attempt)

    async def _react(self, source: str, event: Incoming, *, moving: bool) -> bool:
        """Give the command the event causes; False where it causes none."""
        assert event.received is not None
        order = self.reaction.command(event.received)
        if order is None:
            return False
        command, body = order
        await self._host.processor.submit(
            Submission(
                command=command,
                body=body,
                actor=self._actor,
                key=f"reaction:{self.name}:{source}:{event.epoch}:{event.position}",
                request_hash=hashlib.sha256(f"{command.name}\n{event.id}".encode()).digest(),
                traceparent=event.traceparent,
                causation=event.id,
                event=event.received.event,
                cursor=(self.name, source, event.epoch, event.position) if moving else None,
            )
        )
        return True

    async def _park(self, source: str, event: Incoming, reason: str, *, matter: str | None = None) -> None:
        self.tally.parked += 1
        log.warning("%s parks %s of %s (%s)", self.name, event.id, source, reason.partition(":")[0])
        async with self._pool.acquire() as conn, conn.transaction():
            await lock_cursor(conn, self.name, source, self.stored(source))
            await park(conn, self.name, source, event, reason, matter=matter)
            await move_cursor(conn, self.name, source, event.cursor)
        self._stored[source] = event.cursor

    async def start_over(self, source: str, at: Cursor) -> None:
        """Nothing is replayed: go on behind ``at``."""
        async with self._lock(source), self._pool.acquire() as conn, conn.transaction():
            await conn.execute("select 1 from cursor where consumer = $1 and source = $2 for update", self.name, source)
            await move_cursor(conn, self.name, source, at)
        self._stored[source] = at

    async def retry(self, only: Parked | None = None) -> tuple[int, int]:
        """See :class:`Effect`. The command's idempotency key keeps an event from taking effect twice."""
        drained = left = 0
        stuck: set[tuple[str, str]] = set()
        for row in await queue_of(self._pool, self.name, only):
            async with self._lock(row.source):
                done = (row.source, row.matter) not in stuck and await self._retry_one(row)
            if done:
                drained += 1
                continue
            left += 1
            if row.matter:
                stuck.add((row.source, row.matter))
        return drained, left

    async def _retry_one(self, row: Parked) -> bool:
        try:
            event = read_event(row.envelope, row.source)
            if event.received is None:
                return False
            await self._react(row.source, event, moving=False)
        except (Unreadable, Refusal, Busy, *POISON) as flaw:
            log.info("%s: %s-%d stays parked (%s)", self.name, row.epoch, row.position, type(flaw).__name__)
            return False
        except TRANSIENT:
            raise
        except Exception as fault:
            log.warning("%s: %s-%d stays parked: %r", self.name, row.epoch, row.position, fault)
            return False
        await unpark(self._pool, self.name, row)
        self.tally.applied += 1
        return True
