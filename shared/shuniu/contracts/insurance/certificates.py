"""What community certificates (社区证明) and their audit say (domain rules 4.2, 10.6).

What a certificate states about a person is sealed; the log keeps its hash (``document.issued.v1``) and nothing else.
"""

from datetime import date, datetime
from typing import Literal

from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.insurance.policies import Basis, RoomMove

__all__ = (
    "FACTS",
    "CertificateAppealRuled",
    "CertificateAppealed",
    "CertificateAuditDrawn",
    "CertificateAuditEnded",
    "CertificateConfirmed",
    "CertificateDrafted",
    "CertificateRecorded",
    "CertificateRefused",
    "CertificateRevoked",
    "CertificateSigned",
    "RefusalGround",
    "RevocationGround",
)

RefusalGround = Literal["NOT_HAPPENED", "OTHER_PLACE", "OTHER_TIME", "NOT_PROVEN", "NOT_IN_COVER", "NO_CONNECTION"]
RevocationGround = Literal["UNTRUE", "WRONG_PERSON", "CONFLICT_OF_INTEREST", "WITHOUT_PROOF"]


@fact("insurance", "certificate.drafted.v1")
class CertificateDrafted(Fact, frozen=True, kw_only=True):
    """The community wrote down what it can certify; it holds nothing before the secretary's signature."""

    certificate: str
    number: str
    claim: str
    claim_number: str
    area: str
    event_kind: str
    cover: str
    basis: Basis
    identity_ref: str
    statement_ref: str


@fact("insurance", "certificate.signed.v1")
class CertificateSigned(Fact, frozen=True, kw_only=True):
    """The community's secretary signed it; renewed, it has another code and the one before is revoked."""

    certificate: str
    claim: str
    code: str
    document_ref: str
    valid_until: date
    renews: str = ""


@fact("insurance", "certificate.refused.v1")
class CertificateRefused(Fact, frozen=True, kw_only=True):
    """The community does not certify it. ``appeal_until``: the street decides an appeal made before."""

    certificate: str
    number: str
    claim: str
    claim_number: str
    area: str
    ground: RefusalGround
    reason_ref: str
    appeal_until: datetime | None = None


@fact("insurance", "certificate.appealed.v1")
class CertificateAppealed(Fact, frozen=True, kw_only=True):
    """The claimant asks the street to look at the refusal, once."""

    certificate: str
    claim: str
    reason_ref: str


@fact("insurance", "certificate.appeal_ruled.v1")
class CertificateAppealRuled(Fact, frozen=True, kw_only=True):
    """The street decided: ``upheld`` the claimant is right and the community certifies, or the refusal stands."""

    certificate: str
    claim: str
    upheld: bool
    reason_ref: str


@fact("insurance", "certificate.recorded.v1")
class CertificateRecorded(Fact, frozen=True, kw_only=True):
    """The certificate's own entry follows what was decided about its claim, so that its page and lists do."""

    certificate: str
    claim: str
    status: str


@fact("insurance", "certificate.confirmed.v1")
class CertificateConfirmed(Fact, frozen=True, kw_only=True):
    """The street's audit found it in order."""

    certificate: str
    claim: str
    audit: str


@fact("insurance", "certificate.revoked.v1")
class CertificateRevoked(Fact, frozen=True, kw_only=True):
    """The street's audit found that it does not hold. ``room`` is given back where nothing was paid yet."""

    certificate: str
    claim: str
    audit: str
    ground: RevocationGround
    reason_ref: str
    room: RoomMove = RoomMove(amount=0)


@fact("insurance", "certificate_audit.drawn.v1")
class CertificateAuditDrawn(Fact, frozen=True, kw_only=True):
    """The street drew a sample. Who has the seed and the population draws the same again.

    ``population`` certificates were signed from ``since`` to ``until``; ``population_hash`` is the SHA-256 of their
    sorted ids, one a line. Drawn are the ``size`` with the smallest SHA-256 of ``<seed>:<id>``.
    """

    audit: str
    number: str
    area: str
    since: date
    until: date
    seed: str
    population: int
    population_hash: str
    drawn: tuple[str, ...]


@fact("insurance", "certificate_audit.ended.v1")
class CertificateAuditEnded(Fact, frozen=True, kw_only=True):
    """Every certificate of the sample was looked at."""

    audit: str
    confirmed: int
    revoked: int


FACTS: tuple[type[Fact], ...] = (
    CertificateDrafted,
    CertificateSigned,
    CertificateRefused,
    CertificateAppealed,
    CertificateAppealRuled,
    CertificateRecorded,
    CertificateConfirmed,
    CertificateRevoked,
    CertificateAuditDrawn,
    CertificateAuditEnded,
)
