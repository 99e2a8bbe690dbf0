"""Poison parks only its matter, later events of it queue behind, and a fix drains them in order."""

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg
import msgspec
import pytest
from shuniu.chassis.bus import Poison
from shuniu.testing.waiting import until


class Picky:
    """A projection that cannot take certain words until it is fixed."""

    def __init__(self, write: Any, said: Any, error: Exception) -> None:
        self.write = write
        self.said = said
        self.error = error
        self.fixed = False
        self.calls = 0

    async def __call__(self, conn: Any, events: Sequence[Any], host: Any) -> None:
        self.calls += 1
        for received in events:
            if not self.fixed and received.fact(self.said).word.startswith("poison"):
                raise self.error
            await self.write(conn, [received], host)


@pytest.fixture
def write(project: Any) -> Any:
    return project("x").apply


@pytest.mark.parametrize(
    "error",
    [msgspec.ValidationError("Expected `int`"), Poison("not like this"), KeyError("a bug in the projection")],
    ids=["validation", "said so", "bug"],
)
async def test_only_its_matter_is_parked_and_drains_in_order(
    seats: Any, project: Any, write: Any, said: Any, error: Exception
) -> None:
    picky = Picky(write, said, error)
    teller = await seats.sit("teller")
    await teller.say("a1", matter="A")
    await teller.say("poison b1", matter="B")
    await teller.say("a2", matter="A")
    await teller.say("b2", matter="B")
    await teller.say("poison alone")
    await teller.say("free")
    listener = await seats.sit("listener", project("teller", apply=picky))
    await listener.until_words(["a1", "a2", "free"])
    await teller.say("b3", matter="B")
    await teller.say("a3", matter="A")
    await listener.until_words(["a1", "a2", "free", "a3"])
    assert await listener.cursor("seen", teller.source) == await teller.head()
    parked = (await listener.bus.parked())["seen"]
    assert [(row.position, row.matter) for row in parked] == [(2, "B"), (4, "B"), (5, ""), (7, "B")]
    assert type(error).__name__ in parked[0].reason
    assert parked[1].reason == "queues behind"

    assert await listener.bus.retry_parked("seen") == (0, 4), "nothing was fixed yet"
    assert [row.position for row in (await listener.bus.parked())["seen"]] == [2, 4, 5, 7]
    picky.fixed = True
    assert await listener.bus.retry_parked("seen") == (4, 0)
    words = await listener.words()
    assert [word for word in words if "b" in word] == ["poison b1", "b2", "b3"]
    assert len(words) == 8
    assert await listener.bus.parked() == {}
    await teller.say("b4", matter="B")
    await until(lambda: listener.bus.feeds[0].position == 9)
    assert (await listener.words())[-1] == "b4"


async def test_an_envelope_that_does_not_fit_is_parked(seats: Any, project: Any) -> None:
    teller = await seats.sit("teller")
    head = await teller.head()
    good = teller.envelope(head.epoch, 1, "x", "A")
    await teller.say("x", matter="A", raw=good.replace(b'"specversion":"1.0"', b'"specversion":"9.9"'))
    await teller.say("a2", matter="A")
    await teller.say("b1", matter="B")
    listener = await seats.sit("listener", project("teller"))
    await listener.until_words(["b1"])
    parked = (await listener.bus.parked("seen"))["seen"]
    assert [(row.position, row.matter) for row in parked] == [(1, "A"), (2, "A")]


async def test_a_passing_fault_parks_nothing(seats: Any, project: Any, write: Any) -> None:
    failures = [asyncpg.DeadlockDetectedError("deadlock"), OSError("network"), asyncpg.InterfaceError("closed")]

    async def shaky(conn: Any, events: Sequence[Any], host: Any) -> None:
        if failures:
            raise failures.pop()
        await write(conn, events, host)

    teller = await seats.sit("teller")
    listener = await seats.sit("listener", project("teller", apply=shaky))
    await teller.say("a", "b", "c")
    await listener.until_words(["a", "b", "c"])
    assert await listener.bus.parked() == {}


async def test_a_rebuild_fills_the_projection_again(seats: Any, project: Any) -> None:
    commits: list[Any] = []
    teller = await seats.sit("teller")
    listener = await seats.sit("listener", project("*", after_commit=commits.append))
    await teller.say("a", "b")
    await listener.say("own")
    await listener.until_words(["a", "b"], source=teller.source)
    await listener.until_words(["own"], source=listener.source)
    assert commits and commits[0] is listener
    await listener.pool.execute("update seen set word = 'spoilt'")
    await listener.bus.rebuild("seen")
    await listener.until_words(["a", "b"], source=teller.source)
    await listener.until_words(["own"], source=listener.source)
    with pytest.raises(KeyError):
        await listener.bus.rebuild("unknown")


async def test_an_offline_rebuild_reads_the_own_log_without_a_bus(seats: Any, project: Any) -> None:
    dsn = await seats.database("loner")
    loner = await seats.sit("loner", project("*"), dsn=dsn, nats_url="")
    words = [f"w{n}" for n in range(1200)]
    await loner.say(*words)
    await loner.until_words(words)
    await loner.bus.stop()
    await loner.pool.execute("delete from seen where position % 2 = 0")
    idle = await seats.sit("loner", project("*"), dsn=dsn, nats_url="", start=False)
    (done,) = await idle.bus.rebuild_offline("seen")
    assert (done.source, done.events, done.reached) == (loner.source, 1200, True)
    assert await idle.words() == words
    await asyncio.sleep(0)


async def test_events_of_no_concern_only_move_the_cursor(seats: Any, project: Any, write: Any, said: Any) -> None:
    runs: list[int] = []

    async def counting(conn: Any, events: Sequence[Any], host: Any) -> None:
        runs.append(len(events))
        await write(conn, events, host)

    def concerns(received: Any) -> bool:
        return bool(received.fact(said).word.startswith("yes"))

    teller = await seats.sit("teller")
    listener = await seats.sit("listener", project("teller", apply=counting, concerns=concerns))
    for n in range(20):
        await teller.say(f"no {n}")

    async def at_head() -> bool:
        return bool(await listener.cursor("seen", teller.source) == await teller.head())

    await until(at_head)
    assert runs == []
    await teller.say("yes 1", "no", "yes 2", "no")
    await listener.until_words(["yes 1", "yes 2"])
    assert sum(runs) == 2
    await until(at_head)


async def test_a_run_on_its_way_does_not_outlive_a_reset(seats: Any, project: Any) -> None:
    loner = await seats.sit("loner", project("*"), nats_url="")
    await loner.say("a", "b", "c")
    await loner.until_words(["a", "b", "c"])
    effect = loner.bus._feeds.projection("seen")
    effect.on_reset.clear()  # the feed is not told in time
    await effect.reset()
    await loner.say("d")
    await loner.until_words(["a", "b", "c", "d"])
