"""Needs alive: real database, real HTTP app, the solver, sheets, and two people racing for the last place."""

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import pypdf
import pytest_asyncio
from msgspec import structs
from shuniu.chassis.identity import Issuer
from shuniu.chassis.log import read_page
from shuniu.testing.servers import Hosts, ManualClock
from shuniu_services_desk import service

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
TOLD = {"told_by": "CODE"}


class Street:
    """The desk over HTTP, as its people and its residents reach it."""

    def __init__(self, host: Any, client: httpx.AsyncClient) -> None:
        self.host, self.client, self._n = host, client, 0
        self._issuer = Issuer.load(host.deployment.keys_dir, f"/{host.scope}/gateway")

    def headers(self, who: str) -> dict[str, str]:
        """A token for somebody; none for nobody."""
        scope = (self.host.scope,)
        claims: dict[str, dict[str, Any]] = {
            "leader": {"roles": ("desk_leader",), "areas": scope},
            "other": {"roles": ("desk_leader",), "areas": scope},
            "community": {"roles": ("community_secretary",), "areas": scope},
            "second": {"roles": ("community_secretary",), "areas": scope},
            "team": {"roles": ("duty_officer",), "units": ("meals",)},
            "stranger": {"roles": ("desk_leader",), "areas": ("320199999",)},
        }
        self._n += 1
        key = {"Idempotency-Key": f"needs-test-{self._n}"}
        if who == "nobody":
            return key
        return {"Authorization": f"Bearer {self._issuer.issue(who, **claims[who]).token}", **key}

    async def ask(self, who: str, move: str, **body: Any) -> httpx.Response:
        """Give a command."""
        return await self.client.post(f"/commands/{move}", json=body, headers=self.headers(who))

    async def do(self, who: str, move: str, **body: Any) -> dict[str, Any]:
        """Give a command that must be taken."""
        response = await self.ask(who, move, **body)
        assert response.status_code == 200, (move, response.text)
        answer: dict[str, Any] = response.json()["answer"]
        return answer

    async def get(self, who: str, path: str, status: int = 200) -> Any:
        """Read a route."""
        response = await self.client.get(path, headers=self.headers(who))
        assert response.status_code == status, response.text
        return response.json()

    async def raised(self, words: str, category: str = "CHARGING", **more: Any) -> dict[str, Any]:
        """A resident's need: its number and the code to follow it."""
        return await self.do("nobody", "need.raise", category=category, words=words, **more)

    async def offered(self, **more: Any) -> None:
        """An offer in the register."""
        row = {"code": "MEALS", "title_zh": "助餐点", "unit": "meals", "categories": ["ELDER_MEALS"], "capacity": 1}
        await self.do("leader", "offer.enter", rows=[{**row, **more}])

    async def filed(self, content: bytes) -> dict[str, Any]:
        """A file of the service, as evidence."""
        sha = hashlib.sha256(content).hexdigest()
        headers = {**self.headers("leader"), "Content-Type": "application/octet-stream"}
        put = await self.client.put(f"/blobs/{sha}/0?of=1", content=content, headers=headers)
        assert put.status_code < 300, put.text
        return {"sha256": sha, "size": len(content), "media_type": "application/pdf"}

    async def called(self, cluster: str, *electors: str) -> str:
        """A council about a cluster whose hour has come, these electors on its roll."""
        body = {"cluster": cluster, "forum": "COUNCIL", "electorate": "MEMBERS"}
        deliberation = str((await self.do("community", "deliberation.open", **body))["deliberation"])
        roll = [{"elector": e} for e in electors]
        await self.do("community", "deliberation.enter_roll", deliberation=deliberation, electors=roll)
        await self.do("community", "deliberation.set_parties", deliberation=deliberation, units=["meals"])
        at = self.host.clock.now() + timedelta(days=5)
        await self.do("community", "deliberation.notice", deliberation=deliberation, meeting_at=at.isoformat())
        self.host.clock.advance(timedelta(days=5))
        return deliberation


@pytest_asyncio.fixture
async def street(hosts: Hosts) -> AsyncIterator[Street]:
    host = await hosts.start(service, clock=ManualClock(MONDAY), bus=False)
    transport = httpx.ASGITransport(app=host.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        yield Street(host, client)


async def test_a_need_is_matched_by_the_solver_served_and_told_about(street: Street) -> None:
    await street.offered(lon=118.9, lat=32.1)
    await street.offered(code="FAR", lon=118.99, lat=32.1)
    place = {"name": "三栋二单元", "lon": 118.901, "lat": 32.1}
    need = await street.raised("老人中午没人做饭，想要助餐", "ELDER_MEALS", place=place, contact_phone="13812345678")
    await street.do("community", "cluster.form", need=need["need"])
    run = await street.do("community", "match.run", area=street.host.scope)
    assert (run["considered"], run["proposed"]) == (1, 1)
    shown = await street.get("nobody", f"/needs/follow?code={need['code']}")
    assert (shown["offer"], [o["offer"] for o in shown["others"]]) == ("MEALS", ["FAR"])
    assert shown["offers"]["MEALS"]["zh"] == "助餐点"
    assert shown["score"]["total"] == sum(
        shown["score"][p] for p in ("place", "category", "time", "capacity", "waiting")
    )
    detail = await street.get("community", f"/matters/desk_need/{need['need']}/detail")
    assert "助餐" in str(detail) and "13812345678" not in str(detail)
    await street.do("community", "need.confirm_match", need=need["need"])
    await street.do("team", "need.serve", need=need["need"], note="已送餐")
    await street.do("community", "need.feed_back", need=need["need"], words="每天十一点半送餐", **TOLD)
    shown = await street.get("nobody", f"/needs/follow?code={need['code'].lower()}")
    assert (shown["status"], shown["told"]) == ("FED_BACK", "每天十一点半送餐")
    await street.get("nobody", "/needs/follow?code=AAAA-AAAA-AAAA", 404)
    log = b"".join(bytes(e) for e in (await read_page(street.host.pool, 0, 1000)).events).decode()
    for private in ("13812345678", "三栋二单元", "没人做饭", "已送餐", "每天十一点半"):
        assert private not in log


async def test_three_residents_a_council_and_a_project_they_all_hear_of(street: Street) -> None:
    raised = [await street.raised(words) for words in ("没有地方充电", "电动车没处充电", "楼下想装充电桩")]
    numbers = [r["number"] for r in raised[1:]]
    cluster = (await street.do("community", "cluster.form", need=raised[0]["need"], needs=numbers))["cluster"]
    d = await street.called(cluster, "a", "b", "c")
    calendar = await street.get("community", "/deliberations/calendar")
    assert [e["matter"]["id"] for e in calendar["entries"]] == [d]
    for elector in ("a", "b"):
        await street.do("community", "deliberation.attend", deliberation=d, elector=elector)
    held = {"options": ["东门装六个充电位"], "minutes_text": "议事会成员讨论了位置与费用"}
    await street.do("community", "deliberation.hold", deliberation=d, **held)
    racing = await asyncio.gather(
        *(
            street.ask(who, "deliberation.vote", deliberation=d, elector="a", option="1")
            for who in ("community", "second")
        )
    )
    assert sorted(r.status_code for r in racing) == [200, 409]
    assert next(r for r in racing if r.status_code == 409).json()["rule"] == "deliberation.voted"
    await street.do("community", "deliberation.vote", deliberation=d, elector="b", option="1")
    assert (await street.do("community", "deliberation.count", deliberation=d))["passed"] == "1"
    await street.do("community", "deliberation.resolve", deliberation=d)
    resolutions = await street.get("community", "/deliberations/resolutions")
    assert (resolutions["rows"][0]["status"], resolutions["rows"][0]["in_favour"]) == ("RESOLUTION", 1.0)
    detail = await street.get("community", f"/matters/deliberation/{d}/detail")
    code = next(
        f["value"] for s in detail["sections"] for r in s["rows"] for f in r["fields"]
        if r["label"] == "document.desk_resolution" and f["label"] == "field.paper_code"
    )  # fmt: skip
    paper = await street.client.get(f"/deliberations/{d}/papers/{code}", headers=street.headers("community"))
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(paper.content)).pages)
    assert "东门装六个充电位" in text and "决定由会议作出" in text and "line." not in text
    assert (await street.get("nobody", f"/verify/{code}"))["state"] == "VALID"
    await street.get("stranger", f"/deliberations/{d}/papers/{code}", 404)

    day = (street.host.clock.now() + timedelta(days=1)).date()
    milestone = {
        "work": "BUILD",
        "unit": "meals",
        "start_on": day.isoformat(),
        "due_on": (day + timedelta(days=20)).isoformat(),
    }
    plan = {"lead": "meals", "fund_source": "COMMUNITY_FUND", "fund": "社区为民服务专项资金", "budget": 5_000_00}
    planned = await street.do("community", "project.plan", deliberation=d, milestones=[milestone], **plan)
    p, m = planned["project"], planned["milestones"][0]
    for move in ("fund", "start"):
        await street.do("community", f"project.{move}", project=p)
    evidence = [await street.filed(b"%PDF-1.7 voucher")]
    spends = await asyncio.gather(
        *(
            street.ask("community", "project.spend", project=p, milestone=m, amount=3_000_00, evidence=[e])
            for e in (evidence[0], await street.filed(b"%PDF-1.7 another"))
        )
    )
    assert sorted(r.status_code for r in spends) == [200, 409]
    assert next(r for r in spends if r.status_code == 409).json()["rule"] == "project.budget"
    unknown = [{**evidence[0], "sha256": "0" * 64}]
    missing = await street.ask("team", "project.report", project=p, milestone=m, evidence=unknown)
    assert (missing.status_code, missing.json()["rule"]) == (422, "blob.missing")
    await street.do("team", "project.report", project=p, milestone=m, evidence=evidence)
    gantt = await street.get("community", f"/projects/{p}/gantt")
    assert [(b["status"], b["unit"]) for b in gantt["bars"]] == [("MS_REPORTED", "meals")]
    await street.do("second", "project.accept_milestone", project=p, milestone=m)
    await street.do("second", "project.accept", project=p)
    assert (await street.get("community", "/projects"))["rows"][0]["spent"] == 3_000_00
    await street.do("community", "project.evaluate", project=p, score=5, words="居民满意")
    await street.do("community", "project.feed_back", project=p, words="东门充电位已启用", **TOLD)
    for r in raised:
        shown = await street.get("nobody", f"/needs/follow?code={r['code']}")
        assert (shown["status"], shown["alike"], shown["told"]) == ("FED_BACK", 3, "东门充电位已启用")
    log = b"".join(bytes(e) for e in (await read_page(street.host.pool, 0, 1000)).events).decode()
    for private in ("没处充电", "东门装六个", "讨论了位置", "居民满意", "东门充电位"):
        assert private not in log


async def test_needs_alike_are_shown_put_together_by_number_and_merged(street: Street) -> None:
    a = await street.raised("小区电动车没有地方充电")
    b = await street.raised("我们小区没有给电动车充电的地方")
    c = await street.raised("想请老师辅导孩子作业", "TUTORING")
    similar = await street.get("community", f"/needs/{a['need']}/similar")
    assert [r["need"]["number"] for r in similar["rows"]] == [b["number"]]
    await street.get("stranger", f"/needs/{a['need']}/similar", 404)
    one = await street.do("community", "cluster.form", need=a["need"], needs=[b["number"].lower()])
    two = await street.do("community", "cluster.form", need=c["need"])
    wrong = await street.ask("community", "cluster.merge", cluster=one["cluster"], other="XQC000000-0001")
    assert (wrong.status_code, wrong.json()["rule"]) == (422, "cluster.unknown_number")
    await street.do("community", "cluster.merge", cluster=one["cluster"], other=two["number"])
    listed = await street.get("community", f"/needs/clusters/{one['cluster']}")
    assert [r["need"]["number"] for r in listed["rows"]] == [a["number"], b["number"], c["number"]]
    assert len((await street.get("community", "/needs"))["rows"]) == 3
    assert (await street.get("stranger", "/needs"))["rows"] == []
    closed = await street.ask("community", "cluster.close", cluster=one["cluster"])
    assert (closed.status_code, closed.json()["rule"]) == (409, "cluster.not_all_told")


async def test_the_council_s_own_rules_come_from_a_file(street: Street, tmp_path: Path) -> None:
    own = tmp_path / "rules.toml"
    street.host.settings = structs.replace(street.host.settings, forum_rules=str(own))
    cluster = (await street.do("community", "cluster.form", need=(await street.raised("没有地方充电"))["need"]))[
        "cluster"
    ]
    body = {"cluster": cluster, "forum": "COUNCIL", "electorate": "MEMBERS"}
    broken = await street.ask("community", "deliberation.open", **body)
    assert (broken.status_code, broken.json()["rule"]) == (503, "deliberation.rules_file")
    shipped = files("shuniu_services_desk.deliberation").joinpath("rules.toml").read_text("utf-8")
    own.write_text(shipped.replace('notice = "3nd"', 'notice = "9nd"'), "utf-8")
    d = (await street.do("community", "deliberation.open", **body))["deliberation"]
    await street.do("community", "deliberation.enter_roll", deliberation=d, electors=[{"elector": "a"}])
    await street.do("community", "deliberation.set_parties", deliberation=d)
    at = (street.host.clock.now() + timedelta(days=5)).isoformat()
    early = await street.ask("community", "deliberation.notice", deliberation=d, meeting_at=at)
    assert (early.status_code, early.json()["rule"]) == (422, "deliberation.notice_period")


async def test_two_people_race_for_the_last_place_and_one_wins(street: Street) -> None:
    await street.offered()
    needs = [(await street.raised("想要助餐服务", "ELDER_MEALS"))["need"] for _ in range(2)]
    await street.do("leader", "cluster.form", need=needs[0], needs=needs[1:])
    answers = await asyncio.gather(
        street.ask("leader", "need.match", need=needs[0], offer="MEALS", reason="先到先得"),
        street.ask("other", "need.match", need=needs[1], offer="MEALS", reason="先到先得"),
    )
    assert sorted(a.status_code for a in answers) == [200, 409]
    assert next(a for a in answers if a.status_code == 409).json()["rule"] == "offer.full"
    assert (await street.get("nobody", "/offers"))["rows"][0]["room"] == 0


async def test_offers_come_in_and_go_out_by_their_sheet(street: Street) -> None:
    header = "编码,名称,供给类型,单位,需求类别,同时可接件数,方便的时间\n"
    content = (header + 'MEALS,助餐点,线下服务,meals,"ELDER_MEALS,ELDER_CARE",20,WORKDAY\n').encode()
    sha = hashlib.sha256(content).hexdigest()
    headers = {**street.headers("leader"), "Content-Type": "application/octet-stream"}
    await street.client.put(f"/blobs/{sha}/0?of=1", content=content, headers=headers)
    blob = {"sha256": sha, "size": len(content), "media_type": "text/csv"}
    for outcome in ("new", "unchanged"):
        taken = await street.client.post("/sheets/desk_offers", json={"blob": blob}, headers=street.headers("leader"))
        assert taken.status_code == 200 and taken.json()[outcome] == 1, taken.text
    out = await street.client.get("/sheets/desk_offers?format=csv", headers=street.headers("leader"))
    assert "ELDER_MEALS,ELDER_CARE" in out.content.decode("utf-8-sig")


async def test_bad_input_is_named_and_changes_nothing(street: Street) -> None:
    good = {"category": "CHARGING", "words": "没有地方充电"}
    for bad in (
        {"category": "GOLD"},
        {"words": "短"},
        {"place": {"lon": 400, "lat": 1}},
        {"surprise": 1},
        {"times": "NOW"},
    ):
        answer = await street.ask("nobody", "need.raise", **{**good, **bad})
        assert answer.status_code == 422 and answer.headers["content-type"].startswith("application/problem+json")
    assert (await street.ask("nobody", "need.enter", **good)).status_code == 401
    assert (await street.ask("stranger", "need.enter", **good)).status_code == 403
    ours = ("need.", "cluster.", "offer.", "match.", "deliberation.", "project.")
    for command in service.commands:
        if command.name.startswith(ours) and not command.internal:
            answer = await street.ask("leader", command.name, surprise=1)
            assert answer.status_code == 422 and "surprise" in answer.text, (command.name, answer.text)
    gone = "0" * 36
    for move, field in (("need.resume", "need"), ("cluster.close", "cluster"), ("deliberation.count", "deliberation")):
        answer = await street.ask("leader", move, **{field: gone})
        assert (answer.status_code, answer.json()["rule"].rpartition(".")[2]) == (404, "unknown"), answer.text
    assert (await street.ask("leader", "project.accept", project=gone)).json()["rule"] == "desk_project.unknown"
    assert (await read_page(street.host.pool, 0, 10)).events == []
