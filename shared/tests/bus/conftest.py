"""A seat at the bus for tests: a real database and the real Bus, with events put into the log as a processor would."""

import asyncio
import itertools
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest
import pytest_asyncio
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from shuniu.chassis.bus import Bus
from shuniu.chassis.bus.incoming import Cursor
from shuniu.chassis.identity import Credential
from shuniu.chassis.migrate import migrate
from shuniu.chassis.peers import Peers
from shuniu.chassis.schema import CHASSIS_MIGRATIONS
from shuniu.chassis.service import Catalogue, Projection, Received, Service
from shuniu.chassis.telemetry import Telemetry
from shuniu.contracts.envelope import CloudEvent, EventData, Fact, event_id, fact, source_of
from shuniu.contracts.summary import Summary
from shuniu.runtime.nats import EmbeddedNats
from shuniu.testing.servers import Servers
from shuniu.testing.waiting import until

_scopes = itertools.count(1)


SEEN = (
    "seen",
    (
        "create table seen (nth bigserial primary key, source text, epoch text, position bigint, word text)",
        "create table touched (name text primary key)",
    ),
)


@fact("*", "thing.said.v1")
class ThingSaid(Fact, frozen=True, kw_only=True):
    """A word."""

    word: str


async def write_seen(conn: "asyncpg.Connection[Any]", events: Sequence[Received[Any]], host: Any) -> None:
    """The plain projection of these tests: every event leaves a row, in the order it was applied."""
    await conn.executemany(
        "insert into seen (source, epoch, position, word) values ($1, $2, $3, $4)",
        [(e.event.source, e.event.epoch, e.event.position, e.fact(ThingSaid).word) for e in events],
    )


def projection(*sources: str, name: str = "seen", apply: Any = write_seen, **more: Any) -> Projection:
    """A projection into ``seen``."""
    return Projection(name=name, sources=sources, tables=("seen",), apply=apply, **more)


@dataclass(frozen=True)
class Place:
    """What the bus reads of a deployment."""

    nats_url: str
    scope: str = ""
    instance: str = ""
    otlp_endpoint: str = ""


@dataclass
class Seat:
    """What the bus needs of a host (see ``chassis.bus.needs``)."""

    service: Service
    scope: str
    pool: "asyncpg.Pool[Any]"
    deployment: Place
    projections: tuple[Projection, ...] = ()
    instance: str = field(default_factory=lambda: secrets.token_hex(4))
    app: Any = None
    processor: Any = None
    manifest_hash: str = "0" * 64
    started: datetime = datetime(2026, 11, 23, 1, tzinfo=UTC)
    extras: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.source = source_of(self.scope, self.service.name)
        self.peers = Peers(None, self.scope)
        self.credential = Credential(Path("nowhere"), self.scope, self.service.name)
        self.spans = InMemorySpanExporter()
        self.telemetry = Telemetry(self.service.name, self.deployment, SimpleSpanProcessor(self.spans))  # type: ignore[arg-type]
        self._callbacks: list[Callable[[str, int], None]] = []
        self.bus = Bus(self)

    def on_commit(self, callback: Callable[[str, int], None]) -> None:
        """As the host's."""
        self._callbacks.append(callback)

    async def head(self) -> Cursor:
        """The log's head."""
        row = await self.pool.fetchrow("select epoch, position from log_head")
        assert row is not None
        return Cursor(row["epoch"], row["position"])

    async def say(self, *words: str, matter: str = "", tell: bool = True, raw: bytes | None = None) -> int:
        """Append one event a word, as the command processor does; the last position."""
        async with self.pool.acquire() as conn, conn.transaction():
            row = await conn.fetchrow("select epoch, position from log_head for update")
            assert row is not None
            epoch, position = row["epoch"], row["position"]
            rows = []
            for word in words:
                position += 1
                envelope = raw or self.envelope(epoch, position, word, matter)
                rows.append(
                    (position, f"shuniu.{self.service.name}.thing.said.v1", matter, datetime.now(UTC), envelope)
                )
            await conn.executemany(
                "insert into event_log (position, type, matter, time, envelope) values ($1, $2, $3, $4, $5)", rows
            )
            await conn.execute("update log_head set position = $1", position)
        if tell:
            for callback in self._callbacks:
                callback(epoch, position)
        return int(position)

    def envelope(self, epoch: str, position: int, word: str, matter: str = "", **more: Any) -> bytes:
        """The bytes of one event."""
        return msgspec.json.encode(
            CloudEvent(
                specversion="1.0",
                id=event_id(epoch, position),
                source=self.source,
                type=f"shuniu.{self.service.name}.thing.said.v1",
                subject=matter or "thing",
                time=datetime.now(UTC),
                datacontenttype="application/json",
                sequence=str(position),
                epoch=epoch,
                data=EventData(fact=msgspec.Raw(msgspec.json.encode({"word": word})), summary=Summary()),
                correlationid=matter,
                **more,
            )
        )

    async def cursor(self, consumer: str, source: str) -> Cursor | None:
        """A stored cursor."""
        row = await self.pool.fetchrow(
            "select epoch, position from cursor where consumer = $1 and source = $2", consumer, source
        )
        return Cursor(row["epoch"], row["position"]) if row else None

    async def words(self, source: str | None = None) -> list[str]:
        """What the projection has seen, in order."""
        rows = await self.pool.fetch("select word from seen where $1::text is null or source = $1 order by nth", source)
        return [row["word"] for row in rows]

    async def until_words(self, words: Sequence[str], within: float = 10.0, source: str | None = None) -> None:
        """Wait until the projection has seen exactly these, in this order."""
        seen: list[str] = []

        async def right() -> bool:
            nonlocal seen
            seen = await self.words(source)
            return seen == list(words)

        try:
            await until(right, within)
        except TimeoutError:
            raise AssertionError(
                f"seen {seen[:20]}… ({len(seen)}), wanted {list(words)[:20]}… ({len(words)})"
            ) from None


class Seats:
    """Makes seats for one test; stops their buses after it."""

    def __init__(self, servers: Servers, stack: AsyncExitStack) -> None:
        self._servers = servers
        self._stack = stack
        self.scope = f"3209{next(_scopes):05d}"

    async def database(self, name: str) -> str:
        """A migrated database; its address."""
        dsn = await self._servers.postgres.ensure_database(name, f"{name}_{secrets.token_hex(6)}")
        conn = await asyncpg.connect(dsn)
        try:
            await migrate(conn, [*CHASSIS_MIGRATIONS, SEEN])
            await conn.execute(
                "insert into log_head (epoch, position, last_time) values ($1, 0, now())", secrets.token_hex(8)
            )
        finally:
            await conn.close()
        return dsn

    async def sit(
        self,
        name: str,
        *projections: Projection,
        reactions: tuple[Any, ...] = (),
        dsn: str | None = None,
        nats_url: str | None = None,
        start: bool = True,
        app: Any = None,
        processor: Any = None,
    ) -> Seat:
        """A seat for the service ``name`` with a bus of its own, started."""
        pool = await asyncpg.create_pool(dsn or await self.database(name), min_size=1, max_size=8)
        self._stack.push_async_callback(pool.close)
        seat = Seat(
            service=Service(
                name=name, version="0", package="tests", texts=Catalogue({}), facts=(ThingSaid,), reactions=reactions
            ),
            scope=self.scope,
            pool=pool,
            deployment=Place(self._servers.nats.url if nats_url is None else nats_url),
            projections=projections,
            app=app,
            processor=processor,
        )
        if start:
            await self.start(seat)
        return seat

    async def start(self, seat: Seat) -> None:
        """Start a seat's bus, to be stopped at the end of the test."""
        await seat.bus.start()
        self._stack.push_async_callback(seat.bus.stop)


@pytest_asyncio.fixture
async def seats(servers: Servers) -> AsyncIterator[Seats]:
    """Makes seats at the session's NATS."""
    async with AsyncExitStack() as stack:
        yield Seats(servers, stack)


@pytest.fixture
def said() -> Any:
    """The names of this module for tests (imported by path, this file is not a package)."""
    return ThingSaid


@pytest_asyncio.fixture
async def own_nats(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Any]:
    """A NATS server of the test's own, to be killed and wiped."""
    async with EmbeddedNats(tmp_path_factory.mktemp("nats")) as nats:
        yield nats


@pytest_asyncio.fixture(autouse=True)
async def no_stray_tasks() -> AsyncIterator[None]:
    """A stopped bus leaves no task behind."""
    before = asyncio.all_tasks()
    yield
    await asyncio.sleep(0)
    stray = {t for t in asyncio.all_tasks() - before if not t.done() and (t.get_name() or "").startswith("feed-")}
    assert not stray


@pytest.fixture
def project() -> Any:
    """Makes a projection into ``seen``."""
    return projection
