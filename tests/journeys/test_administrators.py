"""Three administrators in the browser: each sees the own part alone, and the audit finds what was just refused."""

import re
from collections.abc import Mapping
from typing import Final

import pytest
from playwright.async_api import Page, expect

from .running import Running
from .watching import DESK, Pages, signed_in

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TABS: Final[Mapping[str, set[str]]] = {
    "admin": {"服务", "账号", "岗位与区域", "时限方案", "接口"},
    "security": {"服务", "账号", "岗位与区域", "时限方案", "接口"},
    "audit": {"服务", "审计", "接口"},
}
"""What each may open, by login."""


async def test_each_administrator_sees_the_own_part_and_the_audit_finds_what_was_just_refused(
    town: Running, pages: Pages
) -> None:
    title = {"zh": "新到岗位", "en": "Newcomer"}
    body = {"login": "newcomer", "title": title, "roles": ["operator"], "areas": [town.scope]}
    await town.desk("admin").do("gateway.open_account", body, town.key())
    at: dict[str, Page] = {}
    for login, tabs in TABS.items():
        state = await signed_in(town.url, login, town.password(login))
        at[login] = await pages.open(DESK, "/admin/audit", storage_state=state)
        nav = at[login].get_by_role("navigation", name="系统管理")
        await expect(nav.get_by_role("link")).to_have_count(len(tabs))
        assert set(await nav.get_by_role("link").all_inner_texts()) == tabs
    admin, security, audit = at["admin"], at["security"], at["audit"]

    # The system administrator gives a first password; what an account may do, the security administrator says.
    await admin.goto(f"{town.url}/#/admin/accounts")
    await admin.get_by_role("searchbox").fill("newcomer")
    await expect(admin.get_by_role("link", name="调整权限")).to_have_count(0)
    await admin.get_by_role("button", name="重置密码 newcomer").click()
    await admin.get_by_role("button", name="生成初始密码").click()
    await expect(admin.get_by_text("只显示一次")).to_be_visible()
    made = await admin.locator("code.secret").inner_text()
    await admin.get_by_role("button", name="关闭").click()
    await expect(admin.get_by_role("row").filter(has_text="newcomer")).to_contain_text("初始密码未改")
    await signed_in(town.url, "newcomer", made)

    # What is not theirs is not shown, and refused where they ask for it all the same.
    await expect(security.get_by_text("该账号无权查看此页")).to_be_visible()
    refused = await security.evaluate("fetch('api/v1/audit').then((r) => r.json())")
    assert refused["rule"] == "access.role"
    pages.expect_fault("403")
    await security.goto(f"{town.url}/#/admin/accounts")
    await security.get_by_role("searchbox").fill("newcomer")
    await expect(security.get_by_role("button", name=re.compile("重置密码"))).to_have_count(0)
    await security.get_by_role("link", name="调整权限 newcomer").click()
    await expect(security.get_by_role("heading", level=1)).to_contain_text("调整账号权限")

    # The audit administrator finds it, and that the chains are whole.
    await audit.locator("input[name=account]").fill("security")
    await audit.locator("select[name=allowed]").select_option("false")
    await audit.get_by_role("button", name="查询").click()
    await expect(audit.get_by_role("row").filter(has_text="audit.read").first).to_contain_text("security")
    await audit.get_by_role("button", name="校验审计链").click()
    await expect(audit.get_by_text(re.compile(r"完整：\d+ 条记录"))).to_have_count(len(town.suite.deployments))
    async with audit.expect_download() as kept:
        await audit.get_by_role("link", name="导出 xlsx").click()
    assert (await kept.value).suggested_filename.endswith(".xlsx")
