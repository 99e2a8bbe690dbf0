"""A person's signature under a document: with a key of their own, vouched for by the service that issues it.

Keys lie in the deployment's key folder (``signers/``, mode 0600), one for each account and algorithm, made at the first
signature; the private key is used only while a command of its own account is being prepared.
"""

import base64
import os
import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shuniu.chassis.context import Actor
from shuniu.chassis.documents.algorithms import UnknownAlgorithmError, algorithm
from shuniu.chassis.documents.canonical import canonical, digest
from shuniu.chassis.identity.keys import signing_key
from shuniu.contracts.document import Signature
from shuniu.rules.refusal import Forbidden

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("check_signature", "new_code", "service_key", "sign")

PURPOSE = "documents"
_CODE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0/O, 1/I: codes are read aloud
CODE_LENGTH = 16


class _Pair(msgspec.Struct, frozen=True):
    alg: str
    private: str
    public: str


def new_code() -> str:
    """A document's code: 80 random bits nobody guesses, in characters that can be read aloud."""
    return "".join(secrets.choice(_CODE) for _ in range(CODE_LENGTH))


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _own_key(keys_dir: Path, account: str, alg: str) -> _Pair:
    if not account or not all(c.isascii() and (c.isalnum() or c in "-_") for c in account):
        # Somebody of another deployment signs there, with the key they have there.
        raise Forbidden("document.signer")
    path = keys_dir / "signers" / f"{account}.{alg}.json"
    if not path.exists():
        private, public = algorithm(alg).generate()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(_Pair(alg, _b64(private), _b64(public))))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # of two processes at once, one wins
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return msgspec.json.decode(path.read_bytes(), type=_Pair)


def _signed_words(sha256: str, alg: str, role: str, unit: str, at: datetime) -> bytes:
    return canonical({"alg": alg, "at": at.isoformat(), "role": role, "sha256": sha256, "unit": unit})


def _vouched_words(alg: str, key: str, issuer: str) -> bytes:
    return canonical({"alg": alg, "issuer": issuer, "key": key})


def sign(host: "Host", actor: Actor, document: Mapping[str, Any], *, role: str, unit: str) -> Signature:
    """The actor's signature under a document. Raises Forbidden ``document.signer`` for who has no key here.

    Call it in a command's ``operate``: it is told who asks, and what it answers is frozen into the decision.
    """
    if actor.kind != "person":
        raise Forbidden("document.signer")
    at, alg = host.clock.now(), host.deployment.signature_algorithm
    pair = _own_key(host.deployment.keys_dir, actor.id, alg)
    value = algorithm(alg).sign(base64.b64decode(pair.private), _signed_words(digest(document), alg, role, unit, at))
    voucher = signing_key(host.deployment.keys_dir, host.source, PURPOSE).sign(
        _vouched_words(alg, pair.public, host.source)
    )
    return Signature(
        alg=alg,
        key=pair.public,
        role=role,
        unit=unit,
        at=at,
        value=_b64(value),
        voucher=_b64(voucher),
        issuer=host.source,
    )


def service_key(host: "Host") -> Ed25519PublicKey:
    """The public key this service vouches with; published at ``GET /documents/key``."""
    return signing_key(host.deployment.keys_dir, host.source, PURPOSE).public_key()


def check_signature(sha256: str, signature: Signature, vouching: bytes) -> str:
    """ "" when the signature is right, else the code of what is wrong: ``algorithm``, ``voucher``, ``value``.

    ``sha256`` is the hash of the document at hand, ``vouching`` the raw public key of the service that vouches.
    """
    try:
        scheme = algorithm(signature.alg)
        key, value, voucher = (base64.b64decode(t) for t in (signature.key, signature.value, signature.voucher))
    except (UnknownAlgorithmError, ValueError):
        return "algorithm"
    words = _vouched_words(signature.alg, signature.key, signature.issuer)
    if not algorithm("Ed25519").verify(vouching, words, voucher):
        return "voucher"
    signed = _signed_words(sha256, signature.alg, signature.role, signature.unit, signature.at)
    return "" if scheme.verify(key, signed, value) else "value"
