"""What the yearly evaluation of a policy (年度评估) says (rules 11.6). Money is fen, rates are decimals."""

from typing import Literal

import msgspec

from shuniu.contracts.envelope import Fact, fact

__all__ = (
    "FACTS",
    "EvaluationComputed",
    "EvaluationDecided",
    "EvaluationDiscarded",
    "EvaluationFigures",
    "EvaluationVariant",
)

EvaluationVariant = Literal["MONEY", "RISK"]
"""The two declared variants of 不赔付率: 1 - paid / sum insured, or 1 - covered events / exposed units."""


class EvaluationFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What the rates are computed from, so that anybody can compute them again."""

    sum_insured: int
    premium: int
    paid: int
    accidents: int
    covered_events: int
    known_hazard_accidents: int
    exposed_units: int
    residents: int
    hazards_found: int
    hazards_off: int
    hazards_due: int
    hazards_in_time: int


@fact("insurance", "evaluation.computed.v1")
class EvaluationComputed(Fact, frozen=True, kw_only=True):
    """Figures, both rates ("" without a denominator), and the factor the band table gives for each, in percent."""

    evaluation: str
    number: str
    policy: str
    policy_number: str
    area: str
    insurer: str
    bands: str
    figures: EvaluationFigures
    rates: dict[str, str]
    suggested: dict[str, int]


@fact("insurance", "evaluation.decided.v1")
class EvaluationDecided(Fact, frozen=True, kw_only=True):
    """A person decided: next year's sum insured is so many percent more or less. The reason is sealed."""

    evaluation: str
    variant: EvaluationVariant
    change_percent: int
    next_sum_insured: int
    reason_ref: str


@fact("insurance", "evaluation.discarded.v1")
class EvaluationDiscarded(Fact, frozen=True, kw_only=True):
    """The figures are to be computed anew."""

    evaluation: str


FACTS: tuple[type[Fact], ...] = (EvaluationComputed, EvaluationDecided, EvaluationDiscarded)
