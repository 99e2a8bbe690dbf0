"""Keyed hashes of one deployment: finding who or what somebody names without writing it down.

A citizen number, a telephone number or a follow-up code becomes an HMAC-SHA-256 under a key outside the database (a
file beside the vault's keys). Who holds the database alone can neither list what was hashed nor try it out. Uses are
kept apart by a word in front. All of it happens before the rules are asked (``prepare``, routes): hashes are keys of
guard rows and stand in no fact and no summary.
"""

import base64
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("KeyedHash", "keyed", "new_slip", "told_code")

_BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKE = str.maketrans("OIL", "011")
_CODE_LENGTH = 12
_KEY_BYTES = 32


class KeyedHash:
    """HMAC-SHA-256 under 32 random bytes, made at first use (mode 0600)."""

    def __init__(self, key: bytes) -> None:
        if len(key) < _KEY_BYTES:
            raise ValueError(f"the key has {_KEY_BYTES} bytes")
        self._key = key

    @classmethod
    def load(cls, path: Path) -> "KeyedHash":
        """The key of the file; of two processes at once one makes it, and nobody reads half a file."""
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_bytes(_KEY_BYTES))
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

    def of(self, use: str, value: str) -> str:
        """The hash of a value already brought into its one form, 64 hexadecimal digits; "" for none."""
        return self._mac(use, value).hex() if value else ""

    def of_number(self, number: str) -> str:
        """The hash of a citizen number (or a firm's credit code) however it is written; "" for none."""
        return self.of("number", re.sub(r"\s", "", number).upper())

    def of_code(self, code: str) -> str:
        """The hash of a follow-up code; case, spaces, hyphens and look-alike letters make no difference."""
        return self.of("code", re.sub(r"[\s-]", "", code).upper().translate(_LOOK_ALIKE))

    def code_of(self, slip: str) -> str:
        """The follow-up code of a slip: 12 characters, 60 bits, in groups of four."""
        bits = int.from_bytes(self._mac("slip", slip)[:8])
        return _in_fours(_BASE32[bits >> 5 * i & 31] for i in range(_CODE_LENGTH))

    def of_slip(self, slip: str) -> str:
        """The hash of the follow-up code of a slip: what its row is found by."""
        return self.of_code(self.code_of(slip))

    def token(self, use: str, value: str, length: int = 32) -> str:
        """So many letters and digits that only this deployment can make for ``value``."""
        return base64.b32encode(self._mac(use, value)).decode().rstrip("=").lower()[:length]

    def holds(self, use: str, value: str, token: str) -> bool:
        """Whether ``token`` is the one of ``value``, in a time that tells nothing."""
        expected = self.token(use, value, len(token)) if len(token) >= 8 else ""
        return bool(expected) and hmac.compare_digest(expected, token.lower())


def _in_fours(letters: Iterable[str]) -> str:
    drawn = "".join(letters)
    return "-".join(drawn[i : i + 4] for i in range(0, _CODE_LENGTH, 4))


def new_slip() -> str:
    """What a follow-up code is worked out from; without the deployment's key it says nothing."""
    return secrets.token_hex(12)


def told_code(answer: Mapping[str, Any], host: "Host") -> dict[str, Any]:
    """``told`` of a command whose answer has a ``slip``: its follow-up code in that place. The code itself stands
    nowhere, and whoever asks again with the same key is told the same."""
    told = dict(answer)
    if slip := told.pop("slip", ""):
        told["code"] = keyed(host).code_of(slip)
    return told


def keyed(host: "Host") -> KeyedHash:
    """The deployment's key for this service, read once."""
    found = host.extras.get("keyed")
    if not isinstance(found, KeyedHash):
        found = KeyedHash.load(host.deployment.keys_dir / f"keyed-{host.service.name}.key")
        host.extras["keyed"] = found
    return found
