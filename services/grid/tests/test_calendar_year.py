"""A new calendar year sets a grid event's limits right (domain rules 0.4): one command, and what hangs on them too."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shuniu.chassis.state import load_row
from shuniu.rules.calendar import local
from shuniu.testing.calendar_year import publish_year
from shuniu.testing.waiting import until
from shuniu_grid.events.face import GRID_EVENT
from shuniu_grid.events.state import GridEvent

LAST_AFTERNOON = datetime(2026, 12, 31, 9, 30, tzinfo=UTC)  # 17:30 in Shanghai
AFTER_A_LONG_NEW_YEAR = ("2027-01-01", "2027-01-04", "2027-01-05")


async def _row(desk: Any, event: str) -> GridEvent:
    found = await load_row(desk.host.pool, GRID_EVENT, event)
    assert found is not None
    return found[0]


async def test_a_provisional_limit_gets_its_real_day(desk: Any, clock: Any) -> None:
    clock.set(LAST_AFTERNOON)
    body = {"place": {"name": "双安巷12号"}, "area": desk.grid, "category": "E0102", "photos": [await desk.photo()]}
    event = (await desk.done("grid_worker", "report", body, areas=(desk.grid,), subject="w1"))["matter"]["id"]
    await desk.done("dispatcher", "dispatch", {"event": event, "unit": "cg", "note": ""})
    before = await _row(desk, event)
    (running,) = [c for c in before.clocks if c.state == "running"]
    assert running.provisional

    await publish_year(desk.host, *AFTER_A_LONG_NEW_YEAR)

    async def recomputed() -> bool:
        return not any(c.provisional for c in (await _row(desk, event)).clocks if c.state == "running")

    await until(recomputed)
    after = await _row(desk, event)
    (again,) = [c for c in after.clocks if c.state == "running"]
    assert (again.id, again.generation) == (running.id, running.generation + 1)
    assert again.due_at == running.due_at + timedelta(days=2)  # the 4th and 5th are off after all
    assert after.close_by == local(again.due_at - timedelta(seconds=1)).date()
    told = [e for e in await desk.events() if e.type.endswith("clock.recomputed.v1")]
    assert len(told) == 1
    matter = told[0].data.summary.matter
    assert matter is not None
    assert (matter.provisional, matter.due_at) == (False, again.due_at)
    # 应结案数 moves with the day it is counted on.
    moved = {m.on.isoformat(): m.value for m in told[0].data.summary.measures if m.name == "grid.to_close"}
    assert sum(moved.values()) == 0
    assert moved[after.close_by.isoformat()] == 1
