"""巡查覆盖率 = grids with at least one round in the window ÷ grids (domain rules 11.5). Pure."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

__all__ = ("CoverageFigures", "CoverageLine", "Walked", "coverage")


class Walked(NamedTuple):
    """Rounds of one grid in the window: how many, their minutes, how many were measured and those rounds' metres."""

    rounds: int
    minutes: int
    measured: int = 0
    metres: int = 0


class CoverageFigures(msgspec.Struct, frozen=True, kw_only=True):
    """``coverage`` is null without grids; means are null without rounds (or without measured ones)."""

    grids: int
    patrolled: int
    coverage: float | None
    rounds: int
    minutes: int | None
    length: int | None


class CoverageLine(NamedTuple):
    """One community, or all of them together (``area`` "")."""

    area: str
    figures: CoverageFigures


def _figures(grids: Iterable[str], walked: Mapping[str, Walked]) -> CoverageFigures:
    there = list(grids)
    done = [walked[g] for g in there if g in walked and walked[g].rounds > 0]
    rounds, measured = sum(w.rounds for w in done), sum(w.measured for w in done)
    return CoverageFigures(
        grids=len(there),
        patrolled=len(done),
        coverage=round(len(done) / len(there), 4) if there else None,
        rounds=rounds,
        minutes=round(sum(w.minutes for w in done) / rounds) if rounds else None,
        length=round(sum(w.metres for w in done) / measured) if measured else None,
    )


def coverage(grids: Iterable[str], walked: Mapping[str, Walked]) -> list[CoverageLine]:
    """A line for each community in code order, then all together. Rounds of grids that are not there do not count."""
    there = sorted(set(grids))
    communities: dict[str, list[str]] = {}
    for grid in there:
        communities.setdefault(grid[:12], []).append(grid)
    lines = [CoverageLine(code, _figures(inside, walked)) for code, inside in sorted(communities.items())]
    return [*lines, CoverageLine("", _figures(there, walked))]
