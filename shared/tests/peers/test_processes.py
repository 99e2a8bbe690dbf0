"""Two deployments as an operator starts them: `shuniu up`, `shuniu up --join`, keys exchanged by `shuniu peers`."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from shuniu.chassis.identity import Issuer
from shuniu.runtime.child import Child
from shuniu.runtime.state import StateFolder
from shuniu.testing.waiting import until

pytestmark = pytest.mark.fault

A, B = "320599001", "320599002"
SHARES = """
[peer.{scope}]
title = {{ zh = "邻街", en = "Next street" }}
issuers = ["/{scope}/gateway"]
follows = ["errands"]
acts_for = ["duty"]
roles = ["runner"]
[peer.{scope}.shares.errands]
referrals = true
progress = true
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="st-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def environment(folder: Path) -> dict[str, str]:
    """Where the made-up service is installed beside what is there, and nothing else is said."""
    packages = folder / "packages"
    (packages / "errands-1.dist-info").mkdir(parents=True)
    (packages / "errands-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: errands\nVersion: 1\n")
    (packages / "errands-1.dist-info" / "entry_points.txt").write_text(
        "[shuniu.services]\nerrands = shuniu.testing.errands:service\n"
    )
    kept = {name: value for name, value in os.environ.items() if "DATABASE_URL" not in name and "SHUNIU" not in name}
    return {**kept, "PYTHONPATH": str(packages)}


class Deployment:
    """One `shuniu up`."""

    def __init__(self, scope: str, folder: Path, environment: dict[str, str]) -> None:
        self.scope = scope
        self.state = StateFolder(folder / scope)
        self.environment = environment
        self.child = Child(f"up-{scope}", log=folder / f"{scope}.log")

    def cli(self, *arguments: str, typed: str = "") -> str:
        """What a command says."""
        command = [sys.executable, "-m", "shuniu.cli", *arguments, "--state", str(self.state.path)]
        done = subprocess.run(command, env=self.environment, input=typed, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    async def up(self, *more: str) -> None:
        """Start it, and wait until it says where it is."""
        (self.state.path / "run.json").unlink(missing_ok=True)  # of a life that was killed
        command = [sys.executable, "-m", "shuniu.cli", "up", "errands", "--scope", self.scope]
        await self.child.spawn([*command, "--state", str(self.state.path), *more], env=self.environment)

        def there() -> Any:
            self.child.check()
            return self.state.read_run()

        await until(there, within=60)

    async def do(self, command: str, *roles: str, units: tuple[str, ...] = (), **body: Any) -> Any:
        """A command through its gateway."""
        issuer = Issuer.load(self.state.keys.folder, f"/{self.scope}/gateway")
        token = issuer.issue("a-1", roles=roles, areas=[self.scope], units=units).token
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": secrets.token_hex(8)}
        info = self.state.read_run()
        assert info is not None
        async with httpx.AsyncClient(base_url=info.url, timeout=20) as client:
            answer = await client.post(f"/api/v1/do/errands/errands.{command}", headers=headers, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()["answer"]

    async def errands(self) -> list[dict[str, Any]]:
        """What its command view shows."""
        issuer = Issuer.load(self.state.keys.folder, f"/{self.scope}/gateway")
        headers = {"Authorization": f"Bearer {issuer.issue('a-2', areas=[self.scope]).token}"}
        info = self.state.read_run()
        if info is None:
            return []
        async with httpx.AsyncClient(base_url=info.url, timeout=20) as client:
            answer = await client.get("/api/v1/matters", headers=headers, params={"service": "errands"})
        return list(answer.json()["items"])


@pytest_asyncio.fixture
async def two(folder: Path, environment: dict[str, str]) -> AsyncIterator[tuple[Deployment, Deployment]]:
    """Two deployments on one bus that know each other."""
    async with AsyncExitStack() as stack:
        both = [Deployment(scope, folder, environment) for scope in (A, B)]
        for one in both:
            stack.push_async_callback(one.child.stop)
        first, second = both
        for one, other in ((first, second), (second, first)):
            pem = other.cli("peers", "key", "--scope", other.scope)
            assert f"{other.scope}.gateway.pem" in one.cli("peers", "pin", f"/{other.scope}/gateway", "-", typed=pem)
            (one.state.path / "peers.toml").write_text(SHARES.format(scope=other.scope), "utf-8")
            said = one.cli("peers", "show", "--scope", one.scope)
            assert "sees of errands: referrals; progress" in said and "pinned" not in said
        await first.up()
        await second.up("--join", str(first.state.path))
        yield first, second


async def test_two_deployments_on_one_machine_work_together(two: tuple[Deployment, Deployment]) -> None:
    first, second = two
    mine = (await first.do("open", "dispatcher", area=A, unit="own"))["errand"]
    await first.do("ask", "dispatcher", errand=mine, to_scope=B)
    taken = (await until(second.errands, within=30))[0]
    await second.child.kill()
    again = (await first.do("open", "dispatcher", area=A, unit="own"))["errand"]
    await first.do("ask", "dispatcher", errand=again, to_scope=B)
    await second.up()  # where the bus is, it remembers

    async def both() -> Any:
        return len(await second.errands()) == 2

    await until(both, within=30)
    await second.do("finish", "runner", units=("duty",), errand=taken["id"])
    issuer = Issuer.load(first.state.keys.folder, f"/{A}/gateway")
    info = first.state.read_run()
    assert info is not None
    headers = {"Authorization": f"Bearer {issuer.issue('a-2', areas=[A]).token}"}

    async def settled() -> Any:
        async with httpx.AsyncClient(base_url=info.url) as client:
            page = (await client.get(f"/api/v1/matters/errands/errand/{mine}", headers=headers)).json()
        # taken, progressed and settled: each answer left its event
        return [step["move"] for step in page["timeline"]].count("ErrandAnswered") == 3

    await until(settled, within=30)
    first.child.send(signal.SIGINT)
    await first.child.wait(30)
    assert "Traceback" not in (first.child.log.read_text() if first.child.log else "")


def test_a_bad_file_of_peers_stops_the_start_with_one_sentence(folder: Path, environment: dict[str, str]) -> None:
    state = folder / "state"
    state.mkdir()
    (state / "peers.toml").write_text("[peer.1]\ntitle = 3\n")
    command = [sys.executable, "-m", "shuniu.cli", "up", "errands", "--scope", A, "--state", str(state)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "peers.toml" in done.stderr.strip().splitlines()[-1]
    assert not (state / "postgres").exists()


def test_joining_nobody_is_said(folder: Path, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "shuniu.cli", "up", "errands", "--scope", A, "--state", str(folder / "s")]
    done = subprocess.run(
        [*command, "--join", str(folder / "nowhere")], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert "No deployment with a bus of its own runs" in done.stderr
