"""`make bench`: accepted commands a second and their processor time, against limit programs, in one run.

Programs are interleaved round by round, so a machine whose speed drifts drifts under all of them; what counts are the
ratios within a round. Results go to bench/results/latest.json and are printed as a table; docs/performance.md quotes
them. ``python -m bench [--rounds N] [--seconds S]``.
"""

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
from shuniu.chassis.identity import Issuer
from shuniu.runtime.nats import EmbeddedNats
from shuniu.runtime.ports import free_port
from shuniu.runtime.postgres import EmbeddedPostgres
from shuniu.runtime.settings import Deployment

from bench.machine import Meter, describe
from bench.screen import event_to_screen

RESULTS = Path(__file__).parent / "results"
SCOPE = "320199001"
AREA = "320199001001001"
CONNECTIONS = 64
BODY = {"place": {"name": "河边步道"}, "area": AREA, "category": "E0102", "description": "路边有一堆垃圾袋。"}


class Bench:
    """The servers and the programs under load."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self.folder = folder
        self.seconds = seconds
        self.postgres = EmbeddedPostgres(folder / "postgres")
        self.nats = EmbeddedNats(folder / "nats")
        self.children: list[subprocess.Popen[bytes]] = []
        self.token = ""

    async def open(self) -> None:
        """Start the servers, our service, the textbook program and the bare handler."""
        await asyncio.gather(self.postgres.start(), self.nats.start())
        textbook = await self.postgres.ensure_database("textbook")
        self.raw_dsn = await self.postgres.ensure_database("raw")
        self.ports = {name: free_port() for name in ("ours", "textbook", "bare")}
        deployment = Deployment(
            service="grid",
            scope=SCOPE,
            database_url=await self.postgres.ensure_database("grid"),
            nats_url=self.nats.url,
            port=self.ports["ours"],
            state_dir=self.folder / "grid",
            keys_dir=self.folder / "keys",
            registry_file=_registry(),
            instance="bench-grid",
        )
        deployment.keys_dir.mkdir(mode=0o700, exist_ok=True)
        self._issuer = Issuer.load(deployment.keys_dir, f"/{SCOPE}/gateway")
        python = sys.executable
        self.pids = {
            "ours": self._spawn(
                [python, "-m", "shuniu.cli", "serve", "grid", "--port", str(self.ports["ours"])],
                deployment.environment(),
            ),
            "textbook": self._spawn(
                [python, "-m", "bench.limits", "textbook", str(self.ports["textbook"]), textbook, self.nats.url]
            ),
            "bare": self._spawn([python, "-m", "bench.limits", "bare", str(self.ports["bare"])]),
        }
        for name, path in (("ours", "/health"), ("textbook", "/"), ("bare", "/")):
            await _answers(self.ports[name], path)

    def _spawn(self, command: list[str], environment: dict[str, str] | None = None) -> int:
        child = subprocess.Popen(command, env={**os.environ, **(environment or {})})
        self.children.append(child)
        return child.pid

    async def close(self) -> None:
        """End everything that was started here."""
        for child in self.children:
            child.send_signal(signal.SIGTERM)
        for child in self.children:
            child.wait(20)
        await asyncio.gather(self.postgres.stop(), self.nats.stop())

    def _servers(self) -> tuple[int, int]:
        assert self.postgres.child.pid is not None
        assert self.nats.child.pid is not None
        return self.postgres.child.pid, self.nats.child.pid

    async def load(self, name: str, path: str, rate: float = 0.0) -> dict[str, Any]:
        """One load on one program: its figures, with processor seconds a command of server, database and bus."""
        issued = self._issuer.issue("bench", roles=("grid_worker",), areas=(SCOPE,), clearance=2)
        meter = Meter(self.pids[name], *self._servers())
        output = await _run(
            "bench.load", self.ports[name], path, CONNECTIONS, self.seconds, rate, json.dumps(BODY), issued.token
        )
        figures: dict[str, Any] = json.loads(output)
        if figures["bad"]:
            print(f"  {name}: {figures['bad']} refused, the first: {figures['first_bad']}", file=sys.stderr)
        figures["cpu_us"] = meter.used() / max(1, figures["good"]) * 1e6
        return figures

    async def raw(self) -> dict[str, Any]:
        """The raw transactions."""
        meter = Meter(*self._servers())
        output = await _run("bench.limits", "raw", self.raw_dsn, self.seconds, 32)
        figures: dict[str, Any] = json.loads(output)
        figures["cpu_us"] = (meter.used() + figures["cpu_s"]) / max(1, figures["good"]) * 1e6
        return figures


async def _run(module: str, *args: object) -> bytes:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *map(str, args), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{module} ended with {process.returncode}")
    return output


async def _answers(port: int, path: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(60):
        while True:
            try:
                await client.get(f"http://127.0.0.1:{port}{path}")
                return
            except httpx.TransportError:
                await asyncio.sleep(0.05)


def _registry() -> Path:
    import shuniu_demo

    return next(Path(str(shuniu_demo.__file__)).parent.glob(f"data/registry-{SCOPE}.json"))


def _ratio(rounds: list[dict[str, dict[str, Any]]], figure: str, one: str, other: str) -> list[float]:
    return [r[one][figure] / r[other][figure] for r in rounds]


def _told(values: list[float], digits: int = 2) -> str:
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"


async def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5.0)
    options = parser.parse_args()
    machine = describe()
    print(json.dumps(machine, indent=1))
    with tempfile.TemporaryDirectory(prefix="shuniu-bench-") as folder:
        bench = Bench(Path(folder), options.seconds)
        await bench.open()
        try:
            rounds = await _rounds(bench, options.rounds)
        finally:
            await bench.close()
    saturation = statistics.median(r["ours"]["rate"] for r in rounds)
    with tempfile.TemporaryDirectory(prefix="shuniu-bench-") as folder:
        screen = await event_to_screen(Path(folder), rate=saturation / 5, seconds=options.seconds * 2)
    _report(machine, rounds, screen)


async def _rounds(bench: Bench, count: int) -> list[dict[str, dict[str, Any]]]:
    programs: dict[str, Callable[[], Awaitable[dict[str, Any]]]] = {
        "raw": bench.raw,
        "bare": lambda: bench.load("bare", "/commands/report"),
        "textbook": lambda: bench.load("textbook", "/commands/report"),
        "ours": lambda: bench.load("ours", "/commands/grid.report"),
    }
    rounds = []
    for n in range(-1, count):  # one round to warm up
        figures = {name: await program() for name, program in programs.items()}
        if n >= 0:
            rounds.append(figures)
            told = ", ".join(f"{name} {f['rate']:.0f}/s {f['cpu_us']:.0f} us" for name, f in figures.items())
            print(f"round {n + 1}: {told}")
    return rounds


def _report(machine: dict[str, str], rounds: list[dict[str, dict[str, Any]]], screen: dict[str, Any]) -> None:
    rates = {name: _told([r[name]["rate"] for r in rounds], 0) for name in rounds[0]}
    cpus = {name: _told([r[name]["cpu_us"] for r in rounds], 0) for name in rounds[0]}
    table = {
        "accepted commands a second": rates,
        "processor microseconds each (server, database, bus)": cpus,
        "ours / textbook, commands a second": _told(_ratio(rounds, "rate", "ours", "textbook")),
        "ours / raw transactions, a second": _told(_ratio(rounds, "rate", "ours", "raw")),
        "ours / bare POST, processor time": _told(_ratio(rounds, "cpu_us", "ours", "bare")),
        "ours / textbook, processor time": _told(_ratio(rounds, "cpu_us", "ours", "textbook")),
        "event to screen at a fifth of saturation": screen,
    }
    print(json.dumps(table, indent=1, ensure_ascii=False))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "latest.json").write_text(
        json.dumps({"machine": machine, "summary": table, "rounds": rounds}, indent=1, ensure_ascii=False), "utf-8"
    )


if __name__ == "__main__":
    asyncio.run(main())
