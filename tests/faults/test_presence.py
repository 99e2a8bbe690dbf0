"""Services come and go: how soon the gateway shows it, and what those are told who ask one that is absent or slow."""

import asyncio
import secrets
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest
import pytest_asyncio
from shuniu.contracts.envelope import CloudEvent
from shuniu.runtime.child import Child
from shuniu.runtime.installed import installed_services
from shuniu.runtime.ports import free_port
from shuniu.runtime.processes import child_environment
from shuniu.runtime.settings import Deployment
from shuniu.testing.waiting import until
from shuniu_demo.accounts import ADMIN

from .conftest import COMMUNITY, SCOPE, Drilled, Person, Screen

pytestmark = [pytest.mark.fault, pytest.mark.asyncio(loop_scope="session")]

PROGRAM = Path(__file__).with_name("slow_service.py")
PRESENT_WITHIN_S, ABSENT_WITHIN_S = 3.0, 8.0
TOLD_ABSENT_WITHIN_S = 0.2
SLOW_AFTER_S = 10.0
ASKED = 15
"""So many requests are measured each time."""
NAME = "lostproperty"


class Stranger:
    """A service that nobody installed, in a process of its own."""

    def __init__(self, deployment: Deployment, log: Path) -> None:
        self.deployment = deployment
        self.child = Child(NAME, log=log)
        self.url = f"http://{deployment.host}:{deployment.port}"

    async def start(self) -> float:
        """Start it; the time it was ready."""
        environment = child_environment(self.deployment)
        await self.child.spawn([sys.executable, str(PROGRAM)], env=environment)
        async with httpx.AsyncClient(base_url=self.url, timeout=5, trust_env=False) as client:

            async def ready() -> bool:
                self.child.check()
                with suppress(httpx.TransportError):
                    return (await client.get("/ready")).status_code == 200
                return False

            await until(ready, within=60)
        return time.monotonic()

    async def log_of(self, key: str) -> list[CloudEvent]:
        """What its log says was caused by a key."""
        connection = await asyncpg.connect(self.deployment.database_url)
        try:
            records = await connection.fetch("select envelope from event_log order by position")
        finally:
            await connection.close()
        events = [msgspec.json.decode(r["envelope"], type=CloudEvent) for r in records]
        return [event for event in events if event.causationid == key]


@pytest_asyncio.fixture(loop_scope="session")
async def stranger(drilled: Drilled, tmp_path: Path) -> AsyncIterator[Stranger]:
    """The stranger, not running yet."""
    assert drilled.suite.postgres is not None
    assert drilled.suite.nats is not None
    deployment = Deployment(
        service=NAME,
        scope=SCOPE,
        database_url=await drilled.suite.postgres.ensure_database(NAME),
        nats_url=drilled.suite.nats.url,
        port=free_port(),
        state_dir=tmp_path / NAME,
        keys_dir=drilled.suite.state.keys.folder,
        instance=f"{NAME}-1",
    )
    stranger = Stranger(deployment, tmp_path / "log")
    try:
        yield stranger
    finally:
        await stranger.child.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def keeper(drilled: Drilled) -> Person:
    """Somebody who works at the stranger's."""
    admin = drilled.street.desk(ADMIN)
    login, word = "keeper", f"Keep-{secrets.token_urlsafe(9)}"
    body = {"login": login, "title": {"zh": "保管员", "en": "Keeper"}, "roles": ["keeper"], "areas": [SCOPE]}
    await admin.do("gateway.open_account", body, "drill-open-keeper")
    given = {"password": word, "must_change": False}
    await admin.request("PUT", f"/accounts/{login}/password", key=secrets.token_hex(8), json=given)
    return await drilled.person(login, word)


async def _state(operator: Person) -> str:
    found = [s["state"] for s in (await operator.get("/view"))["services"] if s["service"] == NAME]
    return found[0] if found else "never seen"


async def _shown(operator: Person, state: str, since: float, within: float) -> float:
    async def is_so() -> bool:
        return await _state(operator) == state

    await until(is_so, within=within + 10)
    return time.monotonic() - since


async def _ask(keeper: Person, command: str, category: str, key: str) -> tuple[httpx.Response, float]:
    began = time.monotonic()
    answer = await keeper.do(NAME, f"{NAME}.{command}", {"category": category, "area": COMMUNITY}, key)
    return answer, time.monotonic() - began


async def _told_absent(keeper: Person) -> float:
    """The longest that anybody waited to be told that the service is absent."""
    longest = 0.0
    for _ in range(ASKED):
        answer, took = await _ask(keeper, "find", "key", secrets.token_hex(8))
        problem = answer.json()
        assert (answer.status_code, problem["rule"]) == (503, "service.absent"), problem
        assert answer.headers["content-type"] == "application/problem+json"
        longest = max(longest, took)
    return longest


async def test_a_service_comes_is_slow_dies_and_comes_back(
    drilled: Drilled, stranger: Stranger, keeper: Person, figure: Callable[[str, float, str], None]
) -> None:
    assert NAME not in {service.name for service in installed_services()}
    operator = await drilled.person("operator")
    gateway = drilled.child("gateway").pid
    answer, _ = await _ask(keeper, "find", "key", secrets.token_hex(8))
    assert (answer.status_code, answer.json()["rule"]) == (404, "service.unknown")

    async with Screen(operator) as screen:
        ready = await stranger.start()
        present = await _shown(operator, "present", ready, PRESENT_WITHIN_S)
        figure("service ready to shown present", present, "s")
        assert present <= PRESENT_WITHIN_S
        # Its manifest came over the bus: the gateway names what it never imported.
        await until(lambda: _known_by_title(operator), within=5)

        first = await _slow_is_told_and_its_retry_answered(stranger, keeper, figure)

        killed = time.monotonic()
        await stranger.child.kill()
        at_once = await _told_absent(keeper)
        absent = await _shown(operator, "absent", killed, ABSENT_WITHIN_S)
        later = await _told_absent(keeper)
        figure("service killed to shown absent", absent, "s")
        figure("told 503 right after the kill, at most", at_once * 1000, "ms")
        figure("told 503 once known absent, at most", later * 1000, "ms")
        assert absent <= ABSENT_WITHIN_S
        assert max(at_once, later) <= TOLD_ABSENT_WITHIN_S
        await until(lambda: screen.services[NAME][0] == "absent", within=1)

        # What it said while it lived is still shown; what only it knows is not.
        matter = first["matter"]["id"]
        page = await keeper.get(f"/matters/{NAME}/item/{matter}")
        assert page["matter"]["status"] == "KEPT"
        assert (await keeper.get(f"/matters/{NAME}/item/{matter}/actions"))["absent"] is True

        back = await _shown(operator, "present", await stranger.start(), PRESENT_WITHIN_S)
        assert back <= PRESENT_WITHIN_S
        again, _ = await _ask(keeper, "find", "key", first["quick_key"])
        assert again.json() == first["quick"], "a life later the key has its first answer still"
    assert drilled.child("gateway").pid == gateway


async def _known_by_title(operator: Person) -> bool:
    services = (await operator.get("/view"))["services"]
    return any(s["service"] == NAME and s["manifest"] and s["title"]["zh"] == "失物招领" for s in services)


SLOW_S = "11"
"""What the command takes before it is decided: longer than anybody waits for an answer."""


async def _slow_is_told_and_its_retry_answered(
    stranger: Stranger, keeper: Person, figure: Callable[[str, float, str], None]
) -> dict[str, Any]:
    key = f"slow-{secrets.token_hex(8)}"
    asking = asyncio.create_task(_ask(keeper, "appraise", SLOW_S, key))
    # Nobody else waits for it.
    quick_key = secrets.token_hex(8)
    quick, took = await _ask(keeper, "find", "key", quick_key)
    assert quick.status_code == 200, quick.text
    assert took < 1.0
    answer, took = await asking
    problem = answer.json()
    assert (answer.status_code, problem["status"]) == (504, 504), problem
    figure("slow service told 504 after", took, "s")
    assert SLOW_AFTER_S - 0.1 <= took <= SLOW_AFTER_S + 1

    # It was not given up: it happens all the same, and the retry is told how it came out, at once.
    await until(lambda: stranger.log_of(key), within=5)
    retried, took = await _ask(keeper, "appraise", SLOW_S, key)
    assert retried.status_code == 200, retried.text
    figure("retry with the same key answered in", took * 1000, "ms")
    assert took < 1.0
    told = retried.json()
    (event,) = await stranger.log_of(key)
    assert (told["epoch"], told["position"], told["matter"]["id"]) == (event.epoch, event.position, event.correlationid)
    once_more, _ = await _ask(keeper, "appraise", SLOW_S, key)
    assert once_more.json() == told
    assert len(await stranger.log_of(key)) == 1
    return {"matter": told["matter"], "quick_key": quick_key, "quick": quick.json()}
