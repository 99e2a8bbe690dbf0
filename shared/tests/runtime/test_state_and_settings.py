"""The state folder, its lock and secrets, and what a service process reads from its environment."""

import re
import stat
import threading
from pathlib import Path

import pytest
from shuniu.runtime.keys import Keys
from shuniu.runtime.settings import Bucket, Deployment, SettingsError, bucket_from, database_from
from shuniu.runtime.state import AlreadyRunning, RunInfo, ServiceRun, StateFolder

SECRET = "postgresql://grid:hush@db/grid"


def test_the_second_holder_is_told_where_the_first_one_runs(folder: Path) -> None:
    first, second = StateFolder(folder / "s"), StateFolder(folder / "s")
    first.hold()
    with pytest.raises(AlreadyRunning, match="has not finished starting"):
        second.hold()
    info = RunInfo(pid=7, url="http://127.0.0.1:8710", services={"grid": ServiceRun(url="http://x", pid=7)})
    first.write_run(info)
    with pytest.raises(AlreadyRunning, match=r"http://127\.0\.0\.1:8710 \(process 7\)") as refused:
        second.hold()
    assert refused.value.info == info
    first.release()
    second.hold()
    assert second.read_run() is None
    second.release()


def test_choices_of_the_first_start_are_kept(folder: Path) -> None:
    state = StateFolder(folder)
    assert state.recall("scope") is None
    state.remember("scope", "320199001")
    state.remember("other", "x")
    assert (StateFolder(folder).recall("scope"), StateFolder(folder).recall("other")) == ("320199001", "x")


def test_secrets_are_private_random_and_stay(folder: Path) -> None:
    keys = Keys(folder / "keys")
    first = keys.get("nats")
    assert Keys(folder / "keys").get("nats") == first
    assert len(first) >= 32
    assert keys.get("other") != first
    keys.put("issuer", "PEM")
    assert keys.get("issuer") == "PEM"
    assert stat.S_IMODE((folder / "keys").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder / "keys").iterdir()} == {0o600}


def test_two_at_once_agree_on_a_secret(folder: Path) -> None:
    seen: list[str] = []
    gate = threading.Barrier(8)

    def ask() -> None:
        gate.wait()
        seen.append(Keys(folder).get("shared"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert len(set(seen)) == 1


def test_a_deployment_survives_the_way_through_the_environment(folder: Path) -> None:
    key_file = folder / "s3-keys"
    key_file.touch()
    there = Deployment(
        service="grid",
        scope="320199001",
        database_url=SECRET,
        nats_url="nats://u:hush@h:1",
        port=4711,
        state_dir=folder / "grid",
        keys_dir=folder / "keys",
        clock_file=folder / "clock",
        otlp_endpoint="http://127.0.0.1:4318",
        registry_file=folder / "registry.json",
        instance="grid-1",
        bucket=Bucket(
            name="street", prefix="a/grid", endpoint="https://s3.test", key_file=key_file, virtual_hosted=True
        ),
    )
    assert Deployment.from_environment("grid", there.environment()) == there
    assert "hush" not in repr(there)
    assert "hush" not in str(there)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"SHUNIU_SCOPE": "320199"}, "SHUNIU_GRID_DATABASE_URL"),
        ({"DATABASE_URL": SECRET}, "SHUNIU_SCOPE"),
        ({"DATABASE_URL": SECRET, "SHUNIU_SCOPE": "12345"}, "SHUNIU_SCOPE"),
        ({"DATABASE_URL": SECRET, "SHUNIU_SCOPE": "１２３４５６"}, "SHUNIU_SCOPE"),
        ({"DATABASE_URL": SECRET, "SHUNIU_SCOPE": "320199", "SHUNIU_PORT": "x"}, "SHUNIU_PORT"),
        ({"DATABASE_URL": SECRET, "SHUNIU_SCOPE": "320199", "SHUNIU_PORT": "65536"}, "SHUNIU_PORT"),
    ],
)
def test_a_bad_environment_is_named(environment: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said) as refused:
        Deployment.from_environment("grid", environment)
    assert "hush" not in str(refused.value)


def test_the_own_database_goes_before_the_shared_one_and_one_can_serve_each() -> None:
    shared = {"SHUNIU_DATABASE_URL": "postgresql://db/{service}", "DATABASE_URL": "postgresql://other/x"}
    assert database_from("grid", shared) == "postgresql://db/grid"
    assert database_from("grid", {**shared, "SHUNIU_GRID_DATABASE_URL": SECRET}) == SECRET
    assert database_from("whistle", {"DATABASE_URL": "postgresql://other/x"}) == "postgresql://other/x"
    assert database_from("whistle", {}) == ""


def test_each_service_keeps_its_files_below_a_prefix_of_its_own(folder: Path) -> None:
    key_file = folder / "s3-keys"
    key_file.touch()
    shared = {"SHUNIU_BLOBS": "s3://street/{scope}/{service}", "SHUNIU_BLOBS_KEY_FILE": str(key_file)}
    assert bucket_from("grid", "320199001", {}) is None
    found = bucket_from("grid", "320199001", shared)
    assert found is not None
    assert (found.name, found.prefix, found.virtual_hosted) == ("street", "320199001/grid", False)
    own = {"SHUNIU_GRID_BLOBS": "s3://grid-files", "SHUNIU_GRID_BLOBS_REGION": "cn-east-1"}
    found = bucket_from("grid", "320199001", {**shared, **own})
    assert found is not None
    assert (found.name, found.prefix, found.region) == ("grid-files", "", "cn-east-1")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"SHUNIU_BLOBS": "s3://street/all"}, "{service}"),
        ({"SHUNIU_GRID_BLOBS": "https://street"}, "SHUNIU_GRID_BLOBS must be s3://"),
        ({"SHUNIU_GRID_BLOBS": "s3://street/../other"}, "SHUNIU_GRID_BLOBS must be s3://"),
        ({"SHUNIU_GRID_BLOBS": "s3://street", "SHUNIU_BLOBS_ENDPOINT": "minio:9000"}, "_ENDPOINT"),
        ({"SHUNIU_GRID_BLOBS": "s3://street", "SHUNIU_BLOBS_ADDRESSING": "other"}, "_ADDRESSING"),
        ({"SHUNIU_GRID_BLOBS": "s3://street", "SHUNIU_BLOBS_KEY_FILE": "/nowhere"}, "/nowhere"),
        ({"SHUNIU_GRID_BLOBS": "s3://street", "SHUNIU_BLOBS_KEY_FILE": ""}, "_KEY_FILE is not set"),
    ],
)
def test_a_badly_named_bucket_is_said(folder: Path, more: dict[str, str], said: str) -> None:
    key_file = folder / "s3-keys"
    key_file.touch()
    with pytest.raises(SettingsError, match=re.escape(said)):
        bucket_from("grid", "320199001", {"SHUNIU_BLOBS_KEY_FILE": str(key_file), **more})
