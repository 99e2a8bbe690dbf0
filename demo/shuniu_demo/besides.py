"""The desk, the insurance and the volunteers in the story: which threads, how many, when.

A short past (``scale`` below 1) keeps one of every way, so that no status and no panel goes without.
"""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from shuniu_demo import (
    activities,
    association,
    claims,
    counter,
    desk,
    hazards,
    home,
    insured,
    sharing,
    time_bank,
    together,
    volunteers,
)
from shuniu_demo.script import Act

__all__ = ("besides", "left_besides")

SHORT_REGISTER = 120
"""Volunteers of a short past's register."""


def besides(
    seed: int, begin: datetime, end: datetime, moments: Callable[[int], list[datetime]], *, scale: float
) -> Iterator[list[Act]]:
    """All threads of the past; ``moments`` tells so many instants of office hours."""

    def count(whole: int, least: int) -> int:
        return max(least, round(whole * scale))

    def spread(whole: int, rare: int) -> list[datetime]:
        """Early moments for the ways that no past may lack, so that they come to their end; the rest as they fall.
        The first hour belongs to registers and catalogues."""
        found = [*moments(3 * rare)[:rare], *moments(max(0, round(whole * scale) - rare))]
        return [max(at, begin + timedelta(minutes=50)) for at in found]

    rng = random.Random(seed)
    whole = scale >= 1
    yield from desk.set_up(begin)
    yield from desk.at_the_desk(rng, spread(desk.CASES, desk.LEAST))
    yield from counter.hall(rng, begin)
    yield from counter.needs(rng, begin)
    yield from home.home_visits(rng, begin)
    yield from together.standards(rng, begin)
    yield from together.deliberations(rng, begin)
    yield from insured.insured(seed + 1, begin, end)
    yield from claims.paid_last_quarter(rng, end, count(claims.PAST, 3))
    yield from claims.claims(rng, spread(claims.CLAIMS, len(claims.RARE)))
    yield from hazards.hazards(rng, spread(hazards.HAZARDS, len(hazards.RARE)))
    yield from hazards.known_hazard(rng, begin)
    yield from volunteers.set_up(seed + 2, begin, count=volunteers.REGISTERED if whole else SHORT_REGISTER)
    yield from volunteers.saturdays(seed + 3, begin, end, count=volunteers.SATURDAYS if whole else 1)
    yield from activities.activities(rng, begin, count(activities.ACTIVITIES, len(activities.RARE)))
    yield from time_bank.set_up(rng, begin)
    yield from time_bank.orders(rng, begin)
    yield from association.associated(rng, begin)
    yield from sharing.sharing(rng, begin)


def left_besides(seed: int, end: datetime) -> Iterator[list[Act]]:
    """What is left to do today."""
    rng = random.Random(seed)
    yield from desk.left_cases(rng, end)
    yield from counter.left_hall(rng, end)
    yield from counter.left_needs(rng, end)
    yield from home.left_home_visits(rng, end)
    yield from together.left_together(rng, end)
    yield from insured.left_insured(rng, end)
    yield from claims.left_claims(rng, end)
    yield from hazards.left_hazards(rng, end)
    yield from activities.left_activities(rng, end)
    yield from time_bank.left_orders(rng, end)
    yield from association.left_rounds(rng, end)
    yield from sharing.left_sharing(rng, end)
