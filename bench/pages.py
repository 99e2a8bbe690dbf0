"""The command view in a headless Chromium without GPU: how fast it opens, what it holds after an hour, its frames.

    python bench/pages.py [--seconds 3600] [--screen wall --screen overview] [--together] [--matters 20000] [--rate 50]

It serves the built page from the made-up domain of ``web/dev/mock.mjs``. First every screen is opened, at this
machine's speed and slowed four times, three times each from a server that has served it before, in a browser that has
not: first paint, interactive, data shown, scripts. Then ``rate`` matters change a second, and the screens are looked at
for ``seconds``, a sample a minute after a forced collection. The slope of the heap is fitted by least squares over the
samples after ``--warm-up`` seconds (a third of the time unless told). ``--together``: all screens at once, each in a
browser of its own. It asserts nothing: figures of one machine are no test of another. Results go to
bench/results/pages.json; docs/performance.md quotes them as ratios to the limits below.
"""

import argparse
import asyncio
import gzip
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, BrowserContext, Page, Playwright, async_playwright

ROOT: Final = Path(__file__).parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from bench.machine import describe  # noqa: E402
from bench.page_probe import FLAGS, PROBE, SHOWN, Asked, Sample, Window  # noqa: E402

WEB: Final = ROOT / "services" / "gateway" / "web"
DIST: Final = ROOT / "services" / "gateway" / "shuniu_gateway" / "dist"
RESULTS: Final = Path(__file__).parent / "results"
SCREENS: Final = {
    "overview": ("/", 1440, 900, "desk"),
    "wall": ("/", 1920, 1080, "wall"),
    "list": ("/board?mode=list", 1440, 900, "desk"),
    "kanban": ("/board/item?service=lost&mode=kanban", 1440, 900, "desk"),
}
LIMITS: Final = {
    "first paint, ms": 1500,
    "interactive, ms": 2500,
    "scripts before data, kB gz (map apart)": 350,
    "heap growth, MB an hour": 1,
    "bursts of slow frames": 0,
    "requests to foreign hosts": 0,
}
"""Of the command view's qualities. Flat memory: a week of a megabyte an hour is what a wall may gain."""
MAP_CHUNKS: Final = ("map-", "AreaMap-", "ShapesMap-", "GeoJSON-")
CALM: Final = 0.5
"""Changes a second while opening is measured: a street office has some hundreds a day."""


@asynccontextmanager
async def served(port: int, matters: int, rate: float, dist: Path = DIST) -> AsyncIterator[str]:
    """The page over the made-up domain; its address."""
    from build_web import tool_folder

    more = {"MATTERS": matters, "RATE": rate, "SIGNED": 1}
    environment = {**os.environ, **{name: str(value) for name, value in more.items()}}
    command = [str(tool_folder() / "node"), str(WEB / "dev" / "mock.mjs"), str(port), str(dist)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True) as mock:  # noqa: ASYNC220
        try:
            assert mock.stdout is not None
            await asyncio.to_thread(mock.stdout.readline)
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(mock.pid, signal.SIGTERM)  # node may be behind a wrapper of its wheel


@asynccontextmanager
async def launched(playwright: Playwright) -> AsyncIterator[Browser]:
    """A browser of its own."""
    from watching import chromium_path

    browser = await playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
    try:
        yield browser
    finally:
        await browser.close()


async def opened(browser: Browser, url: str, screen: str, slow: int = 1) -> tuple[BrowserContext, Page, Asked]:
    """A screen on its way in a fresh context, with the probe in it."""
    route, width, height, mode = SCREENS[screen]
    context = await browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    await context.add_init_script(f"localStorage.setItem('shuniu.mode', '{mode}')")
    await context.add_init_script(PROBE)
    page = await context.new_page()
    asked = Asked(url.removeprefix("http://"))
    context.on("request", asked)
    if slow > 1:
        session = await context.new_cdp_session(page)
        await session.send("Emulation.setCPUThrottlingRate", {"rate": slow})
    await page.goto(f"{url}/#{route}", wait_until="commit")
    return context, page, asked


def packed_kb(names: list[str]) -> float:
    """What these scripts weigh on the way."""
    return sum(len(gzip.compress((DIST / "assets" / name).read_bytes(), 9)) for name in set(names)) / 1000


async def open_once(browser: Browser, url: str, screen: str, slow: int) -> dict[str, float]:
    """Milliseconds from the start of the navigation; kilobytes of scripts asked for before data stood there."""
    context, page, asked = await opened(browser, url, screen, slow)
    shown = await (await page.wait_for_function(SHOWN, timeout=120_000)).json_value()
    scripts = list(asked.scripts)
    found = {
        "first paint": await page.evaluate("window.__probe.paint()"),
        "interactive": await page.evaluate("window.__probe.interactive()"),
        "data shown": shown,
        "scripts kB": packed_kb([name for name in scripts if not name.startswith(MAP_CHUNKS)]),
        "map kB": packed_kb([name for name in scripts if name.startswith(MAP_CHUNKS)]),
        "foreign": float(len(asked.foreign)),
    }
    await context.close()
    return found


async def openings(playwright: Playwright, url: str, screens: list[str], times: int) -> dict[str, dict[str, float]]:
    """Medians for each screen and speed; the first opening of each warms the server and is not counted."""
    out = {}
    async with launched(playwright) as browser:
        for screen in screens:
            await open_once(browser, url, screen, 1)
            for slow in (1, 4):
                runs = [await open_once(browser, url, screen, slow) for _ in range(times)]
                name = screen if slow == 1 else f"{screen}, {slow} times slower"
                out[name] = {key: round(statistics.median(run[key] for run in runs), 1) for key in runs[0]}
                print(json.dumps({"opened": name, **out[name]}, ensure_ascii=False), flush=True)
    return out


async def watch(url: str, screen: str, seconds: float, every: float) -> dict[str, Any]:
    """One screen under load for a while, in a browser of its own that nobody stays attached to."""
    from build_web import tool_folder
    from watching import chromium_path

    route, width, height, mode = SCREENS[screen]
    async with Window.open(chromium_path(), tool_folder() / "node", (width, height)) as window:
        await window.ask(("Page.navigate", {"url": f"{url}/favicon.svg"}))
        await window.until(f"location.href.startsWith({json.dumps(url)})")
        await window.run(f"localStorage.setItem('shuniu.mode', '{mode}'); location.href = '{url}/#{route}'")
        await window.until(f"({SHOWN})()")
        paged = "performance.getEntriesByType('resource').filter((e) => e.name.includes('/matters?')).length"
        while (before := await window.run(paged)) is not None:  # a board loads page after page
            await asyncio.sleep(5)
            if await window.run(paged) == before:
                break
        await window.begin()
        begun, samples = time.monotonic(), []
        while (left := begun + seconds - time.monotonic()) > 0:
            await asyncio.sleep(min(every, left))
            sample = await window.sample((time.monotonic() - begun) / 60)
            samples.append(sample)
            print(json.dumps({"screen": screen, **sample.plain()}, ensure_ascii=False), flush=True)
        return {"samples": samples, "foreign": await window.run("window.__probe.foreign()")}


def growth(samples: list[Sample], warm_up: float) -> float | None:
    """Megabytes an hour by least squares over what comes after the warm-up; None where that is too little."""
    steady = [(s.minute / 60, s.heap_mb) for s in samples if s.minute * 60 > warm_up]
    if len(steady) < 5:
        return None
    return statistics.linear_regression([h for h, _ in steady], [mb for _, mb in steady]).slope


def summary(found: dict[str, Any], warm_up: float) -> dict[str, Any]:
    """A screen's hour in a line."""
    samples: list[Sample] = found["samples"]
    steady = [s for s in samples if s.minute * 60 > warm_up] or samples
    slope = growth(samples, warm_up)
    return {
        "heap growth, MB an hour": None if slope is None else round(slope, 2),
        "heap MB, first, after warm-up, last": [samples[0].heap_mb, steady[0].heap_mb, samples[-1].heap_mb],
        "nodes": [steady[0].nodes, samples[-1].nodes],
        "listeners": [steady[0].listeners, samples[-1].listeners],
        "documents": [steady[0].documents, samples[-1].documents],
        "memory of its process, MB": [steady[0].renderer_mb, samples[-1].renderer_mb],
        "fps, median": statistics.median(s.fps for s in samples),
        "processor, share of a core": statistics.median(s.processor for s in samples),
        "worst frame, ms": max(s.worst_ms for s in samples),
        "frames over 100 ms": sum(s.over_100_ms for s in samples),
        "bursts of slow frames": sum(s.bursts for s in samples),
        "requests to foreign hosts": len(found["foreign"]),
    }


def table(
    opening: dict[str, dict[str, float]], soak: dict[str, dict[str, Any]]
) -> list[tuple[str, str, Any, Any, Any]]:
    """(limit, screen, figure, limit's figure, their ratio); a limit of 0 has no ratio, only kept or not."""
    names = {"first paint": "first paint, ms", "interactive": "interactive, ms"}
    names["scripts kB"] = "scripts before data, kB gz (map apart)"
    rows = [
        (names[key], s, run[key]) for key in names for s, run in opening.items() if key != "scripts kB" or "," not in s
    ]
    rows += [(limit, s, found[limit]) for limit in LIMITS for s, found in soak.items() if limit in found]
    out = []
    for limit, screen, figure in rows:
        most = LIMITS[limit]
        ratio: Any = (
            "–" if figure is None else round(figure / most, 2) if most else ("kept" if figure <= most else "not kept")
        )
        out.append((limit, screen, figure, most, ratio))
    return out


async def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Measure the command view.")
    parser.add_argument("--matters", type=int, default=20_000)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--every", type=float, default=60, help="seconds between samples")
    parser.add_argument("--warm-up", type=float, help="seconds that the slope leaves out")
    parser.add_argument("--screen", action="append", choices=list(SCREENS))
    parser.add_argument("--together", action="store_true", help="all screens at once")
    parser.add_argument("--openings", type=int, default=3, help="0: opening is not measured")
    parser.add_argument("--port", type=int, default=8793)
    parser.add_argument("--dist", type=Path, default=DIST, help="a copy that no build replaces meanwhile")
    parser.add_argument("--out", type=Path, default=RESULTS / "pages.json")
    given = parser.parse_args()
    sys.path += [str(ROOT / "services" / "gateway"), str(ROOT / "tests" / "journeys")]
    screens: list[str] = given.screen or list(SCREENS)
    warm_up = given.seconds / 3 if given.warm_up is None else given.warm_up
    opening: dict[str, dict[str, float]] = {}
    soak: dict[str, dict[str, Any]] = {}
    begun = time.strftime("%Y-%m-%d %H:%M")
    async with async_playwright() as playwright:
        if given.openings:
            async with served(given.port, given.matters, CALM, given.dist) as url:
                opening = await openings(playwright, url, screens, given.openings)
        async with served(given.port, given.matters, given.rate, given.dist) as url:
            look: Callable[[str], Awaitable[dict[str, Any]]] = lambda screen: watch(  # noqa: E731
                url, screen, given.seconds, min(given.every, given.seconds)
            )
            if given.together:
                looked = await asyncio.gather(*(look(screen) for screen in screens))
            else:
                looked = [await look(screen) for screen in screens]
    for screen, found in zip(screens, looked, strict=True):
        soak[screen] = summary(found, warm_up)
    rows = table(opening, soak)
    print(json.dumps(soak, indent=1, ensure_ascii=False))
    for row in rows:
        print("{:40} {:28} {!s:>8} of {!s:>6}  {}".format(*row))
    given.out.parent.mkdir(exist_ok=True)
    kept = {
        "machine": describe(),
        "given": {k: str(v) for k, v in vars(given).items()},
        "begun": begun,
        "ratios": rows,
        "openings": opening,
        "soak": soak,
        "samples": {s: [x.plain() for x in f["samples"]] for s, f in zip(screens, looked, strict=True)},
    }
    given.out.write_text(json.dumps(kept, indent=1, ensure_ascii=False), "utf-8")


if __name__ == "__main__":
    asyncio.run(main())
