"""Tracks of workers (行踪轨迹): sensitive personal data, kept apart (PIPL §28-31, domain rules 7.1).

A piece of a track is sealed with a key file of its own, under a purpose of its own, in a table of its own: it is in no
event, no summary, no state row, and the key of other personal data does not open it. It goes after the days set.
Read it may the worker, and a security administrator with a reason; every reading is in the audit before its answer.
"""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from shuniu.chassis.audit import AuditEntry
from shuniu.chassis.context import Actor
from shuniu.chassis.decision import Private
from shuniu.chassis.privacy import SealedRecord, Vault
from shuniu.chassis.tasks import end
from shuniu.rules.refusal import Conflict, Forbidden, Refusal, Unprocessable

from shuniu_grid.patrols.measuring import TrackPoint, in_order
from shuniu_grid.patrols.state import PatrolRound
from shuniu_grid.patrols.tables import TrackTable
from shuniu_grid.settings import settings_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shuniu.chassis.host import Host

__all__ = ("BASIS", "PURPOSE", "READER", "TrackKeeper", "keeper_of", "read_track", "start_purging", "stop_purging")

log = logging.getLogger(__name__)

PURPOSE = "grid.patrol_track"
BASIS = "STATUTORY_DUTY"
SENSITIVE = 4
READER = "security_admin"
SHORTEST_REASON = 4
PURGE_EVERY_S = 3600.0
_KEEPER, _TASK = "grid.patrol_tracks", "grid.patrol_purge"


class TrackKeeper:
    """Seals, opens and forgets tracks of one service."""

    def __init__(self, host: "Host") -> None:
        self._host = host
        self._vault = Vault(host.deployment.keys_dir, host.deployment.cipher, f"{host.service.name}-patrol-track")

    async def put(self, round_: str, chunk: int, points: "Sequence[TrackPoint]", at: datetime) -> None:
        """Keep a piece; the same piece again is the same piece. Conflict ``grid.track_chunk_differs`` for another."""
        held = await self._rows(round_, chunk)
        if held:
            if self._open(held[0]) != list(points):
                raise Conflict("grid.track_chunk_differs", params={"chunk": chunk})
            return
        fields = {"points": msgspec.json.encode(list(points)).decode()}
        sealed = self._vault.seal(Private(f"{round_}.{chunk}", fields, PURPOSE, BASIS, SENSITIVE), round_, at)
        days = settings_of(self._host).track_days
        row = TrackTable(
            id=sealed.ref,
            round=round_,
            chunk=chunk,
            purpose=sealed.purpose,
            basis=sealed.basis,
            sensitivity=sealed.sensitivity,
            algorithm=sealed.algorithm,
            key_id=sealed.key_id,
            nonce=sealed.nonce,
            sealed=sealed.sealed,
            at=at,
            expires_at=at + timedelta(days=days),
        )
        await TrackTable.insert(row).on_conflict(action="DO NOTHING")

    async def track(self, round_: str) -> list[TrackPoint]:
        """The whole track by time, as far as its days are not over."""
        rows = await self._rows(round_)
        now = self._host.clock.now()
        return in_order(self._open(r) for r in rows if r["expires_at"] > now)

    async def purge(self) -> int:
        """Forget what is past its days; how many pieces went."""
        now = self._host.clock.now()
        gone = await TrackTable.delete().where(TrackTable.expires_at <= now).returning(TrackTable.id)
        if gone:
            detail: dict[str, str | int] = {"pieces": len(gone)}
            entry = AuditEntry(at=now, actor="", command="grid.purge_tracks", allowed=True, detail=detail)
            self._host.audit.record(entry)
        return len(gone)

    async def _rows(self, round_: str, chunk: int | None = None) -> list[dict[str, Any]]:
        query = TrackTable.select().where(TrackTable.round == round_)
        if chunk is not None:
            query = query.where(TrackTable.chunk == chunk)
        rows: list[dict[str, Any]] = await query.order_by(TrackTable.chunk)
        return rows

    def _open(self, row: dict[str, Any]) -> list[TrackPoint]:
        record = SealedRecord(
            row["id"],
            row["round"],
            row["purpose"],
            row["basis"],
            row["sensitivity"],
            row["algorithm"],
            row["key_id"],
            row["nonce"],
            row["sealed"],
            row["at"],
        )
        return msgspec.json.decode(self._vault.open(record)["points"], type=list[TrackPoint])


def keeper_of(host: "Host") -> TrackKeeper:
    """The host's keeper of tracks."""
    keeper: TrackKeeper | None = host.extras.get(_KEEPER)
    if keeper is None:
        keeper = host.extras[_KEEPER] = TrackKeeper(host)
    return keeper


async def read_track(row: PatrolRound, reason: str, actor: Actor, host: "Host") -> list[TrackPoint]:
    """The track, for its worker or for a security administrator with a reason; audited before it is answered.

    Raises Forbidden ``grid.track_readers``, Unprocessable ``grid.track_reason``; both are audited too.
    """
    rule = ""
    try:
        if actor.id != row.worker:
            if not actor.has_role(READER):
                raise Forbidden("grid.track_readers")
            if len(reason.strip()) < SHORTEST_REASON:
                raise Unprocessable("grid.track_reason", params={"least": SHORTEST_REASON})
        return await keeper_of(host).track(row.id)
    except Refusal as refusal:
        rule = refusal.rule
        raise
    finally:
        detail: dict[str, str | int] = {"reason": reason.strip()[:200].replace("\x00", "")}
        host.audit.record(
            AuditEntry(
                at=host.clock.now(),
                actor=actor.id,
                command="grid.read_track",
                allowed=not rule,
                rule=rule,
                matter=row.id,
                detail=detail,
            )
        )


async def _purge_for_ever(host: "Host") -> None:
    while True:
        try:
            if gone := await keeper_of(host).purge():
                log.info("%d pieces of tracks were past their days and are gone", gone)
        except Exception:
            log.exception("tracks past their days could not be removed; trying again later")
        await asyncio.sleep(PURGE_EVERY_S)


async def start_purging(host: "Host") -> None:
    """Begin to remove what is past its days, now and every hour."""
    host.extras[_TASK] = asyncio.create_task(_purge_for_ever(host), name="grid-patrol-purge")


async def stop_purging(host: "Host") -> None:
    """Stop that."""
    await end(host.extras.pop(_TASK, None))
