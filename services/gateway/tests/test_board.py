"""What a list shows as a file, and views accounts save of it; on a real database and bus."""

import csv
import io
from collections.abc import Iterable
from typing import Any

import openpyxl
from shuniu.testing.waiting import until

from .conftest import Browser, Street


async def _export(browser: Browser, **more: Any) -> list[list[str]]:
    answer = await browser.client.get("/api/v1/matters/export", params={"format": "csv", **more})
    assert answer.status_code == 200, answer.text
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert int(answer.headers["shuniu-rows"]) == len(rows) - 1
    assert int(answer.headers["content-length"]) == len(answer.content)
    return rows


def _numbers(rows: Iterable[list[str]]) -> list[str]:
    return [row[0] for row in list(rows)[1:]]


async def _found(street: Street, keeper: Browser, n: int) -> None:
    for i in range(n):
        category = ("umbrella", "key")[i % 2]
        await street.find(keeper, category=category, area=f"{street.scope}{('001', '002')[i % 2]}")

    async def shown() -> bool:
        return bool((await keeper.get("/matters"))["total"] == n)

    await until(shown)


async def test_an_export_holds_what_the_list_shows_in_its_order(street: Street) -> None:
    keeper, operator = await street.browser("keeper"), await street.browser("operator")
    await _found(street, keeper, 5)
    listed = (await operator.get("/matters", sort="-number", open=True))["items"]
    rows = await _export(operator, sort="-number", open="true")
    assert _numbers(rows) == [item["number"] for item in listed]
    assert rows[0][:4] == ["编号", "服务", "类型", "事项"]
    [only] = (await _export(operator, category="umbrella", area=f"{street.scope}001", limit=9))[1:2]
    assert only[3] == listed[-1]["title"]
    english = await _export(operator, lang="en", category="key")
    assert (english[0][0], len(english)) == ("Number", 3)

    book = await operator.client.get("/api/v1/matters/export", params={"format": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).worksheets[0]
    assert [row[0].value for row in list(sheet.rows)[1:]] == _numbers(await _export(operator))
    assert "filename*=UTF-8''" in book.headers["content-disposition"]
    assert (await operator.client.get("/api/v1/matters/export", params={"format": "pdf"})).status_code in (400, 422)


async def test_an_export_leaves_out_what_the_caller_may_not_see_and_is_audited(street: Street) -> None:
    admin, keeper = await street.browser("admin"), await street.browser("keeper")
    await _found(street, keeper, 4)
    await street.open_account(admin, "next-door", ["operator"], areas=[f"{street.scope}002"])
    neighbour = await street.browser("next-door")
    assert len(await _export(keeper)) == 5
    assert len(await _export(neighbour)) == 3
    nobody = await street.browser()
    assert (await nobody.client.get("/api/v1/matters/export")).status_code == 401

    async def audited() -> bool:
        rows = await street.gateway.pool.fetch(
            "select actor, detail::text from audit where command = 'gateway.export_matters' order by at"
        )
        return [(row["actor"] == neighbour.session["account"]["id"], '"rows": 2' in row["detail"]) for row in rows] == [
            (False, False),
            (True, True),
        ]

    await until(audited)


async def test_a_saved_view_is_its_owners_until_it_is_shared_with_a_role(street: Street) -> None:
    keeper, operator = await street.browser("keeper"), await street.browser("operator")
    view = {"name": "  我的  钥匙 ", "query": {"category": "key", "mode": "kanban"}}
    assert (await keeper.send("PUT", "/board-views/v1", view)).status_code == 204
    [kept] = (await keeper.get("/board-views"))["views"]
    assert (kept["name"], kept["query"], kept["own"]) == ("我的 钥匙", view["query"], True)
    assert (await operator.get("/board-views"))["views"] == []

    refused = await keeper.send("PUT", "/board-views/v1", {**view, "role": "operator"})
    assert (refused.status_code, refused.json()["rule"]) == (403, "access.role")
    assert (await keeper.send("PUT", "/board-views/v1", {**view, "role": "keeper"})).status_code == 204
    admin = await street.browser("admin")
    await street.open_account(admin, "second-keeper", ["keeper"])
    second = await street.browser("second-keeper")
    [shared] = (await second.get("/board-views"))["views"]
    assert (shared["name"], shared["own"]) == ("我的 钥匙", False)
    gone = await second.send("DELETE", "/board-views/v1")
    assert (gone.status_code, gone.json()["rule"]) == (404, "gateway.board_view_unknown")
    assert (await keeper.send("DELETE", "/board-views/v1")).status_code == 204
    assert (await second.get("/board-views"))["views"] == []


async def test_a_view_without_a_name_or_beyond_forty_is_not_kept(street: Street) -> None:
    keeper = await street.browser("keeper")
    nameless = await keeper.send("PUT", "/board-views/v0", {"name": "  ", "query": {}})
    assert (nameless.status_code, [e["field"] for e in nameless.json()["errors"]]) == (422, ["name"])
    long = await keeper.send("PUT", "/board-views/v0", {"name": "长", "query": {"q": "x" * 201}})
    assert [e["field"] for e in long.json()["errors"]] == ["query"]
    for n in range(40):
        assert (await keeper.send("PUT", f"/board-views/v{n}", {"name": f"{n}", "query": {}})).status_code == 204
    full = await keeper.send("PUT", "/board-views/v40", {"name": "one more", "query": {}})
    assert (full.status_code, full.json()["rule"]) == (409, "gateway.board_views_full")
    assert (await keeper.send("PUT", "/board-views/v39", {"name": "renamed", "query": {}})).status_code == 204
    assert len((await keeper.get("/board-views"))["views"]) == 40
    unasked = await keeper.client.put("/api/v1/board-views/v0", json={"name": "x", "query": {}})
    assert (unasked.status_code, unasked.json()["rule"]) == (403, "gateway.csrf")
