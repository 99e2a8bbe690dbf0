"""The one projection of the gateway: summaries of every service of the scope into the views, and into the feed.

Beside them stands what other deployments share with us (``*@*``): so a bureau has one inbox of all scopes that call it.

It knows no fact: the fact of an event stays undecoded. Every change gets a place in the feed in the same transaction,
so whoever resumes a stream gets what it missed (architecture "Rows and tables": one head, SSE id ``epoch-position``).
"""

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from shuniu.chassis.service import Projection, Received

from shuniu_gateway import view_writer
from shuniu_gateway.addresses import address, is_foreign
from shuniu_gateway.page import Known, Page, feed_rows

if TYPE_CHECKING:
    import asyncpg
    from shuniu.chassis.host import Host

__all__ = ("VIEW", "new_epoch")


def new_epoch() -> str:
    """A fresh identity for a feed: after a rebuild its positions mean something else."""
    return secrets.token_hex(8)


async def _apply(conn: "asyncpg.Connection[Any]", events: Sequence[Received[Any]], host: "Host") -> None:
    """Apply consecutive events of one source."""
    await _write(conn, events, host, watched=True)


async def _replay(conn: "asyncpg.Connection[Any]", events: Sequence[Received[Any]], host: "Host") -> None:
    """The same for a rebuild: its feed is a new one, of which nobody has seen anything, so it gets no rows."""
    await _write(conn, events, host, watched=False)


async def _write(
    conn: "asyncpg.Connection[Any]", events: Sequence[Received[Any]], host: "Host", *, watched: bool
) -> None:
    """The feed head's lock comes first: it orders all sources."""
    source = events[0].event.source
    page = Page.read(
        source,
        address(source, host.scope),
        [received.event for received in events],
        whole=not is_foreign(source, host.scope),
    )
    head = await conn.fetchval("select position from feed_head for update")
    if head is None:
        await conn.execute("insert into feed_head (epoch, position) values ($1, 0) on conflict do nothing", new_epoch())
        head = await conn.fetchval("select position from feed_head for update")
    # Unwatched only steps without a matter of their own ask what the view already has.
    unnamed = any(event.data.summary.matter is None for _, event in page.steps)
    known = await _known(conn, page) if watched or unnamed else {}
    await view_writer.drop_matters(conn, page)
    await view_writer.write_matters(conn, page)
    await (view_writer.write_steps if watched else view_writer.copy_steps)(conn, page, known, head)
    await view_writer.write_links(conn, page)
    await view_writer.write_measures(conn, page)
    await view_writer.write_registry(conn, page)
    if watched:
        await view_writer.write_feed(conn, feed_rows(page, known), head)
    else:
        await view_writer.skip_feed(conn, len(page.steps))


async def _known(conn: "asyncpg.Connection[Any]", page: Page) -> dict[str, Known]:
    """The matters of the page that the view has, by id."""
    ids = {matter_id for _, matter_id in page.matters} | {event.correlationid for _, event in page.steps}
    ids |= page.departed.keys()
    records = await conn.fetch(
        "select kind, id, version, number, title, area, visibility from matter_view where source = $1 and id = any($2)",
        page.source,
        list(ids),
    )
    return {
        r["id"]: Known(r["kind"], r["version"], r["number"], r["title"], r["area"], r["visibility"]) for r in records
    }


def _wake(host: "Host") -> None:
    hub = host.extras.get("hub")
    if hub is not None:
        hub.wake()


VIEW = Projection(
    name="view",
    sources=("*", "*@*"),
    tables=("matter_view", "step_view", "link_view", "measure_view", "registry_view", "feed", "feed_head"),
    apply=_apply,
    replay=_replay,
    after_commit=_wake,
)
