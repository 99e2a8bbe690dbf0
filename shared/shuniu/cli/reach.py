"""Reaching the services of a deployment from the command line, whether it runs or not.

It runs here (``run.json`` of the state folder): over its services' own ports. The environment names its bus and
databases: over the bus. It does not run: it is started for as long as the command takes.

Whoever may read the deployment's keys may run it: the command line signs its own tokens, as the issuer
``/<scope>/console``, which is trusted for the role ``system_admin`` alone. The audit names the account
``console:<user>``.
"""

import asyncio
import getpass
import os
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import msgspec

from shuniu.chassis.bus.bridge import Requester, ServiceAbsent, ServiceSlow
from shuniu.chassis.bus.broker import Connection
from shuniu.chassis.identity import Issuer, signing_key
from shuniu.chassis.identity.keys import Bounds, pin
from shuniu.chassis.tasks import happens
from shuniu.chassis.telemetry import Telemetry
from shuniu.runtime.child import SetUpError
from shuniu.runtime.installed import choose_services, find_service
from shuniu.runtime.serving import Serving
from shuniu.runtime.settings import Deployment, database_from
from shuniu.runtime.state import AlreadyRunning, StateFolder
from shuniu.runtime.suite import Suite, SuiteOptions

__all__ = ("Answer", "Reach", "reach")

_TRUST_PATIENCE_S = 5.0
"""A service looks at its trusted keys once a second."""
_BUS_PATIENCE_S = 5.0


class Answer(NamedTuple):
    """What a service answered; ``body`` is decoded JSON."""

    status: int
    body: Any

    @property
    def said(self) -> str:
        """The title of a problem, in both languages."""
        problem = self.body if isinstance(self.body, dict) else {}
        words = [str(problem[name]) for name in ("title", "title_en") if problem.get(name)]
        fields = [f"{each['field']}: {each['message_en']}" for each in problem.get("errors", ())]
        return " / ".join(words) + (f" ({'; '.join(fields)})" if fields else "") or f"status {self.status}"


Send = Callable[[str, str, dict[str, str], bytes], Awaitable[Answer]]
"""(method, path, headers, body) → the answer of one service."""


class Reach:
    """The services that can be asked. ``begun`` tells whether they were started for this command."""

    def __init__(self, issuer: Issuer, doors: dict[str, Send], *, begun: bool) -> None:
        self._issuer = issuer
        self._doors = doors
        self.begun = begun

    @property
    def services(self) -> list[str]:
        """Names of the services within reach."""
        return sorted(self._doors)

    async def ask(self, service: str, method: str, path: str, body: Any = None) -> Answer:
        """Ask a service as the console. SetUpError where it is not within reach."""
        send = self._doors.get(service)
        if send is None:
            raise SetUpError(f"{service} does not run in this deployment (running: {', '.join(self.services)}).")
        key, sent = secrets.token_hex(16), b"" if body is None else msgspec.json.encode(body)
        deadline = time.monotonic() + _TRUST_PATIENCE_S
        while True:
            token = self._issuer.issue(f"console:{getpass.getuser()}", roles=("system_admin",)).token
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key, "Content-Type": "application/json"}
            answer = await send(method, path, headers, sent)
            if answer.status != 401 or time.monotonic() > deadline:
                return answer
            await asyncio.sleep(0.2)

    async def must(self, service: str, method: str, path: str, body: Any = None) -> Any:
        """The body of an answer that is a success. SetUpError with the problem's words otherwise."""
        answer = await self.ask(service, method, path, body)
        if answer.status >= 400:
            raise SetUpError(f"{service}: {answer.said}")
        return answer.body


def _console(keys_dir: Path, scope: str) -> Issuer:
    name = f"/{scope}/console"
    key = signing_key(keys_dir, name)
    pin(keys_dir, name, key.public_key(), Bounds(areas=(), roles=("system_admin",), clearance=2))
    return Issuer(name, key)


@asynccontextmanager
async def reach(names: Sequence[str], state: Path) -> AsyncIterator[Reach]:
    """The named services (none named: every one installed) of the deployment that the state folder or the environment
    says. SetUpError in one plain sentence where there is none."""
    folder = StateFolder(state)
    wanted = [find_service(name).name for name in names] or [one.name for one in choose_services(())]
    async with AsyncExitStack() as stack:
        if all(database_from(name) for name in wanted) and os.environ.get("SHUNIU_NATS_URL"):
            yield await _by_environment(wanted, stack)
            return
        try:
            folder.hold()
        except AlreadyRunning as running:
            if running.info is None:
                raise
            urls = {name: run.url for name, run in running.info.services.items()}
            scope = folder.recall("scope")
            assert scope is not None, "a running suite has remembered its scope"
            yield Reach(_console(folder.keys.folder, scope), await _http(urls, stack), begun=False)
            return
        folder.release()
        scope = os.environ.get("SHUNIU_SCOPE") or folder.recall("scope")
        if not scope:
            raise SetUpError(f"{folder.path} holds no suite, and the environment names none.")
        suite = await stack.enter_async_context(
            Suite(choose_services(()), SuiteOptions(state=state, scope=scope, clock_file=_clock_file()))
        )
        urls = {name: url for name, (url, _) in suite.shape.running().items()}
        yield Reach(_console(folder.keys.folder, scope), await _http(urls, stack), begun=True)


def _clock_file() -> Path | None:
    named = os.environ.get("SHUNIU_CLOCK_FILE")
    return Path(named) if named else None


async def _http(urls: dict[str, str], stack: AsyncExitStack) -> dict[str, Send]:
    client = await stack.enter_async_context(httpx.AsyncClient(timeout=60, trust_env=False))

    def door(url: str) -> Send:
        async def send(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
            try:
                response = await client.request(method, f"{url}{path}", headers=headers, content=body or None)
            except httpx.TransportError as error:
                raise SetUpError(f"{url} does not answer: {type(error).__name__}.") from error
            return _answer(response.status_code, response.content)

        return send

    return {name: door(url) for name, url in urls.items()}


def _answer(status: int, body: bytes) -> Answer:
    try:
        return Answer(status, msgspec.json.decode(body) if body else None)
    except msgspec.DecodeError:
        return Answer(status, None)


async def _by_environment(names: Sequence[str], stack: AsyncExitStack) -> Reach:
    """Over the bus where a service answers there; one that does not is run here meanwhile."""
    deployments = {name: Deployment.from_environment(name) for name in names}
    first = deployments[names[0]]
    connection = Connection(first.nats_url, f"console-{first.scope}")
    up = asyncio.Event()
    connection.on_up(up.set)
    await connection.start()
    stack.push_async_callback(connection.stop)
    requester = Requester(connection, Telemetry("console", first))
    await happens(up, _BUS_PATIENCE_S)
    doors: dict[str, Send] = {}
    begun = False
    for name, deployment in deployments.items():
        doors[name] = _over_the_bus(requester, deployment.scope, name)
        try:
            await requester.request(deployment.scope, name, "GET", "/head", timeout=_BUS_PATIENCE_S)
        except (ServiceAbsent, ServiceSlow):
            serving = Serving(find_service(name).load(), deployment)
            await serving.start()
            stack.push_async_callback(serving.stop)
            doors |= await _http({name: serving.url}, stack)
            begun = True
    return Reach(_console(first.keys_dir, first.scope), doors, begun=begun)


def _over_the_bus(requester: Requester, scope: str, service: str) -> Send:
    async def send(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        try:
            response = await requester.request(scope, service, method, path, headers, body, timeout=60)
        except (ServiceAbsent, ServiceSlow) as error:
            raise SetUpError(f"{service} does not answer on the bus: {type(error).__name__}.") from error
        return _answer(response.status, response.body)

    return send
