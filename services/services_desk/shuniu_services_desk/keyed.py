"""Keyed hashes of one deployment: who applies, and which case a follow-up code belongs to.

The key is a file beside the vault's keys; who holds the database alone can neither list applicants nor try codes out.
The uses are kept apart by a word in front. All of it happens before the rules are asked (``prepare``, routes).
"""

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("KeyedHash", "follow_code", "keyed")

_BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKE = str.maketrans("OIL", "011")
_LENGTH = 12


class KeyedHash:
    """HMAC-SHA-256 under 32 random bytes, made at first use (mode 0600)."""

    def __init__(self, key: bytes) -> None:
        if len(key) < 32:
            raise ValueError("the key has 32 bytes")
        self._key = key

    @classmethod
    def load(cls, path: Path) -> "KeyedHash":
        """The key of the file; of two processes at once, one makes it and both read it whole."""
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
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

    def _hash(self, use: str, value: str) -> str:
        return hmac.new(self._key, f"{use}:{value}".encode(), hashlib.sha256).hexdigest()

    def of_applicant(self, number: str) -> str:
        """The hash of a citizen number or a firm's credit code; "" for none."""
        plain = re.sub(r"\s", "", number).upper()
        return self._hash("applicant", plain) if plain else ""

    def of_code(self, code: str) -> str:
        """The hash of a follow-up code; case, spaces, hyphens and look-alike letters make no difference."""
        return self._hash("code", re.sub(r"[\s-]", "", code).upper().translate(_LOOK_ALIKE))


def follow_code() -> str:
    """A new follow-up code: 12 characters, 60 random bits, in groups of four."""
    drawn = "".join(secrets.choice(_BASE32) for _ in range(_LENGTH))
    return "-".join(drawn[i : i + 4] for i in range(0, _LENGTH, 4))


def keyed(host: "Host") -> KeyedHash:
    """The deployment's key, read once."""
    found = host.extras.get("services_desk.keyed")
    if not isinstance(found, KeyedHash):
        found = KeyedHash.load(host.deployment.keys_dir / f"keyed-{host.service.name}.key")
        host.extras["services_desk.keyed"] = found
    return found
