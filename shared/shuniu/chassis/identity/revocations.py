"""Revocations (撤销) travel as events: when an account is changed or closed, every service refuses its older tokens.

A projection of the directory's events writes down which account's tokens are void and until when they were issued;
every process of the service reads that every two seconds. Tokens live ten minutes, so nothing older is of interest,
and a rebuild that meets old events again changes nothing.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import asyncpg
import msgspec

from shuniu.chassis.identity.tokens import REVOCATION_LIFE_S
from shuniu.chassis.service import Projection, Received
from shuniu.chassis.tasks import end, happens

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("REVOCATIONS", "VOIDING", "RevocationReader")

log = logging.getLogger(__name__)

VOIDING = frozenset({"account.changed.v1", "account.closed.v1", "credential.set.v1"})
"""Events of the directory after which an account's tokens of before are void."""

EVERY_S = 2.0


class _OfAccount(msgspec.Struct):
    account: str


async def _apply(conn: "asyncpg.Connection[Any]", events: Sequence[Received[Any]], host: "Host") -> None:
    now, domain_now, rate = time.time(), host.clock.now(), host.clock.rate
    void: dict[str, float] = {}
    for received in events:
        if received.name not in VOIDING:
            continue
        # Tokens run by real time, events by the domain clock, which a demonstration may run faster.
        age = (domain_now - received.event.time).total_seconds() / rate if rate > 0 else 0.0
        if age < REVOCATION_LIFE_S:
            account = msgspec.json.decode(received.event.data.fact, type=_OfAccount).account
            void[account] = now - max(age, 0.0)
    if void:
        await conn.execute(
            "insert into revocation (account, issued_until)"
            " select a, u from unnest($1::text[], $2::float8[]) as t(a, u) on conflict (account)"
            " do update set issued_until = greatest(revocation.issued_until, excluded.issued_until)",
            list(void),
            list(void.values()),
        )
        await conn.execute("delete from revocation where issued_until < $1", now - REVOCATION_LIFE_S)


REVOCATIONS = Projection(
    name="revocations",
    sources=("gateway",),
    tables=("revocation",),
    apply=_apply,
    after_commit=lambda host: host.revocations.look_soon(),
)
"""Every service follows the directory of its scope."""


class RevocationReader:
    """Tells this process's verifier what is void; ``start`` and ``stop`` as every part of a host."""

    def __init__(self, host: "Host") -> None:
        self._host = host
        self._soon = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def look_soon(self) -> None:
        """Something may have changed."""
        self._soon.set()

    async def look(self) -> None:
        """Read what is void now."""
        records = await self._host.pool.fetch(
            "select account, issued_until from revocation where issued_until >= $1", time.time() - REVOCATION_LIFE_S
        )
        for record in records:
            self._host.verifier.revoke(record["account"], record["issued_until"])

    async def start(self) -> None:
        """Read once, then go on reading."""
        await self.look()
        self._task = asyncio.create_task(self._run(), name=f"{self._host.service.name}-revocations")

    async def stop(self) -> None:
        """Read no more."""
        await end(self._task)

    async def _run(self) -> None:
        while True:
            await happens(self._soon, EVERY_S)
            self._soon.clear()
            try:
                await self.look()
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as away:
                log.debug("revocations not read: %s", type(away).__name__)
