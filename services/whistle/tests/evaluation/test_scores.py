"""Scores from declared weights (domain rules 1.9, 11.4)."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu_whistle.evaluation.scores import PARTS, CalloutFigures, rounded, score_of, weights

SHIPPED = weights()
NO_LIMITS: dict[str, bool] = {}


def test_a_hard_whistles_rating_counts_twice() -> None:
    best, worst = (5, 5, 5), (1, 1, 1)
    routine_good = score_of(
        [CalloutFigures("ROUTINE", best, NO_LIMITS), CalloutFigures("HARD", worst, NO_LIMITS)], SHIPPED
    )
    assert routine_good.value == Fraction(100, 3)
    assert routine_good.cases["rating"] == (12, 36)


@pytest.mark.parametrize(
    ("callouts", "score"),
    [
        ([], None),
        ([CalloutFigures("ROUTINE", None, NO_LIMITS)], None),
        ([CalloutFigures("ROUTINE", (5, 5, 5), NO_LIMITS)], 100.0),
        ([CalloutFigures("ROUTINE", (1, 1, 1), {"sign": True})], 14.29),
        ([CalloutFigures("ROUTINE", None, {"sign": True, "contact": False})], 50.0),
        ([CalloutFigures("ROUTINE", (3, 3, 3), {"sign": True, "contact": True, "report": True, "finish": True})], 70.0),
    ],
)
def test_a_part_without_cases_is_left_out_and_no_case_is_no_score(callouts, score) -> None:
    assert score_of(callouts, SHIPPED).as_shown == score


def test_the_score_weighs_a_third_of_the_yearly_appraisal() -> None:
    assert SHIPPED.share == Fraction(1, 3)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("[parts]\nrating=100", "sign"),
        ("[parts]\nrating=50\nsign=10\ncontact=10\nreport=10\nfinish=10\n[kinds]\nROUTINE=1\nHARD=2\nDOWN=1", "100"),
        ("[parts", "weights"),
    ],
)
def test_weights_that_do_not_hold_together_are_refused(tmp_path, text, wrong) -> None:
    path = tmp_path / "weights.toml"
    rest = '\n[appraisal]\nshare="1/3"\n[band]\nlowest=1\nhighest=20'
    path.write_text(text + (rest if "kinds" in text else ""))
    with pytest.raises(ValueError, match=r"weights of whistle scores"):
        weights(str(path))


callout = st.builds(
    CalloutFigures,
    st.sampled_from(["ROUTINE", "HARD", "DOWN"]),
    st.none() | st.tuples(*[st.integers(1, 5)] * 3),
    st.dictionaries(st.sampled_from([p for p in PARTS if p != "rating"]), st.booleans()),
)


@given(st.lists(callout, max_size=20), callout)
def test_scores_lie_between_0_and_100_and_a_better_case_never_lowers_them(callouts, extra) -> None:
    before = score_of(callouts, SHIPPED)
    assert before.value is None or 0 <= before.value <= 100
    assert all(v is None or 0 <= v <= 1 for v in before.parts.values())
    perfect = extra._replace(rating=(5, 5, 5), decided=dict.fromkeys(PARTS[1:], True))
    after = score_of([*callouts, perfect], SHIPPED)
    assert after.value is not None
    for part, value in before.parts.items():
        assert value is None or after.parts[part] >= value


@given(st.lists(callout, max_size=10), st.randoms())
def test_the_order_of_callouts_changes_nothing(callouts, random) -> None:
    shuffled = list(callouts)
    random.shuffle(shuffled)
    assert score_of(callouts, SHIPPED) == score_of(shuffled, SHIPPED)


def test_rounding_is_half_up() -> None:
    assert rounded(Fraction(125, 1000), 2) == 0.13


def test_the_whistle_rate_is_good_inside_a_band_not_at_an_end() -> None:
    from shuniu_whistle import service

    (rate,) = [r for r in service.rates if r.name == "whistle.calling_rate"]
    assert (rate.better, rate.per) == ("band", 1000)
    assert rate.band is not None
    assert rate.band[0] < rate.band[1]
    assert {*rate.numerator, *rate.denominator} <= {m.name for m in service.measures}
