"""One running service: its host and the HTTP server on its own port, in whatever loop we are called."""

import asyncio
import contextlib
import gc
import logging
import os
import socket
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import uvicorn

from shuniu.runtime.child import SetUpError
from shuniu.runtime.ports import listen
from shuniu.runtime.settings import Deployment

_log = logging.getLogger("shuniu.runtime")
_GRACE_SECONDS = 2  # for answers under way when we stop; open event streams are cut after it


class ServiceHost(Protocol):
    """What runs a service (`shuniu.chassis.host.Host`): start makes it ready, `app` answers HTTP, stop ends it."""

    @property
    def app(self) -> Any:
        """The ASGI application, there once started."""

    async def start(self) -> None:
        """Open the database, migrate, begin everything that runs beside requests."""

    async def stop(self) -> None:
        """End all of that; safe after a failed start."""


HostMaker = Callable[[Any, Deployment], ServiceHost]


def make_host(service: Any, deployment: Deployment) -> ServiceHost:
    """The chassis's host. Imported late: commands that serve nothing should not pay for it."""
    from shuniu.chassis.host import Host

    return Host(service, deployment)


class _Server(uvicorn.Server):
    """A uvicorn server that leaves signals alone: several share one loop, and the command line decides when to stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def settle_memory() -> None:
    """Take what start-up left behind out of the garbage collector's sight, and let it look less often.

    Measured: a fifth more commands a second, and the slowest hundredth three times as fast (docs/performance.md).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


class Serving:
    """A service that answers on `deployment.host`:`deployment.port` from `start` until `stop`."""

    def __init__(self, service: Any, deployment: Deployment, *, host_maker: HostMaker = make_host) -> None:
        self.deployment = deployment
        self.host = host_maker(service, deployment)
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None
        self._socket: socket.socket | None = None
        self.port = deployment.port

    @property
    def url(self) -> str:
        """Address of the service's own port."""
        name = f"[{self.deployment.host}]" if ":" in self.deployment.host else self.deployment.host
        return f"http://{name}:{self.port}"

    async def start(self) -> None:
        """Take the port, start the host, answer. SetUpError where the port is taken; the host's own errors as is."""
        self._socket = listen(self.deployment.host, self.deployment.port)
        if self._socket is None:
            raise SetUpError(f"Port {self.deployment.port} on {self.deployment.host} is taken.")
        self.port = int(self._socket.getsockname()[1])
        try:
            await self.host.start()
            await self._serve(self._socket)
        except BaseException:
            await self.stop()
            raise

    async def _serve(self, bound: socket.socket) -> None:
        config = uvicorn.Config(
            self.host.app,
            interface="asgi3",
            lifespan="on",
            proxy_headers=bool(os.environ.get("FORWARDED_ALLOW_IPS")),  # believe a proxy only where one was named
            log_config=None,
            log_level=logging.WARNING,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            timeout_keep_alive=30,
            ws="none",
        )
        self._server = _Server(config)
        self._task = asyncio.create_task(self._run(self._server, bound), name=f"http-{self.deployment.service}")
        while not self._server.started:
            if self._task.done():
                self._task.result()
                raise SetUpError(f"The HTTP server of {self.deployment.service} did not start.")
            await asyncio.sleep(0.005)

    async def _run(self, server: uvicorn.Server, bound: socket.socket) -> None:
        try:
            await server.serve(sockets=[bound])
        except SystemExit:  # uvicorn's word for a failed start-up of the application
            raise SetUpError(f"{self.deployment.service} failed to start; its error is above.") from None

    async def stop(self) -> None:
        """Answer what is under way, close the port, stop the host. Safe to call at any time, twice too."""
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            with contextlib.suppress(SetUpError):
                await self._task
            self._server = self._task = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        try:
            await self.host.stop()
        except Exception:  # stopping must go on with the other services
            _log.exception("%s did not stop cleanly", self.deployment.service)
