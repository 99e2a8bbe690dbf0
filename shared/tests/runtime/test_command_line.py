"""What the command line answers when something of the machine is not as needed."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from shuniu.runtime.child import Child
from shuniu.runtime.ports import LOOPBACK
from shuniu.runtime.state import RunInfo, StateFolder

from .conftest import children_of, gone

SCOPE = "320199001"


@pytest.fixture
def environment(folder: Path) -> dict[str, str]:
    """A place where one service `toy` is installed beside a broken one, and nothing else is said."""
    packages = folder / "packages"
    (packages / "toys-1.2.dist-info").mkdir(parents=True)
    (packages / "toys-1.2.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: toys\nVersion: 1.2\n")
    (packages / "toys-1.2.dist-info" / "entry_points.txt").write_text(
        "[shuniu.services]\ntoy = toys:service\ntorn = toys_torn:service\n"
    )
    (packages / "toys.py").write_text("service = object()\n")
    (packages / "toys_torn.py").write_text("raise ValueError('torn apart')\n")
    kept = {name: value for name, value in os.environ.items() if "DATABASE_URL" not in name and "SHUNIU" not in name}
    return {**kept, "PYTHONPATH": str(packages)}


def shuniu(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "shuniu.cli", *arguments]
    return subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, timeout=60)


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a refusal with status 2."""
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr.strip().splitlines()[-1]


def test_lists_services_with_their_versions_and_troubles(environment: dict[str, str]) -> None:
    done = shuniu(environment, "services")
    assert done.returncode == 0, done.stderr
    assert "toy  1.2  toys\n" in done.stdout
    assert "torn  1.2  toys  ERROR:" in done.stdout
    assert "ValueError: torn apart" in done.stdout


def test_a_second_start_names_the_running_address(environment: dict[str, str], folder: Path) -> None:
    state = StateFolder(folder / "state")
    state.hold()
    state.write_run(RunInfo(pid=os.getpid(), url="http://127.0.0.1:8710"))
    done = shuniu(environment, "up", "toy", "--scope", SCOPE, "--state", str(folder / "state"))
    assert "http://127.0.0.1:8710" in refused(done)
    state.release()


def test_a_chosen_port_that_is_taken_is_named(environment: dict[str, str], folder: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as held:
        port = str(held.getsockname()[1])
        done = shuniu(environment, "up", "toy", "--scope", SCOPE, "--port", port, "--state", str(folder / "state"))
    assert f"Port {port} is taken" in refused(done)
    assert not (folder / "state" / "postgres").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("up", "toy"), "--scope"),
        (("up", "toy", "--scope", "12"), "'12' is not a division code"),
        (("up", "nothing", "--scope", SCOPE), "No service 'nothing' is installed"),
        (("serve", "nothing"), "No service 'nothing' is installed"),
        (("serve", "toy"), "SHUNIU_TOY_DATABASE_URL"),
        (("migrate", "torn"), "Service torn of toys cannot be loaded"),
    ],
)
def test_refusals_are_one_sentence(
    environment: dict[str, str], folder: Path, arguments: tuple[str, ...], said: str
) -> None:
    environment["SHUNIU_STATE_DIR"] = str(folder / "state")
    assert said in refused(shuniu(environment, *arguments))


async def test_interrupting_the_start_leaves_nothing(environment: dict[str, str], folder: Path) -> None:
    command = [sys.executable, "-m", "shuniu.cli", "up", "toy", "--scope", SCOPE, "--state", str(folder / "state")]
    starting = Child("up", log=folder / "log")
    await starting.spawn(command, env=environment)
    async with asyncio.timeout(30):
        while not (folder / "state" / "nats" / "nats.lock").exists():
            starting.check()
            await asyncio.sleep(0.01)
    assert starting.pid is not None
    family = children_of(starting.pid)
    starting.send(signal.SIGINT)
    await starting.wait(30)
    assert gone(family)
    assert "Traceback" not in (folder / "log").read_text()
    state = StateFolder(folder / "state")
    state.hold()
    state.release()
