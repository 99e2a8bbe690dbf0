"""A published calendar year in a running service: each matter it concerns is computed anew, once (domain rules 0.4)."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from shuniu.chassis import calendars
from shuniu.chassis.calendars import local_calendar
from shuniu.chassis.context import Actor
from shuniu.chassis.host import Host
from shuniu.chassis.log import read_page
from shuniu.chassis.processor import Submission
from shuniu.chassis.service import Service
from shuniu.chassis.state import load_row
from shuniu.contracts.envelope import CloudEvent
from shuniu.testing.calendar_year import publish_year
from shuniu.testing.lostproperty import FIND, HAND_BACK, ITEM, Found, Hand, service
from shuniu.testing.servers import Hosts, ManualClock
from shuniu.testing.waiting import until

NEW_YEARS_EVE = datetime(2026, 12, 30, 2, tzinfo=UTC)  # 10:00 in Shanghai
AREA = "320199001001"
KEEPER = Actor(id="keeper-1", roles=frozenset({"keeper"}), areas=("320199001",))
PROVISIONAL = datetime(2027, 1, 5, 16, tzinfo=UTC)
REAL = datetime(2027, 1, 6, 16, tzinfo=UTC)
YEAR = {
    "version": "2027.1",
    "source": "test",
    "years": {"2027": {"off": {"元旦": ["2027-01-01", "2027-01-04"]}, "make_up": []}},
}


async def find(host: Host, key: str) -> str:
    body = Found(category="key", area=AREA)
    answer = await host.processor.submit(Submission(command=FIND, body=body, actor=KEEPER, key=key))
    assert answer.matter is not None
    return answer.matter.id


async def publish(host: Host, version: str = "2027.1", *days: str) -> None:
    await publish_year(host, *(days or ("2027-01-01", "2027-01-04")), version=version)


async def events(host: Host, name: str = "clock.recomputed.v1") -> list[CloudEvent]:
    page = await read_page(host.pool, 0, 100_000, 10**9)
    found = [msgspec.json.decode(raw, type=CloudEvent) for raw in page.events]
    return [e for e in found if e.type.endswith(name)]


async def provisional(host: Host) -> int:
    return int(await host.pool.fetchval("select count(*) from item where doc::text like '%\"provisional\": true%'"))


async def settled(host: Host, but: int = 0) -> bool:
    return await provisional(host) <= but


async def wait(host: Host) -> None:
    await until(lambda: settled(host), within=20)


async def test_every_provisional_matter_gets_one_command_and_the_real_date(hosts: Hosts) -> None:
    host = await hosts.start(service, clock=ManualClock(NEW_YEARS_EVE), bus=False)
    items = [await find(host, f"k{i}") for i in range(30)]
    await host.processor.submit(Submission(command=HAND_BACK, body=Hand(item=items[0]), actor=KEEPER, key="back"))
    row, _ = await load_row(host.pool, ITEM, items[1]) or (None, 0)
    assert row is not None
    assert (row.clocks[0].due_at, row.clocks[0].provisional) == (PROVISIONAL, True)

    await publish(host)
    await until(lambda: settled(host, but=1), within=20)  # the one that was handed back keeps what it was promised
    recomputed = await events(host)
    assert sorted(e.subject for e in recomputed) == sorted(items[1:])
    assert all(e.data.summary.matter is not None and not e.data.summary.matter.provisional for e in recomputed)
    assert {e.data.summary.matter.due_at for e in recomputed if e.data.summary.matter} == {REAL}
    assert {e.actor for e in recomputed} == {"calendar"}
    row, _ = await load_row(host.pool, ITEM, items[1]) or (None, 0)
    assert row is not None
    assert (row.clocks[0].due_at, row.clocks[0].generation) == (REAL, 2)
    timers = await host.pool.fetch("select distinct generation, due_at from timer where name = '/keep/due'")
    assert [(r["generation"], r["due_at"]) for r in timers] == [(2, REAL)]
    assert host.calendar.version == "cn-2026.1+2027.1"
    # What begins from now on is computed by it at once.
    row, _ = await load_row(host.pool, ITEM, await find(host, "new")) or (None, 0)
    assert row is not None
    assert not row.clocks[0].provisional
    assert await host.calendars.recompute(ITEM) == 0


async def test_the_timer_of_the_new_deadline_fires_and_the_old_one_does_not(hosts: Hosts) -> None:
    clock = ManualClock(NEW_YEARS_EVE)
    host = await hosts.start(service, clock=clock, bus=False)
    await find(host, "k")
    await publish(host)
    await wait(host)
    clock.set(PROVISIONAL)
    await host.timers.fire_due()
    assert await events(host, "clock.overdue.v1") == []
    clock.set(REAL)
    await host.timers.fire_due()
    (overdue,) = await events(host, "clock.overdue.v1")
    assert json.loads(bytes(overdue.data.fact))["generation"] == 2


async def test_a_process_that_dies_midway_goes_on_where_it_was(hosts: Hosts, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = ManualClock(NEW_YEARS_EVE)
    database = await hosts.database("lostproperty")
    first = await hosts.start(service, clock=clock, bus=False, database_url=database)
    items = [await find(first, f"k{i}") for i in range(60)]
    monkeypatch.setattr(calendars, "AT_ONCE", 5)
    submit, seen = first.processor.submit, 0

    async def dying(sub: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen > 20:
            await asyncio.Event().wait()  # it gets no further
        return await submit(sub)

    monkeypatch.setattr(first.processor, "submit", dying)
    await publish(first)
    await until(lambda: settled(first, but=40), within=20)
    await first.stop()
    assert len(await events_of(hosts, database)) == 20

    second, third = [await hosts.start(service, clock=clock, bus=False, database_url=database) for _ in range(2)]
    await wait(second)
    recomputed = await events(third)
    assert sorted(e.subject for e in recomputed) == sorted(items)
    keys = await third.pool.fetchval("select count(*) from command_key where key like 'calendar:%'")
    assert keys == 60


async def events_of(hosts: Hosts, database: str) -> list[str]:
    import asyncpg

    conn = await asyncpg.connect(database)
    try:
        return [r["key"] for r in await conn.fetch("select key from command_key where key like 'calendar:%'")]
    finally:
        await conn.close()


async def test_a_correction_moves_what_it_changes_and_a_clean_look_ends_it(
    hosts: Hosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendars, "SETTLED_S", 0.0)
    monkeypatch.setattr(calendars, "EVERY_S", 0.05)
    host = await hosts.start(service, clock=ManualClock(NEW_YEARS_EVE), bus=False)
    item = await find(host, "k")
    await publish(host)
    await wait(host)

    async def done(version: str) -> bool:
        found = await host.pool.fetchval("select version from calendar_computed where kind = 'item'")
        return bool(found == version)

    await until(lambda: done("cn-2026.1+2027.1"))
    await publish(host, "2027.2", "2027-01-01")
    await until(lambda: done("cn-2026.1+2027.2"))
    row, _ = await load_row(host.pool, ITEM, item) or (None, 0)
    assert row is not None
    assert (row.clocks[0].due_at, row.clocks[0].generation) == (PROVISIONAL, 3)
    assert len(await events(host)) == 2


async def test_a_table_under_rebuild_takes_no_year_away(hosts: Hosts) -> None:
    host = await hosts.start(service, clock=ManualClock(NEW_YEARS_EVE), bus=False)
    await publish(host)
    await until(lambda: 2027 in host.calendar.published)
    await host.pool.execute("delete from calendar_followed")
    await host.calendars.load()
    assert 2027 in host.calendar.published


async def test_a_service_alone_takes_years_from_a_file(hosts: Hosts, tmp_path: Path) -> None:
    database = await hosts.database("lostproperty")
    clock = ManualClock(NEW_YEARS_EVE)
    host = await hosts.start(service, clock=clock, bus=False, database_url=database)
    await find(host, "k")
    await host.stop()
    file = tmp_path / "calendar-2027.json"
    file.write_text(json.dumps(YEAR))
    again = await hosts.start(service, clock=clock, bus=False, database_url=database, calendar_file=tmp_path)
    assert again.calendar.version == "cn-2026.1+2027.1"
    await wait(again)
    assert len(await events(again)) == 1
    assert local_calendar(file).version == again.calendar.version
    file.write_text('{"version": "x"}')
    with pytest.raises(ValueError, match=r"calendar-2027\.json"):
        local_calendar(tmp_path)


def test_rows_with_clocks_need_the_fact() -> None:
    kinds = {f.name: getattr(service, f.name) for f in service.__dataclass_fields__.values()}
    kinds["facts"] = tuple(f for f in service.facts if f.__name__ != "ClockRecomputed")
    with pytest.raises(ValueError, match="ClockRecomputed"):
        Service(**kinds)
