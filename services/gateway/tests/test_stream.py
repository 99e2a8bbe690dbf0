"""The stream on real servers: what a page keeps up from it equals a fresh snapshot, also after a cut."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
from shuniu.chassis.context import Actor
from shuniu.testing.waiting import until
from shuniu_gateway import stream as stream_module
from shuniu_gateway.sessions import SessionTable, real_now

from .conftest import Browser, Street

pytestmark = pytest.mark.asyncio


class Screen:
    """What a page keeps from snapshot and stream, the way every page does it."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.matters: dict[str, dict[str, Any]] = {}
        self.steps: dict[str, dict[str, Any]] = {}
        self.services: dict[str, str] = {}
        self.events: list[str] = []
        self.last_id = ""
        self.build = ""
        self.snapshots = 0
        self._task: asyncio.Task[None] | None = None

    async def snapshot(self) -> None:
        """Fetch everything anew."""
        self.snapshots += 1
        page = await self.browser.get("/matters", limit=500)
        self.matters = {m["id"]: m for m in page["items"]}
        self.last_id = page["feed"]

    async def _frames(self) -> AsyncIterator[tuple[str, str, Any]]:
        headers = {"Last-Event-ID": self.last_id} if self.last_id else {}
        timeout = httpx.Timeout(5, read=20)
        async with self.browser.client.stream("GET", "/api/v1/stream", headers=headers, timeout=timeout) as response:
            assert response.status_code == 200
            name = feed = ""
            async for line in response.aiter_lines():
                if line.startswith("id: "):
                    feed = line[4:]
                elif line.startswith("event: "):
                    name = line[7:]
                elif line.startswith("data: "):
                    yield name, feed, msgspec.json.decode(line[6:])
                    name = feed = ""

    async def _run(self) -> None:
        async for name, feed, data in self._frames():
            self.events.append(name)
            self.last_id = feed or self.last_id
            if name == "matter":
                known = self.matters.get(data["id"])
                if known is None or known["version"] < data["version"]:
                    self.matters[data["id"]] = data
            elif name == "gone":
                self.matters.pop(data["id"], None)
            elif name == "step":
                self.steps[data["id"]] = data
            elif name == "service":
                self.services[data["service"]] = data["state"]
            elif name == "clock":
                self.build = data["build"]
            elif name == "reset":
                await self.snapshot()

    async def connect(self) -> None:
        """Open the stream and wait for its first words."""
        self.events.clear()
        self._task = asyncio.create_task(self._run())
        await until(lambda: "clock" in self.events)

    async def cut(self) -> None:
        """Lose the connection."""
        assert self._task is not None
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError, httpx.HTTPError):
            await self._task

    @property
    def ended(self) -> bool:
        """Whether the server has ended the stream."""
        return self._task is not None and self._task.done()

    async def equals_a_fresh_snapshot(self) -> bool:
        """Whether what it shows is what the gateway would show now."""
        fresh = await self.browser.get("/matters", limit=500)
        return self.matters == {m["id"]: m for m in fresh["items"]}


@contextlib.asynccontextmanager
async def showing(street: Street, login: str) -> AsyncIterator[Screen]:
    """A page that is open."""
    screen = Screen(await street.browser(login))
    await screen.snapshot()
    await screen.connect()
    try:
        yield screen
    finally:
        if not screen.ended:
            await screen.cut()


async def busy(street: Street, keeper: Browser, per_second: int, done: asyncio.Event) -> int:
    """Commands at a steady rate until told to stop: items come in, every other one goes back. How many there were."""
    open_items: list[str] = []
    loop = asyncio.get_running_loop()
    began = loop.time()
    for n in itertools.count():
        if done.is_set():
            return n
        if n % 2 and open_items:
            await keeper.do("lostproperty", "lostproperty.hand_back", {"item": open_items.pop()})
        else:
            open_items.append((await street.find(keeper))["matter"]["id"])
        await asyncio.sleep(max(0.0, began + (n + 1) / per_second - loop.time()))
    return 0


async def test_after_a_cut_the_screen_equals_a_fresh_snapshot(street: Street):
    keeper = await street.browser("keeper")
    done = asyncio.Event()
    async with showing(street, "operator") as screen:
        writing = asyncio.create_task(busy(street, keeper, 50, done))
        await until(lambda: len(screen.matters) > 10)
        await screen.cut()
        seen = len(screen.steps)
        await asyncio.sleep(4)  # the length of the cut is what is tested
        await screen.connect()
        await until(lambda: len(screen.steps) > seen + 20)
        done.set()
        commands = await writing
        await until(screen.equals_a_fresh_snapshot)
        await until(lambda: len(screen.steps) == commands)
        assert screen.snapshots == 1, "it went on from where it was, without starting anew"


async def test_who_resumes_from_the_table_never_stands_farther_on_than_the_hub(street: Street):
    keeper = await street.browser("keeper")
    hub = street.gateway.extras["hub"]
    await street.find(keeper)
    await until(lambda: hub.head >= 2)
    assert not hub.viewers, "so it keeps nothing in memory"
    async with hub._following:  # it has not read on yet, while more is written and somebody comes back
        head = hub.head
        await street.find(keeper)

        async def written() -> bool:
            return bool(await hub.current() != hub.feed_id)

        await until(written)
        told = await hub.behind(hub.epoch, head - 1, Actor("r", areas=(street.scope,)))
    assert told is not None and told[1] == head
    await until(lambda: hub.head > head)
    assert await hub.behind(hub.epoch, head, Actor("r", areas=(street.scope,))) is not None


async def test_an_unknown_or_too_old_place_in_the_feed_starts_anew(street: Street):
    keeper = await street.browser("keeper")
    await street.find(keeper)
    async with showing(street, "operator") as screen:
        await screen.cut()
        screen.last_id = "another-17"
        await screen.connect()
        await until(lambda: screen.snapshots == 2)
        await until(screen.equals_a_fresh_snapshot)
        await screen.cut()
        hub = street.gateway.extras["hub"]
        await until(lambda: not hub.viewers)  # with nobody there it keeps nothing in memory
        kept = screen.last_id
        for _ in range(3):
            await street.find(keeper)
        await until(lambda: hub.head >= int(kept.rpartition("-")[2]) + 6)
        await street.gateway.pool.execute("delete from feed where position <= $1", hub.head - 1)
        screen.last_id = kept
        await screen.connect()
        await until(lambda: screen.snapshots == 3)
        await until(screen.equals_a_fresh_snapshot)


async def test_a_rebuilt_view_tells_every_screen_to_start_anew(street: Street):
    keeper = await street.browser("keeper")
    await street.find(keeper)
    async with showing(street, "operator") as screen:
        await until(lambda: len(screen.matters) == 1)
        epoch = screen.last_id.rpartition("-")[0]
        await street.gateway.bus.rebuild("view")
        await until(lambda: screen.snapshots == 2)
        await until(screen.equals_a_fresh_snapshot)
        await until(lambda: len(screen.matters) == 1)
        assert screen.last_id.rpartition("-")[0] != epoch


async def test_a_viewer_sees_only_its_own_area_and_hears_the_step_of_a_click(street: Street):
    admin = await street.browser("admin")
    await street.open_account(admin, "east", ["keeper"], areas=[f"{street.scope}001"])
    keeper = await street.browser("keeper")
    async with showing(street, "east") as east, showing(street, "operator") as all_of_it:
        await street.find(keeper, area=f"{street.scope}002")
        await street.find(keeper)
        await until(lambda: east.matters)
        await until(lambda: len(all_of_it.matters) == 2)
        assert len(east.matters) == 1
        assert {step["area"] for step in east.steps.values()} == {f"{street.scope}001"}


async def test_a_service_that_comes_and_goes_is_told(street: Street):
    async with showing(street, "operator") as screen:
        assert screen.services == {"gateway": "present", "lostproperty": "present"}
        await street.service.stop()
        await until(lambda: screen.services["lostproperty"] == "absent", 30)


async def test_signing_out_ends_the_stream_at_once(street: Street):
    async with showing(street, "operator") as screen, showing(street, "keeper") as other:
        await screen.browser.send("DELETE", "/session")
        await until(lambda: screen.ended, stream_module.TICK_S * 0.8)  # not only when it looks by itself
        assert not other.ended


async def test_the_stream_ticks_and_ends_with_the_session(street: Street, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stream_module, "TICK_S", 0.2)
    monkeypatch.setattr(stream_module, "build_of_page", lambda: "0123abcd4567")
    async with showing(street, "keeper") as screen:
        assert screen.build == "0123abcd4567", "of the page that is served, for those that were opened before"
        await until(lambda: screen.events.count("tick") >= 3)
        await SessionTable.update({SessionTable.opened_at: real_now() - timedelta(hours=13)}, force=True)
        await until(lambda: screen.ended)


async def test_nobody_streams_without_signing_in(street: Street):
    browser = await street.browser()
    response = await browser.client.get("/api/v1/stream")
    assert (response.status_code, response.json()["rule"]) == (401, "access.unauthenticated")
