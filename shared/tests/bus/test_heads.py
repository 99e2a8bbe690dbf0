"""Announced heads: who is present, within what time."""

import time
from typing import Any

from shuniu.chassis.bus.heads import EVERY_S
from shuniu.testing.waiting import until


async def test_present_soon_and_absent_after_three_misses(seats: Any) -> None:
    watcher = await seats.sit("watcher")
    changes: list[tuple[str, bool]] = []
    watcher.bus.heads.on_presence(lambda source, present: changes.append((source, present)))
    await until(lambda: watcher.bus.connected)
    guest = await seats.sit("guest")
    await until(lambda: watcher.bus.heads.present(guest.source))
    head = watcher.bus.heads.get(guest.source)
    assert (head.service, head.scope, head.position, head.instance) == ("guest", guest.scope, 0, guest.instance)
    assert head.epoch == (await guest.head()).epoch
    began = time.perf_counter()
    await guest.bus.stop()
    await until(lambda: not watcher.bus.heads.present(guest.source), within=20)
    assert time.perf_counter() - began > 4, "not at the first miss"
    assert changes == [(watcher.source, True), (guest.source, True), (guest.source, False)] or changes == [
        (guest.source, True),
        (guest.source, False),
    ]
    assert watcher.bus.heads.get(guest.source) is not None, "the last head stays known"
    assert watcher.bus.heads.present(watcher.source)


async def test_a_commit_is_announced_soon(seats: Any) -> None:
    watcher = await seats.sit("watcher")
    guest = await seats.sit("guest")
    await until(lambda: watcher.bus.heads.present(guest.source))
    took = []
    for n in range(1, 10):
        began = time.perf_counter()
        await guest.say(f"w{n}")
        await until(lambda n=n: watcher.bus.heads.get(guest.source).position == n, every=0.005)
        took.append(time.perf_counter() - began)
    assert sorted(took)[4] < EVERY_S / 2, "by the commit itself: heads that are told anyway come every two seconds"


async def test_presence_without_a_bus_is_only_ourselves(seats: Any) -> None:
    loner = await seats.sit("loner", nats_url="")
    await until(lambda: loner.bus.heads.present(loner.source))
    assert set(loner.bus.heads.all) == {loner.source}
