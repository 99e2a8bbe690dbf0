"""What the bus does when its server is killed, wiped, absent or refuses; and when a source's history changes."""

import asyncio
import secrets
import time
from typing import Any

import pytest
from shuniu.chassis.bus import ServiceAbsent
from shuniu.chassis.bus.bridge import TIMEOUT_S
from shuniu.chassis.bus.broker import _START_PATIENCE_S, Connection
from shuniu.chassis.bus.subjects import STREAM
from shuniu.testing.waiting import until

pytestmark = pytest.mark.fault


async def live(seat: Any) -> None:
    await until(lambda: seat.bus.feeds and all(f.live for f in seat.bus.feeds))


def caught_up(*seats: Any) -> Any:
    """Whether every stored cursor of every seat equals its source's head."""
    by_source = {seat.source: seat for seat in seats}

    async def condition() -> bool:
        for seat in seats:
            for status in seat.bus.feeds:
                if await seat.cursor(status.consumer, status.source) != await by_source[status.source].head():
                    return False
        return True

    return condition


async def test_a_wiped_bus_heals_without_a_command_or_a_restart(seats: Any, project: Any, own_nats: Any) -> None:
    url = own_nats.url
    teller = await seats.sit("teller", project("*", name="seen"), nats_url=url)
    listener = await seats.sit("listener", project("*", name="seen"), nats_url=url)
    for seat in (teller, listener):
        await seat.say(*(f"{seat.service.name}{n}" for n in range(30)))
    await until(lambda: all(len(seat.bus.feeds) == 2 for seat in (teller, listener)))
    await live(teller)
    await live(listener)
    await until(caught_up(teller, listener))
    await own_nats.stop()
    for seat in (teller, listener):
        await seat.say(*(f"{seat.service.name} alone {n}" for n in range(20)))
    await own_nats.wipe()
    await own_nats.start()
    began = time.perf_counter()
    await until(caught_up(teller, listener), within=30)
    healed = time.perf_counter() - began
    await until(lambda: all(f.live for seat in (teller, listener) for f in seat.bus.feeds), within=30)
    print(f"wiped store: cursors equal after {healed:.2f} s, live again after {time.perf_counter() - began:.2f} s")
    began = time.perf_counter()
    await teller.say("next")
    await until(caught_up(teller, listener))
    print(f"next event: {(time.perf_counter() - began) * 1000:.1f} ms")
    assert (await listener.words(teller.source))[-1] == "next"
    assert len(await listener.words()) == 101, "nothing lost, nothing twice"
    assert teller.bus.provisioner.created + listener.bus.provisioner.created >= 2


async def test_a_store_wiped_between_two_events_loses_neither(seats: Any, project: Any, own_nats: Any) -> None:
    teller = await seats.sit("teller", nats_url=own_nats.url)
    listener = await seats.sit("listener", project("teller"), nats_url=own_nats.url)
    await teller.say("before")
    await listener.until_words(["before"])
    await live(listener)
    # Deleted while running: nobody is disconnected, the stream and its consumers are simply gone.
    await teller.bus.provisioner.jetstream.delete_stream(STREAM)
    await teller.say("into the void")
    await listener.until_words(["before", "into the void"], within=30)
    await until(lambda: listener.bus.feeds[0].renewals >= 1, within=30)
    await live(listener)
    await teller.say("after")
    await listener.until_words(["before", "into the void", "after"])


async def test_a_killed_server_costs_the_relay_nothing(seats: Any, project: Any, own_nats: Any) -> None:
    teller = await seats.sit("teller", nats_url=own_nats.url)
    listener = await seats.sit("listener", project("teller"), nats_url=own_nats.url)
    await live(listener)
    words = [f"w{n}" for n in range(600)]

    async def talk() -> None:
        for n in range(0, 600, 10):
            await teller.say(*words[n : n + 10])
            await asyncio.sleep(0.01)

    talking = asyncio.create_task(talk())
    await until(lambda: teller.bus.relay.position > 100, every=0.001)
    await own_nats.kill()
    await asyncio.sleep(0.2)
    await own_nats.start()
    await talking
    await listener.until_words(words, within=30)
    await until(lambda: teller.bus.relay.position == 600, within=30)
    messages = (await teller.bus.provisioner.jetstream.stream_info(STREAM)).state.messages
    assert messages == 600, "each event is in the stream once"


async def test_a_service_starts_without_a_bus_and_joins_it(seats: Any, project: Any, own_nats: Any) -> None:
    await own_nats.stop()
    began = time.perf_counter()
    teller = await seats.sit("teller", project("*"), nats_url=own_nats.url)
    assert time.perf_counter() - began < _START_PATIENCE_S, "it does not wait for a bus"
    await teller.say("alone")
    await teller.until_words(["alone"])
    began = time.perf_counter()
    with pytest.raises(ServiceAbsent):
        await teller.bus.request(teller.scope, "gateway", "GET", "/health")
    assert time.perf_counter() - began < TIMEOUT_S, "not only when the time of a request is over"
    await own_nats.start()
    await until(lambda: teller.bus.connected)
    await until(lambda: teller.bus.relay.position == 1)


async def test_a_refused_reconnect_does_not_end_the_connection(own_nats: Any) -> None:
    connection = Connection(own_nats.url, "test")
    await connection.start()
    try:
        await until(lambda: connection.connected)
        config = (own_nats.folder / "nats.conf").read_text()
        await own_nats.stop()
        # The server comes back with another password, and later with the right one again.
        right = own_nats._password()
        own_nats._keys.put("nats", "other")
        await own_nats.start()
        await asyncio.sleep(1)
        assert not connection.connected
        await own_nats.stop()
        own_nats._keys.put("nats", right)
        await own_nats.start()
        assert (own_nats.folder / "nats.conf").read_text() == config
        await until(lambda: connection.connected, within=30)
    finally:
        await connection.stop()


async def restore(seat: Any, to: int) -> str:
    """Put a seat's log back to ``to``, as from a backup, under a new epoch."""
    epoch = secrets.token_hex(8)
    await seat.pool.execute("delete from event_log where position > $1", to)
    await seat.pool.execute("update log_head set epoch = $1, position = $2", epoch, to)
    await seat.pool.execute("update relay set position = least(position, $1)", to)
    return epoch


async def test_a_new_epoch_with_the_same_history_is_adopted(seats: Any, project: Any) -> None:
    dsn = await seats.database("teller")
    teller = await seats.sit("teller", dsn=dsn)
    listener = await seats.sit("listener", project("teller"))
    await teller.say("a", "b")
    await listener.until_words(["a", "b"])
    await teller.bus.stop()
    epoch = await restore(teller, 2)
    again = await seats.sit("teller", dsn=dsn)
    await again.say("c")
    await listener.until_words(["a", "b", "c"], within=8)
    assert await listener.cursor("seen", again.source) == (epoch, 3)


async def test_another_history_is_read_again_from_the_beginning(seats: Any, project: Any) -> None:
    dsn = await seats.database("teller")
    teller = await seats.sit("teller", dsn=dsn)
    other = await seats.sit("other")
    listener = await seats.sit("listener", project("teller", "other"))
    await other.say("x")
    await teller.say("a", "b", "lost 1", "lost 2")
    await until(lambda: len(listener.bus.feeds) == 2 and sum(f.position for f in listener.bus.feeds) == 5)
    await teller.bus.stop()
    await restore(teller, 2)
    again = await seats.sit("teller", dsn=dsn)
    await again.say("new 1")
    await listener.until_words(["a", "b", "new 1"], within=8, source=again.source)
    await listener.until_words(["x"], within=4, source=other.source)
    await again.say("new 2", "new 3")
    await listener.until_words(["a", "b", "new 1", "new 2", "new 3"], within=4, source=again.source)


async def test_a_shorter_log_under_a_new_epoch_is_noticed_without_an_event(seats: Any, project: Any) -> None:
    dsn = await seats.database("teller")
    teller = await seats.sit("teller", dsn=dsn)
    listener = await seats.sit("listener", project("teller"))
    await teller.say("a", "b", "c")
    await listener.until_words(["a", "b", "c"])
    await teller.bus.stop()
    await restore(teller, 1)
    await seats.sit("teller", dsn=dsn)
    await listener.until_words(["a"], within=8)
