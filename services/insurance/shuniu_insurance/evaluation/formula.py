"""The formulas of the yearly evaluation, exact and pure (domain rules 11.6)."""

import tomllib
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

import msgspec
from shuniu.contracts.insurance.evaluation import EvaluationFigures

__all__ = ("Bands", "bands", "change_for", "next_sum", "rates_of", "written")


class Band(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from"}):
    """From which rate on, and by how many percent the sum insured changes."""

    since: str
    change_percent: int


class Bands(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"bands": "band"}):
    """The band table, its direction and its clamp."""

    id: str
    direction: Literal["reward", "shrink"]
    clamp_percent: int
    last_days: int
    bands: tuple[Band, ...]

    def __post_init__(self) -> None:
        starts = [Fraction(b.since) for b in self.bands]
        if not starts or starts[-1] != 0 or starts != sorted(set(starts), reverse=True) or starts[0] > 1:
            raise ValueError("bands begin at rates from 1 downward, each once, the last at 0")
        if not 0 <= self.clamp_percent <= 10 or self.last_days < 0:
            raise ValueError("the clamp is at most 10 percent (domain rules 11.6)")


@cache
def bands(path: str = "") -> Bands:
    """The shipped table, or a deployment's. ValueError when it does not hold together."""
    file = resources.files(__package__).joinpath("bands.toml")
    text = Path(path).read_text("utf-8") if path else file.read_text("utf-8")
    try:
        return msgspec.convert(tomllib.loads(text), Bands)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, ValueError) as wrong:
        raise ValueError(f"bands of evaluation: {wrong}") from wrong


def _ratio(numerator: int, denominator: int) -> Fraction | None:
    return Fraction(numerator, denominator) if denominator else None


def rates_of(f: EvaluationFigures) -> dict[str, Fraction | None]:
    """Every rate of the year; None without a denominator, never 0 or 1 instead (domain rules 11).

    ``MONEY`` 1 - paid / sum insured, ``RISK`` 1 - covered events / exposed units (both 不赔付率), ``LOSS`` 赔付率,
    ``FREQUENCY`` 出险率 per 1,000 residents, ``HAZARDS_OFF`` 隐患整改率, ``IN_TIME`` 按期销号率,
    ``KNOWN`` 已知隐患命中率.
    """
    money, risk = _ratio(f.paid, f.sum_insured), _ratio(f.covered_events, f.exposed_units)
    return {
        "MONEY": None if money is None else 1 - money,
        "RISK": None if risk is None else 1 - risk,
        "LOSS": _ratio(f.paid, f.premium),
        "FREQUENCY": _ratio(f.accidents * 1000, f.residents),
        "HAZARDS_OFF": _ratio(f.hazards_off, f.hazards_found),
        "IN_TIME": _ratio(f.hazards_in_time, f.hazards_due),
        "KNOWN": _ratio(f.known_hazard_accidents, f.accidents),
    }


def written(rate: Fraction | None) -> str:
    """Six decimals; "" where there is no rate. Shown only: bands are asked with the exact one."""
    if rate is None:
        return ""
    exact = Decimal(rate.numerator) / Decimal(rate.denominator)
    return str(exact.quantize(Decimal("0.000001"), ROUND_HALF_UP))


def change_for(rate: Fraction, given: Bands) -> int:
    """The change in percent that the table gives, clamped. A rate below 0 (more was paid than insured) is the last."""
    found = next((b for b in given.bands if rate >= Fraction(b.since)), given.bands[-1])
    change = found.change_percent if given.direction == "reward" else -found.change_percent
    return max(-given.clamp_percent, min(given.clamp_percent, change))


def next_sum(sum_insured: int, change_percent: int) -> int:
    """Next year's sum insured in fen, rounded down."""
    return sum_insured * (100 + change_percent) // 100
