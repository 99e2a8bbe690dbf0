"""A server process that belongs to us: begins with a lock of its own, dies with us, and says so when it dies early.

Nothing here is bound to an event loop, so one child may be started by one loop and stopped by another (a test session
does that); the waiting calls are coroutines only so that nobody else has to stand still meanwhile.
"""

import asyncio
import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

_LAUNCH = Path(__file__).with_name("launch.py")
_POLL_SECONDS = 0.01


class SetUpError(Exception):
    """Something of the machine is not as needed; the message is one plain sentence for the person at the terminal."""


def launcher(*, death_signal: int = signal.SIGINT, change_user: Sequence[str] = ()) -> list[str]:
    """The command prefix that makes the program after it die with the calling thread (see launch.py)."""
    return [sys.executable, "-I", "-S", str(_LAUNCH), *change_user, "--signal", str(int(death_signal)), "--"]


def log_tail(log: Path, lines: int = 5) -> str:
    """The last `lines` lines of a child's log joined by ' | ', or '' where there is none."""
    try:
        return " | ".join(log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-lines:])
    except OSError:
        return ""


async def take_lock(path: Path, *, patience: float) -> IO[str]:
    """Lock `path` (flock) within `patience` seconds and return the open file that holds it.

    Raises SetUpError naming the process that holds it, as far as the file says.
    """
    handle = path.open("a+", encoding="ascii")
    deadline = time.monotonic() + patience
    signalled = False
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return handle
        except BlockingIOError:
            handle.seek(0)
            holder = handle.read().strip()
            # Where no kernel ends children with their parent, an orphan of a killed run has to be ended by hand.
            if sys.platform != "linux" and not signalled and holder.isdigit():
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(int(holder), signal.SIGINT)
                signalled = True
            if time.monotonic() > deadline:
                handle.close()
                who = f"process {holder}" if holder else "another process"
                raise SetUpError(f"{path.parent} is in use by {who}; stop it first.") from None
        await asyncio.sleep(_POLL_SECONDS)


class Child:
    """One supervised process: its own session (Ctrl-C reaches only us), its output in `log`, its lock held for life.

    `name` is for messages; without a `log` its output is ours. `lock`, where given, is an flock inherited by the
    process itself: it is free exactly when the process and everything it forked are gone, even if we were killed and
    cannot tell.
    """

    def __init__(self, name: str, *, log: Path | None, lock: Path | None = None) -> None:
        self.name, self.log, self.lock = name, log, lock
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Process id while it runs, else None."""
        return self._process.pid if self._process is not None and self.alive else None

    @property
    def alive(self) -> bool:
        """True between a successful spawn and the end of the process, whoever ended it."""
        return self._process is not None and self._process.poll() is None

    @property
    def returncode(self) -> int | None:
        """Exit status (negative: the signal) once ended; None before the first spawn and while it runs."""
        return None if self._process is None else self._process.poll()

    async def spawn(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        death_signal: int = signal.SIGINT,
        change_user: Sequence[str] = (),
        patience: float = 10.0,
    ) -> None:
        """Start `command` (absolute program path first). Waits up to `patience` seconds for the lock of a former life.

        Must run on the main thread: the kernel's "parent died" follows the thread that forked, not the process.
        """
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError(f"{self.name} must be spawned from the main thread")
        if self.alive:
            raise RuntimeError(f"{self.name} is already running")
        held = await take_lock(self.lock, patience=patience) if self.lock is not None else None
        try:
            with self._output() as output:
                self._process = subprocess.Popen(  # noqa: ASYNC220 - not bound to a loop, see above
                    [*launcher(death_signal=death_signal, change_user=change_user), *command],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=None if output is None else subprocess.STDOUT,
                    env=dict(env) if env is not None else None,
                    start_new_session=True,
                    pass_fds=() if held is None else (held.fileno(),),
                )
            if held is not None:
                held.seek(0)
                held.truncate()
                held.write(str(self._process.pid))
        finally:
            if held is not None:
                held.close()

    def _output(self) -> contextlib.AbstractContextManager[IO[bytes] | None]:
        return contextlib.nullcontext() if self.log is None else self.log.open("ab")

    def check(self) -> None:
        """Raise SetUpError with the end of its log if it is not running (an old server may answer in its place)."""
        if not self.alive:
            where = "" if self.log is None else f" (log: {self.log}): {log_tail(self.log) or 'no output'}"
            raise SetUpError(f"{self.name} ended with status {self.returncode}{where}")

    async def wait(self, timeout: float | None = None) -> int:
        """Exit status once it has ended; TimeoutError after `timeout` seconds."""
        if self._process is None:
            raise RuntimeError(f"{self.name} was never started")
        deadline = None if timeout is None else time.monotonic() + timeout
        while (status := self._process.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise TimeoutError(f"{self.name} still runs after {timeout} s")
            await asyncio.sleep(_POLL_SECONDS)
        return status

    def send(self, number: int) -> None:
        """Send a signal if it still runs."""
        if self._process is not None and self.alive:
            self._process.send_signal(number)

    async def stop(self, *, number: int = signal.SIGINT, grace: float = 10.0) -> None:
        """Ask with `number`, wait `grace` seconds, then SIGKILL. Does nothing if it is not running."""
        if self._process is None:
            return
        self.send(number)
        try:
            await self.wait(grace)
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """SIGKILL, as a fault drill or a last resort; returns when the process has been reaped."""
        if self._process is not None:
            self.send(signal.SIGKILL)
            await self.wait(10.0)
