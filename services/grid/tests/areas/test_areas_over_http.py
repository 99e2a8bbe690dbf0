"""Redrawing, lineage and coverage over HTTP: real database, real outlines, real shapes."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio
from shuniu.chassis.identity import Issuer
from shuniu.testing.servers import Hosts, ManualClock
from shuniu_grid import service

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def box(west: float, east: float, south: float = 32.0, north: float = 32.02) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


class Office:
    """The registrar's desk."""

    def __init__(self, host: Any, client: httpx.AsyncClient) -> None:
        self.host = host
        self.client = client
        self.community = f"{host.scope}001"
        self._issuer = Issuer.load(host.deployment.keys_dir, f"/{host.scope}/gateway")
        self._n = 0

    def grid(self, n: int) -> str:
        return f"{self.community}{n:03d}"

    def _headers(self) -> dict[str, str]:
        self._n += 1
        token = self._issuer.issue("acc-registrar", roles=("registrar",), areas=(self.host.scope,)).token
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": f"areas-test-{self._n}"}

    async def do(self, command: str, status: int = 200, **body: Any) -> Any:
        response = await self.client.post(f"/commands/grid.{command}", json=body, headers=self._headers())
        assert response.status_code == status, response.text
        return response.json()

    async def know(self, code: str) -> None:
        """What the service would hear of its own area over the bus."""
        entry = {"kind": "area", "code": code, "title": {"zh": code, "en": code}}
        await self.host.pool.execute(
            "insert into registry (kind, code, doc, source) values ('area', $1, $2::jsonb, 'test')",
            code,
            msgspec.json.encode(entry).decode(),
        )
        await self.host.registry.load(self.host.pool)

    async def get(self, path: str) -> Any:
        response = await self.client.get(path, headers=self._headers())
        assert response.status_code == 200, response.text
        return response.json()


@pytest_asyncio.fixture
async def office(hosts: Hosts) -> AsyncIterator[Office]:
    host = await hosts.start(service, clock=ManualClock(MONDAY), bus=False)
    transport = httpx.ASGITransport(app=host.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://grid") as client:
        office = Office(host, client)
        areas = [
            (host.scope, "", box(118.0, 118.04)),
            (office.community, host.scope, box(118.0, 118.04)),
            (office.grid(1), office.community, box(118.0, 118.02)),
            (office.grid(2), office.community, box(118.02, 118.04)),
            (office.grid(501), office.community, box(118.004, 118.006, 32.004, 32.006)),
        ]
        body = [
            {"kind": "area", "code": c, "parent": p or c[:6], "title": {"zh": c, "en": c}, "geometry": g}
            for c, p, g in areas
        ]
        assert (await office.do("import_areas", areas=body))["answer"]["defined"] == 5
        yield office


async def test_an_entry_of_a_registry_file_is_taken_as_it_is_and_belongs_where_its_code_says(office):
    entry = {"kind": "area", "code": office.grid(3), "parent": office.host.scope, "title": {"zh": "三", "en": "Three"}}
    problem = await office.do("import_areas", status=422, areas=[entry])
    assert (problem["rule"], problem["errors"][0]["field"]) == ("grid.area_belongs", "areas.0.parent")
    entry["parent"] = office.community
    await office.do("import_areas", areas=[entry])


async def test_what_was_covered_stays_so_when_areas_are_entered_anew(office):
    smaller = {"code": office.grid(2), "title": {"zh": "二", "en": "Two"}, "geometry": box(118.03, 118.04)}
    problem = await office.do("import_areas", status=422, areas=[smaller])
    assert (problem["rule"], problem["errors"][0]["code"]) == ("grid.area_coverage", "gap")
    await office.do("import_areas", areas=[smaller], intermediate=True)
    shapes = (await office.get(f"/coverage?community={office.community}"))["shapes"]
    assert [s["tone"] for s in shapes] == ["warning", "bad"]


async def test_any_date_past_or_planned_is_answered(office):
    into = [{"geometry": box(118.0, 118.01)}, {"geometry": box(118.01, 118.02)}]
    answer = await office.do("split_area", on="2027-03-01", area=office.grid(1), into=into)
    assert answer["answer"]["codes"] == [office.grid(3), office.grid(4)]

    async def grids(on: str) -> list[str]:
        found = await office.get(f"/areas?level=grid&subtype=COMPREHENSIVE&on={on}")
        return [a["entry"]["code"] for a in found["areas"]]

    assert await grids("2027-02-28") == [office.grid(1), office.grid(2)]
    assert await grids("2027-03-01") == [office.grid(2), office.grid(3), office.grid(4)]
    there = "/locate?lon=118.005&lat=32.005"
    assert (await office.get(f"{there}&on=2026-11-23"))["comprehensive"] == office.grid(1)
    assert (await office.get(f"{there}&on=2027-03-01"))["comprehensive"] == office.grid(3)
    before, after = [
        (await office.get(f"/areas/{office.grid(501)}?on={on}"))["inside"] for on in ("2027-02-28", "2027-03-01")
    ]
    assert (before, after) == (office.grid(1), office.grid(3))
    lineage = await office.get(f"/areas/{office.grid(1)}/lineage?on=2027-03-01")
    assert lineage["standing"] == [office.grid(3), office.grid(4)]
    assert [r["code"] for r in lineage["descendants"]] == [office.grid(3), office.grid(4)]
    back = await office.get(f"/areas/{office.grid(4)}/lineage?on=2026-11-23")
    assert (back["standing"], back["ancestors"][0]["operation"]) == ([office.grid(1)], "SPLIT")


async def test_merging_and_moving_a_border_over_http(office):
    both = [office.grid(1), office.grid(2)]
    moved = await office.do("move_border", on="2026-12-01", areas=both, into=[{"geometry": box(118.0, 118.025)}, {}])
    one = await office.do("merge_areas", on="2026-12-15", areas=moved["answer"]["codes"], into={"code": office.grid(9)})
    assert one["answer"]["codes"] == [office.grid(9)]
    sha = (await office.get(f"/areas/{office.grid(9)}"))["entry"]["geometry"]
    assert (await office.get(f"/blobs/{sha}"))["type"] == "Polygon"
    listed = await office.get("/redrawings")
    assert [(r["on"], r["before"]) for r in listed["rows"]] == [
        ("2026-12-15", " ".join(moved["answer"]["codes"])),
        ("2026-12-01", " ".join(both)),
    ]
    periods = await office.get(f"/coverage/periods?community={office.community}")
    assert [(r["from"], r["to"], r["cells"], r["flaws"]) for r in periods["rows"]] == [
        (None, "2026-11-30", 2, 0),
        ("2026-12-01", "2026-12-14", 2, 0),
        ("2026-12-15", None, 1, 0),
    ]


async def test_coverage_tells_gaps_with_their_shape_and_units_in_no_grid(office):
    clean = await office.get("/coverage")
    assert [(s["id"], s["tone"]) for s in clean["shapes"]] == [(office.community, "good")]
    gap = [{"geometry": box(118.0, 118.01)}, {"geometry": box(118.012, 118.02)}]
    problem = await office.do("split_area", status=422, on="2026-12-01", area=office.grid(1), into=gap)
    assert problem["rule"] == "grid.area_coverage"
    await office.do("split_area", on="2026-12-01", area=office.grid(1), into=gap, intermediate=True)
    shapes = (await office.get("/coverage?on=2026-12-01"))["shapes"]
    bad = [s for s in shapes if s["tone"] == "bad"]
    assert len(bad) == 1
    assert bad[0]["geometry"]["type"] == "Polygon"
    assert bad[0]["value"] == pytest.approx(0.002 * 94_400 * 0.02 * 110_900, rel=0.01)


async def test_every_unit_of_the_register_lies_in_exactly_one_comprehensive_grid(office):
    row = {"number": "U-1", "kind": "SHOP", "name": "便民超市", "lon": 118.011, "lat": 32.01, "area": office.grid(1)}
    await office.know(office.grid(1))
    await office.do("enter_units", rows=[row])
    assert all(s["tone"] == "good" for s in (await office.get("/coverage"))["shapes"])
    gap = [{"geometry": box(118.0, 118.01)}, {"geometry": box(118.012, 118.02)}]
    await office.do("split_area", on="2026-12-01", area=office.grid(1), into=gap, intermediate=True)
    shapes = (await office.get("/coverage?on=2026-12-01"))["shapes"]
    assert [(s["geometry"]["type"], s["value"]) for s in shapes if s["id"].startswith("site-")] == [("Point", 0.0)]
    assert "便民超市" not in str(shapes)


async def test_a_code_that_is_no_area_is_named(office):
    response = await office.client.get("/coverage?community=12", headers=office._headers())
    assert (response.status_code, response.json()["rule"]) == (422, "areas.wrong_level")
    response = await office.client.get(f"/coverage?community={office.host.scope}009", headers=office._headers())
    assert response.status_code == 404
