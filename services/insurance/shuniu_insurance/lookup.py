"""Finding a claim by its follow-up code, and what a person has been paid, without writing either down.

A code or a citizen number becomes an HMAC-SHA-256 under a key outside the database. The hash is the key of a guard
row and stands in no fact, no summary and no matter. All of it happens before the rules are asked (``prepare``).
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

__all__ = ("KeyedHash", "keyed_hash_of", "new_follow_code")

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans("OIL", "011")


class KeyedHash:
    """Makes the keyed hashes of one deployment. 32 random bytes, made at first use (mode 0600)."""

    def __init__(self, key: bytes) -> None:
        if len(key) < 32:
            raise ValueError("the key has 32 bytes")
        self._key = key

    @classmethod
    def load(cls, path: Path) -> "KeyedHash":
        """The key of the file; of two processes that make it at once one wins, and nobody reads half a file."""
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

    def of_citizen(self, number: str) -> str:
        """The hash of a citizen number however it is written; "" for an empty one."""
        plain = re.sub(r"\s", "", number).upper()
        return self._hash("citizen", plain) if plain else ""

    def of_code(self, code: str) -> str:
        """The hash of a follow-up code; case, spaces, hyphens and look-alike letters make no difference."""
        return self._hash("code", re.sub(r"[\s-]", "", code).upper().translate(_READ_AS))


def new_follow_code() -> str:
    """A new follow-up code: 60 random bits, 12 characters in groups of four."""
    drawn = "".join(secrets.choice(_LETTERS) for _ in range(12))
    return "-".join(drawn[i : i + 4] for i in range(0, 12, 4))


def keyed_hash_of(host: "Host") -> KeyedHash:
    """The deployment's key, read once."""
    found = host.extras.get("insurance.lookup")
    if not isinstance(found, KeyedHash):
        found = KeyedHash.load(host.deployment.keys_dir / f"lookup-{host.service.name}.key")
        host.extras["insurance.lookup"] = found
    return found
