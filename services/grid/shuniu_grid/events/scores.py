"""Figures of the service's own: rates over a window and the two published scores (domain rules 11.2, 11.5). Pure.

A rate is null when its denominator is 0, and a score that needs such a rate is null too: nothing is made up. Rates are
fractions of whole numbers until they are shown.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Literal, NamedTuple

from shuniu.contracts.text import Text

from shuniu_grid.events.measures import RATES

__all__ = ("JINHUA", "JINNIU", "Figures", "Formula", "Part", "jinhua_points", "rate", "score", "shown")

Figures = Mapping[str, int]
"""Sums of measures by name."""


def ratio(over: int, under: int) -> Fraction | None:
    """``over`` ÷ ``under``; None when ``under`` is 0 (or less: more was taken back than counted in the window)."""
    return Fraction(over, under) if under > 0 else None


def rate(name: str, figures: Figures) -> Fraction | None:
    """A declared rate of the figures; null (None) when the denominator is 0. KeyError for an unknown name."""
    rule = RATES[name]
    return ratio(sum(figures.get(n, 0) for n in rule.numerator), sum(figures.get(n, 0) for n in rule.denominator))


class Part(NamedTuple):
    """``points`` for a rate: for what it reaches ("up") or for what is left of 1 ("down")."""

    points: int
    rate: str
    way: Literal["up", "down"]


class Formula(NamedTuple):
    """A score as its source declares it."""

    id: str
    parts: tuple[Part, ...]
    text: Text
    source: str


JINNIU = Formula(
    "jinniu",
    (
        Part(30, "grid.handled_rate", "up"),
        Part(20, "grid.handled_in_time_rate", "up"),
        Part(20, "grid.rework_rate", "down"),
        Part(20, "grid.overdue_waiting_rate", "down"),
        Part(10, "grid.delay_rate", "down"),
    ),
    Text(
        "30×处置率 + 20×按期处置率 + 20×(1−返工率) + 20×(1−超期待处置率) + 10×(1−延期率)（金牛区公开指标）",
        "30 × handled + 20 × in time + 20 × (1 − rework) + 20 × (1 − overdue and waiting) + 10 × (1 − delayed) "
        "(as Jinniu district published)",
    ),
    "domain rules 11.2 (C)",
)

JINHUA_FULL, JINHUA_AT = 50, 70
JINHUA = Text(
    "按期结案率 = 按期结案数 ÷ (应结案数 − 缓办数)，缓办件退出分母；达 70% 得满分 50，每低 1 个百分点扣 1 分，扣完为止"
    "（金华，摘录公式残缺，按可读部分实现）",
    "Closed in time ÷ (to close − postponed): postponed events leave the denominator; 50 points from 70 % on, one less "
    "for each percentage point below, never under 0 (Jinhua; the excerpt is garbled, this is its readable part)",
)


def score(formula: Formula, figures: Figures) -> Fraction | None:
    """The score of the figures; None when one of its rates is null."""
    total = Fraction(0)
    for part in formula.parts:
        reached = rate(part.rate, figures)
        if reached is None:
            return None
        total += part.points * (reached if part.way == "up" else 1 - reached)
    return total


def jinhua_rate(figures: Figures) -> Fraction | None:
    """按期结案率 with postponed events (缓办, 挂账) out of the denominator."""
    return ratio(
        figures.get("grid.closed_due_in_time", 0), figures.get("grid.to_close", 0) - figures.get("grid.postponed", 0)
    )


def jinhua_points(figures: Figures) -> Fraction | None:
    """Points 0 to 50; None when nothing was to be closed."""
    reached = jinhua_rate(figures)
    if reached is None:
        return None
    return max(Fraction(0), JINHUA_FULL - max(Fraction(0), JINHUA_AT - 100 * reached))


def shown(value: Fraction | None, digits: int) -> float | None:
    """A figure as a page shows it, rounded half up (commercial rounding), or None."""
    if value is None:
        return None
    scale = int(10**digits)
    return int(value * scale + Fraction(1, 2)) / scale


def added(many: Iterable[Figures]) -> dict[str, int]:
    """Several figures added up."""
    sums: dict[str, int] = {}
    for figures in many:
        for name, value in figures.items():
            sums[name] = sums.get(name, 0) + value
    return sums
