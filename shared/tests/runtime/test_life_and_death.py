"""Servers die with whoever started them, also after SIGKILL, also for an ordinary user, and their data outlives it."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from shuniu.runtime.child import Child, SetUpError
from shuniu.runtime.nats import EmbeddedNats
from shuniu.runtime.postgres import EmbeddedPostgres

from .conftest import OrdinaryUser, children_of, gone


async def said(child: Child, words: str) -> None:
    """Return once the child's log holds `words`; its early death is an error."""
    assert child.log is not None
    async with asyncio.timeout(30):
        while words not in child.log.read_text():
            child.check()
            await asyncio.sleep(0.01)


STARTS_BOTH = """
import asyncio, sys
from pathlib import Path
import asyncpg, nats
from shuniu.runtime.nats import EmbeddedNats
from shuniu.runtime.postgres import EmbeddedPostgres

async def quiet(_): pass

async def main(folder):
    async with EmbeddedNats(folder / "nats") as bus, EmbeddedPostgres(folder / "postgres", durable=False) as database:
        connection = await asyncpg.connect(await database.ensure_database("grid"))
        await connection.execute("create table if not exists t (n int)")
        await connection.execute("insert into t values (1)")
        count = await connection.fetchval("select count(*) from t")
        await connection.close()
        client = await nats.connect(bus.url, error_cb=quiet)
        await client.jetstream().add_stream(name="S", subjects=["s.>"])
        await client.jetstream().publish("s.a", b"")
        stored = (await client.jetstream().stream_info("S")).state.messages
        await client.close()
        print("ready", count, stored, flush=True)
        if sys.argv[2:] == ["stay"]:
            await asyncio.Event().wait()

asyncio.run(main(Path(sys.argv[1])))
"""


def test_an_ordinary_user_runs_both_servers_and_finds_the_data_again(ordinary_user: OrdinaryUser, folder: Path) -> None:
    first = ordinary_user.run(STARTS_BOTH, str(folder))
    assert first.stdout == "ready 1 1\n", first.stderr
    second = ordinary_user.run(STARTS_BOTH, str(folder))
    assert second.stdout == "ready 2 2\n", second.stderr
    if os.geteuid() == 0:
        assert {path.stat().st_uid for path in folder.rglob("*")} == {65534}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_sigkill_of_the_supervisor_leaves_no_process_and_no_damage(folder: Path) -> None:
    command = [sys.executable, "-c", STARTS_BOTH, str(folder), "stay"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        assert supervisor.stdout.readline() == "ready 1 1\n"
        family = children_of(supervisor.pid)
        assert {"nats-server", "postgres"} <= {process.name() for process in family}
        supervisor.send_signal(signal.SIGKILL)
        supervisor.wait()
        assert gone(family)
    again = subprocess.run([*command[:3], str(folder)], capture_output=True, text=True, timeout=60)
    assert again.stdout == "ready 2 2\n", again.stderr
    assert "was not properly shut down" not in (folder / "postgres" / "postgres.log").read_text()


async def test_restarted_at_once_after_a_kill_the_lock_waits_for_the_old_ones(folder: Path) -> None:
    """Nobody waits between the kill and the new start: the servers' own locks do."""
    supervisor = Child("supervisor", log=folder / "log")
    await supervisor.spawn([sys.executable, "-c", STARTS_BOTH, str(folder), "stay"])
    await said(supervisor, "ready 1 1")
    await supervisor.kill()
    async with EmbeddedNats(folder / "nats"), EmbeddedPostgres(folder / "postgres") as database:
        await database.ensure_database("grid")


async def test_an_early_death_is_told_with_the_last_words(folder: Path) -> None:
    child = Child("speaker", log=folder / "log")
    await child.spawn(["/bin/sh", "-c", "echo last words; exit 3"])
    assert await child.wait(10) == 3
    with pytest.raises(SetUpError, match=r"speaker ended with status 3 .*last words"):
        child.check()


async def test_stop_kills_what_does_not_listen(folder: Path) -> None:
    child = Child("deaf", log=folder / "log")
    await child.spawn(["/bin/sh", "-c", "trap '' INT; echo deaf; while :; do sleep 0.05; done"])
    await said(child, "deaf")
    await child.stop(number=signal.SIGINT, grace=0.1)
    assert child.returncode == -signal.SIGKILL


async def test_children_are_started_from_the_main_thread_only(folder: Path) -> None:
    child = Child("x", log=folder / "log")
    with pytest.raises(RuntimeError, match="main thread"):
        await asyncio.to_thread(lambda: asyncio.run(child.spawn(["/bin/true"])))
