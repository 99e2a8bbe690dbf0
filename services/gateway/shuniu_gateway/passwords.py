"""Passwords and service keys: what is demanded of them, how they are hashed and checked.

Passwords: argon2id (RFC 9106, second recommended parameters by default). Service keys are 256 random bits, so one
SHA-256 is enough. Hashing runs in a thread: it takes some 50 ms of CPU.
"""

import asyncio
import hashlib
import hmac
import secrets

import argon2
from shuniu.rules.refusal import FieldError, Unprocessable

__all__ = (
    "KEY_PREFIX",
    "check_password",
    "hash_key",
    "hash_password",
    "key_matches",
    "new_key",
    "password_matches",
    "split_key",
)

SHORTEST = 10
LONG_ENOUGH = 16
LONGEST = 200
CLASSES = 3
KEY_PREFIX = "shuniu_"

_hasher = argon2.PasswordHasher()
# Checked against when the login is unknown, so that the answer takes as long as for a known one.
_NOBODY = _hasher.hash(secrets.token_urlsafe(16))


def check_password(password: str, login: str, field: str = "password") -> str:
    """The password itself if it is good enough (GB/T 22239-2019 8.1.4.1 a: complexity).

    At least 10 characters with three of: lower case, upper case, digit, other; or at least 16. Not containing the
    login. Unprocessable ``gateway.password_weak``.
    """
    classes = {
        "lower" if c.islower() else "upper" if c.isupper() else "digit" if c.isdigit() else "other" for c in password
    }
    long_enough = SHORTEST <= len(password) <= LONGEST and (len(classes) >= CLASSES or len(password) >= LONG_ENOUGH)
    if not long_enough or len(set(password)) < SHORTEST // 2 or login.lower() in password.lower():
        raise Unprocessable("gateway.password_weak", fields=(FieldError(field, "weak"),), params={"shortest": SHORTEST})
    return password


async def hash_password(password: str) -> str:
    """The argon2id hash, with its parameters and salt."""
    return await asyncio.to_thread(_hasher.hash, password)


def _matches(password: str, known: str | None) -> bool:
    try:
        return _hasher.verify(known or _NOBODY, password) and known is not None
    except argon2.exceptions.VerificationError:
        return False


async def password_matches(password: str, known: str | None) -> bool:
    """Whether ``password`` is the one hashed in ``known``; False, after the same time, when there is none."""
    return await asyncio.to_thread(_matches, password[:LONGEST], known)


def new_key(account: str) -> str:
    """A new service key: ``shuniu_<account id>_<secret>``."""
    return f"{KEY_PREFIX}{account}_{secrets.token_urlsafe(32)}"


def split_key(key: str) -> tuple[str, str] | None:
    """(account id, secret) of a service key, or None when it is none."""
    account, _, secret = key.removeprefix(KEY_PREFIX).partition("_")
    return (account, secret) if key.startswith(KEY_PREFIX) and account and secret else None


def hash_key(key: str) -> str:
    """What is kept of a service key."""
    return hashlib.sha256(key.encode()).hexdigest()


def key_matches(key: str, known: str | None) -> bool:
    """Whether ``key`` is the one hashed in ``known``."""
    return known is not None and hmac.compare_digest(hash_key(key), known)
