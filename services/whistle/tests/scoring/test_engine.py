"""The scoring engine against the published pairs (domain rules 11.3), and what holds for every table."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu_whistle.scoring.engine import Indicator, ScoringProfile, half_up, score, score_all
from shuniu_whistle.scoring.profiles import read_profiles, scoring_profiles

LYG = scoring_profiles()["lyg-2022"]
BY_ID = {i.id: i for i in LYG.indicators}

PUBLISHED = [
    ("superior_satisfied", "75", "13.5"),
    ("superior_satisfied", "83.33", "17.67"),
    ("superior_satisfied", "87.5", "19.75"),
    ("superior_satisfied", "71.43", "12.5"),
    ("superior_satisfied", "50", "12.5"),
    ("called_back_satisfied", "70.59", "12.8"),
    ("called_back_satisfied", "66.67", "12.5"),
    ("called_back_satisfied", "50", "12.5"),
    ("finished_on_time", "89.82", "14.82"),
    ("finished_on_time", "66.67", "0"),
]


@pytest.mark.parametrize(("indicator", "rate", "points"), PUBLISHED)
def test_every_published_pair_comes_out_to_the_digit(indicator: str, rate: str, points: str) -> None:
    found = score(BY_ID[indicator], Decimal(rate), LYG)
    assert found == Decimal(points)
    assert str(found) == str(half_up(Decimal(points), 2))


@pytest.mark.parametrize("rate", ["80", "77.27"])
def test_signing_scores_nothing_up_to_a_threshold_and_is_unknown_above(rate: str) -> None:
    assert score(BY_ID["signed_on_time"], Decimal(rate), LYG) == 0
    assert score(BY_ID["signed_on_time"], Decimal("80.01"), LYG) is None


def test_five_of_six_scores_as_published_from_the_fraction_and_from_the_rounded_rate() -> None:
    exact = ScoringProfile(source="", reconstructed=True, rate_digits=None, indicators=LYG.indicators)
    indicator = BY_ID["superior_satisfied"]
    assert score(indicator, Fraction(500, 6), exact) == Decimal("17.67")
    assert score(indicator, Decimal("83.33"), exact) == Decimal("17.67")
    assert score(indicator, Fraction(500, 6), LYG) == Decimal("17.67")
    assert round(25 - 0.5 * (98 - 83.33), 2) == 17.66, "which a binary float gets wrong"


def test_the_rate_is_rounded_first_because_only_that_fits_all_ten() -> None:
    """70.59 % is 12 of 17: 12.80 from the rounded rate, 12.79 from the fraction."""
    exact = ScoringProfile(source="", reconstructed=True, rate_digits=None, indicators=LYG.indicators)
    indicator = BY_ID["called_back_satisfied"]
    assert score(indicator, Fraction(1200, 17), LYG) == Decimal("12.80")
    assert score(indicator, Fraction(1200, 17), exact) == Decimal("12.79")


def test_the_shipped_table_says_that_it_is_a_reconstruction() -> None:
    assert LYG.reconstructed
    assert "reconstructed" in LYG.source


def test_without_a_denominator_there_is_no_rate_and_no_score() -> None:
    (first, *_) = score_all(LYG, {})
    assert (first.rate, first.points, first.below) == (None, None, 0)
    scored = {s.indicator: s for s in score_all(LYG, {"": {"due": 4, "finished_on_time": 3}})}
    assert scored["finished_on_time"].points == 0
    assert scored["superior_satisfied"].points is None, "it counts orders from above only"


@pytest.mark.parametrize(
    ("value", "digits", "rounded"),
    [("0.005", 2, "0.01"), ("-0.005", 2, "-0.01"), ("12.7949", 2, "12.79"), ("2.5", 0, "3"), ("17.665", 2, "17.67")],
)
def test_halves_are_rounded_away_from_zero(value: str, digits: int, rounded: str) -> None:
    assert half_up(Decimal(value), digits) == Decimal(rounded)


RATES = st.fractions(min_value=0, max_value=100, max_denominator=10_000)
MARKS = st.decimals(min_value=0, max_value=50, places=1)


@st.composite
def indicators(draw: st.DrawFn) -> Indicator:
    floor, cap = sorted((draw(MARKS), draw(MARKS)))
    return Indicator(
        id="any",
        numerator=("a",),
        denominator="b",
        full=draw(MARKS),
        target=draw(st.decimals(min_value=0, max_value=100, places=1)),
        slope=draw(st.decimals(min_value=0, max_value=5, places=2)),
        floor=floor,
        cap=cap,
        zero_to=draw(st.none() | st.decimals(min_value=0, max_value=100, places=1)),
    )


@given(indicators(), RATES, RATES, st.sampled_from([None, 0, 2]))
def test_a_higher_rate_never_scores_less_and_points_stay_within_bounds(
    indicator: Indicator, one: Fraction, other: Fraction, digits: int | None
) -> None:
    profile = ScoringProfile(source="", reconstructed=False, rate_digits=digits, indicators=(indicator,))
    low, high = sorted((one, other))
    less, more = score(indicator, low, profile), score(indicator, high, profile)
    assert less is not None and more is not None
    assert less <= more
    assert indicator.cap is not None
    for points in (less, more):
        assert points == 0 or indicator.floor <= points <= indicator.cap


@given(indicators())
def test_the_target_earns_the_full_mark_within_the_bounds(indicator: Indicator) -> None:
    profile = ScoringProfile(source="", reconstructed=False, rate_digits=None, indicators=(indicator,))
    assert indicator.full is not None and indicator.cap is not None and indicator.target is not None
    if indicator.zero_to is not None and indicator.target <= indicator.zero_to:
        return
    expected = min(max(indicator.full, indicator.floor), indicator.cap)
    assert score(indicator, indicator.target, profile) == half_up(expected, 2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"full": "25"},
        {"full": "25", "target": "98", "slope": "-1", "cap": "25"},
        {"full": "25", "target": "98", "slope": "1", "floor": "26", "cap": "25"},
        {},
    ],
)
def test_a_table_that_does_not_hold_together_is_refused(wrong: dict[str, str]) -> None:
    import msgspec

    indicator = {"id": "x", "numerator": ["a"], "denominator": "b", **wrong}
    content = msgspec.json.encode({"p": {"source": "", "reconstructed": False, "indicators": [indicator]}})
    with pytest.raises(msgspec.ValidationError):
        read_profiles(content)
