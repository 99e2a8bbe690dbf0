"""Ed25519 keys of a deployment: the issuer's own (mode 0600) and the public keys it pins.

``<keys_dir>/trusted/<issuer>.pem`` is a public key whose tokens are taken. A file ``<issuer>.json`` beside it bounds
what that issuer may claim: ``{"areas": [...], "roles": [...], "clearance": 2}``, each optional. So a street can let a
bureau's deployment in without letting it speak for the whole street.
"""

import os
import secrets
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

__all__ = ("Bounds", "Pinned", "file_name", "pin", "read_pinned", "signing_key")


class Bounds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The most an issuer may claim; None bounds nothing."""

    areas: tuple[str, ...] | None = None
    roles: tuple[str, ...] | None = None
    clearance: int | None = None


class Pinned(msgspec.Struct, frozen=True):
    """A trusted issuer's key and bounds."""

    key: Ed25519PublicKey
    bounds: Bounds


def file_name(issuer: str) -> str:
    """File stem of an issuer: ``/320113007/gateway`` → ``320113007.gateway``. ValueError for one with other signs."""
    stem = issuer.strip("/").replace("/", ".")
    if not stem or not all(c.isascii() and (c.isalnum() or c in "._-") for c in stem) or ".." in stem:
        raise ValueError(f"not an issuer's name: {issuer!r}")
    return stem


def signing_key(keys_dir: Path, issuer: str, purpose: str = "issuer") -> Ed25519PrivateKey:
    """The issuer's own key, made at first use; of several processes that make it at once, one wins.

    A key for another ``purpose`` (``audit``) is another key: what signs seals must not sign tokens.
    """
    path = keys_dir / f"{purpose}-{file_name(issuer)}.pem"
    if not path.exists():
        keys_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        draft = _write(path, text, 0o600)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path.name} is not an Ed25519 key")
    return key


def pin(keys_dir: Path, issuer: str, key: Ed25519PublicKey, bounds: Bounds | None = None) -> None:
    """Trust tokens of ``issuer`` signed by ``key``. Atomic; running services notice within a second."""
    folder = keys_dir / "trusted"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stem = file_name(issuer)
    limits = folder / f"{stem}.json"
    # Bounds first: a key without its bounds must not be trusted for a moment.
    if bounds is None:
        limits.unlink(missing_ok=True)
    else:
        _write(limits, msgspec.json.encode(bounds), 0o600).replace(limits)
    text = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    path = folder / f"{stem}.pem"
    if not path.exists() or path.read_bytes() != text:
        _write(path, text, 0o644).replace(path)


def read_pinned(keys_dir: Path) -> dict[str, Pinned]:
    """Pinned keys by file stem. A file that is no Ed25519 key, or has bounds nobody can read, is left out."""
    pinned: dict[str, Pinned] = {}
    for path in sorted((keys_dir / "trusted").glob("*.pem")):
        limits = path.with_suffix(".json")
        try:
            key = serialization.load_pem_public_key(path.read_bytes())
            bounds = msgspec.json.decode(limits.read_bytes(), type=Bounds) if limits.exists() else Bounds()
        except (OSError, ValueError, msgspec.DecodeError):
            continue
        if isinstance(key, Ed25519PublicKey):
            pinned[path.stem] = Pinned(key, bounds)
    return pinned


def _write(path: Path, content: bytes, mode: int) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft
