"""A street for the gateway's tests: the gateway beside a service nobody in this package has heard of."""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import pytest_asyncio
import uvicorn
from shuniu.chassis.host import Host
from shuniu.runtime.keys import Keys
from shuniu.testing.lostproperty import service as lostproperty
from shuniu.testing.servers import Hosts, ManualClock
from shuniu.testing.waiting import until
from shuniu_gateway import service as gateway
from shuniu_gateway.sign_in import FIRST_LOGIN, FIRST_PASSWORD_FILE

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""10:00 in Shanghai on a working day."""


class Browser:
    """Somebody's browser: keeps the cookie, sends the page's token with every change."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.csrf = ""
        self.session: dict[str, Any] = {}

    async def sign_in(self, login: str, password: str) -> httpx.Response:
        """Sign in and remember the page's token."""
        response = await self.client.post("/api/v1/session", json={"account": login, "password": password})
        if response.status_code == 200:
            self.session = response.json()
            self.csrf = self.session["csrf"]
        return response

    async def get(self, path: str, **params: Any) -> Any:
        """The JSON of a GET that must succeed."""
        response = await self.client.get(f"/api/v1{path}", params=params)
        assert response.status_code == 200, response.text
        return response.json()

    async def send(self, method: str, path: str, body: Any = None, key: str | None = None) -> httpx.Response:
        """A change."""
        headers = {"X-CSRF-Token": self.csrf, "Idempotency-Key": key or secrets.token_hex(8)}
        return await self.client.request(method, f"/api/v1{path}", json=body, headers=headers)

    async def do(self, service: str, action: str, body: Any, key: str | None = None) -> Any:
        """A command that must succeed."""
        response = await self.send("POST", f"/do/{service}/{action}", body, key)
        assert response.status_code == 200, response.text
        return response.json()


@dataclass
class Street:
    """The running hosts, the clock they share, and who may sign in."""

    hosts: Hosts
    gateway: Host
    service: Host
    clock: ManualClock
    url: str
    stack: AsyncExitStack
    passwords: dict[str, str]

    @property
    def scope(self) -> str:
        """Its code."""
        return self.hosts.scope

    async def browser(self, login: str = "") -> Browser:
        """A browser, signed in where a login is given."""
        client = await self.stack.enter_async_context(httpx.AsyncClient(base_url=self.url, timeout=20))
        browser = Browser(client)
        if login:
            response = await browser.sign_in(login, self.passwords[login])
            assert response.status_code == 200, response.text
        return browser

    async def open_account(self, admin: Browser, login: str, roles: list[str], **more: Any) -> str:
        """An account with a password; its id."""
        title = {"zh": f"岗位 {login}", "en": f"Post {login}"}
        body = {"login": login, "title": title, "roles": roles, "areas": [self.scope], **more}
        answer = await admin.do("gateway", "gateway.open_account", body)
        if more.get("holder") != "program":
            self.passwords[login] = f"Pass-{secrets.token_urlsafe(9)}"
            given = {"password": self.passwords[login], "must_change": False}
            response = await admin.send("PUT", f"/accounts/{login}/password", given)
            assert response.status_code == 204, response.text
        return str(answer["answer"]["account"])

    async def find(self, keeper: Browser, **more: Any) -> dict[str, Any]:
        """An item handed in; the command's answer."""
        body = {"category": "umbrella", "area": f"{self.scope}001", **more}
        found: dict[str, Any] = await keeper.do("lostproperty", "lostproperty.find", body)
        return found


async def serve(host: Host, stack: AsyncExitStack) -> str:
    """Serve a host's app on a free loopback port; its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(host.app, log_level="warning", lifespan="on", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server.serve(sockets=[listener]))

    async def stop() -> None:
        server.should_exit = True
        await task

    stack.push_async_callback(stop)
    await until(lambda: server.started)
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture(autouse=True)
def by_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """People of these tests sign in by password alone, but where a test says otherwise."""
    monkeypatch.setenv("SHUNIU_GATEWAY_SECOND_FACTOR", "")


@asynccontextmanager
async def street_of(hosts: Hosts) -> AsyncIterator[Street]:
    """Gateway and lost property on a bus, with a keeper, an operator, a registrar and a security administrator."""
    clock = ManualClock(MONDAY)
    async with AsyncExitStack() as stack:
        host = await hosts.start(gateway, clock=clock)
        other = await hosts.start(lostproperty, clock=clock)
        url = await serve(host, stack)
        passwords = {FIRST_LOGIN: Keys(host.deployment.keys_dir).get(FIRST_PASSWORD_FILE)}
        made = Street(hosts, host, other, clock, url, stack, passwords)
        admin = await made.browser(FIRST_LOGIN)
        await made.open_account(admin, "keeper", ["keeper"])
        await made.open_account(admin, "operator", ["operator"])
        await made.open_account(admin, "security", ["security_admin"])
        await made.open_account(admin, "registrar", ["registrar"])
        presence = host.extras["presence"]
        await until(lambda: presence.manifest("lostproperty") and presence.manifest("gateway"))
        yield made


@pytest_asyncio.fixture
async def street(hosts: Hosts) -> AsyncIterator[Street]:
    """See :func:`street_of`."""
    async with street_of(hosts) as made:
        yield made
