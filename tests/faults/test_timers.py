"""Timers under fire: killed between firing and commit 50 times, with two processes running, and still exactly once."""

import asyncio
import os
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from shuniu.chassis.clock import set_clock
from shuniu.chassis.context import Actor
from shuniu.chassis.log import read_page
from shuniu.chassis.processor import Submission
from shuniu.contracts.clock import ClockOverdue
from shuniu.contracts.envelope import CloudEvent
from shuniu.testing.lostproperty import FIND, Found, service
from shuniu.testing.servers import Hosts, ManualClock

pytestmark = pytest.mark.fault

MONDAY = datetime(2026, 11, 2, 1, tzinfo=UTC)
DEATHS = 50
PROGRAM = Path(__file__).with_name("dying_process.py")


async def test_killed_between_firing_and_commit_there_is_exactly_one_overdue(hosts: Hosts, tmp_path: Path) -> None:
    clock_file = tmp_path / "clock.json"
    database = await hosts.database("lostproperty")
    seeding = await hosts.start(service, clock=ManualClock(MONDAY), bus=False, database_url=database)
    keeper = Actor(id="keeper", roles=frozenset({"keeper"}), areas=(hosts.scope,))
    for i in range(20):
        body = Found(category="key", area=f"{hosts.scope}001")
        await seeding.processor.submit(Submission(command=FIND, body=body, actor=keeper, key=f"k{i}"))
    await seeding.timers.stop()
    set_clock(clock_file, MONDAY + timedelta(days=10), 1.0)
    deployment = await hosts.deployment("lostproperty", bus=False, database_url=database, clock_file=clock_file)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(PROGRAM),
        str(DEATHS),
        env={**os.environ, **deployment.environment()},
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(240):
        output, _ = await process.communicate()
    assert output.decode().split("\n") == ["death -9"] * DEATHS + ["done", ""]

    page = await read_page(seeding.pool, 0, 10_000, 10**9)
    events = [msgspec.json.decode(raw, type=CloudEvent) for raw in page.events]
    assert [e.position for e in events] == list(range(1, len(events) + 1))
    overdue = [msgspec.json.decode(e.data.fact, type=ClockOverdue) for e in events if "clock.overdue" in e.type]
    said = Counter((o.matter, o.part, o.clock, o.generation) for o in overdue)
    assert len(said) == 20
    assert set(said.values()) == {1}
