"""Feeds on a real bus: order, exactly once, gaps, renewed subscriptions, leases."""

import time
from typing import Any

from nats.js.api import StreamConfig
from shuniu.chassis.bus.subjects import STREAM, durable_name, event_filter
from shuniu.contracts.envelope import event_subject
from shuniu.testing.waiting import until


def position(seat: Any, source: str) -> int:
    return next((f.position for f in seat.bus.feeds if f.source == source), 0)


def at(seat: Any, source: str, wanted: int) -> Any:
    return lambda: position(seat, source) == wanted


async def live(seat: Any) -> None:
    """Wait until every feed of the seat hears live events."""
    await until(lambda: seat.bus.feeds and all(f.live for f in seat.bus.feeds))


async def test_events_arrive_in_order_and_quickly(seats: Any, project: Any) -> None:
    teller = await seats.sit("teller")
    listener = await seats.sit("listener", project("teller"))
    await teller.say("first")
    await listener.until_words(["first"])
    await live(listener)
    took = []
    for n in range(20):
        began = time.perf_counter()
        await teller.say(f"w{n}")
        await until(at(listener, teller.source, n + 2), every=0.001)
        took.append(time.perf_counter() - began)
    took.sort()
    print(f"commit to projection: median {took[10] * 1000:.1f} ms, worst {took[-1] * 1000:.1f} ms")
    assert took[10] < 1, "by the wake-up, not by the safety net's polling"
    assert await listener.words() == ["first", *(f"w{n}" for n in range(20))]
    status = listener.bus.feeds[0]
    assert (status.lag, status.live) == (0, True)


async def test_many_events_in_batches_exactly_once(seats: Any, project: Any) -> None:
    teller = await seats.sit("teller")
    listener = await seats.sit("listener", project("teller"))
    await live(listener)
    words = [f"w{n}" for n in range(2000)]
    for n in range(0, 2000, 50):
        await teller.say(*words[n : n + 50])
    await listener.until_words(words, within=20)
    assert await listener.cursor("seen", teller.source) == await teller.head()


async def test_duplicates_and_strays_are_dropped(seats: Any, project: Any) -> None:
    teller = await seats.sit("teller")
    listener = await seats.sit("listener", project("teller"))
    await teller.say("a", "b", "c")
    await listener.until_words(["a", "b", "c"])
    await live(listener)
    head = await teller.head()
    jetstream = teller.bus.provisioner.jetstream
    subject = event_subject(teller.scope, "teller", "thing.said.v1")
    # Outside the duplicate window, by somebody else's hand: the stream takes it, the feed must not.
    for n, word in enumerate("abc", 1):
        await jetstream.publish(subject, teller.envelope(head.epoch, n, word))
    await jetstream.publish(subject, b"no event at all")
    await jetstream.publish(subject, teller.envelope(head.epoch, 4, "forged").replace(b"/teller", b"/others"))
    await teller.say("d")
    await listener.until_words(["a", "b", "c", "d"])
    await until(lambda: sum(f.duplicates for f in listener.bus.feeds) >= 3)
    durable = durable_name(teller.scope, "listener", "seen", "teller")

    async def all_acknowledged() -> bool:
        return bool((await jetstream.consumer_info(STREAM, durable)).num_ack_pending == 0)

    await until(all_acknowledged)
    assert await listener.words() == ["a", "b", "c", "d"]


async def test_a_gap_is_filled_from_the_log(seats: Any, project: Any) -> None:
    teller = await seats.sit("teller")
    listener = await seats.sit("listener", project("teller"))
    await teller.say("a")
    await listener.until_words(["a"])
    await live(listener)
    # The relay believes 2 and 3 were published; the stream never saw them.
    await teller.say("lost", "lost too", tell=False)
    teller.bus.relay.position = 3
    await teller.say("d")
    await listener.until_words(["a", "lost", "lost too", "d"])
    assert sum(f.from_log for f in listener.bus.feeds) >= 2


async def test_a_lost_tail_is_told_by_the_announced_head(seats: Any, project: Any) -> None:
    teller = await seats.sit("teller")
    listener = await seats.sit("listener", project("teller"))
    await teller.say("a")
    await listener.until_words(["a"])
    await teller.say("tail", tell=False)
    teller.bus.relay.position = 2
    await listener.until_words(["a", "tail"])


async def test_a_deleted_consumer_is_renewed(seats: Any, project: Any) -> None:
    teller = await seats.sit("teller")
    listener = await seats.sit("listener", project("teller"))
    await teller.say("a")
    await listener.until_words(["a"])
    await live(listener)
    durable = durable_name(teller.scope, "listener", "seen", "teller")
    await teller.bus.provisioner.remove_consumer(durable)
    await teller.say("b")
    await listener.until_words(["a", "b"])
    await until(lambda: listener.bus.feeds[0].renewals >= 1, within=20)
    before = listener.bus.feeds[0].from_log
    later = [f"c{n}" for n in range(8)]
    for n, word in enumerate(later):
        await teller.say(word)
        await listener.until_words(["a", "b", *later[: n + 1]])
    # One that is on its way for long is read from the log; without a subscription every one would be.
    assert listener.bus.feeds[0].from_log - before < len(later), "the renewed subscription delivers live"


async def test_a_stream_with_other_limits_is_brought_up_to_date(seats: Any, own_nats: Any) -> None:
    seat = await seats.sit("teller", nats_url=own_nats.url)
    await until(lambda: seat.bus.provisioner.ready)
    jetstream = seat.bus.provisioner.jetstream
    await jetstream.update_stream(StreamConfig(name=STREAM, subjects=["shuniu.*.*.evt.>", "else.>"], max_age=60))
    seat.bus.provisioner.poke()

    async def repaired() -> bool:
        config = (await jetstream.stream_info(STREAM)).config
        return config.max_age == 30 * 86400 and config.duplicate_window >= 120 and "else.>" in config.subjects

    await until(repaired)


async def test_our_own_log_needs_no_bus(seats: Any, project: Any) -> None:
    loner = await seats.sit("loner", project("*"), nats_url="")
    await loner.say("a", "b")
    await loner.until_words(["a", "b"])
    await loner.say("c")
    await until(lambda: position(loner, loner.source) == 3, every=0.001)
    assert not loner.bus.connected


async def test_a_stranger_is_heard_while_running(seats: Any, project: Any) -> None:
    listener = await seats.sit("listener", project("*"))
    await listener.say("own")
    stranger = await seats.sit("stranger")
    await stranger.say("hello")
    await listener.until_words(["hello"], within=4, source=stranger.source)
    assert {f.source for f in listener.bus.feeds} == {listener.source, stranger.source}


async def test_a_restarted_consumer_goes_on_where_it_stood(seats: Any, project: Any) -> None:
    teller = await seats.sit("teller")
    dsn = await seats.database("listener")
    first = await seats.sit("listener", project("teller"), dsn=dsn)
    await teller.say("a", "b")
    await first.until_words(["a", "b"])
    await first.bus.stop()
    await teller.say("c", "d")
    second = await seats.sit("listener", project("teller"), dsn=dsn)
    await second.until_words(["a", "b", "c", "d"], within=4)


async def test_events_of_an_absent_source_come_from_the_stream(seats: Any, project: Any) -> None:
    teller = await seats.sit("teller")
    await teller.say("a", "b")
    await until(lambda: teller.bus.relay.position == 2)
    await teller.bus.stop()
    listener = await seats.sit("listener", project("teller"))
    await listener.until_words(["a", "b"])


async def test_one_of_two_processes_reads_and_the_other_takes_over(seats: Any, project: Any) -> None:
    teller = await seats.sit("teller")
    dsn = await seats.database("listener")
    one = await seats.sit("listener", project("*"), dsn=dsn)
    two = await seats.sit("listener", project("*"), dsn=dsn)
    words = [f"w{n}" for n in range(40)]
    for word in words[:20]:
        await teller.say(word)
    await one.until_words(words[:20], source=teller.source)
    holders = [seat for seat in (one, two) if seat.bus.leases.lease("feeds").held]
    assert len(holders) == 1
    holder, standby = holders[0], two if holders[0] is one else one
    assert not [f for f in standby.bus.feeds if f.live and f.source == teller.source]
    await holder.bus.stop()
    for word in words[20:]:
        await teller.say(word)
    await standby.until_words(words, within=8, source=teller.source)
    assert standby.bus.leases.lease("feeds").held
    # And a commit in one process wakes the relay and the feeds of the other.
    await holder.say("by the other process", tell=False)
    await standby.until_words(["by the other process"], within=4, source=standby.source)


async def test_a_lease_that_is_not_renewed_goes_to_the_other(seats: Any, project: Any) -> None:
    dsn = await seats.database("listener")
    one = await seats.sit("listener", project("*"), dsn=dsn, nats_url="")
    await until(lambda: one.bus.leases.lease("feeds").held)
    two = await seats.sit("listener", project("*"), dsn=dsn, nats_url="")
    # As if the first had died: nobody renews, the time runs out.
    assert one.bus.leases._task is not None
    one.bus.leases._task.cancel()
    await until(lambda: two.bus.leases.lease("feeds").held, within=8)
    # The first still thinks it holds the lease; the cursor's row lock keeps the effect single all the same.
    await two.say(*(f"w{n}" for n in range(50)))
    one.bus._feeds.own_head(*(await two.head()))
    await two.until_words([f"w{n}" for n in range(50)])


async def test_the_durable_of_each_source_has_its_filter(seats: Any, project: Any) -> None:
    teller = await seats.sit("teller")
    listener = await seats.sit("listener", project("teller"))
    await live(listener)
    info = await teller.bus.provisioner.consumer(durable_name(teller.scope, "listener", "seen", "teller"))
    assert info.config.filter_subject == event_filter(teller.scope, "teller")
    assert info.push_bound


async def test_what_waits_for_an_absent_source_is_held_once(seats: Any, project: Any) -> None:
    dsn = await seats.database("teller")
    teller = await seats.sit("teller", dsn=dsn)
    listener = await seats.sit("listener", project("teller"))
    await teller.say("a")
    await listener.until_words(["a"])
    await live(listener)
    head = await teller.head()
    await teller.bus.stop()
    await teller.say("lost", "held", tell=False)
    jetstream = listener.bus.provisioner.jetstream
    subject = event_subject(teller.scope, "teller", "thing.said.v1")
    for _ in range(3):
        await jetstream.publish(subject, teller.envelope(head.epoch, 3, "held"))
    (feed,) = listener.bus._feeds.feeds
    await until(lambda: feed.duplicates >= 2)
    assert (list(feed._held), len(feed._unacked), feed.status.position) == ([3], 1, 1)
    await seats.sit("teller", dsn=dsn)
    await listener.until_words(["a", "lost", "held"], within=8)
    await until(lambda: not feed._unacked)
