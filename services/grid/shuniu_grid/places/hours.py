"""Opening hours (开放时间): "1-5 09:00-17:30; 6 10:00-12:00", and whether a place is open. Pure.

Days of the week count, not holidays: who keeps a place open on a holiday says so in its hours.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from shuniu.contracts.grid.places import OpeningHours
from shuniu.rules.calendar import local

__all__ = ("DAY_MINUTES", "open_at", "read_hours", "write_hours")

DAY_MINUTES = 24 * 60
_SLOT = re.compile(r"([1-7](?:-[1-7])?(?:,[1-7](?:-[1-7])?)*)\s+(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")


def read_hours(text: str) -> tuple[OpeningHours, ...]:
    """Hours as people write them. Raises ValueError for what is none."""
    found = []
    for part in (p.strip() for p in text.replace("；", ";").replace("：", ":").replace("，", ",").split(";")):
        if not part:
            continue
        slot = _SLOT.fullmatch(part)
        if slot is None:
            raise ValueError(part)
        start, end = int(slot[2]) * 60 + int(slot[3]), int(slot[4]) * 60 + int(slot[5])
        if not 0 <= start < end <= DAY_MINUTES or int(slot[3]) > 59 or int(slot[5]) > 59:
            raise ValueError(part)
        found.append(OpeningHours(days=_days(slot[1]), start=start, end=end))
    return tuple(found)


def _days(text: str) -> tuple[int, ...]:
    days: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        if last and int(last) < int(first):
            raise ValueError(part)
        days.update(range(int(first), int(last or first) + 1))
    return tuple(sorted(days))


def write_hours(hours: Iterable[OpeningHours]) -> str:
    """The same in writing; :func:`read_hours` reads it back."""
    return "; ".join(
        f"{','.join(map(str, h.days))} {h.start // 60:02d}:{h.start % 60:02d}-{h.end // 60:02d}:{h.end % 60:02d}"
        for h in hours
    )


def open_at(hours: Iterable[OpeningHours], at: datetime) -> bool | None:
    """Whether a place is open at an instant; None where it tells no hours."""
    slots = tuple(hours)
    if not slots:
        return None
    here = local(at)
    minute = here.hour * 60 + here.minute
    return any(here.isoweekday() in h.days and h.start <= minute < h.end for h in slots)
