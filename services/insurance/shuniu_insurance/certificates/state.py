"""A certificate and an audit as rows, and how facts change them. No person stands in either."""

from datetime import date, datetime
from typing import Any

import msgspec
from msgspec.structs import replace
from shuniu.chassis.rows import Happening
from shuniu.contracts.insurance import certificates as said
from shuniu.contracts.insurance.certificates import RefusalGround, RevocationGround

__all__ = ("Audit", "Certificate", "evolve", "evolve_audit")


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """One certificate of one claim; a refusal is one too. The content is sealed under ``document_ref``."""

    id: str
    number: str
    claim: str
    claim_number: str
    area: str
    status: str
    event_kind: str = ""
    identity_ref: str = ""
    statement_ref: str = ""
    reason_ref: str = ""
    drafted_by: str = ""
    drafted_at: datetime
    signed_by: str = ""
    signed_at: datetime | None = None
    code: str = ""
    document_ref: str = ""
    valid_until: date | None = None
    ground: RefusalGround | None = None
    declined_by: str = ""
    appeal_until: datetime | None = None
    appealed: bool = False
    confirmed_by: str = ""
    """The audit that found it in order."""
    revoked_by: str = ""
    revocation: RevocationGround | None = None
    ended_at: datetime | None = None


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """One sample of the street's; ``found`` says of each certificate looked at whether it holds."""

    id: str
    number: str
    area: str
    since: date
    until: date
    seed: str
    population: int
    population_hash: str
    drawn: tuple[str, ...]
    found: dict[str, bool] = {}
    status: str = "AUDIT_DRAWN"
    drawn_at: datetime
    ended_at: datetime | None = None

    @property
    def open_ones(self) -> tuple[str, ...]:
        """Certificates of the sample that nobody has looked at yet."""
        return tuple(c for c in self.drawn if c not in self.found)


def evolve(row: Certificate | None, f: Any, h: Happening) -> Certificate | None:
    """The certificate after a fact."""
    match f:
        case said.CertificateDrafted():
            base = row or Certificate(
                id=f.certificate,
                number=f.number,
                claim=f.claim,
                claim_number=f.claim_number,
                area=f.area,
                status="CERT_DRAFT",
                drafted_at=h.time,
            )
            return replace(
                base,
                status="CERT_DRAFT",
                event_kind=f.event_kind,
                identity_ref=f.identity_ref,
                statement_ref=f.statement_ref,
                drafted_by=h.actor,
                ended_at=None,
            )
        case said.CertificateRefused():
            base = row or Certificate(
                id=f.certificate,
                number=f.number,
                claim=f.claim,
                claim_number=f.claim_number,
                area=f.area,
                status="CERT_DECLINED",
                drafted_at=h.time,
            )
            return replace(
                base,
                status="CERT_DECLINED",
                ground=f.ground,
                reason_ref=f.reason_ref,
                declined_by=h.actor,
                appeal_until=f.appeal_until,
                ended_at=h.time,
            )
    if row is None:
        return None
    match f:
        case said.CertificateSigned():
            return replace(
                row,
                status="CERT_SIGNED",
                signed_by=h.actor,
                signed_at=h.time,
                code=f.code,
                document_ref=f.document_ref,
                valid_until=f.valid_until,
                ended_at=h.time,
            )
        case said.CertificateAppealed():
            return replace(row, status="CERT_APPEALED", appealed=True, ended_at=None)
        case said.CertificateAppealRuled():
            if f.upheld:
                return replace(row, status="CERT_OVERTURNED")
            return replace(row, status="CERT_DECLINED", ended_at=h.time)
        case said.CertificateConfirmed():
            return replace(row, confirmed_by=f.audit)
        case said.CertificateRevoked():
            return replace(row, status="CERT_VOID", revoked_by=f.audit, revocation=f.ground, ended_at=h.time)
    return row


def evolve_audit(row: Audit | None, f: Any, h: Happening) -> Audit | None:
    """The audit after a fact."""
    if isinstance(f, said.CertificateAuditDrawn):
        return Audit(
            id=f.audit,
            number=f.number,
            area=f.area,
            since=f.since,
            until=f.until,
            seed=f.seed,
            population=f.population,
            population_hash=f.population_hash,
            drawn=f.drawn,
            drawn_at=h.time,
        )
    if row is None:
        return None
    match f:
        case said.CertificateConfirmed():
            return replace(row, found={**row.found, f.certificate: True})
        case said.CertificateRevoked():
            return replace(row, found={**row.found, f.certificate: False})
        case said.CertificateAuditEnded():
            return replace(row, status="AUDIT_ENDED", ended_at=h.time)
    return row
