"""`shuniu up`: the embedded servers (or those the environment names) and the chosen services, begun and ended whole."""

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from shuniu.chassis.peers import read_peers
from shuniu.runtime.child import SetUpError
from shuniu.runtime.installed import GATEWAY, InstalledService
from shuniu.runtime.nats import EmbeddedNats
from shuniu.runtime.ports import LOOPBACK, free_again, free_port, listen, listen_from
from shuniu.runtime.postgres import EmbeddedPostgres
from shuniu.runtime.processes import Isolated, Kept, Shape, Together
from shuniu.runtime.serving import HostMaker, make_host
from shuniu.runtime.settings import PEERS_FILE, Deployment, bucket_from, database_from
from shuniu.runtime.state import RunInfo, ServiceRun, StateFolder

__all__ = ("DEFAULT_PORT", "Suite", "SuiteOptions")

_log = logging.getLogger("shuniu.runtime")

DEFAULT_PORT = 8710
_BUS_PORT = "bus_port"
"""The embedded bus comes back where it was: other deployments of the machine may use it (`shuniu up --join`)."""


class SuiteOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a suite is to run. port: the gateway's; None takes 8710 or the next free one, a given one must be free."""

    state: Path
    scope: str
    isolate: bool = False
    port: int | None = None
    clock_file: Path | None = None
    registry_file: Path | None = None
    calendar_file: Path | None = None
    peers_file: Path | None = None
    nats_url: str = ""
    """The bus of somebody else (a neighbour's deployment, a cluster); "": SHUNIU_NATS_URL's, else one of our own."""
    otlp_endpoint: str = ""
    monitor: bool = False
    """Open the bus's monitoring pages on a free loopback port."""
    logs: bool = False
    """Isolated services write to <state>/logs/<service>.log instead of to our output."""


class Suite:
    """A running suite. `start` takes the state folder's lock; `stop` ends everything in the reverse order.

    `nats` and `postgres` are the embedded servers (None where SHUNIU_NATS_URL or SHUNIU_*DATABASE_URL name others);
    both are started again if they die (`kept_nats`, `kept_postgres`: pause that for a drill). `before` runs once the
    lock is held, ahead of everything else. Start it from the main thread: its children die with that thread.
    """

    def __init__(
        self,
        services: Sequence[InstalledService],
        options: SuiteOptions,
        *,
        host_maker: HostMaker = make_host,
        before: Callable[[], None] | None = None,
    ) -> None:
        self.options = options
        self.state = StateFolder(options.state)
        self.nats: EmbeddedNats | None = None
        self.postgres: EmbeddedPostgres | None = None
        self.kept_nats: Kept | None = None
        self.kept_postgres: Kept | None = None
        self.failed: dict[str, str] = {}
        self.deployments: dict[str, Deployment] = {}
        self._chosen = list(services)
        self._host_maker = host_maker
        self._shape: Shape | None = None
        self._before = before
        self._undo = AsyncExitStack()

    @property
    def shape(self) -> Shape:
        """Together or Isolated, once started."""
        if self._shape is None:
            raise RuntimeError("the suite was not started")
        return self._shape

    @property
    def url(self) -> str:
        """Address for people: the gateway's, or the first service's where there is no gateway."""
        running = self.shape.running()
        if not running:
            return ""
        return running[GATEWAY][0] if GATEWAY in running else next(iter(running.values()))[0]

    async def start(self) -> None:
        """Start everything. SetUpError (one plain sentence) where the machine does not allow it; then nothing runs."""
        try:
            self.state.hold()
            self._undo.callback(self.state.release)
            await self._start()
        except BaseException:
            await self._undo.aclose()
            raise

    async def _start(self) -> None:
        if self._before is not None:
            self._before()
        loaded = self._load()
        read_peers(self.options.peers_file or self.state.path / PEERS_FILE, self.options.scope)
        # The gateway's port is held from here on, so that a taken one is said before anything else begins.
        with self._take_gateway_port() as gateway_port:
            needs_database = [name for name in loaded if not database_from(name)]
            starting = []
            if not self._foreign_bus():
                self.nats = EmbeddedNats(
                    self.state.path / "nats",
                    keys=self.state.keys,
                    port=free_again(LOOPBACK, self.state.recall(_BUS_PORT)),
                    monitor=self.options.monitor,
                )
                self.kept_nats = Kept(self.nats.child, self.nats.start, self._write_run)
                starting.append(self._keep(self.kept_nats, self.nats.stop))
            if needs_database:
                self.postgres = EmbeddedPostgres(self.state.path / "postgres", keys=self.state.keys)
                self.kept_postgres = Kept(self.postgres.child, self.postgres.start, self._write_run)
                starting.append(self._keep(self.kept_postgres, self.postgres.stop))
            for outcome in await asyncio.gather(*starting, return_exceptions=True):
                if isinstance(outcome, BaseException):
                    raise outcome
            if self.nats is not None:
                self.state.remember(_BUS_PORT, str(self.nats.port))
            databases: dict[str, str] = {}
            for name in loaded:
                databases[name] = database_from(name)
                if not databases[name] and self.postgres is not None:
                    databases[name] = await self.postgres.ensure_database(name)
            self._deploy(databases, int(gateway_port.getsockname()[1]))
        if self.options.isolate:
            logs = self.state.path / "logs"
            logs.mkdir(mode=0o700, exist_ok=True)
            self._shape = Isolated(
                list(self.deployments.values()), logs=logs if self.options.logs else None, on_change=self._write_run
            )
        else:
            pairs = [(loaded[name], deployment) for name, deployment in self.deployments.items()]
            self._shape = Together(pairs, host_maker=self._host_maker)
        self._undo.push_async_callback(self._shape.stop)
        await self._shape.start()
        if isinstance(self._shape, Together):
            self.failed |= {name: str(error) for name, error in self._shape.failed.items()}
        if not self._shape.running():
            raise SetUpError("No service could be started.")
        self._write_run()

    def _foreign_bus(self) -> str:
        return self.options.nats_url or os.environ.get("SHUNIU_NATS_URL", "")

    def _load(self) -> dict[str, Any]:
        """The services that can be imported; others are said and left out. Isolated ones import in their process."""
        loaded: dict[str, Any] = {}
        for service in self._chosen:
            try:
                loaded[service.name] = None if self.options.isolate else service.load()
            except SetUpError as error:
                self.failed[service.name] = str(error)
                _log.error("%s", error)
        if not loaded:
            raise SetUpError("No service is installed that could be started.")
        return loaded

    def _take_gateway_port(self) -> socket.socket:
        if self.options.port is None:
            return listen_from(LOOPBACK, DEFAULT_PORT)
        held = listen(LOOPBACK, self.options.port)
        if held is None:
            raise SetUpError(f"Port {self.options.port} is taken.")
        return held

    async def _keep(self, kept: Kept, stop: Any) -> None:
        self._undo.push_async_callback(stop)
        await kept.begin()
        self._undo.push_async_callback(kept.let_go)

    def _deploy(self, databases: dict[str, str], gateway_port: int) -> None:
        options = self.options
        alone = GATEWAY not in databases and len(databases) == 1
        for name, database in databases.items():
            self.deployments[name] = Deployment(
                service=name,
                scope=options.scope,
                database_url=database,
                nats_url=self._foreign_bus() or (self.nats.url if self.nats is not None else ""),
                port=gateway_port if name == GATEWAY or alone else free_port(),
                state_dir=self.state.path / name,
                keys_dir=self.state.keys.folder,
                clock_file=options.clock_file,
                otlp_endpoint=options.otlp_endpoint,
                registry_file=options.registry_file,
                peers_file=options.peers_file,
                calendar_file=options.calendar_file,
                instance=f"{name}-{os.getpid()}",
                bucket=bucket_from(name, options.scope),
            )

    def _write_run(self) -> None:
        if self._shape is None or not self._shape.running():
            return
        services = {name: ServiceRun(url=url, pid=pid) for name, (url, pid) in self._shape.running().items()}
        self.state.write_run(
            RunInfo(
                pid=os.getpid(),
                url=self.url,
                isolated=self.options.isolate,
                services=services,
                nats_pid=self.nats.child.pid if self.nats is not None else None,
                nats_port=self.nats.port if self.nats is not None else None,
                nats_monitor=self.nats.monitor_url if self.nats is not None else None,
                postgres_pid=self.postgres.child.pid if self.postgres is not None else None,
                postgres_socket=str(self.postgres.socket_folder) if self.postgres is not None else None,
            )
        )

    async def stop(self) -> None:
        """Services first, then the bus and the database, then the lock: pools must not see their server go."""
        await self._undo.aclose()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
