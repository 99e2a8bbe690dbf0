"""A grid worker's phone without a line: what is filled in there reaches the server exactly once, and nobody else's
hands. The gateway's and the services' own doing; only the line between is cut."""

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import Browser, Locator, Page, expect
from shuniu.chassis.host import Host
from shuniu.runtime.processes import Together
from shuniu.testing.waiting import until
from shuniu_demo.pictures import draw
from shuniu_demo.script import Picture
from shuniu_gateway import assets

from .builds import next_build
from .conftest import RESULTS
from .forms import Words, fill, send
from .lines import Line
from .running import Running
from .watching import PHONE, Pages, sign_in, signed_in

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

AREA: Final = ("320199001001", "320199001001002")
FIRST, SECOND, MENDED, FORGOTTEN = (f"地下车库 B{n} {side}侧" for n, side in enumerate("西东南北", 2))
REFUSED: Final = "地下车库 B4 13800001111"
"""A place is published and may name nobody: its owner says no to a telephone number in it."""
STORED: Final = "已存放在本机"
_STORED: Final = """(words) => new Promise((go) => {
  const asked = indexedDB.open('shuniu')
  asked.onsuccess = () => {
    const stores = ['kept', 'items', 'files']
    const work = asked.result.transaction(stores)
    Promise.all(stores.map((name) => new Promise((all) => {
      work.objectStore(name).getAll().onsuccess = (event) => all(event.target.result)
    }))).then((found) => {
      asked.result.close()
      go(found.flat().map((x) => JSON.stringify(x)).some((x) => words.every((word) => x.includes(word))))
    })
  }
})"""
"""Whether anything lies in the phone's own store that has all these words."""


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
    await page.get_by_role("button", name="退出登录").click()
    await page.wait_for_url(re.compile("#/login"))


async def test_two_reports_of_a_basement_arrive_once_each(
    chromium: Browser, town: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
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

        # What is kept to be read, what is mended, a new build under all of it, and clearing the phone.
        await _goes_on_reading(page, pages, line, *found)
        refused = await _is_refused(page, pages, line, words)
        monkeypatch.setattr(assets, "DIST", next_build(assets.DIST, tmp_path / "dist"))
        await _meets_a_new_build(page, line)
        await _is_mended(page, line, words, refused)
        await _is_cleared(page, line, words, town)
        found = await _arrived(town)
        assert {m["place"]["name"] for m in found} == {FIRST, SECOND, MENDED}
        for matter in found:
            steps = (await town.page("operator", "grid", "grid_event", matter["id"]))["timeline"]
            assert [step["move"] for step in steps].count("report") == 1
            own = await town.desk("operator").get(f"/matters/grid/grid_event/{matter['id']}/detail")
            assert "image/png" in json.dumps(own)


async def _goes_on_reading(page: Page, pages: Pages, line: Line, opened: dict[str, Any], other: dict[str, Any]) -> None:
    """A matter's page that was opened stays readable without a line and says of when it is; of one that was not, what
    the list said."""
    await page.get_by_role("main").get_by_role("link", name=opened["number"]).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(opened["title"])
    await page.goto(f"{line.url}/#/my")
    await until(lambda: page.evaluate(_STORED, ["detail|", "image/png"]))
    await until(lambda: page.evaluate(_STORED, ["matters|", other["number"]]))
    await line.cut()
    await page.reload()
    for matter, words, whole in ((opened, "本机保存的", 1), (other, "清单里", 0)):
        await page.goto(f"{line.url}/#/my")
        await page.get_by_role("article").filter(has_text=matter["number"]).get_by_role("link").first.click()
        await expect(page.get_by_role("heading", level=1)).to_have_text(matter["title"])
        await expect(page.get_by_role("status").filter(has_text=words)).to_be_visible()
        await expect(page.get_by_role("heading", name="全程时间线")).to_have_count(whole)
        await pages.picture(page, f"matter-offline-{whole}")


async def _is_refused(page: Page, pages: Pages, line: Line, words: Words) -> Locator:
    """Filled in without a line, and the owner says no to it once there is one."""
    await page.goto(f"{line.url}/#/do/grid/grid.report")
    await _report(page, words, REFUSED, Picture("car", False, 3))
    await page.goto(f"{line.url}/#/queue")
    await line.restore()
    refused = page.get_by_role("main").get_by_role("listitem").filter(has_text="未被受理")
    await expect(refused).to_contain_text(REFUSED, timeout=60_000)
    await pages.picture(page, "queue-refused")
    return refused


async def _meets_a_new_build(page: Page, line: Line) -> None:
    """The page in use hears of a new build, comes up on its files, and those of the old one go."""
    old = await page.evaluate("caches.keys()")
    await line.cut()
    await line.restore()
    await page.goto(f"{line.url}/#/my")
    told = page.get_by_role("status").filter(has_text="页面已更新")
    await expect(told).to_be_visible(timeout=60_000)
    await told.get_by_role("button").click()
    await until(lambda: page.evaluate("document.documentElement.dataset.build === 'next'"))
    gone = "(old) => caches.keys().then((now) => now.length > 0 && !now.some((x) => old.includes(x)))"
    await until(lambda: page.evaluate(gone, old))


async def _is_mended(page: Page, line: Line, words: Words, refused: Locator) -> None:
    await page.goto(f"{line.url}/#/queue")
    await expect(refused.get_by_role("img")).to_have_count(1)
    await refused.get_by_role("button", name="修改后再提交").click()
    form = page.get_by_role("dialog")
    await fill(form, words, "grid.report", place={"name": MENDED})
    await send(form)
    await expect(form).to_have_count(0)
    await expect(refused).to_have_count(0)


async def _is_cleared(page: Page, line: Line, words: Words, town: Running) -> None:
    """Cleared without a line: what waited is never sent, nothing lies here, and whoever was signed in is out."""
    await line.cut()
    await page.goto(f"{line.url}/#/do/grid/grid.report")
    await _report(page, words, FORGOTTEN, Picture("car", False, 4))
    await page.goto(f"{line.url}/#/queue")
    await page.get_by_role("button", name="清除本机数据并退出").click()
    await page.get_by_role("dialog").get_by_role("button", name="确认").click()
    await page.wait_for_url(re.compile("#/login"))
    await until(lambda: page.evaluate(f"({_STORED})([]).then((any) => !any)"))
    await page.reload()
    await expect(page.locator("input[name=username]")).to_be_visible()
    await line.restore()
    await page.reload()
    await _signs_in(page, town, "worker-01")
    await page.goto(f"{line.url}/#/queue")
    await expect(page.get_by_text("没有暂存的内容")).to_be_visible()


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
