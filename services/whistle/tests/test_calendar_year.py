"""A new calendar year sets a whistle's limits right (domain rules 0.4, 1.1): one command for the whole whistle."""

from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace
from shuniu.chassis.rows import Happening
from shuniu.chassis.state import load_row
from shuniu.contracts.clock import ClockRecomputed
from shuniu.testing.calendar_year import publish_year
from shuniu.testing.waiting import until
from shuniu_whistle.whistles.evolve import evolve
from shuniu_whistle.whistles.state import Whistle
from shuniu_whistle.whistles.whistle import WHISTLE

from .test_service import clock, desk  # noqa: F401 - fixtures

NEW_YEARS_EVE = datetime(2026, 12, 30, 2, tzinfo=UTC)


async def _row(desk: Any) -> Whistle:  # noqa: F811
    found = await load_row(desk.host.pool, WHISTLE, desk.whistle)
    assert found is not None
    return found[0]


async def test_every_clock_of_a_whistle_gets_its_real_day_in_one_command(desk: Any, clock: Any) -> None:  # noqa: F811
    clock.set(NEW_YEARS_EVE)
    await desk.blown(inform=[], co=["jj"])
    before = {(c.part, c.id): c for c in (await _row(desk)).clocks}
    provisional = {k for k, c in before.items() if c.provisional}
    assert {name for _, name in provisional} >= {"report"}  # 3 wd after 12-30, for each unit
    assert len(provisional) >= 2

    await publish_year(desk.host, "2027-01-01", "2027-01-04")

    async def recomputed() -> bool:
        return not any(c.provisional for c in (await _row(desk)).clocks)

    await until(recomputed)
    told = [e for e in await desk.events() if e.type.endswith("clock.recomputed.v1")]
    assert len({e.causationid for e in told}) == 1
    assert len(told) == len(provisional)
    now = await _row(desk)
    for c in now.clocks:
        was = before[c.part, c.id]
        moved = (c.part, c.id) in provisional
        assert c.generation == was.generation + moved
        assert (c.due_at > was.due_at) == moved
        if c.id == "report":
            assert c.due_at == datetime(2027, 1, 6, 16, tzinfo=UTC)
    last = told[-1].data.summary.matter
    assert last is not None
    assert not last.provisional

    # Called late before the year was known, and not late by it: the mark is taken back.
    late = tuple(replace(c, late=c.id == "report") for c in now.clocks)
    row = replace(now, clocks=late, late_marks=2)
    report = next(c for c in late if c.id == "report")
    fact = ClockRecomputed(
        matter=row.id,
        part=report.part,
        clock="report",
        generation=report.generation + 1,
        due_at=report.due_at,
        soon_at=report.soon_at,
        calendar_version="x",
        provisional=False,
    )
    after = evolve(row, fact, Happening(NEW_YEARS_EVE, "calendar", 1))
    assert after is not None
    assert after.late_marks == 1
