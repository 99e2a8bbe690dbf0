"""A unit follows a redrawing by its point; what is not sure is listed, never guessed (domain rules 2, 2.10)."""

from datetime import date
from typing import Any

import pytest
from shapely import box as rectangle
from shuniu.contracts.grid.units import RegisteredUnit
from shuniu.contracts.summary import Place
from shuniu.testing.waiting import until
from shuniu_grid.areas.geometry import Locator, Outline, encode_shape
from shuniu_grid.areas.rows import CHANGE
from shuniu_grid.units.following import grid_after

from .conftest import geometry
from .test_lineage import halves

C = "320199001001"
OLD, WEST, EAST, CAMPUS, CAMPUS_2 = f"{C}001", f"{C}003", f"{C}004", f"{C}501", f"{C}502"
ON = date(2026, 12, 1)
WHERE = Locator(
    [
        Outline(WEST, ON, None, encode_shape(rectangle(118.0, 32.0, 118.1, 32.2))),
        Outline(EAST, ON, None, encode_shape(rectangle(118.1, 32.0, 118.2, 32.2))),
        Outline(CAMPUS_2, ON, None, encode_shape(rectangle(118.02, 32.02, 118.04, 32.04))),
    ]
)


@pytest.mark.parametrize(
    ("area", "point", "after", "to"),
    [
        (OLD, (118.05, 32.1), (WEST, EAST), WEST),
        (OLD, (118.15, 32.1), (WEST, EAST), EAST),
        (OLD, None, (WEST, EAST), ""),
        (OLD, None, (WEST,), WEST),
        (OLD, (119.0, 32.1), (WEST, EAST), ""),
        (OLD, (118.15, 32.1), (WEST,), ""),
        (CAMPUS, (118.03, 32.03), (CAMPUS_2,), CAMPUS_2),
        (CAMPUS, None, (WEST,), ""),
    ],
)
def test_a_units_point_says_which_grid_it_comes_to(area, point, after, to) -> None:
    lon, lat = point or (None, None)
    unit = RegisteredUnit(
        number="U1", name="示例", kind="SHOP", area=area, place=Place(lon=lon, lat=lat), valid_from=date(2026, 1, 1)
    )
    assert grid_after(unit, after, ON, WHERE) == to


def test_a_redrawing_is_said_to_be_in_force_once_and_on_its_day(ground, drawn_as):
    into = [{"geometry": g} for g in halves(ground, 1, drawn_as)]
    ground.redraw("2026-12-01", [{"operation": "SPLIT", "areas": [ground.grid(1)], "into": into}])
    (change,) = ground.changes()
    said = len(ground.street.events)
    for days, told in ((0, []), (7, []), (1, ["area.redrawing_began.v1"]), (1, [])):
        ground.street.later(days=days)
        ground.street.wake_matter(CHANGE.name, change.id)
        assert ground.street.types(said) == told, days
        said = len(ground.street.events)


def test_a_plan_taken_back_never_begins(ground, drawn_as):
    into = [{"geometry": g} for g in halves(ground, 1, drawn_as)]
    plan = ground.redraw("2026-12-01", [{"operation": "SPLIT", "areas": [ground.grid(1)], "into": into}])
    ground.withdraw(plan["plan"])
    ground.street.later(days=20)
    ground.street.wake_matter(CHANGE.name, ground.changes()[0].id)
    assert ground.street.types()[-1] == "area.redrawing_withdrawn.v1"


async def test_units_follow_a_split_and_what_is_not_sure_is_listed(desk: Any) -> None:
    common = {"name": "示例单位", "area": desk.grid}
    rows = [
        {"number": "U1", "lon": 118.02, "lat": 32.1, **common},
        {"number": "U2", "lon": 118.08, "lat": 32.1, **common},
        {"number": "U3", **common},
    ]
    await desk.done("registrar", "enter_units", {"rows": rows})
    west = {"geometry": geometry(rectangle(118.0, 32.0, 118.05, 32.2))}
    answer = await desk.done("registrar", "split_area", {"on": "2026-11-23", "area": desk.grid, "into": [west, {}]})
    one, two = answer["answer"]["codes"]

    async def moved() -> bool:
        items = (await desk.get("registrar", "/units"))["items"]
        return {u["number"]: u["area"] for u in items} == {"U1": one, "U2": two, "U3": desk.grid}

    await until(moved)
    listed = await desk.get("registrar", "/units/unassigned")
    assert [(r["number"], r["area"], r["now"]) for r in listed["rows"]] == [("U3", desk.grid, f"{one} {two}")]
    await desk.done("registrar", "enter_units", {"rows": [{**rows[2], "area": two}]})
    assert (await desk.get("registrar", "/units/unassigned"))["rows"] == []
