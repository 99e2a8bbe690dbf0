"""Areas and posts (domain rules 2.4, 2.7, 2.11, 2.14): import, geometry, validity, the grid of a point."""

from datetime import date

import pytest
from shuniu.chassis.context import Actor
from shuniu_grid.areas.geometry import Geometry, Located, Locator, Outline, Problem, check_geometries, encode_geometry
from shuniu_grid.areas.register import AREA, PreparedAreas
from shuniu_grid.posts.assign import POST

SCOPE, COMMUNITY = "320199001", "320199001009"
GRID, GRID_2, DEDICATED = f"{COMMUNITY}001", f"{COMMUNITY}002", f"{COMMUNITY}501"


def box(west: float, south: float, east: float, north: float) -> Geometry:
    return Geometry("Polygon", [[[west, south], [east, south], [east, north], [west, north], [west, south]]])


def content(*args: float) -> bytes:
    return encode_geometry(box(*args))


def given(code: str, **more):
    return {"code": code, "title": {"zh": f"区域{code}", "en": f"Area {code}"}, "valid_from": "2026-01-01", **more}


# Import ---------------------------------------------------------------------------------------------------------------


def test_areas_are_entered_parents_first(street):
    areas = [given(GRID), given(DEDICATED, attributes={"kind": "campus"}), given(COMMUNITY)]
    answer = street.do(street.people.registrar, "import_areas", areas=areas)
    assert answer.answer == {"defined": 3, "unchanged": 0}
    entries = [e.data.summary.registry[0] for e in street.events]
    assert [(e.code, e.parent, e.subtype) for e in entries] == [
        (COMMUNITY, SCOPE, ""),
        (GRID, COMMUNITY, "COMPREHENSIVE"),
        (DEDICATED, COMMUNITY, "DEDICATED"),
    ]
    assert street.events[0].data.summary.visibility.sensitivity == 1, "grids are public by statute"


def test_the_same_import_again_changes_nothing(street):
    areas = [given(COMMUNITY), given(GRID)]
    street.do(street.people.registrar, "import_areas", areas=areas)
    again = street.do(street.people.registrar, "import_areas", areas=areas)
    assert again.answer == {"defined": 0, "unchanged": 2}
    street.do(street.people.registrar, "import_areas", areas=[given(GRID, external_code="32019900100901")])
    assert street.rows[AREA.key(GRID)].row.external_code == "32019900100901"


@pytest.mark.parametrize(
    ("areas", "rule", "field"),
    [
        ([given(GRID)], "grid.area_parent", "areas.0.code"),
        ([given("320199002001")], "grid.area_outside_scope", "areas.0.code"),
        ([given(COMMUNITY), given(f"{COMMUNITY}500")], "areas.bad_code", "areas.1.code"),
        ([given("320199")], "areas.wrong_level", "areas.0.code"),
        ([given(COMMUNITY), given(COMMUNITY)], "grid.area_twice", "areas"),
        ([given(COMMUNITY), given(GRID, subtype="DEDICATED")], "grid.area_subtype", "areas.1.subtype"),
        ([given(COMMUNITY, title={"zh": " ", "en": "x"})], "grid.area_title", "areas.0.title"),
        ([given(COMMUNITY, external_code="12AB")], "grid.external_code", "areas.0.external_code"),
    ],
)
def test_what_an_import_refuses_whole(street, refused, areas, rule, field):
    refusal = refused(rule, 422, street.do, street.people.registrar, "import_areas", areas=areas)
    assert refusal.fields[0].field == field
    assert street.events == []


def test_geometry_problems_are_named_by_field(street, refused):
    prepared = PreparedAreas({}, (Problem(GRID, "not_simple"),), {})
    areas = [given(COMMUNITY), given(GRID)]
    registrar = street.people.registrar
    refusal = refused("grid.area_geometry", 422, street.do, registrar, "import_areas", prepared, areas=areas)
    assert refusal.fields == (("areas.1.geometry", "not_simple"),)


def test_only_a_registrar_of_the_area(street, refused):
    refused("access.role", 403, street.do, street.people.dispatcher, "import_areas", areas=[given(COMMUNITY)])
    elsewhere = Actor(id="r2", roles=frozenset({"registrar"}), areas=("320199001002",))
    refused("access.area", 403, street.do, elsewhere, "import_areas", areas=[given(COMMUNITY)])


def test_a_retired_area_takes_no_reports(street, refused):
    registrar = street.people.registrar
    street.do(registrar, "import_areas", areas=[given(COMMUNITY), given(GRID)])
    street.do(registrar, "retire_area", code=GRID, valid_to="2026-11-23")
    worker = Actor(id="w9", roles=frozenset({"grid_worker"}), areas=(GRID,))
    event = street.reported(worker, area=GRID)
    street.later(days=1)
    refused("grid.unknown_area", 422, street.reported, worker, area=GRID)
    assert street.event(event).area == GRID, "what happened keeps its grid"
    refused("grid.area_retired", 409, street.do, registrar, "retire_area", code=GRID, valid_to="2026-12-01")


# Geometry -------------------------------------------------------------------------------------------------------------

PARENTS = {COMMUNITY: content(0, 0, 2, 1)}


@pytest.mark.parametrize(
    ("given_", "word"),
    [
        ({GRID: content(0, 0, 1, 1)}, ""),
        ({GRID: content(0, 0, 1.0000005, 1)}, ""),
        ({GRID: content(1, 0, 2.1, 1)}, "outside_parent"),
        ({GRID: content(190, 0, 191, 1)}, "not_on_earth"),
        ({GRID: b'{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}'}, "not_simple"),
        ({GRID: b'{"type":"Polygon","coordinates":[[["x",0]]]}'}, "unreadable"),
        ({GRID: b'{"type":"Polygon","coordinates":[]}'}, "not_a_polygon"),
        ({GRID: content(0, 0, 1, 1), DEDICATED: content(0.2, 0.2, 0.4, 0.4)}, ""),
        ({GRID: content(0, 0, 1, 1), DEDICATED: content(0.8, 0.2, 1.4, 0.4)}, "not_in_one_comprehensive"),
    ],
)
def test_geometry_is_checked(given_, word):
    problems, inside = check_geometries(given_, PARENTS)
    assert [p.word for p in problems] == ([word] if word else [])
    if DEDICATED in given_ and not word:
        assert inside == {DEDICATED: GRID}


def test_a_point_answers_comprehensive_and_dedicated():
    locator = Locator(
        [
            Outline(COMMUNITY, None, None, content(0, 0, 2, 1)),
            Outline(GRID, date(2026, 1, 1), None, content(0, 0, 1, 1)),
            Outline(GRID_2, date(2026, 1, 1), None, content(1, 0, 2, 1)),
            Outline(DEDICATED, date(2026, 6, 1), date(2026, 6, 30), content(0.2, 0.2, 0.4, 0.4)),
        ]
    )
    june, july = date(2026, 6, 30), date(2026, 7, 1)
    both = Located(community=COMMUNITY, comprehensive=GRID, dedicated=DEDICATED)
    assert locator.locate(0.3, 0.3, june) == both
    assert both.narrowest == DEDICATED
    assert locator.locate(0.3, 0.3, july) == Located(community=COMMUNITY, comprehensive=GRID)
    assert locator.locate(1.0, 0.5, july).comprehensive == GRID, "on a border the lowest code"
    assert locator.locate(0.3, 0.3, date(2025, 1, 1)) == Located(community=COMMUNITY)
    assert locator.locate(5, 5, june) == Located()


# Posts ----------------------------------------------------------------------------------------------------------------


def test_post_is_assigned_and_ended(street, refused):
    registrar = street.people.registrar
    answer = street.do(registrar, "assign_post", area="320199001001001", kind="HEAD", account="acc-1")
    post = answer.answer["post"]
    entry = street.events[-1].data.summary.registry[0]
    assert (entry.kind, entry.parent, entry.subtype, entry.title.zh) == ("post", "320199001001001", "HEAD", "网格长")
    refused(
        "grid.post_held", 409, street.do, registrar, "assign_post", area="320199001001001", kind="HEAD", account="acc-1"
    )
    street.do(registrar, "end_post", post=post, valid_to="2026-11-30")
    refused("grid.post_ended", 409, street.do, registrar, "end_post", post=post)
    assert street.rows[POST.key(post)].row.valid_to == date(2026, 11, 30)


def test_post_ends_after_it_begins(street, refused):
    registrar = street.people.registrar
    post = street.do(registrar, "assign_post", area="320199001001", kind="FULL", account="acc-2").answer["post"]
    refused("grid.post_ends_before_start", 422, street.do, registrar, "end_post", post=post, valid_to="2026-11-01")
