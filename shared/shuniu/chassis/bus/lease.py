"""Leases: which process of a service relays, reads feeds, keeps the stream. One row a lease, in the service's database.

A lease is a convenience, not a lock: a holder that was suspended may act a moment longer. That is harmless, because
cursors are moved under their own row lock and everything published is recognised by its identity.
"""

import asyncio
import contextlib
import logging
import secrets
from typing import Any

import asyncpg

from shuniu.chassis.tasks import end, keep

__all__ = ("Lease", "Leases")

log = logging.getLogger(__name__)

TTL_S = 5.0
RENEW_S = 1.5
_MARGIN_S = 1.0

# The setting is local to this one statement's transaction: losing a lease row in a crash costs nothing, so its commit
# need not wait for the disk.
_RENEW = """
with quick as (select set_config('synchronous_commit', 'off', true))
insert into lease (name, holder, until)
select name, $2, clock_timestamp() + make_interval(secs => $3)
  from (select name from unnest($1::text[]) as name order by name) as wanted, quick
on conflict (name) do update set holder = excluded.holder, until = excluded.until
 where lease.holder = excluded.holder or lease.until < clock_timestamp()
returning name
"""


class Lease:
    """One lease as this process sees it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._held = asyncio.Event()
        self._lost = asyncio.Event()
        self._lost.set()

    @property
    def held(self) -> bool:
        """Whether this process holds it now."""
        return self._held.is_set()

    async def taken(self) -> None:
        """Return once this process holds it."""
        await self._held.wait()

    async def lost(self) -> None:
        """Return once this process does not hold it."""
        await self._lost.wait()

    def _set(self, held: bool) -> None:
        if held:
            self._held.set()
            self._lost.clear()
        else:
            self._held.clear()
            self._lost.set()


class Leases:
    """The leases of one service that this process holds or waits for, renewed together by one statement."""

    def __init__(self, pool: "asyncpg.Pool[Any]", instance: str, *, ttl: float = TTL_S, every: float = RENEW_S) -> None:
        self._pool = pool
        self._ttl = ttl
        self._every = every
        self.holder = f"{instance}.{secrets.token_hex(4)}"
        self._leases: dict[str, Lease] = {}
        self._task: asyncio.Task[None] | None = None

    def lease(self, name: str) -> Lease:
        """The lease of that name, from now on wanted by this process."""
        return self._leases.setdefault(name, Lease(name))

    async def start(self) -> None:
        """Begin taking and renewing."""
        self._task = keep(self._run, name="leases")

    async def stop(self) -> None:
        """Give everything back, so that a standby takes over at once."""
        if self._task is None:
            return
        await end(self._task)
        self._task = None
        self._lose_all()
        with contextlib.suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await self._pool.execute("delete from lease where holder = $1", self.holder, timeout=2)

    def _lose_all(self) -> None:
        for lease in self._leases.values():
            lease._set(False)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        renewed = loop.time()
        while True:
            asked = loop.time()
            try:
                rows = await self._pool.fetch(
                    _RENEW, sorted(self._leases), self.holder, self._ttl, timeout=self._ttl / 2
                )
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                if loop.time() > renewed + self._ttl - _MARGIN_S:
                    self._lose_all()
                log.debug("leases not renewed: %s", type(error).__name__)
            else:
                renewed = asked
                mine = {row["name"] for row in rows}
                for name, lease in self._leases.items():
                    lease._set(name in mine)
            await asyncio.sleep(self._every)
