"""Hours as integer minutes (domain rules 5.5, 10.8): time actually served, no travel, no breaks. Pure."""

from collections.abc import Iterable
from datetime import datetime

__all__ = ("minutes_served", "overlaps", "whole_minutes")


def whole_minutes(since: datetime, until: datetime) -> int:
    """Full minutes between two instants; never negative."""
    return max(0, int((until - since).total_seconds()) // 60)


def minutes_served(since: datetime, until: datetime, breaks: int, length: int, room: int, unit: int = 15) -> int:
    """out − in − breaks, at most the activity's ``length`` and the day's ``room``, rounded down to ``unit``."""
    raw = whole_minutes(since, until) - breaks
    return max(0, min(raw, length, room)) // unit * unit


def overlaps(since: datetime, until: datetime, others: Iterable[tuple[datetime, datetime]]) -> bool:
    """Whether the time runs into one of ``others``; to end as the next begins is no overlap."""
    return any(since < end and begin < until for begin, end in others)
