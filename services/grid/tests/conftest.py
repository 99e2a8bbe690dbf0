"""A street to try rules on: the chassis's own batch over rows in memory, without a database or a bus."""

import hashlib
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

import httpx
import msgspec
import pytest
import pytest_asyncio
from shuniu.chassis.batch import Batch, Head
from shuniu.chassis.context import Actor, Context
from shuniu.chassis.counter import COUNTER
from shuniu.chassis.decision import Answer
from shuniu.chassis.identity import Issuer
from shuniu.chassis.log import read_page
from shuniu.chassis.registry import RegistrySnapshot
from shuniu.chassis.rows import Key
from shuniu.chassis.state import Stored
from shuniu.contracts.envelope import CloudEvent
from shuniu.contracts.summary import RegistryEntry
from shuniu.contracts.text import Text
from shuniu.rules.refusal import Refusal
from shuniu.rules.shipped import calendar, profile
from shuniu.testing.servers import Hosts, ManualClock
from shuniu_grid import service
from shuniu_grid.events.face import GRID_EVENT
from shuniu_grid.events.state import GridEvent
from shuniu_grid.settings import GridSettings

SCOPE = "320199001"
COMMUNITY = "320199001001"
GRID = "320199001001001"
NEXT_GRID = "320199001001002"
OTHER_COMMUNITY_GRID = "320199001002001"
JPEG = b"\xff\xd8\xff" + b"shuniu" * 10
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai, a working day
BEFORE = {"sha256": "b" * 64, "size": 1000, "media_type": "image/jpeg"}
AFTER = {"sha256": "a" * 64, "size": 1000, "media_type": "image/jpeg"}

T = TypeVar("T")


def at_once(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("it waited")


def person(id_: str, *roles: str, areas: tuple[str, ...] = (SCOPE,), units: tuple[str, ...] = ()) -> Actor:
    """An actor of the street."""
    return Actor(id=id_, roles=frozenset(roles), areas=areas, units=units)


class People(NamedTuple):
    """One person for each role."""

    worker: Actor = person("w1", "grid_worker", areas=(GRID,))
    neighbour: Actor = person("w2", "grid_worker", areas=(NEXT_GRID,))
    secretary: Actor = person("s1", "community_secretary", areas=(COMMUNITY,))
    operator: Actor = person("o1", "operator")
    clerk: Actor = person("k1", "street_clerk")
    dispatcher: Actor = person("d1", "dispatcher", units=("street-office",))
    officer: Actor = person("f1", "duty_officer", areas=(), units=("cg",))
    officer_2: Actor = person("f2", "duty_officer", areas=(), units=("water",))
    checker: Actor = person("c1", "grid_checker")
    director: Actor = person("l1", "office_director")
    registrar: Actor = person("r1", "registrar")


class Street:
    """A grid service's rules at work. ``now`` is whatever the test says."""

    def __init__(self, now: datetime = MONDAY) -> None:
        self.now = now
        self.people = People()
        self.rows: dict[Key, Stored] = {}
        self.events: list[CloudEvent] = []
        self.private: list[Any] = []
        self.prepared: Any = None
        self.settings = GridSettings()
        self.registry = RegistrySnapshot(list(_entries()))
        self._ids = 0
        self._kinds = {kind.name: kind for kind in (*service.rows, COUNTER)}

    def _new_id(self) -> str:
        self._ids += 1
        return f"019c0000-0000-7000-8000-{self._ids:012d}"

    def context(self, actor: Actor, prepared: Any = None) -> Context:
        """What rules are given."""
        return Context(
            now=self.now,
            actor=actor,
            scope=SCOPE,
            service="grid",
            calendar=calendar(),
            registry=self.registry,
            profile=profile,
            new_id=self._new_id,
            settings=self.settings,
            prepared=prepared if prepared is not None else self.prepared,
            texts=service.texts,
        )

    def _batch(self) -> Batch:
        async def load(keys: Iterable[Key]) -> dict[Key, Stored]:
            return {key: Stored(None, 0) for key in keys}

        head = Head("e1", len(self.events), self.now)
        return Batch(service, self._kinds, head, f"/{SCOPE}/grid", self.now, self.rows, load)

    def do(self, actor: Actor, name: str, prepared: Any = None, **body: Any) -> Answer:
        """Give a command as its own JSON; raises Refusal like the processor."""
        command = service.command(f"grid.{name}")
        assert command is not None, name
        given = msgspec.json.decode(msgspec.json.encode(body), type=command.struct)
        if command.roles and actor.kind == "person":
            actor.require_role(*command.roles)
        batch = self._batch()
        answer = at_once(batch.decide(command, given, self.context(actor, prepared), "", ""))
        self.events += [msgspec.json.decode(e.envelope, type=CloudEvent) for e in batch.events]
        self.private += batch.private
        return answer

    def wake(self, event: str) -> None:
        """What a timer does: apply whatever is due."""
        self.wake_matter(GRID_EVENT.name, event)

    def wake_matter(self, kind: str, matter: str) -> None:
        """The same, of a matter of any kind."""
        from shuniu.chassis.processor import FIRE_TIMER, FireTimer

        batch = self._batch()
        fire = FireTimer(kind=kind, matter=matter, name="", generation=1)
        at_once(batch.decide(FIRE_TIMER, fire, self.context(Actor(id="", kind="timer")), "", ""))
        self.events += [msgspec.json.decode(e.envelope, type=CloudEvent) for e in batch.events]

    def event(self, id_: str) -> GridEvent:
        """The row as it stands."""
        row = self.rows[GRID_EVENT.key(id_)].row
        assert isinstance(row, GridEvent)
        return row

    def version(self, id_: str) -> int:
        """How many facts the row has seen."""
        return self.rows[GRID_EVENT.key(id_)].version

    def later(self, **step: float) -> None:
        """Let time pass."""
        self.now += timedelta(**step)

    def types(self, since: int = 0) -> list[str]:
        """Names of the facts so far."""
        return [e.type.removeprefix("shuniu.grid.") for e in self.events[since:]]

    def measures(self) -> dict[str, float]:
        """Sums of every measure so far."""
        sums: dict[str, float] = {}
        for event in self.events:
            for m in event.data.summary.measures:
                sums[m.name] = sums.get(m.name, 0) + m.value
        return sums

    # Ways to a status ------------------------------------------------------------------------------------------------

    def reported(self, actor: Actor | None = None, **body: Any) -> str:
        """A report; answers the event's id."""
        given = {"place": {"name": "双安巷12号"}, "area": GRID, "category": "E0102", "photos": [BEFORE], **body}
        answer = self.do(actor or self.people.worker, "report", **given)
        assert answer.matter is not None
        return answer.matter.id

    def dispatched(self, **body: Any) -> str:
        """A worker's report, dispatched to the 城管 unit."""
        event = self.reported(**body)
        self.do(self.people.dispatcher, "dispatch", event=event, unit="cg")
        return event

    def processing(self, **body: Any) -> str:
        """… and accepted there."""
        event = self.dispatched(**body)
        self.do(self.people.officer, "accept", event=event)
        return event

    def fed_back(self, **body: Any) -> str:
        """… and done."""
        event = self.processing(**body)
        self.do(self.people.officer, "feed_back", event=event, after=[AFTER])
        return event

    def checking(self, **body: Any) -> str:
        """… and being checked."""
        event = self.fed_back(**body)
        self.do(self.people.checker, "start_check", event=event)
        return event

    def referred(self, **body: Any) -> str:
        """A worker's report, referred."""
        event = self.reported(**body)
        self.do(self.people.dispatcher, "refer", event=event, reason="BEYOND_GRID")
        return event

    def in_status(self, status: str) -> str:
        """An event in any status of the life cycle."""
        p = self.people
        match status:
            case "REPORTED":
                return self.reported(p.operator, source="VIDEO")
            case "VERIFYING":
                return self.reported(p.operator, source="PUBLIC")
            case "FILED":
                return self.reported()
            case "NOT_FILED":
                event = self.in_status("VERIFYING")
                self.do(p.worker, "not_file", event=event, reason="NOT_FOUND")
                return event
            case "DISPATCHED":
                return self.dispatched()
            case "RETURNED":
                event = self.dispatched()
                self.do(p.officer, "return", event=event, note="不属于本单位职责")
                return event
            case "PROCESSING":
                return self.processing()
            case "MERGED":
                main, event = self.reported(), self.reported()
                self.do(p.dispatcher, "merge_duplicate", event=event, main=main)
                return event
            case "FED_BACK":
                return self.fed_back()
            case "CHECKING":
                return self.checking()
            case "REWORK":
                event = self.checking()
                self.do(p.checker, "send_back", event=event)
                return event
            case "HUNG":
                event = self.processing()
                self.do(p.officer, "ask_hang", event=event, reason="SEASONAL", review_on="2026-12-20", note="停水检修")
                self.do(p.director, "hang", event=event)
                return event
            case "REFERRED":
                return self.referred()
            case "CLOSED":
                event = self.checking()
                self.do(p.checker, "close", event=event)
                return event
        raise KeyError(status)


def _entries() -> Iterable[RegistryEntry]:
    def area(code: str, zh: str, subtype: str = "") -> RegistryEntry:
        return RegistryEntry(
            kind="area", code=code, parent=code[:-3], title=Text(zh, zh), subtype=subtype, valid_from=date(2020, 1, 1)
        )

    yield area(SCOPE, "枢纽街道")
    yield area(COMMUNITY, "第一社区")
    yield area("320199001002", "第二社区")
    yield area(GRID, "第一网格", "COMPREHENSIVE")
    yield area(NEXT_GRID, "第二网格", "COMPREHENSIVE")
    yield area(OTHER_COMMUNITY_GRID, "第二社区第一网格", "COMPREHENSIVE")
    for unit in ("street-office", "cg", "water"):
        yield RegistryEntry(kind="unit", code=unit, title=Text(unit, unit))


@pytest.fixture
def street() -> Street:
    """A street on a Monday morning."""
    return Street()


@pytest.fixture(scope="session")
def streets() -> Callable[[], Street]:
    """Makes streets, for tests that need many."""
    return Street


@pytest.fixture
def refused() -> Callable[..., Refusal]:
    """Expects a call to be refused under a rule and answers the refusal."""

    def check(rule: str, status: int, do: Callable[..., Any], *args: Any, **kwargs: Any) -> Refusal:
        with pytest.raises(Refusal) as caught:
            do(*args, **kwargs)
        assert (caught.value.rule, caught.value.status) == (rule, status)
        return caught.value

    return check


# The service alive --------------------------------------------------------------------------------------------------


class Desk:
    """Asks the grid service over HTTP as one of the street's accounts."""

    def __init__(self, host: Any, client: httpx.AsyncClient) -> None:
        self.host = host
        self.client = client
        self.scope = host.scope
        self.community = f"{host.scope}001"
        self.grid = f"{host.scope}001001"
        self.dedicated = f"{host.scope}001501"
        self._issuer = Issuer.load(host.deployment.keys_dir, f"/{host.scope}/gateway")
        self._n = 0

    def headers(self, role: str, **claims: Any) -> dict[str, str]:
        claims.setdefault("areas", (self.scope,))
        token = self._issuer.issue(claims.pop("subject", f"acc-{role}"), roles=(role,), **claims).token
        self._n += 1
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": f"grid-test-{self._n}"}

    async def do(self, role: str, command: str, body: Any, **claims: Any) -> httpx.Response:
        return await self.client.post(f"/commands/grid.{command}", json=body, headers=self.headers(role, **claims))

    async def done(self, role: str, command: str, body: Any, **claims: Any) -> Any:
        response = await self.do(role, command, body, **claims)
        assert response.status_code == 200, response.text
        return response.json()

    async def get(self, role: str, path: str, **claims: Any) -> Any:
        response = await self.client.get(path, headers=self.headers(role, **claims))
        assert response.status_code == 200, response.text
        return response.json()

    async def photo(self, content: bytes = JPEG) -> dict[str, Any]:
        sha = hashlib.sha256(content).hexdigest()
        headers = {**self.headers("grid_worker"), "Content-Type": "application/octet-stream"}
        response = await self.client.put(f"/blobs/{sha}/0?of=1", content=content, headers=headers)
        assert response.status_code in (200, 201), response.text
        return response.json()

    async def events(self) -> list[CloudEvent]:
        page = await read_page(self.host.pool, 0, 1000)
        return [msgspec.json.decode(e, type=CloudEvent) for e in page.events]


def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MONDAY)


@pytest_asyncio.fixture
async def desk(hosts: Hosts, clock: ManualClock) -> AsyncIterator[Desk]:
    host = await hosts.start(service, clock=clock, bus=False)
    transport = httpx.ASGITransport(app=host.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://grid") as client:
        desk = Desk(host, client)
        areas = [
            (desk.scope, (118.0, 32.0, 118.4, 32.2)),
            (desk.community, (118.0, 32.0, 118.2, 32.2)),
            (desk.grid, (118.0, 32.0, 118.1, 32.2)),
            (f"{desk.scope}001002", (118.1, 32.0, 118.2, 32.2)),
            (desk.dedicated, (118.02, 32.02, 118.04, 32.04)),
        ]
        body = [
            {"code": c, "title": {"zh": c, "en": c}, "valid_from": "2026-01-01", "geometry": box(*b)} for c, b in areas
        ]
        answer = await desk.done("registrar", "import_areas", {"areas": body})
        assert answer["answer"] == {"defined": 5, "unchanged": 0}
        await _unit(host, "cg")
        yield desk


async def _unit(host: Any, code: str) -> None:
    """A unit as a directory would publish it, put straight into the registry's table."""
    entry = {"kind": "unit", "code": code, "title": {"zh": code, "en": code}}
    await host.pool.execute(
        "insert into registry (kind, code, doc, source) values ('unit', $1, $2::jsonb, 'test')",
        code,
        msgspec.json.encode(entry).decode(),
    )
    await host.registry.load(host.pool)
