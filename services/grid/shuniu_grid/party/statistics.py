"""Figures by party organisation (党建维度统计): grid events counted by whose duty their area was on that day. Pure.

What an event counts is what it counts everywhere (:mod:`shuniu_grid.events.counting`); the party axis only gathers it
otherwise. An organisation's figures hold those of everything under it, so they do not add up over the tree.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from shuniu_grid.party.tree import DutyOf, PartyTree, below, in_duty_of

__all__ = ("COUNTED", "Counted", "Figures", "gather", "rate")

COUNTED: tuple[str, ...] = (
    "grid.reported",
    "grid.filed",
    "grid.closed_of_filed",
    "grid.self_handled",
    "grid.overdue",
)
"""The measures that are gathered."""


class Counted(NamedTuple):
    """What the events of an area add to a measure on a day."""

    area: str
    name: str
    on: date
    value: int


class Figures(NamedTuple):
    """One organisation's figures, with everything under it."""

    organisation: str
    areas: int
    open: int
    sums: dict[str, int]


def gather(
    organisations: Iterable[str],
    tree: PartyTree | None,
    duties: Mapping[str, DutyOf],
    counted: Iterable[Counted],
    waiting: Mapping[str, int],
    today: date,
) -> list[Figures]:
    """Figures of each organisation. ``waiting`` are open events by area, counted by whose duty the area is today."""
    known = dict(duties)
    own: dict[str, dict[str, int]] = {}
    for c in counted:
        sums = own.setdefault(in_duty_of(c.area, c.on, known), {})
        sums[c.name] = sums.get(c.name, 0) + c.value
    open_now: dict[str, int] = {}
    for area, n in waiting.items():
        code = in_duty_of(area, today, known)
        open_now[code] = open_now.get(code, 0) + n
    areas: dict[str, int] = {}
    for duty in duties.values():
        if code := in_duty_of(duty.target, today, {duty.target: duty}):
            areas[code] = areas.get(code, 0) + 1
    found = []
    for code in organisations:
        group = below(tree, code)
        sums = {name: sum(own.get(c, {}).get(name, 0) for c in group) for name in COUNTED}
        found.append(Figures(code, sum(areas.get(c, 0) for c in group), sum(open_now.get(c, 0) for c in group), sums))
    return found


def rate(numerator: int, denominator: int) -> float | None:
    """None where there was nothing to count (domain rules 11)."""
    return numerator / denominator if denominator else None
