"""A service certificate as a row."""

from datetime import date, datetime
from typing import Any

import msgspec
from msgspec.structs import replace
from shuniu.chassis.rows import Happening, Index, RowKind
from shuniu.contracts.document import DocumentIssued, Signature
from shuniu.contracts.volunteer.certificates import CertificateIssued, CertificateRevoked

__all__ = ("CERTIFICATE", "Certificate")


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """Whose time it certifies, of which organiser's activities; the content is sealed under ``content_ref``."""

    code: str
    number: str
    volunteer: str
    organiser: str
    activities: tuple[str, ...]
    minutes: int
    since: date
    until: date
    content_ref: str
    issued_at: datetime
    state: str = "VALID"
    signature: Signature | None = None


def _evolve(row: Certificate | None, f: Any, h: Happening) -> Certificate | None:
    match f:
        case CertificateIssued():
            return Certificate(
                code=f.code,
                number=f.number,
                volunteer=f.volunteer,
                organiser=f.organiser,
                activities=f.activities,
                minutes=f.minutes,
                since=f.since,
                until=f.until,
                content_ref=f.content_ref,
                issued_at=h.time,
            )
        case DocumentIssued() if row is not None:
            return replace(row, signature=f.signature)
        case CertificateRevoked() if row is not None:
            return replace(row, state="REVOKED")
    return row


CERTIFICATE: RowKind[Certificate] = RowKind(
    "service_certificate", Certificate, "service_certificate", _evolve, index=lambda c: Index(c.state, "", c.organiser)
)
