"""Helpers for tests that start real servers, also as an ordinary user and in processes that get killed."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

SHARED = Path(__file__).resolve().parents[2]
NOBODY = 65534


@pytest.fixture
def folder() -> Iterator[Path]:
    """A private folder that an ordinary user can reach too (pytest's own temporary folders are closed to others)."""
    path = Path(tempfile.mkdtemp(prefix="st-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


def children_of(pid: int) -> list[psutil.Process]:
    """Everything that lives below a process."""
    return psutil.Process(pid).children(recursive=True)


def gone(processes: list[psutil.Process], patience: float = 10.0) -> bool:
    """True once all of them have ended."""
    return not psutil.wait_procs(processes, timeout=patience)[1]


class OrdinaryUser:
    """Runs Python as a user without rights: ourselves, or `nobody` where we are root."""

    def __init__(self, python: str, environment: dict[str, str], prefix: list[str]) -> None:
        self.python, self.environment, self.prefix = python, environment, prefix

    def run(self, code: str, *arguments: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Run `code` and hand back what it printed."""
        command = [*self.prefix, self.python, "-c", code, *arguments]
        return subprocess.run(command, env=self.environment, cwd="/", capture_output=True, text=True, timeout=timeout)


@pytest.fixture
def ordinary_user(folder: Path) -> OrdinaryUser:
    """An ordinary user who owns `folder`; skips, saying why, where this machine cannot give one."""
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{packages}:{SHARED}", "HOME": str(folder)}
    if os.geteuid() != 0:
        return OrdinaryUser(sys.executable, environment, [])
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("no setpriv here: cannot become an ordinary user")
    os.chown(folder, NOBODY, NOBODY)
    prefix = [setpriv, f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for python in (os.path.realpath(sys.executable), f"/usr/bin/python{version}", f"/usr/local/bin/python{version}"):
        user = OrdinaryUser(python, environment, prefix)
        try:
            # Started with our rights it may run from a place it cannot reach itself: it has to start processes again.
            if user.run("import os, sys, asyncpg; sys.exit(not os.access(sys.executable, os.X_OK))").returncode == 0:
                return user
        except OSError:
            continue
    pytest.skip(f"no Python {version} and installed packages that user {NOBODY} can reach")
