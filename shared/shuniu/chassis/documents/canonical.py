"""One way of writing a document down, so that its hash is the same wherever it is computed (RFC 8785, a part of it).

Objects with sorted keys, lists, strings, integers, booleans and null; no floats: money is fen, time is text.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

__all__ = ("canonical", "digest")


def canonical(document: Mapping[str, Any]) -> bytes:
    """The document's bytes. ValueError for a value that has more than one way of being written."""
    _check(document)
    # Keys of our documents are ASCII, so sorting by code point and by UTF-16 unit is the same.
    return msgspec.json.encode(document, order="sorted")


def _check(value: Any) -> None:
    match value:
        case None | bool() | int() | str():
            return
        case Mapping():
            for key, inner in value.items():
                if not (isinstance(key, str) and key.isascii()):
                    raise ValueError(f"a document's keys are ASCII text: {key!r}")
                _check(inner)
        case list() | tuple():
            for inner in value:
                _check(inner)
        case _:
            raise ValueError(f"a document holds no {type(value).__name__}")


def digest(document: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical bytes, in hex."""
    return hashlib.sha256(canonical(document)).hexdigest()
