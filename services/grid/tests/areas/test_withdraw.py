"""A plan that is not in force yet may be taken back: the old grids stay, and the division is proven again."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shuniu_grid.areas.coverage import Tolerance, change_days, periods, prove_on
from shuniu_grid.areas.lineage import standing_on
from shuniu_grid.areas.rows import AREA
from shuniu_grid.posts.staffing import STAFFING, vacancies

from .test_lineage import halves

ON = "2026-12-01"


@pytest.fixture
def split(ground, drawn_as):
    """A split of grid 1 planned for December; it is November 23. The plan's answer."""
    into = [{"geometry": g} for g in halves(ground, 1, drawn_as)]
    return ground.redraw(ON, [{"operation": "SPLIT", "areas": [ground.grid(1)], "into": into}])


def test_a_plan_taken_back_leaves_the_old_grid_and_no_day_of_the_new_ones(ground, split):
    ground.withdraw(split["plan"])
    old = ground.street.rows[AREA.key(ground.grid(1))].row
    assert (old.entry.valid_to, old.went_into, "became" in old.entry.attributes) == (None, "", False)
    outlines = ground.drawn().outlines()
    for day in (date(2026, 11, 30), date(2026, 12, 1), date(2027, 6, 1)):
        assert ground.locator().locate(118.001, 32.01, day).comprehensive == ground.grid(1)
        assert prove_on(ground.community, day, outlines, Tolerance()).holds
    assert date(2026, 12, 1) not in change_days(ground.community, outlines)
    assert len(periods(ground.community, outlines)) == 1
    left = [change for change in ground.changes() if not change.withdrawn]
    assert standing_on(ground.grid(1), left, date(2027, 1, 1)) == (ground.grid(1),)


def test_the_registry_hears_that_the_old_grid_goes_on(ground, split):
    since = len(ground.street.events)
    ground.withdraw(split["plan"])
    assert ground.street.types(since) == ["area.redrawing_withdrawn.v1"]
    told = ground.street.events[-1].data.summary
    entries = {e.code: (e.valid_from, e.valid_to) for e in told.registry}
    assert entries[ground.grid(1)][1] is None
    assert entries[ground.grid(3)] == (date(2026, 12, 1), date(2026, 11, 30))
    assert told.notices[0].text == "notice.redrawing_withdrawn"
    assert "换届" not in ground.street.events[-1].data.fact.__repr__(), "the reason does not travel"


def test_a_plan_in_force_or_taken_back_or_unknown_is_not_taken_back(ground, split, refused):
    refused("grid.redraw_unknown", 404, ground.withdraw, "nothing")
    ground.withdraw(split["plan"])
    refused("grid.redraw_withdrawn", 409, ground.withdraw, split["plan"])


def test_a_plan_is_taken_back_until_the_day_before_it_is_in_force(ground, split, refused):
    ground.street.later(days=8)
    refused("grid.redraw_in_force", 409, ground.withdraw, split["plan"])


def test_a_plan_others_build_on_is_taken_back_after_theirs(ground, split, refused):
    later = ground.redraw(
        "2026-12-10", [{"operation": "MERGE", "areas": [ground.grid(4), ground.grid(2)], "into": [{}]}]
    )
    refused("grid.redraw_built_on", 409, ground.withdraw, split["plan"])
    ground.withdraw(later["plan"])
    ground.withdraw(split["plan"])
    assert ground.locator().locate(118.015, 32.01, date(2026, 12, 15)).comprehensive == ground.grid(1)


def test_a_plan_whose_new_grids_have_posts_already_is_not_taken_back(ground, split, refused):
    registrar = ground.street.people.registrar
    area = ground.grid(3)
    ground.street.do(registrar, "assign_post", area=area, kind="HEAD", account="acc-1", valid_from=ON)
    refusal = refused("grid.redraw_has_posts", 409, ground.withdraw, split["plan"])
    assert refusal.params["code"] == area


def test_nobody_misses_posts_of_a_grid_that_never_began(ground, split):
    ground.withdraw(split["plan"])
    assert vacancies(ground.street.rows[STAFFING.key(ground.grid(3))].row) == []
    old = vacancies(ground.street.rows[STAFFING.key(ground.grid(1))].row)
    assert old and all(v.until is None for v in old), "the old grid must be staffed again without an end"


def test_coverage_is_proven_again_when_a_plan_is_taken_back(ground, drawn_as, refused):
    """Half of grid 1 goes to grid 2 in two plans; without the second alone there would be a gap."""
    west, _ = halves(ground, 1, drawn_as)
    first = [{"operation": "TRANSFER", "areas": [ground.grid(1)], "into": [{"geometry": west}]}]
    wider = {"geometry": drawn_as(ground.polygon(118.01, 118.04))}
    second = [{"operation": "TRANSFER", "areas": [ground.grid(2)], "into": [wider]}]
    ground.redraw(ON, first, intermediate=True)
    plan = ground.redraw(ON, second)["plan"]
    refusal = refused("grid.area_coverage", 422, ground.withdraw, plan)
    assert [f.code for f in refusal.fields] == ["gap"]
    ground.withdraw(plan, intermediate=True)


def test_a_dedicated_grid_lies_in_its_old_grid_again(ground, drawn_as):
    campus = f"{ground.community}501"
    ground.enter({campus: ground.polygon(118.004, 118.006, 32.004, 32.006)})
    into = [{"geometry": g} for g in halves(ground, 1, drawn_as)]
    plan = ground.redraw(ON, [{"operation": "SPLIT", "areas": [ground.grid(1)], "into": into}])
    assert ground.street.rows[AREA.key(campus)].row.inside == plan["codes"][0]
    ground.withdraw(plan["plan"])
    assert ground.street.rows[AREA.key(campus)].row.inside == ground.grid(1)


def test_codes_of_grids_that_never_began_are_not_given_again(ground, split, drawn_as):
    ground.withdraw(split["plan"])
    into = [{"geometry": g} for g in halves(ground, 1, drawn_as)]
    again = ground.redraw(ON, [{"operation": "SPLIT", "areas": [ground.grid(1)], "into": into}])
    assert not set(again["codes"]) & set(split["codes"])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shares=st.lists(st.floats(0.2, 0.8), min_size=1, max_size=4), undone=st.integers(1, 4))
def test_plans_taken_back_in_reverse_leave_the_map_as_if_they_had_never_been(new_ground, drawn_as, shares, undone):
    ground = new_ground()
    day, plans, seen = date(2026, 12, 1), [], []
    for share in shares:
        code = ground.locator().locate(118.001, 32.001, date(2027, 6, 1)).comprehensive
        west, _, east, _ = ground.shape(code).bounds
        seen.append(ground.standing(date(2027, 6, 1)))
        into = [{"geometry": g} for g in halves(ground, int(code[-3:]), drawn_as, west + (east - west) * share)]
        plans.append(ground.redraw(day.isoformat(), [{"operation": "SPLIT", "areas": [code], "into": into}])["plan"])
        day += timedelta(days=3)
    for plan, before in list(zip(plans, seen, strict=True))[::-1][:undone]:
        ground.withdraw(plan)
        assert ground.standing(date(2027, 6, 1)) == before
        assert prove_on(ground.community, date(2027, 6, 1), ground.drawn().outlines(), Tolerance()).holds
