"""The two shapes of a running suite: every service in this process's loop, or one supervised process a service.

Together costs a sixth of the memory and under half of the CPU per request; isolated survives the death of any one.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import httpx

from shuniu.runtime.child import Child, SetUpError
from shuniu.runtime.serving import HostMaker, Serving, make_host, settle_memory
from shuniu.runtime.settings import Deployment
from shuniu.runtime.watchdog import LoopWatchdog

_log = logging.getLogger("shuniu.runtime")

FIRST_PAUSE, LONGEST_PAUSE, HEALTHY_AFTER = 0.2, 10.0, 30.0


class Shape(Protocol):
    """How services run. `running` maps each service to its address and process."""

    async def start(self) -> None:
        """Start every service; one that fails is said and left out, it does not stop the others."""

    async def stop(self) -> None:
        """Stop every service."""

    def running(self) -> Mapping[str, tuple[str, int]]:
        """service → (address of its own port, process id), for those that are up."""


class Together:
    """All services in the current loop, each on its own loopback port."""

    def __init__(self, services: Sequence[tuple[Any, Deployment]], *, host_maker: HostMaker = make_host) -> None:
        self._todo = list(services)
        self._host_maker = host_maker
        self.watchdog = LoopWatchdog()
        self.serving: dict[str, Serving] = {}
        self.failed: dict[str, BaseException] = {}

    async def start(self) -> None:
        """Start all at once, then take what start-up left behind out of the garbage collector's sight."""
        outcomes = await asyncio.gather(*(self._start_one(*one) for one in self._todo), return_exceptions=True)
        for (_, deployment), outcome in zip(self._todo, outcomes, strict=True):
            if isinstance(outcome, BaseException):
                if not isinstance(outcome, Exception):
                    await self.stop()
                    raise outcome
                self.failed[deployment.service] = outcome
                _log.error("%s did not start: %s", deployment.service, outcome, exc_info=_unless_plain(outcome))
        settle_memory()
        self.watchdog.start()

    async def _start_one(self, service: Any, deployment: Deployment) -> None:
        one = Serving(service, deployment, host_maker=self._host_maker)
        await one.start()
        self.serving[deployment.service] = one

    async def stop(self) -> None:
        """Stop all at once; what does not end within ten seconds is left to the end of the process."""
        await self.watchdog.stop()
        stopping = [asyncio.create_task(one.stop()) for one in self.serving.values()]
        if stopping:
            _, late = await asyncio.wait(stopping, timeout=10)
            for task in late:
                task.cancel()
        self.serving.clear()

    def running(self) -> Mapping[str, tuple[str, int]]:
        """See Shape."""
        return {name: (one.url, os.getpid()) for name, one in self.serving.items()}


def _unless_plain(error: BaseException) -> BaseException | None:
    return None if isinstance(error, SetUpError) else error


class Kept:
    """A child that is started again whenever it ends without being asked to, after a pause that doubles to a limit."""

    def __init__(self, child: Child, start: Callable[[], Awaitable[None]], on_change: Callable[[], None]) -> None:
        self.child = child
        self._start = start
        self._on_change = on_change
        self._task: asyncio.Task[None] | None = None
        self.restarts = 0

    async def begin(self) -> None:
        """Start it once (its failure is the caller's) and keep it from then on."""
        await self._start()
        self._task = asyncio.create_task(self._keep(), name=f"keep-{self.child.name}")

    def begin_trying(self) -> None:
        """Keep it even if its very first start fails."""
        self._task = asyncio.create_task(self._keep(), name=f"keep-{self.child.name}")

    async def _keep(self) -> None:
        pause, since = FIRST_PAUSE, time.monotonic()
        while True:
            if self.child.alive:
                await self.child.wait()
                _log.warning("%s ended with status %s; starting it again", self.child.name, self.child.returncode)
            if time.monotonic() - since > HEALTHY_AFTER:
                pause = FIRST_PAUSE
            await asyncio.sleep(pause)
            pause, since = min(pause * 2, LONGEST_PAUSE), time.monotonic()
            try:
                await self._start()
            except SetUpError as error:
                _log.error("%s", error)
            except Exception:  # whatever it was, the next attempt comes
                _log.exception("%s could not be started", self.child.name)
            else:
                self.restarts += 1
                self._on_change()

    @contextlib.asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """Leave the child to the caller meanwhile (a drill that stops it, wipes its store and starts it)."""
        await self.let_go()
        try:
            yield
        finally:
            self.begin_trying()

    async def let_go(self) -> None:
        """Stop keeping it; the child itself is the caller's to stop."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None


class Isolated:
    """One process a service (`shuniu serve X`), each dying with us and started again if it dies before."""

    def __init__(
        self,
        deployments: Sequence[Deployment],
        *,
        logs: Path | None = None,
        command: Callable[[str], list[str]] | None = None,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._deployments = {one.service: one for one in deployments}
        self._command = command or (lambda name: [sys.executable, "-m", "shuniu.cli", "serve", name])
        self._on_change = on_change
        self.kept: dict[str, Kept] = {}
        for name in self._deployments:
            child = Child(name, log=None if logs is None else logs / f"{name}.log")
            self.kept[name] = Kept(child, self._starter(name, child), on_change)

    def _starter(self, name: str, child: Child) -> Callable[[], Awaitable[None]]:
        async def start() -> None:
            deployment = self._deployments[name]
            await child.spawn(self._command(name), env=child_environment(deployment), death_signal=signal.SIGTERM)
            await wait_until_healthy(child, f"http://{deployment.host}:{deployment.port}")

        return start

    async def start(self) -> None:
        """Start all at once; one that fails is said, and tried again in the background."""
        names = list(self.kept)
        outcomes = await asyncio.gather(*(self.kept[name].begin() for name in names), return_exceptions=True)
        for name, outcome in zip(names, outcomes, strict=True):
            if isinstance(outcome, SetUpError):
                _log.error("%s", outcome)
                self.kept[name].begin_trying()
            elif isinstance(outcome, BaseException):
                await self.stop()
                raise outcome

    async def stop(self) -> None:
        """SIGTERM to all, ten seconds, SIGKILL."""
        await asyncio.gather(*(kept.let_go() for kept in self.kept.values()))
        await asyncio.gather(*(kept.child.stop(number=signal.SIGTERM) for kept in self.kept.values()))

    def running(self) -> Mapping[str, tuple[str, int]]:
        """See Shape."""
        return {
            name: (f"http://{self._deployments[name].host}:{self._deployments[name].port}", pid)
            for name, kept in self.kept.items()
            if (pid := kept.child.pid) is not None
        }


def child_environment(deployment: Deployment) -> dict[str, str]:
    """The environment of one service's process: ours, without any other service's way to its database."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.endswith("DATABASE_URL") and not (name.startswith("SHUNIU_") and name in _SETTINGS)
    }
    return inherited | deployment.environment()


_SETTINGS = frozenset(
    f"SHUNIU_{name}"
    for name in (
        *("SCOPE", "NATS_URL", "HOST", "PORT", "STATE_DIR", "KEYS_DIR", "CLOCK_FILE"),
        *("OTLP_ENDPOINT", "REGISTRY_FILE", "INSTANCE", "STREAM_MAX_BYTES", "STREAM_REPLICAS"),
    )
)


async def wait_until_healthy(child: Child, url: str, *, patience: float = 60.0) -> None:
    """Return once `child` lives and answers 200 at /health; SetUpError if it ends or the time is up."""
    deadline = time.monotonic() + patience
    async with httpx.AsyncClient(base_url=url, timeout=5, trust_env=False) as client:
        while True:
            child.check()
            with contextlib.suppress(httpx.TransportError):
                if (await client.get("/health")).status_code == 200:
                    child.check()
                    return
            if time.monotonic() > deadline:
                raise SetUpError(f"{child.name} did not answer at {url}/health within {patience:g} s.")
            await asyncio.sleep(0.02)
