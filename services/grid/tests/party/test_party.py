"""Party organisation 1+3+N (domain rules 6.1, 6.2), duties, figures, cross-appointments (6.4, 10.12)."""

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shuniu.chassis.context import Actor
from shuniu.rules.refusal import Forbidden
from shuniu_grid.party.appointments import (
    APPOINTED,
    Appointed,
    Appointment,
    held_in,
    positions_on,
    require_independent,
    supervises_oneself,
)
from shuniu_grid.party.statistics import Counted, gather, rate
from shuniu_grid.party.tree import DUTY_OF, ORGANISATION, TREE, DutyOf, below, duty_key, duty_on, in_duty_of

SCOPE = "320199001"
COMMUNITY, GRID, NEXT_GRID = "320199001001", "320199001001001", "320199001001002"
OTHER = "320199001002"


def secretary() -> Actor:
    return Actor(id="ps", roles=frozenset({"party_secretary"}), areas=(SCOPE,))


def organisation(code, tier, parent="", form="PARTY_GROUP", **more):
    return {
        "code": code,
        "title": {"zh": f"组织{code}", "en": code},
        "tier": tier,
        "form": form,
        "parent": parent,
        **more,
    }


TREE_ROWS = [
    organisation("P-N1", "N", "P-OFFICES"),
    organisation("P-OFFICES", "THREE", "P-1", "OFFICES_BRANCH"),
    organisation("P-C1", "THREE", "P-1", "COMMUNITY_COMMITTEE"),
    organisation("P-GEN", "THREE", "P-1", "GENERAL_COMMITTEE"),
    organisation("P-1", "ONE", form="WORKING_COMMITTEE"),
]


@pytest.fixture
def party(street):
    """A street with its organisations; rows of a file in any order."""
    assert street.do(secretary(), "import_party", rows=TREE_ROWS).answer["outcomes"] == "nnnnn"
    return street


def link(street, code, target, kind="AREA", **more):
    return street.do(secretary(), "link_party", organisation=code, target_kind=kind, target=target, **more)


# The tree ------------------------------------------------------------------------------------------------------------


def test_one_three_n(party, refused):
    refused("grid.party_one", 409, party.do, secretary(), "register_party", **organisation("P-2", "ONE"))
    refused("grid.party_tiers", 422, party.do, secretary(), "register_party", **organisation("P-N2", "N", "P-1"))
    refused("grid.party_tiers", 422, party.do, secretary(), "register_party", **organisation("P-3", "THREE", "P-C1"))
    refused("grid.party_tiers", 422, party.do, secretary(), "register_party", **organisation("P-3", "THREE"))
    party.do(secretary(), "register_party", **organisation("P-N2", "N", "P-C1"))
    tree = party.rows[TREE.key(SCOPE)].row
    assert below(tree, "P-C1") == {"P-C1", "P-N2"}
    assert below(tree, "P-1") == {n.code for n in tree.nodes}


def test_the_form_of_an_organisation_is_open(party):
    """Which seven departments, one bureau and one centre there are was not found (6.2)."""
    party.do(secretary(), "register_party", **organisation("P-X", "THREE", "P-1", "SOMETHING_NEW"))
    assert party.rows[ORGANISATION.key("P-X")].row.form == "SOMETHING_NEW"


def test_an_organisation_with_others_under_it_is_not_dissolved(party, refused):
    refused("grid.party_has_children", 409, party.do, secretary(), "dissolve_party", code="P-OFFICES")
    party.do(secretary(), "dissolve_party", code="P-N1")
    party.do(secretary(), "dissolve_party", code="P-OFFICES")
    again = organisation("P-OFFICES", "THREE", "P-1")
    refused("grid.party_dissolved", 409, party.do, secretary(), "register_party", **again)


def test_a_sheet_of_organisations_is_taken_whole_or_not_at_all(party, refused):
    rows = [organisation("P-N3", "N", "P-NONE"), organisation("P-N4", "N", "P-C1"), organisation("P-C1", "N", "P-GEN")]
    before = len(party.events)
    refusal = refused("grid.party_import", 422, party.do, secretary(), "import_party", rows=rows)
    assert set(refusal.fields) == {
        ("rows.0.parent", "party_tiers"),
        ("rows.1.parent", "party_tiers"),
        ("rows.2.tier", "party_tier_stays"),
    }
    assert len(party.events) == before
    assert party.do(secretary(), "import_party", rows=TREE_ROWS).answer["outcomes"] == "uuuuu"


# Duties --------------------------------------------------------------------------------------------------------------


def test_an_area_is_one_organisations_duty_and_within_the_reach_of_many(party, refused):
    link(party, "P-C1", COMMUNITY)
    refused("grid.party_duty_taken", 409, link, party, "P-GEN", COMMUNITY)
    link(party, "P-GEN", COMMUNITY, role="REACH")
    link(party, "P-OFFICES", COMMUNITY, role="REACH")
    refused("grid.party_linked", 409, link, party, "P-C1", COMMUNITY)
    party.do(secretary(), "unlink_party", organisation="P-C1", target_kind="AREA", target=COMMUNITY, last="2026-11-30")
    refused("grid.party_duty_taken", 409, link, party, "P-GEN", COMMUNITY, first="2026-11-30")
    link(party, "P-GEN", COMMUNITY, first="2026-12-01")
    row = party.rows[duty_key("AREA", COMMUNITY)].row
    assert [duty_on(row, date(2026, 11, 30)), duty_on(row, date(2026, 12, 1))] == ["P-C1", "P-GEN"]


def test_units_and_posts_are_linked_too_and_what_is_not_there_is_not(party, refused):
    link(party, "P-OFFICES", "cg", "UNIT")
    post = party.do(party.people.registrar, "assign_post", area=GRID, kind="HEAD", account="h1").answer["post"]
    link(party, "P-N1", post, "POST", role="REACH")
    refused("grid.party_target", 422, link, party, "P-C1", "nobody", "UNIT")
    refused("grid.party_target", 422, link, party, "P-C1", "320199009", "AREA")
    refused("grid.party_target", 422, link, party, "P-C1", f"{GRID}-head-x", "POST")


def test_dissolving_ends_the_links(party):
    link(party, "P-C1", COMMUNITY)
    party.do(secretary(), "dissolve_party", code="P-C1", valid_to="2026-12-31")
    assert party.types()[-2:] == ["party_link.ended.v1", "party.dissolved.v1"]
    assert duty_on(party.rows[DUTY_OF.key(f"AREA:{COMMUNITY}")].row, date(2027, 1, 1)) == ""


def test_a_grid_belongs_to_its_own_organisation_else_to_its_communitys(party):
    link(party, "P-C1", COMMUNITY, first="2026-01-01")
    link(party, "P-N1", GRID, first="2026-06-01")
    rows = {code: party.rows[duty_key("AREA", code)].row for code in (COMMUNITY, GRID)}
    assert in_duty_of(GRID, date(2026, 5, 31), rows) == "P-C1"
    assert in_duty_of(GRID, date(2026, 6, 1), rows) == "P-N1"
    assert in_duty_of(NEXT_GRID, date(2026, 6, 1), rows) == "P-C1"
    assert in_duty_of(f"{OTHER}001", date(2026, 6, 1), rows) == ""


# Figures -------------------------------------------------------------------------------------------------------------


def test_figures_are_gathered_by_whose_duty_the_area_was_on_that_day(party):
    link(party, "P-C1", COMMUNITY, first="2026-01-01")
    link(party, "P-N1", GRID, first="2026-06-01")
    duties = {code: party.rows[duty_key("AREA", code)].row for code in (COMMUNITY, GRID)}
    counted = [
        Counted(GRID, "grid.filed", date(2026, 5, 1), 3),
        Counted(GRID, "grid.filed", date(2026, 6, 1), 4),
        Counted(GRID, "grid.closed_of_filed", date(2026, 6, 1), 2),
        Counted(NEXT_GRID, "grid.filed", date(2026, 6, 1), 5),
        Counted(f"{OTHER}001", "grid.filed", date(2026, 6, 1), 100),
    ]
    tree = party.rows[TREE.key(SCOPE)].row
    codes = ["P-1", "P-OFFICES", "P-C1", "P-N1"]
    found = {f.organisation: f for f in gather(codes, tree, duties, counted, {GRID: 7, OTHER: 1}, date(2026, 7, 1))}
    assert {c: f.sums["grid.filed"] for c, f in found.items()} == {"P-1": 12, "P-OFFICES": 4, "P-C1": 8, "P-N1": 4}
    assert (found["P-N1"].open, found["P-C1"].open, found["P-1"].open) == (7, 0, 7)
    assert (found["P-1"].areas, found["P-OFFICES"].areas) == (2, 1)
    assert rate(found["P-N1"].sums["grid.closed_of_filed"], found["P-N1"].sums["grid.filed"]) == 0.5
    assert rate(0, 0) is None


COUNTED_AREAS = st.sampled_from([GRID, NEXT_GRID, f"{OTHER}001"])
DUTY_AREAS = st.sampled_from([COMMUNITY, GRID, SCOPE])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(COUNTED_AREAS, st.integers(0, 300), st.integers(1, 9)), max_size=20),
    st.lists(st.tuples(DUTY_AREAS, st.integers(0, 200), st.integers(0, 100)), max_size=3),
)
def test_no_event_is_counted_for_two_organisations_that_are_not_above_each_other(counts, terms):
    base = date(2026, 1, 1)
    duties = {
        area: DutyOf(
            target_kind="AREA",
            target=area,
            terms=((f"P-{n}", base + timedelta(days=first), base + timedelta(days=first + length)),),
        )
        for n, (area, first, length) in enumerate(terms)
    }
    counted = [Counted(area, "grid.filed", base + timedelta(days=day), n) for area, day, n in counts]
    codes = [f"P-{n}" for n in range(3)]
    sums = [f.sums["grid.filed"] for f in gather(codes, None, duties, counted, {}, base)]
    in_somebodys = sum(c.value for c in counted if in_duty_of(c.area, c.on, duties))
    assert sum(sums) == in_somebodys


# Cross-appointments --------------------------------------------------------------------------------------------------


def appoint(street, account="a1", body="cg", position="STAFF", kind="UNIT", first="2026-01-01", last="2027-12-31"):
    return street.do(
        secretary(), "appoint", account=account, body_kind=kind, body=body, position=position, first=first, last=last
    ).answer["appointment"]


def test_who_holds_a_position_in_a_firm_may_not_score_it(party):
    """Domain rules 10.12, 交叉任职."""
    appoint(party, body="cg")
    row = party.rows[APPOINTED.key("a1")].row
    with pytest.raises(Forbidden) as refused:
        require_independent(row, "cg", date(2026, 11, 23))
    assert refused.value.rule == "grid.scores_own_firm"
    require_independent(row, "water", date(2026, 11, 23))
    require_independent(row, "cg", date(2028, 1, 1))
    require_independent(None, "cg", date(2026, 11, 23))


def test_nobody_supervises_a_body_one_belongs_to(party, refused):
    appoint(party, body="cg", position="MEMBER")
    refused("grid.supervises_oneself", 409, appoint, party, body="cg", position="SUPERVISOR")
    appoint(party, body="water", position="SUPERVISOR")
    refused("grid.supervises_oneself", 409, appoint, party, body="water", position="LEADER")
    appoint(party, body="cg", position="SUPERVISOR", first="2028-01-01", last="2029-12-31")
    row = party.rows[APPOINTED.key("a1")].row
    require_independent(row, "water", date(2026, 11, 23))


def test_an_appointment_has_a_term_and_ends_with_it(party, refused):
    refused("grid.appointment_term", 422, appoint, party, first="2026-01-02", last="2026-01-01")
    refused("grid.appointment_term", 422, appoint, party, first="2026-01-01", last="2031-12-31")
    made = appoint(party)
    refused("grid.appointed_twice", 409, appoint, party, first="2027-01-01", last="2028-01-01")
    ending = {"account": "a1", "appointment": made, "last": "2026-11-30"}
    party.do(secretary(), "end_appointment", **ending)
    row = party.rows[APPOINTED.key("a1")].row
    assert held_in(row, "cg", date(2026, 11, 30)) is not None
    assert positions_on(row, date(2026, 12, 1)) == ()
    refused("grid.appointment_term", 422, party.do, secretary(), "end_appointment", **{**ending, "last": "2027-01-01"})
    refused("grid.no_such_appointment", 404, party.do, secretary(), "end_appointment", **{**ending, "appointment": "x"})


def test_nobody_appoints_oneself_and_only_to_what_there_is(party, refused):
    refused("grid.appoints_oneself", 409, appoint, party, account="ps")
    refused("grid.party_target", 422, appoint, party, body="nowhere")
    refused("grid.party_target", 422, appoint, party, body="P-NONE", kind="ORGANISATION")
    appoint(party, body="P-GEN", kind="ORGANISATION", position="MEMBER")


def test_appointments_are_followed_by_who_keeps_the_register_only(party):
    appoint(party)
    visibility = party.events[-1].data.summary.visibility
    assert (visibility.areas, visibility.roles, visibility.sensitivity) == ((), ("registrar", "party_secretary"), 3)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["cg", "water"]),
            st.sampled_from(["LEADER", "MEMBER", "STAFF", "SUPERVISOR"]),
            st.integers(0, 50),
            st.integers(0, 50),
        ),
        max_size=8,
    )
)
def test_whatever_is_appointed_nobody_ever_supervises_oneself(wanted):
    base = date(2026, 1, 1)
    row = Appointed(account="a")
    for n, (body, position, first, length) in enumerate(wanted):
        one = Appointment(
            id=str(n),
            body_kind="UNIT",
            body=body,
            position=position,
            first=base + timedelta(days=first),
            last=base + timedelta(days=first + length),
        )
        if supervises_oneself(row, one) is None:
            row = msgspec.structs.replace(row, appointments=(*row.appointments, one))
    for n in range(101):
        there = positions_on(row, base + timedelta(days=n))
        for body in ("cg", "water"):
            positions = {a.position for a in there if a.body == body}
            assert positions <= {"SUPERVISOR"} or "SUPERVISOR" not in positions
