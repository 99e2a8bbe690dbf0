"""Announced heads: who is present, within what time."""

import time
from typing import Any

from shuniu.testing.waiting import until


async def test_present_soon_and_absent_after_three_misses(seats: Any) -> None:
    watcher = await seats.sit("watcher")
    changes: list[tuple[str, bool]] = []
    watcher.bus.heads.on_presence(lambda source, present: changes.append((source, present)))
    await until(lambda: watcher.bus.connected)
    began = time.perf_counter()
    guest = await seats.sit("guest")
    await until(lambda: watcher.bus.heads.present(guest.source), within=3)
    assert time.perf_counter() - began < 5
    head = watcher.bus.heads.get(guest.source)
    assert (head.service, head.scope, head.position, head.instance) == ("guest", guest.scope, 0, guest.instance)
    assert head.epoch == (await guest.head()).epoch
    began = time.perf_counter()
    await guest.bus.stop()
    await until(lambda: not watcher.bus.heads.present(guest.source), within=8)
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
    began = time.perf_counter()
    await guest.say("a", "b", "c")
    await until(lambda: watcher.bus.heads.get(guest.source).position == 3, within=1)
    assert time.perf_counter() - began < 5


async def test_presence_without_a_bus_is_only_ourselves(seats: Any) -> None:
    loner = await seats.sit("loner", nats_url="")
    await until(lambda: loner.bus.heads.present(loner.source), within=2)
    assert set(loner.bus.heads.all) == {loner.source}
