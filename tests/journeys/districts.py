"""Deployments of several scopes on one machine, each in a process of its own as an operator starts it: one bus for all,
and for each its own PostgreSQL, gateway, accounts, keys and agreements (docs/peers.md)."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path

from shuniu.chassis.clock import set_clock
from shuniu.runtime.keys import Keys
from shuniu.runtime.ports import free_port
from shuniu.testing.waiting import until
from shuniu_demo.clients import Street
from shuniu_demo.districts import SERVICES, Deployment, agree

from .running import Running

__all__ = ("District", "districts")


class District(Running):
    """One deployment, and the people of its scope."""

    def __init__(self, scope: str, folder: Path, clock_file: Path) -> None:
        self.deployment = Deployment(scope, folder / scope, {"SHUNIU_CLOCK_FILE": str(clock_file)})
        self.keys: Keys = self.deployment.state.keys
        self.accounts: dict[str, str] = {}
        self._keys_given = 0
        self._clock_file = clock_file

    @property
    def url(self) -> str:
        return self.deployment.url

    @property
    def scope(self) -> str:
        return self.deployment.scope

    async def up(self, join: Path | None = None) -> None:
        """Start it, and wait until it says where it is."""
        await self.deployment.up(join, free_port())
        self.street = Street(self.url, self.scope, self.password)

    async def down(self) -> None:
        """Stop it."""
        if self.url:
            await self.street.close()
        await self.deployment.down()

    async def caught_up(self, login: str = "operator", within: float = 60.0) -> None:
        async def level() -> bool:
            services = (await self.desk(login).get("/view"))["services"]
            own = {s["service"] for s in services if s["state"] == "present" and not s["lag"]}
            return set(SERVICES) <= own

        await until(level, within, every=0.1)

    def set_clock(self, at: datetime, rate: float = 1.0) -> None:
        set_clock(self._clock_file, at, rate)


@asynccontextmanager
async def districts(
    folder: Path, scopes: Sequence[str], agreed: Mapping[str, Sequence[str]], begin: datetime
) -> AsyncIterator[list[District]]:
    """Deployments of ``scopes``; ``agreed`` says who has an agreement with whom, the one of the crossing.

    The first brings the bus, the others join it.
    """
    clock_file = folder / "clock.json"
    set_clock(clock_file, begin, 1.0)
    found = {scope: District(scope, folder, clock_file) for scope in scopes}
    for scope, others in agreed.items():
        for other in others:
            agree(found[scope].deployment.state, scope, found[other].deployment.state, other)
    async with AsyncExitStack() as stack:
        for one in found.values():
            stack.push_async_callback(one.down)
        first, *rest = found.values()
        await first.up()
        await asyncio.gather(*(one.up(first.deployment.state.path) for one in rest))
        yield list(found.values())
