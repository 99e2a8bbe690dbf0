"""The four streets of the article import as registry files and answer: published codes, no geometry, nobody's names."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
from shuniu_demo.accounts import Seat

from .registries import enter, registry_of
from .running import Running, Stage, running

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]

STREETS = {"320113007": "仙林街道", "320113001": "尧化街道", "320106003": "湖南路街道", "320106013": "小市街道"}


@pytest_asyncio.fixture(params=STREETS, loop_scope="session")
async def street(stage: Stage, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Running:
    """A street with the grid service and the gateway, and nothing known but its name."""
    scope: str = request.param
    registry = registry_of(scope)
    head = {name: registry[name] for name in ("scope", "title", "synthetic")}
    folder = tmp_path_factory.mktemp(scope)
    seats = (
        Seat("registrar", "基础信息管理员", "Registrar", "registrar", (scope,)),
        Seat("operator", "指挥中心值班员", "Operator", "operator", (scope,)),
    )

    @asynccontextmanager
    async def begin() -> AsyncIterator[Running]:
        async with running(folder, scope, msgspec.json.encode(head), services=("gateway", "grid")) as there:
            await there.open_accounts(seats)
            yield there

    return await stage.take(f"registry {scope}", begin)


async def test_a_real_street_imports_and_answers(street: Running) -> None:
    registry = registry_of(street.scope)
    await enter(street, registry)
    desk = street.desk("operator")
    view = await desk.get("/view")
    assert (view["scope"], view["scope_title"]["zh"], view["synthetic"]) == (street.scope, STREETS[street.scope], False)

    areas = (await desk.get("/areas"))["areas"]
    assert {area["code"]: area["title"]["zh"] for area in areas} == {
        area["code"]: area["title"]["zh"] for area in registry["areas"]
    }
    assert {area["level"] for area in areas} == {"street", "community"}
    assert not any(area["geometry"] for area in areas)
    assert (await desk.get("/areas/geometry"))["features"] == []
    units = (await desk.get("/units"))["units"]
    assert {unit["code"] for unit in units} == {unit["code"] for unit in registry["units"]}

    # It is a street to work in: what is found there is reported and counted where it lies.
    community = registry["areas"][1]["code"]
    answer = await street.do(
        "operator", "grid.report", place={"name": "演练"}, area=community, category="E0101", source="12345"
    )
    shown = await street.shows("operator", "grid", "grid_event", answer["answer"]["event"], "VERIFYING")
    assert shown["matter"]["area"] == community
    overview = await desk.get("/overview")
    counted = {row["area"]: row["open"] for row in overview["areas"]}
    assert (counted[street.scope], counted[community]) == (1, 1)
    assert set(counted) == {area["code"] for area in registry["areas"]}

    # Entered again, nothing is new; what is not of this street is refused.
    again = [{k: v for k, v in area.items() if k not in ("kind", "parent")} for area in registry["areas"]]
    repeated = await street.do("registrar", "grid.import_areas", areas=again)
    assert repeated["answer"] == {"defined": 0, "unchanged": len(again)}
    stranger = {"code": "320199001001", "title": {"zh": "别处", "en": "Elsewhere"}}
    refused = await street.refused("registrar", "grid.import_areas", areas=[stranger])
    assert (refused.status, refused.rule) == (422, "grid.area_outside_scope")


async def test_a_registry_file_alone_is_enough(stage: Stage, tmp_path: Path) -> None:
    """A deployment that is given the file at its start knows areas and units without anybody entering them."""
    scope = "320113007"
    registry = registry_of(scope)
    whole = msgspec.json.encode(registry)
    there = await stage.take("seeded", lambda: running(tmp_path, scope, whole, services=("gateway", "grid")))
    await there.open_accounts((Seat("operator", "指挥中心值班员", "Operator", "operator", (scope,)),))
    desk = there.desk("operator")
    assert {area["code"] for area in (await desk.get("/areas"))["areas"]} == {a["code"] for a in registry["areas"]}
    assert {unit["code"] for unit in (await desk.get("/units"))["units"]} == {u["code"] for u in registry["units"]}
    community = registry["areas"][1]["code"]
    told = await there.do(
        "operator", "grid.report", place={"name": "演练"}, area=community, category="E0101", source="12345"
    )
    await there.shows("operator", "grid", "grid_event", told["answer"]["event"], "VERIFYING")
