"""Replay: how many events a second a rebuild takes, by what the projection does with them.

``python -m bench.replay [--events N]``. The log is made of real events of the made-up service (two a matter, with their
summaries), multiplied; PostgreSQL runs with its defaults for durability. Programs:

nothing        reads and decodes every envelope, the projection throws them away: what the pass itself costs
pass-through   every event leaves a row (source, position, type, matter, time), by COPY
pass, remote   the same, the log read over the bus from another service
view           the gateway's own projection (matters, steps, links, measures, registry), over the bus
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import msgspec
from shuniu.chassis.context import Actor
from shuniu.chassis.host import Host
from shuniu.chassis.processor import Submission
from shuniu.chassis.service import Catalogue, Projection, Received, Service
from shuniu.contracts.envelope import event_id
from shuniu.runtime.nats import EmbeddedNats
from shuniu.runtime.postgres import EmbeddedPostgres
from shuniu.runtime.serving import settle_memory
from shuniu.testing import lostproperty
from shuniu.testing.servers import Hosts, Servers
from shuniu.testing.waiting import until
from shuniu_gateway import service as gateway

from bench.machine import describe

SAMPLES = 500
COLUMNS = ("source", "position", "type", "matter", "time")


async def _pass(conn: Any, events: Sequence[Received[Any]], host: Any) -> None:
    await conn.copy_records_to_table(
        "passed",
        columns=COLUMNS,
        records=[(e.event.source, e.event.position, e.event.type, e.event.correlationid, e.event.time) for e in events],
    )


async def _nothing(conn: Any, events: Sequence[Received[Any]], host: Any) -> None:
    """Take note of nothing."""


def _reader(name: str, apply: Any) -> Service:
    projection = Projection("passed", ("*",), ("passed",), apply)
    return Service(name=name, version="0", package="bench", texts=Catalogue({}), projections=(projection,))


async def _fill(host: Host, events: int) -> None:
    """Real events of a few hundred matters, then the same again under other ids."""
    actor = Actor(id="keeper", roles=frozenset({"keeper"}), areas=(host.scope,))
    for n in range(SAMPLES // 2):
        body = lostproperty.Found(category="umbrella", area=f"{host.scope}001")
        await host.processor.submit(Submission(command=lostproperty.FIND, body=body, actor=actor, key=f"find-{n}"))
        item = await host.pool.fetchval("select matter from event_log order by position desc limit 1")
        await host.processor.submit(
            Submission(command=lostproperty.HAND_BACK, body=lostproperty.Hand(item=item), actor=actor, key=f"hand-{n}")
        )
    rows = await host.pool.fetch("select type, matter, time, envelope from event_log order by position")
    epoch, position = await host.pool.fetchval("select epoch from log_head"), len(rows)
    made = []
    while position < events:
        row = rows[position % len(rows)]
        matter = f"{row['matter'][:24]}{position // len(rows):012x}"
        position += 1
        raw = row["envelope"].replace(row["matter"].encode(), matter.encode())
        event = msgspec.json.decode(raw)
        event |= {"id": event_id(epoch, position), "sequence": str(position)}
        made.append((position, row["type"], matter, row["time"], msgspec.json.encode(event)))
    await host.pool.copy_records_to_table(
        "event_log", columns=("position", "type", "matter", "time", "envelope"), records=made
    )
    await host.pool.execute("update log_head set position = $1", position)
    # Nothing of it has to be published: readers come later and take it from the log.
    await host.pool.execute(
        "insert into relay (epoch, position) values ($1, $2) on conflict (one) do update set"
        " epoch = excluded.epoch, position = excluded.position",
        epoch,
        position,
    )
    host.committed(epoch, position)


async def _rebuild(host: Host, projection: str, events: int) -> tuple[float, float]:
    """(events a second, microseconds of this process each) of one rebuild."""
    began, spent = time.perf_counter(), time.process_time()
    job = await host.bus.rebuild(projection)
    took, spent = time.perf_counter() - began, time.process_time() - spent
    assert (job.state, job.events >= events) == ("done", True), job
    return job.events / took, spent / job.events * 1e6


async def _caught_up(host: Host, projection: str, source: str, events: int) -> None:
    async def there() -> bool:
        at = await host.pool.fetchval(
            "select position from cursor where consumer = $1 and source = $2", projection, source
        )
        return bool(at is not None and at >= events)

    await until(there, within=600, every=0.2)


async def main(events: int, rounds: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="replay-") as name:
        folder = Path(name)
        async with (
            EmbeddedPostgres(folder / "postgres") as postgres,
            EmbeddedNats(folder / "nats") as nats,
            AsyncExitStack() as stack,
        ):
            hosts = Hosts(Servers(postgres, nats), folder, stack)
            database = await hosts.database("lostproperty")
            teller = await hosts.start(lostproperty.service, bus=False, database_url=database)
            await _fill(teller, events)
            size = await teller.pool.fetchval("select avg(octet_length(envelope))::int from event_log")
            print(f"{describe()}\n{events} events of {size} bytes\n")
            for label, apply in (("nothing", _nothing), ("pass-through", _pass)):
                loner = await hosts.start(_reader("loner", apply), bus=False)
                await loner.pool.execute(_PASSED)
                await _copy_log(teller, loner)
                await _measure(label, loner, "passed", loner.source, events, rounds)
                await loner.stop()
            await teller.stop()
            teller = await hosts.start(lostproperty.service, database_url=database)
            for label, service, projection in (
                ("pass, remote", _reader("reader", _pass), "passed"),
                ("view", gateway, "view"),
            ):
                host = await hosts.start(service, keys_dir=hosts.keys_dir)
                if projection == "passed":
                    await host.pool.execute(_PASSED)
                await _measure(label, host, projection, teller.source, events, rounds)
                await host.stop()


_PASSED = "create table passed (source text, position bigint, type text, matter text, time timestamptz)"


async def _measure(label: str, host: Host, projection: str, source: str, events: int, rounds: int) -> None:
    """Once it has caught up and nothing else goes on."""
    await _caught_up(host, projection, source, events)
    settle_memory()
    for _ in range(rounds):
        rate, cost = await _rebuild(host, projection, events)
        print(f"{label:14} {rate:10,.0f} events/s {cost:8.1f} us of this process each", flush=True)


async def _copy_log(teller: Host, loner: Host) -> None:
    """The same log, as the loner's own."""
    rows = await teller.pool.fetch("select position, type, matter, time, envelope from event_log order by position")
    old, new = teller.source.encode(), loner.source.encode()
    epoch = await teller.pool.fetchval("select epoch from log_head")
    await loner.pool.copy_records_to_table(
        "event_log",
        columns=("position", "type", "matter", "time", "envelope"),
        records=[(r["position"], r["type"], r["matter"], r["time"], r["envelope"].replace(old, new)) for r in rows],
    )
    await loner.pool.execute("update log_head set epoch = $1, position = $2", epoch, len(rows))
    loner.committed(epoch, len(rows))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.events, given.rounds)))
