"""Proof of coverage (domain rules 2.7; architecture, "A point answers"): exactly one comprehensive grid everywhere."""

import math
from datetime import date

import pytest
from shapely import Polygon, box
from shapely.geometry import shape
from shuniu_grid.areas.coverage import Site, Tolerance, check_sites, periods, prove, prove_on
from shuniu_grid.areas.geometry import Outline, encode_shape
from shuniu_grid.areas.numbering import free_numbers, out_of_order, reading_order
from shuniu_grid.areas.planar import square_metres

COMMUNITY = "320199001009"
DAY = date(2026, 11, 23)
TOLERANCE = Tolerance()


def grid(n: int) -> str:
    return f"{COMMUNITY}{n:03d}"


def outline(code, shape_, first=None, last=None):
    return Outline(code, first, last, encode_shape(shape_))


def test_square_metres_are_those_of_the_ellipsoid():
    """A zone between two parallels has a closed formula; the projection keeps its area to a millionth."""
    a, f = 6_378_137.0, 1 / 298.257222101
    e2 = f * (2 - f)
    e = math.sqrt(e2)

    def authalic(lat: float) -> float:
        s = math.sin(math.radians(lat))
        return (1 - e2) * (s / (1 - e2 * s * s) + math.atanh(e * s) / e) / 2

    expected = a * a * math.radians(0.02) * (authalic(32.02) - authalic(32.0))
    edge = [(118.0 + 0.02 * n / 200, 32.0) for n in range(201)]
    dense = Polygon([*edge, *((x, 32.02) for x, _ in reversed(edge))])
    assert square_metres(dense) == pytest.approx(expected, rel=1e-6)
    assert square_metres(box(118, 32, 118.02, 32.02)) == pytest.approx(expected, rel=1e-6)


def test_cells_that_tile_are_proven():
    ground = box(118, 32, 118.02, 32.02)
    cells = {grid(1): box(118, 32, 118.01, 32.02), grid(2): box(118.01, 32, 118.02, 32.02)}
    proof = prove(COMMUNITY, DAY, ground, cells, TOLERANCE)
    assert proof.holds
    assert (proof.cells, proof.flaws, proof.ignored) == (2, (), 0)


def test_a_gap_an_overlap_and_a_spill_are_told_with_their_shape_and_square_metres():
    ground = box(118, 32, 118.03, 32.02)
    cells = {
        grid(1): box(118, 32, 118.01, 32.02),
        grid(2): box(118.009, 32, 118.02, 32.02),
        grid(3): box(118.021, 32, 118.031, 32.02),
    }
    proof = prove(COMMUNITY, DAY, ground, cells, TOLERANCE)
    found = {flaw.kind: flaw for flaw in proof.flaws}
    assert set(found) == {"gap", "overlap", "outside"}
    assert found["overlap"].cells == (grid(1), grid(2))
    assert found["outside"].cells == (grid(3),)
    expected = square_metres(box(118.02, 32, 118.021, 32.02))
    assert found["gap"].m2 == pytest.approx(expected, abs=0.1)
    assert shape(found["gap"].geometry).equals(box(118.02, 32, 118.021, 32.02))
    assert not proof.holds


def test_slivers_below_the_declared_tolerance_are_left_out_and_counted():
    ground = box(118, 32, 118.02, 32.02)
    thin = 0.2 / 94_000  # 0.2 m of longitude at this latitude, over 2.2 km: some 440 m²
    cells = {grid(1): box(118, 32, 118.01, 32.02), grid(2): box(118.01 + thin, 32, 118.02, 32.02)}
    proof = prove(COMMUNITY, DAY, ground, cells, TOLERANCE)
    assert proof.holds
    assert proof.ignored == 1
    assert proof.ignored_m2 > 400
    strict = prove(COMMUNITY, DAY, ground, cells, Tolerance(1.0, 0.05))
    assert [flaw.kind for flaw in strict.flaws] == ["gap"]


def test_what_is_not_drawn_is_neither_gap_nor_proof():
    ground = box(118, 32, 118.02, 32.02)
    proof = prove(COMMUNITY, DAY, ground, {grid(1): box(118, 32, 118.01, 32.02), grid(2): None}, TOLERANCE)
    assert proof.flaws == ()
    assert proof.missing == (grid(2),)
    assert not proof.holds
    assert prove(COMMUNITY, DAY, None, {grid(1): None}, TOLERANCE).missing == (COMMUNITY, grid(1))


def test_coverage_is_answered_for_any_day():
    june, july = date(2026, 6, 30), date(2026, 7, 1)
    outlines = [
        outline(COMMUNITY, box(118, 32, 118.02, 32.02)),
        outline(grid(1), box(118, 32, 118.02, 32.02), None, june),
        outline(grid(2), box(118, 32, 118.01, 32.02), july),
        outline(grid(3), box(118.01, 32, 118.02, 32.02), date(2026, 8, 1)),
        outline(f"{COMMUNITY}501", box(118, 32, 118.001, 32.001)),
    ]
    assert prove_on(COMMUNITY, june, outlines, TOLERANCE).holds
    assert [f.kind for f in prove_on(COMMUNITY, july, outlines, TOLERANCE).flaws] == ["gap"]
    assert prove_on(COMMUNITY, date(2026, 8, 1), outlines, TOLERANCE).holds
    found = periods(COMMUNITY, outlines)
    assert found == [(None, june), (july, date(2026, 7, 31)), (date(2026, 8, 1), None)]
    assert periods(COMMUNITY, outlines[:1]) == []
    assert periods(COMMUNITY, [outlines[2]]) == [(july, None)]


def test_every_unit_lies_in_exactly_one_comprehensive_grid():
    outlines = [
        outline(grid(1), box(118, 32, 118.011, 32.02)),
        outline(grid(2), box(118.01, 32, 118.02, 32.02)),
        outline(f"{COMMUNITY}501", box(118, 32, 118.02, 32.02)),
    ]
    sites = [Site("u1", 118.005, 32.01), Site("u2", 118.0105, 32.01), Site("u3", 118.5, 32.01), Site("u4", 118.0, 32.0)]
    flaws = {flaw.site.id: flaw.cells for flaw in check_sites(sites, DAY, outlines)}
    assert flaws == {"u2": (grid(1), grid(2)), "u3": ()}, "a dedicated grid does not count, a border does"


def test_numbers_run_from_west_to_east_and_north_to_south():
    """Domain rules 2.4; a hint only, because codes are never given again."""
    cells = [
        outline(grid(1), box(118, 32.01, 118.01, 32.02)),
        outline(grid(2), box(118.01, 32.01, 118.02, 32.02)),
        outline(grid(3), box(118, 32, 118.01, 32.01)),
        outline(grid(4), box(118.01, 32, 118.02, 32.01)),
    ]
    assert reading_order(cells) == [grid(n) for n in (1, 2, 3, 4)]
    assert out_of_order(cells) == ()
    swapped = [cells[0]._replace(code=grid(2)), cells[1]._replace(code=grid(1)), *cells[2:]]
    assert out_of_order(swapped) == (grid(1), grid(2))
    taken = {grid(1), grid(7), f"{COMMUNITY}501"}
    assert next(iter(free_numbers(COMMUNITY, "COMPREHENSIVE", taken))) == 8, "no number is given twice"
    assert next(iter(free_numbers(COMMUNITY, "DEDICATED", taken))) == 2
