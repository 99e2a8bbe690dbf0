"""What runs inside a measured page, and what is asked of it from outside (Chromium's own counters)."""

import asyncio
import contextlib
import json
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psutil
from playwright.async_api import Request

__all__ = ("PROBE", "SHOWN", "Asked", "Sample", "Window")

FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--enable-precise-memory-info")
PROBE: Final = """(() => {
  // Long tasks and paints from the very start; frames in counters that do not grow, so that the probe is no leak.
  const long = [], foreign = []
  const note = (e) => { if (long.length < 2000) long.push([e.startTime, e.startTime + e.duration]) }
  new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type: 'longtask' })
  const own = (e) => new URL(e.name, location.href).host === location.host
  const abroad = (e) => { if (!own(e) && foreign.length < 50) foreign.push(e.name) }
  new PerformanceObserver((list) => list.getEntries().forEach(abroad)).observe({ type: 'resource', buffered: true })
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
    frames: () => requestAnimationFrame(step), clear, take: () => c, long, foreign: () => foreign,
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

    def __call__(self, request: Request) -> None:
        """One request."""
        address = urlsplit(request.url)
        if address.scheme in ("data", "blob"):
            return
        if address.netloc != self.host:
            self.foreign.append(request.url)
        elif request.service_worker:
            self.of_worker += 1
        elif address.path.endswith(".js") and "/assets/" in address.path:
            self.scripts.append(Path(address.path).name)


@dataclass(frozen=True)
class Sample:
    """A minute of a page: its frames, and what it holds after a forced collection."""

    minute: float
    heap_mb: float
    nodes: int
    listeners: int
    documents: int
    renderer_mb: float
    """Memory of the page's process that is not shared with others, as the operating system counts it."""
    fps: float
    worst_ms: float
    over_100_ms: int
    bursts: int
    processor: float
    """Share of a core that the page's process took."""

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


class Window:
    """A browser of its own with one page, to which nobody is attached but for the moment of a question."""

    def __init__(self, node: Path, port: int, process: psutil.Process) -> None:
        self._node = node
        self._port = port
        self._process = process
        self._spent = (0.0, 0.0)

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, chromium: str, node: Path, size: tuple[int, int]) -> "AsyncIterator[Window]":
        """Start it with an empty page."""
        with tempfile.TemporaryDirectory(prefix="shuniu-bench-", ignore_cleanup_errors=True) as folder:
            asked = ("--headless=new", "--remote-debugging-port=0", f"--user-data-dir={folder}", "--lang=zh-CN")
            command = [chromium, *FLAGS, *asked, "--window-size={},{}".format(*size), "about:blank"]
            with subprocess.Popen(command, stderr=subprocess.DEVNULL) as browser:  # noqa: ASYNC220
                try:
                    said = Path(folder) / "DevToolsActivePort"
                    while not said.exists() or not said.read_text():  # noqa: ASYNC110 - written by another
                        await asyncio.sleep(0.1)
                    port = int(said.read_text().split()[0])
                    yield cls(node, port, psutil.Process(browser.pid))
                finally:
                    browser.terminate()

    async def ask(self, *calls: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
        """Answers of the debugging protocol, in order."""
        script = Path(__file__).with_name("page_ask.mjs")
        process = await asyncio.create_subprocess_exec(
            str(self._node), str(script), str(self._port), json.dumps(calls), stdout=asyncio.subprocess.PIPE
        )
        output, _ = await process.communicate()
        if process.returncode:
            raise RuntimeError(f"the page did not answer {calls[0][0]}")
        found: list[dict[str, Any]] = json.loads(output)
        return found

    async def run(self, script: str) -> Any:
        """The value of a script in the page."""
        (found,) = await self.ask(("Runtime.evaluate", {"expression": script, "returnByValue": True}))
        return found["result"].get("value")

    async def until(self, script: str, within: float = 120.0) -> None:
        """Return once the script's value is true."""
        async with asyncio.timeout(within):
            while not await self.run(script):  # noqa: ASYNC110 - in another process
                await asyncio.sleep(0.5)

    def _renderers(self) -> list[psutil.Process]:
        return [p for p in self._process.children(recursive=True) if "--type=renderer" in p.cmdline()]

    def _memory_mb(self) -> float:
        return max((p.memory_full_info().uss for p in self._renderers()), default=0) / 1e6

    def _processor(self) -> float:
        """Share of a core since the last time."""
        before, self._spent = self._spent, (time.monotonic(), sum(sum(p.cpu_times()[:2]) for p in self._renderers()))
        return (self._spent[1] - before[1]) / max(0.001, self._spent[0] - before[0])

    async def begin(self) -> None:
        """Begin to watch frames."""
        await self.run(PROBE)
        await self.run("window.__probe.clear(); window.__probe.frames()")
        self._processor()

    async def sample(self, minute: float) -> Sample:
        """The time since the last one. Frames are taken before the collection, which is a long pause of its own."""
        share = self._processor()
        collect: tuple[str, dict[str, Any]] = ("HeapProfiler.collectGarbage", {})
        *_, frames, _, _, metrics, _ = await self.ask(
            ("Performance.enable", {}),
            ("Runtime.evaluate", {"expression": "window.__probe.take()", "returnByValue": True}),
            collect,
            collect,  # what the first one lets go may have held others
            ("Performance.getMetrics", {}),
            ("Runtime.evaluate", {"expression": "window.__probe.clear()"}),
        )
        seen = frames["result"]["value"]
        now = {metric["name"]: metric["value"] for metric in metrics["metrics"]}
        sample = Sample(
            minute=round(minute, 2),
            heap_mb=round(now["JSHeapUsedSize"] / 1e6, 2),
            nodes=int(now["Nodes"]),
            listeners=int(now["JSEventListeners"]),
            documents=int(now["Documents"]),
            renderer_mb=round(self._memory_mb(), 1),
            fps=round(seen["frames"] / max(0.001, seen["ms"] / 1000), 1),
            worst_ms=round(seen["worst"], 1),
            over_100_ms=seen["over100"],
            bursts=seen["bursts"],
            processor=round(share, 3),
        )
        self._processor()  # asking is not the page's work
        return sample
