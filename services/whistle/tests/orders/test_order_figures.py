"""Rates exactly as declared (domain rules 0.6, 11.1): sums that travel with events and sums over rows are the same."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from shuniu_whistle import service
from shuniu_whistle.orders.figures import figures, sums_of
from shuniu_whistle.orders.order import ORDER
from shuniu_whistle.orders.rates import composite, percent, rate, rate_profiles, satisfied_rate

YEAR = (date(2026, 1, 1), date(2027, 12, 31))
COUNTED = (
    "received", "repeats", "dispatched", "signed_on_time", "contacted_on_time", "due", "finished_on_time",
    "called_back", "solved", "satisfied", "satisfied_basic",
)  # fmt: skip


def from_rows(hotline) -> dict[str, int]:
    """What the rows add up to."""
    found: dict[str, int] = {}
    for o in hotline.all(ORDER):
        for name, value in sums_of(o, *YEAR).items():
            found[name] = found.get(name, 0) + value
    return {n: v for n, v in found.items() if v}


def from_events(hotline) -> dict[str, float]:
    """What the measures of the events add up to."""
    return {n: v for n, v in hotline.sums().items() if n in COUNTED}


def test_satisfaction_is_counted_both_ways_the_published_street_might_have_meant() -> None:
    """莫愁湖 2022: 6,197 / 237 / 1,262 gives 80.52 % or 83.60 % (fact 0.6)."""
    sums = {"called_back": 6197 + 237 + 1262, "satisfied": 6197, "satisfied_basic": 237}
    profiles = rate_profiles()
    assert percent(satisfied_rate(sums, profiles["all-count"])) == Decimal("80.52")
    assert percent(satisfied_rate(sums, profiles["postponed-leave"])) == Decimal("83.60")


def test_both_satisfaction_rates_are_declared() -> None:
    declared = {r.name: r for r in service.rates}
    assert declared["order.satisfied_rate"].numerator == ("order.satisfied",)
    assert declared["order.satisfied_basic_rate"].numerator == ("order.satisfied", "order.satisfied_basic")
    assert {declared[f"order.satisfied{x}_rate"].denominator for x in ("", "_basic")} == {("order.called_back",)}


@pytest.mark.parametrize(
    ("name", "numerator", "denominator"),
    [
        ("response_rate", "contacted_on_time", "dispatched"),
        ("solved_rate", "solved", "called_back"),
        ("sign_rate", "signed_on_time", "dispatched"),
        ("on_time_rate", "finished_on_time", "due"),
        ("repeat_rate", "repeats", "received"),
    ],
)
def test_rates_are_declared_as_the_rules_say(name: str, numerator: str, denominator: str) -> None:
    (found,) = [r for r in service.rates if r.name == f"order.{name}"]
    assert (found.numerator, found.denominator) == ((f"order.{numerator}",), (f"order.{denominator}",))
    assert found.cohort.zh


def test_the_composite_weighs_30_35_35() -> None:
    sums = {
        "contacted_on_time": 9,
        "dispatched": 10,
        "called_back": 8,
        "solved": 6,
        "satisfied": 4,
        "satisfied_basic": 2,
    }
    plain = composite(sums, rate_profiles()["all-count"])
    assert plain == 30 * Fraction(9, 10) + 35 * Fraction(6, 8) + 35 * Fraction(4, 8)
    assert composite(sums, rate_profiles()["postponed-leave"]) == plain + 35 * Fraction(2, 8)


def test_nothing_to_divide_by_is_no_rate() -> None:
    assert rate(0, 0) is None
    assert composite({"dispatched": 3, "contacted_on_time": 3}, rate_profiles()["all-count"]) is None


def test_a_plain_order_counts_once_everywhere(hotline) -> None:
    hotline.fed_back()
    hotline.ask("operator", "call_back", means="PHONE", valid=True, solved=True, satisfaction="BASIC")
    expected = dict.fromkeys(COUNTED, 1)
    for name in ("repeats", "satisfied"):
        del expected[name]
    assert from_rows(hotline) == from_events(hotline) == expected
    assert hotline.sums()["handled"] == 1


def test_late_signing_contact_and_finishing_count_against_the_rates(hotline) -> None:
    hotline.dispatched()
    hotline.tick(days=8)
    for move, body in (("sign", {}), ("contact", {"means": "PHONE"}), ("start", {})):
        hotline.ask("cg", move, **body)
    hotline.ask("cg", "feed_back", result="已办", told_by="PHONE")
    assert from_rows(hotline) == from_events(hotline) == {"received": 1, "dispatched": 1, "due": 1}


def test_a_later_call_back_replaces_the_earlier_one(hotline) -> None:
    hotline.fed_back()
    hotline.ask("operator", "call_back", means="PHONE", valid=True, solved=False, satisfaction="UNSAT")
    hotline.ask("cg", "feed_back", result="再办", told_by="PHONE")
    hotline.tick(days=1)
    hotline.ask("operator", "call_back", means="PHONE", valid=True, solved=True, satisfaction="VERY_SAT")
    found = from_events(hotline)
    assert from_rows(hotline) == found
    assert (found["called_back"], found["solved"], found["satisfied"], found["due"]) == (1, 1, 1, 1)


def test_nobody_reached_counts_for_no_rate(hotline) -> None:
    hotline.fed_back()
    hotline.ask("operator", "call_back", means="PHONE", valid=False)
    assert "called_back" not in from_events(hotline)


def test_the_designated_unit_takes_over_what_the_first_stood_for(hotline) -> None:
    hotline.dispatched()
    hotline.ask("cg", "sign")
    hotline.ask("cg", "object", instead="jj", reason="不属")
    hotline.ask("leader", "redispatch", lead="jj")
    by_unit: dict[str, float] = {}
    for event in hotline.events:
        for m in event.data.summary.measures:
            if m.name == "order.dispatched":
                by_unit[m.dimensions["unit"]] = by_unit.get(m.dimensions["unit"], 0) + m.value
    assert by_unit == {"cg": 0, "jj": 1}
    assert "signed_on_time" not in from_events(hotline)


@pytest.mark.parametrize("way", ["hung", "transferred", "not_accepted"])
def test_what_is_put_aside_leaves_only_where_the_profile_says_so(new_hotline, way) -> None:
    """11: "hung, transferred and not-accepted orders leave the denominator only if the profile says so"."""
    kept, left = {"received": 1, "dispatched": 1, "due": 1}, {"received": 1}
    for profile, expected in (("all-count", kept), ("postponed-leave", left)):
        hotline = new_hotline(order_rates=profile)
        if way == "hung":
            hotline.hung()
            expected = {**expected, "signed_on_time": 1, "contacted_on_time": 1} if expected is kept else expected
        elif way == "transferred":
            hotline.dispatched().ask("operator", "transfer", to="PETITION")
        else:
            hotline.dispatched().ask("cg", "object", instead="jj", reason="不属")
            hotline.ask("operator", "not_accept", ground="OUT_OF_SCOPE", told="不属职责")
        assert from_rows(hotline) == from_events(hotline) == expected, profile


def test_a_revived_order_counts_again_under_its_new_limit(new_hotline) -> None:
    for profile in rate_profiles():
        hotline = new_hotline(order_rates=profile).hung()
        hotline.ask("cg", "revive")
        hotline.ask("cg", "feed_back", result="已办", told_by="PHONE")
        found = from_events(hotline)
        assert from_rows(hotline) == found
        assert (found["dispatched"], found["due"], found["finished_on_time"]) == (1, 1, 1)


def test_repeats_are_those_flagged(hotline) -> None:
    for n in range(3):
        hotline.classified(caller_phone=f"1380000000{n}")
    assert from_rows(hotline)["repeats"] == from_events(hotline)["repeats"] == 1
    hotline.classified(caller_phone="13800000000")
    assert from_rows(hotline)["repeats"] == from_events(hotline)["repeats"] == 2


def test_the_table_shows_both_numbers_and_no_rate_without_a_denominator(hotline) -> None:
    hotline.fed_back()
    hotline.tick(days=2)
    ctx = hotline.context(hotline.people["operator"])
    table = figures(hotline.all(ORDER), "unit", *YEAR, ctx)
    (row,) = table.rows
    assert (row["unit"], row["response"], row["response_cases"]) == ("cg", 1.0, "1/1")
    assert (row["solved"], row["solved_cases"], row["composite"]) == (None, "0/0", None)
    assert row["days"] == 0.0
    assert {c.id for c in table.columns} >= set(row)
    assert [r["community"] for r in figures(hotline.all(ORDER), "community", *YEAR, ctx).rows] == ["320199001001"]
    assert [r["order_class"].zh for r in figures(hotline.all(ORDER), "class", *YEAR, ctx).rows] == ["一般"]


def test_mean_handling_time_is_in_working_days(hotline) -> None:
    hotline.handling()
    hotline.tick(hours=26)  # Tuesday 11:00: a working day and two hours of seven
    hotline.ask("cg", "feed_back", result="已办", told_by="PHONE")
    assert hotline.sums()["handling_days"] == pytest.approx(1 + 2 / 7, abs=1e-4)
