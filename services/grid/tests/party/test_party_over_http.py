"""Party organisations, their events and figures, and service places over HTTP: the second axis at work."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
import pytest_asyncio
from shuniu.chassis.identity import Issuer
from shuniu.testing.servers import Hosts, ManualClock
from shuniu_grid import service

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
HEADER = "组织编码,名称,英文名称,层级,组织形式,上级组织"
SHEET = f"""{HEADER}
P-N1,执法党小组,Enforcement group,N 党小组,PARTY_GROUP,P-OFF
P-OFF,机关党支部,Offices branch,3 基层党组织,OFFICES_BRANCH,P-1
P-C1,社区党委,Community committee,3 基层党组织,COMMUNITY_COMMITTEE,P-1
P-1,街道党工委,Working committee,1 街道党工委,WORKING_COMMITTEE,
"""


def box(west: float, east: float) -> dict[str, Any]:
    ring = [[west, 32.0], [east, 32.0], [east, 32.02], [west, 32.02], [west, 32.0]]
    return {"type": "Polygon", "coordinates": [ring]}


class Office:
    """Asks as the party secretary unless told otherwise."""

    def __init__(self, host: Any, client: httpx.AsyncClient) -> None:
        self.host = host
        self.client = client
        self.community = f"{host.scope}001"
        self.grid = f"{self.community}001"
        self._issuer = Issuer.load(host.deployment.keys_dir, f"/{host.scope}/gateway")
        self._n = 0

    def headers(self, account: str, role: str) -> dict[str, str]:
        self._n += 1
        token = self._issuer.issue(account, roles=(role,), areas=(self.host.scope,), clearance=3).token
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": f"party-test-{self._n}"}

    async def do(
        self, command: str, status: int = 200, who: tuple[str, str] = ("acc-p", "party_secretary"), **body: Any
    ) -> Any:
        response = await self.client.post(f"/commands/grid.{command}", json=body, headers=self.headers(*who))
        assert response.status_code == status, response.text
        return response.json()

    async def get(self, path: str, who: tuple[str, str] = ("acc-p", "party_secretary")) -> Any:
        response = await self.client.get(path, headers=self.headers(*who))
        assert response.status_code == 200, response.text
        return response.json()

    async def sheet(self, name: str, lines: str, role: str) -> httpx.Response:
        ref = await self.host.blobs.put(lines.encode())
        body = {"blob": {"sha256": ref.sha256, "size": ref.size, "media_type": ref.media_type}}
        return await self.client.post(f"/sheets/{name}", json=body, headers=self.headers("acc-s", role))


@pytest_asyncio.fixture
async def office(hosts: Hosts) -> AsyncIterator[Office]:
    host = await hosts.start(service, clock=ManualClock(MONDAY), bus=False)
    transport = httpx.ASGITransport(app=host.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://grid") as client:
        office = Office(host, client)
        shapes = ((host.scope, box(118, 118.04)), (office.community, box(118, 118.04)), (office.grid, box(118, 118.02)))
        areas = [{"code": c, "title": {"zh": c, "en": c}, "geometry": g} for c, g in shapes]
        areas.append(
            {"code": f"{office.community}002", "title": {"zh": "二", "en": "2"}, "geometry": box(118.02, 118.04)}
        )
        await office.do("import_areas", who=("acc-r", "registrar"), areas=areas)
        entry = {"kind": "unit", "code": "firm", "title": {"zh": "物业", "en": "Firm"}}
        await host.pool.execute(
            "insert into registry (kind, code, doc, source) values ('unit', 'firm', $1::jsonb, 'test')",
            msgspec.json.encode(entry).decode(),
        )
        await host.registry.load(host.pool)
        taken = await office.sheet("party_organisations", SHEET, "party_secretary")
        assert taken.status_code == 200, taken.text
        assert taken.json()["new"] == 4
        yield office


async def test_organisations_come_as_a_spreadsheet_and_go_out_as_one(office):
    there = (await office.get("/party/organisations"))["organisations"]
    assert [(o["code"], o["parent"]) for o in there] == [
        ("P-1", ""),
        ("P-C1", "P-1"),
        ("P-OFF", "P-1"),
        ("P-N1", "P-OFF"),
    ]
    out = await office.client.get(
        "/sheets/party_organisations?format=csv", headers=office.headers("acc-p", "party_secretary")
    )
    assert "机关党支部" in out.text
    wrong = await office.sheet(
        "party_organisations", f"{HEADER}\nP-2,又一个,Another,1 街道党工委,X,\n", "party_secretary"
    )
    assert wrong.status_code == 422
    assert [(e["row"], e["code"]) for e in wrong.json()["errors"]] == [(2, "party_one")]


async def test_events_are_seen_and_counted_by_whose_duty_their_grid_was(office):
    worker = ("acc-w", "grid_worker")
    await office.do("link_party", organisation="P-C1", target_kind="AREA", target=office.community)
    await office.do("link_party", organisation="P-N1", target_kind="AREA", target=office.grid)
    numbers = []
    for area in (office.grid, office.grid, f"{office.community}002"):
        answer = await office.do("report", who=worker, place={"name": "巷口"}, area=area, category="E0102")
        numbers.append(answer["matter"]["number"])
    rows = {r["organisation"]["zh"]: r for r in (await office.get("/party/statistics"))["rows"]}
    assert {name: (r["reported"], r["open"]) for name, r in rows.items()} == {
        "街道党工委": (3, 3),
        "社区党委": (1, 1),
        "机关党支部": (2, 2),
        "执法党小组": (2, 2),
    }
    assert rows["执法党小组"]["closed_loop"] == 0
    seen = await office.get("/party/organisations/P-OFF/events")
    assert sorted(r["matter"]["number"] for r in seen["rows"]) == numbers[:2]
    missing = await office.client.get(
        "/party/organisations/P-9/events", headers=office.headers("acc-p", "party_secretary")
    )
    assert (missing.status_code, missing.json()["rule"]) == (404, "party_organisation.unknown")


async def test_appointments_are_told_to_who_keeps_them_and_to_oneself(office):
    term = {"first": "2026-01-01", "last": "2026-12-31"}
    body = {"account": "acc-w", "body_kind": "UNIT", "body": "firm", "position": "STAFF", **term}
    await office.do("appoint", **body)
    problem = await office.do("appoint", status=409, **{**body, "position": "SUPERVISOR"})
    assert problem["rule"] == "grid.supervises_oneself"
    kept = (await office.get("/party/appointments?body=firm"))["appointments"]
    assert [(a["account"], a["appointment"]["position"]) for a in kept] == [("acc-w", "STAFF")]
    assert len((await office.get("/party/appointments", ("acc-w", "grid_worker")))["appointments"]) == 1
    assert (await office.get("/party/appointments", ("acc-x", "grid_worker")))["appointments"] == []
    assert (await office.get("/party/appointments?on=2027-01-01"))["appointments"] == []
    terms = await office.get("/party/terms")
    assert [(r["body"], r["last"]) for r in terms["rows"]] == [("firm", "2026-12-31")]


async def test_places_are_found_on_the_map_by_anybody(office):
    body = {
        "place": "VP-1",
        "type": "VOLUNTEER_POST",
        "title": {"zh": "双安巷岗", "en": "Post"},
        "lon": 118.01,
        "lat": 32.01,
        "hours": "1-5 09:00-17:30",
        "organisation": "P-C1",
    }
    await office.do("register_place", who=("acc-r", "registrar"), **body)
    listed = (await office.client.get("/places?type=VOLUNTEER_POST")).json()["places"]
    assert [(p["area"], p["open"], p["organisation"]) for p in listed] == [(office.grid, True, "P-C1")]
    panel = (await office.client.get("/places/map")).json()
    assert [(s["geometry"]["type"], s["tone"]) for s in panel["shapes"]] == [("Point", "good")]
    lines = "编号,类型,名称,经度,纬度,责任单位\nMS-1,流动治理站,流动站,118.03,32.01,firm\n"
    taken = await office.sheet("service_places", lines, "registrar")
    assert taken.status_code == 200, taken.text
    listed = (await office.client.get("/places")).json()["places"]
    assert [(p["place"], p["area"]) for p in listed] == [("MS-1", f"{office.community}002"), ("VP-1", office.grid)]
    wrong = await office.sheet("service_places", lines.replace("MS-1", "MS-2").replace("118.03", "x"), "registrar")
    assert [e["code"] for e in wrong.json()["errors"]] == ["degree"]
    out = await office.client.get("/sheets/service_places?format=csv", headers=office.headers("acc-r", "registrar"))
    assert "1,2,3,4,5 09:00-17:30" in out.text
