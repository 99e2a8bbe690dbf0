"""Sheets through the gateway: a file goes in as a blob, a big export comes out whole, on a real bus."""

import csv
import hashlib
import io
from typing import Any

import httpx
import openpyxl

from .conftest import Browser, Street

HEADER = "牌号,物品,类别,网格代码,架号,估价（元）,寄存日期,易碎,备注,寄存人,联系电话"
SHEETS = "/api/v1/services/lostproperty/sheets"


async def _upload(browser: Browser, content: bytes) -> Any:
    sha = hashlib.sha256(content).hexdigest()
    pieces = [content[i : i + 262_144] for i in range(0, len(content), 262_144)]
    answer: httpx.Response | None = None
    for n, piece in enumerate(pieces):
        answer = await browser.client.put(
            f"/api/v1/services/lostproperty/blobs/{sha}/{n}?of={len(pieces)}",
            content=piece,
            headers={"X-CSRF-Token": browser.csrf, "Content-Type": "text/csv"},
        )
        assert answer.status_code in (201, 204), answer.text
    assert answer is not None
    return answer.json()


async def test_a_register_goes_in_and_comes_out_through_the_gateway(street: Street) -> None:
    keeper = await street.browser("keeper")
    assert [s["name"] for s in (await keeper.get("/services/lostproperty/sheets"))["sheets"]] == ["deposits"]

    template = await keeper.client.get(f"{SHEETS}/deposits/template")
    assert openpyxl.load_workbook(io.BytesIO(template.content)).sheetnames[0] == "寄存登记表"

    remark = "很长的备注" * 30
    lines = [
        f"A{i:05d},第{i}件{hashlib.sha256(str(i).encode()).hexdigest()[:20]},钥匙,{street.scope}001,{i % 99 + 1},"
        f"{i}.50,2026-11-01,否,{remark},张三丰,13812345678"
        for i in range(2668)
    ]
    blob = await _upload(keeper, "\n".join([HEADER, *lines]).encode("gbk"))
    wrong = await _upload(keeper, "\n".join([HEADER, lines[0], lines[0].replace("钥匙", "扫帚")]).encode("gbk"))
    refused = await keeper.send("POST", "/services/lostproperty/sheets/deposits", {"blob": wrong})
    assert (refused.status_code, refused.json()["rule"]) == (422, "sheet.rows_wrong")
    assert [(e["row"], e["column"]) for e in refused.json()["errors"]] == [(3, "category")]

    answer = await keeper.send("POST", "/services/lostproperty/sheets/deposits", {"blob": blob}, key="register-2026")
    assert (answer.status_code, answer.json()["new"]) == (200, 2668), answer.text
    again = await keeper.send("POST", "/services/lostproperty/sheets/deposits", {"blob": blob}, key="register-2026")
    assert again.json() == answer.json()

    # Over 512 KiB, which no single bus message holds.
    whole = await keeper.client.get(f"{SHEETS}/deposits", params={"format": "csv"})
    assert whole.status_code == 200, whole.text
    assert len(whole.content) > 1024 * 1024
    assert int(whole.headers["content-length"]) == len(whole.content)
    assert whole.headers["content-disposition"].startswith("attachment")
    assert (whole.headers["shuniu-masked"], whole.headers["shuniu-rows"]) == ("true", "2668")
    rows = list(csv.reader(io.StringIO(whole.content.decode("utf-8-sig"))))
    assert len(rows) == 2669
    assert rows[1][-2:] == ["张**", "138****5678"]

    book = await keeper.client.get(f"{SHEETS}/deposits", params={"category": "UMBRELLA"})
    assert len(list(openpyxl.load_workbook(io.BytesIO(book.content)).worksheets[0].rows)) == 1
    report = await keeper.client.get(f"/api/v1/services/lostproperty/blobs/{answer.json()['report']['sha256']}")
    assert len(list(openpyxl.load_workbook(io.BytesIO(report.content)).worksheets[0].rows)) == 2669


async def test_a_sheet_is_refused_to_those_without_its_role(street: Street) -> None:
    operator = await street.browser("operator")
    assert (await operator.client.get(f"{SHEETS}/deposits")).status_code == 403
    body = {"blob": {"sha256": "0" * 64, "size": 1, "media_type": "text/csv"}}
    assert (await operator.send("POST", "/services/lostproperty/sheets/deposits", body)).status_code == 403
    assert (await operator.client.get("/api/v1/services/unheard/sheets")).status_code == 404
    nobody = await street.browser()
    assert (await nobody.client.get(f"{SHEETS}/deposits")).status_code == 401
