"""Declared criteria and the index they give: exact arithmetic on frozen data (domain rules 10.12, 11.7)."""

import tomllib
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from importlib import resources
from pathlib import Path
from typing import get_args

import msgspec
from shuniu.contracts.grid.stars import EstateResult, StarSource
from shuniu.rules.limits import Limit

__all__ = ("SOURCES", "Criteria", "Datum", "criteria", "index_of", "result_of", "sample_suffices")

SOURCES: tuple[StarSource, ...] = get_args(StarSource)


class Datum(msgspec.Struct, frozen=True, kw_only=True):
    """One source's value for one estate and how many answers it rests on."""

    area: str
    star_source: StarSource
    value: float
    sample: int = 0


class Criteria(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is weighed, which sample is enough, from which index on a star is given."""

    id: str
    appeal: str
    notice: str
    valid_months: int
    sample_least: int
    sample_share: str
    events_slope: str
    weights: dict[str, int]
    stars: dict[int, str]

    def __post_init__(self) -> None:
        Limit.parse(self.appeal), Limit.parse(self.notice)
        if set(self.weights) != set(SOURCES) or any(w < 0 for w in self.weights.values()) or not self.weights["SURVEY"]:
            raise ValueError(f"weights are of {', '.join(SOURCES)}, none below 0, the survey's above")
        lowest = [Fraction(self.stars[n]) for n in sorted(self.stars)]
        if sorted(self.stars) != [1, 2, 3, 4, 5] or lowest != sorted(set(lowest)):
            raise ValueError("stars 1 to 5 each have a lowest index, each higher than the one before")
        if not 0 < Fraction(self.sample_share) <= 1 or self.sample_least < 1 or not 1 <= self.valid_months <= 60:
            raise ValueError("a sample is at least 1 or a share of households; stars stand 1 to 60 months")


def criteria(path: str = "") -> Criteria:
    """The shipped criteria, or those of a deployment's own file. ValueError when they do not hold together."""
    file = resources.files("shuniu_grid.stars").joinpath("criteria.toml")
    text = Path(path).read_text("utf-8") if path else file.read_text("utf-8")
    try:
        # TOML keys are text; the number of stars is a number.
        return msgspec.convert(tomllib.loads(text), Criteria, strict=False)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, ValueError) as wrong:
        raise ValueError(f"criteria of star rating: {wrong}") from wrong


def events_value(events: int, households: int, given: Criteria) -> Fraction:
    """What grid events make of 100 points: ``events_slope`` lost for each event per 1,000 households."""
    lost = Fraction(given.events_slope) * events * 1000 / max(1, households)
    return max(Fraction(0), 100 - lost)


def sample_suffices(sample: int, households: int, given: Criteria) -> bool:
    """At least so many answers, or so great a share of the households (domain rules 10.12: n ≥ 30 or 10 %)."""
    return sample >= given.sample_least or sample >= Fraction(given.sample_share) * households > 0


def index_of(values: Mapping[str, Fraction], given: Criteria) -> Fraction | None:
    """Σ weight × value ÷ Σ weight over the sources there are; None without any."""
    total = sum(given.weights[s] for s in values)
    return sum((given.weights[s] * v for s, v in values.items()), Fraction(0)) / total if total else None


def result_of(
    area: str, households: int, data: Iterable[Datum], events: int, vetoed: bool, given: Criteria
) -> EstateResult:
    """An estate's result from its frozen data."""
    mine = {d.star_source: d for d in data if d.area == area}
    values: dict[str, Fraction] = {source: Fraction(str(d.value)) for source, d in mine.items()}
    values["GRID_EVENTS"] = events_value(events, households, given)
    index = index_of(values, given)
    shown = float(Decimal(str(float(index))).quantize(Decimal("0.01"), ROUND_HALF_UP)) if index is not None else None
    survey = mine.get("SURVEY")
    if vetoed:
        return EstateResult(area=area, index=shown, stars=0, why="VETO")
    if survey is None or not sample_suffices(survey.sample, households, given):
        return EstateResult(area=area, index=shown, stars=0, why="SAMPLE")
    assert index is not None
    stars = max((n for n, lowest in given.stars.items() if index >= Fraction(lowest)), default=0)
    return EstateResult(area=area, index=shown, stars=stars, why="" if stars else "INDEX")
