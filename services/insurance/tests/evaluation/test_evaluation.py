"""The yearly evaluation: both variants, the band table's sign as configuration, a person's decision (rules 11.6)."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu.contracts.insurance.evaluation import EvaluationFigures
from shuniu.testing.rulework import person
from shuniu_insurance.evaluation.evaluation import EVALUATION_ROW
from shuniu_insurance.evaluation.figures import count
from shuniu_insurance.evaluation.formula import bands, change_for, next_sum, rates_of, written
from shuniu_insurance.policies.policy import POLICY_ROW

FIGURES = EvaluationFigures(
    sum_insured=1_000_000_00,
    premium=50_000_00,
    paid=20_000_00,
    accidents=4,
    covered_events=3,
    known_hazard_accidents=1,
    exposed_units=20,
    residents=8_000,
    hazards_found=10,
    hazards_off=6,
    hazards_due=8,
    hazards_in_time=5,
)


def test_both_variants_and_the_other_rates_by_hand():
    rates = {name: written(rate) for name, rate in rates_of(FIGURES).items()}
    assert rates == {
        "MONEY": "0.980000",
        "RISK": "0.850000",
        "LOSS": "0.400000",
        "FREQUENCY": "0.500000",
        "HAZARDS_OFF": "0.600000",
        "IN_TIME": "0.625000",
        "KNOWN": "0.250000",
    }


def test_no_rate_without_a_denominator():
    empty = EvaluationFigures(**dict.fromkeys(EvaluationFigures.__struct_fields__, 0))
    assert set(rates_of(empty).values()) == {None}


@pytest.mark.parametrize(
    ("rate", "change"), [("1", 10), ("0.95", 10), ("0.949999", 5), ("0.85", 5), ("0.7", 0), ("0.699", -5), ("-2", -5)]
)
def test_the_shipped_bands(rate, change):
    assert change_for(Fraction(rate), bands()) == change


def _other(tmp_path, text):
    file = tmp_path / "bands.toml"
    file.write_text(text, "utf-8")
    return bands(str(file))


def test_the_sign_is_configuration(tmp_path):
    file = bands.__wrapped__.__globals__["resources"].files("shuniu_insurance.evaluation").joinpath("bands.toml")
    turned = _other(tmp_path, file.read_text("utf-8").replace('direction = "reward"', 'direction = "shrink"'))
    for rate in ("1", "0.9", "0.8", "0"):
        assert change_for(Fraction(rate), turned) == -change_for(Fraction(rate), bands())


@given(st.fractions(-3, 1))
def test_never_beyond_the_clamp(rate):
    given = bands()
    assert abs(change_for(rate, given)) <= given.clamp_percent <= 10


def test_a_table_that_does_not_hold_together_is_refused(tmp_path):
    with pytest.raises(ValueError, match="bands of evaluation"):
        _other(
            tmp_path, 'id="x"\ndirection="reward"\nclamp_percent=20\nlast_days=1\n[[band]]\nfrom="0"\nchange_percent=1'
        )


def _computed(street):
    body = {"policy": street.policy, "exposed_units": 20, "residents": 8_000}
    return street.do("clerk", "evaluation.compute", prepared=FIGURES, **body).answer["evaluation"]


def test_a_person_decides_within_the_clamp_with_a_reason(street):
    e = _computed(street)
    row = street.row(EVALUATION_ROW, e)
    assert row.suggested == {"MONEY": 10, "RISK": 5}
    notes = [r.note for r in street.detail("clerk", EVALUATION_ROW, e).sections[0].rows]
    assert notes == ["1 - 2000000 / 100000000 = 0.980000", "1 - 3 / 20 = 0.850000"]
    given = {"evaluation": e, "variant": "RISK", "change_percent": 11, "reason": "事故少"}
    street.refused("evaluation.clamp", "director", "evaluation.decide", **given)
    street.refused("access.role", "clerk", "evaluation.decide", **given)
    answer = street.do("director", "evaluation.decide", **{**given, "change_percent": -5})
    assert answer.answer["next_sum_insured"] == 95_000_000 == next_sum(FIGURES.sum_insured, -5)
    row = street.row(EVALUATION_ROW, e)
    assert (row.decided_by, row.variant) == ("d1", "RISK")
    street.refused("evaluation.decided_stays", "director", "evaluation.decide", **{**given, "change_percent": 5})


def test_who_computed_does_not_decide(street):
    street.people = {**street.people, "all": person("all", "street_clerk", "office_director")}
    body = {"policy": street.policy, "exposed_units": 20, "residents": 8_000}
    e = street.do("all", "evaluation.compute", prepared=FIGURES, **body).answer["evaluation"]
    given = {"evaluation": e, "variant": "MONEY", "change_percent": 0, "reason": "照旧"}
    street.refused("evaluation.two_persons", "all", "evaluation.decide", **given)


def test_figures_count_an_accident_once_and_move_with_a_payment(street):
    street.paid()
    figures = count(street.row(POLICY_ROW, street.policy), [street.o], [], 100, 1000)
    assert (figures.accidents, figures.covered_events, figures.paid) == (1, 1, 500_000)
    assert figures.sum_insured == sum(c.aggregate for c in street.row(POLICY_ROW, street.policy).covers)
