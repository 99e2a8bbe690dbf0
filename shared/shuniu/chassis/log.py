"""Reading the event log: its head and its pages. Only the command processor writes it."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from shuniu.contracts.envelope import LogPage

if TYPE_CHECKING:
    import asyncpg

__all__ = ("MAX_PAGE_BYTES", "ensure_head", "read_head", "read_page", "renew_epoch")

MAX_PAGE_BYTES = 480 * 1024


async def ensure_head(pool: "asyncpg.Pool[Any]", epoch: str, now: datetime) -> None:
    """Give an empty log its head, once."""
    await pool.execute(
        "insert into log_head (epoch, position, last_time) values ($1, 0, $2) on conflict do nothing", epoch, now
    )


async def read_head(pool: "asyncpg.Pool[Any]") -> tuple[str, int]:
    """(epoch, last position)."""
    record = await pool.fetchrow("select epoch, position from log_head")
    assert record is not None, "the log has no head"
    return record["epoch"], record["position"]


async def renew_epoch(pool: "asyncpg.Pool[Any]", epoch: str) -> None:
    """After a restore, or a promotion that may have lost commits: the history from here on is another one."""
    await pool.execute("update log_head set epoch = $1", epoch)


async def read_page(
    pool: "asyncpg.Pool[Any]", after: int, limit: int = 1000, max_bytes: int = MAX_PAGE_BYTES
) -> LogPage:
    """Events after a position in order, at most ``limit`` and at most ``max_bytes`` (but at least one)."""
    async with pool.acquire() as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        head = await conn.fetchrow("select epoch, position from log_head")
        assert head is not None, "the log has no head"
        records = await conn.fetch(
            "select envelope from (select position, envelope,"
            " sum(octet_length(envelope)) over (order by position) as total from"
            " (select position, envelope from event_log where position > $1 order by position limit $2) page) sized"
            " where total <= $3 or position = $1 + 1 order by position",
            after,
            limit,
            max_bytes,
        )
    return LogPage(
        epoch=head["epoch"], head=head["position"], events=[msgspec.Raw(record["envelope"]) for record in records]
    )
