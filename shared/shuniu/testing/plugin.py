"""The pytest plug-in of the chassis: fixtures for anybody who writes a service."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

if TYPE_CHECKING:
    from shuniu.testing.servers import Hosts, Servers

__all__ = ("hosts", "servers")


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Servers]":
    """Embedded PostgreSQL and NATS for the session, on free loopback ports and a private socket."""
    from shuniu.runtime.nats import EmbeddedNats
    from shuniu.runtime.postgres import EmbeddedPostgres
    from shuniu.testing.servers import Servers

    folder = tmp_path_factory.mktemp("servers")
    postgres = EmbeddedPostgres(folder / "postgres", durable=False)
    nats = EmbeddedNats(folder / "nats")

    async def start() -> None:
        await asyncio.gather(postgres.start(), nats.start())

    async def stop() -> None:
        await asyncio.gather(postgres.stop(), nats.stop())

    asyncio.run(start())
    try:
        yield Servers(postgres, nats)
    finally:
        asyncio.run(stop())


@pytest_asyncio.fixture
async def hosts(servers: "Servers", tmp_path_factory: pytest.TempPathFactory) -> "AsyncIterator[Hosts]":
    """Starts hosts of services on databases of their own."""
    from shuniu.testing.servers import hosts as starting

    async with starting(servers, tmp_path_factory.mktemp("hosts")) as running:
        yield running
