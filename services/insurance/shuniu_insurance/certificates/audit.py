"""The street's audit (抽查): a random sample anybody can draw again, each certificate confirmed or revoked (10.6)."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta
from piccolo.columns.combination import WhereRaw
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Emit, Offer
from shuniu.chassis.documents import register
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.state import load_row
from shuniu.contracts.insurance import certificates as said
from shuniu.contracts.insurance.certificates import RevocationGround
from shuniu.contracts.insurance.policies import RoomMove
from shuniu.rules.areas import check_code
from shuniu.rules.calendar import midnight
from shuniu.rules.refusal import Conflict, FieldError, Unprocessable

from shuniu_insurance.certificates.certificate import AUDIT_ROW, CERTIFICATE_ROW
from shuniu_insurance.certificates.lifecycle import AUDIT, AUDITORS
from shuniu_insurance.certificates.rules import check_look
from shuniu_insurance.certificates.state import Audit, Certificate
from shuniu_insurance.certificates.tables import CertificateTable
from shuniu_insurance.claims.claim import CLAIM, RECOVERY
from shuniu_insurance.claims.prepare import Prepared, person_of
from shuniu_insurance.claims.settling import RECOVERY_NUMBERS, recovery_opened
from shuniu_insurance.claims.state import Claim
from shuniu_insurance.fields import AreaCode, Day, Hidden, Reason, Sealed, today, told_as
from shuniu_insurance.policies.covers import room_keys

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("COMMANDS", "MOST_DRAWN", "Population", "sample")

NUMBERS = "CC"
"""Prefix of the numbers of audits (抽查), e.g. CC261123-0001."""
MOST_DRAWN = 50
_KEPT = ("ADVANCED", "PAID", "RECOURSE", "CLOSED", "ASSESSED", "AGREED", "DISPUTED", "MEDIATED", "LITIGATED", "DENIED")


class DrawSample(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Draw a random sample of the certificates signed from ``since`` to ``until`` (抽样)."""

    area: AreaCode
    since: Day
    until: Day
    size: Annotated[int, Meta(ge=1, le=MOST_DRAWN)] = 5


class LookAt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The certificate is in order (核实无误)."""

    audit: Hidden
    certificate: Hidden


class RevokeCertificate(LookAt, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The certificate does not hold (撤销证明)."""

    revocation: RevocationGround
    reason: Reason


class Population(msgspec.Struct, frozen=True, kw_only=True):
    """What the sample is drawn from, and the seed it is drawn with."""

    seed: str
    certificates: tuple[str, ...]


def sample(seed: str, certificates: Iterable[str], size: int) -> tuple[str, ...]:
    """The ``size`` certificates with the smallest SHA-256 of ``<seed>:<id>``: random, and drawn again by anybody."""

    def place(id_: str) -> str:
        return hashlib.sha256(f"{seed}:{id_}".encode()).hexdigest()

    return tuple(sorted(sorted(set(certificates)), key=place)[:size])


async def _population(c: DrawSample, host: "Host") -> Population:
    def at(day: date) -> str:
        return midnight(day).astimezone(UTC).isoformat().replace("+00:00", "Z")

    records = (
        await CertificateTable.select(CertificateTable.key)
        .where(CertificateTable.status == "CERT_SIGNED")
        .where(CertificateTable.area.like(f"{c.area}%"))
        .where(WhereRaw("doc->>'signed_at' >= {}", at(c.since)))
        .where(WhereRaw("doc->>'signed_at' < {}", at(c.until + timedelta(days=1))))
        .order_by(CertificateTable.key)
    )
    return Population(seed=secrets.token_hex(16), certificates=tuple(r["key"] for r in records))


def draw(rows: Rows, c: DrawSample, ctx: Context) -> Decision:
    """AUDIT_DRAWN, with seed and population recorded."""
    AUDIT.check_role("draw", ctx.actor.roles, "access.role")
    with told_as("", "draw"):
        ctx.actor.require_area(check_code(c.area))
        if not c.since <= c.until <= today(ctx):
            raise Unprocessable("audit.period", fields=(FieldError("until", "not_between"),))
        given = ctx.prepared
        if not isinstance(given, Population) or not given.certificates:
            raise Conflict("audit.nothing_signed")
    fact = said.CertificateAuditDrawn(
        audit=ctx.new_id(),
        number=next_number(rows, NUMBERS, ctx.now),
        area=c.area,
        since=c.since,
        until=c.until,
        seed=given.seed,
        population=len(given.certificates),
        population_hash=hashlib.sha256("\n".join(sorted(given.certificates)).encode()).hexdigest(),
        drawn=sample(given.seed, given.certificates, c.size),
    )
    event = Emit(fact, (AUDIT_ROW.key(fact.audit), counter_key(NUMBERS, ctx.now)))
    return Decision((event,), answer={"audit": fact.audit, "number": fact.number, "drawn": list(fact.drawn)})


def _look_keys(c: LookAt, ctx: Context) -> Iterable[Key]:
    return (AUDIT_ROW.key(c.audit), CERTIFICATE_ROW.key(c.certificate))


def _look_more(c: LookAt, rows: Rows, ctx: Context) -> Iterable[Key]:
    cert = rows.find(CERTIFICATE_ROW, c.certificate)
    if cert is not None:
        yield CLAIM.key(cert.claim)


def _ended(audit: Audit, certificate: str, holds: bool) -> list[Emit]:
    """The audit's end, with the last certificate of its sample."""
    found = {**audit.found, certificate: holds}
    if len(found) < len(audit.drawn):
        return []
    confirmed = sum(found.values())
    fact = said.CertificateAuditEnded(audit=audit.id, confirmed=confirmed, revoked=len(found) - confirmed)
    return [Emit(fact, (AUDIT_ROW.key(audit.id),))]


def confirm(rows: Rows, c: LookAt, ctx: Context) -> Decision:
    """The flag CONFIRMED on certificate and claim."""
    audit, cert = rows.need(AUDIT_ROW, c.audit), rows.need(CERTIFICATE_ROW, c.certificate)
    check_look(audit, cert, "confirm", ctx)
    fact = said.CertificateConfirmed(certificate=cert.id, claim=cert.claim, audit=audit.id)
    on = (CERTIFICATE_ROW.key(cert.id), CLAIM.key(cert.claim), AUDIT_ROW.key(audit.id))
    return Decision((Emit(fact, on), *_ended(audit, cert.id, True)), answer={"audit": audit.id})


async def _prepare_revoke(c: RevokeCertificate, host: "Host") -> Prepared:
    found = await load_row(host.pool, CERTIFICATE_ROW, c.certificate)
    return Prepared(person=await person_of(host, found[0].claim) if found else "")


def _revoke_more(c: RevokeCertificate, rows: Rows, ctx: Context) -> Iterable[Key]:
    yield from _look_more(c, rows, ctx)
    yield counter_key(RECOVERY_NUMBERS, ctx.now)
    cert = rows.find(CERTIFICATE_ROW, c.certificate)
    if cert is not None and cert.code:
        yield register.DOCUMENT.key(cert.code)


def _given_back(o: Claim) -> RoomMove:
    """What was agreed to and not paid goes back to the limits; what was paid comes back by a recovery."""
    if o.status in ("PAID", "RECOURSE", "CLOSED"):
        return RoomMove(amount=0)
    return RoomMove(amount=o.advanced - o.reserved, medical=o.advanced_medical - o.reserved_medical)


def _events(
    o: Claim, cert: Certificate, audit: Audit, c: RevokeCertificate, sealed: Sealed, rows: Rows, ctx: Context
) -> list[Emit]:
    room = _given_back(o)
    person = ctx.prepared.person if isinstance(ctx.prepared, Prepared) else ""
    fact = said.CertificateRevoked(
        certificate=cert.id,
        claim=o.id,
        audit=audit.id,
        ground=c.revocation,
        reason_ref=sealed.text(c.reason, "certificate.revocation", 4),
        room=room,
    )
    limits = room_keys(o.policy, o.cover, o.incident, person) if room.amount or room.medical else ()
    on = (CLAIM.key(o.id), CERTIFICATE_ROW.key(cert.id), AUDIT_ROW.key(audit.id), *limits)
    events = [
        Emit(fact, on),
        register.revoke(rows, cert.code, c.revocation, on=(CERTIFICATE_ROW.key(cert.id),)),
    ]
    if o.paid and o.status in _KEPT and not o.recovery:
        opened = recovery_opened(rows, o, "CERTIFICATE_REVOKED", o.paid, ctx)
        keys = (RECOVERY.key(opened.recovery), CLAIM.key(o.id), counter_key(RECOVERY_NUMBERS, ctx.now))
        events.append(Emit(opened, keys))
    return events


def revoke(rows: Rows, c: RevokeCertificate, ctx: Context) -> Decision:
    """CERT_VOID: the document is revoked; an unpaid claim stands without certificate, a paid one opens a recovery."""
    audit, cert = rows.need(AUDIT_ROW, c.audit), rows.need(CERTIFICATE_ROW, c.certificate)
    check_look(audit, cert, "revoke", ctx)
    o = rows.need(CLAIM, cert.claim)
    sealed = Sealed(ctx, o.id)
    events = [*_events(o, cert, audit, c, sealed, rows, ctx), *_ended(audit, cert.id, False)]
    return Decision(tuple(events), tuple(sealed.private), {"audit": audit.id, "claim": o.id})


def _offer(ctx: Context) -> tuple[Offer, ...]:
    area = next((a for a in ctx.actor.areas), ctx.scope)
    until = today(ctx)
    given = {"area": area, "since": (until - timedelta(days=30)).isoformat(), "until": until.isoformat(), "size": 5}
    return (Offer(action="audit.draw", prefill=given),)


COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "audit.draw",
        DrawSample,
        lambda c, ctx: (counter_key(NUMBERS, ctx.now),),
        draw,
        roles=AUDITORS,
        prepare=_population,
        opens=AUDIT.kind,
        offer=_offer,
        surfaces=("board",),
        order=230,
    ),
    Command(
        "audit.confirm",
        LookAt,
        _look_keys,
        confirm,
        roles=AUDITORS,
        more_keys=_look_more,
        kind=AUDIT.kind,
        matter_field="audit",
    ),
    Command(
        "audit.revoke",
        RevokeCertificate,
        _look_keys,
        revoke,
        roles=AUDITORS,
        more_keys=_revoke_more,
        prepare=_prepare_revoke,
        kind=AUDIT.kind,
        matter_field="audit",
        tone="danger",
    ),
)
