"""A running service for the edge's tests: the real host on a real PostgreSQL, asked through its ASGI app."""

import secrets
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
import pytest_asyncio
from shuniu.chassis.host import Host
from shuniu.chassis.identity import Issuer
from shuniu.chassis.objects import FolderStorage, ObjectStorage
from shuniu.testing.servers import Hosts, ManualClock

sys.path.insert(0, str(Path(__file__).parent))  # tests are no package; the made-up service has to be one

from edge_files import KEYS, ObjectServer

MONDAY = datetime(2026, 11, 2, 1, tzinfo=UTC)


class Caller:
    """Asks one host over HTTP, signed in as whoever a test needs."""

    def __init__(self, host: Host, client: httpx.AsyncClient) -> None:
        self.host = host
        self.client = client
        self.issuer = Issuer.load(host.deployment.keys_dir, f"/{host.scope}/gateway")
        self._n = 0

    def token(self, *roles: str, subject: str = "a-1", **more: Any) -> str:
        """A token of this scope; the whole street unless ``areas`` says otherwise."""
        more.setdefault("areas", (self.host.scope,))
        return self.issuer.issue(subject, roles=roles, **more).token

    def headers(self, token: str | None, key: str | None = "") -> dict[str, str]:
        """Sign-in and a fresh idempotency key (None: without)."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        if key is not None:
            self._n += 1
            headers["Idempotency-Key"] = key or f"test-key-{self._n}"
        return headers

    async def do(self, command: str, body: Any, token: str | None, key: str | None = "") -> httpx.Response:
        """Give a command; a ``body`` of bytes goes as it is."""
        headers = {**self.headers(token, key), "Content-Type": "application/json"}
        how: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
        return await self.client.post(f"/commands/{command}", headers=headers, **how)

    async def get(self, path: str, token: str | None = None, **more: Any) -> httpx.Response:
        """Fetch something."""
        return await self.client.get(path, headers={**self.headers(token, None), **more})


@pytest.fixture
def clock() -> ManualClock:
    """The domain clock of the host under test."""
    return ManualClock(MONDAY)


@pytest_asyncio.fixture
async def caller(hosts: Hosts, clock: ManualClock) -> AsyncIterator[Caller]:
    """A caller of a running toy service."""
    from edge_toybox import service

    host = await hosts.start(service, clock=clock, bus=False)
    transport = httpx.ASGITransport(app=cast("Any", host.app), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://toybox") as client:
        yield Caller(host, client)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def object_server() -> AsyncIterator[ObjectServer]:
    """A server that speaks S3."""
    async with ObjectServer.started() as running:
        yield running


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStorage:
    """An empty storage of either kind."""
    if request.param == "folder":
        return FolderStorage(tmp_path / "blobs")
    server: ObjectServer = request.getfixturevalue("object_server")
    (tmp_path / "keys").write_text(KEYS)
    return server.storage(f"b-{secrets.token_hex(6)}", tmp_path / "keys")
