"""Keyed hashes of one deployment: who is known already, what a rotating code is worth, whose calendar an address is.

The key is a file beside the vault's keys; whoever holds the database alone can neither list persons nor make codes. Its
uses are kept apart by a word in front. All of it happens outside the rules (``prepare``, routes).
"""

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from shuniu.chassis.privacy import SealedRecord

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("KeyedHash", "keyed", "opened")

_SEALED = f"select {', '.join(SealedRecord._fields)} from person_data where ref = any($1)"


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

    def _mac(self, use: str, value: str) -> bytes:
        return hmac.new(self._key, f"{use}:{value}".encode(), hashlib.sha256).digest()

    def person(self, citizen_id: str) -> str:
        """What a citizen number is known by; "" for none."""
        return self._mac("citizen", citizen_id.strip().upper()).hex() if citizen_id.strip() else ""

    def token(self, use: str, value: str, length: int = 32) -> str:
        """So many letters and digits that only this deployment can make for ``value``."""
        return base64.b32encode(self._mac(use, value)).decode().rstrip("=").lower()[:length]

    def holds(self, use: str, value: str, token: str) -> bool:
        """Whether ``token`` is the one of ``value``, in a time that tells nothing."""
        expected = self.token(use, value, len(token)) if len(token) >= 8 else ""
        return bool(expected) and hmac.compare_digest(expected, token.lower())


def keyed(host: "Host") -> KeyedHash:
    """The deployment's key, read once."""
    found = host.extras.get("volunteer.keyed")
    if not isinstance(found, KeyedHash):
        found = KeyedHash.load(host.deployment.keys_dir / f"keyed-{host.service.name}.key")
        host.extras["volunteer.keyed"] = found
    return found


async def opened(host: "Host", refs: Iterable[str]) -> dict[str, dict[str, str]]:
    """What is sealed under these references, in clear. For the register's own work; the chassis masks what leaves."""
    records = await host.pool.fetch(_SEALED, [r for r in refs if r])
    return {r["ref"]: dict(host.vault.open(SealedRecord(*r))) for r in records}
