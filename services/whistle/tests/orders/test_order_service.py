"""Orders alive: real database, real HTTP app, real vault and keyed hashes, the service's own log as its bus."""

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio
from shuniu.chassis.identity import Issuer
from shuniu.chassis.log import read_page
from shuniu.contracts.envelope import CloudEvent
from shuniu.testing.servers import Hosts, ManualClock
from shuniu.testing.waiting import until
from shuniu_whistle import service

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
UNITS = ("cg", "jj", "street-office")


class Desk:
    """The hotline and its units over HTTP."""

    def __init__(self, host: Any, client: httpx.AsyncClient) -> None:
        self.host = host
        self.client = client
        self.area = f"{host.scope}001"
        self._issuer = Issuer.load(host.deployment.keys_dir, f"/{host.scope}/gateway")
        self._n = 0
        self.order = ""
        self.code = ""

    def headers(self, who: str) -> dict[str, str]:
        """A token for somebody; none for nobody."""
        scope = (self.host.scope,)
        claims: dict[str, Any] = {
            "operator": {"roles": ("operator",), "areas": scope},
            "dispatcher": {"roles": ("dispatcher",), "areas": scope},
            "clerk": {"roles": ("street_clerk",), "areas": scope, "units": ("street-office",)},
            "leader": {"roles": ("leading_group",), "areas": scope, "units": ("street-office",)},
            "cg": {"roles": ("duty_officer",), "units": ("cg",)},
            "jj": {"roles": ("duty_officer",), "units": ("jj",)},
            "stranger": {"roles": ("operator",), "areas": ("320199999",)},
            "reader": {"roles": ("operator", "personal_data_reader"), "areas": scope, "clearance": 3},
            "platform": {"roles": ("order_source",), "areas": scope},
            "nobody": {},
        }[who]
        self._n += 1
        key = {"Idempotency-Key": f"order-test-{self._n}"}
        if who == "nobody":
            return key
        return {"Authorization": f"Bearer {self._issuer.issue(f'acc-{who}', **claims).token}", **key}

    async def ask(self, who: str, move: str, **body: Any) -> httpx.Response:
        """Give a command."""
        fields = service.command(move if "." in move else f"order.{move}").struct.__struct_fields__  # type: ignore[union-attr]
        if "order" in fields:
            body.setdefault("order", self.order)
        name = move if "." in move else f"order.{move}"
        return await self.client.post(f"/commands/{name}", json=body, headers=self.headers(who))

    async def do(self, who: str, move: str, **body: Any) -> dict[str, Any]:
        """Give a command that must be taken."""
        response = await self.ask(who, move, **body)
        assert response.status_code == 200, (move, response.text)
        answer: dict[str, Any] = response.json()["answer"]
        if move in ("take_call", "submit", "submit_api"):
            self.order, self.code = answer["order"], answer["code"]
        return answer

    async def get(self, who: str, path: str, status: int = 200) -> Any:
        """Read a route."""
        response = await self.client.get(path, headers=self.headers(who))
        assert response.status_code == status, response.text
        return response.json()

    async def preview(self, who: str, move: str, **body: Any) -> Any:
        """Ask for suggestions."""
        response = await self.client.post(f"/preview/order.{move}", json=body, headers=self.headers(who))
        assert response.status_code == 200, response.text
        return response.json()

    async def status(self) -> str:
        """Where the order stands."""
        return str((await self.get("operator", f"/matters/hotline_order/{self.order}"))["status"])

    async def events(self) -> list[CloudEvent]:
        """The whole log."""
        page = await read_page(self.host.pool, 0, 1000)
        return [msgspec.json.decode(e, type=CloudEvent) for e in page.events]

    def call(self, **body: Any) -> dict[str, Any]:
        """What a caller says."""
        given = {
            "request": "双安巷十二号楼下烧烤店油烟扰民，夜里一直营业，请联系 13812345678",
            "appeal": "COMPLAINT",
            "area": self.area,
            "place": {"name": "双安巷 12 号"},
            "caller_name": "张三丰",
            "caller_phone": "13812345678",
        }
        return {**given, **body}

    async def classified(self, **body: Any) -> None:
        """A call taken and classified."""
        await self.do("operator", "take_call", **self.call(**body))
        await self.do("operator", "classify", order_class="NORMAL", appeal="COMPLAINT", category="HL_FUMES")

    async def handling(self, **body: Any) -> None:
        """At work with cg."""
        await self.classified(**body)
        await self.do("dispatcher", "dispatch", lead="cg")
        for move, more in (("sign", {}), ("contact", {"means": "PHONE", "note": "已致电"}), ("start", {})):
            await self.do("cg", move, **more)

    async def fed_back(self, **body: Any) -> None:
        """With a result."""
        await self.handling(**body)
        await self.do("cg", "feed_back", result="已责令安装净化设施", told_by="PHONE")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MONDAY)


@pytest_asyncio.fixture
async def desk(hosts: Hosts, clock: ManualClock) -> AsyncIterator[Desk]:
    host = await hosts.start(service, clock=clock, bus=False)
    entries = [("unit", u) for u in UNITS] + [("area", a) for a in (host.scope, f"{host.scope}001")]
    for kind, code in entries:
        doc = {"kind": kind, "code": code, "title": {"zh": code, "en": code}}
        await host.pool.execute(
            "insert into registry (kind, code, doc, source) values ($1, $2, $3::jsonb, 'file')",
            kind,
            code,
            msgspec.json.encode(doc).decode(),
        )
    await host.registry.load(host.pool)
    transport = httpx.ASGITransport(app=host.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://whistle") as client:
        yield Desk(host, client)


async def test_from_the_call_to_the_answer_on_the_public_page(desk: Desk) -> None:
    await desk.fed_back()
    followed = await desk.get("nobody", f"/orders/follow?code={desk.code.lower()}")
    assert (followed["status"], followed["may_rate"], followed["open"]) == ("FED_BACK", True, True)
    assert next(s["title"]["en"] for s in followed["steps"]) == "Received"
    assert "张" not in str(followed)
    assert (await desk.get("nobody", "/orders/follow?code=WRONG-CODE-00", 404))["rule"] == "order.code_unknown"
    body = {"code": desk.code, "solved": True, "satisfaction": "VERY_SAT"}
    await desk.do("nobody", "rate_by_code", **body)
    assert await desk.status() == "CALLED_BACK"
    assert (await desk.ask("nobody", "rate_by_code", **body)).status_code == 409
    await desk.do("operator", "close")
    assert await desk.status() == "CLOSED"
    events = await desk.events()
    assert [e.position for e in events] == list(range(1, len(events) + 1))
    said = msgspec.json.encode(events).decode()
    assert "13812345678" not in said
    assert "张三丰" not in said
    assert desk.code not in said
    stored = await desk.host.pool.fetch("select answer from command_key")
    assert not [r for r in stored if desk.code.encode() in r["answer"]]


async def test_the_database_holds_neither_number_nor_code_nor_words_in_clear(desk: Desk) -> None:
    await desk.fed_back()
    tables = await desk.host.pool.fetch(
        "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'"
    )
    for record in tables:
        table = record["table_name"]
        rows = await desk.host.pool.fetch(f'select t::text as row from "{table}" t')
        dump = "\n".join(r["row"] for r in rows)
        for secret in ("13812345678", "张三丰", "烧烤店油烟", "净化设施"):
            assert secret not in dump, (table, secret)


async def test_the_caller_is_masked_and_unmasked_only_with_right_and_reason(desk: Desk) -> None:
    await desk.handling()
    page = await desk.get("cg", f"/matters/hotline_order/{desk.order}/detail")
    fields = {f["label"]: f["value"] for f in page["fields"]}
    assert fields["field.order_caller"] == "张**，138****5678"
    assert "138****5678" in fields["field.order_text"]
    assert page["personal"] == []
    path = f"/matters/hotline_order/{desk.order}/unmask"
    seen = await desk.get("reader", f"/matters/hotline_order/{desk.order}/detail")
    record = next(r["ref"] for r in seen["personal"] if r["fields"] == ["caller_name", "caller_phone"])
    asked = {"ref": record, "reason": "核实诉求人身份"}
    refused = await desk.client.post(path, json=asked, headers=desk.headers("operator"))
    assert refused.status_code == 403
    clear = await desk.client.post(path, json=asked, headers=desk.headers("reader"))
    assert clear.json()["fields"] == {"caller_name": "张三丰", "caller_phone": "13812345678"}


async def test_the_same_person_is_found_by_the_hash_of_the_number(desk: Desk) -> None:
    await desk.handling()
    first = desk.order
    await desk.classified(caller_phone="+86 138-1234-5678")
    offers = (await desk.get("dispatcher", f"/matters/hotline_order/{desk.order}/actions"))["offers"]
    assert next(o["prefill"]["into"] for o in offers if o["action"] == "order.merge") == first
    await desk.do("dispatcher", "merge", into=first)
    assert await desk.status() == "MERGED"
    await desk.classified(caller_phone="13900000000")
    refused = await desk.ask("dispatcher", "merge", into=first)
    assert (refused.status_code, refused.json()["rule"]) == (409, "order.merge_same")


async def test_previews_suggest_and_show_what_is_alike(desk: Desk) -> None:
    await desk.fed_back()
    first = desk.order
    body = desk.call(request="双安巷12号楼下烧烤店油烟很大扰民，晚上一直营业到两点", caller_phone="138 1234 5678")
    seen = await desk.preview("operator", "take_call", **body)
    assert seen["suggestions"] == {"category": "HL_FUMES"}
    assert [a["order"] for a in seen["alike"]] == [first]
    assert seen["notes"][0]["fields"] == ["category"]
    stranger = await desk.preview("nobody", "submit", **body)
    assert stranger["alike"] == [], "whoever is not signed in is told nothing of others"
    await desk.do("operator", "take_call", **body)
    seen = await desk.preview("operator", "classify", order=desk.order, place={"name": "双安巷 12 号"})
    assert seen["suggestions"] == {"category": "HL_FUMES", "order_class": "NORMAL"}
    assert {c["clock"]: c["limit"] for c in seen["clocks"]} == {"sign": "4wh", "contact": "1wd", "handle": "5wd"}
    assert "1.22" in next(c["source"]["zh"] for c in seen["clocks"] if c["clock"] == "handle")
    await desk.do("operator", "classify", order_class="NORMAL", appeal="COMPLAINT", category="HL_FUMES")
    seen = await desk.preview("dispatcher", "dispatch", order=desk.order)
    assert seen["suggestions"] == {"lead": "cg"}, "who handled the same here last time"


async def test_limits_pass_by_themselves(desk: Desk, clock: ManualClock) -> None:
    await desk.classified()
    await desk.do("dispatcher", "dispatch", lead="cg")
    clock.advance(timedelta(days=8))

    async def late() -> bool:
        return sum(e.type.endswith("clock.overdue.v1") for e in await desk.events()) == 3

    await until(late)
    figures = await desk.get("operator", "/orders/figures/unit")
    assert [(r["unit"], r["on_time"], r["on_time_cases"]) for r in figures["rows"]] == [("cg", 0.0, "0/1")]


async def _whistled(desk: Desk) -> str:
    """The order's whistle, drafted out of its referral."""
    await desk.handling()
    await desk.do("clerk", "whistle", reason="需多部门联合整治")

    async def drafted() -> str:
        found = [e for e in await desk.events() if e.type.endswith(".whistle.drafted.v1")]
        return str(msgspec.json.decode(found[-1].data.fact)["whistle"]) if found else ""

    return str(await until(drafted))


async def _resumed(desk: Desk, status: str) -> None:
    async def there() -> bool:
        return await desk.status() == status

    await until(there)


async def test_a_refused_whistle_gives_the_order_back(desk: Desk) -> None:
    whistle = await _whistled(desk)
    assert await desk.status() == "WHISTLED"
    await desk.do("clerk", "whistle.refuse_referral", whistle=whistle, reason="STREET_CAN_SOLVE")
    await _resumed(desk, "HANDLING")


async def test_a_cancelled_whistle_gives_the_order_back(desk: Desk) -> None:
    whistle = await _whistled(desk)
    await desk.do("clerk", "whistle.cancel", whistle=whistle, reason="街道可自行解决")
    await _resumed(desk, "HANDLING")


async def test_a_solved_whistle_leads_the_order_to_its_call_back(desk: Desk) -> None:
    whistle = await _whistled(desk)
    plan = {"item": "VENUE_NOISE", "area": desk.area, "place": {"name": "双安巷"}, "lead": "cg"}
    await desk.do("clerk", "whistle.amend", whistle=whistle, **plan)
    await desk.do("clerk", "whistle.submit", whistle=whistle)
    callouts = (await desk.do("leader", "whistle.blow", whistle=whistle))["callouts"]
    on = {"whistle": whistle, "callout": callouts["cg"]}
    await desk.do("cg", "whistle.sign", **on)
    await desk.do("cg", "whistle.contact", **on)
    await desk.do("clerk", "whistle.report_in", at=MONDAY.isoformat(), where="双安巷", people=2, **on)
    await desk.do("cg", "whistle.start", measures="联合检查", finish_on="2026-11-27", **on)
    photo = await _photo(desk)
    await desk.do("cg", "whistle.finish", evidence=[photo], **on)
    await desk.do("clerk", "whistle.rate", response=5, attitude=5, result=5, **on)
    await desk.do("clerk", "whistle.close", whistle=whistle)
    await _resumed(desk, "FED_BACK")
    page = await desk.get("cg", f"/matters/hotline_order/{desk.order}/detail")
    (referrals,) = [s for s in page["sections"] if s["title"] == "section.order_referrals"]
    assert referrals["rows"][0]["note"] == "detail.order_referral_settled"


async def _photo(desk: Desk) -> dict[str, Any]:
    content = b"\xff\xd8\xff" + b"shuniu" * 10
    return await _blob(desk, content, "cg")


async def _blob(desk: Desk, content: bytes, who: str) -> dict[str, Any]:
    sha = hashlib.sha256(content).hexdigest()
    headers = {**desk.headers(who), "Content-Type": "application/octet-stream"}
    response = await desk.client.put(f"/blobs/{sha}/0?of=1", content=content, headers=headers)
    assert response.status_code == 201, response.text
    found: dict[str, Any] = response.json()
    return found


async def test_a_result_comes_with_files_that_are_here(desk: Desk) -> None:
    await desk.handling()
    missing = {"sha256": "b" * 64, "size": 10, "media_type": "image/jpeg"}
    refused = await desk.ask("cg", "feed_back", result="已办", told_by="VISIT", evidence=[missing])
    assert refused.status_code == 422
    await desk.do("cg", "feed_back", result="已办", told_by="VISIT", evidence=[await _photo(desk)])


async def test_who_may_read_what(desk: Desk) -> None:
    await desk.handling()
    mine = await desk.get("cg", "/orders")
    assert (mine["total"], mine["items"][0]["lead"]) == (1, "cg")
    assert (await desk.get("jj", "/orders"))["total"] == 0
    assert (await desk.get("stranger", "/orders"))["total"] == 0
    await desk.get("stranger", f"/matters/hotline_order/{desk.order}", 403)
    await desk.do("cg", "involve", unit="jj")
    assert (await desk.get("jj", "/orders?open=true"))["total"] == 1
    assert (await desk.get("operator", "/orders?status=CLOSED"))["total"] == 0
    assert "张" not in str(await desk.get("operator", "/orders"))


async def test_hung_orders_and_busy_spots_have_their_tables(desk: Desk) -> None:
    for n in range(3):
        await desk.handling(caller_phone=f"1380000000{n}")
    wish = {"obstacle": "OWNERSHIP", "reason": "权属争议", "revival": "确权", "review_on": "2026-12-20"}
    await desk.do("cg", "ask_hang", **wish)
    await desk.do("leader", "hang")
    (hung,) = (await desk.get("operator", "/orders/hung"))["rows"]
    assert (hung["order"]["id"], hung["review_on"], hung["unit"]) == (desk.order, "2026-12-20", "cg")
    (spot,) = (await desk.get("operator", "/orders/spots"))["rows"]
    assert (spot["count"], spot["area"]) == (3, desk.area)
    assert (await desk.get("stranger", "/orders/spots"))["rows"] == []


async def test_scores_show_formula_and_both_numbers(desk: Desk) -> None:
    await desk.fed_back(origin="SUPERIOR")
    await desk.do("operator", "call_back", means="PHONE", valid=True, solved=True, satisfaction="SAT")
    table = await desk.get("operator", "/scores?by=unit&from=2026-11-01&to=2026-11-30")
    (row,) = table["rows"]
    assert (row["unit"], row["superior_satisfied"], row["superior_satisfied_cases"]) == ("cg", 1.0, "1/1")
    assert row["superior_satisfied_points"] == 25.0
    assert (row["finished_on_time_points"], row["signed_on_time_points"]) == (25.0, None)
    assert (row["total"], row["out_of"]) == (75.0, 75.0)
    notes = {c["id"]: c["note"]["en"] for c in table["columns"] if c["note"]}
    assert notes["superior_satisfied_points"] == "25 − (98 − x) × 0.5, at least 12.5, at most 25"
    assert "reconstruction" in table["note"]["en"]
    by_area = (await desk.get("operator", "/scores?by=community"))["rows"]
    assert [r["community"] for r in by_area] == [desk.area]
    assert (await desk.get("operator", "/scores?profile=none", 404))["rule"] == "scoring.unknown"
    assert (await desk.get("operator", "/scores?from=2026-12-01&to=2026-11-01", 422))["rule"] == "order.period"


async def test_the_public_page_and_the_platform_hand_orders_in(desk: Desk) -> None:
    public = desk.call()
    await desk.do("nobody", "submit", **public)
    assert (await desk.get("nobody", f"/orders/follow?code={desk.code}"))["status"] == "RECEIVED"
    refused = await desk.ask("nobody", "take_call", **public)
    assert refused.status_code == 401
    wrong = await desk.ask("nobody", "submit", **{**public, "place": {"name": "张三 13812345678"}})
    assert (wrong.status_code, wrong.json()["rule"]) == (422, "order.place_personal")
    body = {**public, "external_number": "NJ-2026-1"}
    first = await desk.do("platform", "submit_api", **body)
    assert (await desk.ask("platform", "submit_api", **body)).json()["answer"]["order"] == first["order"]


async def test_a_spreadsheet_of_orders_goes_in_whole_and_out_without_people(desk: Desk) -> None:
    head = "来源编号,诉求来源,诉求类型,诉求分类,所在区域,地点,诉求内容,诉求人姓名,诉求人电话"
    lines = [
        head,
        *(f"NJ-{n},上级交办,投诉,油烟扰民,{desk.area},双安巷,油烟扰民第{n}件,李四,13900000000" for n in range(3)),
    ]
    blob = await _blob(desk, "\n".join(lines).encode("utf-8-sig"), "dispatcher")
    response = await desk.client.post("/sheets/orders_in", json={"blob": blob}, headers=desk.headers("dispatcher"))
    assert response.status_code == 200, response.text
    assert (await desk.get("operator", "/orders"))["total"] == 3
    bad = [*lines, f"NJ-9,上级交办,投诉,没有这类,{desk.area},双安巷,内容内容,李四,13900000000"]
    blob = await _blob(desk, "\n".join(bad).encode("utf-8-sig"), "dispatcher")
    response = await desk.client.post("/sheets/orders_in", json={"blob": blob}, headers=desk.headers("dispatcher"))
    assert response.status_code == 422
    assert (await desk.get("operator", "/orders"))["total"] == 3, "nothing half-imported"
    out = await desk.client.get("/sheets/orders?format=csv", headers=desk.headers("operator"))
    assert out.status_code == 200, out.text
    assert "NJ-2" in out.text
    assert "李四" not in out.text
    assert "139" not in out.text
