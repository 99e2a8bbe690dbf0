"""Events of another system come in as a spreadsheet, and the list goes out: all rows or none, without free text."""

import hashlib
from io import BytesIO
from typing import Any

import httpx
from shuniu_grid.events.tables import GridEventTable
from xlsxwriter import Workbook

HEADER = ("来源系统编号", "类别", "来源", "网格代码", "地点", "经度", "纬度", "情况描述")


def book(*rows: tuple[Any, ...]) -> bytes:
    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        for n, row in enumerate(rows, 1):
            sheet.write_row(n, 0, row)
    return file.getvalue()


async def hand_in(desk: Any, content: bytes, role: str = "operator") -> httpx.Response:
    sha = hashlib.sha256(content).hexdigest()
    headers = {**desk.headers(role), "Content-Type": "application/octet-stream"}
    stored = await desk.client.put(f"/blobs/{sha}/0?of=1", content=content, headers=headers)
    assert stored.status_code in (200, 201, 204), stored.text
    return await desk.client.post("/sheets/grid_event_import", json={"blob": stored.json()}, headers=desk.headers(role))


def given(desk: Any, n: int, **more: Any) -> tuple[Any, ...]:
    row = {
        "来源系统编号": f"SJ-{n:03d}",
        "类别": "E0102",
        "来源": "上级交办",
        "网格代码": desk.grid,
        "地点": f"示例路{n}号",
        "经度": "",
        "纬度": "",
        "情况描述": "李四家门口有垃圾",
        **more,
    }
    return tuple(row[name] for name in HEADER)


async def test_events_of_another_system_are_taken_once(desk: Any) -> None:
    rows = [given(desk, n) for n in range(1, 31)]
    rows.append(given(desk, 31, 来源="公众举报", 网格代码="", 经度="118.03", 纬度="32.03"))
    taken = await hand_in(desk, book(*rows))
    assert taken.status_code == 200, taken.text
    assert (taken.json()["new"], taken.json()["unchanged"]) == (31, 0)
    found = (await desk.get("operator", "/events?limit=100"))["items"]
    assert len({e["number"] for e in found}) == 31
    newest = next(e for e in found if e["source"] == "PUBLIC")
    assert (newest["status"], newest["area"]) == ("VERIFYING", desk.dedicated), (
        "verified first, and where its point lies"
    )
    assert {e["status"] for e in found if e["source"] == "SUPERIOR"} == {"REPORTED"}
    again = await hand_in(desk, book(*rows, given(desk, 32)))
    assert (again.json()["new"], again.json()["unchanged"]) == (1, 31)
    assert "李四" not in str([e.data for e in await desk.events()])
    page = await desk.get("operator", f"/matters/grid_event/{newest['id']}/detail")
    assert next(f["value"] for f in page["fields"] if f["label"] == "field.external") == "SJ-031"


async def test_every_wrong_row_is_told_and_none_is_taken(desk: Any) -> None:
    rows = [
        given(desk, 1),
        given(desk, 2, 类别="E0199"),
        given(desk, 3, 网格代码="320199001009009"),
        given(desk, 4, 地点="张三 13812345678"),
        given(desk, 5, 经度="118.03"),
        given(desk, 1),
    ]
    refused = await hand_in(desk, book(*rows))
    assert refused.status_code == 422, refused.text
    assert refused.json()["wrong_rows"] >= 2
    rows = [given(desk, 1), given(desk, 3, 网格代码="320199001009009"), given(desk, 4, 地点="张三 13812345678")]
    refused = await hand_in(desk, book(*rows))
    wrong = {(e["row"], e["column"], e["code"]) for e in refused.json()["errors"]}
    assert wrong == {(3, "area", "unknown"), (4, "place", "person_number")}
    assert await GridEventTable.count() == 0


async def test_only_the_office_imports(desk: Any) -> None:
    refused = await hand_in(desk, book(given(desk, 1)), "grid_worker")
    assert refused.status_code == 403


async def test_the_list_goes_out_as_far_as_the_caller_sees(desk: Any) -> None:
    await hand_in(desk, book(*(given(desk, n) for n in range(1, 4))))
    out = await desk.client.get("/sheets/grid_events?format=csv", headers=desk.headers("operator"))
    assert out.status_code == 200, out.text
    lines = out.content.decode("utf-8-sig").strip().splitlines()
    assert len(lines) == 4
    assert "SJ-001" in lines[1] and "暴露垃圾" in lines[1] and "已上报" in lines[1]
    assert "李四" not in out.text
    far = desk.headers("operator", areas=(f"{desk.scope}002",))
    out = await desk.client.get("/sheets/grid_events?format=csv", headers=far)
    assert len(out.content.decode("utf-8-sig").strip().splitlines()) == 1
