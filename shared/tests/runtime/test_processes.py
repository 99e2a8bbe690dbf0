"""Both shapes of a running suite, with a stand-in application so that only the running itself is tested."""

import asyncio
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from shuniu.runtime.child import SetUpError
from shuniu.runtime.ports import free_port
from shuniu.runtime.processes import Isolated, Together
from shuniu.runtime.serving import Serving
from shuniu.runtime.settings import Deployment
from shuniu.runtime.watchdog import LoopWatchdog


class StandIn:
    """The smallest host: answers its name, notes its life, fails or stands still when told to."""

    def __init__(self, service: str, deployment: Deployment) -> None:
        self.service, self.deployment = service, deployment
        self.life: list[str] = []

    async def start(self) -> None:
        self.life.append("start")
        if self.service == "broken":
            raise SetUpError("broken cannot start.")

    async def stop(self) -> None:
        self.life.append("stop")

    async def app(self, scope: dict[str, Any], receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
        if scope["type"] == "lifespan":
            for step in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{step}.complete"})
            return
        self.life.append(scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": self.service.encode(), "more_body": scope["path"] == "/open"})
        if scope["path"] == "/open":
            await asyncio.Event().wait()


def deployment(service: str, folder: Path, port: int = 0) -> Deployment:
    return Deployment(
        service=service,
        scope="320199001",
        database_url="postgresql://nowhere/x",
        port=port,
        state_dir=folder / service,
        keys_dir=folder / "keys",
        instance=f"{service}-1",
    )


async def get(url: str) -> str:
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.get(url)).text


async def test_services_share_a_loop_and_one_that_fails_takes_nobody_down(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    together = Together([(n, deployment(n, folder)) for n in ("a", "broken", "b")], host_maker=StandIn)
    await together.start()
    try:
        assert together.running().keys() == {"a", "b"}
        assert {pid for _, pid in together.running().values()} == {os.getpid()}
        for name, (url, _) in together.running().items():
            assert await get(f"{url}/x") == name
        assert str(together.failed["broken"]) == "broken cannot start."
        assert "broken cannot start." in caplog.text
        hosts = {name: one.host for name, one in together.serving.items()}
        urls = [url for url, _ in together.running().values()]
    finally:
        await together.stop()
    for host in hosts.values():
        assert isinstance(host, StandIn)
        assert host.life == ["start", "/x", "stop"]
    for url in urls:
        with pytest.raises(httpx.ConnectError):
            await get(url)


async def test_an_open_stream_does_not_hold_up_the_end(folder: Path) -> None:
    serving = Serving("a", deployment("a", folder), host_maker=StandIn)
    await serving.start()
    async with (
        httpx.AsyncClient(base_url=serving.url, trust_env=False) as client,
        client.stream("GET", "/open") as answer,
    ):
        assert answer.status_code == 200
        started = time.monotonic()
        await serving.stop()
        assert time.monotonic() - started < 5


async def test_a_taken_port_is_said_before_anything_starts(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        serving = Serving("a", deployment("a", folder, port), host_maker=StandIn)
        with pytest.raises(SetUpError, match=f"Port {port} on 127.0.0.1 is taken"):
            await serving.start()
    assert isinstance(serving.host, StandIn)
    assert serving.host.life == []


# What a child process of the isolated shape does here: serve one StandIn on the port its environment names.
CHILD = """
import asyncio, os, sys
sys.path.insert(0, sys.argv[1])
from test_processes import StandIn
from shuniu.cli.loops import Stop, run
from shuniu.runtime.serving import Serving
from shuniu.runtime.settings import Deployment

async def main(name):
    assert "SHUNIU_SECRET_DATABASE_URL" not in os.environ
    stop, one = Stop(), Serving(name, Deployment.from_environment(name), host_maker=StandIn)
    await one.start()
    await stop.wait()
    await one.stop()

run(main(sys.argv[2]))
"""


def command(name: str) -> list[str]:
    return [sys.executable, "-c", CHILD, str(Path(__file__).parent), name]


async def test_isolated_services_are_started_again_when_killed_and_end_when_asked(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHUNIU_SECRET_DATABASE_URL", "postgresql://another/services/database")
    changed = asyncio.Event()
    isolated = Isolated(
        [deployment(name, folder, free_port()) for name in ("a", "b")], command=command, on_change=changed.set
    )
    await isolated.start()
    try:
        before = dict(isolated.running())
        assert len({pid for _, pid in before.values()} | {os.getpid()}) == 3
        os.kill(before["a"][1], signal.SIGKILL)
        await asyncio.wait_for(changed.wait(), 30)
        after = dict(isolated.running())
        assert after["b"] == before["b"]
        assert after["a"][0] == before["a"][0]
        assert after["a"][1] != before["a"][1]
        assert await get(f"{after['a'][0]}/x") == "a"
        assert isolated.kept["a"].restarts == 1
    finally:
        await isolated.stop()
    assert [kept.child.returncode for kept in isolated.kept.values()] == [0, 0]


async def test_an_isolated_service_that_cannot_start_is_tried_again_beside_the_others(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    isolated = Isolated([deployment(name, folder, free_port()) for name in ("a", "broken")], command=command)
    await isolated.start()
    try:
        assert isolated.running().keys() == {"a"}
        assert "broken ended with status 1" in caplog.text
        async with asyncio.timeout(30):
            while caplog.text.count("broken ended with status 1") < 2:  # noqa: ASYNC110 - a log has no event to await
                await asyncio.sleep(0.01)
    finally:
        await isolated.stop()


async def test_the_watchdog_names_the_code_that_held_the_loop(caplog: pytest.LogCaptureFixture) -> None:
    def hogs_the_loop() -> None:
        deadline = time.monotonic() + 0.6
        while time.monotonic() < deadline:
            pass

    watchdog = LoopWatchdog(threshold=0.1)
    watchdog.start()
    try:
        with caplog.at_level(logging.WARNING, "shuniu.watchdog"):
            for _ in range(20):  # on a machine that gives the watching thread no time it rightly says nothing
                await asyncio.sleep(0.06)
                hogs_the_loop()
                await asyncio.sleep(0.06)
                if watchdog.stalls:
                    break
    finally:
        await watchdog.stop()
    # A beat that comes late may let a second one be held before the first is counted; each is counted and named once.
    said = [record.getMessage() for record in caplog.records if record.name == "shuniu.watchdog"]
    assert len(said) == watchdog.stalls >= 1
    assert all("hogs_the_loop" in line for line in said)
    assert watchdog.longest > watchdog.threshold


async def test_a_busy_loop_without_a_blocking_call_is_no_fault() -> None:
    def short() -> None:
        deadline = time.monotonic() + 0.002
        while time.monotonic() < deadline:
            pass

    watchdog = LoopWatchdog(threshold=0.1)
    watchdog.start()
    try:
        await asyncio.sleep(0.06)
        loop, done = asyncio.get_running_loop(), asyncio.Event()
        for _ in range(300):  # 0.6 s of work in one turn of the loop
            loop.call_soon(short)
        loop.call_soon(done.set)
        await done.wait()
        await asyncio.sleep(0.06)
    finally:
        await watchdog.stop()
    assert watchdog.stalls == 0
