"""The limit programs: what the parts can do at most, and the textbook way of doing the whole.

``python -m bench.limits raw|bare|textbook …``. They are kept honest: the same rows in size and number, the same
durability (PostgreSQL's defaults), the same connections.

- ``raw DSN SECONDS CONNECTIONS``: asyncpg alone, a transaction of two inserts (state row, event row), no HTTP.
- ``bare PORT``: a Litestar handler that decodes a Struct and answers; no database.
- ``textbook PORT DSN NATS``: the same libraries as most would use them: one transaction a request that inserts the
  state row and an outbox row, and a task that polls the outbox every 100 ms and publishes to JetStream.
"""

import asyncio
import json
import resource
import sys
import time
import uuid
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec
import uvicorn
from litestar import Litestar, post

EVENT_BYTES = 1300
"""Size of the event that our own service logs for the same command (measured: see bench/__main__.py)."""
TABLES = """
create table if not exists matter (key text primary key, version int not null, schema int not null,
    status text not null, area text not null, unit text not null, due_at timestamptz, doc jsonb not null);
create table if not exists outbox (id bigint generated always as identity primary key, type text not null,
    matter text not null, time timestamptz not null, envelope bytea not null, published boolean not null default false);
create index if not exists outbox_waiting on outbox (id) where not published;
"""


class Place(msgspec.Struct):
    """Where."""

    name: str = ""


class Report(msgspec.Struct):
    """The body of the command."""

    place: Place
    area: str
    category: str
    description: str = ""


def _rows(report: Report) -> tuple[str, str, bytes]:
    key = str(uuid.uuid4())
    doc = json.dumps({"id": key, "area": report.area, "category": report.category, "filler": "x" * 500})
    return key, doc, b'{"id":"%s","filler":"%s"}' % (key.encode(), b"x" * EVENT_BYTES)


async def _insert(conn: Any, report: Report) -> str:
    key, doc, envelope = _rows(report)
    async with conn.transaction():
        await conn.execute(
            "insert into matter values ($1, 1, 1, 'FILED', $2, '', null, $3::jsonb)", key, report.area, doc
        )
        await conn.execute(
            "insert into outbox (type, matter, time, envelope) values ('reported', $1, now(), $2)", key, envelope
        )
    return key


async def raw(dsn: str, seconds: float, connections: int) -> dict[str, float]:
    """Two-row transactions: how many, how many a second, and the processor seconds of this process."""
    report = Report(Place("x"), "320199001001001", "E0102")
    done = 0
    async with asyncpg.create_pool(dsn, min_size=connections, max_size=connections) as pool:
        await pool.execute(TABLES)
        ends = time.perf_counter() + seconds

        async def client() -> None:
            nonlocal done
            async with pool.acquire() as conn:
                while time.perf_counter() < ends:
                    await _insert(conn, report)
                    done += 1

        await asyncio.gather(*(client() for _ in range(connections)))
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {"good": done, "rate": done / seconds, "cpu_s": used.ru_utime + used.ru_stime}


@post("/commands/report")
async def bare_report(data: Report) -> dict[str, str]:
    """Decode, answer."""
    return {"area": data.area}


def textbook(dsn: str, nats_url: str) -> Litestar:
    """One transaction a request, a polled outbox."""
    import nats

    @asynccontextmanager
    async def life(app: Litestar) -> Any:
        async with asyncpg.create_pool(dsn, min_size=4, max_size=16) as pool:
            await pool.execute(TABLES)
            app.state.pool = pool
            bus = await nats.connect(nats_url)
            stream = bus.jetstream()
            await stream.add_stream(name="TEXTBOOK", subjects=["textbook.>"])
            poll = asyncio.create_task(_publish(pool, stream))
            yield
            poll.cancel()
            await bus.close()

    @post("/commands/report")
    async def report(data: Report) -> dict[str, str]:
        async with app.state.pool.acquire() as conn:
            return {"matter": await _insert(conn, data)}

    app = Litestar([report], lifespan=[life], openapi_config=None)
    return app


async def _publish(pool: Any, stream: Any) -> None:
    while True:
        records = await pool.fetch("select id, envelope from outbox where not published order by id limit 500")
        for record in records:
            await stream.publish("textbook.reported", record["envelope"], headers={"Nats-Msg-Id": str(record["id"])})
        if records:
            await pool.execute("update outbox set published = true where id = any($1)", [r["id"] for r in records])
        else:
            await asyncio.sleep(0.1)


def main() -> None:
    """See the module."""
    what, *args = sys.argv[1:]
    if what == "raw":
        import uvloop

        print(json.dumps(uvloop.run(raw(args[0], float(args[1]), int(args[2])))))
        return
    app = Litestar([bare_report], openapi_config=None) if what == "bare" else textbook(args[1], args[2])
    uvicorn.run(app, host="127.0.0.1", port=int(args[0]), log_level="error", access_log=False)


if __name__ == "__main__":
    main()
