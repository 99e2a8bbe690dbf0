"""A grid worker's phone without a line: what is filled in there reaches the server exactly once, and nobody else's
hands. The gateway's and the services' own doing; only the line between is cut."""

import json
import re
from typing import Any, Final

import pytest
from playwright.async_api import Browser, Page, expect
from shuniu.chassis.host import Host
from shuniu.runtime.processes import Together
from shuniu.testing.waiting import until
from shuniu_demo.pictures import draw
from shuniu_demo.script import Picture

from .conftest import RESULTS
from .forms import Words, fill, send
from .lines import Line
from .running import Running
from .watching import PHONE, Pages, sign_in, signed_in

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

AREA: Final = ("320199001001", "320199001001002")
FIRST, SECOND = "地下车库 B2 西侧", "地下车库 B3 东侧"
STORED: Final = "已存放在本机"


async def _report(page: Page, words: Words, place: str, picture: Picture) -> None:
    form = page.locator("form.actionform")
    await expect(form).to_be_visible()
    await fill(form, words, "grid.report", photos=draw(picture))
    await fill(form, words, "grid.report", area=AREA, place={"name": place}, category={"select": "E0505"})
    await send(page)
    await expect(page.get_by_role("status").filter(has_text=STORED)).to_be_visible()


async def _signs_in(page: Page, town: Running, login: str) -> None:
    await sign_in(page, login, town.password(login))
    await page.goto(f"{page.url.partition('#')[0]}#/my")
    await expect(page.get_by_role("link", name=re.compile("离线暂存"))).to_be_visible()


async def _signs_out(page: Page) -> None:
    await page.locator("details.account summary").click()
    await page.get_by_role("button", name="退出").click()
    await page.wait_for_url(re.compile("#/login"))


async def test_two_reports_of_a_basement_arrive_once_each(chromium: Browser, town: Running) -> None:
    words = await Words.of(town.desk("operator"))
    line = Line(town.url)
    async with line, Pages(chromium, line.url, RESULTS / "phone") as pages:
        page = await pages.open(PHONE, "/my", service_workers="allow")
        await _signs_in(page, town, "worker-01")
        await expect(page.get_by_role("main").get_by_role("link", name=words.action("grid.report"))).to_be_visible()
        await until(lambda: page.evaluate("navigator.serviceWorker.controller !== null"), within=30)
        await page.get_by_role("main").get_by_role("link", name=words.action("grid.report")).click()
        await expect(page.locator("form.actionform")).to_be_visible()

        # No line any more: two reports with photos, and the page is loaded again in between.
        await line.cut()
        await _report(page, words, FIRST, Picture("car", False, 1))
        await page.reload()
        await (
            page.get_by_role("button", name=words.action("grid.report"))
            .or_(page.locator("form.actionform"))
            .first.wait_for()
        )
        await _report(page, words, SECOND, Picture("car", False, 2))
        await page.goto(f"{line.url}/#/my")
        await expect(page.get_by_role("status").filter(has_text="现在没有网络")).to_be_visible()
        await pages.picture(page, "my-offline")
        await page.get_by_role("link", name=re.compile("离线暂存")).click()
        waiting = page.get_by_role("listitem").filter(has_text=words.action("grid.report"))
        await expect(waiting).to_have_count(2)
        await expect(waiting.first).to_contain_text(FIRST)
        await expect(page.get_by_role("img", name=re.compile("暂存的照片"))).to_have_count(2)
        await pages.picture(page, "queue-offline")

        # Somebody else on this phone finds nothing and sends nothing.
        await _signs_out(page)
        await line.restore()
        await page.reload()
        await _signs_in(page, town, "worker-02")
        await page.goto(f"{line.url}/#/queue")
        await expect(page.get_by_text("没有暂存的内容")).to_be_visible()
        await _signs_out(page)
        assert await _arrived(town) == []

        # Back again: the first answers are lost after the server took the reports.
        line.lose(3, b"POST /api/v1/do/grid/grid.report")
        await page.goto(f"{line.url}/#/queue")
        await sign_in(page, "worker-01", town.password("worker-01"))
        done = page.get_by_role("listitem").filter(has_text="已送到")
        await expect(done).to_have_count(2, timeout=60_000)
        assert line.lost >= 1
        await pages.picture(page, "queue-sent")
        found = await until(lambda: _both(town))
        assert {m["place"]["name"] for m in found} == {FIRST, SECOND}
        for matter in found:
            steps = (await town.page("operator", "grid", "grid_event", matter["id"]))["timeline"]
            assert [step["move"] for step in steps].count("report") == 1
            own = await town.desk("operator").get(f"/matters/grid/grid_event/{matter['id']}/detail")
            assert "image/png" in json.dumps(own)


async def _arrived(town: Running) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await town.desk("operator").get("/matters", q="地下车库 B"))["items"]
    return found


async def _both(town: Running) -> list[dict[str, Any]] | None:
    found = await _arrived(town)
    return found if len(found) >= 2 else None


async def test_a_service_that_dies_under_its_form_loses_nothing(pages: Pages, town: Running) -> None:
    """The owner is stopped while its form is filled in: a clear word, nothing lost, and it works once it is back."""
    words = await Words.of(town.desk("operator"))
    state = await signed_in(town.url, "worker-01", town.password("worker-01"))
    page = await pages.open(PHONE, "/do/grid/grid.report", storage_state=state)
    form = page.locator("form.actionform")
    await fill(form, words, "grid.report", area=AREA, place={"name": "停机巷 1 号"}, category={"select": "E0505"})
    shape = town.suite.shape
    assert isinstance(shape, Together)
    grid = shape.serving.pop("grid")
    await grid.stop()
    await send(page)
    await expect(form.get_by_role("alert")).to_contain_text("不可用")
    await expect(form.get_by_role("textbox").first).to_have_value("停机巷 1 号")
    host = grid.host
    assert isinstance(host, Host)
    await shape._start_one(host.service, host.deployment)
    await town.caught_up()
    await send(page)
    await expect(page.get_by_text(re.compile(r"已办理\s*WG"))).to_be_visible()
    pages.expect_fault("503")
