"""Lineage of areas (网格沿革): what became of what, and since when. Pure.

A split, a merger or a moved border ends areas and begins others (domain rules 2, "Grid code to implement"); a matter
keeps the area it was opened in, and the lineage says which ground that is today, or was then.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec
from shuniu.contracts.grid.areas import RedrawKind

from shuniu_grid.areas.rows import AreaChange

__all__ = ("Relative", "ancestors", "descendants", "standing_on")


class Relative(msgspec.Struct, frozen=True, kw_only=True):
    """An area some steps away in the lineage: the change that links it, on the day it took effect."""

    code: str
    steps: int
    operation: RedrawKind
    on: date
    change: str
    plan: str


def _walk(code: str, links: Mapping[str, Sequence[tuple[AreaChange, Sequence[str]]]]) -> tuple[Relative, ...]:
    found: dict[str, Relative] = {}
    queue = deque([(code, 0)])
    while queue:
        at, steps = queue.popleft()
        for change, others in links.get(at, ()):
            for other in others:
                if other not in found and other != code:
                    found[other] = Relative(
                        code=other,
                        steps=steps + 1,
                        operation=change.operation,
                        on=change.on,
                        change=change.id,
                        plan=change.plan,
                    )
                    queue.append((other, steps + 1))
    return tuple(found.values())


def _links(changes: Iterable[AreaChange], back: bool) -> dict[str, list[tuple[AreaChange, Sequence[str]]]]:
    links: dict[str, list[tuple[AreaChange, Sequence[str]]]] = {}
    for change in changes:
        ends, others = (change.after, change.before) if back else (change.before, change.after)
        for code in ends:
            links.setdefault(code, []).append((change, others))
    return links


def ancestors(code: str, changes: Iterable[AreaChange]) -> tuple[Relative, ...]:
    """What the area came of, nearest first."""
    return _walk(code, _links(changes, back=True))


def descendants(code: str, changes: Iterable[AreaChange]) -> tuple[Relative, ...]:
    """What became of the area, nearest first."""
    return _walk(code, _links(changes, back=False))


def standing_on(code: str, changes: Sequence[AreaChange], on: date) -> tuple[str, ...]:
    """The codes by which the area's ground went, or goes, on a day: the area itself where it stands then.

    Of a moved border or a merger these are all the areas that share its ground, which may reach beyond it.
    """
    made = {c: change for change in changes for c in change.after}
    ended = {c: change for change in changes for c in change.before}
    standing: set[str] = set()
    seen: set[str] = set()
    queue = deque([code])
    while queue:
        at = queue.popleft()
        if at in seen:
            continue
        seen.add(at)
        if (birth := made.get(at)) is not None and on < birth.on:
            queue.extend(birth.before)
        elif (end := ended.get(at)) is not None and on >= end.on:
            queue.extend(end.after)
        else:
            standing.add(at)
    return tuple(sorted(standing))
