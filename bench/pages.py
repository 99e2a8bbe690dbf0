"""Frames, main thread and heap of the command view under load, in a headless Chromium without GPU.

    python bench/pages.py [--matters 20000] [--rate 50] [--seconds 30]

It serves the built page from the made-up domain of ``web/dev/mock.mjs``, which changes ``rate`` matters a second, and
looks at the overview, the wall, the board's list and its kanban. It measures and asserts nothing: figures of one
machine are no test of another. ``heap`` is taken after a forced collection, at the beginning and at the end.
"""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, async_playwright

ROOT: Final = Path(__file__).parents[1]
WEB: Final = ROOT / "services" / "gateway" / "web"
SCREENS: Final = {
    "overview": ("/", 1440, 900, "desk"),
    "wall 1920x1080": ("/", 1920, 1080, "wall"),
    "board list": ("/board?mode=list", 1440, 900, "desk"),
    "board kanban": ("/board/item?service=lost&mode=kanban", 1440, 900, "desk"),
}
FRAMES: Final = """(ms) => new Promise((done) => {
  const gaps = []; let last = performance.now(); const end = last + ms
  const step = (at) => { gaps.push(at - last); last = at; at < end ? requestAnimationFrame(step) : done(gaps) }
  requestAnimationFrame(step)
})"""


async def measure(browser: Browser, url: str, screen: str, seconds: int) -> dict[str, Any]:
    """One screen under load."""
    route, width, height, mode = SCREENS[screen]
    context = await browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    await context.add_init_script(f"localStorage.setItem('shuniu.mode', '{mode}')")
    page = await context.new_page()
    await page.goto(f"{url}/#{route}")
    await page.locator("[role=option], [role=application]").first.wait_for(timeout=60_000)
    await page.wait_for_timeout(6000)  # everything is loaded, as it will be for the next days
    session = await context.new_cdp_session(page)
    await session.send("Performance.enable")

    async def figures() -> dict[str, float]:
        await session.send("HeapProfiler.collectGarbage")
        found = await session.send("Performance.getMetrics")
        return {metric["name"]: metric["value"] for metric in found["metrics"]}

    before = await figures()
    gaps: list[float] = (await page.evaluate(FRAMES, seconds * 1000))[1:]
    after = await figures()
    rows = await page.evaluate("document.querySelectorAll('[role=option]').length")
    await context.close()
    gaps.sort()

    def spent(name: str) -> float:
        return round((after[name] - before[name]) / seconds * 100, 1)

    return {
        "screen": screen,
        "fps": round(len(gaps) / (sum(gaps) / 1000), 1),
        "p95_frame_ms": round(gaps[int(len(gaps) * 0.95)], 1),
        "worst_frame_ms": round(gaps[-1], 1),
        "main_thread_%": spent("TaskDuration"),
        "script_%": spent("ScriptDuration"),
        "heap_mb": [round(each["JSHeapUsedSize"] / 1e6, 1) for each in (before, after)],
        "rows_in_dom": rows,
    }


async def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Measure the command view under load.")
    parser.add_argument("--matters", type=int, default=20_000)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--port", type=int, default=8793)
    given = parser.parse_args()
    sys.path.insert(0, str(ROOT / "services" / "gateway"))
    sys.path.insert(0, str(ROOT / "tests" / "journeys"))
    from build_web import tool_folder
    from watching import chromium_path

    more = {"MATTERS": given.matters, "RATE": given.rate, "SIGNED": 1}
    environment = {**os.environ, **{name: str(value) for name, value in more.items()}}
    command = [str(tool_folder() / "node"), str(WEB / "dev" / "mock.mjs"), str(given.port)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True) as mock:  # noqa: ASYNC220
        try:
            assert mock.stdout is not None
            await asyncio.to_thread(mock.stdout.readline)
            async with async_playwright() as playwright:
                flags = ["--no-sandbox", "--disable-gpu", "--enable-precise-memory-info"]
                browser = await playwright.chromium.launch(executable_path=chromium_path(), args=flags)
                for screen in SCREENS:
                    found = await measure(browser, f"http://127.0.0.1:{given.port}", screen, given.seconds)
                    print(json.dumps(found, ensure_ascii=False), flush=True)
                await browser.close()
        finally:
            os.killpg(mock.pid, signal.SIGTERM)  # node may be behind a wrapper of its wheel


if __name__ == "__main__":
    asyncio.run(main())
