"""Every illegal move of every life cycle, over HTTP on real hosts: 409 or 422 that names status, event and rule.

The tables are made from the life cycles: each status, with each command that is not offered there to those who may
otherwise give it. Where the life cycle itself has no such move, the rule is the one the life cycle names.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from shuniu.rules.lifecycle import Lifecycle
from shuniu.testing.servers import Hosts
from shuniu_grid import service as grid_service
from shuniu_grid.events.lifecycle import EVENT
from shuniu_whistle import service as whistle_service
from shuniu_whistle.whistles.lifecycles import CALLOUT, PHASE, WHISTLE

from . import ways
from .desk import Desk, open_desk

pytestmark = pytest.mark.fault

SAYS_OTHERWISE = {"approve_extension": "decide_extension", "decline_extension": "decide_extension"}
"""Commands whose move in the life cycle is called otherwise."""


@pytest_asyncio.fixture
async def grid(hosts: Hosts, tmp_path: Path) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        desk = await open_desk(grid_service, hosts, tmp_path, stack)
        await desk.put_photo("grid_worker")
        yield desk


@pytest_asyncio.fixture
async def whistle(hosts: Hosts, tmp_path: Path) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        desk = await open_desk(whistle_service, hosts, tmp_path, stack)
        await desk.put_photo("duty_officer@cg")
        yield desk


class Wanted(NamedTuple):
    """What a refusal has to say. ``rule`` "": any, but one there are words for."""

    states: tuple[str, ...]
    events: tuple[str, ...]
    rule: str = ""


class Table:
    """Tries illegal moves one after the other and notes every wrong answer."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.tried = 0
        self.wrong: list[str] = []
        self._before: dict[str, str] = {}

    async def begin(self) -> None:
        """From here on nothing may change."""
        self._before = await self.desk.everything()

    async def refuse(self, who: str, command: str, body: dict[str, Any], wanted: Wanted) -> None:
        """The command is refused as wanted, and nothing has changed."""
        self.tried += 1
        answer = await self.desk.ask(who, command, body)
        after = await self.desk.everything()
        problem = answer.json()
        complaints = [] if answer.status_code in (409, 422) else [f"status {answer.status_code}"]
        if after != self._before:
            complaints.append(f"changed {[t for t in after if after[t] != self._before[t]]}")
            self._before = after
        if answer.status_code >= 400:
            complaints += _complaints(self.desk, answer.headers["content-type"], problem, wanted)
        if complaints:
            where = f"{'/'.join(wanted.states)} {command} by {who}"
            self.wrong.append(f"{where}: {'; '.join(complaints)} ({problem.get('rule')})")

    def close(self, least: int) -> None:
        """Everything tried was refused as wanted, and that was not nothing."""
        assert not self.wrong, "\n".join(self.wrong)
        assert self.tried >= least


def _complaints(desk: Desk, media_type: str, problem: dict[str, Any], wanted: Wanted) -> list[str]:
    said = []
    if media_type != "application/problem+json":
        said.append(media_type)
    if problem["state"] not in wanted.states:
        said.append(f"names state {problem['state']}")
    if problem["event"] not in wanted.events:
        said.append(f"names event {problem['event']}")
    if wanted.rule and problem["rule"] != wanted.rule:
        said.append(f"rule is not {wanted.rule}")
    if f"rule.{problem['rule']}" not in desk.host.texts or problem["type"] != f"urn:shuniu:rule:{problem['rule']}":
        said.append("there are no words for the rule")
    return said


def _moves_of(desk: Desk, kind: str) -> set[str]:
    commands = desk.service.commands
    return {c.name.partition(".")[2] for c in commands if c.kind == kind and not c.internal}


async def test_grid_event(grid: Desk) -> None:
    bodies = ways.grid_bodies(grid)
    assert set(bodies) == _moves_of(grid, EVENT.kind), "a command is missing from the table"
    table = Table(grid)
    for status in EVENT.statuses:
        event = await ways.grid_event_in(grid, status.id)
        unit = (await grid.get("operator", f"/matters/{EVENT.kind}/{event}"))["unit"] or "cg"
        await table.begin()
        for move, body in bodies.items():
            legal = EVENT.move(move)
            for role in legal.roles:
                who = f"{role}@{unit}" if role == "duty_officer" else role
                command = f"grid.{move}"
                if command in [action for action, _ in await grid.offers(who, EVENT.kind, event)]:
                    assert status.id in legal.sources, f"{command} is offered in {status.id}"
                    continue
                if (status.id, move) == ("REPORTED", "not_file") and role in ("grid_worker", "grid_checker"):
                    continue  # legal there, but for the office only
                rule = "" if status.id in legal.sources else legal.rule
                await table.refuse(who, command, {"event": event, **body}, Wanted((status.id,), (move,), rule))
    table.close(least=300)


async def test_commands_that_people_do_not_give(grid: Desk, whistle: Desk) -> None:
    for desk in (grid, whistle):
        before = await desk.everything()
        internal = [c for c in desk.service.commands if c.internal]
        assert internal
        for command in internal:
            answer = await desk.ask("operator", command.name, {})
            assert answer.status_code == 404, command.name
        assert await desk.everything() == before


def _named(cycle: Lifecycle, status: str, move: str) -> str:
    """The rule the life cycle names for a move it does not have from there; "" where it has it."""
    event = SAYS_OTHERWISE.get(move, move)
    found = next((m for m in cycle.moves if m.event == event), None)
    return found.rule if found is not None and found.sources and status not in found.sources else ""


ON_WHISTLE = {m.event for m in WHISTLE.moves} - {"rate"}
ON_PHASE = {"start_phase", "submit_phase", "accept_phase", "send_back_phase"}


def _body(move: str, blown: ways.Blown, bodies: dict[str, dict[str, Any]]) -> dict[str, Any]:
    body = {"whistle": blown.whistle, **bodies[move]}
    if move not in ON_WHISTLE:
        body["callout"] = blown.callout
    if move in ON_PHASE:
        body["phase"] = blown.phase
    return body


async def _tabulate(
    desk: Desk,
    table: Table,
    statuses: list[str],
    bring: Callable[[Desk, str], Awaitable[ways.Blown]],
    moves: list[str],
    wanted: Callable[[str, str], Wanted],
) -> None:
    bodies = ways.whistle_bodies(desk)
    for status in statuses:
        blown = await bring(desk, status)
        await table.begin()
        for move in moves:
            who = ways.who_moves(move)
            body = _body(move, blown, bodies)
            offered = await desk.offers(who, WHISTLE.kind, blown.whistle)
            ids = {name: body[name] for name in ("whistle", "callout", "phase") if name in body}
            if any(action == f"whistle.{move}" and ids.items() <= prefill.items() for action, prefill in offered):
                assert not wanted(status, move).rule, f"{move} is offered in {status}"
                continue
            await table.refuse(who, f"whistle.{move}", body, wanted(status, move))


BESIDE = {"supervise", "announce_meeting", "replan_phase", "call", "assess_calling"}
"""Commands on a whistle that are no moves of its life cycle; the tests of their own rules name every refusal."""


async def test_whistle(whistle: Desk) -> None:
    bodies = ways.whistle_bodies(whistle)
    assert set(bodies) | BESIDE == _moves_of(whistle, WHISTLE.kind), "a command is missing from the table"
    table = Table(whistle)

    def wanted(status: str, move: str) -> Wanted:
        return Wanted((status,), (move,), _named(WHISTLE, status, move))

    moves = [move for move in bodies if move in ON_WHISTLE and move != "link"]
    # Linking is offered by no form, see offers; where the life cycle has it, it is legal.
    await _tabulate(whistle, table, [s.id for s in WHISTLE.statuses], ways.whistle_in, moves, wanted)
    closed = [s.id for s in WHISTLE.statuses if s.id not in WHISTLE.move("link").sources]
    await _tabulate(whistle, table, closed, ways.whistle_in, ["link"], wanted)
    table.close(least=55)


async def test_callouts_of_a_whistle_that_is_not_blown(whistle: Desk) -> None:
    """What was called cannot move any more once nobody waits for it, whatever it was in."""
    table = Table(whistle)
    moves = [move for move in ways.whistle_bodies(whistle) if move not in ON_WHISTLE]

    def wanted(status: str, move: str) -> Wanted:
        rule = "whistle.rate_when_resolved" if move == "rate" and status != "RESOLVED" else ""
        rule = rule or ("" if move in ("rate", *ON_PHASE) else "whistle.not_blown")
        states = (status, "FINISHED") if move == "rate" else (status,)
        return Wanted(states, (move, SAYS_OTHERWISE.get(move, move)), rule)

    ended = ["RESOLVED", "EVALUATED", "CLOSED", "RE_BLOWN", "CANCELLED"]
    await _tabulate(whistle, table, ended, ways.whistle_in, [m for m in moves if m not in ON_PHASE], wanted)
    table.close(least=60)


async def test_callout(whistle: Desk) -> None:
    table = Table(whistle)
    moves = [move for move in ways.whistle_bodies(whistle) if move not in ON_WHISTLE and move not in ON_PHASE]

    def wanted(status: str, move: str) -> Wanted:
        if move == "rate":
            return Wanted(("BLOWN",), ("rate",), "whistle.rate_when_resolved")
        if move == "plan_phase":
            return Wanted((status,), (move,), "" if status == "WORKING" else "phase.while_working")
        said_once = move == "object" and status in ("OBJECTED", "WITHDRAWN")
        rule = "callout.second_objection" if said_once else _named(CALLOUT, status, move)
        return Wanted((status,), (move, SAYS_OTHERWISE.get(move, move)), rule)

    await _tabulate(whistle, table, [s.id for s in CALLOUT.statuses], ways.callout_in, moves, wanted)
    table.close(least=100)


async def test_phase(whistle: Desk) -> None:
    table = Table(whistle)

    def wanted(status: str, move: str) -> Wanted:
        return Wanted((status,), (move,), _named(PHASE, status, move))

    await _tabulate(whistle, table, [s.id for s in PHASE.statuses], ways.phase_in, sorted(ON_PHASE), wanted)
    table.close(least=13)
