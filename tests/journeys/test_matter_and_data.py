"""By pages: personal data in clear for a reason, and a dataset asked for, granted and taken out as a file."""

from typing import Any

import pytest
from playwright.async_api import Page, expect
from shuniu.testing.waiting import until
from shuniu_demo.street import grids

from .running import Running
from .watching import DESK, Pages, sign_in

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def _at(pages: Pages, town: Running, login: str, route: str) -> Page:
    page = await pages.open(DESK, route)
    await sign_in(page, login, town.password(login))
    return page


async def test_a_person_is_read_in_clear_by_who_may_and_for_a_reason(pages: Pages, town: Running) -> None:
    grid = grids()[0]
    answer = await town.do(
        "operator", "grid.report", area=grid.code, place={"name": "北门"}, category="E0505", source="PUBLIC",
        caller_name="张三丰", caller_phone="13812345678",
    )  # fmt: skip
    event = str(answer["answer"]["event"])
    await town.caught_up()
    page = await _at(pages, town, "records", f"/matter/grid/grid_event/{event}")
    await expect(page.get_by_role("article")).to_contain_text("138****5678")
    await page.get_by_role("button", name="查看明文").first.click()
    reason = page.get_by_label("查阅理由")
    await reason.fill("核")
    await page.get_by_role("button", name="查阅", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("4")
    await reason.fill("核实反映人，约时间到场")
    await page.get_by_role("button", name="查阅", exact=True).click()
    await expect(page.get_by_role("status").filter(has_text="13812345678")).to_be_visible()
    await pages.picture(page, "personal")
    await page.get_by_role("button", name="收起").click()
    await expect(page.get_by_text("13812345678")).to_have_count(0)

    other = await _at(pages, town, "dispatcher", f"/matter/grid/grid_event/{event}")
    await expect(other.get_by_role("article")).to_contain_text("138****5678")
    await expect(other.get_by_role("button", name="查看明文")).to_have_count(0)


async def test_a_department_gets_a_dataset_by_grant_and_takes_it_out(pages: Pages, town: Running) -> None:
    page = await _at(pages, town, "duty-jj", "/data")
    line = page.get_by_role("listitem").filter(has_text="单位台账")
    await line.get_by_role("button", name="申请").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("依据").select_option("STATUTORY_DUTY")
    await dialog.get_by_label("用途").fill("核对占道经营单位")
    await dialog.get_by_label("用至").fill(f"{town.now():%Y}-12-31")
    await dialog.locator("form button:not([type=button])").click()
    await expect(dialog).to_have_count(0)

    async def asked() -> Any:
        found = (await town.desk("data-steward").get("/matters", kind="data_grant", status="ASKED"))["items"]
        return found[0] if found else None

    grant: dict[str, Any] = await until(asked, 15)
    route = f"/matter/{grant['service']}/{grant['kind']}/{grant['id']}"
    steward = await _at(pages, town, "data-steward", route)
    await steward.get_by_role("button", name="同意共享").click()
    await steward.get_by_role("dialog").locator("form button:not([type=button])").click()
    await expect(steward.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_role("main")).to_contain_text("单位台账")

    matter = await _at(pages, town, "duty-jj", route)
    await matter.get_by_role("button", name="取用数据").click()
    async with matter.expect_download() as taken:
        await matter.get_by_role("dialog").locator("form button:not([type=button])").click()
    assert (await taken.value).suggested_filename.endswith(".xlsx")
    await expect(matter.get_by_role("article")).to_contain_text("取用记录")
    await pages.picture(matter, "grant")
