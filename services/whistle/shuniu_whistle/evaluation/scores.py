"""A unit's score from declared weights: pure arithmetic on exact fractions, rounded only when it is shown.

A score is Σ weight × value ÷ Σ weight over the parts that have a value: a unit that owed nothing in a part is neither
praised nor blamed for it, and a unit without any case has no score (domain rules 11: null, never 0).
"""

import tomllib
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import msgspec

__all__ = ("PARTS", "CalloutFigures", "Score", "Weights", "rounded", "score_of", "weights")

PARTS = ("rating", "sign", "contact", "report", "finish")
_LOWEST, _HIGHEST = 1, 5


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Declared weights: of the ``parts`` in per cent, of whistle ``kinds`` in ratings, the share in the appraisal.

    ``band`` is where the whistle rate for each 1,000 orders is good (domain rules 1.6).
    """

    parts: dict[str, int]
    kinds: dict[str, int]
    band: dict[str, float]
    appraisal: dict[str, str]

    def __post_init__(self) -> None:
        if set(self.parts) != set(PARTS) or any(w < 0 for w in self.parts.values()) or sum(self.parts.values()) != 100:
            raise ValueError(f"parts are {', '.join(PARTS)} with weights of 0 or more that make 100")
        if any(w < 1 for w in self.kinds.values()) or not {"ROUTINE", "HARD", "DOWN"} <= set(self.kinds):
            raise ValueError("kinds are ROUTINE, HARD and DOWN with weights of 1 or more")
        if set(self.band) != {"lowest", "highest"} or not 0 <= self.band["lowest"] < self.band["highest"]:
            raise ValueError("band has a lowest of 0 or more and a highest above it")
        if not 0 < self.share <= 1:
            raise ValueError("appraisal.share is a fraction above 0 and at most 1")

    @property
    def whistle_rate(self) -> tuple[float, float]:
        """Lowest and highest good whistle rate for each 1,000 orders."""
        return self.band["lowest"], self.band["highest"]

    @property
    def share(self) -> Fraction:
        """What the score weighs in the yearly appraisal."""
        return Fraction(self.appraisal["share"])


def weights(path: str = "") -> Weights:
    """The shipped weights, or those of a deployment's own file. ValueError when they do not hold together."""
    if path:
        text = Path(path).read_text("utf-8")
    else:
        text = resources.files("shuniu_whistle.evaluation").joinpath("weights.toml").read_text("utf-8")
    try:
        return msgspec.convert(tomllib.loads(text), Weights)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, ValueError) as wrong:
        raise ValueError(f"weights of whistle scores: {wrong}") from wrong


class CalloutFigures(NamedTuple):
    """What one callout says of its unit: its whistle's kind, the three scores if rated, limits decided and met."""

    kind: str
    rating: tuple[int, int, int] | None
    decided: Mapping[str, bool]
    """Whether a limit (``sign`` …) was met in time, for each limit that was decided."""


class Score(NamedTuple):
    """A unit's score, 0 to 100, its parts (0 to 1, None without cases) and what they were counted from."""

    value: Fraction | None
    parts: Mapping[str, Fraction | None]
    cases: Mapping[str, tuple[int, int]]
    """(numerator, denominator) of each part; of ``rating`` weighted points and their highest."""

    @property
    def as_shown(self) -> float | None:
        """The score to two decimals."""
        return rounded(self.value, 2)


def rounded(value: Fraction | None, digits: int) -> float | None:
    """Half-up to so many decimals, as published figures are."""
    if value is None:
        return None
    step = Decimal(1).scaleb(-digits)
    return float((Decimal(value.numerator) / Decimal(value.denominator)).quantize(step, ROUND_HALF_UP))


def score_of(callouts: Iterable[CalloutFigures], given: Weights) -> Score:
    """The score of the unit these callouts were addressed to."""
    met = dict.fromkeys(PARTS, 0)
    of = dict.fromkeys(PARTS, 0)
    for c in callouts:
        if c.rating is not None:
            weight = given.kinds[c.kind]
            met["rating"] += weight * sum(s - _LOWEST for s in c.rating)
            of["rating"] += weight * len(c.rating) * (_HIGHEST - _LOWEST)
        for part, in_time in c.decided.items():
            met[part] += in_time
            of[part] += 1
    parts = {p: Fraction(met[p], of[p]) if of[p] else None for p in PARTS}
    counted = [(given.parts[p], v) for p, v in parts.items() if v is not None and given.parts[p]]
    total = sum(w for w, _ in counted)
    value = sum((w * v for w, v in counted), Fraction(0)) * 100 / total if total else None
    return Score(value, parts, {p: (met[p], of[p]) for p in PARTS})
