"""Counters: guard rows behind the numbers people know matters by (``WS261123-0007``).

A command asks for :func:`counter_key` among its rows, names its matter after :func:`next_number`, and lists the key in
``Emit.on``: every event that evolves a counter counts one.
"""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from shuniu.chassis.rows import Happening, Key, RowKind, Rows
from shuniu.contracts.envelope import Fact

__all__ = ("COUNTER", "Counter", "counter_key", "next_number")

_SHANGHAI = ZoneInfo("Asia/Shanghai")


class Counter(msgspec.Struct, frozen=True):
    """How many numbers of one series have been given out."""

    last: int = 0


def _count(row: Counter | None, fact: Fact, happening: Happening) -> Counter:
    return Counter((row.last if row else 0) + 1)


COUNTER: RowKind[Counter] = RowKind("counter", Counter, "counter", _count)


@lru_cache(maxsize=256)  # a batch asks for the same instant again and again
def _series(prefix: str, now: datetime) -> str:
    return f"{prefix}{now.astimezone(_SHANGHAI):%y%m%d}"


def counter_key(prefix: str, now: datetime) -> Key:
    """Key of the counter of ``prefix`` on the business day of ``now``."""
    return COUNTER.key(_series(prefix, now))


def next_number(rows: Rows, prefix: str, now: datetime, ahead: int = 0) -> str:
    """The next number of the day, e.g. ``WS261123-0007``; ``ahead`` counts what the same decision gives out before."""
    series = _series(prefix, now)
    row = rows.find(COUNTER, series)
    return f"{series}-{(row.last if row else 0) + 1 + ahead:04d}"
