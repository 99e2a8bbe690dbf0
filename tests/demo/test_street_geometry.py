"""The demonstration's geometry: the article's numbers, a tiling without gap or overlap, codes by the rule."""

import json
from collections import Counter, defaultdict
from itertools import combinations
from typing import Any

import pytest
import shapely
from shapely import Polygon, STRtree
from shapely.geometry import shape
from shuniu.rules import areas
from shuniu_demo import geometry

# Rounding to 6 digits moves a vertex by at most 7 cm, the street is 15 km²
SQUARE_METRE = 1e-6 / (geometry.KM[0] * geometry.KM[1])


@pytest.fixture(scope="module")
def street() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(geometry.STREET_FILE.read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def shapes(street: dict[str, Any]) -> dict[str, Polygon]:
    return {f["properties"]["code"]: shape(f["geometry"]) for f in street["features"]}


def codes(street: dict[str, Any], subtype: str) -> list[str]:
    return [f["properties"]["code"] for f in street["features"] if f["properties"]["subtype"] == subtype]


def test_the_numbers_are_those_of_the_article(street: dict[str, Any]) -> None:
    assert Counter(f["properties"]["subtype"] for f in street["features"]) == {
        "STREET": 1, "COMMUNITY": 10, "COMPREHENSIVE": 90, "DEDICATED": 195,
    }  # fmt: skip
    assert [f["properties"]["title"]["zh"] for f in street["features"] if f["properties"]["level"] == "community"] == [
        "青桐社区", "望湖社区",
        "学府社区", "锦绣社区", "东苑社区", "云杉社区",
        "梧桐里社区", "晨光社区", "鹤鸣社区", "滨河社区",
    ]  # fmt: skip


def test_every_shape_is_valid_and_marked_synthetic(street: dict[str, Any], shapes: dict[str, Polygon]) -> None:
    base = json.loads(geometry.BASE_FILE.read_text("utf-8"))
    for collection in (street, base):
        assert collection["synthetic"] is True
        assert "synthetic" in collection["source"]
        assert all(f["properties"]["synthetic"] is True for f in collection["features"])
        assert all(shape(f["geometry"]).is_valid for f in collection["features"])
    assert all(isinstance(s, Polygon) and not s.interiors and s.exterior.is_ccw for s in shapes.values())


def test_files_are_small_and_coordinates_have_six_digits() -> None:
    for path, most in ((geometry.STREET_FILE, 400_000), (geometry.BASE_FILE, 50_000)):
        text = path.read_text("utf-8")
        assert path.stat().st_size < most
        for feature in json.loads(text)["features"]:
            for x, y in shapely.get_coordinates(shape(feature["geometry"])):
                assert (round(x, 6), round(y, 6)) == (x, y)


def test_the_street_is_about_five_by_four_kilometres(shapes: dict[str, Polygon]) -> None:
    west, south, east, north = shapes[geometry.STREET_CODE].bounds
    assert 4.5 < (east - west) * geometry.KM[0] < 6
    assert 3 < (north - south) * geometry.KM[1] < 4.5
    assert shapes[geometry.STREET_CODE].contains(shapely.Point(geometry.ORIGIN))


def test_codes_follow_the_rule_and_the_parent(street: dict[str, Any]) -> None:
    seen = [f["properties"]["code"] for f in street["features"]]
    assert len(set(seen)) == len(seen)
    for feature in street["features"]:
        own = feature["properties"]
        assert areas.level(own["code"]) == own["level"]
        assert areas.parent(own["code"]) == own["parent"]
        if own["level"] == "grid":
            assert areas.grid_kind(own["code"]) == own["subtype"]
    assert codes(street, "COMMUNITY") == [f"{geometry.STREET_CODE}{n:03d}" for n in range(1, 11)]
    numbers: dict[tuple[str, str], list[int]] = defaultdict(list)
    for code in (*codes(street, "COMPREHENSIVE"), *codes(street, "DEDICATED")):
        numbers[code[:12], areas.grid_kind(code)].append(int(code[12:]))
    for (_, kind), given in numbers.items():
        first = 501 if kind == "DEDICATED" else 1
        assert given == list(range(first, first + len(given)))


def test_who_lies_north_and_west_comes_first(street: dict[str, Any], shapes: dict[str, Polygon]) -> None:
    groups: dict[str, list[str]] = defaultdict(list)
    for kind in ("COMMUNITY", "COMPREHENSIVE", "DEDICATED"):
        for code in codes(street, kind):
            groups[kind + areas.parent(code)].append(code)
    assert len(groups) == 21
    for members in groups.values():
        for a, b in combinations(sorted(members), 2):
            first, second = shapes[a].centroid, shapes[b].centroid
            assert not (second.x < first.x and second.y > first.y), (a, b)


@pytest.mark.parametrize(("whole", "parts"), [("STREET", "COMMUNITY"), ("COMMUNITY", "COMPREHENSIVE")])
def test_parts_tile_the_whole_without_gap_or_overlap(
    street: dict[str, Any], shapes: dict[str, Polygon], whole: str, parts: str
) -> None:
    for outer in codes(street, whole):
        inner = [shapes[c] for c in codes(street, parts) if areas.parent(c) == outer]
        assert shapely.unary_union(inner).symmetric_difference(shapes[outer]).area < SQUARE_METRE
        assert abs(sum(s.area for s in inner) - shapes[outer].area) < SQUARE_METRE


def test_no_two_comprehensive_grids_overlap(street: dict[str, Any], shapes: dict[str, Polygon]) -> None:
    grids = [shapes[c] for c in codes(street, "COMPREHENSIVE")]
    pairs = STRtree(grids).query(grids, predicate="intersects").T
    assert all(grids[i].intersection(grids[j]).area < SQUARE_METRE for i, j in pairs if i < j)
    assert all(0.04 < g.area / SQUARE_METRE / 1e6 < 0.5 for g in grids)  # km²


def test_every_dedicated_grid_lies_strictly_inside_one_comprehensive_grid(
    street: dict[str, Any], shapes: dict[str, Polygon]
) -> None:
    grids = {c: shapes[c] for c in codes(street, "COMPREHENSIVE")}
    for code in codes(street, "DEDICATED"):
        around = [c for c, g in grids.items() if g.contains_properly(shapes[code])]
        assert len(around) == 1
        assert areas.parent(around[0]) == areas.parent(code)


def test_dedicated_grids_keep_apart_and_out_of_the_water(street: dict[str, Any], shapes: dict[str, Polygon]) -> None:
    own = [shapes[c] for c in codes(street, "DEDICATED")]
    assert all(a.disjoint(b) for a, b in combinations(own, 2))
    for water in (f for f in geometry.base()["features"] if f["properties"]["layer"] == "water"):
        assert all(o.disjoint(shape(water["geometry"])) for o in own)


def test_dedicated_grids_have_a_known_type_and_a_name_of_their_own(street: dict[str, Any]) -> None:
    own = [f["properties"] for f in street["features"] if f["properties"]["subtype"] == "DEDICATED"]
    assert {p["attributes"]["type"] for p in own} == set(geometry.TYPES)
    assert len({p["title"]["zh"] for p in own}) == len({p["title"]["en"] for p in own}) == 195


def test_the_generator_draws_the_file_again(street: dict[str, Any], shapes: dict[str, Polygon]) -> None:
    # Another release of GEOS may round differently, so shapes are compared and not bytes.
    again = geometry.street()
    assert [f["properties"] for f in again["features"]] == [f["properties"] for f in street["features"]]
    for feature in again["features"]:
        drawn, kept = shape(feature["geometry"]), shapes[feature["properties"]["code"]]
        assert drawn.symmetric_difference(kept).area < 0.001 * kept.area
