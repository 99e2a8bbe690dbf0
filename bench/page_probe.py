"""What runs inside a measured page, and what is asked of it from outside (Chromium's own counters)."""

import asyncio
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psutil
from playwright.async_api import Browser, CDPSession, Page, Request

__all__ = ("PROBE", "SHOWN", "Asked", "Sample", "Watcher")

PROBE: Final = """(() => {
  // Long tasks and paints from the very start; frames in counters that do not grow, so that the probe is no leak.
  const long = []
  const note = (e) => { if (long.length < 2000) long.push([e.startTime, e.startTime + e.duration]) }
  new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type: 'longtask' })
  let c, last = 0, run = 0
  const clear = () => { c = { frames: 0, ms: 0, worst: 0, over100: 0, bursts: 0, slow: 0 }; last = 0; run = 0 }
  clear()
  const step = (at) => {
    if (last) {
      const gap = at - last
      c.frames++; c.ms += gap; c.worst = Math.max(c.worst, gap)
      if (gap > 100) c.over100++
      if (gap > 50) { c.slow++; if (++run === 3) c.bursts++ } else run = 0
    }
    last = at
    requestAnimationFrame(step)
  }
  window.__probe = {
    frames: () => requestAnimationFrame(step), clear, take: () => c, long,
    paint: () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null,
    // Interactive: the first paint or, if later, the end of the first long task (> 50 ms) after which, for 2 s, tasks
    // kept input waiting (what they lasted beyond 50 ms) no longer than 200 ms in all. A live page never rests.
    interactive: async () => {
      const span = 2000, most = 200
      for (;;) {
        const paint = window.__probe.paint() ?? 0
        const upto = performance.now() - span
        for (const from of [paint, ...long.map((x) => x[1]).filter((x) => x > paint)]) {
          if (from > upto) break
          const wait = ([start, end]) => Math.max(0, Math.min(end, from + span) - Math.max(start, from) - 50)
          if (long.reduce((sum, x) => sum + wait(x), 0) <= most) return from
        }
        await new Promise((go) => setTimeout(go, 200))
      }
    },
  }
})()"""
SHOWN: Final = """() => (document.querySelector('[role=option]') ||
  document.querySelector('[role=application] canvas') && document.querySelector('.latebox li')) && performance.now()"""
"""True once the page shows data: rows of a board; on an overview the map and the late list."""


@dataclass
class Asked:
    """What a page asked for: scripts of its own host, and hosts that are not its own."""

    host: str
    scripts: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    of_worker: int = 0
    """What its service worker asked for: the whole page, to keep it for when there is no line."""
    _paged: float = 0.0

    def __call__(self, request: Request) -> None:
        """One request."""
        address = urlsplit(request.url)
        if address.scheme in ("data", "blob"):
            return
        if address.netloc != self.host:
            self.foreign.append(request.url)
        elif request.service_worker:
            self.of_worker += 1
        elif address.path.endswith("/matters"):
            self._paged = time.monotonic()
        elif address.path.endswith(".js") and "/assets/" in address.path:
            self.scripts.append(Path(address.path).name)

    async def settled(self, quiet: float = 3.0) -> None:
        """Return once no page of matters was asked for during ``quiet`` seconds: a board has loaded its 20,000."""
        while (left := self._paged + quiet - time.monotonic()) > 0:  # noqa: ASYNC110 - silence is no event
            await asyncio.sleep(left)


@dataclass(frozen=True)
class Sample:
    """A minute of a page: its frames, and what it holds after a forced collection."""

    minute: float
    heap_mb: float
    nodes: int
    listeners: int
    documents: int
    renderers_mb: float
    fps: float
    worst_ms: float
    over_100_ms: int
    bursts: int
    main_thread: float
    """Share of a core; ``script`` of it in JavaScript."""
    script: float

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


class Watcher:
    """Asks Chromium what one page holds and does."""

    def __init__(self, page: Page, session: CDPSession, browser: CDPSession) -> None:
        self._page = page
        self._session = session
        self._browser = browser
        self._before: dict[str, float] = {}

    @classmethod
    async def of(cls, browser: Browser, page: Page) -> "Watcher":
        """Begin to watch: counters and frames."""
        session = await page.context.new_cdp_session(page)
        await session.send("Performance.enable")
        watcher = cls(page, session, await browser.new_browser_cdp_session())
        await watcher._collected()
        await page.evaluate("window.__probe.clear(); window.__probe.frames()")
        return watcher

    async def _collected(self) -> dict[str, float]:
        """Chromium's figures after a forced collection. Twice: what the first one lets go may hold others."""
        for _ in range(2):
            await self._session.send("HeapProfiler.collectGarbage")
        found = await self._session.send("Performance.getMetrics")
        self._before = {metric["name"]: metric["value"] for metric in found["metrics"]}
        return self._before

    async def _renderers_mb(self) -> float:
        told = await self._browser.send("SystemInfo.getProcessInfo")
        pids = [process["id"] for process in told["processInfo"] if process["type"] == "renderer"]
        return sum(psutil.Process(pid).memory_info().rss for pid in pids if psutil.pid_exists(pid)) / 1e6

    async def sample(self, minute: float) -> Sample:
        """The time since the last one. Frames are taken before the collection, which is a long pause of its own."""
        frames = await self._page.evaluate("window.__probe.take()")
        before = self._before
        now = await self._collected()
        renderers = await self._renderers_mb()
        await self._page.evaluate("window.__probe.clear()")
        seconds = max(0.001, now["Timestamp"] - before["Timestamp"])
        return Sample(
            minute=round(minute, 2),
            heap_mb=round(now["JSHeapUsedSize"] / 1e6, 2),
            nodes=int(now["Nodes"]),
            listeners=int(now["JSEventListeners"]),
            documents=int(now["Documents"]),
            renderers_mb=round(renderers, 1),
            fps=round(frames["frames"] / max(0.001, frames["ms"] / 1000), 1),
            worst_ms=round(frames["worst"], 1),
            over_100_ms=frames["over100"],
            bursts=frames["bursts"],
            main_thread=round((now["TaskDuration"] - before["TaskDuration"]) / seconds, 3),
            script=round((now["ScriptDuration"] - before["ScriptDuration"]) / seconds, 3),
        )
