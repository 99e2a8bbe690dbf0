"""Reactions on a real host: an event causes a command once, in order, and never again."""

from typing import Any

import msgspec
import pytest
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Happening, Key, RowKind, Rows
from shuniu.chassis.service import Catalogue, Command, Reaction, Received, Service
from shuniu.contracts.envelope import Fact, fact
from shuniu.rules.refusal import Conflict
from shuniu.testing.servers import ManualClock
from shuniu.testing.waiting import until


@fact("taker", "thing.taken.v1")
class ThingTaken(Fact, frozen=True, kw_only=True):
    """A word was taken down."""

    word: str


class Take(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take a word down."""

    word: str


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """The words so far."""

    id: str
    words: tuple[str, ...] = ()


def _evolve(row: Heard | None, event: Any, happening: Happening) -> Heard:
    return msgspec.structs.replace(row or Heard(id="all"), words=(*(row.words if row else ()), event.word))


HEARD: RowKind[Heard] = RowKind(name="heard", struct=Heard, table="heard", evolve=_evolve)


def _take(rows: Rows, c: Take, ctx: Context) -> Decision:
    if c.word.startswith("unwelcome"):
        raise Conflict("taker.unwelcome")
    if c.word.startswith("nothing"):
        return Decision()
    if c.word.startswith("bug"):
        raise ZeroDivisionError("a bug in a rule")
    return Decision((Emit(ThingTaken(word=c.word), (HEARD.key("all"),)),))


TAKE: Command[Take] = Command("taker.take", Take, lambda c, ctx: [Key("heard", "all")], _take, internal=True)


def taker(said: Any, **more: Any) -> Service:
    """A service that takes down what others say."""

    def command(received: Received[Any]) -> tuple[Command[Any], msgspec.Struct] | None:
        word = received.fact(said).word
        return None if word.startswith("pass") else (TAKE, Take(word=word))

    return Service(
        name="taker",
        version="0",
        package="tests.taker",
        texts=Catalogue({}),
        rows=(HEARD,),
        commands=(TAKE,),
        facts=(ThingTaken,),
        reactions=(Reaction("take_down", ("*",), ("thing.said.v1",), command),),
        **more,
    )


TABLE = (
    "create table heard (key text primary key, version int not null, schema int not null,"
    " status text not null default '', area text not null default '', unit text not null default '',"
    " due_at timestamptz, doc jsonb not null)"
)


@pytest.fixture
def start(hosts: Any, seats: Any, said: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Starts the taker in the seats' scope."""
    from shuniu.chassis import host as host_module
    from shuniu.chassis import migrate

    steps = migrate.steps_of
    monkeypatch.setattr(host_module, "steps_of", lambda package: [*steps("shuniu.testing"), ("heard", (TABLE,))])

    async def run(**more: Any) -> Any:
        return await hosts.start(taker(said), scope=seats.scope, **more)

    return run


async def taken(host: Any) -> list[str]:
    doc = await host.pool.fetchval("select doc from heard where key = 'all'")
    return list(msgspec.json.decode(doc)["words"]) if doc else []


async def until_taken(host: Any, *words: str, within: float = 10) -> None:
    async def right() -> bool:
        return await taken(host) == list(words)

    await until(right, within)


async def cursor(host: Any, source: str) -> Any:
    return await host.pool.fetchval("select position from cursor where consumer = 'take_down' and source = $1", source)


async def test_events_cause_commands_in_order_and_once(seats: Any, start: Any) -> None:
    teller = await seats.sit("teller")
    await teller.say("a", "pass 1", "b", "nothing here")
    host = await start()
    await until_taken(host, "a", "b")
    await teller.say("c", "pass 2", "d", "pass 3")
    await until_taken(host, "a", "b", "c", "d")

    async def at_head() -> bool:
        return bool(await cursor(host, teller.source) == 8)

    await until(at_head)
    # The event that caused it is written into what it caused.
    causes = [
        msgspec.json.decode(row["envelope"])["causationid"]
        for row in await host.pool.fetch("select envelope from event_log order by position")
    ]
    epoch = (await teller.head()).epoch
    assert causes == [f"{epoch}-1", f"{epoch}-3", f"{epoch}-5", f"{epoch}-7"]


async def test_a_cursor_set_back_repeats_nothing(seats: Any, start: Any, hosts: Any) -> None:
    teller = await seats.sit("teller")
    database = await hosts.database("taker")
    host = await start(database_url=database)
    await teller.say("a", "b")
    await until_taken(host, "a", "b")
    await host.stop()
    again = await start(database_url=database)
    await again.bus._feeds.effect("take_down").start_over(teller.source, (await teller.head())._replace(position=0))
    for feed in again.bus._feeds.feeds:
        feed.moved()
    await teller.say("c")
    await until_taken(again, "a", "b", "c")


async def test_refusals_and_faults_are_set_aside(seats: Any, start: Any) -> None:
    teller = await seats.sit("teller")
    host = await start()
    await teller.say("unwelcome 1", matter="A")
    await teller.say("a", matter="A")
    await teller.say("bug 1", matter="B")
    await teller.say("behind", matter="B")
    await teller.say("c", matter="C")
    await until_taken(host, "a", "c")
    rows = (await host.bus.parked())["take_down"]
    assert [(row.position, row.matter, row.reason.partition(":")[0]) for row in rows] == [
        (1, "", "refused"),
        (3, "B", "ZeroDivisionError"),
        (4, "B", "queues behind"),
    ]
    assert await host.bus.retry_parked("take_down") == (0, 3)
    # The fix: the event no longer causes the faulty command.
    effect = host.bus._feeds.effect("take_down")
    mended = effect.reaction.command

    def command(received: Received[Any]) -> Any:
        order = mended(received)
        return None if order is None or order[1].word.startswith(("bug", "unwelcome")) else order

    object.__setattr__(effect.reaction, "command", command)
    assert await host.bus.retry_parked("take_down") == (3, 0)
    await until_taken(host, "a", "c", "behind")


async def test_a_new_history_is_not_replayed_but_its_new_events_count(seats: Any, start: Any) -> None:
    dsn = await seats.database("teller")
    teller = await seats.sit("teller", dsn=dsn)
    host = await start()
    await teller.say("a", "b", "c", "d")
    await until_taken(host, "a", "b", "c", "d")
    await teller.bus.stop()
    await teller.pool.execute("delete from event_log where position > 2")
    await teller.pool.execute("update log_head set epoch = 'renewed', position = 2")
    await teller.pool.execute("update relay set position = 2")
    again = await seats.sit("teller", dsn=dsn)
    await again.say("e", "f")
    await until_taken(host, "a", "b", "c", "d", "e", "f")


async def test_a_service_hears_itself_too(hosts: Any, start: Any) -> None:
    from datetime import UTC, datetime

    host = await start(clock=ManualClock(datetime(2026, 11, 23, 2, 0, tzinfo=UTC)), bus=False)
    await until(lambda: any(f.source == host.source for f in host.bus.feeds))
    assert not host.bus.connected
