"""Lineage (domain rules 2, "Grid code to implement"): splitting and merging create new cells and a record; any date."""

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import LineString, box
from shapely.geometry import shape
from shapely.ops import split
from shuniu.rules.refusal import Refusal
from shuniu_grid.areas.coverage import Tolerance, periods, prove_on
from shuniu_grid.areas.lineage import ancestors, descendants, standing_on
from shuniu_grid.areas.rows import AREA


def halves(ground, n, drawn_as, at=None):
    """The pieces of a grid west and east of a meridian."""
    was = shape(msgspec.json.decode(ground.geometries[ground.grid(n)]))
    west, south, east, north = was.bounds
    at = at or (west + east) / 2
    return [drawn_as(box(west, south, at, north)), drawn_as(box(at, south, east, north))]


def test_a_split_ends_the_old_grid_and_begins_new_ones_with_new_codes(ground, drawn_as):
    west, east = halves(ground, 1, drawn_as)
    answer = ground.redraw(
        "2026-12-01",
        [{"operation": "SPLIT", "areas": [ground.grid(1)], "into": [{"geometry": west}, {"geometry": east}]}],
    )
    assert answer["codes"] == [ground.grid(3), ground.grid(4)], "the next free numbers, from west to east"
    old = ground.street.rows[AREA.key(ground.grid(1))].row
    new = ground.street.rows[AREA.key(ground.grid(3))].row
    assert old.entry.valid_to == date(2026, 11, 30)
    assert new.entry.valid_from == date(2026, 12, 1)
    assert old.went_into == new.came_of != ""
    assert old.entry.attributes["became"] == f"{ground.grid(3)} {ground.grid(4)}"
    assert new.entry.attributes["came_from"] == ground.grid(1)


def test_the_registry_summaries_carry_the_lineage(ground, drawn_as):
    since = len(ground.street.events)
    west, east = halves(ground, 1, drawn_as)
    into = [{"geometry": west}, {"geometry": east}]
    ground.redraw("2026-12-01", [{"operation": "SPLIT", "areas": [ground.grid(1)], "into": into}])
    redrawn, *defined = ground.street.events[since:]
    assert ground.street.types(since) == ["area.redrawn.v1", "area.defined.v1", "area.defined.v1"]
    ended = redrawn.data.summary.registry[0]
    assert (ended.code, ended.valid_to) == (ground.grid(1), date(2026, 11, 30))
    begun = [e.data.summary.registry[0] for e in defined]
    assert [e.attributes["came_from"] for e in begun] == [ground.grid(1)] * 2
    notice = redrawn.data.summary.notices[0]
    assert (notice.why, notice.areas) == ("changed", (ground.community,))


def test_a_merger_takes_the_ground_of_all(ground):
    answer = ground.redraw(
        "2026-12-01", [{"operation": "MERGE", "areas": [ground.grid(1), ground.grid(2)], "into": [{}]}]
    )
    (code,) = answer["codes"]
    found = ground.locator().locate(118.03, 32.01, date(2026, 12, 1))
    assert found.comprehensive == code
    assert ground.locator().locate(118.03, 32.01, date(2026, 11, 30)).comprehensive == ground.grid(2)
    assert "、" in ground.street.rows[AREA.key(code)].row.entry.title.zh


def test_a_moved_border_makes_as_many_new_grids(ground, drawn_as, refused):
    west = drawn_as(ground.polygon(118.0, 118.025))
    both = [ground.grid(1), ground.grid(2)]
    one = [{"operation": "MOVE_BORDER", "areas": both, "into": [{"geometry": west}]}]
    refused("grid.redraw_parts", 422, ground.redraw, "2026-12-01", one)
    answer = ground.redraw("2026-12-01", [{**one[0], "into": [{"geometry": west}, {}]}])
    assert len(answer["codes"]) == 2
    at = ground.locator().locate(118.0225, 32.01, date(2026, 12, 1)).comprehensive
    assert at == ground.grid(3)
    assert ground.locator().locate(118.0225, 32.01, date(2026, 11, 30)).comprehensive == ground.grid(2)


def test_several_operations_make_one_plan_checked_and_applied_as_a_whole(ground, drawn_as, refused):
    """Half of grid 1 goes to grid 2: neither operation tiles alone, both together do."""
    west, _ = halves(ground, 1, drawn_as)
    operations = [
        {"operation": "TRANSFER", "areas": [ground.grid(1)], "into": [{"geometry": west}]},
        {
            "operation": "TRANSFER",
            "areas": [ground.grid(2)],
            "into": [{"geometry": drawn_as(ground.polygon(118.01, 118.04))}],
        },
    ]
    before = len(ground.street.events)
    refused("grid.area_coverage", 422, ground.redraw, "2026-12-01", operations[:1])
    assert len(ground.street.events) == before
    assert len(ground.redraw("2026-12-01", operations)["codes"]) == 2


def test_a_plan_that_leaves_gaps_or_overlaps_is_refused_unless_declared_intermediate(ground, drawn_as, refused):
    west, _ = halves(ground, 1, drawn_as)
    near = drawn_as(ground.polygon(118.012, 118.02))
    plan = [{"operation": "SPLIT", "areas": [ground.grid(1)], "into": [{"geometry": west}, {"geometry": near}]}]
    refusal = refused("grid.area_coverage", 422, ground.redraw, "2026-12-01", plan)
    assert [f.code for f in refusal.fields] == ["gap"]
    answer = ground.redraw("2026-12-01", plan, intermediate=True)
    assert answer["flaws"][0]["kind"] == "gap"
    assert ground.changes()[0].intermediate


def test_codes_are_never_given_again(ground, drawn_as, refused):
    west, east = halves(ground, 1, drawn_as)
    plan = [
        {
            "operation": "SPLIT",
            "areas": [ground.grid(1)],
            "into": [{"geometry": west, "code": ground.grid(2)}, {"geometry": east}],
        }
    ]
    refused("grid.area_code_used", 409, ground.redraw, "2026-12-01", plan)
    plan[0]["into"][0]["code"] = ground.grid(1)
    refused("grid.area_code_used", 409, ground.redraw, "2026-12-01", plan)
    plan[0]["into"][0]["code"] = ground.grid(40)
    ground.redraw("2026-12-01", plan)
    registrar = ground.street.people.registrar
    again = {"code": ground.grid(1), "title": {"zh": "又来", "en": "Again"}, "valid_from": "2027-01-01"}
    refused("grid.area_code_used", 409, ground.street.do, registrar, "import_areas", areas=[again])


def test_an_area_ends_once_and_not_before_it_began(ground, drawn_as, refused):
    into = [{"geometry": g} for g in halves(ground, 1, drawn_as)]
    plan = [{"operation": "SPLIT", "areas": [ground.grid(1)], "into": into}]
    refused("grid.redraw_before_begin", 422, ground.redraw, "2026-01-01", plan)
    refused("grid.area_twice", 422, ground.redraw, "2026-12-01", plan * 2)
    ground.redraw("2026-12-01", plan)
    refused("grid.area_retired", 409, ground.redraw, "2026-12-05", plan)


def test_a_dedicated_grid_lies_inside_one_comprehensive_grid_after_every_plan(ground, drawn_as, refused):
    campus = f"{ground.community}501"
    ground.enter({campus: ground.polygon(118.004, 118.006, 32.004, 32.006)})
    across = [{"geometry": g} for g in halves(ground, 1, drawn_as, 118.005)]
    plan = [{"operation": "SPLIT", "areas": [ground.grid(1)], "into": across}]
    refusal = refused("grid.area_geometry", 422, ground.redraw, "2026-12-01", plan)
    assert refusal.fields == ((f"areas.{campus}", "not_in_one_comprehensive"),)
    plan[0]["into"] = [{"geometry": g} for g in halves(ground, 1, drawn_as)]
    west = ground.redraw("2026-12-01", plan)["codes"][0]
    assert ground.street.rows[AREA.key(campus)].row.inside == west
    assert ground.locator().around_dedicated(date(2026, 12, 1)) == {campus: west}
    assert ground.locator().around_dedicated(date(2026, 11, 30)) == {campus: ground.grid(1)}


def test_communities_merge_with_all_their_grids(new_ground, drawn_as, refused):
    """Every grid belongs to one community (2.7): a plan that merges communities carries their grids over."""
    ground = new_ground()
    other, merged = "320199001010", "320199001011"
    ground.enter({other: ground.polygon(118.04, 118.06)})
    ground.enter({f"{other}001": ground.polygon(118.04, 118.06)})
    merge = {"operation": "MERGE", "areas": [ground.community, other], "into": [{"code": merged}]}
    refusal = refused("grid.area_geometry", 422, ground.redraw, "2026-12-01", [merge])
    assert {f.code for f in refusal.fields} == {"orphaned"}
    grids = [ground.grid(1), ground.grid(2), f"{other}001"]
    carried = [
        {"operation": "TRANSFER", "areas": [code], "into": [{"code": f"{merged}{n:03d}"}]}
        for n, code in enumerate(grids, 1)
    ]
    answer = ground.redraw("2026-12-01", [merge, *carried])
    assert answer["codes"] == [merged, *(f"{merged}{n:03d}" for n in (1, 2, 3))]
    assert ground.locator().locate(118.05, 32.01, date(2026, 12, 1)).comprehensive == f"{merged}003"


def test_whoever_looked_at_an_older_map_looks_again(ground, drawn_as, refused):
    into = [{"geometry": g} for g in halves(ground, 1, drawn_as)]
    fresh = [{"operation": "SPLIT", "areas": [ground.grid(1)], "into": into}]
    assert ground.books()[ground.community] == 2
    ground.books = lambda: {ground.community: 1}
    refused("matter.moved_on", 409, ground.redraw, "2026-12-01", fresh)


def test_a_matter_keeps_the_grid_it_was_opened_in(ground, drawn_as):
    street = ground.street
    worker = street.people.worker
    worker = type(worker)(id="w9", roles=frozenset({"grid_worker"}), areas=(ground.grid(1),))
    event = street.reported(worker, area=ground.grid(1))
    into = [{"geometry": g} for g in halves(ground, 1, drawn_as)]
    ground.redraw("2026-11-24", [{"operation": "SPLIT", "areas": [ground.grid(1)], "into": into}])
    street.later(days=2)
    street.do(street.people.dispatcher, "dispatch", event=event, unit="cg")
    assert street.event(event).area == ground.grid(1)
    assert street.events[-1].area == ground.grid(1)
    assert street.events[-1].data.summary.matter.area == ground.grid(1)
    assert standing_on(ground.grid(1), ground.changes(), date(2026, 11, 25)) == (ground.grid(3), ground.grid(4))


def test_lineage_is_answered_both_ways_and_on_any_date(ground, drawn_as):
    into = [{"geometry": g} for g in halves(ground, 1, drawn_as)]
    ground.redraw("2026-06-01", [{"operation": "SPLIT", "areas": [ground.grid(1)], "into": into}])
    ground.redraw("2026-09-01", [{"operation": "MERGE", "areas": [ground.grid(4), ground.grid(2)], "into": [{}]}])
    changes = ground.changes()
    up = [(r.code, r.steps, r.operation) for r in ancestors(ground.grid(5), changes)]
    assert up == [(ground.grid(4), 1, "MERGE"), (ground.grid(2), 1, "MERGE"), (ground.grid(1), 2, "SPLIT")]
    down = [r.code for r in descendants(ground.grid(1), changes)]
    assert down == [ground.grid(3), ground.grid(4), ground.grid(5)]
    assert standing_on(ground.grid(1), changes, date(2026, 8, 31)) == (ground.grid(3), ground.grid(4))
    assert standing_on(ground.grid(1), changes, date(2026, 9, 1)) == (ground.grid(3), ground.grid(5))
    assert standing_on(ground.grid(5), changes, date(2026, 5, 1)) == (ground.grid(1), ground.grid(2))


# Random plans keep the tiling ----------------------------------------------------------------------------------------


def cut(ground, code, horizontal, share):
    """A grid's ground in two pieces along a straight line."""
    was = shape(msgspec.json.decode(ground.geometries[code]))
    west, south, east, north = was.bounds
    if horizontal:
        at = south + (north - south) * share
        line = LineString([(west - 1, at), (east + 1, at)])
    else:
        at = west + (east - west) * share
        line = LineString([(at, south - 1), (at, north + 1)])
    pieces = list(split(was, line).geoms)
    return pieces if len(pieces) == 2 and all(p.geom_type == "Polygon" for p in pieces) else []


def neighbours(ground, codes):
    shapes = {c: shape(msgspec.json.decode(ground.geometries[c])) for c in codes}
    return [(a, b) for a in codes for b in codes if a < b and shapes[a].intersection(shapes[b]).length > 1e-9]


SHARE = st.floats(0.001, 0.999)
MOVES = st.lists(
    st.tuples(
        st.sampled_from(["SPLIT", "MERGE", "MOVE_BORDER", "BOTH"]),
        st.integers(0, 1000),
        st.booleans(),
        st.floats(0.2, 0.8),
        st.integers(1, 40),
    ),
    min_size=1,
    max_size=7,
)


def operation(ground, kind, pick, horizontal, share, there, drawn_as, used):
    """One random operation over grids not yet used, or None where there is none of that kind."""
    free = [c for c in there if c not in used]
    if kind == "SPLIT" and free:
        code = free[pick % len(free)]
        pieces = cut(ground, code, horizontal, share)
        if pieces:
            used.add(code)
            return {"operation": "SPLIT", "areas": [code], "into": [{"geometry": drawn_as(pieces[0])}, {}]}
    pairs = neighbours(ground, free)
    if kind in ("MERGE", "MOVE_BORDER") and pairs:
        pair = pairs[pick % len(pairs)]
        if kind == "MERGE":
            used.update(pair)
            return {"operation": "MERGE", "areas": list(pair), "into": [{}]}
        pieces = cut(ground, pair[0], horizontal, share)
        if pieces:
            used.update(pair)
            return {"operation": "MOVE_BORDER", "areas": list(pair), "into": [{"geometry": drawn_as(pieces[0])}, {}]}
    return None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moves=MOVES, points=st.lists(st.tuples(st.floats(0.001, 0.999), st.floats(0.001, 0.999)), min_size=5, max_size=9)
)
def test_random_plans_keep_one_comprehensive_grid_at_every_point_and_every_date(new_ground, drawn_as, moves, points):
    ground = new_ground()
    day = date(2026, 2, 1)
    for kind, pick, horizontal, share, wait in moves:
        there = sorted(c for c, a in ground.drawn().areas.items() if len(c) == 15 and a.entry.valid_to is None)
        used: set[str] = set()
        kinds = ("SPLIT", "MERGE") if kind == "BOTH" else (kind,)
        plan = [operation(ground, k, pick, horizontal, share, there, drawn_as, used) for k in kinds]
        plan = [o for o in plan if o]
        if plan:
            ground.redraw(day.isoformat(), plan)
            day += timedelta(days=wait)
    outlines = ground.drawn().outlines()
    changes = ground.changes()
    locator = ground.locator()
    for period in periods(ground.community, outlines):
        for on in {period.first, period.last or day + timedelta(days=400)}:
            assert prove_on(ground.community, on, outlines, Tolerance()).holds
            grids = {o.code for o in outlines if len(o.code) == 15 and (o.valid_from <= on <= (o.valid_to or on))}
            for x, y in points:
                lon, lat = ground.west + 0.04 * x, ground.south + 0.02 * y
                now = locator.locate(lon, lat, on).comprehensive
                assert now in grids, "exactly one, and one that stands on that day"
                first = locator.locate(lon, lat, date(2026, 1, 1)).comprehensive
                assert now in standing_on(first, changes, on), "the lineage leads from the old code to the new"
                assert first in standing_on(now, changes, date(2026, 1, 1)), "and back"


def test_a_plan_of_nobodys_area_is_not_found(ground, drawn_as):
    plan = [{"operation": "MERGE", "areas": [ground.grid(1), ground.grid(77)], "into": [{}]}]
    with pytest.raises(Refusal) as caught:
        ground.redraw("2026-12-01", plan)
    assert caught.value.rule == "area.unknown"
