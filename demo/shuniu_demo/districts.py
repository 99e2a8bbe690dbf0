"""Deployments beside the demonstration's: each a process of its own, as an operator starts it (``shuniu up --join``).

``shuniu demo --districts`` has two: 红山街道 and 迈皋桥街道, whose state lies in ``<state>/districts``. They run on the
bus of the street, have PostgreSQL, gateway, accounts, keys and agreements of their own, and know the street and not
each other.
"""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from shuniu.cli.peering import pin_key, public_key
from shuniu.runtime.child import Child
from shuniu.runtime.keys import Keys
from shuniu.runtime.ports import LOOPBACK, free_again
from shuniu.runtime.settings import PEERS_FILE
from shuniu.runtime.state import StateFolder

from shuniu_demo import crossing
from shuniu_demo.accounts import ADMIN, Seat, key_name, password
from shuniu_demo.cases import CROSSING
from shuniu_demo.clients import Desk, Refused, Street
from shuniu_demo.journal import Header, Journal
from shuniu_demo.script import Picture
from shuniu_demo.settling import caught_up, open_accounts, step

__all__ = ("SERVICES", "Deployment", "Districts", "Teller", "agree", "registry_of")

SERVICES: Final = ("gateway", "grid", "whistle")
START_S: Final = 180.0
_DATA: Final = Path(__file__).parent / "data"
_PORT: Final = "demo_port"
"""A neighbour comes back where it was, so that a kept address still leads there."""
_TOLD: Final = "crossing"
"""Step of the street's journal that says the case is told."""
_NOT_YET: Final = ("unknown_unit", "unit_unknown", "unknown_area", "area_unknown", "no_peer")


def registry_of(scope: str) -> dict[str, Any]:
    """The registry file of a scope."""
    found: dict[str, Any] = msgspec.json.decode((_DATA / f"registry-{scope}.json").read_bytes())
    return found


class Deployment:
    """One ``shuniu up``. ``more`` is environment for it beside what every process has."""

    def __init__(self, scope: str, state: Path, more: Mapping[str, str] | None = None) -> None:
        self.scope = scope
        self.state = StateFolder(state)
        self.state.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.url = ""
        self._more = dict(more or {})
        registry = registry_of(scope)
        self._registry = state / "registry.json"
        head = {name: registry[name] for name in ("scope", "title", "synthetic")}
        self._registry.write_bytes(msgspec.json.encode(head))
        self.child = Child(f"up-{scope}", log=state / "up.log")

    async def up(self, join: Path | None = None, port: int | None = None) -> None:
        """Start it, and wait until it says where it is. SetUpError with the end of its log where it does not start."""
        command = [sys.executable, "-m", "shuniu.cli", "up", *SERVICES, "--scope", self.scope]
        command += ["--state", str(self.state.path)]
        command += [] if port is None else ["--port", str(port)]
        command += [] if join is None else ["--join", str(join)]
        kept = {
            name: value for name, value in os.environ.items() if "DATABASE_URL" not in name and "SHUNIU" not in name
        }
        # As in the demonstration's own gateway: signing in asks nobody for a second factor.
        own = {"SHUNIU_REGISTRY_FILE": str(self._registry), "SHUNIU_GATEWAY_SECOND_FACTOR": ""}
        await self.child.spawn(command, env={**kept, **own, **self._more})
        async with asyncio.timeout(START_S):
            while (run := self.state.read_run()) is None or run.pid != self.child.pid:
                self.child.check()
                await asyncio.sleep(0.1)
        self.url = run.url

    async def down(self) -> None:
        """Stop it, and everything that belongs to it."""
        await self.child.stop(grace=20.0)


def agree(one: StateFolder, scope: str, other: StateFolder, other_scope: str) -> None:
    """Each trusts the other's gateway and writes down what is shared. What an earlier run wrote stays."""
    for mine, theirs, foreign in ((one, other, other_scope), (other, one, scope)):
        pem = public_key(theirs.path, foreign, "gateway").encode()
        pin_key(mine.path, f"/{foreign}/gateway", pem)
        peers = mine.path / PEERS_FILE
        written = peers.read_text(encoding="utf-8") if peers.exists() else ""
        if f"[peer.{foreign}]" not in written:
            title = registry_of(foreign)["title"]
            agreement = crossing.AGREEMENT.format(scope=foreign, zh=title["zh"], en=title["en"])
            peers.write_text(written + agreement, encoding="utf-8")


class Teller:
    """The people of one deployment, telling a story once: what a former run has told is not told again."""

    def __init__(self, scope: str, street: Street, journal: Journal) -> None:
        self._scope = scope
        self._street = street
        self._journal = journal
        self._told = 0

    @property
    def scope(self) -> str:
        """The division."""
        return self._scope

    def desk(self, login: str) -> Desk:
        """An account."""
        return self._street.desk(login)

    async def do(self, login: str, command: str, **body: Any) -> dict[str, Any]:
        """A command; a former run's answer where it was given then. Units and areas may still be on their way."""
        self._told += 1
        name = f"{_TOLD}/{self._told}"
        if name not in self._journal.told:
            # The body is kept first: with the same key it must be the same again, whatever the clock says then.
            if f"{name}/asked" not in self._journal.told:
                self._journal.note(f"{name}/asked", body)
            asked = self._journal.told[f"{name}/asked"]
            self._journal.note(name, await self._given(login, command, asked, self._street.key(name)))
        return self._journal.told[name]

    async def _given(self, login: str, command: str, body: dict[str, Any], key: str) -> dict[str, Any]:
        for left in range(100, -1, -1):
            try:
                return await self.desk(login).do(command, body, key)
            except Refused as no:
                if not no.rule.endswith(_NOT_YET) or not left:
                    raise
                await asyncio.sleep(0.1)
        raise AssertionError("unreachable")

    async def photo(self, service: str, login: str, motif: str, *, done: bool = False, take: int = 0) -> dict[str, Any]:
        """Evidence in a service's store."""
        return await self._street.evidence(service, login, Picture(motif, done, take))


class _Neighbour:
    """One of the two: its process, its people, its journal."""

    def __init__(self, scope: str, state: Path) -> None:
        self.deployment = Deployment(scope, state)
        self.journal = Journal(state / "progress.jsonl")
        if self.journal.header is None:
            now = datetime.now(UTC).replace(microsecond=0)
            self.journal.start(Header(name=f"{scope}-{now.timestamp():.0f}", end=now, scale=1.0, seed=0))
        self.street: Street | None = None

    @property
    def keys(self) -> Keys:
        return self.deployment.state.keys

    @property
    def people(self) -> tuple[Seat, ...]:
        return crossing.seats(self.deployment.scope)

    async def begin(self, join: Path, passwords: Any) -> None:
        """Start it, where it was before; its accounts, units and areas, where they are not there yet."""
        state = self.deployment.state
        await self.deployment.up(join, free_again(LOOPBACK, state.recall(_PORT)))
        state.remember(_PORT, self.deployment.url.rpartition(":")[2])
        assert self.journal.header is not None
        street = self.street = Street(self.deployment.url, self.journal.header.name, passwords(self.keys))
        for seat in self.people:
            password(self.keys, seat.login)
        await open_accounts(street, self.keys, self.journal, self.people)
        registry, registrar = registry_of(self.deployment.scope), street.desk("registrar")
        units = [{k: v for k, v in unit.items() if k != "kind"} for unit in registry["units"]]
        given = {"units": [*units, crossing.lead_unit()]}
        await step(self.journal, "units", lambda key: registrar.do("gateway.import_units", given, key), street)
        areas = {"areas": registry["areas"]}
        await step(self.journal, "areas", lambda key: registrar.do("grid.import_areas", areas, key), street)
        await caught_up(street)

    def teller(self) -> Teller:
        """Its people, ready to tell."""
        assert self.street is not None, "begin comes first"
        return Teller(self.deployment.scope, self.street, self.journal)

    async def end(self) -> None:
        self.journal.close()
        if self.street is not None:
            await self.street.close()
        await self.deployment.down()

    def lines(self) -> list[str]:
        """Where it is, and who may sign in."""
        zh = registry_of(self.deployment.scope)["title"]["zh"]
        lines = [f"{zh} {self.deployment.scope}: {self.deployment.url}/"]
        names = [(seat.login, key_name(seat.login), f"{seat.zh}  {seat.en}") for seat in self.people if seat.shown]
        names.append((ADMIN, "gateway-admin-password", "系统管理员  System administrator"))
        return lines + [f"  {login:<9} {self.keys.get(key)}  {title}" for login, key, title in names]


class Districts:
    """The two neighbours of the demonstration street, and the case of all three."""

    def __init__(self, state: StateFolder, scope: str) -> None:
        self._state = state
        self._scope = scope
        self._neighbours: list[_Neighbour] = []

    def begin(self) -> None:
        """Before any service runs: keys and agreements."""
        folder = self._state.path / "districts"
        self._neighbours = [_Neighbour(code, folder / code) for code in (crossing.HONGSHAN, crossing.MAIGAOQIAO)]
        for one in self._neighbours:
            agree(self._state, self._scope, one.deployment.state, one.deployment.scope)

    async def play(self, street: Street, journal: Journal, passwords: Any, area: str) -> None:
        """Start both, and tell what the former runs have not."""
        await asyncio.gather(*(one.begin(self._state.path, passwords) for one in self._neighbours))
        if journal.done(_TOLD):
            return
        if f"{_TOLD}/began" not in journal.told:
            journal.note(f"{_TOLD}/began", {"at": datetime.now(UTC).replace(microsecond=0).isoformat()})
        began = datetime.fromisoformat(journal.told[f"{_TOLD}/began"]["at"])
        near, far = (one.teller() for one in self._neighbours)
        ours = Teller(self._scope, street, journal)
        await crossing.tell(ours, near, far, area, began, f"{CROSSING}（《群众》案例）")
        journal.note(_TOLD, {})

    async def end(self) -> None:
        """Stop both."""
        await asyncio.gather(*(one.end() for one in self._neighbours))

    def lines(self) -> Sequence[str]:
        """Where they are and who may sign in."""
        lines = ["黄家圩十字街 the case of three districts: 工作 → 吹哨 in each of"]
        for one in self._neighbours:
            lines += one.lines()
        lines.append(
            "  浏览器对同一主机名只保留一次登录 a browser keeps one sign-in for a host name: "
            "use http://localhost:… or a private window for a second"
        )
        return lines
