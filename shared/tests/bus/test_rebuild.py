"""A rebuild on line: readers see the old rows or the new ones, each whole; whatever ends it, nothing is lost."""

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest
from shuniu.chassis.bus import RebuildRunning
from shuniu.testing.waiting import until


class Reader:
    """Hammers a table while a test goes on: every answer must be whole and never fall behind an earlier one."""

    def __init__(self, pool: Any, sources: int) -> None:
        self.pool = pool
        self.sources = sources
        self.answers = 0
        self.faults: list[str] = []
        self._most: dict[str, int] = {}
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Reader":
        self._task = asyncio.create_task(self._read())
        await until(lambda: self.answers > 3)
        return self

    async def __aexit__(self, *_: Any) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        assert self.faults == []

    async def _read(self) -> None:
        while True:
            rows = await self.pool.fetch(
                "select source, count(*) as n, max(position) as last from seen group by source"
            )
            self.answers += 1
            found = {row["source"]: (row["n"], row["last"]) for row in rows}
            if len(found) != self.sources:
                self.faults.append(f"{len(found)} sources")
            for source, (n, last) in found.items():
                if n != last:
                    self.faults.append(f"{source}: {n} rows up to {last}")
                if n < self._most.get(source, 0):
                    self.faults.append(f"{source}: {n} after {self._most[source]}")
                self._most[source] = n
            await asyncio.sleep(0)


async def test_readers_never_see_half_a_projection(seats: Any, project: Any) -> None:
    teller, other = await seats.sit("teller"), await seats.sit("other")
    listener = await seats.sit("listener", project("teller", "other"))
    first = [f"t{n}" for n in range(3000)]
    await teller.say(*first)
    await other.say(*[f"o{n}" for n in range(700)])
    await listener.until_words(first, source=teller.source, within=30)
    await until(lambda: all(feed.lag == 0 for feed in listener.bus.feeds), within=30)
    await listener.pool.execute("update seen set word = 'spoilt'")
    said = 3000
    enough = asyncio.Event()

    async def go_on() -> None:
        nonlocal said
        while not enough.is_set():
            await teller.say(f"t{said}")
            said += 1
            await asyncio.sleep(0.005)

    talking = asyncio.create_task(go_on())
    try:
        async with Reader(listener.pool, sources=2) as reader:
            for _ in range(3):
                before = reader.answers
                job = await listener.bus.rebuild("seen", "chief-1")
                assert (job.state, job.fault) == ("done", "")
                assert job.events >= 3700 and job.total == job.events
                assert reader.answers > before
    finally:
        enough.set()  # not cancelled: what was being said is said, and counted
        await talking
    await listener.until_words([f"t{n}" for n in range(said)], source=teller.source, within=15)
    assert await listener.cursor("seen", teller.source) == await teller.head()
    await teller.say("after it")
    await listener.until_words([*(f"t{n}" for n in range(said)), "after it"], source=teller.source)


async def test_names_sequences_rights_and_late_indexes_survive(seats: Any, project: Any) -> None:
    loner = await seats.sit("loner", project("*"), nats_url="")
    await loner.pool.execute("create index seen_word on seen (word)")
    await loner.pool.execute("create index seen_gin on seen using gin (to_tsvector('simple', word))")
    await loner.pool.execute("alter table seen add constraint seen_once unique (source, epoch, position)")
    await loner.pool.execute("grant select on seen to public")
    names = "select relname, relkind::text from pg_class where relnamespace = 'public'::regnamespace order by 1"
    before = await loner.pool.fetch(names)
    await loner.say("a", "b", "c")
    await loner.until_words(["a", "b", "c"])
    for _ in range(2):
        job = await loner.bus.rebuild("seen")
        assert job.state == "done", job.fault
    assert await loner.pool.fetch(names) == before
    assert await loner.pool.fetchval("select relacl::text like '%=r/%' from pg_class where relname = 'seen'")
    assert await loner.pool.fetchval("select count(*) from pg_namespace where nspname ~ '^(rebuild|retired)_'") == 0
    await loner.say("d")
    await loner.until_words(["a", "b", "c", "d"])


async def test_a_table_that_others_hang_on_keeps_its_identity(seats: Any, project: Any) -> None:
    loner = await seats.sit("loner", project("*"), nats_url="")
    await loner.pool.execute("create view loud as select upper(word) as word from seen")
    await loner.say("a", "b")
    await loner.until_words(["a", "b"])
    await loner.pool.execute("update seen set word = 'spoilt'")
    async with Reader(loner.pool, sources=1):
        job = await loner.bus.rebuild("seen")
    assert job.state == "done", job.fault
    rows = await loner.pool.fetch("select word from loud order by word")
    assert [row["word"] for row in rows] == ["A", "B"]


async def test_killed_midway_the_old_rows_stay_and_it_can_be_repeated(seats: Any, project: Any) -> None:
    write, reached = project("x").apply, asyncio.Event()
    stuck = asyncio.Event()

    async def slow(conn: Any, events: Sequence[Any], host: Any) -> None:
        await write(conn, events, host)
        reached.set()
        await stuck.wait()

    dsn = await seats.database("loner")
    loner = await seats.sit("loner", project("*", replay=slow), dsn=dsn, nats_url="")
    await loner.say("a", "b")
    await loner.until_words(["a", "b"])
    await loner.pool.execute("update seen set word = 'old'")
    began = await loner.bus.rebuilds.begin("job-1", "seen", "chief-1")
    assert began.state == "running"
    await asyncio.wait_for(reached.wait(), 5)
    with pytest.raises(RebuildRunning):
        await loner.bus.rebuild("seen")
    # The process dies: its connections with it, nothing of it tidies up.
    killer = await asyncpg.connect(dsn)
    try:
        mine = await killer.fetchval("select pg_backend_pid()")
        await killer.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> $1",
            mine,
        )

        async def interrupted() -> bool:
            try:
                job = await loner.bus.rebuilds.job("job-1")
            except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
                return False  # the pool still holds connections that were killed
            return job is not None and job.state in ("interrupted", "failed")

        await until(interrupted, within=15)
        assert [row["word"] for row in await killer.fetch("select word from seen")] == ["old", "old"]
    finally:
        await killer.close()
    stuck.set()
    await until(lambda: not loner.bus.rebuilds._tasks, within=15)
    job = await loner.bus.rebuild("seen")
    assert job.state == "done", job.fault
    assert await loner.words() == ["a", "b"]
    assert next(one.state for one in await loner.bus.rebuilds.jobs()) == "done"


async def test_stopping_the_service_interrupts_it(seats: Any, project: Any) -> None:
    stuck = asyncio.Event()

    async def slow(conn: Any, events: Sequence[Any], host: Any) -> None:
        await stuck.wait()

    dsn = await seats.database("loner")
    loner = await seats.sit("loner", project("*", replay=slow), dsn=dsn, nats_url="")
    await loner.say("a")
    await loner.until_words(["a"])
    await loner.bus.rebuilds.begin("job-1", "seen", "chief-1")
    await loner.bus.stop()
    job = await loner.bus.rebuilds.job("job-1")
    assert job is not None and job.state == "interrupted"
    assert await loner.words() == ["a"]
    assert await loner.pool.fetchval("select count(*) from pg_namespace where nspname ~ '^(rebuild|retired)_'") == 0


async def test_an_absent_source_leaves_everything_as_it_was(seats: Any, project: Any) -> None:
    teller = await seats.sit("teller")
    listener = await seats.sit("listener", project("*"))
    await teller.say("a", "b")
    await listener.say("own")
    await listener.until_words(["a", "b"], source=teller.source)
    await listener.until_words(["own"], source=listener.source)
    await teller.bus.stop()
    job = await listener.bus.rebuild("seen")
    assert (job.state, job.fault) == ("failed", f"{teller.source} does not answer for its log")
    assert sorted(await listener.words()) == ["a", "b", "own"]


async def test_parked_events_are_found_again_and_drain(seats: Any, project: Any, said: Any) -> None:
    write, mended = project("x").apply, False

    async def picky(conn: Any, events: Sequence[Any], host: Any) -> None:
        for received in events:
            if not mended and received.fact(said).word.startswith("poison"):
                raise ValueError("not this")
            await write(conn, [received], host)

    loner = await seats.sit("loner", project("*", apply=picky), nats_url="")
    await loner.say("poison a1", "a2", matter="A")
    await loner.say("b1", matter="B")
    await loner.until_words(["b1"])
    job = await loner.bus.rebuild("seen")
    assert job.state == "done"
    assert await loner.words() == ["b1"]
    assert [row.position for row in (await loner.bus.parked())["seen"]] == [1, 2]
    mended = True
    assert await loner.bus.retry_parked("seen") == (2, 0)
    assert sorted(await loner.words()) == ["a2", "b1", "poison a1"]


async def test_readers_in_the_way_only_delay_the_swap(seats: Any, project: Any) -> None:
    loner = await seats.sit("loner", project("*"), nats_url="")
    await loner.say("a")
    await loner.until_words(["a"])
    async with loner.pool.acquire() as reader:
        reading = reader.transaction()
        await reading.start()
        await reader.fetch("select * from seen")
        await loner.bus.rebuilds.begin("job-1", "seen", "chief-1")
        await loner.say("b")
        await loner.until_words(["a", "b"])
        job = await loner.bus.rebuilds.job("job-1")
        assert job is not None and job.state == "running"
        assert await asyncio.wait_for(loner.pool.fetchval("select count(*) from seen"), 20) == 2, "others read on"
        await reading.rollback()
    done = await loner.bus.rebuilds.done("job-1")
    assert done.state == "done"
    assert await loner.words() == ["a", "b"]
