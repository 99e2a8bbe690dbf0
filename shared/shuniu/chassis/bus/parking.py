"""Parked events: poison, and what queues behind it, kept as rows beside the cursor until a fix drains them in order."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg
import msgspec

from shuniu.chassis.bus.incoming import BEGINNING, Cursor, Incoming

__all__ = (
    "POISON",
    "QUEUES",
    "TRANSIENT",
    "CursorMoved",
    "Discarded",
    "Parked",
    "Poison",
    "discard",
    "discarded_rows",
    "forget",
    "lock_cursor",
    "move_cursor",
    "open_cursor",
    "park",
    "parked_matters",
    "parked_rows",
    "queue_of",
    "take_over",
    "unpark",
    "was_discarded",
)


class Poison(Exception):  # noqa: N818 - the word of the trade
    """Raised by a projection or reaction that cannot take an event now and will not be able to by trying again."""


class CursorMoved(Exception):  # noqa: N818
    """Somebody else moved this cursor: look again."""


POISON = (msgspec.MsgspecError, Poison)
"""What parks an event at once: it does not fit its contract, or the consumer says so itself."""

_LONG = 50
QUEUES = "queues behind"
"""Why an event is parked that has no fault of its own: an earlier one of its matter is."""

TRANSIENT = (
    OSError,
    TimeoutError,
    CursorMoved,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that broke in the middle of a message
    asyncpg.InvalidTransactionStateError,
    asyncpg.TransactionRollbackError,  # serialisation, deadlock
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,  # shutdown, cannot connect now, query cancelled
    asyncpg.ObjectNotInPrerequisiteStateError,  # lock not available
)
"""What passes by itself: tried again with patience, nothing parked."""


class Parked(NamedTuple):
    """One parked event."""

    source: str
    epoch: str
    position: int
    matter: str
    type: str
    reason: str
    at: datetime
    envelope: bytes


class Discarded(NamedTuple):
    """One event that was parked and then given up; ``why`` is the administrator's sentence."""

    source: str
    epoch: str
    position: int
    matter: str
    type: str
    reason: str
    parked_at: datetime
    at: datetime
    account: str
    why: str


async def open_cursor(conn: Any, consumer: str, source: str) -> Cursor:
    """The stored cursor; a new consumer starts before the first event."""
    row = await conn.fetchrow(
        "select epoch, position from cursor where consumer = $1 and source = $2", consumer, source
    )
    if row is not None:
        return Cursor(row["epoch"], row["position"])
    await conn.execute(
        "insert into cursor (consumer, source, epoch, position) values ($1, $2, $3, $4) on conflict do nothing",
        consumer,
        source,
        *BEGINNING,
    )
    return BEGINNING


async def lock_cursor(conn: Any, consumer: str, source: str, expected: Cursor) -> None:
    """Lock the cursor for this transaction. Raises CursorMoved where it is not at ``expected``."""
    row = await conn.fetchrow(
        "select epoch, position from cursor where consumer = $1 and source = $2 for update", consumer, source
    )
    if row is None or Cursor(row["epoch"], row["position"]) != expected:
        raise CursorMoved


async def move_cursor(conn: Any, consumer: str, source: str, to: Cursor) -> None:
    """Write the cursor, in the transaction of the effect."""
    await conn.execute(
        "update cursor set epoch = $3, position = $4 where consumer = $1 and source = $2", consumer, source, *to
    )


async def take_over(conn: Any, consumer: str, heir: str) -> None:
    """Put the cursors and parked events of ``heir`` in the place of ``consumer``'s; in the transaction of its rows."""
    await conn.execute(
        "delete from cursor where consumer = $1 and source in (select source from cursor where consumer = $2)",
        consumer,
        heir,
    )
    await conn.execute(
        "delete from parked where consumer = $1 and source in (select source from cursor where consumer = $2)",
        consumer,
        heir,
    )
    await conn.execute("update cursor set consumer = $1 where consumer = $2", consumer, heir)
    await conn.execute("update parked set consumer = $1 where consumer = $2", consumer, heir)


async def forget(conn: Any, consumer: str) -> None:
    """Remove a consumer that is no more."""
    await conn.execute("delete from cursor where consumer = $1", consumer)
    await conn.execute("delete from parked where consumer = $1", consumer)


async def parked_matters(conn: Any, consumer: str, source: str, matters: Iterable[str]) -> set[str]:
    """Which of ``matters`` have something parked."""
    wanted = sorted({matter for matter in matters if matter})
    if not wanted:
        return set()
    # Hardly ever is anything parked: a long list is sent only where there is.
    if len(wanted) > _LONG and not await conn.fetchval(
        "select exists (select 1 from parked where consumer = $1 and source = $2)", consumer, source
    ):
        return set()
    rows = await conn.fetch(
        "select distinct matter from parked where consumer = $1 and source = $2 and matter = any($3)",
        consumer,
        source,
        wanted,
    )
    return {row["matter"] for row in rows}


async def queue_of(conn: Any, consumer: str, row: Parked | None = None) -> list[Parked]:
    """What a retry goes through, in order: everything parked, or what stands in one queue with ``row``.

    An event without a matter stands alone.
    """
    if row is None:
        return await parked_rows(conn, consumer)
    found = await parked_rows(conn, consumer, row.source, row.matter)
    return found if row.matter else [one for one in found if (one.epoch, one.position) == (row.epoch, row.position)]


async def park(
    conn: Any, consumer: str, source: str, event: Incoming, reason: str, *, matter: str | None = None
) -> None:
    """Set one event aside. A ``matter`` of "" makes nothing queue behind it."""
    await conn.execute(
        "insert into parked (consumer, source, epoch, position, matter, type, reason, at, envelope)"
        " values ($1, $2, $3, $4, $5, $6, $7, now(), $8) on conflict do nothing",
        consumer,
        source,
        event.epoch,
        event.position,
        event.matter if matter is None else matter,
        event.type,
        reason[:500],
        event.raw,
    )


async def parked_rows(conn: Any, consumer: str, source: str | None = None, matter: str | None = None) -> list[Parked]:
    """Everything parked of a consumer (of one source, of one matter), in the order of each source's log."""
    rows = await conn.fetch(
        "select source, epoch, position, matter, type, reason, at, envelope from parked"
        " where consumer = $1 and ($2::text is null or source = $2) and ($3::text is null or matter = $3)"
        " order by source, position",
        consumer,
        source,
        matter,
    )
    return [Parked(*row.values()) for row in rows]


async def unpark(conn: Any, consumer: str, row: Parked) -> bool:
    """Take a parked row away; False where somebody else did."""
    tag = await conn.execute(
        "delete from parked where consumer = $1 and source = $2 and epoch = $3 and position = $4",
        consumer,
        row.source,
        row.epoch,
        row.position,
    )
    return bool(tag == "DELETE 1")


async def discard(conn: Any, consumer: str, row: Parked, account: str, why: str) -> bool:
    """Give a parked row up and write down who did so and why; False where it is not parked any more.

    The cursor's lock comes first: the feed cannot add to the matter's queue meanwhile.
    """
    async with conn.transaction():
        await conn.execute("select 1 from cursor where consumer = $1 and source = $2 for update", consumer, row.source)
        if not await unpark(conn, consumer, row):
            return False
        await conn.execute(
            "insert into discarded (consumer, source, epoch, position, matter, type, reason, parked_at, at, account,"
            " why) values ($1, $2, $3, $4, $5, $6, $7, $8, now(), $9, $10)",
            consumer,
            *row[:7],
            account,
            why,
        )
    return True


async def discarded_rows(conn: Any, consumer: str) -> list[Discarded]:
    """Everything a consumer's administrators gave up, the latest first."""
    rows = await conn.fetch(
        "select source, epoch, position, matter, type, reason, parked_at, at, account, why from discarded"
        " where consumer = $1 order by at desc, source, position",
        consumer,
    )
    return [Discarded(*row.values()) for row in rows]


async def was_discarded(conn: Any, consumer: str, source: str, event: Incoming) -> bool:
    """Whether an administrator gave this event up in an earlier life of the projection."""
    return bool(
        await conn.fetchval(
            "select exists (select 1 from discarded where consumer = $1 and source = $2 and epoch = $3"
            " and position = $4)",
            consumer,
            source,
            event.epoch,
            event.position,
        )
    )
