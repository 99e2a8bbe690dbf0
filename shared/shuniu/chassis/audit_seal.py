"""The daily seal of the audit (审计封存): the ends of all chains, signed, in a file outside the database.

A chain shows what was changed inside it, not that its last rows, or the whole of it, are gone. A seal says how far
every chain had come, so that shows too. Seals are meant to be copied away from the machine (GB/T 22239 8.1.4.3,
domain rules 7.2); their days are real days in Shanghai, whatever the domain clock says.
"""

import asyncio
import base64
import contextlib
import logging
import os
import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import asyncpg
import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shuniu.chassis.audit import AuditFault
from shuniu.chassis.tasks import end

if TYPE_CHECKING:
    from asyncpg import Pool

__all__ = ("AuditSeal", "AuditSealer", "ChainEnd", "check_seal", "seal_audit")

log = logging.getLogger(__name__)

SHANGHAI = ZoneInfo("Asia/Shanghai")
LOOK_S = 600.0


class ChainEnd(msgspec.Struct, frozen=True):
    """How far one chain had come; ``digest`` in hex."""

    chain: str
    n: int
    digest: str


class AuditSeal(msgspec.Struct, frozen=True):
    """A seal as it is kept: ``signature`` (base64) is the Ed25519 signature of the JSON of all fields before it."""

    service: str
    scope: str
    day: date
    sealed_at: datetime
    chains: tuple[ChainEnd, ...]
    signature: str = ""

    def signed_part(self) -> bytes:
        """What the signature covers."""
        return msgspec.json.encode(msgspec.structs.replace(self, signature=""))


async def seal_audit(
    pool: "Pool[Any]", key: Ed25519PrivateKey, service: str, scope: str, day: date, at: datetime
) -> AuditSeal:
    """Seal everything the audit holds now as the seal of ``day``."""
    ends = await pool.fetch("select distinct on (chain) chain, n, digest from audit order by chain, n desc")
    chains = tuple(ChainEnd(r["chain"], r["n"], r["digest"].hex()) for r in ends)
    seal = AuditSeal(service, scope, day, at, chains)
    return msgspec.structs.replace(seal, signature=base64.b64encode(key.sign(seal.signed_part())).decode())


async def check_seal(pool: "Pool[Any]", seal: AuditSeal, key: Ed25519PublicKey) -> list[AuditFault]:
    """What no longer is as it was sealed: ``signature``, or per chain ``lost`` (rows are gone) or ``digest``."""
    try:
        key.verify(base64.b64decode(seal.signature), seal.signed_part())
    except (InvalidSignature, ValueError):
        return [AuditFault("", 0, "signature")]
    faults: list[AuditFault] = []
    for last in seal.chains:
        row = await pool.fetchrow(
            "select count(*) as rows, (select digest from audit where chain = $1 and n = $2) as digest"
            " from audit where chain = $1 and n <= $2",
            last.chain,
            last.n,
        )
        assert row is not None  # an aggregate always answers
        if row["rows"] != last.n or row["digest"] is None:
            faults.append(AuditFault(last.chain, last.n, "lost"))
        elif row["digest"].hex() != last.digest:
            faults.append(AuditFault(last.chain, last.n, "digest"))
    return faults


class AuditSealer:
    """Writes ``<folder>/<day>.json`` once for every day that is over; of several processes the first one does.

    ``start`` and ``stop`` as every part of a host.
    """

    def __init__(
        self,
        pool: "Pool[Any]",
        folder: Path,
        key: Ed25519PrivateKey,
        service: str,
        scope: str,
        real_now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._pool = pool
        self._folder = folder
        self._key = key
        self._service = service
        self._scope = scope
        self._real_now = real_now
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin looking whether a day is over."""
        self._task = asyncio.create_task(self._run(), name=f"{self._service}-audit-seal")

    async def stop(self) -> None:
        """Look no more."""
        await end(self._task)

    async def _run(self) -> None:
        while True:
            try:
                await self.seal_if_due()
            except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as away:
                log.warning("%s: the audit could not be sealed (%s)", self._service, type(away).__name__)
            await asyncio.sleep(LOOK_S)

    async def seal_if_due(self) -> Path | None:
        """Write yesterday's seal if it is missing; its file, or None when there was nothing to do."""
        now = self._real_now()
        day = now.astimezone(SHANGHAI).date() - timedelta(days=1)
        path = self._folder / f"{day.isoformat()}.json"
        if path.exists():
            return None
        seal = await seal_audit(self._pool, self._key, self._service, self._scope, day, now)
        if not seal.chains:
            return None
        return path if await asyncio.to_thread(_write_once, path, msgspec.json.encode(seal)) else None


def _write_once(path: Path, content: bytes) -> bool:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with draft.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # never over an earlier one
    except FileExistsError:
        return False
    finally:
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()
    return True
