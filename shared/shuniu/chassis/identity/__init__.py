"""Who asks: signed access tokens, the keys that are trusted, and the one policy of what may be read."""

from shuniu.chassis.identity.credential import Credential
from shuniu.chassis.identity.keys import pin, signing_key
from shuniu.chassis.identity.policy import may_read
from shuniu.chassis.identity.revocations import REVOCATIONS, RevocationReader
from shuniu.chassis.identity.tokens import LOG_READER, Issued, Issuer, Unauthenticated, Verifier

__all__ = (
    "LOG_READER",
    "REVOCATIONS",
    "Credential",
    "Issued",
    "Issuer",
    "RevocationReader",
    "Unauthenticated",
    "Verifier",
    "may_read",
    "pin",
    "signing_key",
)
