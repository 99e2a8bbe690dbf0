"""Codes and secrets of the second factor; pure but for the randomness.

TOTP (RFC 6238): six digits, half a minute, HMAC-SHA256. A code of the half minute before or after is taken too, for
clocks that differ. A recovery code is 80 random bits, so that one SHA-256 of it is enough to keep.
"""

import base64
import hashlib
import hmac
import secrets
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.twofactor.hotp import HOTP

__all__ = (
    "PERIOD_S",
    "code_at",
    "hash_recovery",
    "is_code",
    "new_recovery",
    "new_secret",
    "provisioning",
    "step_of",
)

PERIOD_S = 30
DIGITS = 6
SECRET_BYTES = 20
RECOVERY_CODES = 8
_SLACK = (0, -1, 1)


def new_secret() -> str:
    """160 random bits in base 32, as authenticators take them."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def code_at(secret: str, step: int) -> str:
    """The code of a half minute."""
    return HOTP(base64.b32decode(secret), DIGITS, SHA256()).generate(step).decode()


def is_code(given: str) -> bool:
    """Whether it looks like a code of an authenticator, and not like a recovery code."""
    return len(given) == DIGITS and given.isascii() and given.isdigit()


def step_of(secret: str, given: str, seconds: float) -> int | None:
    """Which half minute ``given`` is the code of, at so many seconds since 1970; None for a wrong one."""
    now = int(seconds) // PERIOD_S
    return next((now + s for s in _SLACK if hmac.compare_digest(code_at(secret, now + s), given)), None)


def provisioning(secret: str, login: str, issuer: str) -> str:
    """What a QR code tells an authenticator."""
    words = {"secret": secret, "issuer": issuer, "algorithm": "SHA256", "digits": DIGITS, "period": PERIOD_S}
    return f"otpauth://totp/{quote(f'{issuer}:{login}', safe='')}?{urlencode(words, quote_via=quote)}"


def new_recovery() -> tuple[str, ...]:
    """Fresh recovery codes, in groups of four for reading."""
    made = (base64.b32encode(secrets.token_bytes(10)).decode().lower() for _ in range(RECOVERY_CODES))
    return tuple("-".join(code[i : i + 4] for i in range(0, 16, 4)) for code in made)


def hash_recovery(account: str, given: str) -> str:
    """What is kept of a recovery code; spaces, dashes and case do not matter."""
    bare = "".join(c for c in given.lower() if c.isalnum())
    return hashlib.sha256(f"{account}:{bare}".encode()).hexdigest()
