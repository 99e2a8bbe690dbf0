"""Every screen in a real browser: on a desk, on the wall, on a phone. Nothing overflows, axe finds nothing, and a
picture of each lands in test-results/pages for people to look at."""

import asyncio
import random
import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from shuniu_demo.street import Grid, grids, spot_in

from .conftest import ROOT
from .forms import Words
from .running import Running
from .watching import DESK, PHONE, SMALL, WALL, WALL_4K, WALL_JOINED, Pages, shows_fresh_figures, signed_in

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

AXE: Final = ROOT / "services" / "gateway" / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
CATEGORIES: Final = ("E0101", "E0102", "E0104", "E0201", "E0301", "E0501", "E0505", "E9901")
EVENTS: Final = 48


class Lively(NamedTuple):
    """A street with something on every screen; ``late`` is a matter past its limit, ``whistle`` one at work."""

    street: Running
    words: Words
    event: str
    whistle: str


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def lively(town: Running) -> Lively:
    rng = random.Random(8)
    words = await Words.of(town.desk("operator"))
    known = {c["id"] for c in words.kind("grid", "grid_event")["categories"]}
    categories = [c for c in CATEGORIES if c in known]

    async def event(n: int, grid: Grid) -> str:
        answer = await town.do(
            "operator", "grid.report", place=spot_in(rng, grid).place(), area=grid.code, source="VIDEO",
            category=categories[n % len(categories)],
        )  # fmt: skip
        found = str(answer["answer"]["event"])
        if n % 6:
            await town.do("operator", "grid.file", event=found)
            await town.do("dispatcher", "grid.dispatch", event=found, unit=("cg", "jj")[n % 2])
        if n % 3 == 2:
            await town.do(("duty-cg", "duty-jj")[n % 2], "grid.accept", event=found)
        return found

    async def whistle(n: int, grid: Grid) -> str:
        plan: dict[str, Any] = {"item": ("LANE_PARKING", "WASTE")[n % 2], "lead": "cg", "co": ["jj"]}
        answer = await town.do("clerk", "whistle.draft", area=grid.code, place=spot_in(rng, grid).place(), **plan)
        found = str(answer["answer"]["whistle"])
        await town.do("clerk", "whistle.submit", whistle=found)
        if n % 4 == 3:
            return found
        await town.do("leader", "whistle.blow", whistle=found)
        if n % 2 == 0:
            [offer] = [o for o in await town.desk("duty-cg").offers("whistle", "whistle", found)
                       if o["action"] == "whistle.sign"]  # fmt: skip
            await town.do("duty-cg", "whistle.sign", whistle=found, callout=offer["prefill"]["callout"])
        return found

    places = rng.sample(grids(), EVENTS)
    found: list[str] = await asyncio.gather(*(event(n, grid) for n, grid in enumerate(places)))
    whistles: list[str] = await asyncio.gather(*(whistle(n, grid) for n, grid in enumerate(places[:8])))
    # Half a working day later some are late and some will be soon.
    town.set_clock(town.now().replace(hour=6, minute=20))
    await town.caught_up()
    return Lively(town, words, found[1], whistles[0])


class Screen(NamedTuple):
    """One picture: who looks at what on which device, in which theme."""

    login: str
    route: str
    device: dict[str, Any]
    theme: str = "light"
    wall: bool = False


SCREENS: Final[Mapping[str, Screen]] = {
    "overview-desk": Screen("operator", "/", DESK),
    "overview-wall": Screen("operator", "/", WALL, wall=True),
    "overview-wall-4k": Screen("operator", "/", WALL_4K, wall=True),
    "overview-wall-joined": Screen("operator", "/", WALL_JOINED, wall=True),
    "overview-dark": Screen("operator", "/", DESK, "dark"),
    "overview-phone": Screen("operator", "/", PHONE, "dark"),
    "area-desk": Screen("operator", "/areas/320199001001", DESK, "dark"),
    "board-desk": Screen("operator", "/board", DESK, "dark"),
    "board-light": Screen("operator", "/board", DESK),
    "board-kanban": Screen("operator", "/board/whistle?service=whistle&mode=kanban", DESK),
    "reports-desk": Screen("operator", "/reports", DESK),
    "reports-dark": Screen("operator", "/reports?p=week&by=grid", DESK, "dark"),
    "reports-phone": Screen("operator", "/reports", PHONE),
    "board-phone": Screen("duty-cg", "/board", PHONE),
    "matter-desk": Screen("duty-cg", "/matter/whistle/whistle/{whistle}", DESK),
    "matter-phone": Screen("duty-cg", "/matter/whistle/whistle/{whistle}", PHONE, "dark"),
    "event-desk": Screen("dispatcher", "/matter/grid/grid_event/{event}", DESK, "dark"),
    "my-desk": Screen("duty-cg", "/my", DESK),
    "my-phone": Screen("worker-01", "/my", PHONE),
    "my-small": Screen("worker-01", "/my", SMALL, "dark"),
    "queue-phone": Screen("worker-01", "/queue", PHONE, "dark"),
    "open-phone": Screen("worker-01", "/open", PHONE),
    "open-desk": Screen("worker-01", "/open", DESK, "dark"),
    "form-phone": Screen("worker-01", "/do/grid/grid.report", PHONE),
    "data-desk": Screen("duty-cg", "/data", DESK),
    "data-phone": Screen("duty-cg", "/data", PHONE, "dark"),
    "system-desk": Screen("operator", "/system", DESK),
    "system-phone": Screen("operator", "/system", PHONE, "dark"),
    "system-admin": Screen("admin", "/system", DESK, "dark"),
    "accounts-desk": Screen("admin", "/admin/accounts", DESK),
    "accounts-phone": Screen("security", "/admin/accounts", PHONE, "dark"),
    "directory-desk": Screen("admin", "/admin/directory", DESK, "dark"),
    "directory-phone": Screen("security", "/admin/directory", PHONE),
    "limits-desk": Screen("security", "/admin/limits", DESK),
    "limits-phone": Screen("admin", "/admin/limits", PHONE, "dark"),
    "audit-desk": Screen("audit", "/admin/audit", DESK, "dark"),
    "audit-phone": Screen("audit", "/admin/audit", PHONE),
    "api-desk": Screen("audit", "/api", DESK),
    "api-phone": Screen("audit", "/api", PHONE, "dark"),
    "profile-desk": Screen("operator", "/profile", DESK),
    "profile-phone": Screen("operator", "/profile", PHONE, "dark"),
}


async def _shown(page: Page, name: str, here: Lively) -> None:
    """The screen has what belongs on it, from the server, not only its frame."""
    main = page.get_by_role("main")
    match name.partition("-")[0]:
        case "overview" | "area":
            await shows_fresh_figures(page)
        case "board":
            await expect(page.get_by_role("option").first).to_be_visible()
        case "reports":
            await expect(page.get_by_role("region", name="排名").get_by_role("row").nth(2)).to_be_visible()
        case "matter":
            await expect(page.get_by_role("article")).to_contain_text(
                here.words.unit_status("whistle", "whistle", "SIGNED")
            )
        case "event":
            await expect(page.get_by_role("article")).to_contain_text(
                here.words.status("grid", "grid_event", "DISPATCHED")
            )
        case "my":
            await expect(main.get_by_role("listitem").first).to_be_visible()
        case "data":
            await expect(main.get_by_role("listitem").first).to_be_visible()
        case "queue":
            await expect(main).to_contain_text("没有暂存的内容")
        case "open":
            await expect(main.get_by_role("region", name="凭码查询")).to_be_visible()
        case "form":
            await expect(
                page.locator("form").get_by_text(here.words.field("grid.report", "category")).first
            ).to_be_visible()
            await expect(page.locator("input[type=file]").first).to_be_attached()
        case "system":
            for service in ("grid", "whistle", "gateway"):
                await expect(main).to_contain_text(service)
            if name.endswith("admin"):
                health = main.get_by_role("region", name="运行状况").get_by_role("row")
                await expect(health.filter(has_text="已连接")).to_have_count(3)
                lives = main.get_by_role("region", name=re.compile("服务实例")).get_by_role("row")
                await expect(lives.filter(has_text="运行中")).to_have_count(3)
        case "accounts":
            await expect(main.get_by_role("row").filter(has_text="duty-cg")).to_be_visible()
        case "directory":
            await expect(main.get_by_role("row").filter(has_text="jj").first).to_be_visible()
        case "limits":
            await expect(main.get_by_role("cell", name=re.compile("工作[日时]")).first).to_be_visible()
        case "audit":
            await main.locator("input[name=command]").fill("grid.")
            await main.get_by_role("button", name="查询").click()
            await expect(main.get_by_role("row").filter(has_text="grid.dispatch").first).to_be_visible()
        case "api":
            await main.get_by_role("searchbox").fill("import_units")
            await main.locator("summary").first.click()
            await expect(main.get_by_role("row").filter(has_text="units").first).to_be_visible()
        case "profile":
            await expect(main).to_contain_text("指挥中心值班员")
    await expect(page.get_by_role("heading", level=1).first).to_be_visible()


@pytest.mark.parametrize("name", SCREENS)
async def test_screen(pages: Pages, lively: Lively, name: str, not_checked: Any) -> None:
    screen = SCREENS[name]
    state = await signed_in(lively.street.url, screen.login, lively.street.password(screen.login))
    remembered = {"shuniu.theme": screen.theme, "shuniu.mode": "wall" if screen.wall else "desk"}
    state["origins"] = [
        {"origin": pages.url, "localStorage": [{"name": name, "value": value} for name, value in remembered.items()]}
    ]
    context = await pages.context(screen.device, storage_state=state)
    if AXE.exists():
        await context.add_init_script(path=AXE)
    page = await context.new_page()
    route = screen.route.format(event=lively.event, whistle=lively.whistle)
    await page.goto(f"{pages.url}/#{route}")
    await _shown(page, name, lively)
    await pages.picture(page, f"../pages/{name}")

    size = await page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert size[0] <= size[1], f"wider than the window: {size}"
    if not AXE.exists():
        not_checked("axe-core is not installed (python services/gateway/build_web.py --test installs it)")
        return
    found = await page.evaluate(
        "async (tags) => (await axe.run(document, {runOnly: tags})).violations"
        ".map(v => v.id + ': ' + v.help + ' ' + v.nodes.slice(0, 4).map(n => n.target.join(' ')).join(' | '))",
        list(RULES),
    )
    assert found == []


async def test_english_and_keys(pages: Pages, lively: Lively) -> None:
    """The whole page turns English; a matter is found and opened without a mouse."""
    state = await signed_in(lively.street.url, "operator", lively.street.password("operator"))
    page = await pages.open(DESK, "/", storage_state=state)
    await page.get_by_role("button", name="EN", exact=True).click()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await page.keyboard.press("2")
    await page.wait_for_url(re.compile("#/board"))
    await expect(page.get_by_role("heading", level=1)).not_to_have_text(re.compile("[一-鿿]"))
    number = (await lively.street.page("operator", "whistle", "whistle", lively.whistle))["matter"]["number"]
    await expect(page.get_by_role("option").first).to_be_visible()
    await page.keyboard.press("/")
    await page.keyboard.type(number)
    await expect(page.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("article")).to_contain_text(number)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("article")).to_have_count(0)
