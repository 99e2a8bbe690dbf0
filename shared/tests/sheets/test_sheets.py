"""Sheets of the made-up service on a real PostgreSQL, over its HTTP app."""

import asyncio
import csv
import hashlib
import io
import time
import zipfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, cast

import httpx
import openpyxl
import pytest
import pytest_asyncio
import xlsxwriter
from shuniu.chassis.host import Host
from shuniu.chassis.http.manifest import manifest_of
from shuniu.chassis.identity import Issuer
from shuniu.chassis.log import read_head
from shuniu.rules.evidence import CSV, XLSX
from shuniu.testing.lostproperty import service
from shuniu.testing.servers import Hosts, ManualClock

MONDAY = datetime(2026, 11, 2, 1, tzinfo=UTC)
HEADER = ["牌号*", "物品", "类别", "网格代码", "架号", "估价（元）", "寄存日期", "易碎", "备注", "寄存人", "联系电话"]


class Desk:
    """Hands files in and takes sheets out, as a keeper unless a test says otherwise."""

    def __init__(self, host: Host, client: httpx.AsyncClient) -> None:
        self.host = host
        self.client = client
        self.issuer = Issuer.load(host.deployment.keys_dir, f"/{host.scope}/gateway")
        self._n = 0

    def auth(self, *roles: str, **more: Any) -> dict[str, str]:
        more.setdefault("areas", (self.host.scope,))
        token = self.issuer.issue("a-1", roles=roles or ("keeper",), **more).token
        return {"Authorization": f"Bearer {token}"}

    def area(self, community: int = 1) -> str:
        return f"{self.host.scope}{community:0{12 - len(self.host.scope)}d}"

    def row(self, tag: Any, **more: Any) -> list[Any]:
        """A right row, changed by column number (``c4=…``)."""
        row: list[Any] = [
            tag,
            "黑伞",
            "雨伞",
            self.area(),
            3,
            12.5,
            date(2026, 11, 1),
            "否",
            None,
            "张三丰",
            "13812345678",
        ]
        for name, value in more.items():
            row[int(name[1:])] = value
        return row

    async def upload(self, content: bytes) -> dict[str, Any]:
        sha = hashlib.sha256(content).hexdigest()
        pieces = [content[i : i + 262_144] for i in range(0, len(content), 262_144)]
        answer: httpx.Response | None = None
        for n, piece in enumerate(pieces):
            answer = await self.client.put(f"/blobs/{sha}/{n}?of={len(pieces)}", content=piece, headers=self.auth())
            assert answer.status_code in (201, 204), answer.text
        assert answer is not None
        return cast("dict[str, Any]", answer.json())

    async def hand_in(self, blob: dict[str, Any], key: str = "", **more: Any) -> httpx.Response:
        self._n += 1
        headers = {**self.auth(), "Idempotency-Key": key or f"sheet-key-{self._n}"}
        return await self.client.post("/sheets/deposits", json={"blob": blob, **more}, headers=headers)

    async def take_in(self, rows: Sequence[Sequence[Any]], **more: Any) -> httpx.Response:
        return await self.hand_in(await self.upload(book(rows)), **more)

    async def count(self) -> int:
        return cast("int", await self.host.pool.fetchval("select count(*) from deposit"))

    async def fetch(self, blob: dict[str, Any]) -> list[list[Any]]:
        """The rows of a report."""
        answer = await self.client.get(f"/blobs/{blob['sha256']}", headers=self.auth())
        assert answer.status_code == 200
        return rows_of(answer.content)


def book(rows: Sequence[Sequence[Any]], header: Sequence[str] = HEADER, above: Sequence[str] = ()) -> bytes:
    """A workbook as an office program would write it."""
    made = openpyxl.Workbook()
    page = made.active
    assert page is not None
    for line in above:
        page.append([line])
    page.append(list(header))
    for row in rows:
        page.append(list(row))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def rows_of(content: bytes) -> list[list[Any]]:
    page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return [list(r) for r in page.iter_rows(values_only=True)]


def told(answer: httpx.Response) -> set[tuple[int, str, str]]:
    """(row, column, code) of every error in a problem."""
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    return {(e["row"], e["column"], e["code"]) for e in answer.json()["errors"]}


@pytest_asyncio.fixture
async def desk(hosts: Hosts) -> AsyncIterator[Desk]:
    host = await hosts.start(service, clock=ManualClock(MONDAY), bus=False)
    transport = httpx.ASGITransport(app=cast("Any", host.app), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service", timeout=60) as client:
        yield Desk(host, client)


async def test_every_row_is_taken_and_counted(desk: Desk) -> None:
    first = await desk.take_in([desk.row("A1"), desk.row("A2"), desk.row("A3")])
    assert first.status_code == 200, first.text
    assert {k: first.json()[k] for k in ("rows", "new", "changed", "unchanged")} == {
        "rows": 3,
        "new": 3,
        "changed": 0,
        "unchanged": 0,
    }
    again = (await desk.take_in([desk.row("A1"), desk.row("A2", c4=5), desk.row("A4")])).json()
    assert (again["new"], again["changed"], again["unchanged"]) == (1, 1, 1)
    report = await desk.fetch(again["report"])
    assert [r[-2] for r in report[1:]] == ["无变化 / unchanged", "更新 / changed", "新增 / new"]
    assert await desk.count() == 4
    assert (await read_head(desk.host.pool))[1] == 5  # one event for each row that changed something


async def test_every_error_of_every_row_is_told_and_nothing_is_taken(desk: Desk) -> None:
    rows = [
        desk.row("B1"),
        desk.row("B2", c2="扫帚", c4="很多", c5="1.234", c6="明天", c7="也许"),
        desk.row(None, c1=None, c3="320199"),
        desk.row("B4", c4=100, c10=138123456789012345),
        desk.row("B5", c7="是", c4=None),
        desk.row("B1", c1="另一把"),
    ]
    answer = await desk.take_in(rows)
    assert told(answer) == {
        (3, "category", "value"),
        (3, "shelf", "whole_number"),
        (3, "value", "yuan"),
        (3, "left_on", "date"),
        (3, "fragile", "yes_or_no"),
        (4, "tag", "missing"),
        (4, "title", "missing"),
        (4, "area", "bad_code"),
        (5, "shelf", "out_of_range"),
        (5, "owner_phone", "digits_lost"),
        (6, "shelf", "missing"),
        (7, "tag", "twice_in_file"),
    }
    problem = answer.json()
    assert problem["rule"] == "sheet.rows_wrong"
    assert (problem["rows"], problem["wrong_rows"], problem["error_count"]) == (6, 5, 12)
    assert problem["title_en"] == "5 of 6 rows are wrong; nothing was imported"
    by_column = {(e["row"], e["column"]): e for e in problem["errors"]}
    assert by_column[7, "tag"]["message"] == "与第 2 行重复"
    assert by_column[3, "category"]["title"] == {"zh": "类别", "en": "Category"}
    assert by_column[3, "category"]["value"] == "扫帚"
    assert "138123" not in answer.text  # personal: masked
    assert await desk.count() == 0
    assert (await read_head(desk.host.pool))[1] == 0
    report = await desk.fetch(problem["report"])
    assert report[0][-3:] == ["原表行号", "导入结果", "错误"]
    assert report[1][-2] == "无误（未导入） / right (not imported)"
    assert "类别：不在可选范围内 / Not one of the choices" in report[2][-1]
    assert report[1][9:11] == ["张**", "138****5678"]


async def test_a_report_can_be_corrected_and_handed_in_again(desk: Desk) -> None:
    problem = (await desk.take_in([desk.row("C1", c9=None, c10=None, c4="x")])).json()
    report = await desk.fetch(problem["report"])
    report[1][4] = 4
    answer = await desk.take_in(report[1:])
    assert answer.status_code == 422  # HEADER has fewer columns than the report's rows
    corrected = await desk.hand_in(await desk.upload(book(report[1:], header=report[0])))
    assert corrected.status_code == 200, corrected.text


async def test_masked_personal_data_never_comes_back_in(desk: Desk) -> None:
    answer = await desk.take_in([desk.row("D1", c9="张**", c10="138****5678")])
    assert told(answer) == {(2, "owner_name", "masked"), (2, "owner_phone", "masked")}


async def test_what_the_decision_finds_is_told_by_row(desk: Desk) -> None:
    await desk.take_in([desk.row("E1")])
    answer = await desk.take_in([desk.row("E1", c3=desk.area(2)), desk.row("E2"), desk.row("E3", c3="110101001001")])
    assert told(answer) == {(2, "area", "moved"), (4, "area", "not_yours")}
    assert await desk.count() == 1


async def test_a_dry_run_takes_nothing(desk: Desk) -> None:
    answer = await desk.take_in([desk.row("F1"), desk.row("F2")], key="dry-run-key", dry_run=True)
    assert (answer.status_code, answer.json()["new"], answer.json()["dry_run"]) == (200, 2, True)
    assert await desk.count() == 0
    assert await desk.host.pool.fetchval("select count(*) from command_key") == 0
    meant = await desk.take_in([desk.row("F1"), desk.row("F2")], key="dry-run-key")
    assert meant.json()["new"] == 2
    wrong = await desk.take_in([desk.row("F1", c3="110101001001")], dry_run=True)
    assert told(wrong) == {(2, "area", "not_yours")}


async def test_a_retry_gets_the_first_answer(desk: Desk) -> None:
    blob = await desk.upload(book([desk.row("G1")]))
    answers = await asyncio.gather(*(desk.hand_in(blob, key="same-key-1") for _ in range(5)))
    assert [a.status_code for a in answers] == [200] * 5
    assert len({a.text for a in answers}) == 1
    assert (await read_head(desk.host.pool))[1] == 1
    # The file's time may be over: its outcome stands all the same.
    await desk.host.blobs.remove(blob["sha256"])
    late = await desk.hand_in(blob, key="same-key-1")
    assert (late.status_code, late.json()["new"], late.json()["report"]) == (200, 1, None)
    other = await desk.take_in([desk.row("G2")], key="same-key-1")
    assert (other.status_code, other.json()["rule"]) == (422, "command.key_reused")


async def test_two_files_at_once_are_both_judged_by_what_is_there(desk: Desk) -> None:
    blobs = [await desk.upload(book([desk.row(f"H{i}", c1=who) for i in range(300)])) for who in ("甲", "乙")]
    answers = await asyncio.gather(*(desk.hand_in(b) for b in blobs))
    counts = sorted((a.json()["new"], a.json()["changed"]) for a in answers)
    assert counts == [(0, 300), (300, 0)]
    titles = await desk.host.pool.fetch("select distinct doc->>'title' as t from deposit")
    assert len(titles) == 1  # one file won as a whole
    assert (await read_head(desk.host.pool))[1] == 600


async def test_a_lost_connection_leaves_all_or_nothing(desk: Desk) -> None:
    blob = await desk.upload(book([desk.row(f"I{i:04d}") for i in range(1500)]))

    async def kill() -> None:
        for _ in range(12):
            await asyncio.sleep(0.05)
            await desk.host.pool.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )

    killing = asyncio.create_task(kill())
    seen = set()
    handed = asyncio.create_task(desk.hand_in(blob, key="lost-connection"))
    while not handed.done():
        try:
            seen.add(await desk.host.pool.fetchval("select count(*) from deposit"))
        except Exception:
            await asyncio.sleep(0.01)
    await asyncio.gather(killing, return_exceptions=True)
    answer = await handed
    if answer.status_code != 200:
        answer = await desk.hand_in(blob, key="lost-connection")
    assert answer.status_code == 200, answer.text
    assert seen <= {0, 1500}
    assert await desk.count() == 1500
    assert (await read_head(desk.host.pool))[1] == 1500


async def test_two_thousand_six_hundred_and_sixty_eight_rows_in_one_go(desk: Desk) -> None:
    content = book([desk.row(f"J{i:05d}", c8=f"第{i}件") for i in range(2668)])
    blob = await desk.upload(content)
    begun = time.process_time()
    answer = await desk.hand_in(blob)
    took = time.process_time() - begun  # of this process, so that a machine with other work does not count
    assert (answer.status_code, answer.json()["new"]) == (200, 2668)
    assert took < 12, took
    assert await desk.count() == 2668
    assert await desk.host.pool.fetchval("select count(distinct matter) from person_data") == 2668


async def test_ten_thousand_rows_at_most(desk: Desk) -> None:
    lines = [",".join(h.rstrip("*") for h in HEADER)]
    lines += [f"K{i:05d},黑伞,雨伞,{desk.area()},3,12.50,2026-11-01,否,,," for i in range(10_000)]
    answer = await desk.hand_in(await desk.upload("\n".join(lines).encode()))
    assert (answer.status_code, answer.json()["new"]) == (200, 10_000)
    lines.append(lines[-1].replace("K09999", "K10000"))
    more = await desk.hand_in(await desk.upload("\n".join(lines).encode()))
    assert (more.status_code, more.json()["rule"]) == (422, "sheet.too_many_rows")


# --- what people hand in ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8", "utf-8-sig"])
async def test_csv_in_the_encodings_of_office_programs(desk: Desk, encoding: str) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADER)
    writer.writerow(["L1", "黑，伞", "雨伞", desk.area(), "3", "12.5", "2026年11月1日", "是", "带\n换行", "张三丰", ""])
    answer = await desk.hand_in(await desk.upload(out.getvalue().encode(encoding)))
    assert answer.status_code == 200, answer.text
    doc = await desk.host.pool.fetchval("select doc->>'title' from deposit")
    assert doc == "黑，伞"


DATES = ("2026-11-01", "2026/11/1", "2026.11.1", "20261101", "２０２６-11-01", "2026年11月1日")


@pytest.mark.parametrize("given", [date(2026, 11, 1), 46327, "46327", *DATES])
async def test_dates_as_dates_serials_or_text(desk: Desk, given: Any) -> None:
    answer = await desk.take_in([desk.row("M1", c6=given)])
    if given == "46327":  # text that is no date is not guessed at
        assert told(answer) == {(2, "left_on", "date")}
        return
    assert answer.status_code == 200, answer.text
    assert await desk.host.pool.fetchval("select doc->>'left_on' from deposit") == "2026-11-01"


async def test_codes_typed_as_numbers_and_amounts_typed_as_text(desk: Desk) -> None:
    answer = await desk.take_in([desk.row(1001, c3=int(desk.area()), c5="¥1,234.5元", c10=13812345678)])
    assert answer.status_code == 200, answer.text
    doc = await desk.host.pool.fetchrow("select key, doc->>'value' as v, doc->>'area' as a from deposit")
    assert tuple(doc) == ("1001", "123450", desk.area())


async def test_merged_cells_and_formulas_are_named(desk: Desk) -> None:
    made = openpyxl.load_workbook(io.BytesIO(book([desk.row("N1"), desk.row("N2"), desk.row("N3")])))
    page = made.worksheets[0]
    page.merge_cells("C2:C3")
    page["E4"] = "=1+2"
    out = io.BytesIO()
    made.save(out)
    answer = await desk.hand_in(await desk.upload(out.getvalue()))
    assert told(answer) == {(2, "category", "merged"), (3, "category", "merged"), (4, "shelf", "formula")}


async def test_a_title_above_the_header_and_empty_rows_are_passed_over(desk: Desk) -> None:
    content = book(
        [["1", *desk.row("O1")], [None] * 12, ["2", *desk.row("O2", c4="?")]],
        header=["序号", *HEADER],
        above=["二〇二六年寄存登记表"],
    )
    made = openpyxl.load_workbook(io.BytesIO(content))
    made.worksheets[0].merge_cells("A1:K1")
    out = io.BytesIO()
    made.save(out)
    assert told(await desk.hand_in(await desk.upload(out.getvalue()))) == {(5, "shelf", "whole_number")}


async def test_wrong_columns_are_named(desk: Desk) -> None:
    header = ["牌号", "物品", "类别", "类别", "颜色", *HEADER[4:]]
    answer = await desk.hand_in(await desk.upload(book([desk.row("P1")], header=header)))
    assert answer.status_code == 422
    assert {(e["field"], e["code"]) for e in answer.json()["errors"]} == {
        ("category", "column_twice"),
        ("颜色", "unknown_column"),
        ("area", "column_missing"),
    }
    beside = await desk.take_in([[*desk.row("P2"), "多出来的"]])
    assert told(beside) == {(2, "", "beside_columns")}
    nothing = await desk.hand_in(await desk.upload(book([])))
    assert nothing.json()["rule"] == "sheet.empty"
    strange = await desk.hand_in(await desk.upload(book([["1", "2"]], header=["甲", "乙"])))
    assert strange.json()["rule"] == "sheet.header_missing"


async def test_what_is_no_table_is_refused(desk: Desk) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("xl/workbook.xml", "not xml at all")
    answer = await desk.hand_in(await desk.upload(packed.getvalue()))
    assert (answer.status_code, answer.json()["rule"]) == (422, "sheet.not_readable")
    picture = {"sha256": "0" * 64, "size": 5, "media_type": XLSX}
    assert (await desk.hand_in(picture)).json()["rule"] == "blob.missing"


async def test_a_zip_bomb_is_not_unpacked(desk: Desk) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book([desk.row("Q1")]))) as real, zipfile.ZipFile(packed, "w", 8) as made:
        for name in real.namelist():
            made.writestr(name, real.read(name))
        made.writestr("xl/media/zeros.xml", b"0" * (120 * 1024 * 1024))
    assert len(packed.getvalue()) < 1024 * 1024
    answer = await desk.hand_in(await desk.upload(packed.getvalue()))
    assert (answer.status_code, answer.json()["rule"]) == (413, "sheet.too_big")


async def test_cells_far_to_the_right_or_far_down_cost_nothing(desk: Desk) -> None:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    page = made.add_worksheet()
    page.write_row(0, 0, HEADER)
    page.write(1_000_000, 0, "far down")
    page.write(5, 16_000, "far right")
    made.close()
    answer = await desk.hand_in(await desk.upload(out.getvalue()))
    assert (answer.status_code, answer.json()["rule"]) == (422, "sheet.too_many_columns")


async def test_control_characters_are_named_not_stored(desk: Desk) -> None:
    text = f"{','.join(HEADER)}\nR1,黑\x7f伞,雨伞,{desk.area()},3,1,2026-11-01,否,,,\n"
    assert told(await desk.hand_in(await desk.upload(text.encode()))) == {(2, "title", "text")}


# --- taking out -------------------------------------------------------------------------------------------------------


async def test_an_export_never_holds_a_formula_and_comes_back_unchanged(desk: Desk) -> None:
    evil = ["=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)", "'=x", "普通"]
    rows = [desk.row(f"S{i}", c8=text, c9=None, c10=None) for i, text in enumerate(evil)]
    # As text of a CSV: an office file would hold a formula.
    out = io.StringIO(newline="")
    csv.writer(out).writerows([HEADER, *[[_plain(c) for c in r] for r in rows]])
    first = await desk.hand_in(await desk.upload(out.getvalue().encode()))
    assert first.json()["new"] == 6, first.text

    as_csv = await desk.client.get("/sheets/deposits?format=csv", headers=desk.auth())
    assert as_csv.headers["content-type"].startswith(CSV)
    assert "attachment" in as_csv.headers["content-disposition"]
    for line in list(csv.reader(io.StringIO(as_csv.content.decode("utf-8-sig"))))[1:]:
        assert not any(cell[:1] in "=+-@" for cell in line if cell), line
    as_xlsx = await desk.client.get("/sheets/deposits", headers=desk.auth())
    assert as_xlsx.headers["content-type"].startswith(XLSX)
    page = openpyxl.load_workbook(io.BytesIO(as_xlsx.content)).worksheets[0]
    assert {c.data_type for row in page.iter_rows() for c in row} <= {"s", "n", "d"}
    assert all(c.quotePrefix for row in page.iter_rows() for c in row if str(c.value)[:1] in "=+-@")
    for content in (as_csv.content, as_xlsx.content):
        back = await desk.hand_in(await desk.upload(content))
        assert back.status_code == 200, back.text
        assert back.json()["unchanged"] == 6


def _plain(cell: Any) -> str:
    return "" if cell is None else f"'{cell}" if str(cell)[:1] == "'" else str(cell)


async def test_personal_columns_are_masked_unless_permission_clearance_and_reason(desk: Desk) -> None:
    await desk.take_in([desk.row("T1")])

    async def phone(query: str, *roles: str, **more: Any) -> Any:
        answer = await desk.client.get(f"/sheets/deposits?format=csv{query}", headers=desk.auth(*roles, **more))
        if answer.status_code != 200:
            return answer.json()["rule"]
        return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1][-1]

    assert await phone("", "clerk") == "138****5678"
    assert await phone("&unmask=核对台账需要", "clerk") == "access.role"
    assert await phone("&unmask=核对台账需要", "clerk", "personal_data_reader", clearance=2) == "access.clearance"
    assert await phone("&unmask=核", "clerk", "personal_data_reader", clearance=3) == "person_data.reason"
    assert await phone("&unmask=核对台账需要", "clerk", "personal_data_reader", clearance=3) == "13812345678"
    await desk.host.audit.stop()
    noted = await desk.host.pool.fetch("select detail from audit where command = 'sheet.export deposits' and allowed")
    assert any("核对台账需要" in r["detail"] for r in noted)


async def test_only_those_with_a_role_use_a_sheet(desk: Desk) -> None:
    listed = (await desk.client.get("/sheets", headers=desk.auth("clerk"))).json()["sheets"]
    assert [(s["name"], s["export"], s["imports"]) for s in listed] == [("deposits", True, False)]
    assert (await desk.client.get("/sheets", headers=desk.auth("nobody"))).json()["sheets"] == []
    blob = await desk.upload(book([desk.row("U1")]))
    headers = {**desk.auth("clerk"), "Idempotency-Key": "clerk-key"}
    refused = await desk.client.post("/sheets/deposits", json={"blob": blob}, headers=headers)
    assert (refused.status_code, refused.json()["rule"]) == (403, "access.role")
    assert (await desk.client.get("/sheets/nothing", headers=desk.auth())).json()["rule"] == "sheet.unknown"
    assert (await desk.client.get("/sheets/deposits")).status_code == 401
    no_key = await desk.client.post("/sheets/deposits", json={"blob": blob}, headers=desk.auth())
    assert no_key.json()["rule"] == "command.key_missing"


async def test_an_export_as_a_blob_and_by_filter(desk: Desk) -> None:
    await desk.take_in([desk.row("V1"), desk.row("V2", c2="钥匙")])
    answer = await desk.client.get("/sheets/deposits?as=blob&category=KEY", headers=desk.auth())
    assert (answer.json()["rows"], answer.json()["masked"]) == (1, True)
    assert answer.json()["file_name"] == "寄存登记表-20261102.xlsx"
    assert [r[0] for r in await desk.fetch(answer.json()["blob"])] == ["牌号", "V2"]


async def test_the_template_can_be_filled_in_and_handed_in(desk: Desk) -> None:
    answer = await desk.client.get("/sheets/deposits/template", headers=desk.auth())
    made = openpyxl.load_workbook(io.BytesIO(answer.content))
    page = made["寄存登记表"]
    assert [c.value for c in page[1]][:3] == ["牌号*", "物品*", "类别*"]
    assert page["A1"].comment is not None
    assert [str(v.sqref) for v in page.data_validations.dataValidation] == ["C2:C10001"]
    for i, value in enumerate(desk.row("W1"), 1):
        page.cell(2, i, value)
    made.move_sheet("填表说明", -1)  # the sheet of the table's name is read, wherever it stands
    out = io.BytesIO()
    made.save(out)
    taken = await desk.hand_in(await desk.upload(out.getvalue()))
    assert taken.status_code == 200, taken.text


def test_the_manifest_tells_of_sheets() -> None:
    (sheet,) = manifest_of(service).sheets
    assert (sheet.name, sheet.export, sheet.imports, sheet.most_rows) == ("deposits", True, True, 10_000)
    by_id = {c.id: c for c in sheet.columns}
    assert by_id["category"].choices["KEY"].zh == "钥匙"
    assert by_id["owner_phone"].personal


def test_a_sheet_that_does_not_hold_together_is_refused_at_once() -> None:
    (sheet,) = service.sheets
    for wrong in (
        {"columns": (*sheet.columns, sheet.columns[0])},
        {"import_roles": ()},
        {"key": ("nothing",)},
        {"body": None},
        {"most_rows": 20_000},
    ):
        with pytest.raises(ValueError, match="sheet"):
            replace(sheet, **cast("dict[str, Any]", wrong))
