"""The command processor on a real PostgreSQL: batches, idempotency, refusals, due transitions, lost connections."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from shuniu.chassis.context import Actor, Context
from shuniu.chassis.counter import counter_key
from shuniu.chassis.decision import Answer, Decision, Emit, Private
from shuniu.chassis.host import Host
from shuniu.chassis.log import read_page
from shuniu.chassis.processor import Submission
from shuniu.chassis.rows import Rows
from shuniu.chassis.service import Command, Service
from shuniu.chassis.state import decode_row, load_row
from shuniu.contracts.envelope import CloudEvent
from shuniu.rules.refusal import Conflict, Forbidden, Refusal
from shuniu.testing.lostproperty import FIND, HAND_BACK, ITEM, Found, Hand, ItemHandedBack, service
from shuniu.testing.servers import Hosts, ManualClock

MONDAY = datetime(2026, 11, 2, 1, tzinfo=UTC)  # 09:00 in Shanghai
AREA = "320199001001"
KEEPER = Actor(id="keeper-1", roles=frozenset({"keeper"}), areas=("320199001",))


def find(key: str, actor: Actor = KEEPER, area: str = AREA, **more: Any) -> Submission:
    body = Found(category="key", area=area, finder_name="张三丰")
    return Submission(command=FIND, body=body, actor=actor, key=key, request_hash=b"find", **more)


def hand_back(item: str, key: str) -> Submission:
    return Submission(command=HAND_BACK, body=Hand(item=item), actor=KEEPER, key=key, request_hash=item.encode())


async def log_of(host: Host) -> list[CloudEvent]:
    page = await read_page(host.pool, 0, 100_000, 10**9)
    return [msgspec.json.decode(raw, type=CloudEvent) for raw in page.events]


def matter_of(answer: Answer) -> str:
    assert answer.matter is not None
    return answer.matter.id


@pytest.fixture
async def host(hosts: Hosts) -> Host:
    return await hosts.start(service, clock=ManualClock(MONDAY), bus=False)


async def test_concurrent_commands_get_gapless_positions_and_numbers(host: Host) -> None:
    answers = await asyncio.gather(*(host.processor.submit(find(f"k{i}")) for i in range(300)))
    assert sorted(a.position for a in answers) == list(range(1, 301))
    assert len({a.matter.number for a in answers if a.matter}) == 300
    events = await log_of(host)
    assert [e.position for e in events] == list(range(1, 301))
    assert host.processor.batches < 300


async def test_same_key_gets_the_first_answer_and_happens_once(host: Host) -> None:
    first = await host.processor.submit(find("k"))
    again = await asyncio.gather(*(host.processor.submit(find("k")) for _ in range(20)))
    assert all(a == first for a in again)
    assert len(await log_of(host)) == 1


async def test_same_key_twice_in_one_batch_happens_once(host: Host) -> None:
    answers = await asyncio.gather(*(host.processor.submit(find("k")) for _ in range(20)))
    assert len(set(map(str, answers))) == 1
    assert len(await log_of(host)) == 1


async def test_same_key_with_another_request_is_refused(host: Host) -> None:
    await host.processor.submit(find("k"))
    with pytest.raises(Refusal) as refused:
        await host.processor.submit(replace(find("k"), request_hash=b"another"))
    assert (refused.value.status, refused.value.rule) == (422, "command.key_reused")


async def test_a_refused_command_leaves_no_trace_but_its_audit(host: Host) -> None:
    item = matter_of(await host.processor.submit(find("k")))
    await host.processor.submit(hand_back(item, "h1"))
    before = await log_of(host)
    with pytest.raises(Conflict) as refused:
        await host.processor.submit(hand_back(item, "h2"))
    assert (refused.value.rule, refused.value.state) == ("lostproperty.gone", "BACK")
    assert await log_of(host) == before
    assert await host.pool.fetchval("select count(*) from command_key where key = 'h2'") == 0


async def test_wrong_role_and_wrong_area_are_forbidden(host: Host) -> None:
    with pytest.raises(Forbidden, match=r"access\.role"):
        await host.processor.submit(find("a", Actor(id="x", areas=("320199001",))))
    with pytest.raises(Forbidden, match=r"access\.area"):
        await host.processor.submit(find("b", area="320106013001"))
    assert await log_of(host) == []


async def test_command_k_sees_the_rows_as_the_one_before_left_them(host: Host) -> None:
    item = matter_of(await host.processor.submit(find("k")))
    outcomes = await asyncio.gather(
        *(host.processor.submit(hand_back(item, f"h{i}")) for i in range(10)), return_exceptions=True
    )
    assert sum(isinstance(o, Answer) for o in outcomes) == 1
    assert sum(isinstance(o, Conflict) for o in outcomes) == 9


async def test_due_transitions_come_before_the_command_and_only_with_an_accepted_one(host: Host) -> None:
    clock = host.clock
    assert isinstance(clock, ManualClock)
    await host.timers.stop()
    item = matter_of(await host.processor.submit(find("k")))
    clock.advance(timedelta(days=10))
    with pytest.raises(Forbidden):
        await host.processor.submit(
            replace(hand_back(item, "no"), actor=Actor(id="y", roles=frozenset({"keeper"}), areas=("320106",)))
        )
    assert [e.type for e in await log_of(host)] == ["shuniu.lostproperty.item.found.v1"]
    await host.processor.submit(hand_back(item, "yes"))
    assert [e.type.removeprefix("shuniu.lostproperty.") for e in await log_of(host)] == [
        "item.found.v1",
        "clock.overdue.v1",
        "item.handed_back.v1",
    ]
    assert await host.pool.fetchval("select count(*) from timer") == 0


async def test_a_timer_fires_once_however_many_look(hosts: Hosts) -> None:
    clock = ManualClock(MONDAY)
    database = await hosts.database("lostproperty")
    one = await hosts.start(service, clock=clock, bus=False, database_url=database)
    two = await hosts.start(service, clock=clock, bus=False, database_url=database)
    await asyncio.gather(*((one, two)[i % 2].processor.submit(find(f"k{i}")) for i in range(40)))
    clock.advance(timedelta(days=10))
    async with asyncio.timeout(20):
        while await one.pool.fetchval("select count(*) from timer"):
            await asyncio.gather(one.timers.fire_due(), two.timers.fire_due())
    overdue = [e.subject for e in await log_of(one) if e.type.endswith("clock.overdue.v1")]
    assert len(overdue) == len(set(overdue)) == 40


async def test_two_processes_share_one_gapless_log(hosts: Hosts) -> None:
    database = await hosts.database("lostproperty")
    clock = ManualClock(MONDAY)
    pair = [await hosts.start(service, clock=clock, bus=False, database_url=database) for _ in range(2)]
    answers = await asyncio.gather(*(pair[i % 2].processor.submit(find(f"k{i}")) for i in range(200)))
    assert sorted(a.position for a in answers) == list(range(1, 201))
    assert len({a.matter.number for a in answers if a.matter}) == 200


async def test_a_faulty_rule_is_its_callers_fault_alone(hosts: Hosts) -> None:
    def broken(rows: Rows, c: Found, ctx: Context) -> Decision:
        raise ZeroDivisionError

    faulty = Command("lostproperty.broken", Found, lambda c, ctx: [], broken, roles=("keeper",))
    host = await hosts.start(_with(faulty), clock=ManualClock(MONDAY), bus=False)
    outcomes = await asyncio.gather(
        host.processor.submit(find("a")),
        host.processor.submit(replace(find("b"), command=faulty)),
        host.processor.submit(find("c")),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], ZeroDivisionError)
    assert [o.position for o in (outcomes[0], outcomes[2]) if isinstance(o, Answer)] == [1, 2]


async def test_a_retry_is_not_prepared_again(hosts: Hosts) -> None:
    prepared: list[str] = []

    async def prepare(body: Found, host: Host) -> None:
        prepared.append(body.category)
        if len(prepared) > 1:
            raise Conflict("lostproperty.gone")

    command = replace(FIND, name="lostproperty.prepared", prepare=prepare)
    host = await hosts.start(_with(command), clock=ManualClock(MONDAY), bus=False)
    first = await host.processor.submit(replace(find("same"), command=command))
    again = await host.processor.submit(replace(find("same"), command=command))
    assert again == first
    assert len(prepared) == 1

    # Another process has not seen the key before; what it meets on preparing does not keep the answer back.
    other = await hosts.start(
        _with(command), clock=ManualClock(MONDAY), bus=False, database_url=host.deployment.database_url
    )
    assert await other.processor.submit(replace(find("same"), command=command)) == first
    with pytest.raises(Refusal) as reused:
        await other.processor.submit(replace(find("same"), command=command, request_hash=b"another"))
    assert reused.value.rule == "command.key_reused"
    with pytest.raises(Conflict):
        await other.processor.submit(replace(find("new"), command=command))
    assert len(await log_of(host)) == 1


async def test_what_cannot_be_written_fails_singly(hosts: Hosts) -> None:
    def unwritable(rows: Rows, c: Found, ctx: Context) -> Decision:
        # PostgreSQL's text cannot hold U+0000: the flush of this command fails, whatever batch it is in.
        return Decision((Emit(ItemHandedBack(item="\0"), (ITEM.key("\0"),)),))

    command = Command("lostproperty.unwritable", Found, lambda c, ctx: [], unwritable, roles=("keeper",))
    host = await hosts.start(_with(command), clock=ManualClock(MONDAY), bus=False)
    outcomes = await asyncio.gather(
        host.processor.submit(find("a")),
        host.processor.submit(replace(find("b"), command=command)),
        host.processor.submit(find("c")),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], Exception)
    assert sorted(o.position for o in (outcomes[0], outcomes[2]) if isinstance(o, Answer)) == [1, 2]


async def test_connections_killed_at_random_lose_and_double_nothing(host: Host) -> None:
    async def killer() -> None:
        for _ in range(15):
            await host.pool.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
            await asyncio.sleep(0.02)

    async def client(n: int) -> int:
        for i in range(15):
            await host.processor.submit(find(f"c{n}-{i}"))
        return 15

    killing = asyncio.create_task(killer())
    done = await asyncio.gather(*(client(n) for n in range(8)))
    await asyncio.gather(killing, return_exceptions=True)
    events = await log_of(host)
    assert [e.position for e in events] == list(range(1, sum(done) + 1))
    assert len({e.causationid for e in events}) == sum(done)


async def test_personal_fields_are_in_no_event_and_sealed_at_rest(host: Host) -> None:
    await host.processor.submit(find("k"))
    record = await host.pool.fetchrow("select sealed, matter from person_data")
    assert "张三丰".encode() not in record["sealed"]
    page = await read_page(host.pool, 0)
    assert all("张三丰" not in bytes(raw).decode() for raw in page.events)
    assert all("张三丰" not in str(r["detail"]) for r in await host.pool.fetch("select * from audit"))


async def test_a_cached_row_is_dropped_when_another_process_moved_the_head(hosts: Hosts) -> None:
    database = await hosts.database("lostproperty")
    clock = ManualClock(MONDAY)
    one, two = [await hosts.start(service, clock=clock, bus=False, database_url=database) for _ in range(2)]
    item = matter_of(await one.processor.submit(find("k")))
    await two.processor.submit(hand_back(item, "h"))
    with pytest.raises(Conflict):
        await one.processor.submit(hand_back(item, "h2"))


async def test_time_never_runs_backward_in_the_log(host: Host) -> None:
    clock = host.clock
    assert isinstance(clock, ManualClock)
    await host.processor.submit(find("a"))
    clock.advance(timedelta(days=-1))
    await host.processor.submit(find("b"))
    times = [e.time for e in await log_of(host)]
    assert times == sorted(times)


async def test_the_counter_starts_anew_each_business_day(host: Host) -> None:
    clock = host.clock
    assert isinstance(clock, ManualClock)
    first = await host.processor.submit(find("a"))
    clock.advance(timedelta(days=1))
    second = await host.processor.submit(find("b"))
    assert first.matter and second.matter
    assert (first.matter.number, second.matter.number) == ("LP261102-0001", "LP261103-0001")
    assert counter_key("LP", MONDAY) != counter_key("LP", MONDAY + timedelta(days=1))


async def test_old_documents_are_brought_up_to_date(host: Host) -> None:
    item = matter_of(await host.processor.submit(find("k")))
    await host.pool.execute("update item set doc = doc - 'category' || '{\"sort\": \"key\"}'::jsonb")

    def rename(doc: dict[str, Any]) -> dict[str, Any]:
        return {**doc, "category": doc.pop("sort")}

    newer = replace(ITEM, schema=2, upcasters={1: rename})
    async with host.pool.acquire() as conn:
        found = await load_row(conn, newer, item)
    assert found is not None
    assert (found[0].category, found[1]) == ("key", 1)
    with pytest.raises(ValueError, match="schema 3"):
        decode_row(newer, 3, "{}")


def _with(*commands: Command[Any]) -> Service:
    return replace(service, commands=(*service.commands, *commands))


def forgetting(ref: str, *, seal: bool = False) -> Command[Hand]:
    """A command that hands an item back and destroys what is kept under ``ref``, sealing it first where asked."""

    def decide(rows: Rows, body: Hand, ctx: Context) -> Decision:
        private = (Private(ref, {"name": "李四"}, "lost-property", "STATUTORY_DUTY"),) if seal else ()
        return Decision((Emit(ItemHandedBack(item=body.item), (ITEM.key(body.item),), forget=(ref,)),), private)

    return Command("lostproperty.forget", Hand, lambda c, ctx: [ITEM.key(c.item)], decide)


async def test_an_event_destroys_the_person_data_it_forgets(host: Host) -> None:
    items = [matter_of(await host.processor.submit(find(f"k{i}"))) for i in range(2)]
    refs = {r["matter"]: r["ref"] for r in await host.pool.fetch("select matter, ref from person_data")}
    assert set(refs) == set(items)
    gone = Submission(forgetting(refs[items[0]]), Hand(item=items[0]), KEEPER, "forget", b"f")
    await host.processor.submit(gone)
    left = await host.pool.fetch("select ref from person_data")
    assert [r["ref"] for r in left] == [refs[items[1]]], "the other's stays"


async def test_what_one_batch_seals_and_forgets_is_never_written(host: Host) -> None:
    item = matter_of(await host.processor.submit(find("k")))
    await host.processor.submit(Submission(forgetting("r-1", seal=True), Hand(item=item), KEEPER, "both", b"b"))
    assert await host.pool.fetchval("select count(*) from person_data where ref = 'r-1'") == 0
