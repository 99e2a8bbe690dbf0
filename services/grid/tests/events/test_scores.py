"""Rates and scores (domain rules 11.2, 11.5): declared, null without a denominator, between 0 and 1."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu_grid import service
from shuniu_grid.events.measures import MEASURES, RATES
from shuniu_grid.events.scores import JINNIU, jinhua_points, jinhua_rate, rate, score, shown

REQUIRED = {
    "处置率": ("grid.handled_rate", "处置数", "应处置数"),
    "按期处置率": ("grid.handled_in_time_rate", "按期处置数", "应处置数"),
    "结案率": ("grid.closed_rate", "结案数", "应结案数"),
    "按期结案率": ("grid.closed_in_time_rate", "按期结案数", "应结案数"),
    "返工率": ("grid.rework_rate", "返工", "应结案数"),
    "延期率": ("grid.delay_rate", "延期数", "应处置数"),
    "超期待处置率": ("grid.overdue_waiting_rate", "超期待处置数", "应处置数"),
    "有效上报率": ("grid.effective_rate", "有效上报数", "上报数"),
    "按期核实率": ("grid.verified_in_time_rate", "按期核实数", "应核实数"),
    "按期核查率": ("grid.checked_in_time_rate", "按期核查数", "应核查数"),
    "准确派遣率": ("grid.dispatch_accuracy", "准确派遣数", "应派遣数"),
    "按时立案率": ("grid.filed_in_time_rate", "按时立案数", "立案数"),
    "未结案率": ("grid.open_rate", "未结案数", "上报数"),
    "自办率": ("grid.self_handled_rate", "自办数", "上报数"),
    "主动发现率": ("grid.self_found_rate", "网格主动发现数", "热线"),
    "闭环率": ("grid.closed_loop", "结案数", "立案数"),
}


@pytest.mark.parametrize("title", REQUIRED)
def test_rates_are_declared_as_the_rules_have_them(title):
    name, over, under = REQUIRED[title]
    declared = next(r for r in service.rates if r.name == name)
    assert declared.title.zh == title
    assert any(over in service.texts[f"measure.{m}"].zh for m in declared.numerator)
    assert any(under in service.texts[f"measure.{m}"].zh for m in declared.denominator)
    assert declared.cohort.zh.startswith("按")


def test_rates_are_of_declared_measures():
    for rule in RATES.values():
        assert {*rule.numerator, *rule.denominator} <= set(MEASURES)


figures = st.fixed_dictionaries({}, optional={name: st.integers(0, 500) for name in MEASURES})


@given(figures)
def test_a_rate_without_denominator_is_null(sums):
    for name, rule in RATES.items():
        found = rate(name, sums)
        assert (found is None) == (sum(sums.get(d, 0) for d in rule.denominator) == 0)
        if found is not None:
            assert found == Fraction(
                sum(sums.get(n, 0) for n in rule.numerator), sum(sums.get(d, 0) for d in rule.denominator)
            )


JINNIU_CASES = [
    ({"to_handle": 100, "handled": 100, "handled_in_time": 100, "to_close": 100}, 100),
    ({"to_handle": 100, "handled": 90, "handled_in_time": 80, "overdue_waiting": 5, "delayed": 10, "to_close": 80,
      "reworked_due": 8}, Fraction(30 * 90 + 20 * 80 + 20 * 90 + 20 * 95 + 10 * 90, 100)),
    ({"to_handle": 10, "overdue_waiting": 10, "delayed": 10, "to_close": 10, "reworked_due": 10}, 0),
    ({"to_handle": 10, "handled": 10}, None),
    ({}, None),
]  # fmt: skip


@pytest.mark.parametrize(("sums", "points"), JINNIU_CASES)
def test_jinniu_score(sums, points):
    """30·处置率 + 20·按期处置率 + 20·(1−返工率) + 20·(1−超期待处置率) + 10·(1−延期率)."""
    assert score(JINNIU, {f"grid.{k}": v for k, v in sums.items()}) == points
    assert sum(p.points for p in JINNIU.parts) == 100


JINHUA_CASES = [
    # in time, to close, postponed → points
    (70, 100, 0, 50),
    (69, 100, 0, 49),
    (100, 100, 0, 50),
    (70, 110, 10, 50),
    (20, 100, 0, 0),
    (10, 100, 0, 0),
    (0, 10, 10, None),
]


@pytest.mark.parametrize(("in_time", "to_close", "postponed", "points"), JINHUA_CASES)
def test_postponed_leave_the_denominator_in_the_jinhua_variant_only(in_time, to_close, postponed, points):
    sums = {"grid.closed_due_in_time": in_time, "grid.to_close": to_close, "grid.postponed": postponed}
    assert jinhua_points(sums) == points
    assert rate("grid.closed_in_time_rate", sums) == Fraction(in_time, to_close), "hung events stay, unless declared"
    if points is not None:
        assert jinhua_rate(sums) == Fraction(in_time, to_close - postponed)


@given(st.fractions(0, 100), st.integers(0, 4))
def test_figures_are_rounded_half_up(value, digits):
    assert abs(Fraction(shown(value, digits)).limit_denominator(10**6) - value) <= Fraction(1, 2 * 10**digits)
    assert shown(None, digits) is None
    assert shown(Fraction(1, 8), 2) == 0.13


def test_hung_is_postponed_until_it_is_revived(street):
    event = street.in_status("HUNG")
    assert street.measures()["grid.postponed"] == 1
    due = street.event(event).close_by
    street.later(days=10)
    street.do(street.people.dispatcher, "revive", event=event)
    row = street.event(event)
    assert row.close_by > due, "the day it has to be closed by moves"
    assert {(c.name, c.on): c.value for c in row.counted if c.name == "grid.to_close"} == {
        ("grid.to_close", row.close_by): 1
    }
    assert street.measures()["grid.postponed"] == 0


def test_a_mis_dispatch_is_nobodys_to_handle(street):
    p = street.people
    event = street.in_status("RETURNED")
    street.later(days=1)
    street.do(p.dispatcher, "accept_return", event=event)
    street.do(p.dispatcher, "dispatch", event=event, unit="water")
    sums = street.measures()
    assert (sums["grid.dispatched"], sums["grid.to_handle"], sums["grid.returned"]) == (2, 1, 1)
    assert (sums["grid.overdue"], sums["grid.overdue_waiting"]) == (1, 0)
    assert {c.unit for c in street.event(event).counted if c.name == "grid.to_handle"} == {"water"}


def test_overdue_waiting_ends_with_the_answer(street):
    event = street.processing()
    street.later(days=1)
    street.wake(event)
    assert street.measures()["grid.overdue_waiting"] == 1
    street.do(
        street.people.officer,
        "feed_back",
        event=event,
        after=[{"sha256": "a" * 64, "size": 1, "media_type": "image/png"}],
    )
    sums = street.measures()
    assert (sums["grid.overdue_waiting"], sums["grid.overdue"], sums["grid.handled"]) == (0, 1, 1)
    assert "grid.handled_in_time" not in sums


LEVELS = [("grid", "worker"), ("community", "secretary"), ("street", ""), ("district", "")]


@pytest.mark.parametrize(("level", "who"), LEVELS)
def test_level_at_which_solved(street, level, who):
    """难在网中解: by the grid, the community, a unit of the street, the district by way of a whistle."""
    p, after = street.people, [{"sha256": "a" * 64, "size": 1, "media_type": "image/png"}]
    if who:
        event = street.reported(getattr(p, who), after_photos=after)
    elif level == "street":
        event = street.checking()
    else:
        from shuniu.chassis.context import Actor

        event = street.referred()
        reaction = Actor(id="", kind="reaction")
        street.do(reaction, "referral_settled", referral=f"{event}.1", made_by="/320199001/grid")
        street.do(p.checker, "start_check", event=event)
    street.do(p.checker, "close", event=event, photos=after)
    told = [m for e in street.events for m in e.data.summary.measures if m.name == "grid.solved"]
    assert [m.dimensions["level"] for m in told] == [level]
    assert street.measures().get("grid.solved_in_grid", 0) == (1 if level in ("grid", "community") else 0)
