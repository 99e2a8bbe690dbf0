"""Households and visits alive: PostgreSQL, the vault, HTTP, tokens, sheets, audit (PIPL §15, §19, §45, §47)."""

import io
from datetime import timedelta
from typing import Any

import msgspec
import openpyxl
import pytest
from shuniu.testing.waiting import until
from shuniu_grid.visits.telling import tell_overdue

ALL = {
    "address": "第一社区12栋3单元501",
    "contact_name": "张三丰",
    "contact_phone": "13812345678",
    "elders": 1,
    "minors": 2,
    "categories": ["LIVING_ALONE_ELDER", "DISABLED"],
    "consent_version": "2026-1",
}
REASON = "reason=本人申请查阅"


@pytest.fixture
async def home(desk):
    """A household and a unit of the first grid, and the worker of that grid."""
    worker = {"areas": (desk.grid,), "subject": "w1"}
    await desk.done("grid_worker", "enter_household", {"number": "H0001", "area": desk.grid, **ALL}, **worker)
    unit = {"number": "U0001", "name": "示例面馆", "kind": "RESTAURANT", "area": desk.grid, "address": "双安巷12号"}
    await desk.done("registrar", "enter_units", {"rows": [unit]})
    return worker


async def _audited(desk: Any, command: str) -> list[dict[str, Any]]:
    await desk.host.audit.drained()
    rows = await desk.host.pool.fetch(
        "select actor, allowed, rule, matter, detail from audit where command = $1 order by at, n", command
    )
    return [dict(r) for r in rows]


async def _sealed(desk: Any) -> int:
    return await desk.host.pool.fetchval("select count(*) from person_data")


async def _read(desk: Any, path: str, roles: tuple[str, ...], clearance: int) -> Any:
    token = desk._issuer.issue("reader", roles=roles, areas=(desk.community,), clearance=clearance).token
    return await desk.client.get(path, headers={"Authorization": f"Bearer {token}"})


async def test_nothing_personal_lies_in_log_rows_or_answers(desk, home):
    dump = b"".join(msgspec.json.encode(e) for e in await desk.events())
    rows = await desk.host.pool.fetch("select doc::text as doc from household")
    keys = await desk.host.pool.fetch("select convert_from(answer, 'utf8') as answer from command_key")
    text = dump.decode() + "".join(r["doc"] for r in rows) + "".join(r["answer"] for r in keys)
    for word in ("张三丰", "13812345678", "12栋", "LIVING_ALONE_ELDER", "DISABLED"):
        assert word not in text
    sealed = await desk.host.pool.fetch(
        "select sensitivity, basis, key_id, purpose, matter from person_data order by sensitivity, basis"
    )
    assert [(r["sensitivity"], r["basis"]) for r in sealed] == [
        (3, "CONSENT"), (3, "STATUTORY_DUTY"), (4, "CONSENT"), (4, "STATUTORY_DUTY"),
    ]  # fmt: skip
    assert {r["matter"] for r in sealed} == {"H0001"}
    assert len({r["key_id"] for r in sealed}) == 2, "what is sensitive has a key of its own"


async def test_a_household_is_read_masked_and_in_clear_only_by_role_clearance_and_reason(desk, home):
    seen = await desk.get("grid_worker", "/households/H0001", **home)
    assert seen["fields"] == {
        "address": "第一社区***",
        "contact_name": "张**",
        "contact_phone": "138****5678",
        "adults": "***",
        "elders": "***",
        "minors": "***",
    }
    assert seen["categories"] == "***"
    assert [a["allowed"] for a in await _audited(desk, "grid.see_household")] == [True]
    copy = "/households/H0001/copy"
    both = ("community_secretary", "personal_data_reader")
    for path, roles, clearance, rule in (
        (f"{copy}?{REASON}", ("community_secretary",), 4, "access.role"),
        (f"{copy}?{REASON}", both, 2, "access.clearance"),
        (f"{copy}?reason=x", both, 4, "person_data.reason"),
        (copy, both, 4, "person_data.reason"),
    ):
        refused = await _read(desk, path, roles, clearance)
        assert refused.json()["rule"] == rule
    partly = (await _read(desk, f"{copy}?{REASON}", both, 3)).json()
    assert {i["id"] for i in partly["items"]} == {
        "address", "contact_name", "contact_phone", "elders", "LIVING_ALONE_ELDER",
    }  # fmt: skip
    assert partly["withheld"] == 2, "minors and the disability need clearance 4"
    whole = (await _read(desk, f"{copy}?{REASON}", both, 4)).json()
    named = {i["id"]: i for i in whole["items"]}
    assert named["contact_name"]["value"] == "张三丰"
    assert (named["DISABLED"]["basis"], named["DISABLED"]["sensitivity"]) == ("CONSENT", 4)
    assert named["minors"]["keep_until"] == "2027-11-23"
    assert all(i["purpose_title"]["zh"] for i in whole["items"])
    assert whole["consent"] == "2026-1"
    audited = await _audited(desk, "grid.read_household")
    assert [(a["allowed"], a["rule"]) for a in audited] == [
        (False, "access.role"),
        (False, "access.clearance"),
        (False, "person_data.reason"),
        (False, "person_data.reason"),
        (True, ""),
        (True, ""),
    ]
    assert "本人申请查阅" in audited[-1]["detail"]


async def test_who_does_not_keep_the_register_sees_nothing_of_it(desk, home):
    assert await desk.get("duty_officer", "/households") == {"total": 0, "items": []}
    for role, areas in (("duty_officer", (desk.scope,)), ("grid_worker", (f"{desk.scope}001002",))):
        answer = await desk.client.get("/households/H0001", headers=desk.headers(role, areas=areas))
        assert answer.status_code == 403
    assert len(await _audited(desk, "grid.see_household")) == 2
    due = await desk.get("duty_officer", "/visits/due?ahead=366")
    assert [i["subject"] for i in due["items"]] == ["U0001"], "units are no secret, households are"


async def test_the_timer_of_retention_destroys_what_was_sealed(desk, home, clock):
    await desk.done("grid_worker", "record_visit", {"subject": "H0001", "diary": "一切正常"}, **home)
    await desk.done("grid_worker", "record_visit", {"visit_to": "UNIT", "subject": "U0001", "diary": "正常"}, **home)
    assert await _sealed(desk) == 6
    clock.advance(timedelta(days=180))

    async def gone() -> bool:
        return await desk.host.pool.fetchval("select count(*) from household") == 0

    await until(gone, within=15)
    assert await _sealed(desk) == 1, "the unit's diary stays"
    assert await desk.host.pool.fetchval("select count(*) from visit_subject where key = 'HOUSEHOLD:H0001'") == 0
    assert (await desk.events())[-1].type == "shuniu.grid.household.erased.v1"


async def test_consent_withdrawn_and_data_erased_on_request(desk, home):
    await desk.done("grid_worker", "withdraw_household_consent", {"number": "H0001"}, **home)
    assert await _sealed(desk) == 2
    seen = await desk.get("grid_worker", "/households/H0001", **home)
    assert (seen["consent"], seen["fields"]["contact_name"]) == ("", "***")
    await desk.done("grid_worker", "erase_household", {"number": "H0001", "erase_reason": "REQUESTED"}, **home)
    assert await _sealed(desk) == 0


async def test_a_visit_its_finding_and_its_diary(desk, home):
    photo = await desk.photo()
    finding = {"category": "E0102", "description": "后门堆满杂物", "photos": [photo]}
    body = {"visit_to": "UNIT", "subject": "U0001", "diary": "店主配合", "findings": [finding], "photos": [photo]}
    headers = desk.headers("grid_worker", **home)
    first = await desk.client.post("/commands/grid.record_visit", json=body, headers=headers)
    again = await desk.client.post("/commands/grid.record_visit", json=body, headers=headers)
    assert first.status_code == 200, first.text
    assert again.json() == first.json(), "a phone that did not hear the answer sends it again"
    answer = first.json()
    assert answer["matter"]["kind"] == "home_visit"
    page = await desk.get("grid_worker", f"/matters/home_visit/{answer['matter']['id']}/detail", **home)
    told = {f["label"]: f["value"] for f in page["fields"]}
    assert told["field.diary"] == "店主配合"
    listed = await desk.get("dispatcher", "/visits?unit=U0001")
    assert [(v["number"], v["findings"], v["status"]) for v in listed["items"]] == [("ZF261123-0001", 1, "VISIT_MADE")]
    events = await desk.get("dispatcher", "/events")
    assert [e["number"] for e in events["items"]] == answer["answer"]["events"] == ["WG261123-0001"]
    event = await desk.get("dispatcher", f"/matters/grid_event/{events['items'][0]['id']}/detail")
    assert "后门堆满杂物" in str(event)
    ghost = {**body, "findings": [{**finding, "photos": [{**photo, "sha256": "0" * 64}]}]}
    refused = await desk.do("grid_worker", "record_visit", ghost, **home)
    assert refused.json()["rule"] == "blob.missing"


async def test_a_homes_diary_is_withheld_below_its_clearance(desk, home):
    answer = await desk.done("grid_worker", "record_visit", {"subject": "H0001", "diary": "行动不便"}, **home)
    path = f"/matters/home_visit/{answer['matter']['id']}/detail"
    for clearance, expected in ((2, "***"), (3, "行动不便")):
        page = await desk.get("community_secretary", path, areas=(desk.community,), clearance=clearance)
        assert {f["label"]: f["value"] for f in page["fields"]}["field.diary"] == expected
    kept = await desk.get("grid_worker", "/visits?household=H0001", **home)
    assert [v["subject"] for v in kept["items"]] == ["H0001"]
    assert (await desk.get("dispatcher", "/visits?household=H0001"))["total"] == 0
    assert [v["subject"] for v in (await desk.get("dispatcher", "/visits"))["items"]] == [""]


async def test_the_due_list_and_coverage(desk, home, clock):
    due = await desk.get("grid_worker", "/visits/due?ahead=60", **home)
    assert [(i["visit_to"], i["subject"], i["due_on"]) for i in due["items"]] == [
        ("HOUSEHOLD", "H0001", "2026-12-07"),
        ("UNIT", "U0001", "2027-01-22"),
    ]
    assert set(due["items"][0]) == {
        "visit_to", "subject", "name", "area", "due_on", "overdue_days", "last_met",
    }  # fmt: skip
    clock.advance(timedelta(days=20))
    due = await desk.get("grid_worker", "/visits/due", **home)
    assert (due["total"], due["overdue"], due["items"][0]["overdue_days"]) == (1, 1, 6)
    window = "since=2026-11-23&until=2026-12-13"
    table = await desk.get("community_secretary", f"/panels/visit-coverage?{window}")
    assert table["rows"][0] | {"area": ""} == {
        "area": "", "due": 1, "visited": 0, "in_time": 0, "coverage": 0.0, "coverage_in_time": 0.0,
    }  # fmt: skip
    at = (clock.now() - timedelta(hours=2)).isoformat()
    await desk.done("grid_worker", "record_visit", {"subject": "H0001", "visited_at": at, "met": False}, **home)
    table = await desk.get("community_secretary", f"/panels/visit-coverage?{window}&level=grid")
    assert table["rows"][0]["visited"] == 0, "nobody was met"
    await desk.done("grid_worker", "record_visit", {"subject": "H0001", "how": "PHONE"}, **home)
    table = await desk.get("community_secretary", f"/panels/visit-coverage?{window}&level=grid")
    assert [r["area"] for r in table["rows"]] == [desk.grid, None]
    assert (table["rows"][0]["coverage"], table["rows"][0]["coverage_in_time"]) == (1.0, 0.0)
    assert (await desk.get("grid_worker", "/visits/due", **home))["total"] == 0
    table = await desk.get("community_secretary", "/panels/visit-coverage?since=2026-11-01&until=2026-11-20")
    assert table["rows"][0]["coverage"] is None, "nobody was due"
    refused = await desk.client.get(
        "/panels/visit-coverage?since=2026-12-01&until=2026-11-01", headers=desk.headers("community_secretary")
    )
    assert refused.json()["rule"] == "grid.window"


async def test_overdue_visits_are_told_once_a_grid(desk, home, clock):
    clock.advance(timedelta(days=20))
    for _ in range(2):
        await tell_overdue(desk.host)
    clock.advance(timedelta(days=1))
    await tell_overdue(desk.host)
    told = [e for e in await desk.events() if e.type.endswith("visits.overdue.v1")]
    assert [msgspec.json.decode(e.data.fact)["households"] for e in told] == [1]
    clock.advance(timedelta(days=50))
    await tell_overdue(desk.host)
    told = [e for e in await desk.events() if e.type.endswith("visits.overdue.v1")]
    facts = [msgspec.json.decode(e.data.fact) for e in told]
    assert [(f["units"], f["households"]) for f in facts] == [(0, 1), (1, 0)]


async def test_small_cells_are_not_shown(desk, home):
    secretary = {"areas": (desk.community,)}
    rows = [{"number": f"H1{n:03d}", "area": desk.grid, "categories": ["LIVING_ALONE_ELDER"]} for n in range(4)]
    answer = await desk.done("community_secretary", "enter_households", {"rows": rows}, **secretary)
    assert answer["answer"]["outcomes"] == "nnnn"
    table = await desk.get("community_secretary", "/panels/households", **secretary)
    (row,) = table["rows"]
    assert (row["households"], row["LIVING_ALONE_ELDER"], row["DISABLED"]) == (5, 5, None)
    table = await desk.get("community_secretary", "/panels/visit-targets?since=2026-11-01", **secretary)
    by_class = {r["class"]["zh"]: r for r in table["rows"]}
    assert by_class["独居老人户"]["subjects"] == 5
    assert "subjects" not in by_class["残疾人户"]


async def test_the_register_goes_out_masked_and_comes_in_whole(desk, home):
    page = await desk.client.get("/sheets/households", headers=desk.headers("grid_worker", **home))
    lines = list(openpyxl.load_workbook(io.BytesIO(page.content)).active.iter_rows(values_only=True))
    row = next(line for line in lines if line[0] == "H0001")
    assert row[2:5] == ("第一社区***", "张**", "138****5678")
    assert row[5:9] == ("***", "***", "***", "***"), "whether there is anything is not told either"
    both = ("community_secretary", "personal_data_reader")
    page = await _read(desk, "/sheets/households?format=csv&unmask=核对台账", both, 3)
    text = page.content.decode("utf-8-sig")
    assert "张三丰" in text
    assert "独居老人" in text
    assert "残疾人" not in text, "sensitive fields need clearance 4"
    page = await _read(desk, "/sheets/households?format=csv&unmask=核对台账", both, 4)
    assert "残疾人" in page.content.decode("utf-8-sig")
    changed = text.replace("H0001", "H0002").replace("独居老人", "一般、流动人口")
    blob = await desk.photo(changed.encode("utf-8"))
    assert blob["media_type"] == "text/csv"
    answer = await desk.client.post(
        "/sheets/households", json={"blob": blob}, headers=desk.headers("grid_worker", **home)
    )
    assert answer.status_code == 200, answer.text
    assert (answer.json()["new"], answer.json()["changed"]) == (1, 0)
    page = await _read(desk, f"/households/H0002/copy?{REASON}", both, 4)
    assert {i["id"] for i in page.json()["items"]} >= {"GENERAL", "FLOATING", "contact_name"}


async def test_what_a_worker_may_begin_stands_on_the_phone(desk, home):
    offers = (await desk.get("grid_worker", "/actions", **home))["offers"]
    begun = {o["action"] for o in offers}
    assert {"grid.record_visit", "grid.plan_visit"} <= begun
    manifest = (await desk.client.get("/manifest")).json()
    surfaces = {a["name"]: a["surfaces"] for a in manifest["actions"]}
    assert "phone" in surfaces["grid.record_visit"]
    assert {p["id"] for p in manifest["panels"]} >= {"grid.visit_coverage", "grid.visits_due", "grid.visit_targets"}
