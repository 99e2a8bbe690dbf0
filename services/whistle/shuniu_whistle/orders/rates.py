"""How rates count (domain rules 11): what leaves the denominators, what counts as satisfied, the composite's weights.

Profiles are data (``data/rates.json``); a deployment chooses one by ``order_rates``. Every figure is a sum over a sum;
a rate is None where there is nothing to divide by, never 0 or 100 %.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
from shuniu.chassis.context import Context

from shuniu_whistle.order_settings import order_settings

__all__ = ("RateProfile", "composite", "leaves", "percent", "rate", "rate_profile", "rate_profiles", "satisfied_rate")

Leaving = Literal["HUNG", "TRANSFERRED", "NOT_ACCEPTED"]


class RateProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one city counts. ``weights`` are decimals that add up to 100; ``satisfied`` names measures."""

    source: str
    leaves: tuple[Leaving, ...]
    weights: dict[Literal["response", "solved", "satisfied"], str]
    satisfied: tuple[Literal["satisfied", "satisfied_basic"], ...]

    def __post_init__(self) -> None:
        if set(self.weights) != {"response", "solved", "satisfied"} or sum(map(Decimal, self.weights.values())) != 100:
            raise ValueError("the weights of the three rates add up to 100")


@cache
def rate_profiles() -> dict[str, RateProfile]:
    """The profiles that ship, by id."""
    content = files("shuniu_whistle.orders").joinpath("data", "rates.json").read_bytes()
    return msgspec.json.decode(content, type=dict[str, RateProfile])


def rate_profile(ctx: Context) -> RateProfile:
    """The deployment's. KeyError if it names none that ships."""
    return rate_profiles()[order_settings(ctx).order_rates]


def leaves(how: Leaving, ctx: Context) -> bool:
    """Whether an order that goes this way leaves the denominators."""
    return how in rate_profile(ctx).leaves


def rate(numerator: int, denominator: int) -> Fraction | None:
    """Σ numerator ÷ Σ denominator, exact; None when the denominator is 0."""
    return Fraction(numerator, denominator) if denominator else None


def percent(value: Fraction | None, digits: int = 2) -> Decimal | None:
    """A rate in per cent, half-up to ``digits``."""
    if value is None:
        return None
    scaled = Fraction(value) * 100 * 10**digits
    whole = int(scaled + Fraction(1, 2)) if scaled >= 0 else -int(-scaled + Fraction(1, 2))
    return Decimal(whole).scaleb(-digits).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def satisfied_rate(sums: Mapping[str, int], profile: RateProfile) -> Fraction | None:
    """满意率: the profile's numerator set over the valid call-backs."""
    return rate(sum(sums.get(name, 0) for name in profile.satisfied), sums.get("called_back", 0))


def composite(sums: Mapping[str, int], profile: RateProfile) -> Fraction | None:
    """wᵣ·R + wₛ·S + wₘ·M in points of 100 (三率综合得分); None while one of the three rates is."""
    rates = {
        "response": rate(sums.get("contacted_on_time", 0), sums.get("dispatched", 0)),
        "solved": rate(sums.get("solved", 0), sums.get("called_back", 0)),
        "satisfied": satisfied_rate(sums, profile),
    }
    total = Fraction(0)
    for name, weight in profile.weights.items():
        if (value := rates[name]) is None:
            return None
        total += Fraction(weight) * value
    return total
