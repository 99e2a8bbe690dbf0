"""Identifiers: UUID version 7 (RFC 9562 section 5.7), 48 bits of Unix milliseconds and 74 random bits."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

__all__ = ["IdSource", "uuid7", "uuid7_time"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
RANDOM_BITS = 74
ENTROPY_BYTES = 10


def _milliseconds(now: datetime) -> int:
    if now.tzinfo is None:
        raise ValueError("a time without a zone has no place in an identifier")
    return (now - EPOCH) // timedelta(milliseconds=1)


def _compose(milliseconds: int, random: int) -> UUID:
    if not 0 <= milliseconds < 1 << 48:
        raise ValueError("time outside the 48 bits of a UUIDv7")
    high, low = random >> 62, random & ((1 << 62) - 1)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


def uuid7(now: datetime, entropy: bytes) -> UUID:
    """The UUIDv7 of this instant and these 10 bytes (their first 74 bits are used). Pure.

    Raises ValueError for a naive time, one before 1970, or another number of bytes.
    """
    if len(entropy) != ENTROPY_BYTES:
        raise ValueError(f"{ENTROPY_BYTES} bytes of entropy are needed, not {len(entropy)}")
    return _compose(_milliseconds(now), int.from_bytes(entropy, "big") >> (8 * ENTROPY_BYTES - RANDOM_BITS))


def uuid7_time(value: UUID | str) -> datetime:
    """The instant (UTC, milliseconds) a UUIDv7 carries. ValueError if it is no UUIDv7."""
    uuid = value if isinstance(value, UUID) else UUID(value)
    if uuid.version != 7:
        raise ValueError(f"{uuid} is not a UUIDv7")
    return EPOCH + timedelta(milliseconds=uuid.int >> 80)


class IdSource:
    """Gives out UUIDv7 texts that only grow, within one process, also if the clock stands still or runs back.

    For the edges (commands, events, blobs); rules get ids in their context. Within one millisecond the random part
    is counted on by a random step (RFC 9562 section 6.2, method 2), so ids stay hard to guess. Safe between threads.
    """

    def __init__(self, entropy: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._entropy = entropy
        self._lock = threading.Lock()
        self._milliseconds = -1
        self._random = 0

    def new(self, now: datetime) -> str:
        """The next id, 36 characters, greater than every id given before."""
        at = _milliseconds(now)
        fresh = int.from_bytes(self._entropy(ENTROPY_BYTES), "big")
        with self._lock:
            if at > self._milliseconds:
                # The highest bit starts clear, so that counting on within the millisecond cannot run over.
                self._milliseconds, self._random = at, fresh >> (8 * ENTROPY_BYTES - RANDOM_BITS + 1)
            else:
                self._random += 1 + (fresh & 0xFFFF_FFFF)
                if self._random >> RANDOM_BITS:
                    self._milliseconds, self._random = self._milliseconds + 1, fresh >> 7
            return str(_compose(self._milliseconds, self._random))
