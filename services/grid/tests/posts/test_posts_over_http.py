"""Public posting, hand-over, vacancies, rosters and the spreadsheet of posts over HTTP, with what is really stored."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest_asyncio
from shuniu.chassis.identity import Issuer
from shuniu.chassis.log import read_page
from shuniu.contracts.envelope import CloudEvent
from shuniu.testing.servers import Hosts, ManualClock
from shuniu.testing.waiting import until
from shuniu_grid import service

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
POSTING = {"display_name": "周师傅", "phone": "025-5550123", "supervision_phone": "025-5550100"}


def box(west: float, east: float) -> dict[str, Any]:
    ring = [[west, 32.0], [east, 32.0], [east, 32.02], [west, 32.02], [west, 32.0]]
    return {"type": "Polygon", "coordinates": [ring]}


class Office:
    """Asks as a registrar, as a worker, or as nobody."""

    def __init__(self, host: Any, client: httpx.AsyncClient, clock: ManualClock) -> None:
        self.host = host
        self.client = client
        self.clock = clock
        self.community = f"{host.scope}001"
        self.grid = f"{self.community}001"
        self._issuer = Issuer.load(host.deployment.keys_dir, f"/{host.scope}/gateway")
        self._n = 0

    def headers(self, account: str, role: str) -> dict[str, str]:
        self._n += 1
        token = self._issuer.issue(account, roles=(role,), areas=(self.host.scope,)).token
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": f"posts-test-{self._n}"}

    async def do(
        self, command: str, status: int = 200, who: tuple[str, str] = ("acc-r", "registrar"), **body: Any
    ) -> Any:
        response = await self.client.post(f"/commands/grid.{command}", json=body, headers=self.headers(*who))
        assert response.status_code == status, response.text
        return response.json()

    async def get(self, path: str, who: tuple[str, str] = ("acc-r", "registrar")) -> Any:
        response = await self.client.get(path, headers=self.headers(*who))
        assert response.status_code == 200, response.text
        return response.json()

    async def sheet(self, name: str, lines: str) -> httpx.Response:
        ref = await self.host.blobs.put(lines.encode())
        body = {"blob": {"sha256": ref.sha256, "size": ref.size, "media_type": ref.media_type}}
        return await self.client.post(f"/sheets/{name}", json=body, headers=self.headers("acc-r", "registrar"))

    async def post(self, kind: str, account: str) -> str:
        answer = await self.do("assign_post", area=self.grid, kind=kind, account=account)
        return str(answer["answer"]["post"])


@pytest_asyncio.fixture
async def office(hosts: Hosts) -> AsyncIterator[Office]:
    clock = ManualClock(MONDAY)
    host = await hosts.start(service, clock=clock, bus=False)
    transport = httpx.ASGITransport(app=host.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://grid") as client:
        office = Office(host, client, clock)
        areas = [
            {"code": code, "title": {"zh": zh, "en": zh}, "geometry": box(118.0, 118.02)}
            for code, zh in ((host.scope, "街道"), (office.community, "社区"), (office.grid, "网格"))
        ]
        await office.do("import_areas", areas=areas)
        yield office


async def test_the_public_reads_grid_area_worker_and_phones_without_signing_in(office):
    post = await office.post("FULL", "acc-w")
    bare = (await office.client.get(f"/public/grids/{office.grid}")).json()
    assert [(w["kind"], w["display_name"], w["phone"]) for w in bare["workers"]] == [("FULL", "", "")]
    assert bare["vacant"] == ["HEAD"]
    await office.do("publish_post", post=post, basis="STATUTORY_DUTY", **POSTING)
    found = await office.client.get("/public/grids?lon=118.01&lat=32.01")
    assert found.status_code == 200
    told = found.json()
    assert (told["code"], told["community"]["zh"], told["street"]["zh"]) == (office.grid, "社区", "街道")
    assert len(told["geometry"]) == 64
    worker = told["workers"][0]
    assert {name: worker[name] for name in POSTING} == POSTING
    assert "acc-w" not in found.text, "the account stays opaque even here"
    await office.do("unpublish_post", post=post)
    gone = (await office.client.get(f"/public/grids/{office.grid}")).text
    assert not any(value in gone for value in POSTING.values())


async def test_a_posting_follows_its_post(office):
    post = await office.post("FULL", "acc-w")
    await office.do("publish_post", post=post, basis="STATUTORY_DUTY", **POSTING)
    await office.do("end_post", post=post, valid_to="2026-11-23")
    office.clock.advance(timedelta(days=1))
    told = (await office.client.get(f"/public/grids/{office.grid}")).json()
    assert told["workers"] == []
    assert (await office.client.get(f"/public/grids/{office.community}")).status_code == 422
    assert (await office.client.get("/public/grids?lon=10&lat=10")).status_code == 404


async def test_no_event_carries_what_is_posted(office):
    post = await office.post("FULL", "acc-w")
    await office.do("publish_post", post=post, basis="CONSENT", consent_version="v1", **POSTING)
    page = await read_page(office.host.pool, 0, 1000)
    log = b"".join(bytes(e) for e in page.events)
    assert not any(value.encode() in log for value in POSTING.values())
    sealed = await office.host.pool.fetch("select purpose, basis, sealed from person_data")
    assert [(r["purpose"], r["basis"]) for r in sealed] == [("grid-public-posting", "CONSENT")]
    assert "周".encode() not in sealed[0]["sealed"]


async def test_an_open_event_is_handed_over_before_the_post_ends(office):
    post = await office.post("FULL", "acc-w")
    worker = ("acc-w", "grid_worker")
    event = await office.do("report", who=worker, place={"name": "巷口"}, area=office.grid, category="E0102")
    number = event["matter"]["number"]
    problem = await office.do("end_post", status=409, post=post)
    assert (problem["rule"], problem["errors"][0]["field"]) == ("grid.post_hand_over_first", number)
    order = await office.do("open_handover", who=worker, post=post, taker="acc-x", on="2026-11-24", items="钥匙")
    assert order["answer"]["matters"] == [number]
    id_ = order["matter"]["id"]
    page = await office.get(f"/matters/post_handover/{id_}/detail")
    assert "钥匙" in [f["value"] for f in page["fields"]]
    offers = await office.get(f"/matters/post_handover/{id_}/actions", ("acc-x", "grid_worker"))
    assert [o["action"] for o in offers["offers"]] == ["grid.confirm_handover"]
    for account in ("acc-w", "acc-x"):
        await office.do("confirm_handover", who=(account, "grid_worker"), handover=id_)
    await office.do("end_post", post=post)


async def test_a_vacancy_is_said_by_the_timer_and_listed(office):
    await office.post("FULL", "acc-w")
    listed = await office.get("/posts/vacancies")
    assert [(r["area"], r["since"], r["late"]) for r in listed["rows"]] == [(office.grid, "2026-11-23", None)]
    office.clock.advance(timedelta(days=7))

    async def said() -> list[Any]:
        page = await read_page(office.host.pool, 0, 1000)
        events = [msgspec.json.decode(e, type=CloudEvent) for e in page.events]
        return [msgspec.json.decode(e.data.fact) for e in events if e.type.endswith("post.vacant.v1")]

    assert await until(said, within=10) == [{"area": office.grid, "kind": "HEAD", "since": "2026-11-23", "days": 7}]
    assert (await office.get("/posts/vacancies"))["rows"][0]["late"]


async def test_the_roster_is_read_by_day_and_tells_accounts_to_planners_only(office):
    post = await office.post("FULL", "acc-w")
    shifts = [{"day": "2026-11-24", "start": "09:00", "end": "17:00"}]
    await office.do("plan_shifts", post=post, shifts=shifts)
    await office.do("grant_leave", post=post, first="2026-11-26", last="2026-11-27")
    roster = await office.get("/roster?first=2026-11-23&last=2026-11-29")
    assert [(s["account"], s["starts_at"]) for s in roster["shifts"]] == [("acc-w", "2026-11-24T01:00:00Z")]
    assert roster["leaves"][0]["account"] == "acc-w"
    other = await office.get("/roster?first=2026-11-23&last=2026-11-29", ("acc-z", "grid_checker"))
    assert ([s["account"] for s in other["shifts"]], other["leaves"]) == ([""], [])
    assert "acc-w" not in str(other)
    calendar = await office.get("/roster/calendar")
    assert [e["title"]["zh"] for e in calendar["entries"]] == ["专职网格员"]


async def test_posts_go_out_and_come_in_as_a_spreadsheet(office):
    await office.post("FULL", "acc-w")
    out = await office.client.get("/sheets/posts?format=csv", headers=office.headers("acc-r", "registrar"))
    assert out.status_code == 200, out.text
    assert "acc-w" in out.text
    lines = (
        f"区域编码,岗位类别,账号,任职日期\n{office.grid},网格长,acc-h,2026-11-24\n{office.grid},专职网格员,acc-w2,\n"
    )
    taken = await office.sheet("posts", lines)
    assert taken.status_code == 200, taken.text
    assert (taken.json()["rows"], taken.json()["new"]) == (2, 2)
    refused = await office.sheet("posts", lines.replace("acc-h", "acc-h2").replace("acc-w2", "acc-w3"))
    assert refused.status_code == 422, refused.text
    assert [(e["row"], e["code"]) for e in refused.json()["errors"]] == [(2, "head_taken")]
    assert len((await office.get("/posts?on=2026-11-24"))["posts"]) == 3, "nothing of a wrong sheet was taken"
