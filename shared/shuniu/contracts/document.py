"""Documents a service issues (receipts, certificates): what the log keeps of them. No content and no person stands
here; a document's content is its canonical bytes, of which the log keeps the hash."""

from datetime import date, datetime

import msgspec

from shuniu.contracts.envelope import Fact, fact

__all__ = ("DocumentIssued", "DocumentRevoked", "Signature")


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """A signature over a document's canonical bytes, by a person's own key.

    ``value`` signs the document's hash with time, role and unit; ``voucher`` is the issuing service's signature over
    the person's public ``key``, so that who trusts the service can check both without asking it. All bytes are
    base64. ``alg`` is ``Ed25519``, or what a plug-in offers (``SM2``).
    """

    alg: str
    key: str
    role: str
    unit: str
    at: datetime
    value: str
    voucher: str
    issuer: str
    """Source of the service that vouches."""


@fact("*", "document.issued.v1")
class DocumentIssued(Fact, frozen=True, kw_only=True):
    """A document was issued under a ``code`` that nobody guesses; ``kind`` is a word of the issuer's catalogue."""

    code: str
    kind: str
    number: str
    matter: str
    sha256: str
    valid_until: date | None = None
    signature: Signature | None = None


@fact("*", "document.revoked.v1")
class DocumentRevoked(Fact, frozen=True, kw_only=True):
    """The document does not hold any more; ``reason`` is a code of the issuer's catalogue."""

    code: str
    reason: str
    replaced_by: str = ""
