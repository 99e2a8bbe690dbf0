"""From a command given to its matter on an open screen: the whole way through log, relay, bus, projection and SSE."""

import asyncio
import json
import statistics
import time
from pathlib import Path
from typing import Any

import httpx
from shuniu.chassis.identity import Issuer
from shuniu.runtime.installed import choose_services
from shuniu.runtime.suite import Suite, SuiteOptions
from shuniu.testing.waiting import until

SCOPE = "320199001"
CLIENTS = 16


async def event_to_screen(folder: Path, rate: float, seconds: float) -> dict[str, Any]:
    """p50 and p99 in milliseconds from sending the command to its matter's arrival on an operator's stream.

    Isolated processes; commands come at ``rate`` a second on the grid service's own port, the screen is one SSE client
    of the gateway, signed in as the first administrator would let it: with a token that reads the whole street.
    """
    import shuniu_demo

    registry = next(Path(str(shuniu_demo.__file__)).parent.glob(f"data/registry-{SCOPE}.json"))
    options = SuiteOptions(state=folder, scope=SCOPE, isolate=True, registry_file=registry, logs=True)
    suite = Suite(choose_services(("grid", "gateway")), options)
    await suite.start()
    try:
        running = suite.shape.running()
        issuer = Issuer.load(suite.deployments["grid"].keys_dir, f"/{SCOPE}/gateway")

        def token(*roles: str) -> dict[str, str]:
            issued = issuer.issue("bench", roles=roles, areas=(SCOPE,), clearance=3)
            return {"Authorization": f"Bearer {issued.token}"}

        async with (
            httpx.AsyncClient(base_url=running["grid"][0], headers=token("grid_worker"), trust_env=False) as giver,
            httpx.AsyncClient(base_url=running["gateway"][0], headers=token("operator"), trust_env=False) as viewer,
        ):
            return await _measure(giver, viewer, rate, seconds)
    finally:
        await suite.stop()


async def _measure(giver: httpx.AsyncClient, viewer: httpx.AsyncClient, rate: float, seconds: float) -> dict[str, Any]:
    seen: dict[str, float] = {}
    sent: dict[str, float] = {}
    listening = asyncio.Event()
    watching = asyncio.create_task(_watch(viewer, seen, listening))
    await asyncio.wait_for(listening.wait(), 30)
    begun = time.perf_counter()
    count = int(rate * seconds)
    turns = iter(range(count))

    async def client() -> None:
        for n in turns:
            wait = begun + n / rate - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            at = time.perf_counter()
            body = {"place": {"name": "河边步道"}, "area": "320199001001001", "category": "E0102"}
            answer = await giver.post(
                "/commands/grid.report", json=body, headers={"Idempotency-Key": f"screen-{n:08d}"}
            )
            answer.raise_for_status()
            sent[answer.json()["matter"]["id"]] = at

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    await until(lambda: not sent.keys() - seen.keys(), within=30)
    watching.cancel()
    took = sorted((seen[m] - sent[m]) * 1000 for m in list(sent)[count // 10 :])
    return {
        "commands a second": round(len(sent) / (max(sent.values()) - begun), 1),
        "events": len(took),
        "p50_ms": round(statistics.median(took), 1),
        "p99_ms": round(took[int(len(took) * 0.99)], 1),
        "max_ms": round(took[-1], 1),
    }


async def _watch(viewer: httpx.AsyncClient, seen: dict[str, float], listening: asyncio.Event) -> None:
    kind = ""
    async with viewer.stream("GET", "/api/v1/stream", timeout=None) as stream:
        stream.raise_for_status()
        listening.set()
        async for line in stream.aiter_lines():
            if line.startswith("event:"):
                kind = line[6:].strip()
            elif line.startswith("data:") and kind == "matter":
                seen.setdefault(json.loads(line[5:])["id"], time.perf_counter())
