"""Finding orders of the same person, and orders by a follow-up code, without writing either down.

A telephone number or a code becomes an HMAC-SHA-256 under a key outside the database (a file beside the vault's keys).
Whoever holds the database alone can neither list the numbers nor try them out. The hash is the key of a guard row and
stands in no fact, no summary and no order. All of it happens before the rules are asked (``prepare``).
"""

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = (
    "LookupKey",
    "OrderAsked",
    "PreparedCaller",
    "PreparedIntake",
    "callers_of",
    "code_of",
    "lookup_of",
    "prepare_caller",
    "prepare_intake",
)

_BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = 12
_LOOK_ALIKE = str.maketrans("OIL", "011")


class LookupKey:
    """Makes the keyed hashes of one deployment. 32 random bytes, made at first use (mode 0600)."""

    def __init__(self, key: bytes) -> None:
        if len(key) < 32:
            raise ValueError("a lookup key has 32 bytes")
        self._key = key

    @classmethod
    def load(cls, path: Path) -> "LookupKey":
        """The key of the file; whoever links it first wins, and nobody reads half a file."""
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(32))
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return cls(path.read_bytes())

    def _hash(self, what: str, value: str) -> str:
        return hmac.new(self._key, f"{what}:{value}".encode(), hashlib.sha256).hexdigest()

    def of_phone(self, phone: str) -> str:
        """The hash of a telephone number however it is written; "" for what is no number."""
        digits = re.sub(r"\D", "", phone)
        if len(digits) == 13 and digits.startswith("86"):
            digits = digits[2:]
        return self._hash("phone", digits) if len(digits) >= 5 else ""

    def of_code(self, code: str) -> str:
        """The hash of a follow-up code; case, spaces, hyphens and look-alike letters make no difference."""
        plain = re.sub(r"[\s-]", "", code).upper().translate(_LOOK_ALIKE)
        return self._hash("code", plain)


def code_of() -> str:
    """A new follow-up code: 12 characters, 60 random bits, in groups of four."""
    drawn = "".join(secrets.choice(_BASE32) for _ in range(_CODE_LENGTH))
    return "-".join(drawn[i : i + 4] for i in range(0, _CODE_LENGTH, 4))


def lookup_of(host: "Host") -> LookupKey:
    """The deployment's lookup key, read once."""
    found = host.extras.get("whistle.lookup")
    if not isinstance(found, LookupKey):
        found = LookupKey.load(host.deployment.keys_dir / f"lookup-{host.service.name}.key")
        host.extras["whistle.lookup"] = found
    return found


class OrderAsked(Protocol):
    """Any command that is on one order."""

    @property
    def order(self) -> str: ...


class _WithPhone(Protocol):
    @property
    def caller_phone(self) -> str: ...


class PreparedIntake(msgspec.Struct, frozen=True, kw_only=True):
    """What was worked out for one request: hash of the caller's number, a code to follow it by, the code's hash."""

    caller: str = ""
    code: str = ""
    code_key: str = ""


class PreparedCaller(msgspec.Struct, frozen=True):
    """Hashes of the callers' numbers, by order."""

    of: Mapping[str, str]


async def prepare_intake(c: _WithPhone, host: "Host") -> PreparedIntake:
    """Before a request is taken: its hashes and its code."""
    lookup, code = lookup_of(host), code_of()
    return PreparedIntake(caller=lookup.of_phone(c.caller_phone), code=code, code_key=lookup.of_code(code))


async def callers_of(host: "Host", *orders: str) -> PreparedCaller:
    """The hashes of the numbers that orders were made with; "" for one without a number."""
    lookup, found = lookup_of(host), {}
    for order in orders:
        opened = await host.vault.open_matter(host.pool, order, clearance=4, masked=False)
        phone = next((fields["caller_phone"] for fields in opened.values() if "caller_phone" in fields), "")
        found[order] = lookup.of_phone(phone)
    return PreparedCaller(found)


async def prepare_caller(c: OrderAsked, host: "Host") -> PreparedCaller:
    """Before a command on an order that looks for the person's other orders."""
    return await callers_of(host, c.order)
