"""Who is called next and who gets a case: fair, the same for the same input, and with the reason. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

__all__ = (
    "Candidate",
    "Chosen",
    "Passed",
    "Waiting",
    "covers",
    "least_loaded",
    "minutes_between",
    "next_number_of",
    "turn",
)


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A number that waits. ``order`` is its place among the day's numbers, ``only`` the one post it was sent to."""

    ticket: str
    number: str
    order: int
    items: tuple[str, ...] = ()
    taken_at: datetime
    ahead: int = 0
    only: str = ""
    came_back: bool = False


class Passed(msgspec.Struct, frozen=True):
    """A number taken earlier that this post does not call now, and why."""

    number: str
    why: Literal["skill", "post", "ahead"]


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """The number to call, with what it was preferred to."""

    waiting: Waiting
    waited: int
    passed: tuple[Passed, ...] = ()


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A clerk on duty who may take a case; ``load`` is what they have in hand."""

    clerk: str
    post: str
    load: int


def minutes_between(start: datetime, end: datetime) -> int:
    """Whole minutes, never fewer than none."""
    return max(0, int((end - start).total_seconds() // 60))


def covers(skills: Iterable[str], items: Iterable[str]) -> bool:
    """Whether every item is among the skills: ``*`` is any, ``GG-SB*`` a group by its prefix."""
    held = tuple(skills)
    return all(any(s == item or (s.endswith("*") and item.startswith(s[:-1])) for s in held) for item in items)


def turn(w: Waiting) -> tuple[datetime, int]:
    """What numbers are called by: when it was taken, put ahead by its minutes; then its place."""
    return w.taken_at - timedelta(minutes=w.ahead), w.order


def next_number_of(
    waiting: Sequence[Waiting], post: str, skills: Sequence[str], posts: Iterable[str], now: datetime
) -> Chosen | None:
    """The longest waiting number this post can serve, priority counted as minutes waited; ties by order of taking.

    Priority is bounded by its minutes, so nobody waits for ever behind it. A number sent to a post that is not there
    any more (``posts`` are those that are) is anybody's again.
    """
    there = frozenset(posts)

    def why_not(w: Waiting) -> Literal["skill", "post"] | None:
        if w.only and w.only != post and w.only in there:
            return "post"
        return None if w.only == post or covers(skills, w.items) else "skill"

    able = [w for w in waiting if why_not(w) is None]
    if not able:
        return None
    chosen = min(able, key=turn)
    earlier = [w for w in waiting if (w.taken_at, w.order) < (chosen.taken_at, chosen.order)]
    passed = tuple(Passed(w.number, why_not(w) or "ahead") for w in sorted(earlier, key=lambda w: w.order))
    return Chosen(waiting=chosen, waited=minutes_between(chosen.taken_at, now), passed=passed)


def least_loaded(candidates: Iterable[Candidate]) -> Candidate | None:
    """The clerk with the least in hand; ties by post, then account."""
    return min(candidates, key=lambda c: (c.load, c.post, c.clerk), default=None)
