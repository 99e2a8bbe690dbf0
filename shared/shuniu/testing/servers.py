"""Hosts on real servers, as many as a test needs, each with a database of its own."""

import itertools
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from shuniu.chassis.clock import Clock
from shuniu.chassis.host import Host
from shuniu.chassis.service import Service
from shuniu.runtime.nats import EmbeddedNats
from shuniu.runtime.postgres import EmbeddedPostgres
from shuniu.runtime.settings import Deployment

__all__ = ("SCOPE", "Hosts", "ManualClock", "Servers")

SCOPE = "320199001"
"""The fictional street of tests and demonstration."""

_number = itertools.count(1)


class ManualClock:
    """A domain clock that a test sets; it never moves by itself."""

    rate = 0.0

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """The instant it was set to."""
        return self._at

    def set(self, at: datetime) -> None:
        """Stand at ``at``."""
        self._at = at

    def advance(self, by: timedelta) -> None:
        """Go on by ``by``."""
        self._at += by


class Servers:
    """One PostgreSQL and one NATS for a whole test session."""

    def __init__(self, postgres: EmbeddedPostgres, nats: EmbeddedNats) -> None:
        self.postgres = postgres
        self.nats = nats


class Hosts:
    """Starts hosts for one test and stops them after it."""

    def __init__(self, servers: Servers, folder: Path, stack: AsyncExitStack) -> None:
        self.servers = servers
        self.folder = folder
        self._stack = stack
        self.scope = f"3201{next(_number):05d}"
        """A scope of the test's own, so tests that share a NATS server do not hear each other."""

    @property
    def keys_dir(self) -> Path:
        """The deployment's keys, shared by the hosts of this test."""
        return self.folder / "keys"

    async def database(self, service: str) -> str:
        """A new empty database; its address."""
        return await self.servers.postgres.ensure_database(service, f"{service}_{secrets.token_hex(6)}")

    async def deployment(self, service: str, *, bus: bool = True, database_url: str = "", **more: Any) -> Deployment:
        """Where a host of this test lives."""
        return Deployment(
            service=service,
            scope=more.pop("scope", self.scope),
            database_url=database_url or await self.database(service),
            nats_url=self.servers.nats.url if bus else "",
            state_dir=self.folder / service,
            keys_dir=more.pop("keys_dir", self.keys_dir),
            instance=more.pop("instance", f"{service}-{secrets.token_hex(4)}"),
            **more,
        )

    async def start(
        self, service: Service, *, clock: Clock | None = None, bus: bool = True, database_url: str = "", **more: Any
    ) -> Host:
        """A running host of ``service``; stopped when the test ends."""
        deployment = await self.deployment(service.name, bus=bus, database_url=database_url, **more)
        host = Host(service, deployment, clock)
        self._stack.push_async_callback(host.stop)
        await host.start()
        return host


@asynccontextmanager
async def hosts(servers: Servers, folder: Path) -> AsyncIterator[Hosts]:
    """A :class:`Hosts` whose hosts are stopped at the end."""
    async with AsyncExitStack() as stack:
        yield Hosts(servers, folder, stack)
