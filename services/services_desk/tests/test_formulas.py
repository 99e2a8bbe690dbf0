"""The desk's formulas of domain rules 11.7: every rate a sum over a sum of a declared cohort, null where that is 0."""

import pytest
from shuniu_services_desk import service
from shuniu_services_desk.cases.case import CASE
from shuniu_services_desk.cases.prepared import PreparedCase

RATES = {r.name: r for r in service.rates}


def value(desk, name):
    """A rate as the gateway computes it from the measures said."""
    sums, rate = desk.measures(), RATES[name]
    below = sum(sums.get(m, 0) for m in rate.denominator)
    return sum(sums.get(m, 0) for m in rate.numerator) / below if below else None


@pytest.mark.parametrize(
    ("name", "numerator", "denominator"),
    [
        ("desk.once_rate", "desk.done_once", "desk.done"),
        ("desk.zero_rate", "desk.done_unvisited", "desk.done"),
        ("desk.correction_rate", "desk.corrected", "desk.submitted"),
        ("desk.good_rate", "desk.rated_good", "desk.rated"),
        ("desk.rectified_rate", "desk.rectified", "desk.bad_confirmed"),
    ],
)
def test_a_rate_is_declared_with_its_numerator_and_denominator(name, numerator, denominator) -> None:
    assert (RATES[name].numerator, RATES[name].denominator) == ((numerator,), (denominator,))


@pytest.mark.parametrize("name", sorted(RATES))
def test_a_rate_without_a_denominator_is_null(desk, name) -> None:
    assert value(desk, name) is None


def test_once_rate_counts_what_was_done_with_one_visit(desk) -> None:
    desk.delivered()
    desk.accepted()
    desk.give_("body", "decide", grant=True)
    desk.tick(days=1)
    desk.give_("clerk", "deliver", how="PICK_UP")
    assert len(desk.c.visits) == 2
    assert value(desk, "desk.once_rate") == 0.5


def test_zero_rate_counts_what_was_done_without_a_visit(desk) -> None:
    desk.submit("ID", "FORM", "PROOF", channel="ONLINE")
    desk.give_("clerk", "accept")
    desk.give_("body", "decide", grant=True)
    desk.give_("clerk", "deliver", how="POST")
    desk.delivered()
    assert value(desk, "desk.zero_rate") == 0.5


def test_correction_rate_is_by_receipt(desk) -> None:
    desk.submit("ID")
    received = desk.today
    desk.tick(days=1)
    desk.give_("clerk", "correct", materials=["FORM", "PROOF"])
    corrected = next(m for e in desk.events for m in e.data.summary.measures if m.name == "desk.corrected")
    assert corrected.on == received
    desk.submit("ID", "FORM", "PROOF")
    assert value(desk, "desk.correction_rate") == 0.5


def test_good_rate_counts_the_first_three_levels(desk) -> None:
    for level in ("VERY_SAT", "SAT", "BASIC", "UNSAT"):
        desk.delivered()
        key = next(k.id for k, s in desk.rows.items() if k.kind == "desk_code" and desk.case in s.row.cases)
        body = {"code": "C00000000000", "number": desk.row(CASE, desk.case).number, "level": level}
        desk.do("nobody", "rating.give", PreparedCase(code_key=key), **body)
    assert value(desk, "desk.good_rate") == 0.75


def test_rectified_rate_is_of_the_confirmed_bad_ones(desk) -> None:
    for rectified in (True, False):
        desk.delivered()
        key = next(k.id for k, s in desk.rows.items() if k.kind == "desk_code" and desk.case in s.row.cases)
        body = {"code": "C00000000000", "number": desk.row(CASE, desk.case).number, "level": "UNSAT"}
        given = desk.do("nobody", "rating.give", PreparedCase(code_key=key), **body)
        rating = given.matter.id
        desk.do("leader", "rating.call_back", rating=rating, reached=True, confirmed=True, note="已回访")
        if rectified:
            desk.do("leader", "rating.rectify", rating=rating, note="已整改")
    assert value(desk, "desk.rectified_rate") == 0.5
