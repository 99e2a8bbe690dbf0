"""The state folder of one machine (`.shuniu/`): who runs here, what a restart must find again, and the secrets.

lock            held by the running supervisor, and by nothing else
run.json        address and processes of the running supervisor (no secrets)
deployment.json what was chosen at the first start and stays (scope, title of the demonstration …)
keys/           secrets, 0600 each
nats/ postgres/ the embedded servers
<service>/      files of one service (blobs)
"""

import contextlib
import fcntl
import os
from pathlib import Path
from typing import IO

import msgspec

from shuniu.runtime.child import SetUpError
from shuniu.runtime.keys import Keys


class ServiceRun(msgspec.Struct, frozen=True, kw_only=True):
    """One running service: its own port's address and the process it lives in."""

    url: str
    pid: int


class RunInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What `run.json` tells: enough to find everything that runs, nothing that has to be kept secret."""

    pid: int
    url: str
    isolated: bool = False
    services: dict[str, ServiceRun] = {}
    nats_pid: int | None = None
    nats_port: int | None = None
    nats_monitor: str | None = None
    postgres_pid: int | None = None
    postgres_socket: str | None = None


class AlreadyRunning(SetUpError):  # noqa: N818 - a state of affairs, said to a person
    """Another supervisor holds this state folder; `info` is what it wrote about itself (None while it still starts)."""

    def __init__(self, folder: Path, info: RunInfo | None) -> None:
        self.info = info
        where = f"at {info.url} (process {info.pid})" if info is not None else "and has not finished starting"
        super().__init__(f"Shuniu already runs {where}, with its state in {folder}.")


class StateFolder:
    """One state folder. `hold` makes it ours for the life of this process; `release` lets go."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._held: IO[str] | None = None

    @property
    def keys(self) -> Keys:
        """The secrets of this deployment."""
        return Keys(self.path / "keys")

    def hold(self) -> None:
        """Lock the folder, making it if needed (0700). AlreadyRunning where another process has it."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = (self.path / "lock").open("a+", encoding="ascii")
        except OSError as error:
            raise SetUpError(f"Cannot use {self.path} as the state folder: {error.strerror}.") from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            raise AlreadyRunning(self.path, self.read_run()) from None
        self._held = handle
        self._forget_run()

    def release(self) -> None:
        """Forget the run and unlock."""
        if self._held is not None:
            self._forget_run()
            self._held.close()
            self._held = None

    def write_run(self, info: RunInfo) -> None:
        """Publish where we run, in one step."""
        self._write("run.json", msgspec.json.format(msgspec.json.encode(info)))

    def read_run(self) -> RunInfo | None:
        """What the running supervisor published, or None."""
        try:
            return msgspec.json.decode((self.path / "run.json").read_bytes(), type=RunInfo)
        except (OSError, msgspec.DecodeError):
            return None

    def remember(self, name: str, value: str) -> None:
        """Keep a choice of the first start (`scope`, say) for the later ones."""
        self._write("deployment.json", msgspec.json.format(msgspec.json.encode({**self._remembered(), name: value})))

    def recall(self, name: str) -> str | None:
        """A choice kept by `remember`, or None."""
        return self._remembered().get(name)

    def _remembered(self) -> dict[str, str]:
        try:
            return msgspec.json.decode((self.path / "deployment.json").read_bytes(), type=dict[str, str])
        except OSError:
            return {}

    def _forget_run(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            (self.path / "run.json").unlink()

    def _write(self, name: str, content: bytes) -> None:
        draft = self.path / f".{name}.{os.getpid()}"
        draft.write_bytes(content + b"\n")
        draft.replace(self.path / name)
