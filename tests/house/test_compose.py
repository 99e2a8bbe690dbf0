"""compose.yaml, read by a real parser and tried for real: its bus, its database set-up, and each service's command."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import nats
import pytest
import yaml
from nats.js.api import StreamConfig
from shuniu.runtime.child import Child
from shuniu.runtime.nats import nats_binary
from shuniu.runtime.ports import free_port
from shuniu.runtime.postgres import ADMIN, EmbeddedPostgres, postgres_folder

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")
NODES = ("nats-1", "nats-2", "nats-3")

SECRETS = {
    "POSTGRES_PASSWORD": "p0stgres",
    "NATS_PASSWORD": "b7us",
    "NATS_ROUTE_PASSWORD": "r0ute",
    "GRID_DB_PASSWORD": "g1",
    "WHISTLE_DB_PASSWORD": "w2",
    "SERVICES_DESK_DB_PASSWORD": "d5",
    "VOLUNTEER_DB_PASSWORD": "v4",
    "INSURANCE_DB_PASSWORD": "n4",
    "GATEWAY_DB_PASSWORD": "y3",
}
ENVIRONMENT = {**SECRETS, "SHUNIU_SCOPE": "320199001"}


def raw() -> dict[str, Any]:
    """The file as the parser gives it, merge keys resolved, variables as written."""
    return dict(yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8")))


def filled(value: Any) -> Any:
    """Variables replaced as compose does it; a missing one without a default is an error."""
    if isinstance(value, dict):
        return {key: filled(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner) for inner in value]
    if not isinstance(value, str):
        return value

    def one(found: re.Match[str]) -> str:
        name, kind, default = found.groups()
        if name in ENVIRONMENT:
            return ENVIRONMENT[name]
        if kind == "-":
            return str(default)
        raise AssertionError(f"{name} has no value")

    return VARIABLE.sub(one, value)


def workspace_services() -> list[str]:
    """Names of the services that the workspace brings."""
    names: list[str] = []
    for member in (ROOT / "services").glob("*/pyproject.toml"):
        project = tomllib.loads(member.read_text(encoding="utf-8"))["project"]
        names += project.get("entry-points", {}).get("shuniu.services", {})
    return sorted(names)


def containers() -> dict[str, dict[str, Any]]:
    """The containers that run a service, by service."""
    found = {}
    for name, container in raw()["services"].items():
        command = container.get("command", [])
        if command[:2] == ["shuniu", "serve"]:
            assert command == ["shuniu", "serve", name]
            found[name] = container
    return found


def test_every_service_has_its_container() -> None:
    assert sorted(containers()) == workspace_services()


def test_every_database_is_set_up() -> None:
    postgres = raw()["services"]["postgres"]["environment"]
    assert sorted(postgres["SHUNIU_SERVICES"].split()) == workspace_services()
    for name in workspace_services():
        assert f"{name.upper()}_DB_PASSWORD" in postgres


def test_nothing_but_the_gateway_on_loopback_is_published() -> None:
    for name, container in raw()["services"].items():
        ports = container.get("ports", [])
        assert bool(ports) == (name == "gateway"), name
        assert all(port.startswith("127.0.0.1:") for port in ports), name


def test_every_secret_comes_from_outside_and_has_no_default() -> None:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    asked = VARIABLE.findall(text)
    assert {name for name, _, _ in asked} >= set(SECRETS)
    for name, kind, _ in asked:
        if "PASSWORD" in name or name == "SHUNIU_SCOPE":
            assert kind == "?", f"{name} must be required"
    for container in raw()["services"].values():
        for name, value in (container.get("environment") or {}).items():
            if "PASSWORD" in name or "URL" in name or "ROUTE" in name:
                assert not re.search(r"://\w+:[^$@/]+@", str(value)), f"a password in {name}"
                assert "PASSWORD" not in name or VARIABLE.fullmatch(str(value)), name


def test_containers_wait_for_a_healthy_bus_and_database_and_say_how_they_are() -> None:
    services = raw()["services"]
    for name, container in services.items():
        if name != "otel-collector":  # its image holds no program that could ask
            assert container["healthcheck"]["test"][0] == "CMD", name
    for container in containers().values():
        waits = container["depends_on"]
        assert set(waits) == {"postgres", *NODES}
        assert {how["condition"] for how in waits.values()} == {"service_healthy"}


def test_named_volumes_and_mounted_files_exist() -> None:
    tree = raw()
    for name, container in tree["services"].items():
        for volume in container.get("volumes", []):
            source = volume.split(":")[0]
            known = (ROOT / source).is_file() if source.startswith(".") else source in tree["volumes"]
            assert known, f"{name}: {source}"


def test_only_the_gateway_writes_the_trusted_keys_and_keeps_its_own() -> None:
    for name, container in containers().items():
        (trusted,) = [volume for volume in container["volumes"] if volume.startswith("trusted:")]
        assert trusted.endswith(":ro") == (name != "gateway")
        assert f"{name}:/var/lib/shuniu" in container["volumes"]


def test_the_image_copies_what_the_build_needs() -> None:
    text = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.M):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for source in ("requirements.lock", "requirements-web.lock", "shared", "services"):
        assert f"!{source}" in ignored


# ---- tried for real -------------------------------------------------------------------------------------------------


@dataclass
class Machine:
    """Where the containers' names lead to in this test."""

    folder: Path
    nodes: dict[str, Child]
    ports: dict[str, int]
    postgres: EmbeddedPostgres

    def here(self, text: str) -> str:
        """An address of a container as an address of this machine."""
        for name, port in self.ports.items():
            text = text.replace(f"{name}:4222", f"127.0.0.1:{port}")
        return text.replace("postgres:5432", f"127.0.0.1:{self.postgres.tcp_port}")

    def nats_urls(self) -> list[str]:
        return self.here(filled(containers()["gateway"]["environment"]["SHUNIU_NATS_URL"])).split(",")


async def _start_bus(folder: Path) -> tuple[dict[str, Child], dict[str, int]]:
    """The three nodes with deploy/nats.conf and the containers' environment, on loopback ports."""
    services = filled(raw())["services"]
    clients = {name: free_port() for name in NODES}
    routes = {name: free_port() for name in NODES}
    nodes: dict[str, Child] = {}
    for name in NODES:
        text = (ROOT / "deploy" / "nats.conf").read_text(encoding="utf-8")
        text = text.replace("0.0.0.0:4222", f"127.0.0.1:{clients[name]}")
        text = text.replace("0.0.0.0:6222", f"127.0.0.1:{routes[name]}").replace('http: "0.0.0.0:8222"\n', "")
        text = text.replace('"/data/jetstream"', f'"{folder}/{name}"')
        (folder / f"{name}.conf").write_text(text, encoding="utf-8")
        environment = dict(services[name]["environment"])
        for key, value in environment.items():
            for other, port in routes.items():
                environment[key] = environment[key].replace(f"{other}:6222", f"127.0.0.1:{port}")
            assert key != "NATS_NODE" or value == name
        nodes[name] = Child(name, log=folder / f"{name}.log")
        await nodes[name].spawn(
            [str(nats_binary()), "--config", str(folder / f"{name}.conf")], env={**os.environ, **environment}
        )
    return nodes, clients


def _set_up_databases(postgres: EmbeddedPostgres) -> None:
    """deploy/postgres-init.sh, as the database's container would run it."""
    environment = {
        **filled(raw())["services"]["postgres"]["environment"],
        "POSTGRES_USER": ADMIN,
        "PGHOST": str(postgres.socket_folder),
        "PGPORT": str(postgres.tcp_port),
        "PATH": f"{postgres_folder()}:/usr/bin:/bin",
    }
    script = str(ROOT / "deploy" / "postgres-init.sh")
    done = subprocess.run(["/bin/sh", script], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    folder = tmp_path_factory.mktemp("compose")
    postgres = EmbeddedPostgres(folder / "postgres", tcp=True, durable=False)
    nodes: dict[str, Child] = {}
    try:
        nodes, ports = asyncio.run(_start_bus(folder))
        asyncio.run(postgres.start())
        _set_up_databases(postgres)
        yield Machine(folder, nodes, ports, postgres)
    finally:
        for node in nodes.values():
            asyncio.run(node.stop())
        asyncio.run(postgres.stop())


async def _quiet(_: Exception) -> None:
    """The client would print every lost connection."""


async def test_the_bus_is_one_cluster_that_keeps_three_copies(machine: Machine) -> None:
    client = await nats.connect(machine.nats_urls(), error_cb=_quiet)
    try:
        stream = client.jetstream()
        async with asyncio.timeout(60):
            while True:  # the nodes have yet to find each other and to choose a leader
                try:
                    info = await stream.add_stream(StreamConfig(name="TRY", subjects=["try.>"], num_replicas=3))
                    break
                except (nats.errors.Error, nats.js.errors.Error):
                    await asyncio.sleep(0.1)
        assert info.config.num_replicas == 3
        async with asyncio.timeout(60):
            while True:
                try:
                    await stream.publish("try.it", b"")
                    break
                except (nats.errors.Error, nats.js.errors.Error):
                    await asyncio.sleep(0.1)
        cluster = (await stream.stream_info("TRY")).cluster
        assert cluster is not None
        assert {cluster.leader, *(peer.name for peer in cluster.replicas or ())} == set(NODES)
        await stream.delete_stream("TRY")
    finally:
        await client.close()
    with pytest.raises(nats.errors.Error):
        await nats.connect(f"nats://127.0.0.1:{machine.ports['nats-1']}", error_cb=_quiet, allow_reconnect=False)


@pytest.mark.parametrize("service", workspace_services())
async def test_the_command_of_each_container_comes_up_with_its_environment(machine: Machine, service: str) -> None:
    container = filled(containers()[service])
    port = free_port()
    home = machine.folder / service
    environment = {name: machine.here(value) for name, value in container["environment"].items()}
    inside = {"SHUNIU_STATE_DIR": "/var/lib/shuniu", "SHUNIU_KEYS_DIR": "/var/lib/shuniu/keys"}
    assert {name: environment[name] for name in inside} == inside
    environment |= {name: value.replace("/var/lib/shuniu", str(home)) for name, value in inside.items()}
    assert (environment["SHUNIU_HOST"], environment["SHUNIU_PORT"]) == ("0.0.0.0", "8710")
    environment |= {"SHUNIU_HOST": "127.0.0.1", "SHUNIU_PORT": str(port), "SHUNIU_OTLP_ENDPOINT": ""}
    program = shutil.which(container["command"][0], path=sysconfig.get_path("scripts"))
    assert program is not None
    home.mkdir()
    child = Child(service, log=home / "log")
    # As in the container, there is nothing else: no variable of ours comes along.
    await child.spawn(
        [sys.executable, program, *container["command"][1:]], env=environment, death_signal=signal.SIGKILL
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            for path in ("/health", "/ready"):
                async with asyncio.timeout(60):
                    while True:
                        child.check()
                        try:
                            if (answer := await client.get(path)).status_code == 200:
                                break
                        except httpx.TransportError:
                            pass
                        await asyncio.sleep(0.05)
                assert answer.status_code == 200
        grace = float(container["stop_grace_period"].removesuffix("s"))
        child.send(signal.SIGTERM)
        assert await child.wait(grace) == 0, (home / "log").read_text()
    finally:
        await child.kill()
    log = (home / "log").read_text()
    assert "Traceback" not in log, log
    assert not any(secret in log for secret in SECRETS.values() if len(secret) > 2)
