"""The demonstration: one fictional street, its past, and actors who work through the gateway's public API.

``shuniu demo`` asks a :class:`Demonstration` to begin before any service runs, to load the past once they do, who may
sign in, and to live on. A restart resumes where it stopped and never loads again.
"""

import asyncio
import os
import sys
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec
from shuniu.chassis.clock import set_clock
from shuniu.runtime.child import SetUpError

from shuniu_demo.journal import Header, Journal

if TYPE_CHECKING:
    from shuniu.runtime.keys import Keys
    from shuniu.runtime.state import StateFolder

    from shuniu_demo.clients import Street
    from shuniu_demo.districts import Districts

__version__ = "0.1.0"
__all__ = ("SCOPE", "Demonstration")

SCOPE: Final = "320199001"
DATA: Final = Path(__file__).parent / "data"
COMPLETE: Final = "complete"
"""Step of the journal that says the past is told and the clock runs."""
NEEDED: Final = ("gateway", "grid", "whistle", "services_desk", "insurance", "volunteer")
ADMIN_PASSWORD: Final = "gateway-admin-password"
"""Name of the key the gateway makes for its first administrator."""
PACE_S: Final = 7.0
SESSION_HOURS: Final = 720
"""How long a session holds in the demonstration, used or not."""
_MATTERS: Final = (
    "whistle", "event", "order", "patrol", "case", "claim", "certificate", "hazard", "policy", "activity", "round",
)  # fmt: skip
"""Names under which answers tell the ids of matters."""


class _Suite(Protocol):
    @property
    def url(self) -> str:
        """The gateway's address."""

    failed: dict[str, str]
    """Services that did not start, and why."""


class Demonstration:
    """The demonstration of one state folder.

    ``scale`` makes its past shorter (environment SHUNIU_DEMO_SCALE, 1); ``pace`` is how many seconds lie between two
    moves of somebody afterwards (SHUNIU_DEMO_PACE, 7; 0: nobody moves). ``districts``: two neighbours run beside it
    and the case of all three is told.
    """

    scope = SCOPE

    def __init__(
        self,
        state: "StateFolder",
        *,
        scale: float | None = None,
        pace: float | None = None,
        districts: bool = False,
    ) -> None:
        self._state = state
        self._folder = state.path / "demo"
        self._scale = float(os.environ.get("SHUNIU_DEMO_SCALE", "1")) if scale is None else scale
        self._pace = float(os.environ.get("SHUNIU_DEMO_PACE", PACE_S)) if pace is None else pace
        self.clock_file = self._folder / "clock.json"
        self.registry_file = self._folder / "registry.json"
        self._districts = _districts(state) if districts else None

    @property
    def _journal(self) -> Path:
        return self._folder / "progress.jsonl"

    def begin(self) -> None:
        """Before any service runs: secrets, the name of the scope, and at the very first start the clock two years
        back, where the first of the cases begins. What an earlier run began stays."""
        from shuniu_demo.accounts import SEATS, password
        from shuniu_demo.furnishing import LONG_BEFORE
        from shuniu_demo.story import SEED, begins

        self._folder.mkdir(mode=0o700, exist_ok=True)
        for seat in SEATS:
            if seat.holder == "person":
                password(self._state.keys, seat.login)
        # Name and kind of the scope only; areas, units and posts come in through the API.
        title = msgspec.json.decode((DATA / f"registry-{SCOPE}.json").read_bytes(), type=dict[str, msgspec.Raw])[
            "title"
        ]
        self.registry_file.write_bytes(
            msgspec.json.encode({"scope": SCOPE, "title": msgspec.json.decode(title), "synthetic": True})
        )
        # Made-up people have no telephones: they sign in by password alone, and the page says so.
        os.environ.setdefault("SHUNIU_GATEWAY_SECOND_FACTOR", "")
        # The clock leaps while the past is told: sessions of half an hour would end at nearly every step, and to check
        # a password costs more than most of what is done with the session.
        os.environ.setdefault("SHUNIU_GATEWAY_SESSION_IDLE_MINUTES", str(SESSION_HOURS * 60))
        os.environ.setdefault("SHUNIU_GATEWAY_SESSION_HOURS", str(SESSION_HOURS))
        os.environ.setdefault("SHUNIU_GATEWAY_BASE_MAP", str(DATA / "shuniu-base.geojson"))
        journal = Journal(self._journal)
        if journal.header is None:
            end = datetime.now(UTC).replace(microsecond=0)
            journal.start(Header(name=uuid.uuid4().hex, end=end, scale=self._scale, seed=SEED))
            set_clock(self.clock_file, begins(end) - LONG_BEFORE - timedelta(minutes=30), 0.0)
        journal.close()
        if self._districts is not None:
            self._districts.begin()

    def _street(self, suite: _Suite, journal: Journal) -> "Street":
        from shuniu_demo.clients import Street

        assert journal.header is not None
        return Street(suite.url, journal.header.name, _passwords(self._state.keys))

    async def load(self, suite: _Suite) -> None:
        """Tell the past through the API until the domain's clock has caught up; a later start finds it told."""
        from shuniu_demo.load import Player
        from shuniu_demo.settling import caught_up, settle
        from shuniu_demo.story import tell

        if missing := {name: why for name, why in suite.failed.items() if name in NEEDED}:
            raise SetUpError("The demonstration needs " + "; ".join(f"{name}: {why}" for name, why in missing.items()))
        journal = Journal(self._journal)
        assert journal.header is not None, "begin comes first"
        street = self._street(suite, journal)
        try:
            if not journal.done(COMPLETE):
                await settle(street, self._state.keys, journal)
                header = journal.header
                story = await asyncio.to_thread(tell, header.end, scale=header.scale, seed=header.seed)
                player = Player(street, journal, lambda at: set_clock(self.clock_file, at, 0.0), _progress())
                await player.play(story)
                set_clock(self.clock_file, datetime.now(UTC), 1.0)
                await caught_up(street)
                journal.note(COMPLETE, {"left": await _left(street, player.known, story.left)})
            await caught_up(street)
            if self._districts is not None:
                from shuniu_demo.street import COMMUNITY_CODES

                await self._districts.play(street, journal, _passwords, COMMUNITY_CODES[0])
        finally:
            journal.close()
            await street.close()

    async def leave(self) -> None:
        """Stop what runs beside the street."""
        if self._districts is not None:
            await self._districts.end()

    def sign_in_lines(self, suite: _Suite) -> Sequence[str]:
        """One line for each account worth trying, and the key for programs."""
        from shuniu_demo.accounts import ADMIN, API_READER, SEATS, key_name

        keys = self._state.keys
        rows = [(seat.login, keys.get(key_name(seat.login)), f"{seat.zh}  {seat.en}") for seat in SEATS if seat.shown]
        rows.append((ADMIN, keys.get(ADMIN_PASSWORD), "系统管理员  System administrator"))
        width = max(len(login) for login, *_ in rows)
        lines = ["账号 sign in as / 密码 password:"]
        lines += [f"  {login:<{width}}  {password}  {title}" for login, password, title in rows]
        lines.append(f"  其余账号的密码在 more passwords: {keys.folder}/demo-*")
        if (keys.folder / key_name(API_READER)).exists():
            lines.append(f"接口密钥 API key (Authorization: Bearer …): {keys.get(key_name(API_READER))}")
        if self._districts is not None:
            lines += self._districts.lines()
        return lines

    async def live(self, suite: _Suite) -> None:
        """Life goes on at the set pace until cancelled."""
        from shuniu_demo.live import Life

        if self._pace <= 0:
            return
        journal = Journal(self._journal)
        street = self._street(suite, journal)
        try:
            await Life(street, self._pace, journal.told.get(COMPLETE, {}).get("left", {})).go_on()
        finally:
            journal.close()
            await street.close()


def _districts(state: "StateFolder") -> "Districts":
    from shuniu_demo.districts import Districts

    return Districts(state, SCOPE)


def _passwords(keys: "Keys") -> Callable[[str], str]:
    """Looks up an account's password in the keys folder."""
    from shuniu_demo.accounts import ADMIN, key_name

    return lambda login: keys.get(ADMIN_PASSWORD if login == ADMIN else key_name(login))


async def _left(street: "Street", known: Mapping[str, Mapping[str, Any]], threads: frozenset[str]) -> dict[str, str]:
    """The matters left for visitors and where each stands."""
    from shuniu_demo.live import standing

    ids = {known[thread].get(name) for thread in threads for name in _MATTERS}
    listed = await street.desk("operator").get("/matters", open="true", limit=500)
    return {matter["id"]: standing(matter) for matter in listed["items"] if matter["id"] in ids}


def _progress() -> Callable[[float], None]:
    """Says on a terminal how far the load has come."""
    said = -1

    def say(share: float) -> None:
        nonlocal said
        steps = int(share * 20)
        if steps == said or not sys.stderr.isatty():
            return
        said = steps
        end = "\n" if share >= 1 else ""
        sys.stderr.write(f"\r  {'█' * steps}{'░' * (20 - steps)} {share:4.0%}{end}")
        sys.stderr.flush()

    return say
