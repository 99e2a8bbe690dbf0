"""Evidence (佐证材料): references to files by content, and which files are taken (design choice)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from shuniu.rules.refusal import FieldError, Unprocessable

__all__ = [
    "CSV",
    "MAX_BYTES",
    "MAX_FILES",
    "MEDIA_TYPES",
    "XLSX",
    "BlobRef",
    "check_blob",
    "check_evidence",
    "media_type_of",
]

MEDIA_TYPES: Final = frozenset({"image/jpeg", "image/png", "image/webp", "application/pdf", "video/mp4"})
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV: Final = "text/csv"
"""Spreadsheets are files of a service, and never evidence."""
MAX_BYTES: Final = 20 * 1024 * 1024
MAX_FILES: Final = 9
_SHA256 = re.compile(r"[0-9a-f]{64}")


class BlobRef(msgspec.Struct, frozen=True):
    """A file of the service, named by its content: SHA-256 in lower-case hex, size in bytes, media type."""

    sha256: str
    size: int
    media_type: str


def media_type_of(head: bytes) -> str | None:
    """The media type by the first bytes of the content (12 suffice), None if it is none of those taken."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head[4:8] == b"ftyp":
        return "video/mp4"
    return None


def _blob_errors(ref: BlobRef, field: str) -> list[FieldError]:
    errors = []
    if not _SHA256.fullmatch(ref.sha256):
        errors.append(FieldError(f"{field}.sha256", "bad_hash"))
    if ref.size < 1:
        errors.append(FieldError(f"{field}.size", "empty"))
    elif ref.size > MAX_BYTES:
        errors.append(FieldError(f"{field}.size", "too_big"))
    if ref.media_type not in MEDIA_TYPES:
        errors.append(FieldError(f"{field}.media_type", "not_taken"))
    return errors


def check_blob(ref: BlobRef, field: str = "evidence") -> BlobRef:
    """The reference itself if such a file is taken, else Unprocessable `evidence.not_taken` naming the fields."""
    if errors := _blob_errors(ref, field):
        raise Unprocessable("evidence.not_taken", fields=tuple(errors), params={"most_bytes": MAX_BYTES})
    return ref


def check_evidence(refs: Sequence[BlobRef], *, least: int = 0, field: str = "evidence") -> tuple[BlobRef, ...]:
    """The references if they are at least `least`, at most nine, each a different file and each of a kind taken.

    Unprocessable, all 422: `evidence.missing`, `evidence.too_many`, `evidence.twice`, `evidence.not_taken`.
    """
    if len(refs) < least:
        raise Unprocessable("evidence.missing", fields=(FieldError(field, "missing"),), params={"least": least})
    if len(refs) > MAX_FILES:
        raise Unprocessable("evidence.too_many", fields=(FieldError(field, "too_many"),), params={"most": MAX_FILES})
    errors = [e for i, ref in enumerate(refs) for e in _blob_errors(ref, f"{field}.{i}")]
    if errors:
        raise Unprocessable("evidence.not_taken", fields=tuple(errors), params={"most_bytes": MAX_BYTES})
    if len({ref.sha256 for ref in refs}) < len(refs):
        raise Unprocessable("evidence.twice", fields=(FieldError(field, "twice"),))
    return tuple(refs)
