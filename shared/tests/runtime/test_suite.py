"""The whole thing through the command line, with the made-up service of shuniu.testing on real servers."""

import asyncio
import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import httpx
import msgspec
import pytest
from shuniu.chassis.identity import Issuer
from shuniu.runtime.child import Child
from shuniu.runtime.nats import EmbeddedNats
from shuniu.runtime.postgres import ADMIN, EmbeddedPostgres
from shuniu.runtime.state import RunInfo, StateFolder
from shuniu.testing.waiting import until

from .conftest import OrdinaryUser, children_of, gone

SCOPE = "320199001"
NAME = "lostproperty"


@pytest.fixture
def environment(folder: Path) -> dict[str, str]:
    """A place where the made-up service is installed as a package of its own."""
    about = folder / "packages" / "lost-0.1.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: lost\nVersion: 0.1\n")
    (about / "entry_points.txt").write_text(f"[shuniu.services]\n{NAME} = shuniu.testing.lostproperty:service\n")
    kept = {name: value for name, value in os.environ.items() if "DATABASE_URL" not in name and "SHUNIU" not in name}
    return {**kept, "PYTHONPATH": str(about.parent)}


def up(folder: Path, *more: str) -> list[str]:
    command = ("-m", "shuniu.cli", "up", NAME, "--scope", SCOPE, "--state", str(folder / "state"), *more)
    return [sys.executable, *command]


async def eventually(run: Callable[[], RunInfo | None], what: Callable[[RunInfo], bool], supervisor: Child) -> RunInfo:
    """What run.json says once `what` holds of it."""
    async with asyncio.timeout(60):
        while True:
            supervisor.check()
            info = run()
            if info is not None and what(info):
                return info
            await asyncio.sleep(0.02)


async def ready(info: RunInfo) -> dict[str, object]:
    """What the service says of itself once it is ready with the bus."""
    async with asyncio.timeout(60), httpx.AsyncClient(base_url=info.services[NAME].url, trust_env=False) as client:
        while True:
            try:
                answer = await client.get("/ready")
                if answer.status_code == 200 and answer.json()["bus"]:
                    return dict(answer.json())
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.02)


@asynccontextmanager
async def running(folder: Path, environment: dict[str, str], *more: str) -> AsyncIterator[tuple[Child, RunInfo]]:
    supervisor = Child("up", log=folder / "up.log")
    await supervisor.spawn(up(folder, *more), env=environment)
    try:
        mine = lambda info: info.pid == supervisor.pid and NAME in info.services  # noqa: E731 - not a killed run's
        info = await eventually(StateFolder(folder / "state").read_run, mine, supervisor)
        yield supervisor, info
    finally:
        await supervisor.stop(grace=20)


@pytest.mark.parametrize("more", [(), ("--isolate",)], ids=["together", "isolated"])
async def test_up_until_ctrl_c_and_again(folder: Path, environment: dict[str, str], more: tuple[str, ...]) -> None:
    async with running(folder, environment, *more) as (supervisor, info):
        first = await ready(info)
        assert (info.services[NAME].pid == supervisor.pid) == (not more)
        second = Child("second", log=folder / "second.log")
        await second.spawn(up(folder), env=environment)
        assert await second.wait(60) == 2
        assert info.url in (folder / "second.log").read_text()
        keys = folder / "state" / "keys"
        assert stat.S_IMODE(keys.stat().st_mode) == 0o700
        for secret in keys.iterdir():
            assert stat.S_IMODE(secret.stat().st_mode) in (0o600, 0o700), secret
        assert supervisor.pid is not None
        family = children_of(supervisor.pid)
        supervisor.send(signal.SIGINT)
        assert await supervisor.wait(30) == 0, (folder / "up.log").read_text()
        assert gone(family, 0.5)
    log = (folder / "up.log").read_text()
    assert f"runs at {info.url}/" in log
    assert (keys / "nats").read_text().strip() not in log
    assert not (folder / "state" / "run.json").exists()
    async with running(folder, environment, *more) as (_, later):
        assert (await ready(later))["epoch"] == first["epoch"]


async def test_isolated_everything_that_is_killed_comes_back(folder: Path, environment: dict[str, str]) -> None:
    async with running(folder, environment, "--isolate") as (supervisor, info):
        first = await ready(info)
        read = StateFolder(folder / "state").read_run
        pids: dict[str, Callable[[RunInfo], int | None]] = {
            "service": lambda now: now.services[NAME].pid if NAME in now.services else None,
            "bus": lambda now: now.nats_pid,
            "database": lambda now: now.postgres_pid,
        }
        for what, pid_of in pids.items():
            before = read()
            assert before is not None
            old = pid_of(before)
            assert old is not None, what
            os.kill(old, signal.SIGKILL)
            now = await eventually(read, lambda now, f=pid_of, o=old: f(now) not in (None, o), supervisor)
            assert now.services[NAME].url == info.services[NAME].url
            assert (await ready(now))["epoch"] == first["epoch"], what


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
async def test_sigkill_of_the_supervisor_leaves_no_process(folder: Path, environment: dict[str, str]) -> None:
    async with running(folder, environment, "--isolate") as (supervisor, info):
        first = await ready(info)
        assert supervisor.pid is not None
        family = children_of(supervisor.pid)
        assert {info.services[NAME].pid, info.nats_pid, info.postgres_pid} <= {process.pid for process in family}
        await supervisor.kill()
        assert gone(family, 20)
    async with running(folder, environment) as (_, later):
        assert (await ready(later))["epoch"] == first["epoch"]


def test_an_ordinary_user_runs_all_of_it(
    ordinary_user: OrdinaryUser, environment: dict[str, str], folder: Path
) -> None:
    ordinary_user.environment["PYTHONPATH"] += f":{environment['PYTHONPATH']}"
    code = (
        "import subprocess, sys, time, signal, os, urllib.request\n"
        "from pathlib import Path\n"
        "from shuniu.runtime.state import StateFolder\n"
        "command, state = sys.argv[2:], StateFolder(Path(sys.argv[1]))\n"
        "up = subprocess.Popen([sys.executable, *command])\n"
        "while (info := state.read_run()) is None:\n"
        "    assert up.poll() is None\n"
        "    time.sleep(0.02)\n"
        f"print(os.getuid(), urllib.request.urlopen(info.services['{NAME}'].url + '/ready').status)\n"
        "up.send_signal(signal.SIGINT)\n"
        "sys.exit(up.wait())\n"
    )
    done = ordinary_user.run(code, str(folder / "state"), *up(folder)[1:])
    assert done.returncode == 0, done.stderr
    assert re.search(r"^\d+ 200$", done.stdout, re.M), done.stdout
    if os.geteuid() == 0:
        assert {path.stat().st_uid for path in (folder / "state").rglob("*")} == {65534}


def shuniu(environment: dict[str, str], folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "shuniu.cli", *arguments, "--state", str(folder / "state")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)


def test_migrates_without_running(environment: dict[str, str], folder: Path) -> None:
    first = shuniu(environment, folder, "migrate", NAME)
    assert first.returncode == 0, first.stderr
    assert re.fullmatch(rf"{NAME}: \S.+\n", first.stdout)
    assert "up to date" not in first.stdout
    assert shuniu(environment, folder, "migrate", NAME).stdout == f"{NAME}: up to date\n"


async def test_rebuilds_without_running(environment: dict[str, str], folder: Path) -> None:
    refused = shuniu(environment, folder, "rebuild", NAME, "nothing")
    assert refused.returncode == 2
    assert "has no projection 'nothing'" in refused.stderr
    refused = shuniu(environment, folder, "rebuild", NAME, "registry")
    assert refused.returncode == 2
    assert "holds no suite" in refused.stderr
    async with running(folder, environment) as (_, info):
        await ready(info)
    done = shuniu(environment, folder, "rebuild", NAME, "registry")
    assert done.returncode == 0, done.stderr
    assert f"{NAME}: registry is rebuilt" in done.stdout


async def open_cupboard(folder: Path, info: RunInfo, code: str) -> None:
    """A registry entry by the service's own API."""
    issuer = Issuer.load(folder / "state" / "keys", f"/{SCOPE}/gateway")
    token = issuer.issue("keeper-1", roles=("keeper",), areas=(SCOPE,)).token
    async with httpx.AsyncClient(base_url=info.services[NAME].url, trust_env=False) as client:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"cupboard-{code}"}
        answer = await client.post("/commands/lostproperty.open_cupboard", json={"code": code}, headers=headers)
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("more", [(), ("--isolate",)], ids=["together", "isolated"])
async def test_dead_letters_and_rebuilds_at_the_command_line(
    environment: dict[str, str], folder: Path, more: tuple[str, ...]
) -> None:
    async def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        return await asyncio.to_thread(shuniu, environment, folder, *arguments)

    async with running(folder, environment, *more) as (_, info):
        await ready(info)
        database = await asyncpg.connect(host=info.postgres_socket, user=ADMIN, database=NAME)
        try:
            await database.execute(
                "create function refuse() returns trigger language plpgsql as $$ begin if new.code = 'B1' then"
                " raise exception 'not this one' using errcode = 'check_violation'; end if; return new; end $$"
            )
            await database.execute(
                "create trigger refuse before insert on registry for each row execute function refuse()"
            )
            await open_cupboard(folder, info, "B1")
            await open_cupboard(folder, info, "B2")
            await until(lambda: database.fetchval("select count(*) from parked"))
            listed = await command("dead-letters", "list", NAME, "--json")
            assert listed.returncode == 0, listed.stderr
            (letter,) = msgspec.json.decode(listed.stdout)
            assert (letter["service"], letter["consumer"], letter["error"]) == (NAME, "registry", "CheckViolationError")
            lines = await command("dead-letters", "list")
            assert f"{NAME}  {letter['id']}  parked  CheckViolationError" in lines.stdout
            shown = await command("dead-letters", "show", NAME, letter["id"])
            assert msgspec.json.decode(shown.stdout)["letter"]["id"] == letter["id"]
            stays = await command("dead-letters", "retry", NAME, "--reason", "once more")
            assert (stays.returncode, stays.stdout) == (1, f"{NAME}: 0 taken, 1 still parked\n")
            unsaid = await command("dead-letters", "retry", NAME)
            assert unsaid.returncode == 2 and "--reason" in unsaid.stderr
            wrong = await command("dead-letters", "discard", NAME, letter["id"] + "9", "--reason", "no such one")
            assert wrong.returncode == 2 and "There is no such dead letter" in wrong.stderr
            done = await command("rebuild", NAME, "revocations", "--reason", "trying it out")
            assert done.returncode == 0, done.stderr
            assert f"{NAME}: revocations is rebuilt" in done.stdout
            kept = await database.fetch(
                "select actor, detail->>'reason' as why from audit where command = 'chassis.rebuild'"
            )
            assert [row["why"] for row in kept] == ["trying it out"]
            assert kept[0]["actor"].startswith("console:")
            await database.execute("drop trigger refuse on registry")
        finally:
            await database.close()
    taken = await command("dead-letters", "retry", NAME, "--letter", letter["id"], "--reason", "mended while down")
    assert (taken.returncode, taken.stdout) == (0, f"{NAME}: 1 taken, 0 still parked\n"), taken.stderr
    rest = await command("dead-letters", "list", NAME)
    assert rest.stdout == "No dead letters.\n"


async def test_services_that_the_environment_names_are_reached_over_the_bus(
    environment: dict[str, str], folder: Path
) -> None:
    """As in containers: no state folder tells where they run. One that does not answer is run for the while."""
    keys = StateFolder(folder / "state").keys
    async with (
        EmbeddedNats(folder / "nats", keys=keys) as nats,
        EmbeddedPostgres(folder / "postgres", keys=keys) as postgres,
    ):
        named = {
            **environment,
            "SHUNIU_SCOPE": SCOPE,
            "SHUNIU_NATS_URL": nats.url,
            "SHUNIU_LOSTPROPERTY_DATABASE_URL": await postgres.ensure_database(NAME),
            "SHUNIU_STATE_DIR": str(folder / "state"),
        }
        for running in (False, True):
            serving = Child("serve", log=folder / "serve.log")
            if running:
                await serving.spawn([sys.executable, "-m", "shuniu.cli", "serve", NAME], env=named)
                said = folder / "serve.log"
                await until(lambda said=said: said.exists() and "answers at" in said.read_text(), within=60)
            try:
                done = await asyncio.to_thread(shuniu, named, folder, "rebuild", NAME, "registry")
                assert done.returncode == 0, done.stderr
                assert f"{NAME}: registry is rebuilt" in done.stdout
                listed = await asyncio.to_thread(shuniu, named, folder, "dead-letters", "list", NAME)
                assert listed.stdout == "No dead letters.\n", listed.stderr
            finally:
                await serving.stop(grace=20)
