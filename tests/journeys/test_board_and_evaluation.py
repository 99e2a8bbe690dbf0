"""The board and the evaluation in a real browser: acting on many at once while somebody else does, an export and a
saved view, a stream that is lost and comes back, a rate with both its numbers, a wall that turns by itself."""

import asyncio
import csv
import io
import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from playwright.async_api import Download, Page, Route, expect
from shuniu.chassis.clock import RealClock
from shuniu.testing.servers import ManualClock
from shuniu.testing.waiting import until
from shuniu_demo.street import grids, spot_in
from shuniu_gateway import sessions

from .forms import Words
from .running import Running
from .watching import DESK, PHONE, WALL, Pages, signed_in

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

STREAM: Final = "**/api/v1/stream*"
SEEN: Final = """const Real = EventSource; window.streams = [];
window.EventSource = class extends Real { constructor(...given) { super(...given); streams.push(this) } }"""
"""The page's streams, for the test to break them."""
PERSON: Final = "欧阳若兰"
PHONE_NUMBER: Final = "13987654321"
BOARD: Final = "/board/grid_event?service=grid&q={place}"


async def _open(pages: Pages, town: Running, login: str, route: str, device: Any = DESK, *, wall: bool = False) -> Page:
    state = await signed_in(town.url, login, town.password(login))
    if wall:
        kept = [{"name": "shuniu.mode", "value": "wall"}]
        state["origins"] = [{"origin": pages.url, "localStorage": kept}]  # type: ignore[typeddict-item]
    context = await pages.context(device, storage_state=state)
    await context.add_init_script(SEEN)
    page = await context.new_page()
    await page.goto(f"{pages.url}/#{route}")
    return page


async def _refuse(route: Route) -> None:
    await route.abort()


async def _tell_another_build(route: Route) -> None:
    """A stream whose first words name a build that this page is not of; then it ends and the page asks again."""
    words = 'retry: 100\nevent: clock\ndata: {"build":"0123456789ab"}\n\n'
    await route.fulfill(status=200, content_type="text/event-stream", body=words)


async def _cut(page: Page) -> None:
    """The page's stream breaks and cannot be had again until the route is taken away."""
    await page.route(STREAM, _refuse)
    await page.evaluate("for (const s of streams) { s.close(); s.dispatchEvent(new Event('error')) }")


async def _content(file: Download) -> bytes:
    """What was downloaded."""
    return await asyncio.to_thread(Path(await file.path()).read_bytes)


async def _dispatched(town: Running, place: str, n: int) -> list[str]:
    """Events at one place, dispatched to the same unit."""
    rng = random.Random(place)
    grid = rng.choice(grids())
    found = []
    for _ in range(n):
        spot = {**spot_in(rng, grid).place(), "name": place}
        answer = await town.do("operator", "grid.report", place=spot, area=grid.code, source="VIDEO", category="E0101")
        event = str(answer["answer"]["event"])
        await town.do("operator", "grid.file", event=event)
        await town.do("dispatcher", "grid.dispatch", event=event, unit="cg")
        found.append(event)
    await town.caught_up()
    return found


async def test_two_operators_act_on_one_matter_and_one_row_is_refused_in_words(pages: Pages, town: Running) -> None:
    words = await Words.of(town.desk("operator"))
    first, *_ = await _dispatched(town, "同办巷口", 3)
    page = await _open(pages, town, "duty-cg", BOARD.format(place="同办巷口"))
    await expect(page.get_by_role("option")).to_have_count(3)

    # All by keyboard: choose three rows, act on them.
    await page.get_by_role("listbox").focus()
    await page.keyboard.press("Home")
    await page.keyboard.press("Space")
    await page.keyboard.press("Shift+ArrowDown")
    await page.keyboard.press("Shift+ArrowDown")
    await expect(page.get_by_role("option", selected=True)).to_have_count(3)
    await expect(page.get_by_text("已选 3 件")).to_be_visible()
    await page.keyboard.press("a")
    dialog = page.get_by_role("dialog")
    title = words.action("grid.accept")
    await dialog.get_by_role("button", name=title).first.click()

    # Somebody else is faster with one of them while the form is open.
    await town.do("duty-cg", "grid.accept", event=first)
    await dialog.get_by_role("button", name=re.compile(rf"确认.*{title}|^{title}$")).last.click()
    await expect(dialog.get_by_role("status")).to_contain_text("已办理 2 件，未办成 1 件")
    refused = dialog.get_by_role("listitem").filter(has_text="未办成")
    await expect(refused).to_have_count(1)
    await expect(refused).to_contain_text(re.compile("未办成：.*[一-鿿]{4,}"))
    pages.expect_fault("409")
    await dialog.get_by_role("button", name="关闭").last.click()
    # What was refused stays chosen.
    await expect(page.get_by_role("option", selected=True)).to_have_count(1)


async def test_what_is_shown_is_taken_out_and_kept_as_a_view(pages: Pages, town: Running) -> None:
    await _dispatched(town, "留档路口", 2)
    page = await _open(pages, town, "operator", BOARD.format(place="留档路口"))
    await expect(page.get_by_role("option")).to_have_count(2)
    await page.locator("summary").filter(has_text="导出").click()
    async with page.expect_download() as file:
        await page.get_by_role("link", name="文本表格 csv").click()
    taken = await _content(await file.value)
    rows = list(csv.reader(io.StringIO(taken.decode("utf-8-sig"))))
    assert (rows[0][0], len(rows)) == ("编号", 3)

    await page.keyboard.press("Escape")
    await page.locator("summary").filter(has_text="视图").click()
    await page.get_by_label("视图名称").fill("留档")
    await page.get_by_role("button", name="保存当前视图").click()
    await expect(page.get_by_role("button", name="留档", exact=True)).to_be_visible()
    await page.goto(f"{town.url}/#/board")
    await expect(page.get_by_role("option").nth(2)).to_be_visible()
    await page.get_by_role("button", name="留档", exact=True).click()
    await page.wait_for_url(re.compile("q="))
    await expect(page.get_by_role("option")).to_have_count(2)
    await page.get_by_role("button", name="看板", exact=True).click()
    await expect(page.get_by_role("listbox").nth(1)).to_be_visible()


async def test_a_lost_stream_shows_and_what_happened_meanwhile_comes(pages: Pages, town: Running) -> None:
    page = await _open(pages, town, "operator", BOARD.format(place="断线弄堂"))
    live = page.locator(".pill")
    await expect(live).to_have_text("实时")
    await _cut(page)
    await expect(live).to_have_text(re.compile("重连中|数据停滞"), timeout=30_000)
    await _dispatched(town, "断线弄堂", 1)
    await page.unroute(STREAM)
    await expect(live).to_have_text("实时", timeout=30_000)
    await expect(page.get_by_role("option")).to_have_count(1)
    pages.forgive("ERR_FAILED")


async def test_a_rate_shows_both_its_numbers_and_ranks_units(pages: Pages, town: Running) -> None:
    await _dispatched(town, "评价街心", 1)
    page = await _open(pages, town, "operator", "/reports?p=day")
    table = page.get_by_role("group", name="各项指标")
    title = await _rate_title(town, "grid", "grid.handled_in_time_rate")
    await table.get_by_role("button", name=title, exact=True).click()
    box = page.get_by_role("region", name=title, exact=True)
    await expect(box.get_by_role("row").filter(has_text="分母")).to_be_visible()
    ranking = page.get_by_role("region", name="排名")
    await ranking.get_by_role("button", name="承办单位").click()
    await page.wait_for_url(re.compile("by=unit"))
    await expect(ranking.get_by_role("row").nth(2)).to_be_visible()
    await ranking.get_by_role("button", name=re.compile("计算公式")).nth(1).click()
    await expect(ranking.get_by_role("row").filter(has_text="分子").last).to_be_visible()
    async with page.expect_download() as file:
        await page.get_by_role("link", name="生成 PDF").click()
    assert (await _content(await file.value)).startswith(b"%PDF-")
    await page.go_back()
    await expect(ranking.get_by_role("button", name="社区", exact=True)).to_have_attribute("aria-pressed", "true")


async def _rate_title(town: Running, service: str, rate: str) -> str:
    view = await town.desk("operator").get("/view")
    [manifest] = [s["manifest"] for s in view["services"] if s["service"] == service]
    return str(next(r["title"]["zh"] for r in manifest["rates"] if r["name"] == rate))


@asynccontextmanager
async def _as(town: Running, login: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser's session without its browser."""
    async with httpx.AsyncClient(base_url=f"{town.url}/api/v1/", trust_env=False) as client:
        answer = await client.post("session", json={"account": login, "password": town.password(login)})
        assert answer.status_code == 200, answer.text
        yield client


async def test_a_wall_turns_is_paused_and_says_when_its_data_stand_still(
    pages: Pages, town: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _dispatched(town, "大屏拐角", 1)
    told = await town.do(
        "operator", "grid.report", area=grids()[0].code, place={"name": "大屏拐角"}, category="E0505", source="PUBLIC",
        caller_name=PERSON, caller_phone=PHONE_NUMBER,
    )  # fmt: skip
    event = told["answer"]["event"]
    await town.caught_up()
    page = await _open(pages, town, "wall", "/", WALL, wall=True)
    turning = page.get_by_role("button", name=re.compile("轮播中 2"))
    await expect(turning).to_be_visible(timeout=30_000)
    await expect(page.get_by_role("navigation", name="所在区域")).to_contain_text("›")
    await page.keyboard.press("p")
    await expect(page.get_by_role("button", name=re.compile("轮播已暂停"))).to_be_visible()
    size = await page.evaluate("[document.documentElement.scrollHeight, window.innerHeight]")
    assert size[0] <= size[1], "a wall has no scroll bar"
    await _cut(page)
    await expect(page.get_by_role("alert")).to_contain_text(re.compile("正在重连|数据停滞"), timeout=30_000)
    # Whoever answers again serves another build of the page.
    await page.route(STREAM, _tell_another_build, times=1)
    await page.unroute(STREAM, _refuse)
    await expect(page.get_by_role("alert")).to_have_count(0, timeout=30_000)
    # The device slept: the line it had is opened anew, and as nobody touches the wall it takes the new page.
    async with page.expect_event("load", timeout=30_000):
        await page.evaluate("const real = Date.now; Date.now = () => real() + 40_000")
    await expect(page.get_by_role("button", name=re.compile("轮播已暂停"))).to_be_visible()
    assert await page.evaluate("Boolean(sessionStorage.getItem('shuniu.renewed'))"), "once, not in a circle"
    pages.forgive("ERR_FAILED")
    assert PERSON not in await page.locator("body").inner_text()

    # It reads what the wall shows, and no person; nothing is offered to it, and nothing it tries is done.
    async with _as(town, "wall") as screen, _as(town, "operator") as operator:
        matter = f"matters/grid/grid_event/{event}"
        for path in ("overview", "matters?q=大屏拐角", "events", "posts", "units", matter, f"{matter}/detail"):
            answer = await screen.get(path)
            assert answer.status_code == 200, (path, answer.text)
            assert PERSON not in answer.text and PHONE_NUMBER not in answer.text, path
        assert PERSON[1:] not in (await screen.get(f"{matter}/detail")).text, "not even a part of the name"
        offers = [
            *(await screen.get("actions")).json()["offers"],
            *(await screen.get(f"{matter}/actions")).json()["offers"],
        ]
        assert offers == []
        csrf = {"X-CSRF-Token": (await screen.get("session")).json()["csrf"], "Idempotency-Key": town.key()}
        refused = await screen.post("do/grid/grid.close", json={"event": event}, headers=csrf)
        assert (refused.status_code, refused.json()["rule"]) == (403, "gateway.wall_reads")

        async def audited() -> bool:
            rows = (await town.desk("audit").get("/audit", account="wall", allowed="false"))["rows"]
            return any(row["row"]["rule"] == "gateway.wall_reads" for row in rows)

        await until(audited)

        # Longer than anybody stays signed in without a hand on it: an operator's session is over, the wall's is not.
        later = RealClock().now() + timedelta(hours=town.host("gateway").settings.session_hours, minutes=1)
        monkeypatch.setattr(sessions, "_REAL", ManualClock(later))
        assert (await operator.get("session")).status_code == 401
        assert (await screen.get("overview")).status_code == 200
        monkeypatch.undo()


async def test_on_a_phone_the_evaluation_fits(pages: Pages, town: Running) -> None:
    chosen = "p=custom&from=2026-11-20&to=2026-11-23&base=custom&bfrom=2026-11-02&bto=2026-11-04"
    page = await _open(pages, town, "operator", f"/reports?{chosen}", PHONE)
    await expect(page.get_by_role("heading", level=1)).to_have_text("统计评价")
    await expect(page.get_by_role("group", name="各项指标")).to_be_visible()
    await expect(page.get_by_label("对比期起")).to_have_value("2026-11-02")
    await page.get_by_label("对比期止").fill("2026-11-05")
    await page.wait_for_url(re.compile("bto=2026-11-05"))
    size = await page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert size[0] <= size[1], f"wider than the window: {size}"
