"""Pages the command view draws of services it knows nothing of: their own page, spreadsheets, notices, operations, and
the one that is open to anybody. Everything on them comes from manifests."""

import csv
import io
import re
from random import Random
from typing import Any, Final

import pytest
from playwright.async_api import FilePayload, Page, expect
from shuniu.testing.waiting import until
from shuniu_demo.accounts import ADMIN
from shuniu_demo.pictures import draw
from shuniu_demo.script import Picture
from shuniu_demo.street import grids, spot_in

from .forms import Words, fill
from .running import Running
from .watching import DESK, PHONE, Pages, signed_in

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

GRID: Final = "320199001001003"
OWN: Final = {"table", "gantt", "calendar", "shapes"}


async def _page(pages: Pages, town: Running, login: str, route: str, device: dict[str, Any] = DESK) -> Page:
    state = await signed_in(town.url, login, town.password(login))
    return await pages.open(device, route, storage_state=state)


async def _manifests(town: Running) -> dict[str, dict[str, Any]]:
    view = await town.desk("operator").get("/view")
    return {s["service"]: s["manifest"] for s in view["services"]}


@pytest.mark.parametrize("device", [DESK, PHONE], ids=["desk", "phone"])
async def test_every_panel_of_a_service_is_on_its_page(pages: Pages, town: Running, device: dict[str, Any]) -> None:
    manifests = await _manifests(town)
    page = await _page(pages, town, "leader", "/service/grid", device)
    for service in ("grid", "whistle"):
        await page.goto(f"{town.url}/#/service/{service}")
        manifest = manifests[service]
        await expect(page.get_by_role("heading", level=1)).to_contain_text(manifest["title"]["zh"])
        for kind in manifest["kinds"]:
            await expect(page.get_by_role("article", name=kind["title"]["zh"], exact=True).first).to_be_visible()
        panels = [p for p in manifest["panels"] if p["surface"] == "service" and p["kind"] in OWN]
        assert panels
        for panel in panels:
            box = page.get_by_role("region", name=panel["title"]["zh"], exact=True)
            # It says when its figures were computed: the owner has answered, in a shape that is understood.
            await expect(box.get_by_text("截至")).to_be_visible()
            await expect(box.get_by_text("无法识别")).to_have_count(0)
        size = await page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert size[0] <= size[1], f"wider than the window: {size}"


async def test_a_spreadsheet_with_a_wrong_row_is_refused_whole_then_taken(pages: Pages, town: Running) -> None:
    sheets = {s["name"]: s for s in (await _manifests(town))["grid"]["sheets"]}
    titles = {c["id"]: c["title"]["zh"] for c in sheets["series"]["columns"]}
    page = await _page(pages, town, "registrar", "/service/grid")
    box = page.get_by_role("article", name=sheets["series"]["title"]["zh"])
    good = {
        "series": "journey-rank", "title": "满意度名次", "period": "2026-Q3", "area": town.scope, "value": "91.5",
        "rank": "3", "ranked": "14", "publisher": "区级通报", "published_on": "2026-10-20",
    }  # fmt: skip

    async def hand_in(*rows: dict[str, str]) -> None:
        text = io.StringIO()
        writer = csv.DictWriter(text, titles, restval="")
        writer.writerow(titles)
        writer.writerows(rows)
        file: Any = {"name": "series.csv", "mimeType": "text/csv", "buffer": b"\xef\xbb\xbf" + text.getvalue().encode()}
        await box.locator("input[type=file]").set_input_files(file)

    await hand_in(good, {**good, "period": "2026-Q4", "value": "约九成"})
    await expect(box.get_by_role("alert")).to_contain_text("一行也没有导入")
    await expect(box.get_by_role("row").filter(has_text="约九成")).to_be_visible()
    await expect(box.get_by_role("button", name="正式导入")).to_be_disabled()
    async with page.expect_download() as report:
        await box.get_by_role("button", name="下载报告").click()
    assert (await report.value).suggested_filename.endswith(".xlsx")
    pages.expect_fault("422")

    await hand_in(good)
    await expect(box.get_by_role("status").filter(has_text="检查通过")).to_contain_text("新增 1")
    await box.get_by_role("button", name="正式导入").click()
    await expect(box.get_by_role("status").filter(has_text="已导入")).to_contain_text("新增 1")
    series = page.get_by_role("region", name="外部排名与数据")
    await series.get_by_role("button", name=re.compile("^刷新")).click()
    await expect(series.get_by_role("row").filter(has_text="满意度名次")).to_be_visible()
    async with page.expect_download() as export:
        await box.get_by_role("button", name=re.compile("^导出")).click()
    assert (await export.value).suggested_filename.endswith(".xlsx")


async def test_the_bell_rings_and_is_silenced(pages: Pages, town: Running) -> None:
    page = await _page(pages, town, "duty-jj", "/notices")
    await expect(page.get_by_role("heading", level=1)).to_have_text("消息")
    plan = {"item": "WASTE", "lead": "jj", "kind": "ROUTINE"}
    drafted = await town.do("clerk", "whistle.draft", area=GRID, place={"name": "双安巷南口"}, **plan)
    await town.do("clerk", "whistle.submit", whistle=drafted["answer"]["whistle"])
    await town.do("leader", "whistle.blow", whistle=drafted["answer"]["whistle"])
    item = page.get_by_role("listitem").filter(has_text=drafted["answer"]["number"])
    await expect(item.first).to_contain_text("交办")
    await expect(page.get_by_role("link", name=re.compile("消息.*未读消息"))).to_be_visible()
    await page.get_by_role("button", name="全部标为已读").click()
    await expect(page.get_by_role("link", name="消息", exact=True)).to_be_visible()
    assert (await town.desk("duty-jj").get("/notices"))["unread"] == 0

    await page.get_by_role("link", name="通知设置").first.click()
    box = page.get_by_role("checkbox", name="进展 邮件")
    await box.check()
    await page.get_by_role("button", name="保存").click()
    await expect(page.get_by_role("button", name="保存")).to_be_disabled()

    async def chosen() -> bool:
        return "mail" in (await town.desk("duty-jj").get("/notices/settings"))["preferences"]["changed"]

    await until(chosen)


async def test_an_administrator_rebuilds_and_publishes_a_year(pages: Pages, town: Running) -> None:
    page = await _page(pages, town, ADMIN, "/system")
    await expect(page.get_by_role("region", name="未处理的事件（死信）")).to_contain_text("没有未处理的事件")
    await page.get_by_role("button", name="重建 view").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("textbox").fill("核对展示内容")
    await dialog.get_by_role("button", name="重建 view").click()
    await expect(page.get_by_role("row").filter(has_text="view")).to_contain_text("完成", timeout=60_000)

    await page.get_by_role("link", name="发布年度放假调休安排").click()
    await page.get_by_label("年份", exact=True).first.fill("2027")
    await page.get_by_role("button", name="添加 放假安排").click()
    first = page.get_by_role("group", name="放假安排 第 1 项")
    await first.get_by_label("名称").fill("元旦")
    await first.get_by_text("或粘贴多个日期").click()
    await first.locator("textarea").fill("2027年1月1日（周五）至3日")
    await first.get_by_role("button", name="加入").click()
    await expect(first.get_by_text("共 3 天")).to_be_visible()
    await page.get_by_label("依据文件").fill("只写元旦的草稿")
    await page.get_by_role("button", name="发布年度放假调休安排").click()
    await expect(page.get_by_role("alert")).to_contain_text("法定节假日")
    pages.expect_fault("422")


async def _orders(town: Running) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await town.desk("operator").get("/matters", kind="hotline_order", sort="-updated"))[
        "items"
    ]
    return found


async def _signs_with_one_tap(pages: Pages, town: Running, words: Words, number: str) -> None:
    """The card offers what is next; a tap does it, without a form, and the card goes on to what comes after."""
    page = await _page(pages, town, "duty-jj", "/my", PHONE)
    card = page.get_by_role("article").filter(has_text=number)
    sign = words.action("order.sign")
    await card.get_by_role("button", name=sign).click()
    await expect(page.get_by_role("status").filter(has_text=f"{sign} · {number}")).to_be_visible()
    await expect(card.get_by_role("button", name=words.action("order.contact"))).to_be_visible()
    await expect(card.get_by_role("button", name=sign)).to_have_count(0)
    await expect(card).to_contain_text(words.status("whistle", "hotline_order", "SIGNED"))
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_anybody_finds_the_grid_sends_a_request_and_follows_it(pages: Pages, town: Running) -> None:
    page = await pages.open(PHONE, "/open")
    await expect(page.get_by_role("heading", level=1)).to_have_text("公开服务")

    # Who answers for my grid: by words of an address as people write it, by the name of a post, by choosing.
    near = page.get_by_role("region", name="我身边")
    post = {"place": "JOURNEY-1", "type": "VOLUNTEER_POST", "title": {"zh": "长桥志愿者岗", "en": "Long Bridge Post"}}
    spot = spot_in(Random(1), next(grid for grid in grids() if grid.code == GRID))
    where = {"lon": spot.lon, "lat": spot.lat, "address": "长桥路 3 号", "unit": "cg"}
    await town.do("registrar", "grid.register_place", **post, **where)
    [there] = (await town.desk("operator").get("/public/services/grid/x/places/find", words="长桥志愿者岗"))["places"]
    await near.get_by_label("按名称或地址查找").fill("枢纽街道青桐社区3幢")
    await near.get_by_role("button", name=re.compile("^青桐社区")).click()
    await expect(near.get_by_label("我所在的位置")).to_have_value(GRID[:12])
    await near.get_by_label("按名称或地址查找").fill("长桥路18号")
    await pages.picture(page, "../pages/open-find")
    await near.get_by_role("button", name=re.compile("^长桥志愿者岗")).click()
    await expect(near.get_by_label("网格", exact=True)).to_have_value(there["area"])
    await expect(near.get_by_role("article").first).to_be_visible()
    await near.get_by_label("我所在的位置").select_option(GRID[:12])
    await near.get_by_label("网格", exact=True).select_option(GRID)
    await expect(near.get_by_role("article").first).to_be_visible()

    await pages.picture(page, "../pages/open-near")

    await page.get_by_role("button", name="提交诉求").first.click()
    form = page.locator("form.actionform")
    await form.get_by_label("诉求内容").fill("双安巷路灯不亮，晚上看不清路")
    photo: FilePayload = {"name": "lamp.png", "mimeType": "image/png", "buffer": draw(Picture("road", False, 3))}
    await form.get_by_label(re.compile("佐证材料")).set_input_files(photo)
    await expect(form.get_by_role("img", name="照片 1")).to_be_visible()
    await form.get_by_role("button", name="提交诉求").click()
    await expect(page.get_by_role("status").filter(has_text="已收到")).to_be_visible()
    items = await until(lambda: _orders(town))
    own = await town.desk("operator").get(f"/matters/whistle/hotline_order/{items[0]['id']}/detail")
    assert [e["media_type"] for e in own["evidence"]] == ["image/jpeg"]
    await expect(page.get_by_role("region", name="请记下")).not_to_be_empty()
    held = page.get_by_role("region", name="请保存查询码")
    await expect(held.get_by_role("img", name="查询码的二维码")).to_be_visible()
    await pages.picture(page, "../pages/open-code")
    await held.get_by_role("button", name="现在查看进展").click()
    follow = page.get_by_role("region", name="凭码查询")
    await expect(follow.get_by_role("article").filter(has_text="凭码查询诉求")).to_contain_text("已受理")

    # The street brings it to an end, signed with one tap from the list on a phone; whoever asked says how it was.
    order = items[0]["id"]
    await town.do("dispatcher", "order.classify", order=order, order_class="NORMAL", appeal="HELP", category="HL_OTHER")
    await town.do("dispatcher", "order.dispatch", order=order, lead="jj")
    words = await Words.of(town.desk("operator"))
    await _signs_with_one_tap(pages, town, words, items[0]["number"])
    await town.do("duty-jj", "order.contact", order=order, means="PHONE")
    await town.do("duty-jj", "order.start", order=order)
    await town.do("duty-jj", "order.feed_back", order=order, result="灯泡已更换，请夜间查看", told_by="PHONE")
    await follow.get_by_role("button", name="查询").click()
    await expect(follow.get_by_role("article").filter(has_text="凭码查询诉求")).to_contain_text("待回访")
    await follow.get_by_role("button", name=words.action("order.rate_by_code")).click()
    form = follow.locator("form.actionform")
    await pages.picture(page, "../pages/open-rate")
    await form.get_by_role("checkbox", name=words.field("order.rate_by_code", "solved")).check()
    await fill(form, words, "order.rate_by_code", satisfaction={"select": "VERY_SAT"})
    await form.get_by_role("button", name=words.action("order.rate_by_code")).click()
    await expect(follow.get_by_role("status").filter(has_text="已收到")).to_be_visible()
    await expect(follow.get_by_role("article").filter(has_text="凭码查询诉求")).to_contain_text("已回访")
    ended = (await town.shows("operator", "whistle", "hotline_order", order, "CALLED_BACK"))["timeline"]
    assert [step["detail"] for step in ended if step["move"] == "order_called_back"]

    # A code that nobody gave out.
    await follow.get_by_label("查询码").fill("ABCDEFGHJKLM")
    await follow.get_by_role("button", name="查询").click()
    await expect(follow.get_by_role("alert")).to_contain_text("没有查到")
    pages.expect_fault("404")

    stars = page.locator("form.look").filter(has_text="物业星级公示")
    await stars.get_by_role("button", name=re.compile("^查询")).click()
    await expect(stars).to_contain_text(re.compile("暂无公示|星级"))
    await page.get_by_role("button", name="大字").click()
    size = await page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert size[0] <= size[1], f"wider than the window in large text: {size}"
