"""A page that loses its stream under load and comes back shows exactly what a fresh page would show.

50 events a second for 10 s in the short form; ``SHUNIU_DRILL=full`` gives the whole 60 s.
"""

import asyncio
import os
from typing import Any

import pytest
from shuniu.testing.waiting import until

from .listening import Viewer
from .running import Running

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]

SECONDS = 60 if os.environ.get("SHUNIU_DRILL") == "full" else 10
PER_SECOND = 50
AREAS = ("320199001001001", "320199001001002", "320199001001003")
CATEGORIES = ("E0101", "E0102", "E0104", "E0201")


class Load:
    """People at work at a steady pace; every command here makes one or two events."""

    def __init__(self, town: Running) -> None:
        self.town = town
        self.stop = asyncio.Event()
        self.seconds = 0.0
        self._before = 0
        self.failed: list[BaseException] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def heads(self) -> int:
        """How many events the grid service has told."""
        return int(await self.town.host("grid").pool.fetchval("select position from log_head"))

    async def events(self) -> int:
        """How many of them since the load began."""
        return await self.heads() - self._before

    async def run(self) -> None:
        """Work until told to stop; a slow answer does not slow the next one down."""
        loop = asyncio.get_running_loop()
        self._before, began, n = await self.heads(), loop.time(), 0
        photo = await self.town.photo("grid", "worker-01", "rubbish")
        while not self.stop.is_set():
            # Reporting tells two events, dispatching and accepting one each: a round of three commands tells four.
            due = began + n * (4 / PER_SECOND)
            if (pause := due - loop.time()) > 0:
                await asyncio.sleep(pause)  # the pace of the load, not a wait for something to happen
            self._later(self._round(n, photo))
            n += 1
            self.seconds = loop.time() - began
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def goes_on(self, seconds: float) -> None:
        """Return once so much more of it has passed."""
        until_then = self.seconds + seconds
        await until(lambda: self.seconds > until_then or self.stop.is_set(), within=30 + 3 * seconds)

    def _later(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.failed.append(error)

    async def _round(self, n: int, photo: dict[str, Any]) -> None:
        answer = await self.town.do(
            "worker-01", "grid.report", place={"name": f"负荷 {n}"}, area=AREAS[n % 3], category=CATEGORIES[n % 4],
            source="GRID", photos=[photo],
        )  # fmt: skip
        event = answer["answer"]["event"]
        await self.town.do("dispatcher", "grid.dispatch", event=event, unit="cg")
        await self.town.do("duty-cg", "grid.accept", event=event)


async def test_cut_under_load_and_back(town: Running) -> None:
    load = Load(town)
    viewers = {login: Viewer(town.url, login, town.password(login)) for login in ("operator", "worker-01", "duty-cg")}
    cut = viewers["operator"]
    try:
        await asyncio.gather(*(viewer.open() for viewer in viewers.values()))
        began = {login: viewer.snapshots for login, viewer in viewers.items()}
        working = asyncio.create_task(load.run())
        await load.goes_on(1)
        # Lost in the middle of it, twice for a moment and once for all the rest.
        for pause in (0.3, 0.7):
            await cut.cut()
            await load.goes_on(pause)
            await cut.listen()
            await until(lambda: "matter" in cut.names, within=10)
        await cut.cut()
        missed_from, cut_at = cut.last_id, load.seconds
        await load.goes_on(SECONDS)
        load.stop.set()
        await working
        assert not load.failed, load.failed
        told = await load.events()
        assert told >= 0.8 * PER_SECOND * SECONDS, f"{told} events in {load.seconds:.1f} s are no load"
        await cut.listen()
        await asyncio.gather(*(_level(viewer) for viewer in viewers.values()))
        for login, viewer in viewers.items():
            fresh, _ = await viewer.all()
            assert viewer.matters == fresh, login
            # It resumed: nothing was thrown away and fetched anew.
            assert viewer.snapshots == began[login], login
        assert missed_from != cut.last_id
        # Every step was told, once, also to the one that was away.
        steps = {s for s in viewers["worker-01"].steps if "/grid " in s}
        assert steps <= cut.steps
        print(f"{told} events in {load.seconds:.1f} s, cut for {load.seconds - cut_at:.1f} s")
    finally:
        load.stop.set()
        await asyncio.gather(*(viewer.close() for viewer in viewers.values()))


async def _level(viewer: Viewer) -> None:
    """Return once the viewer has heard everything that the feed has now."""
    _, feed = await viewer.all()
    epoch, _, position = feed.rpartition("-")

    def there() -> bool:
        own, _, heard = viewer.last_id.rpartition("-")
        return own == epoch and int(heard) >= int(position)

    await until(there, within=60)


async def test_an_unknown_place_starts_anew(town: Running) -> None:
    """Whoever asks to go on from where nobody ever was is told to take a fresh snapshot, and is right afterwards."""
    async with Viewer(town.url, "operator", town.password("operator")) as viewer:
        before = viewer.snapshots
        await viewer.cut()
        viewer.last_id, viewer.matters = "0198cafe-999", {}
        await viewer.listen()
        await until(lambda: "reset" in viewer.names, within=10)
        assert viewer.snapshots == before + 1
        fresh, _ = await viewer.all()
        assert viewer.matters == fresh
