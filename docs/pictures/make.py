"""Pictures of the demonstration street for the documents: ``.venv/bin/python docs/pictures/make.py``.

Runs the demonstration in a folder of its own, tells its past, lets life go on for a few moves and pictures what a
command centre, a wall and a grid worker's phone show; with ``--of URL --state FOLDER`` it pictures a demonstration that
runs already. Needs a Chromium; writes overview, board, wall, matter, chain, grid, whistle, services_desk, insurance,
volunteer, data and phone.png beside this file.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests" / "journeys"))

from playwright.async_api import Browser, Page, expect  # noqa: E402
from shuniu.runtime.installed import choose_services  # noqa: E402
from shuniu.runtime.ports import free_port  # noqa: E402
from shuniu.runtime.state import StateFolder  # noqa: E402
from shuniu.runtime.suite import Suite, SuiteOptions  # noqa: E402
from shuniu.testing.waiting import until  # noqa: E402
from shuniu_demo import Demonstration  # noqa: E402
from shuniu_demo.accounts import key_name  # noqa: E402
from shuniu_demo.cases import GARDEN  # noqa: E402
from shuniu_demo.clients import Street  # noqa: E402
from shuniu_demo.live import Life  # noqa: E402
from watching import (  # noqa: E402
    DESK,
    PHONE,
    WALL,
    Pages,
    chromium_path,
    launched,
    shows_fresh_figures,
    signed_in,
)

MOVES = 12
"""Moves of somebody before the pictures, so that the ticker tells of just now."""


class Album:
    """Takes the pictures of one running street."""

    def __init__(self, browser: Browser, url: str, state: StateFolder, folder: Path) -> None:
        self.pages = Pages(browser, url, folder)
        self._url, self._state = url, state

    def password(self, login: str) -> str:
        """The account's password in this street."""
        return self._state.keys.get(key_name(login))

    async def take(self, name: str, login: str, device: dict[str, Any], route: str, *, wall: bool = False) -> None:
        """One picture, once everything on the page is there."""
        state = await signed_in(self._url, login, self.password(login))
        mode = {"name": "shuniu.mode", "value": "wall" if wall else "desk"}
        state["origins"] = [{"origin": self._url, "localStorage": [mode]}]
        page = await self.pages.open(device, route, storage_state=state)
        await _settled(page, name)
        await self.pages.picture(page, name)
        print(f"{name}.png")


async def _settled(page: Page, name: str) -> None:
    await expect(page.get_by_role("heading", level=1).first).to_be_visible()
    match name:
        case "overview" | "wall":
            await shows_fresh_figures(page)
        case "board":
            await expect(page.get_by_role("option").first).to_be_visible()
            await page.get_by_role("option").first.click()
            await expect(page.get_by_role("article")).to_be_visible()
        case "matter" | "chain":
            await expect(page.get_by_role("article").get_by_role("listitem").first).to_be_visible()
        case "grid" | "whistle" | "services_desk" | "insurance" | "volunteer":
            await expect(page.get_by_role("table").first.get_by_role("row").nth(1)).to_be_visible()
        case "data":
            await expect(page.get_by_role("main").get_by_role("link").first).to_be_visible()
        case "phone":
            await expect(page.get_by_role("main").get_by_role("listitem").first).to_be_visible()
    # Fonts and map tiles of the page's own; nothing is asked elsewhere.
    await page.evaluate("document.fonts.ready.then(() => new Promise(done => requestAnimationFrame(done)))")
    await page.wait_for_timeout(800)


async def _matter(street: Street) -> str:
    """A whistle at work with much to show: units called, phases, evidence."""
    desk = street.desk("operator")
    listed = (await desk.get("/matters", open="true", kind="whistle", limit=200))["items"]
    pages = [await desk.get(f"/matters/whistle/whistle/{matter['id']}") for matter in listed]
    best = max(pages, key=lambda page: (len(page["timeline"]), page["matter"]["number"]))
    return str(best["matter"]["id"])


async def _chain(street: Street) -> str:
    """The last whistle of the kindergarten's eight."""
    listed = await street.desk("operator").get("/matters", kind="whistle", limit=500)
    of_case = [matter for matter in listed["items"] if GARDEN in matter["place"].get("name", "")]
    return str(max(of_case, key=lambda matter: matter["opened_at"])["id"])


async def _pictured(url: str, state: StateFolder, folder: Path, browser: Browser) -> list[str]:
    """All pictures of the running street; what was not clean about its pages."""
    album = Album(browser, url, state, folder)
    street = Street(url, "pictures", album.password)
    async with album.pages:
        life = Life(street, 0.1, {})
        going = asyncio.create_task(life.go_on())
        await until(lambda: life.moves >= MOVES or life.refusals >= 10 * MOVES, within=120, every=0.1)
        going.cancel()
        matter = await _matter(street)
        await album.take("overview", "operator", DESK, "/")
        await album.take("wall", "operator", WALL, "/", wall=True)
        await album.take("board", "operator", DESK, "/board")
        await album.take("matter", "operator", DESK, f"/matter/whistle/whistle/{matter}")
        chain = await _chain(street)
        await album.take("chain", "clerk", DESK, f"/matter/whistle/whistle/{chain}")
        for service in ("grid", "whistle", "services_desk", "insurance", "volunteer"):
            await album.take(service, "leader", DESK, f"/service/{service}")
        await album.take("data", "data-steward", DESK, "/data")
        await album.take("phone", "worker-01", PHONE, "/my")
        # Who drew a vote by code is not a leader's to see; the browser logs the refusal.
        album.pages.forgive("/awards/codes")
        faults = list(album.pages.faults)
    await street.close()
    return faults


async def make(folder: Path, scale: float, running: tuple[str, Path] | None) -> None:
    """Run the street, or take one that runs, and take all pictures into ``folder``."""
    path = chromium_path()
    if not path:
        sys.exit("No Chromium on this machine: apt-get install chromium fonts-noto-cjk")
    if running is not None:
        async with launched(path) as browser:
            faults = await _pictured(running[0], StateFolder(running[1]), folder, browser)
    else:
        with tempfile.TemporaryDirectory(prefix="shuniu-pictures-") as temporary:
            state = Path(temporary) / "state"
            demonstration = Demonstration(StateFolder(state), scale=scale, pace=0)
            options = SuiteOptions(
                state=state,
                scope=demonstration.scope,
                port=free_port(),
                clock_file=demonstration.clock_file,
                registry_file=demonstration.registry_file,
            )
            suite = Suite(choose_services(()), options, before=demonstration.begin)
            async with suite, launched(path) as browser:
                await demonstration.load(suite)
                faults = await _pictured(suite.url, StateFolder(state), folder, browser)
    if faults:
        sys.exit(f"The pages were not clean: {faults}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Picture the demonstration street for the documents.")
    parser.add_argument("--to", type=Path, default=HERE, help="folder for the pictures (default: beside this script)")
    parser.add_argument("--scale", type=float, default=1.0, help="length of the street's past (default: 1, all of it)")
    parser.add_argument("--of", help="address of a demonstration that runs already; --state names its folder")
    parser.add_argument("--state", type=Path, default=Path(".shuniu"), help="its state folder (default: .shuniu)")
    arguments = parser.parse_args()
    running = (arguments.of, arguments.state) if arguments.of else None
    asyncio.run(make(arguments.to, arguments.scale, running))
