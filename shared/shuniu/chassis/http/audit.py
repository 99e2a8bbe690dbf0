"""The audit of a service, for the audit administrator: who did what, when, and whether it was allowed.

Reading the audit is itself audited, with what was asked for. A check walks every chain again and holds the last daily
seal against it. Rows hold account ids; who an account is, its directory says.
"""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, QueryParameter

from shuniu.chassis.audit import AuditEntry, verify_audit
from shuniu.chassis.audit_seal import AuditSeal, check_seal
from shuniu.chassis.http.access import actor_of, audited_refusal, host_of
from shuniu.chassis.identity.keys import signing_key
from shuniu.rules.refusal import Forbidden

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("AUDITORS", "AuditChecked", "AuditFaultView", "AuditPage", "AuditView", "audit_routes")

AUDITORS = ("audit_admin",)
MOST_ROWS = 1000

AnyRequest = Request[Any, Any, Any]
_Word = Annotated[str, QueryParameter(max_length=200)]


class AuditView(msgspec.Struct, frozen=True, kw_only=True):
    """One row. ``rule`` says why it was refused; ``detail`` holds codes, counts and an administrator's reason."""

    at: datetime
    actor: str
    command: str
    allowed: bool
    rule: str
    matter: str
    event: str
    detail: dict[str, Any]
    chain: str
    n: int


class AuditPage(msgspec.Struct, frozen=True, kw_only=True):
    """Rows, the latest first; ``more`` when there are earlier ones."""

    rows: tuple[AuditView, ...]
    more: bool


class AuditFaultView(msgspec.Struct, frozen=True, kw_only=True):
    """Where the audit does not hold, and why (``gap``, ``link``, ``digest``, ``origin``, ``lost``, ``signature``)."""

    chain: str
    n: int
    reason: str


class AuditChecked(msgspec.Struct, frozen=True, kw_only=True):
    """What a check saw. ``sealed`` is the day of the last seal that was held against the chains, if there is one."""

    sound: bool
    chains: int
    rows: int
    faults: tuple[AuditFaultView, ...]
    sealed: date | None = None


def _auditor(request: AnyRequest, what: str) -> "Host":
    host = host_of(request)
    actor = actor_of(request)
    try:
        actor.require_role(*AUDITORS)
    except Forbidden as refusal:
        audited_refusal(host, what, refusal, actor)
        raise
    return host


@get("/audit", summary="The audit: who did what, the latest first")
async def read_audit(
    request: AnyRequest,
    actor: _Word = "",
    command: _Word = "",
    matter: _Word = "",
    allowed: FromQuery[bool | None] = None,
    since: FromQuery[datetime | None] = None,
    until: FromQuery[datetime | None] = None,
    at: FromQuery[datetime | None] = None,
    chain: _Word = "",
    n: FromQuery[int] = 0,
    limit: Annotated[int, QueryParameter(ge=1, le=MOST_ROWS)] = 100,
) -> AuditPage:
    """``actor`` and ``matter`` are ids, ``command`` the beginning of a name, ``until`` is not included.

    A further page names the row it follows by its ``at``, ``chain`` and ``n``: many rows may share an instant.
    """
    host = _auditor(request, "audit.read")
    where: list[str] = []
    given: list[Any] = []

    def only(condition: str, value: Any) -> None:
        given.append(value)
        where.append(condition.format(f"${len(given)}"))

    for column, value in (("actor", actor), ("matter", matter)):
        if value:
            only(f"{column} = {{}}", value.replace("\x00", ""))
    if command:
        only("starts_with(command, {})", command.replace("\x00", ""))
    if allowed is not None:
        only("allowed = {}", allowed)
    if since is not None:
        only("at >= {}", since)
    if until is not None:
        only("at < {}", until)
    if at is not None:
        given.extend((at, chain.replace("\x00", ""), n))
        last = len(given)
        t, c, k = f"${last - 2}", f"${last - 1}", f"${last}"
        where.append(f'(at < {t} or at = {t} and (chain collate "C" > {c} or chain = {c} and n < {k}))')
    asked = {"actor": actor, "command": command, "matter": matter, "allowed": "" if allowed is None else str(allowed)}
    note: dict[str, str | int] = {k: v.replace("\x00", "")[:80] for k, v in asked.items() if v}
    conditions = f" where {' and '.join(where)}" if where else ""
    rows = await host.pool.fetch(
        "select at, actor, command, allowed, rule, matter, event, detail::text as detail, chain, n from audit"
        f'{conditions} order by at desc, chain collate "C", n desc limit {limit + 1}',
        *given,
    )
    host.audit.record(
        AuditEntry(at=host.clock.now(), actor=actor_of(request).id, command="audit.read", allowed=True, detail=note)
    )
    shown = [AuditView(**{**dict(row), "detail": msgspec.json.decode(row["detail"])}) for row in rows[:limit]]
    return AuditPage(rows=tuple(shown), more=len(rows) > limit)


@get("/audit/check", summary="Whether the audit is whole: every chain, and the last daily seal")
async def check_audit(request: AnyRequest) -> AuditChecked:
    host = _auditor(request, "audit.check")
    report = await verify_audit(host.pool)
    faults: Sequence[Any] = report.faults
    seal = await asyncio.to_thread(_last_seal, host.deployment.state_dir / "audit")
    if seal is not None:
        key = signing_key(host.deployment.keys_dir, host.source, "audit").public_key()
        faults = (*faults, *await check_seal(host.pool, seal, key))
    note: dict[str, str | int] = {"rows": report.rows, "faults": len(faults)}
    host.audit.record(
        AuditEntry(at=host.clock.now(), actor=actor_of(request).id, command="audit.check", allowed=True, detail=note)
    )
    told = tuple(AuditFaultView(chain=f.chain, n=f.n, reason=f.reason) for f in faults[:100])
    return AuditChecked(
        sound=not faults, chains=report.chains, rows=report.rows, faults=told, sealed=seal.day if seal else None
    )


def _last_seal(folder: Path) -> AuditSeal | None:
    files = sorted(folder.glob("[0-9]*.json")) if folder.is_dir() else []
    return msgspec.json.decode(files[-1].read_bytes(), type=AuditSeal) if files else None


def audit_routes() -> list[HTTPRouteHandler]:
    """The handlers."""
    return [read_audit, check_audit]
