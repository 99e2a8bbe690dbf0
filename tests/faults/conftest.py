"""One street for all drills: services in processes of their own, embedded servers, and the accounts that work there.

It is started once; every drill leaves it healed, which it has to prove anyway. What the drills measure is printed at
the end of the run.
"""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import httpx
import msgspec
import pytest
import pytest_asyncio
from shuniu.chassis.identity import Issuer
from shuniu.contracts.envelope import CloudEvent, source_of
from shuniu.runtime.child import Child
from shuniu.runtime.installed import choose_services
from shuniu.runtime.ports import free_port
from shuniu.runtime.processes import Isolated
from shuniu.runtime.suite import Suite, SuiteOptions
from shuniu.testing.waiting import until
from shuniu_demo.accounts import ADMIN, SEATS, key_name, password
from shuniu_demo.clients import Street

SCOPE = "320199001"
COMMUNITY = f"{SCOPE}001"
GRIDS = (f"{COMMUNITY}001", f"{COMMUNITY}002")
SERVICES = ("grid", "whistle", "gateway")
LOGINS = ("registrar", "operator", "dispatcher", "checker", "clerk", "worker-01", "duty-cg")
UNITS = ("street-office", "command-centre", "cg")

_figures: list[str] = []


class Place(NamedTuple):
    """A place in a log, of a head or a cursor."""

    epoch: str
    position: int


class Person:
    """Somebody's browser: a cookie, the page's token, the account's id."""

    def __init__(self, client: httpx.AsyncClient, session: dict[str, Any]) -> None:
        self.client = client
        self.csrf: str = session["csrf"]
        self.account: dict[str, Any] = session["account"]

    async def do(self, service: str, command: str, body: Any, key: str) -> httpx.Response:
        """One try at a command through the gateway."""
        headers = {"X-CSRF-Token": self.csrf, "Idempotency-Key": key}
        return await self.client.post(f"/api/v1/do/{service}/{command}", json=body, headers=headers)

    async def get(self, path: str, **query: Any) -> Any:
        """The JSON of a GET of the view API that must succeed."""
        response = await self.client.get(f"/api/v1{path}", params=query)
        assert response.status_code == 200, response.text
        return response.json()


class Drilled:
    """The running street, as its operator and its clients know it."""

    def __init__(self, suite: Suite, stack: AsyncExitStack) -> None:
        self.suite = suite
        self._stack = stack
        self._keys = suite.state.keys
        self._issuer = Issuer.load(self._keys.folder, source_of(SCOPE, "gateway"))
        self.url = suite.url
        self.street = Street(self.url, "drills", self._password)

    def _password(self, login: str) -> str:
        return self._keys.get("gateway-admin-password" if login == ADMIN else key_name(login))

    async def settle(self) -> None:
        """Open the accounts, enter units and areas, all through the gateway; return when every service knows them."""
        admin = self.street.desk(ADMIN)
        seats = {seat.login: seat for seat in SEATS}
        for login in LOGINS:
            seat = seats[login]
            body = {
                "login": login,
                "title": {"zh": seat.zh, "en": seat.en},
                "roles": [seat.role],
                "areas": list(seat.areas),
                "units": list(seat.units),
                "clearance": seat.clearance,
            }
            await admin.do("gateway.open_account", body, f"drill-open-{login}")
            given = {"password": password(self._keys, login), "must_change": False}
            await admin.request("PUT", f"/accounts/{login}/password", key=f"drill-password-{login}", json=given)
        registrar = self.street.desk("registrar")
        units = [{"code": code, "title": {"zh": code, "en": code}} for code in UNITS]
        await registrar.do("gateway.import_units", {"units": units}, "drill-units")
        areas = [{"code": code, "title": {"zh": f"区域{code}", "en": code}} for code in (SCOPE, COMMUNITY, *GRIDS)]
        await registrar.do("grid.import_areas", {"areas": areas}, "drill-areas")
        await self.caught_up(within=30)

    # --- people -------------------------------------------------------------------------------------------------------

    async def person(self, login: str, word: str = "") -> Person:
        """A browser of its own, signed in; ``word`` is the password of an account that is none of the seats."""
        limits = httpx.Limits(max_connections=64)
        client = httpx.AsyncClient(base_url=self.url, timeout=15, limits=limits, trust_env=False)
        await self._stack.enter_async_context(client)
        answer = await client.post(
            "/api/v1/session", json={"account": login, "password": word or self._password(login)}
        )
        assert answer.status_code == 200, answer.text
        return Person(client, answer.json())

    def token(self, account: dict[str, Any]) -> str:
        """What the gateway would sign for this account: for those who come to a service's own port."""
        return self._issuer.issue(
            account["id"],
            roles=account["roles"],
            areas=account["areas"],
            units=account["units"],
            clearance=account["clearance"],
        ).token

    def own_port(self, service: str) -> str:
        """Address of a service's own port."""
        deployment = self.suite.deployments[service]
        return f"http://{deployment.host}:{deployment.port}"

    # --- processes ----------------------------------------------------------------------------------------------------

    def child(self, name: str) -> Child:
        """A process of the street: a service, ``nats`` or ``postgres``."""
        if name == "nats":
            assert self.suite.nats is not None
            return self.suite.nats.child
        if name == "postgres":
            assert self.suite.postgres is not None
            return self.suite.postgres.child
        shape = self.suite.shape
        assert isinstance(shape, Isolated)
        return shape.kept[name].child

    def pids(self) -> dict[str, int | None]:
        """The processes of the services."""
        return {name: self.child(name).pid for name in SERVICES}

    async def kill(self, name: str) -> int:
        """SIGKILL, waiting for a process to be there if it is just being started again; the pid it had."""
        child = self.child(name)
        pid: int = await until(lambda: child.pid, within=30)
        for victim in (pid, *_children(pid)):
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
        await until(lambda: child.pid != pid, within=10)
        return pid

    async def healthy(self, within: float) -> None:
        """Every service says that it can do its work, bus and all."""
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:

            async def ready() -> bool:
                for name in SERVICES:
                    with suppress(httpx.TransportError):
                        answer = await client.get(f"{self.own_port(name)}/ready")
                        if answer.status_code == 200 and answer.json()["bus"]:
                            continue
                    return False
                return True

            await until(ready, within=within, every=0.1)

    # --- what the databases say ---------------------------------------------------------------------------------------

    @asynccontextmanager
    async def database(self, service: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
        """A connection to a service's database, for the drill's own eyes."""
        connection = await asyncpg.connect(self.suite.deployments[service].database_url, timeout=5)
        try:
            yield connection
        finally:
            await connection.close()

    async def log(self, service: str) -> list[CloudEvent]:
        """A service's whole log; positions run from 1 to its head without a gap."""
        async with self.database(service) as connection, connection.transaction(isolation="repeatable_read"):
            head = await connection.fetchval("select position from log_head")
            records = await connection.fetch("select position, envelope from event_log order by position")
        assert [r["position"] for r in records] == list(range(1, head + 1))
        events = [msgspec.json.decode(r["envelope"], type=CloudEvent) for r in records]
        assert [e.position for e in events] == list(range(1, head + 1))
        return events

    async def places(self) -> tuple[dict[str, Place], dict[str, Place]]:
        """(heads by source, cursors by "service consumer source")."""
        heads: dict[str, Place] = {}
        cursors: dict[str, Place] = {}
        for service in SERVICES:
            async with self.database(service) as connection:
                for r in await connection.fetch("select epoch, position from log_head"):
                    heads[source_of(SCOPE, service)] = Place(r["epoch"], r["position"])
                for r in await connection.fetch("select consumer, source, epoch, position from cursor"):
                    cursors[f"{service} {r['consumer']} {r['source']}"] = Place(r["epoch"], r["position"])
        return heads, cursors

    async def behind(self) -> list[str]:
        """The cursors that are not at their source's head; empty when all are, and every one that there must be is."""
        heads, cursors = await self.places()
        # A stranger that a drill brought in, and took away, is nobody's concern any more.
        pairs = [(at, cursor, heads[at.split()[2]]) for at, cursor in cursors.items() if at.split()[2] in heads]
        # Of a log that is empty still, nothing is known but that.
        late = [f"{at}: {cursor} of {head}" for at, cursor, head in pairs if cursor != head and head.position]
        late += [f"no view of {source}" for source in heads if f"gateway view {source}" not in cursors]
        return late

    async def caught_up(self, within: float) -> float:
        """Seconds until every cursor equals its source's head. AssertionError names those that do not in time."""
        began = time.monotonic()
        late = ["nobody looked"]
        while late and time.monotonic() - began < within:
            try:
                late = await self.behind()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as away:
                late = [f"database: {away!r}"]
            if late:
                await asyncio.sleep(0.05)
        assert not late, f"after {within} s: {late}"
        return time.monotonic() - began

    def log_tails(self) -> str:
        """The end of what every service has said, for a report."""
        logs = sorted((self.suite.state.path / "logs").glob("*.log"))
        return "\n".join(f"== {log.name}\n{log.read_text('utf-8', 'replace')[-3000:]}" for log in logs)


def _children(pid: int) -> list[int]:
    """Processes forked by one of ours (PostgreSQL's back ends); an empty list where the kernel does not tell."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
    except OSError:
        return []


class Screen:
    """A screen that stays on: it follows the stream, resumes after a cut, and takes a snapshot when told to.

    ``seen`` is what it shows: matter id → its latest summary. ``came`` is when (loop time) each version came live.
    """

    def __init__(self, person: Person) -> None:
        self._person = person
        self.seen: dict[str, dict[str, Any]] = {}
        self.came: dict[tuple[str, int], float] = {}
        self.services: dict[str, tuple[str, float]] = {}
        self.cuts = 0
        self.resets = 0
        self._at = ""
        self._task: asyncio.Task[None] | None = None
        self.open = asyncio.Event()

    async def __aenter__(self) -> "Screen":
        self._task = asyncio.create_task(self._watch())
        async with asyncio.timeout(10):
            await self.open.wait()
        return self

    async def __aexit__(self, *rest: object) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _watch(self) -> None:
        while True:
            with suppress(httpx.TransportError):
                await self._follow()
            self.cuts += 1
            await asyncio.sleep(0.1)

    async def _follow(self) -> None:
        headers = {"Last-Event-ID": self._at} if self._at else {}
        timeout = httpx.Timeout(5, read=25)
        async with self._person.client.stream("GET", "/api/v1/stream", headers=headers, timeout=timeout) as answer:
            if answer.status_code != 200:
                await answer.aread()
                return
            if not self._at:
                await self._snapshot()
            name, data, id_ = "", "", ""
            async for line in answer.aiter_lines():
                field, _, value = line.partition(": ")
                if field == "event":
                    name = value
                elif field == "data":
                    data = value
                elif field == "id":
                    id_ = value
                elif not line and name:
                    await self._take(name, msgspec.json.decode(data), id_)
                    name, data, id_ = "", "", ""
                    self.open.set()

    async def _take(self, name: str, data: Any, id_: str) -> None:
        if name == "reset":
            self.resets += 1
            await self._snapshot()
        elif name == "matter":
            if data["version"] >= self.seen.get(data["id"], data)["version"]:
                self.seen[data["id"]] = data
            self.came.setdefault((data["id"], data["version"]), asyncio.get_running_loop().time())
        elif name == "service":
            self.services[data["service"]] = (data["state"], asyncio.get_running_loop().time())
        if id_:
            self._at = id_

    async def _snapshot(self) -> None:
        # Read after the stream was opened: what happens between comes twice rather than never.
        self.seen = await all_matters(self._person)


async def all_matters(person: Person, **query: Any) -> dict[str, dict[str, Any]]:
    """Every matter this person may see, by id; the total the gateway tells is what it lists."""
    found: dict[str, dict[str, Any]] = {}
    while True:
        page = await person.get("/matters", sort="number", limit=500, offset=len(found), **query)
        found |= {item["id"]: item for item in page["items"]}
        if not page["items"] or len(found) >= page["total"]:
            assert len(found) == page["total"]
            return found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def drilled(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Drilled]:
    """The street of the drills, settled."""
    state = tmp_path_factory.mktemp("street")
    options = SuiteOptions(state=state, scope=SCOPE, isolate=True, port=free_port(), logs=True)
    os.environ["SHUNIU_GATEWAY_SECOND_FACTOR"] = ""  # of the drills' people nobody has a telephone
    suite = Suite(choose_services(SERVICES), options)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(suite)
        drilled = Drilled(suite, stack)
        stack.push_async_callback(drilled.street.close)
        await drilled.settle()
        yield drilled


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str, float, str], None]:
    """Notes a measured figure for the end of the run: ``figure(name, value, unit)``."""

    def note(name: str, value: float, unit: str) -> None:
        record_property(name, value)
        _figures.append(f"{name}: {value:.3g} {unit}".strip())

    return note


@pytest.hookimpl
def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what was measured."""
    if _figures:
        terminalreporter.section("drills")
        for line in _figures:
            terminalreporter.write_line(line)


@pytest.fixture(autouse=True)
def _say_what_services_said(request: pytest.FixtureRequest) -> Iterator[None]:
    """The services' logs belong into the report of a drill that failed."""
    yield
    report = getattr(request.node, "report_call", None)
    if report is not None and report.failed and "drilled" in request.fixturenames:
        print(request.getfixturevalue("drilled").log_tails())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Remember how the call went, for the fixture above."""
    report = yield
    if report.when == "call":
        item.report_call = report  # type: ignore[attr-defined]
    return report
