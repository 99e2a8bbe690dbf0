"""The bus loses everything it had: nobody is restarted, nobody gives a command, and all cursors find their heads."""

import asyncio
import time
from collections.abc import Callable

import httpx
import pytest
from shuniu.testing.waiting import until

from .conftest import GRIDS, Drilled, Screen

pytestmark = [pytest.mark.fault, pytest.mark.asyncio(loop_scope="session")]

HEALED_WITHIN_S = 30.0
SEEN_WITHIN_S = 1.0
BEFORE, MEANWHILE = 20, 10


async def test_a_wiped_bus_heals_by_itself(drilled: Drilled, figure: Callable[[str, float, str], None]) -> None:
    worker = await drilled.person("worker-01")
    token = drilled.token(worker.account)
    assert drilled.suite.nats is not None
    assert drilled.suite.kept_nats is not None

    async def report(n: str, client: httpx.AsyncClient) -> str:
        body = {"place": {"name": f"巷口{n}"}, "area": GRIDS[0], "category": "E0102"}
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"wiped-{n}"}
        answer = await client.post("/commands/grid.report", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["matter"]["id"])

    operator = await drilled.person("operator")
    async with (
        Screen(operator) as screen,
        httpx.AsyncClient(base_url=drilled.own_port("grid"), timeout=15, trust_env=False) as client,
    ):
        for n in range(BEFORE):
            await report(f"before-{n}", client)
        await drilled.caught_up(within=15)
        pids = drilled.pids()
        async with drilled.suite.kept_nats.paused():
            await drilled.suite.nats.wipe()
            assert not drilled.suite.nats.store.exists()
            # What happens meanwhile is accepted, and has no bus to travel on.
            unheard = [await report(f"meanwhile-{n}", client) for n in range(MEANWHILE)]
            heads, _ = await drilled.places()
            assert await drilled.behind()
            await drilled.suite.nats.start()
            began = time.monotonic()
            await drilled.caught_up(within=HEALED_WITHIN_S)
            healed = time.monotonic() - began
        assert (await drilled.places())[0] == heads, "somebody gave a command"
        assert drilled.pids() == pids, "somebody was restarted"
        await until(lambda: all(matter in screen.seen for matter in unheard), within=SEEN_WITHIN_S)

        loop = asyncio.get_running_loop()
        began = loop.time()
        next_one = await report("next", client)
        await until(lambda: any(matter == next_one for matter, _ in screen.came), within=SEEN_WITHIN_S, every=0.005)
        seen = min(at for (matter, _), at in screen.came.items() if matter == next_one) - began
    figure("bus wiped, every cursor at its head after", healed, "s")
    figure("first event after a wipe, command to screen", seen, "s")
    assert seen <= SEEN_WITHIN_S
    assert screen.cuts == 0, "the stream to the screen does not go over the bus"
