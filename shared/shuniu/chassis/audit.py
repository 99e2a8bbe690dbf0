"""The audit (审计): who asked for what, when, and whether it was allowed (GB/T 22239 8.1.4.3, domain rules 7.2).

Rows are chained: each digest covers the row and the digest before it, so a row that was changed, taken out or put in
between shows. A chain belongs to one process; the row of an accepted command is written in the command's transaction,
refusals and readings go through a small writer of their own, which survives an absent database up to a bound and
never loses a row silently. Rows hold ids, never names, never bodies.
"""

import asyncio
import contextlib
import hashlib
import logging
import secrets
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import asyncpg
import msgspec

from shuniu.chassis.tasks import end

if TYPE_CHECKING:
    from asyncpg import Pool

__all__ = ("AuditEntry", "AuditFault", "AuditReport", "AuditRow", "AuditTrail", "digest_algorithms", "verify_audit")

log = logging.getLogger(__name__)

Algorithm = Literal["sha256", "sm3"]
GENESIS = bytes(32)
"""``previous`` of a process's first row."""

MOST_WAITING = 20_000
MOST_AT_ONCE = 500
PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0
STOP_PATIENCE_S = 3.0
_AWAY = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
_LONGEST_TEXT = 200

_INSERT = (
    "insert into audit (chain, n, at, actor, command, allowed, rule, matter, event, key, detail, previous, digest)"
    " select c, n, at, actor, command, allowed, rule, matter, event, key, detail::jsonb, previous, digest from"
    " unnest($1::text[], $2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::boolean[], $7::text[],"
    " $8::text[], $9::text[], $10::text[], $11::text[], $12::bytea[], $13::bytea[])"
    " as t(c, n, at, actor, command, allowed, rule, matter, event, key, detail, previous, digest)"
    # The same rows again after a commit whose outcome was lost are the same rows.
    " on conflict (chain, n) do nothing"
)


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What is noted of one request. ``actor`` is an account id, ``matter`` an id, ``event`` ``<epoch>-<position>``.

    ``detail`` holds codes and counts, e.g. the purpose code of an unmasking.
    """

    at: datetime
    actor: str
    command: str
    allowed: bool
    rule: str = ""
    matter: str = ""
    event: str = ""
    key: str = ""
    detail: dict[str, str | int] = {}


class AuditRow(NamedTuple):
    """A row of the audit table, in its column order; ``detail`` is JSON text."""

    chain: str
    n: int
    at: datetime
    actor: str
    command: str
    allowed: bool
    rule: str
    matter: str
    event: str
    key: str
    detail: str
    previous: bytes
    digest: bytes


class AuditFault(NamedTuple):
    """Where a chain does not hold, and why: ``gap``, ``link``, ``digest``, ``origin`` or ``algorithm``."""

    chain: str
    n: int
    reason: str


class AuditReport(NamedTuple):
    """What a verification saw."""

    chains: int
    rows: int
    faults: tuple[AuditFault, ...]

    @property
    def sound(self) -> bool:
        """Nothing was changed, taken out or put in."""
        return not self.faults


def digest_algorithms() -> tuple[Algorithm, ...]:
    """The chain digests this machine has; SM3 is missing in trimmed OpenSSL builds (domain rules 7.3)."""
    return ("sha256", "sm3") if "sm3" in hashlib.algorithms_available else ("sha256",)


def _clean(text: str) -> str:
    """Text PostgreSQL takes, of bounded length: what callers send as an id need not be one."""
    return text[:_LONGEST_TEXT].replace("\x00", "")


def _digest(algorithm: str, previous: bytes, values: tuple[Any, ...], detail: dict[str, Any]) -> bytes:
    sealed = msgspec.json.encode((*values, detail), order="sorted")
    return hashlib.new(algorithm, previous + sealed).digest()


class _Chain:
    """A chain as it grows in this process. Its name ends in the digest's algorithm."""

    __slots__ = ("algorithm", "n", "name", "previous")

    def __init__(self, stem: str, generation: int, algorithm: Algorithm, previous: bytes = GENESIS) -> None:
        self.name = f"{stem}/{generation}/{algorithm}"
        self.algorithm = algorithm
        self.n = 0
        self.previous = previous

    def rows(self, entries: Sequence[AuditEntry]) -> list[AuditRow]:
        """The entries as rows after the last confirmed one; the chain itself does not move."""
        n, previous, made = self.n, self.previous, []
        for e in entries:
            n += 1
            texts = [_clean(t) for t in (e.actor, e.command, e.rule, e.matter, e.event, e.key)]
            actor, command, rule, matter, event, key = texts
            values = (self.name, n, e.at.astimezone(UTC), actor, command, e.allowed, rule, matter, event, key)
            digest = _digest(self.algorithm, previous, values, e.detail)
            detail = msgspec.json.encode(e.detail).decode() if e.detail else "{}"
            made.append(AuditRow(*values, detail, previous, digest))
            previous = digest
        return made

    def advance(self, row: AuditRow) -> None:
        self.n, self.previous = row.n, row.digest


class AuditTrail:
    """The audit of one process. ``instance`` names the process; every start begins new chains under it.

    ``start`` begins the writer of refusals, ``stop`` gives it a few seconds to write what waits.
    """

    def __init__(self, pool: "Pool[Any]", instance: str, algorithm: Algorithm = "sha256") -> None:
        if algorithm not in digest_algorithms():
            raise ValueError(f"{algorithm} is not available here; choose one of {', '.join(digest_algorithms())}")
        # A restart under the same name must not meet its own earlier rows.
        stem = f"{instance}/{secrets.token_hex(4)}"
        self._pool = pool
        self._stem = stem
        self._algorithm: Algorithm = algorithm
        self._generation = 0
        self._chain = _Chain(stem, 0, algorithm)
        self._unconfirmed = False
        self._side = _Chain(f"{stem}/edge", 0, algorithm)
        self._waiting: deque[AuditEntry] = deque()
        self._filled = asyncio.Event()
        self._written = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._lost = 0
        self.lost = 0
        """Entries that found the queue full, ever; the audit itself holds the number too, as ``audit.lost``."""

    # accepted commands ----------------------------------------------------------------------------------------------

    def seal(self, entries: Sequence[AuditEntry]) -> list[tuple[Any, ...]]:
        """Rows for the batch's transaction, chained to the last ones known to be committed.

        When nobody said so of the rows sealed before, their fate is unknown: a new chain begins, linked to the last
        row that is certain, and the same place is never taken twice.
        """
        if not entries:
            return []
        if self._unconfirmed:
            self._generation += 1
            self._chain = _Chain(self._stem, self._generation, self._algorithm, self._chain.previous)
        self._unconfirmed = True
        return list(self._chain.rows(entries))

    def committed(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """The rows are in the database."""
        if rows:
            self._chain.advance(AuditRow(*rows[-1]))
            self._unconfirmed = False

    # refusals and readings ------------------------------------------------------------------------------------------

    def refused(self, entry: AuditEntry) -> None:
        """Note a refusal soon. Never blocks, never raises."""
        self.record(entry)

    def record(self, entry: AuditEntry) -> None:
        """Note something that no command's transaction writes: a refusal, a reading of personal data."""
        if len(self._waiting) >= MOST_WAITING:
            if self._lost == 0:
                log.error("the audit cannot be written and its queue is full: entries are being lost")
            self._lost += 1
            self.lost += 1
            return
        self._waiting.append(entry)
        self._filled.set()

    @property
    def waiting(self) -> int:
        """Entries not yet written."""
        return len(self._waiting)

    async def start(self) -> None:
        """Begin writing."""
        self._task = asyncio.create_task(self._write(), name="audit-writer")

    async def stop(self) -> None:
        """Write what waits, for a few seconds; say how much could not be."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.drained(), STOP_PATIENCE_S)
        await end(self._task)
        self._task = None
        if self._waiting or self._lost:
            log.error("audit stopped with %d entries unwritten and %d lost", len(self._waiting), self._lost)

    async def drained(self) -> None:
        """Wait until everything noted so far is written."""
        while self._waiting or self._lost:
            self._written.clear()
            await self._written.wait()

    async def _write(self) -> None:
        while True:
            await self._filled.wait()
            entries = [self._waiting[i] for i in range(min(MOST_AT_ONCE, len(self._waiting)))]
            taken = len(entries)
            lost = self._lost
            if lost:
                at = entries[-1].at if entries else datetime.now(UTC)
                note: dict[str, str | int] = {"entries": lost}
                entries.append(AuditEntry(at=at, actor="", command="audit.lost", allowed=True, detail=note))
            rows = self._side.rows(entries)
            await self._insert(rows)
            self._side.advance(rows[-1])
            self._lost -= lost
            for _ in range(taken):
                self._waiting.popleft()
            if not self._waiting and not self._lost:
                self._filled.clear()
            self._written.set()

    async def _insert(self, rows: list[AuditRow]) -> None:
        """Write these rows, however often it takes; the same rows, because an earlier try may have been committed."""
        pause = PAUSE_S
        while True:
            try:
                await self._pool.execute(_INSERT, *zip(*rows, strict=True), timeout=10)
                return
            except _AWAY as fault:
                log.warning("audit not written (%s), %d entries wait", type(fault).__name__, len(self._waiting))
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_S)


async def verify_audit(pool: "Pool[Any]") -> AuditReport:
    """Walk every chain of the table and recompute every digest.

    It cannot see the loss of a chain's last rows or of a whole chain: that is what the daily signed export is for.
    """
    faults: list[AuditFault] = []
    chains = rows = 0
    origins: list[tuple[str, bytes]] = []
    name, n, previous = "", 0, GENESIS
    async with pool.acquire() as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        async for r in conn.cursor("select * from audit order by chain, n", prefetch=1000):
            rows += 1
            if r["chain"] != name:
                chains += 1
                name, n, previous = r["chain"], 0, r["previous"]
                origins.append((name, previous))
            algorithm = name.rpartition("/")[2]
            if r["n"] != n + 1:
                faults.append(AuditFault(name, r["n"], "gap"))
            elif r["previous"] != previous:
                faults.append(AuditFault(name, r["n"], "link"))
            if algorithm not in digest_algorithms():
                faults.append(AuditFault(name, r["n"], "algorithm"))
            else:
                values = tuple(r[c] for c in AuditRow._fields[:10])
                if _digest(algorithm, r["previous"], values, msgspec.json.decode(r["detail"])) != r["digest"]:
                    faults.append(AuditFault(name, r["n"], "digest"))
            n, previous = r["n"], r["digest"]
        for chain, origin in origins:
            known = origin == GENESIS or await conn.fetchval("select 1 from audit where digest = $1 limit 1", origin)
            if not known:
                faults.append(AuditFault(chain, 1, "origin"))
    return AuditReport(chains, rows, tuple(faults))
