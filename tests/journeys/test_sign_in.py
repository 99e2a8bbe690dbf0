"""Signing in through the page: a given password is changed, a second factor enrolled, an idle session ends and comes
back to where one was; a profile is the account's on every device."""

import re
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, Request, expect
from shuniu_gateway.second_factor.codes import PERIOD_S, code_at
from shuniu_gateway.sessions import SessionTable, real_now

from .conftest import watched_pages
from .running import Running, Stage, running
from .seeing import both_themes
from .watching import DESK, PHONE, Pages

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SCOPE = "320199001"
REGISTRY = (
    b'{"scope": "320199001", "title": {"zh": "\xe6\x9e\xa2\xe7\xba\xbd\xe8\xa1\x97\xe9\x81\x93", "en": "Shuniu"}}'
)
GIVEN = "Given-Pass-7788"
OWN = "Mine-alone-2027"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """An office whose operators need a second factor; the administrator's hands are free for once."""
    folder = tmp_path_factory.mktemp("office")
    settings = {"SHUNIU_GATEWAY_SECOND_FACTOR": "operator"}
    there = await stage.take(
        "office", lambda: running(folder, SCOPE, REGISTRY, services=("gateway", "grid"), settings=settings)
    )
    admin = there.desk("admin")
    await admin.sign_in()
    body = {"login": "duty", "title": {"zh": "指挥中心值班岗", "en": "Duty officer"}, "roles": ["operator"],
            "areas": [SCOPE]}  # fmt: skip
    await admin.do("gateway.open_account", body, there.key())
    await admin.request("PUT", "/accounts/duty/password", key=there.key(), json={"password": GIVEN})
    yield there
    await stage.clear()


@pytest_asyncio.fixture(loop_scope="session")
async def seen(chromium: Browser, office: Running, request: pytest.FixtureRequest) -> AsyncIterator[Pages]:
    async with watched_pages(chromium, office.url, request) as opened:
        yield opened


def code(secret: str, ahead: int = 0) -> str:
    return code_at(secret, int(time.time()) // PERIOD_S + ahead)


async def left_alone(page: Page, idle: timedelta, left: timedelta, told: Locator) -> None:
    """Nobody touched the page until of the idle time so much was left, by its clock and the gateway's; then ``told``.

    An answer that was under way counts from the moved time: then time moves once more. A page that asked just before
    the end asks again after five seconds.
    """
    ms = int((idle - left).total_seconds() * 1000)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if request.url.endswith("/api/v1/session") else None)
    for last in (False, False, False, True):
        await SessionTable.update({SessionTable.seen_at: real_now() - idle + left}, force=True)
        await page.evaluate("(ms) => { const real = Date.now; Date.now = () => real() + ms }", ms)
        try:
            await expect(told).to_be_visible(timeout=10_000)
            break
        except AssertionError:
            if last:
                raise
    assert "1" in [request.headers.get("shuniu-background") for request in asked]  # and nobody's act


async def give(page: Page, login: str, password: str) -> None:
    await page.locator("input[name=username]").fill(login)
    await page.locator("input[name=password]").fill(password)
    await page.get_by_role("button", name="登录", exact=True).click()


async def test_a_new_operator_changes_the_password_enrols_and_comes_back_after_being_idle(
    office: Running, seen: Pages, not_checked: Any
) -> None:
    page = await seen.open(DESK, "/board")
    await expect(page.get_by_text("须输入密码和动态口令")).to_be_visible()
    await both_themes(page, seen, "sign-in", not_checked)
    await give(page, "duty", GIVEN)

    # The given password first: nothing else is answered until then.
    await expect(page.get_by_role("heading", name="修改密码")).to_be_visible()
    await both_themes(page, seen, "first-password", not_checked)
    refused = await page.evaluate("fetch('api/v1/matters').then((r) => r.json())")
    assert refused["rule"] == "gateway.must_change"
    fields = page.locator("input[type=password]")
    await fields.nth(0).fill(OWN)
    await fields.nth(1).fill(OWN)
    await page.get_by_role("button", name="保存新密码").click()

    # Then the second factor, confirmed by a first code.
    await expect(page.get_by_role("heading", name="绑定动态口令")).to_be_visible()
    await expect(page.get_by_role("img", name=re.compile("二维码"))).to_be_visible()
    await both_themes(page, seen, "enrol", not_checked)
    refused = await page.evaluate("fetch('api/v1/matters').then((r) => r.json())")
    assert refused["rule"] == "gateway.must_enrol"
    secret = (await page.locator("code.secret").inner_text()).replace(" ", "")
    await page.locator("input[name=code]").fill("000000" if code(secret) != "000000" else "000001")
    await page.get_by_role("button", name="确认绑定").click()
    await expect(page.get_by_role("alert")).to_have_text("动态口令不正确")
    await page.locator("input[name=code]").fill(code(secret, -1))
    await page.get_by_role("button", name="确认绑定").click()
    await expect(page.locator(".codes li")).to_have_count(8)
    recovery = await page.locator(".codes li").all_inner_texts()
    assert len(set(recovery)) == 8
    await both_themes(page, seen, "recovery", not_checked)
    await page.get_by_role("button", name="我已保存，继续").click()
    await page.wait_for_url(re.compile("#/board"))

    # A minute before the end a warning stands; any act takes it away.
    idle = timedelta(minutes=office.host("gateway").settings.session_idle_minutes)
    await expect(page.get_by_role("listbox")).to_be_visible()
    async with page.expect_response(re.compile("notices/settings")):
        await page.goto(f"{office.url}/#/profile")
    await expect(page.get_by_role("heading", name="我的账号")).to_be_visible()
    warning = page.get_by_role("alertdialog")
    await left_alone(page, idle, timedelta(seconds=40), warning)
    await expect(warning).to_contain_text(re.compile(r"\d+ 秒后自动结束登录"))
    # Looking takes longer than the minute: time stands still for it, on both sides.
    stop = (
        "() => { const [real, at] = [Date.now, Date.now()]; window.go = () => (Date.now = real); Date.now = () => at }"
    )
    await page.evaluate(stop)
    await SessionTable.update({SessionTable.seen_at: real_now()}, force=True)
    await both_themes(page, seen, "idle", not_checked)
    await page.evaluate("() => { window.go() }")
    await page.keyboard.press("Shift")
    await expect(warning).to_be_hidden()
    await expect(page.get_by_role("heading", name="我的账号")).to_be_visible()

    # Nobody does anything any more: the page itself shows the sign-in, and afterwards where one was.
    await left_alone(page, idle, timedelta(seconds=1), page.get_by_text("登录已结束，请重新登录"))
    await give(page, "duty", OWN)
    await expect(page.get_by_label("动态口令或恢复码")).to_be_focused()
    await both_themes(page, seen, "code", not_checked)
    await page.get_by_label("动态口令或恢复码").fill("not-a-code")
    await page.get_by_role("button", name="继续登录").click()
    await expect(page.get_by_role("alert")).to_have_text("动态口令不正确")
    await page.get_by_label("动态口令或恢复码").fill(recovery[0].upper())
    await page.get_by_role("button", name="继续登录").click()
    await page.wait_for_url(re.compile("#/profile"))
    await expect(page.get_by_text("尚余 7 个恢复码")).to_be_visible()
    await both_themes(page, seen, "profile", not_checked)

    # Theme, text and language go with the account to another device.
    await page.get_by_label("特大").check()
    await page.get_by_label("深色").check()
    await expect(page.locator("html")).to_have_attribute("data-text", "largest")
    async with page.expect_response(re.compile("session/settings")) as kept:
        await page.get_by_label("English").check()
    assert (await kept.value).status == 200
    other = await seen.open(PHONE, "/profile")
    await give(other, "duty", OWN)
    await other.get_by_label("动态口令或恢复码").fill(recovery[1])
    await other.get_by_role("button", name="继续登录").click()
    await expect(other.get_by_role("heading", name="My account")).to_be_visible()
    await expect(other.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(other.locator("html")).to_have_attribute("data-text", "largest")
    # The browser logs what was refused on purpose: before enrolling, wrong codes, and what a page asked too late.
    seen.expect_fault("403 (Forbidden)")
    seen.forgive("401 (Unauthorized)")
