"""The service alive: real database, real HTTP app, tokens; nothing else running (wall 4)."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest
from shuniu.chassis.log import read_page
from shuniu.testing.waiting import until
from shuniu_grid.areas.tables import AreaTable
from shuniu_grid.events.tables import GridEventTable
from shuniu_grid.posts.tables import PostTable

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
JPEG = b"\xff\xd8\xff" + b"shuniu" * 10


def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


async def test_a_point_is_located_and_reported(desk):
    found = await desk.get("grid_worker", "/locate?lon=118.03&lat=32.03")
    assert found == {"community": desk.community, "comprehensive": desk.grid, "dedicated": desk.dedicated}
    preview = await desk.client.post(
        "/preview/grid.report",
        json={"place": {"lon": 118.05, "lat": 32.1}, "category": "E9991"},
        headers=desk.headers("grid_worker"),
    )
    assert preview.json()["suggestions"] == {"area": desk.grid, "clue": True}
    assert preview.json()["clocks"][0]["limit"] == "24h"
    assert preview.json()["notes"] == ["rule.grid.clue_only"]
    body = {"place": {"name": "巷口", "lon": 118.03, "lat": 32.03}, "category": "E0102"}
    answer = await desk.done("grid_worker", "report", body, areas=(desk.community,))
    assert answer["answer"]["area"] == desk.dedicated, "without an area the point decides"
    assert answer["matter"]["number"] == "WG261123-0001"


async def test_the_index_is_renewed_when_areas_change(desk):
    assert (await desk.get("grid_worker", "/locate?lon=118.15&lat=32.1"))["comprehensive"].endswith("001002")
    await desk.done(
        "registrar", "retire_area", {"code": f"{desk.scope}001002", "valid_to": "2026-11-22", "intermediate": True}
    )
    assert (await desk.get("grid_worker", "/locate?lon=118.15&lat=32.1"))["comprehensive"] == ""
    assert (await desk.get("grid_worker", "/locate?lon=118.15&lat=32.1&on=2026-11-22"))["comprehensive"] != ""


async def test_bad_geometry_is_refused_whole(desk):
    head = (await desk.events())[-1].position
    crossing = {"type": "Polygon", "coordinates": [[[118, 32], [118.1, 32.1], [118.1, 32], [118, 32.1], [118, 32]]]}
    title = {"zh": "新网格", "en": "New"}
    areas = [
        {"code": f"{desk.scope}001003", "title": title, "geometry": box(118.3, 32.0, 118.35, 32.1)},
        {"code": f"{desk.scope}001004", "title": title, "geometry": crossing},
    ]
    response = await desk.do("registrar", "import_areas", {"areas": areas})
    assert response.status_code == 422
    problem = response.json()
    assert problem["rule"] == "grid.area_geometry"
    assert {e["field"]: e["code"] for e in problem["errors"]} == {
        "areas.0.geometry": "outside_parent",
        "areas.1.geometry": "not_simple",
    }
    assert (await desk.events())[-1].position == head


async def test_way_of_an_event_over_http(desk, clock):
    photo = await desk.photo()
    body = {
        "place": {"name": "双安巷12号"},
        "area": desk.grid,
        "category": "E0102",
        "description": "门口堆满垃圾",
        "photos": [photo],
    }
    worker = {"areas": (desk.grid,), "subject": "w1"}
    event = (await desk.done("grid_worker", "report", body, **worker))["matter"]["id"]
    await desk.done("dispatcher", "dispatch", {"event": event, "unit": "cg", "note": "请尽快"})
    officer = {"areas": (), "units": ("cg",), "subject": "f1"}
    offers = await desk.get("duty_officer", f"/matters/grid_event/{event}/actions", **officer)
    assert [o["action"] for o in offers["offers"]] == ["grid.accept", "grid.return"]
    await desk.done("duty_officer", "accept", {"event": event}, **officer)
    await desk.done("duty_officer", "feed_back", {"event": event, "after": [photo], "note": "已清理"}, **officer)
    refused = await desk.do("duty_officer", "start_check", {"event": event}, **officer)
    assert (refused.status_code, refused.json()["rule"]) == (403, "access.role")
    illegal = await desk.do("grid_checker", "close", {"event": event})
    problem = illegal.json()
    assert illegal.status_code == 409
    assert (problem["rule"], problem["state"], problem["event"]) == ("grid.close_after_check", "FED_BACK", "close")
    await desk.done("grid_checker", "start_check", {"event": event})
    await desk.done("grid_checker", "close", {"event": event})
    page = await desk.get("dispatcher", f"/matters/grid_event/{event}/detail")
    assert page["fields"][0]["value"] == "门口堆满垃圾"
    assert [r["note"] for r in page["sections"][0]["rows"] if r["note"]] == ["门口堆满垃圾", "请尽快", "已清理"]
    head = await desk.get("grid_worker", f"/matters/grid_event/{event}", **worker)
    assert (head["status"], head["version"]) == ("CLOSED", 7)
    log = b"".join(msgspec.json.encode(e) for e in await desk.events())
    assert "垃圾".encode() in log, "the category's title"
    assert "堆满".encode() not in log, "free text stays with its owner"


async def test_evidence_nobody_sent_is_none(desk):
    ghost = {"sha256": "a" * 64, "size": 10, "media_type": "image/jpeg"}
    body = {"place": {}, "area": desk.grid, "category": "E0102", "photos": [ghost]}
    response = await desk.do("grid_worker", "report", body, areas=(desk.grid,))
    assert (response.status_code, response.json()["rule"]) == (422, "blob.missing")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"category": 7}, "category"),
        ({"place": {"name": "x", "floor": 1}}, "place.floor"),
        ({"place": {"lon": 500}}, "place.lon"),
        ({"source": "RUMOUR"}, "source"),
    ],
)
async def test_malformed_reports_name_the_field(desk, change, field):
    body = {"place": {}, "area": desk.grid, "category": "E0102", **change}
    response = await desk.do("grid_worker", "report", body, areas=(desk.grid,))
    assert response.status_code == 422
    assert [e["field"] for e in response.json()["errors"]] == [field]


async def test_an_overdue_limit_is_said_by_the_timer(desk, clock):
    body = {"place": {}, "area": desk.grid, "category": "E0102"}
    event = (await desk.done("grid_worker", "report", body, areas=(desk.grid,)))["matter"]["id"]
    await desk.done("dispatcher", "dispatch", {"event": event, "unit": "cg"})
    clock.advance(timedelta(hours=10))

    async def said() -> list[str]:
        return [e.type for e in await desk.events() if e.type.endswith("clock.overdue.v1")]

    assert await until(said) == ["shuniu.grid.clock.overdue.v1"]
    listed = await desk.get("dispatcher", "/events?late=true")
    assert [e["id"] for e in listed["items"]] == [event]


async def test_lists_show_what_the_caller_may_see(desk):
    ids = []
    for grid in (desk.grid, desk.grid, f"{desk.scope}001002"):
        body = {"place": {}, "area": grid, "category": "E0102"}
        ids.append((await desk.done("grid_worker", "report", body, areas=(grid,), subject=f"w-{grid}"))["matter"]["id"])
    await desk.done("dispatcher", "dispatch", {"event": ids[2], "unit": "cg"})
    own = await desk.get("grid_worker", "/events", areas=(desk.grid,))
    assert (own["total"], [e["id"] for e in own["items"]]) == (2, [ids[1], ids[0]])
    unit = await desk.get("duty_officer", "/events", areas=(), units=("cg",))
    assert [e["id"] for e in unit["items"]] == [ids[2]]
    assert (await desk.get("duty_officer", "/events", areas=(), units=()))["total"] == 0
    assert (await desk.get("dispatcher", "/events?status=FILED&limit=1"))["total"] == 2
    assert (await desk.get("dispatcher", "/events?open=false"))["total"] == 0
    assert (await desk.get("dispatcher", "/events?category=E01&unit=cg"))["total"] == 1
    mine = await desk.get("grid_worker", "/events?mine=true", subject=f"w-{desk.grid}")
    assert mine["total"] == 2
    hidden = await desk.client.get(
        f"/matters/grid_event/{ids[2]}", headers=desk.headers("grid_worker", areas=(desk.grid,))
    )
    assert hidden.status_code == 403


async def test_areas_and_posts_are_listed(desk):
    grids = await desk.get("grid_worker", f"/areas?level=grid&parent={desk.community}&subtype=DEDICATED")
    assert [(a["entry"]["code"], a["inside"]) for a in grids["areas"]] == [(desk.dedicated, desk.grid)]
    sha = grids["areas"][0]["entry"]["geometry"]
    blob = await desk.client.get(f"/blobs/{sha}", headers=desk.headers("grid_worker"))
    assert blob.json()["type"] == "Polygon"
    assert (await desk.client.get(f"/areas/{desk.grid}")).status_code == 200, "grids are public by statute"
    unknown = await desk.client.get(f"/areas/{desk.scope}009")
    assert (unknown.status_code, unknown.json()["rule"]) == (404, "area.unknown")
    await desk.done("registrar", "assign_post", {"area": desk.grid, "kind": "FULL", "account": "acc-7"})
    told = await desk.get("registrar", f"/posts?area={desk.community}")
    assert [p["account"] for p in told["posts"]] == ["acc-7"]
    public = await desk.get("grid_worker", f"/posts?area={desk.community}&kind=FULL")
    assert [p["account"] for p in public["posts"]] == [""]
    assert "acc-7" not in public["posts"][0]["post"]


async def test_piccolo_tables_mirror_the_schema(desk):
    for table in (AreaTable, PostTable, GridEventTable):
        records = await desk.host.pool.fetch(
            "select column_name from information_schema.columns where table_name = $1", table._meta.tablename
        )
        assert {r["column_name"] for r in records} == {c._meta.name for c in table._meta.columns}


# --- the unit register as a spreadsheet -----------------------------------------------------------------------------


def _register(desk: Any, wrong: dict[int, dict[str, Any]] | None = None) -> bytes:
    """2,668 made-up units of the street, as an office program would write them."""
    from io import BytesIO

    from stdnum.cn import uscc
    from xlsxwriter import Workbook

    header = (
        "单位编号",
        "单位名称",
        "类别",
        "统一社会信用代码",
        "网格代码",
        "地址",
        "从业人数",
        "重点单位",
        "联系人",
        "联系电话",
    )
    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, header)
        for n in range(1, 2669):
            body = f"91320199{n:09d}"
            given: dict[str, Any] = {
                "单位编号": f"U{n:05d}",
                "单位名称": f"示例单位{n}",
                "类别": ("企业", "商铺", "餐饮")[n % 3],
                "统一社会信用代码": body + uscc.calc_check_digit(body),
                "网格代码": desk.grid,
                "地址": f"示例路{n}号",
                "从业人数": n % 40,
                "重点单位": "是" if n % 50 == 0 else "否",
                "联系人": "张三丰",
                "联系电话": f"138{n:08d}",
            }
            sheet.write_row(n, 0, [{**given, **(wrong or {}).get(n, {})}[name] for name in header])
    return file.getvalue()


async def _hand_in(desk: Any, content: bytes) -> httpx.Response:
    chunk = 256 * 1024
    parts = [content[i : i + chunk] for i in range(0, len(content), chunk)]
    sha = hashlib.sha256(content).hexdigest()
    headers = {**desk.headers("registrar"), "Content-Type": "application/octet-stream"}
    for n, part in enumerate(parts):
        stored = await desk.client.put(f"/blobs/{sha}/{n}?of={len(parts)}", content=part, headers=headers)
        assert stored.status_code in (200, 201, 204), stored.text
    return await desk.client.post("/sheets/units", json={"blob": stored.json()}, headers=desk.headers("registrar"))


async def test_a_register_of_2668_rows_is_taken_whole_or_not_at_all(desk: Any) -> None:
    wrong = {
        7: {"统一社会信用代码": "913201990000000070"},
        2000: {"网格代码": "320199001009001"},
        2668: {"单位编号": "U00001"},
    }
    refused = await _hand_in(desk, _register(desk, wrong))
    assert refused.status_code == 422, refused.text
    problem = refused.json()
    assert {(e["row"], e["column"], e["code"]) for e in problem["errors"]} >= {(8, "credit_code", "check_digit")}
    assert problem["wrong_rows"] >= 2
    assert (await desk.get("registrar", "/units"))["total"] == 0
    report = await desk.client.get(f"/blobs/{problem['report']['sha256']}", headers=desk.headers("registrar"))
    assert report.content[:2] == b"PK"
    taken = await _hand_in(desk, _register(desk))
    assert taken.status_code == 200, taken.text
    assert (taken.json()["new"], taken.json()["changed"], taken.json()["unchanged"]) == (2668, 0, 0)
    assert (await desk.get("registrar", "/units"))["total"] == 2668
    again = await _hand_in(desk, _register(desk, {5: {"从业人数": 999}}))
    assert (again.json()["new"], again.json()["changed"], again.json()["unchanged"]) == (0, 1, 2667), again.text
    page = await read_page(desk.host.pool, 0, 5000)
    assert "张三丰" not in b"".join(page.events).decode()


async def test_contacts_leave_the_register_masked(desk: Any) -> None:
    await _hand_in(desk, _register(desk))
    out = await desk.client.get("/sheets/units?format=csv", headers=desk.headers("grid_worker", areas=(desk.grid,)))
    assert out.status_code == 200, out.text
    text = out.content.decode("utf-8-sig")
    assert "张**" in text
    assert "张三丰" not in text
    assert "13800000001" not in text
    elsewhere = await desk.client.get(
        "/sheets/units?format=csv", headers=desk.headers("grid_worker", areas=(f"{desk.grid[:-3]}002",))
    )
    assert elsewhere.content.decode("utf-8-sig").strip().count("\n") == 0
