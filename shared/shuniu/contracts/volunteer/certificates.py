"""Facts of service certificates (志愿服务证明), domain rules 5.4, 5.5; the content is a document, sealed."""

from datetime import date

from shuniu.contracts.envelope import Fact, fact

__all__ = ("FACTS", "CertificateIssued", "CertificateRevoked")


@fact("volunteer", "certificate.issued.v1")
class CertificateIssued(Fact, frozen=True, kw_only=True):
    """The organiser certified minutes served at its own activities; ``code`` is the document's."""

    code: str
    number: str
    volunteer: str
    organiser: str
    activities: tuple[str, ...]
    minutes: int
    since: date
    until: date
    content_ref: str


@fact("volunteer", "certificate.revoked.v1")
class CertificateRevoked(Fact, frozen=True, kw_only=True):
    """The organiser took it back."""

    code: str
    volunteer: str
    reason: str


FACTS: tuple[type[Fact], ...] = (CertificateIssued, CertificateRevoked)
