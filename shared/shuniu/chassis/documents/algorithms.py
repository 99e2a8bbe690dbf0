"""Signature algorithms: Ed25519 here, others by plug-ins (entry point group ``shuniu.signatures``), such as SM2.

A plug-in is an object with ``name`` and the three functions of :class:`Algorithm`; its module is loaded when first
asked for. GM/T asks for SM2 in government; no library that we would trust with keys by default has it (domain rules
7.3), so a deployment that must use it installs a plug-in and names it: ``SHUNIU_SIGNATURE_ALGORITHM=SM2``.
"""

from functools import cache
from importlib.metadata import entry_points
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shuniu.runtime.child import SetUpError

__all__ = ("Algorithm", "UnknownAlgorithmError", "algorithm")

GROUP = "shuniu.signatures"


class UnknownAlgorithmError(SetUpError):
    """No algorithm of that name is installed; a deployment that names it does not start."""


class Algorithm(Protocol):
    """Keys and signatures as raw bytes."""

    name: str

    def generate(self) -> tuple[bytes, bytes]:
        """A new (private, public) pair."""

    def sign(self, private: bytes, data: bytes) -> bytes:
        """A signature over ``data``."""

    def verify(self, public: bytes, data: bytes, signature: bytes) -> bool:
        """Whether the signature is right; never raises for a wrong one."""


class Ed25519:
    """RFC 8032."""

    name = "Ed25519"

    def generate(self) -> tuple[bytes, bytes]:
        """A new (private, public) pair of 32 bytes each."""
        key = Ed25519PrivateKey.generate()
        return key.private_bytes_raw(), key.public_key().public_bytes_raw()

    def sign(self, private: bytes, data: bytes) -> bytes:
        """64 bytes."""
        return Ed25519PrivateKey.from_private_bytes(private).sign(data)

    def verify(self, public: bytes, data: bytes, signature: bytes) -> bool:
        """Whether the signature is right."""
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
        except (InvalidSignature, ValueError):
            return False
        return True


@cache
def algorithm(name: str) -> Algorithm:
    """The algorithm of that name. Raises UnknownAlgorithmError."""
    if name == Ed25519.name:
        return Ed25519()
    for point in entry_points(group=GROUP):
        if point.name == name:
            made: Algorithm = point.load()()
            return made
    known = ", ".join(sorted({Ed25519.name, *(point.name for point in entry_points(group=GROUP))}))
    raise UnknownAlgorithmError(
        f"no signature algorithm {name!r} is installed (here are: {known}); "
        f"a distribution with an entry point of the group {GROUP} brings one"
    )
