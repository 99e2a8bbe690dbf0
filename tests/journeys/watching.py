"""Pages in a real Chromium, each of them watched: no console error, no page error, no request to a foreign host."""

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

import httpx
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    StorageState,
    StorageStateCookie,
    async_playwright,
    expect,
)

expect.set_options(timeout=15_000)  # a machine that does other work too

__all__ = (
    "DESK",
    "PHONE",
    "SMALL",
    "WALL",
    "WALL_4K",
    "WALL_JOINED",
    "Pages",
    "WatchedPage",
    "chromium_path",
    "launched",
    "shows_fresh_figures",
    "sign_in",
    "signed_in",
)

DESK: Final[dict[str, Any]] = {"viewport": {"width": 1440, "height": 900}}
WALL: Final[dict[str, Any]] = {"viewport": {"width": 1920, "height": 1080}}
WALL_4K: Final[dict[str, Any]] = {"viewport": {"width": 3840, "height": 2160}}
WALL_JOINED: Final[dict[str, Any]] = {"viewport": {"width": 3840, "height": 1080}}
PHONE: Final[dict[str, Any]] = {
    "viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True,
}  # fmt: skip
SMALL: Final[dict[str, Any]] = {**PHONE, "viewport": {"width": 360, "height": 640}}
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_OWN_SCHEMES = frozenset({"data", "blob", "about"})


def chromium_path() -> str:
    """The machine's Chromium; "" where there is none."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), "")
    return found or ("/usr/bin/chromium" if Path("/usr/bin/chromium").exists() else "")


@asynccontextmanager
async def launched(path: str) -> AsyncIterator[Browser]:
    """A browser; its processes end with the block."""
    playwright: Playwright = await async_playwright().start()
    try:
        browser = await playwright.chromium.launch(executable_path=path, args=list(_FLAGS), headless=True)
        try:
            yield browser
        finally:
            await browser.close()
    finally:
        await playwright.stop()


class WatchedPage:
    """A page and what it did wrong."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page = page
        self.faults: list[str] = []
        self.requests: list[str] = []
        self._origin = origin
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        # Asking who is signed in is answered 401 before anybody is; the browser itself logs every such answer.
        asked = message.location.get("url", "")
        if asked == f"{self._origin}/api/v1/session" and "401" in message.text:
            return
        self.faults.append(f"console: {message.text} ({asked})")

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)
        parts = urlsplit(request.url)
        if parts.scheme not in _OWN_SCHEMES and f"{parts.scheme}://{parts.netloc}" != self._origin:
            self.faults.append(f"asked a foreign host: {request.url}")


class Pages:
    """Opens pages of one gateway and, at the end, says what any of them did wrong."""

    def __init__(self, browser: Browser, url: str, folder: Path) -> None:
        self._browser = browser
        self.url = url
        self._folder = folder
        self._watched: list[WatchedPage] = []
        self._stack = AsyncExitStack()

    async def open(self, device: dict[str, Any], route: str = "/", **more: Any) -> Page:
        """A page of its own session at ``#<route>``; more are Playwright's options of a context."""
        context = await self.context(device, **more)
        page = await context.new_page()
        await page.goto(f"{self.url}/#{route}")
        return page

    async def context(self, device: dict[str, Any], **more: Any) -> BrowserContext:
        """Somebody's browser; every page it opens is watched."""
        # A page that keeps itself (service worker) is its own test: elsewhere it would only cost time.
        options = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "service_workers": "block", **device, **more}
        context = await self._browser.new_context(**options)
        self._stack.push_async_callback(context.close)
        context.set_default_timeout(20_000)
        context.on("page", lambda page: self._watched.append(WatchedPage(page, self.url)))
        return context

    def requests(self, page: Page) -> list[str]:
        """Everything a page has asked for."""
        return next(watched.requests for watched in self._watched if watched.page is page)

    @property
    def faults(self) -> list[str]:
        """What pages did wrong so far."""
        return [fault for watched in self._watched for fault in watched.faults]

    def expect_fault(self, words: str) -> None:
        """A fault with these words must have happened, and is not counted; a browser logs every refused request."""
        found = 0
        for watched in self._watched:
            kept = [fault for fault in watched.faults if words not in fault]
            found += len(watched.faults) - len(kept)
            watched.faults[:] = kept
        assert found, f"no page complained of {words!r}"

    def forgive(self, words: str) -> None:
        """Faults with these words may have happened and are not counted, e.g. of a line that was cut on purpose."""
        for watched in self._watched:
            watched.faults[:] = [fault for fault in watched.faults if words not in fault]

    async def picture(self, page: Page, name: str) -> Path:
        """A PNG of what the page shows now."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{name}.png"
        await page.screenshot(path=path)
        return path

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trail: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def picture_all(self) -> None:
        """What every page shows now, for whoever looks into a failure."""
        for n, watched in enumerate(self._watched):
            if not watched.page.is_closed():
                await self.picture(watched.page, f"failed-{n}")


async def shows_fresh_figures(page: Page) -> None:
    """The overview has its map, its ticker and its list of lights, from the server and not only their frames."""
    await expect(page.get_by_role("application").first).to_be_visible()  # a service may lay a map of its own below it
    await expect(page.get_by_role("log").get_by_role("listitem").first).to_be_visible()
    lights = page.get_by_role("main").get_by_role("link").filter(has_text=re.compile("超时|剩"))
    await expect(lights.first).to_be_visible()


async def signed_in(url: str, login: str, password: str) -> StorageState:
    """What a browser keeps of a signed-in session, without the form (it has its own test)."""
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        answer = await client.post("/api/v1/session", json={"account": login, "password": password})
        assert answer.status_code == 200, answer.text
        [cookie] = client.cookies.jar
    assert cookie.value
    kept: StorageStateCookie = {
        "name": cookie.name, "value": cookie.value, "domain": urlsplit(url).hostname or "", "path": cookie.path,
        "expires": -1, "httpOnly": True, "secure": False, "sameSite": "Strict",
    }  # fmt: skip
    return {"cookies": [kept], "origins": []}


async def sign_in(page: Page, login: str, password: str) -> None:
    """Through the form of the page, which then shows what was asked for."""
    await page.locator("input[name=username]").fill(login)
    await page.locator("input[name=password]").fill(password)
    await page.locator("form button.primary, form button[type=submit]").first.click()
    await page.wait_for_url(re.compile(r"#/(?!login)"))
