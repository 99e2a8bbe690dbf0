"""Several deployments of one made-up service on one bus, each with its own scope, keys, agreements and database."""

import itertools
import secrets
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, cast

import asyncpg
import httpx
import msgspec
import pytest_asyncio
from shuniu.chassis.bus.incoming import Cursor
from shuniu.chassis.host import Host
from shuniu.chassis.identity import Issuer, pin, signing_key
from shuniu.runtime.nats import EmbeddedNats
from shuniu.runtime.settings import Deployment
from shuniu.testing import errands
from shuniu.testing.servers import Servers
from shuniu.testing.waiting import until

_numbers = itertools.count(1)


def gateway_of(scope: str) -> str:
    """A scope's issuer."""
    return f"/{scope}/gateway"


class Town:
    """One deployment: a scope with its errands, started and stopped as a test needs."""

    def __init__(self, scope: str, folder: Path, nats_url: str, database: str) -> None:
        self.scope = scope
        self.folder = folder
        self.keys = folder / "keys"
        self.nats_url = nats_url
        self.database = database
        self.issuer = Issuer.load(self.keys, gateway_of(scope))
        self.host: Host
        self.running = False
        self._agreements: dict[str, str] = {}

    @property
    def source(self) -> str:
        """Where its events come from."""
        return f"/{self.scope}/errands"

    # --- what is agreed -----------------------------------------------------------------------------------------

    def knows(self, other: "Town") -> None:
        """Pin the other's key."""
        key = signing_key(other.keys, gateway_of(other.scope)).public_key()
        pin(self.keys, gateway_of(other.scope), key)

    def agrees(self, other: "Town", share: str | None, **bounds: Iterable[str]) -> None:
        """Write down what is agreed with another town; ``share`` is the body of its table, None: nothing shared."""
        self.knows(other)
        lines = [
            f"[peer.{other.scope}]",
            f'title = {{ zh = "{other.scope}", en = "{other.scope}" }}',
            f'issuers = ["{gateway_of(other.scope)}"]',
            *(f"{name} = {list(values)!r}" for name, values in bounds.items()),
        ]
        if share is not None:
            lines += [f"[peer.{other.scope}.shares.errands]", share]
        self._agreements[other.scope] = "\n".join(lines)
        self._write()

    def parts_with(self, other: "Town") -> None:
        """No agreement any more; the key stays pinned."""
        del self._agreements[other.scope]
        self._write()

    def _write(self) -> None:
        draft = self.folder / "peers.draft"
        draft.write_text("\n".join(self._agreements.values()), "utf-8")
        draft.replace(self.folder / "peers.toml")

    # --- life ---------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start its service."""
        deployment = Deployment(
            service="errands",
            scope=self.scope,
            database_url=self.database,
            nats_url=self.nats_url,
            state_dir=self.folder / "errands",
            keys_dir=self.keys,
            instance=f"errands-{secrets.token_hex(4)}",
        )
        self.host = Host(errands.service, deployment)
        await self.host.start()
        self.running = True

    async def stop(self) -> None:
        """Stop it."""
        if self.running:
            self.running = False
            await self.host.stop()

    # --- people -------------------------------------------------------------------------------------------------

    def token(self, *roles: str, subject: str = "a-1", **more: Any) -> str:
        """A token of this town's issuer."""
        more.setdefault("areas", (self.scope,))
        return self.issuer.issue(subject, roles=roles, **more).token

    async def ask(self, method: str, path: str, token: str, body: Any = None) -> httpx.Response:
        """A request to the service."""
        transport = httpx.ASGITransport(app=cast("Any", self.host.app), raise_app_exceptions=False)
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": secrets.token_hex(8)}
        async with httpx.AsyncClient(transport=transport, base_url="http://errands") as client:
            return await client.request(method, path, headers=headers, json=body)

    async def do(self, command: str, token: str = "", **body: Any) -> Any:
        """A command that must succeed, given by the town's own dispatcher where no token is given."""
        answer = await self.ask("POST", f"/commands/errands.{command}", token or self.token("dispatcher"), body)
        assert answer.status_code == 200, answer.text
        return answer.json()["answer"]

    async def open(self, unit: str = "own", **more: Any) -> str:
        """An errand for a unit; its id."""
        return str((await self.do("open", area=self.scope, unit=unit, **more))["errand"])

    # --- what became of it --------------------------------------------------------------------------------------

    async def head(self) -> Cursor:
        """The log's head."""
        row = await self.host.pool.fetchrow("select epoch, position from log_head")
        assert row is not None
        return Cursor(row["epoch"], row["position"])

    async def errands(self) -> list[dict[str, Any]]:
        """All errands, oldest first."""
        rows = await self.host.pool.fetch("select doc from errand order by key")
        return [msgspec.json.decode(row["doc"]) for row in rows]

    async def errand(self, errand: str) -> dict[str, Any]:
        """One of them."""
        return next(row for row in await self.errands() if row["id"] == errand)

    async def heard(self, other: "Town") -> list[tuple[int, str]]:
        """What it saw of another town's log, in the order it was applied."""
        rows = await self.host.pool.fetch(
            "select position, type from heard where source = $1 order by nth", other.source
        )
        return [(row["position"], row["type"]) for row in rows]

    async def cursor(self, consumer: str, other: "Town") -> Cursor | None:
        """How far a consumer has taken another town's log."""
        row = await self.host.pool.fetchrow(
            "select epoch, position from cursor where consumer = $1 and source = $2", consumer, other.source
        )
        return Cursor(row["epoch"], row["position"]) if row else None

    async def caught_up(self, other: "Town", within: float = 15.0) -> None:
        """Wait until every consumer has taken the other's whole log."""
        for consumer in ("heard", "asked", "answered"):

            async def there(consumer: str = consumer) -> bool:
                return await self.cursor(consumer, other) == await other.head()

            await until(there, within=within)


class Towns:
    """Makes towns."""

    def __init__(self, servers: Servers, folder: Path, stack: AsyncExitStack) -> None:
        self.servers = servers
        self.folder = folder
        self.stack = stack
        self.nats_url = servers.nats.url

    async def build(self, *, start: bool = True) -> Town:
        """A new town."""
        scope = f"3205{next(_numbers):05d}"
        folder = self.folder / scope
        folder.mkdir()
        database = await self.servers.postgres.ensure_database("errands", f"errands_{secrets.token_hex(6)}")
        town = Town(scope, folder, self.nats_url, database)
        self.stack.push_async_callback(town.stop)
        if start:
            await town.start()
        return town

    @asynccontextmanager
    async def connection(self, town: Town) -> "AsyncIterator[asyncpg.Connection[Any]]":
        """A town's database behind its back."""
        conn = await asyncpg.connect(town.database)
        try:
            yield conn
        finally:
            await conn.close()


@pytest_asyncio.fixture
async def towns(servers: Servers, tmp_path: Path) -> AsyncIterator[Towns]:
    """Makes towns for one test, and stops them after it."""
    async with AsyncExitStack() as stack:
        yield Towns(servers, tmp_path, stack)


@pytest_asyncio.fixture
async def own_nats(tmp_path: Path) -> AsyncIterator[EmbeddedNats]:
    """A NATS server of the test's own, to be wiped."""
    async with EmbeddedNats(tmp_path / "nats") as nats:
        yield nats
