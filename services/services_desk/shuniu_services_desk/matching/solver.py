"""Needs to offers, all at once: as many as can be served, and of those ways the one with the most points.

An assignment problem: each offer stands as often as it has room, each need may also stay without. Solved exactly by
SciPy's shortest augmenting paths (Jonker-Volgenant); points are integers far below 2⁵³, so nothing is rounded. One need
after the other to its best offer (greedy) does worse: it takes places that others needed more.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from shuniu.contracts.services_desk.needs import OtherOffer, Score
from shuniu.contracts.services_desk.offers import Offer

from shuniu_services_desk.matching.scoring import score
from shuniu_services_desk.needs.state import Need

__all__ = ("OTHERS", "SERVED", "Assigned", "assign", "solve")

SERVED = 1_000_000
"""Worth of serving a need at all: more than all the points of every other match together."""
OTHERS = 3
"""How many other possibilities a proposal shows."""


class Assigned(NamedTuple):
    """A need, the offer the solution gives it, why, and what else was possible, best first."""

    need: str
    offer: str
    unit: str
    score: Score
    others: tuple[OtherOffer, ...]


def solve(points: Sequence[Sequence[int | None]], room: Sequence[int]) -> list[int | None]:
    """For each row the column it gets, or None; a column at most ``room`` times. Most rows first, then most points.

    ``points`` are not negative, None where a pair is impossible.
    """
    # Half a second to import: only where something is solved. It has no types of its own.
    from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]

    if not points:
        return []
    places = [column for column, free in enumerate(room) for _ in range(min(max(0, free), len(points)))]
    alone = [0] * len(points)
    worth = [
        [-SERVED if (value := given[column]) is None else SERVED + value for column in places] + alone
        for given in points
    ]
    _, chosen = linear_sum_assignment(worth, maximize=True)
    return [places[at] if at < len(places) else None for at in chosen.tolist()]


def assign(
    needs: Sequence[Need], offers: Sequence[Offer], room: Mapping[str, int], now: datetime
) -> tuple[Assigned, ...]:
    """The solution for these needs, in the order of their ids whatever order they come in."""
    ordered = sorted(needs, key=lambda n: n.id)
    there = sorted((o for o in offers if room.get(o.code, 0) > 0), key=lambda o: o.code)
    scores = [[score(n, o, room[o.code], now) for o in there] for n in ordered]
    points = [[s.total if s is not None else None for s in row] for row in scores]
    found = []
    for n, row, at in zip(ordered, scores, solve(points, [room[o.code] for o in there]), strict=True):
        if at is None:
            continue
        best = row[at]
        assert best is not None  # an impossible pair is worth less than none
        rest: list[tuple[Any, Score]] = [
            (o, s) for i, (o, s) in enumerate(zip(there, row, strict=True)) if s is not None and i != at
        ]
        rest.sort(key=lambda pair: (-pair[1].total, pair[0].code))
        others = tuple(OtherOffer(offer=o.code, unit=o.unit, score=s) for o, s in rest[:OTHERS])
        found.append(Assigned(n.id, there[at].code, there[at].unit, best, others))
    return tuple(found)
