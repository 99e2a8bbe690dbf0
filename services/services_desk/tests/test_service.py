"""The desk alive: real database, real HTTP app, the shipped catalogue handed in as spreadsheets, two clerks racing."""

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import httpx
import msgspec
import pypdf
import pytest_asyncio
from shuniu.chassis.documents.canonical import digest
from shuniu.chassis.identity import Issuer
from shuniu.chassis.log import read_page
from shuniu.testing.servers import Hosts, ManualClock
from shuniu_services_desk import service

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
DATA = files("shuniu_services_desk.catalogue") / "data"
WHO = {"applicant_name": "张三丰", "applicant_id": "320102199001011234", "applicant_phone": "13812345678"}


class Desk:
    """The desk over HTTP."""

    def __init__(self, host: Any, client: httpx.AsyncClient) -> None:
        self.host, self.client, self._n = host, client, 0
        self._issuer = Issuer.load(host.deployment.keys_dir, f"/{host.scope}/gateway")

    def headers(self, who: str) -> dict[str, str]:
        """A token for somebody; none for nobody."""
        scope = (self.host.scope,)
        claims: dict[str, Any] = {
            "clerk": {"roles": ("desk_clerk",), "areas": scope},
            "leader": {"roles": ("desk_leader",), "areas": scope},
            "body": {"roles": ("back_office",), "units": ("street-office",)},
            "other": {"roles": ("back_office",), "units": ("street-office",)},
            "stranger": {"roles": ("desk_clerk",), "areas": ("320199999",)},
            "nobody": {},
        }[who]
        self._n += 1
        key = {"Idempotency-Key": f"desk-test-{self._n}"}
        return key if who == "nobody" else {"Authorization": f"Bearer {self._issuer.issue(who, **claims).token}", **key}

    async def ask(self, who: str, move: str, **body: Any) -> httpx.Response:
        """Give a command."""
        return await self.client.post(f"/commands/{move}", json=body, headers=self.headers(who))

    async def do(self, who: str, move: str, **body: Any) -> dict[str, Any]:
        """Give a command that must be taken."""
        response = await self.ask(who, move, **body)
        assert response.status_code == 200, (move, response.text)
        answer: dict[str, Any] = response.json()["answer"]
        return answer

    async def get(self, who: str, path: str, status: int = 200) -> httpx.Response:
        """Read a route."""
        response = await self.client.get(path, headers=self.headers(who))
        assert response.status_code == status, response.text
        return response

    async def hand_in(self, sheet: str, name: str) -> dict[str, Any]:
        """A shipped file as a person would hand it in."""
        content = (DATA / name).read_bytes()
        sha = hashlib.sha256(content).hexdigest()
        headers = {**self.headers("leader"), "Content-Type": "application/octet-stream"}
        stored = await self.client.put(f"/blobs/{sha}/0?of=1", content=content, headers=headers)
        assert stored.status_code < 300, stored.text
        blob = {"sha256": sha, "size": len(content), "media_type": "text/csv"}
        answer = await self.client.post(f"/sheets/{sheet}", json={"blob": blob}, headers=self.headers("leader"))
        assert answer.status_code == 200, answer.text
        taken: dict[str, Any] = answer.json()
        return taken


@pytest_asyncio.fixture
async def desk(hosts: Hosts) -> AsyncIterator[Desk]:
    host = await hosts.start(service, clock=ManualClock(MONDAY), bus=False)
    transport = httpx.ASGITransport(app=host.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        made = Desk(host, client)
        await made.hand_in("desk_items", "items.csv")
        await made.hand_in("desk_questions", "questions.csv")
        await made.hand_in("desk_materials", "materials.csv")
        await made.do("leader", "guide.publish_drafts", valid_from="2026-11-23")
        yield made


async def test_the_shipped_items_come_in_by_sheets_and_go_out_as_they_came(desk: Desk) -> None:
    listed = (await desk.get("nobody", "/guide")).json()
    assert len(listed["items"]) >= 40
    again = await desk.hand_in("desk_items", "items.csv")
    assert again["unchanged"] == len(listed["items"]) and again["new"] == again["changed"] == 0
    out = await desk.get("leader", "/sheets/desk_materials?format=csv")
    assert "居民身份证" in out.content.decode("utf-8-sig")


async def test_the_complete_list_in_one_answer_as_json_panel_and_paper(desk: Desk) -> None:
    open_ = (await desk.get("nobody", "/guide/GG-SB02")).json()
    assert (open_["exact"], [q["code"] for q in open_["questions"]]) == (False, ["agent"])
    await desk.get("nobody", "/guide/GG-SB02/pdf", 422)
    asked = (await desk.get("nobody", "/guide/GG-SB02?situation=agent:yes")).json()
    assert asked["exact"]
    assert [m["code"] for m in asked["materials"]] == ["ID", "HUKOU", "BANK", "FORM", "PROXY", "AGENT_ID"]
    panel = (await desk.get("nobody", "/guide/GG-SB02/panel?situation=agent:no")).json()
    assert len(panel["rows"]) == 4
    pdf = await desk.get("nobody", "/guide/GG-SB02/pdf?situation=agent:yes")
    assert pdf.headers["content-type"] == "application/pdf"
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf.content)).pages)
    assert "授权委托书" in text and "居民户口簿" in text
    await desk.get("nobody", "/guide/GG-SB02?situation=agent:perhaps", 422)
    await desk.get("nobody", "/guide/NO-SUCH", 404)
    rows = (await desk.get("leader", "/catalogue/compression")).json()["rows"]
    assert 0 < rows[0]["compression"] < 1


async def test_from_the_window_to_the_rating_with_receipts_that_verify(desk: Desk) -> None:
    body = {"items": ["GG-MZ07"], "situation": {"agent": "no"}, "handed": ["ID", "HUKOU", "BANK"], **WHO}
    given = await desk.do("clerk", "case.submit", **body)
    case, code = given["case"], given["code"]
    await desk.do("clerk", "case.accept", case=case)
    await desk.do("body", "case.decide", case=case, grant=True)
    await desk.do("clerk", "case.deliver", case=case, how="PICK_UP")
    followed = (await desk.get("nobody", f"/cases/follow?code={code.lower()}")).json()["cases"][0]
    assert (followed["status"], followed["may_rate"], len(followed["documents"])) == ("DELIVERED", True, 3)
    for document in followed["documents"]:
        path = f"/cases/follow/receipt?code={code}&document={document['code']}"
        reader = pypdf.PdfReader(io.BytesIO((await desk.get("nobody", path)).content))
        text = "".join(page.extract_text() for page in reader.pages)
        assert "张三丰" in text and given["number"] in text and "line." not in text
        attached = msgspec.json.decode(reader.attachments["document.json"][0])
        sha = digest(attached["document"])
        verified = (await desk.get("nobody", f"/verify/{document['code']}?sha256={sha}")).json()
        assert (verified["state"], verified["matches"]) == ("VALID", True)
        await desk.get("clerk", f"/cases/{case}/receipts/{document['code']}")
        await desk.get("stranger", f"/cases/{case}/receipts/{document['code']}", 404)
    await desk.get("nobody", "/cases/follow?code=AAAA-AAAA-AAAA", 404)
    await desk.do("nobody", "rating.give", code=code, number=given["number"], level="UNSAT", words="等太久")
    mine = (await desk.get("nobody", f"/ratings/mine?code={code}")).json()["ratings"]
    rating = mine[0]["rating"]
    await desk.get("clerk", f"/matters/desk_rating/{rating}", 403)
    detail = (await desk.get("leader", f"/matters/desk_rating/{rating}/detail")).json()
    assert given["number"] not in str(detail) and "等太久" in str(detail)
    assert (await desk.get("leader", "/ratings/figures")).json()["rows"] == [], "one rating could name who gave it"


async def test_two_back_offices_decide_one_case_and_one_wins(desk: Desk) -> None:
    body = {"items": ["GG-MZ07"], "situation": {"agent": "no"}, "handed": ["ID", "HUKOU", "BANK"], **WHO}
    for _ in range(3):
        case = (await desk.do("clerk", "case.submit", **body))["case"]
        await desk.do("clerk", "case.accept", case=case)
        answers = await asyncio.gather(
            desk.ask("body", "case.decide", case=case, grant=True),
            desk.ask("other", "case.decide", case=case, grant=False, reason="不符", remedy="可复议"),
        )
        assert sorted(a.status_code for a in answers) == [200, 409]
        lost = next(a for a in answers if a.status_code == 409).json()
        assert (lost["rule"], lost["state"]) == ("case.decide_accepted", "DECIDED")


async def test_no_person_is_in_the_log_and_nobody_unknown_gets_in(desk: Desk) -> None:
    body = {"items": ["GG-MZ07"], "situation": {"agent": "no"}, "handed": ["ID"], **WHO, "words": "请尽快"}
    answer = await desk.do("nobody", "case.consult", item="GG-MZ07")
    codes = {answer["code"], (await desk.do("clerk", "case.submit", **body))["code"]}
    assert len(codes) == 2
    stored = await desk.host.pool.fetch("select answer from command_key")
    assert not [code for code in codes if any(code.encode() in row["answer"] for row in stored)], "told, kept nowhere"
    log = b"".join(bytes(e) for e in (await read_page(desk.host.pool, 0, 1000)).events).decode()
    for private in ("张三丰", "320102199001011234", "13812345678", "请尽快"):
        assert private not in log
    assert (await desk.ask("nobody", "case.submit", **body)).status_code == 401
    assert (await desk.ask("stranger", "case.submit", **body)).status_code == 403
    assert (await desk.ask("clerk", "case.submit", **{**body, "handed": ["GOLD"]})).status_code == 422
    assert (await desk.ask("clerk", "case.submit", **{**body, "surprise": 1})).status_code == 422


async def test_materials_handed_in_once_are_used_again_with_consent(desk: Desk) -> None:
    first = {"items": ["GG-MZ07"], "situation": {"agent": "no"}, "handed": ["ID", "HUKOU", "BANK"], **WHO}
    await desk.do("clerk", "case.submit", **first)
    again = {"items": ["GG-SB01"], "situation": {"agent": "no"}, "reuse": ["HUKOU", "BANK"], **WHO, "handed": ["ID"]}
    assert (await desk.ask("clerk", "case.submit", **again)).json()["rule"] == "case.reuse_consent"
    taken = await desk.do("clerk", "case.submit", **again, reuse_consent=True)
    assert taken["missing"] == []
    stranger = {**again, "applicant_id": "320102199202022345", "reuse_consent": True}
    assert (await desk.ask("clerk", "case.submit", **stranger)).json()["rule"] == "case.not_held"
