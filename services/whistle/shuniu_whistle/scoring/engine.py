"""The scoring engine (考核计分): a rate becomes points, piecewise linear with floor, cap and zero threshold. Pure.

    points = clamp(full − slope · (target − rate), floor, cap);  0 up to the zero threshold

Rates are exact fractions, marks exact decimals, rounding is half-up; no binary float comes in anywhere, because
published pairs do not survive one (83.33 % → 17.67 becomes 17.66; domain rules 11.3).
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec

__all__ = ("Indicator", "Scored", "ScoringProfile", "half_up", "score", "score_all")

Exact = Fraction | Decimal | int


def half_up(value: Exact, digits: int) -> Decimal:
    """``value`` to ``digits`` decimals; halves away from zero. (Decimal's own quantize would first need a Decimal.)"""
    scaled = Fraction(value) * 10**digits
    whole = (abs(scaled) + Fraction(1, 2)).__floor__()
    return (Decimal(whole) if scaled >= 0 else -Decimal(whole)).scaleb(-digits)


class Indicator(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of a scoring table. Marks and rates in per cent, written as decimals.

    numerator, denominator  figures of orders (see ``orders.figures``) that make the rate
    origin                  only orders of that origin; "" all
    full, target, slope     full mark at the target, and what each per cent below it costs; None: not known
    floor, cap              least and most points
    zero_to                 no points up to this rate, whatever the slope says; None: no such threshold
    """

    id: str
    numerator: tuple[str, ...]
    denominator: str
    origin: str = ""
    full: Decimal | None = None
    target: Decimal | None = None
    slope: Decimal | None = None
    floor: Decimal = Decimal(0)
    cap: Decimal | None = None
    zero_to: Decimal | None = None

    def __post_init__(self) -> None:
        known = [self.full, self.target, self.slope, self.cap]
        if any(k is None for k in known) != all(k is None for k in known):
            raise ValueError(f"{self.id}: full mark, target, slope and cap are known together or not at all")
        if self.cap is not None and not self.floor <= self.cap:
            raise ValueError(f"{self.id}: the floor lies above the cap")
        if self.slope is not None and self.slope < 0:
            raise ValueError(f"{self.id}: a higher rate never costs points")
        if self.full is None and self.zero_to is None:
            raise ValueError(f"{self.id}: nothing is known of it")


class ScoringProfile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A scoring table. ``rate_digits``: decimals of per cent that a rate is rounded to before it is scored (None: it
    is scored as it is); ``reconstructed``: made from published results, not from the city's text."""

    source: str
    reconstructed: bool
    rate_digits: int | None = None
    score_digits: int = 2
    indicators: tuple[Indicator, ...]

    def __post_init__(self) -> None:
        ids = [i.id for i in self.indicators]
        if len(set(ids)) != len(ids):
            raise ValueError("two indicators share an id")


def score(indicator: Indicator, rate: Exact | None, profile: ScoringProfile) -> Decimal | None:
    """Points for a rate in per cent; None without a rate, and where the table does not say."""
    if rate is None:
        return None
    given = Fraction(rate if profile.rate_digits is None else half_up(rate, profile.rate_digits))
    if indicator.zero_to is not None and given <= Fraction(indicator.zero_to):
        return half_up(0, profile.score_digits)
    if indicator.full is None or indicator.target is None or indicator.slope is None or indicator.cap is None:
        return None
    points = Fraction(indicator.full) - Fraction(indicator.slope) * (Fraction(indicator.target) - given)
    return half_up(min(max(points, Fraction(indicator.floor)), Fraction(indicator.cap)), profile.score_digits)


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """One indicator of one unit: both numbers of the rate, the rate in per cent, the points."""

    indicator: str
    above: int
    below: int
    rate: Fraction | None
    points: Decimal | None


def score_all(profile: ScoringProfile, sums: Mapping[str, Mapping[str, int]]) -> tuple[Scored, ...]:
    """Every indicator; ``sums`` are figures by origin, all of them under ""."""
    found: list[Scored] = []
    for indicator in profile.indicators:
        figures: Mapping[str, Any] = sums.get(indicator.origin, {})
        above = sum(figures.get(name, 0) for name in indicator.numerator)
        below = figures.get(indicator.denominator, 0)
        rate = Fraction(100 * above, below) if below else None
        points = score(indicator, rate, profile)
        found.append(Scored(indicator=indicator.id, above=above, below=below, rate=rate, points=points))
    return tuple(found)
