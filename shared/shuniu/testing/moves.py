"""Tables of illegal moves: every status of a life cycle with every command that is not legal there, over HTTP.

A walk in memory (:class:`~shuniu.testing.rulework.RuleWork`) brings a matter to each status; its rows are put into the
database of a real host, and there everybody who may give a command gives it. Each must get 409 or 422 as problem+json
that names the status, the event and the rule the life cycle names, and nothing may change. Whoever comes from
another area or unit gets 403, and that is in the audit.
"""

import itertools
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, NamedTuple

import httpx
import msgspec

from shuniu.chassis.context import Actor
from shuniu.chassis.host import Host
from shuniu.chassis.identity import Issuer
from shuniu.chassis.service import Service
from shuniu.contracts.envelope import source_of
from shuniu.rules.lifecycle import Lifecycle
from shuniu.testing.rulework import RuleWork
from shuniu.testing.servers import Hosts, ManualClock
from shuniu.testing.waiting import until

__all__ = ("Asked", "Moves", "Planted", "Way")

_number = itertools.count(1)
_ELSEWHERE = "330106001"


class Way(NamedTuple):
    """A walk that has brought a matter to a status, and the fields that name the matter and whoever has to do with it;
    a command is told those that it has."""

    work: RuleWork
    on: Mapping[str, Any]


class Asked(NamedTuple):
    """The command of a move, with what it says beside the matter. ``events``: other words it may name the move by."""

    command: str
    body: Mapping[str, Any] = {}
    events: tuple[str, ...] = ()


class Moves(NamedTuple):
    """What a table is made of.

    ways    status → how a matter gets there; every status of the cycle has one
    asked   move → its command; several commands may stand for one move under names of their own, see ``says``
    who     role → who of the walk's people has it; "" for a command that needs none
    rules   (status, move) → the rule that is broken first where it is not the one the life cycle names
    beside  commands on this kind that are no moves of its life cycle
    """

    cycle: Lifecycle
    ways: Mapping[str, Callable[[], Way]]
    asked: Mapping[str, Asked]
    who: Mapping[str, str]
    rules: Mapping[tuple[str, str], str] = {}
    beside: frozenset[str] = frozenset()


class Planted:
    """A real host in front of whose database rows of a walk were put."""

    def __init__(self, host: Host, client: httpx.AsyncClient) -> None:
        self.host = host
        self.client = client
        self._issuer = Issuer.load(host.deployment.keys_dir, source_of(host.scope, "gateway"))

    @classmethod
    @asynccontextmanager
    async def of(cls, service: Service, hosts: Hosts, work: RuleWork) -> "AsyncIterator[Planted]":
        """A host of the walk's scope and hour, without a bus."""
        more = {"scope": work.scope}
        host = await hosts.start(service, clock=ManualClock(work.now), bus=False, **more)
        app: Any = host.app
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            yield cls(host, client)

    async def plant(self, work: RuleWork) -> None:
        """The rows of a walk are the only ones; the clock is the walk's."""
        clock = self.host.clock
        assert isinstance(clock, ManualClock)
        clock.set(work.now)
        kinds = {kind.name: kind for kind in self.host.service.rows}
        async with self.host.pool.acquire() as conn, conn.transaction():
            await conn.execute(f"truncate {', '.join(sorted({kind.table for kind in kinds.values()}))}")
            for key, stored in work.rows.items():
                kind = kinds.get(key.kind)
                if kind is None or stored.row is None:
                    continue
                await conn.execute(
                    f"insert into {kind.table} (key, version, schema, status, area, unit, due_at, doc)"
                    " values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb)",
                    *(key.id, stored.version, kind.schema, *kind.index(stored.row)),
                    msgspec.json.encode(stored.row).decode(),
                )

    async def ask(self, actor: Actor, command: str, body: dict[str, Any]) -> httpx.Response:
        """Somebody gives a command."""
        token = self._issuer.issue(
            actor.id,
            roles=sorted(actor.roles),
            areas=actor.areas,
            units=actor.units,
            clearance=actor.clearance,
        ).token
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"moves-{next(_number):07d}"}
        return await self.client.post(f"/commands/{command}", json=body, headers=headers)

    def _body(self, asked: Asked, on: Mapping[str, Any]) -> dict[str, Any]:
        command = self.host.service.command(asked.command)
        assert command is not None, asked.command
        return {n: v for n, v in on.items() if n in command.struct.__struct_fields__} | dict(asked.body)

    async def everything(self) -> dict[str, str]:
        """A digest of every table a command may write, the audit left out."""
        tables = {kind.table: "key" for kind in self.host.service.rows}
        tables |= {"counter": "key", "command_key": "key", "timer": "kind, matter, name", "person_data": "ref"}
        tables |= {"log_head": "one", "event_log": "position"}
        parts = [
            f"(select md5(coalesce(string_agg(t::text, '|' order by {key}), '')) from {table} t) as {table}"
            for table, key in tables.items()
        ]
        return dict(await self.host.pool.fetchrow(f"select {', '.join(parts)}") or {})

    async def refuses(self, moves: Moves, *, passing: tuple[str, ...] = ()) -> int:
        """Try the whole table; how many commands were given. AssertionError lists every answer that is wrong.

        ``passing`` are statuses that nothing stays in: they last no longer than a command.
        """
        cycle = moves.cycle
        assert {*moves.ways, *passing} == {s.id for s in cycle.statuses}, "a status is missing from the table"
        ours = {c.name for c in self.host.service.commands if c.kind == cycle.kind and not c.internal}
        assert ours <= {a.command for a in moves.asked.values()} | moves.beside, "a command is missing from the table"
        wrong: list[str] = []
        tried = 0
        for status, bring in moves.ways.items():
            work, on = bring()
            await self.plant(work)
            before = await self.everything()
            for move, asked in moves.asked.items():
                legal = cycle.move(move)
                if status in legal.sources:
                    continue
                rule = moves.rules.get((status, move), legal.rule)
                for actor in self._givers(moves, asked.command, work):
                    tried += 1
                    answer = await self.ask(actor, asked.command, self._body(asked, on))
                    said = self._complaints(answer, status, (move, *asked.events), rule)
                    wrong += [f"{status} {asked.command} ({move}) by {actor.id}: {text}" for text in said]
            after = await self.everything()
            changed = [t for t in after if after[t] != before[t]]
            if changed:
                wrong.append(f"{status}: {changed} changed")
        assert not wrong, "\n".join(wrong)
        return tried

    async def forbids(self, moves: Moves, *rules: str) -> int:
        """Every move where it is legal, by somebody with the role from another area and unit: 403 under one of
        ``rules``, audited, and nothing changes. How many were tried; AssertionError lists every wrong answer."""
        wrong: list[str] = []
        expected: Counter[tuple[str, str]] = Counter()
        for status, bring in moves.ways.items():
            tried = [(m, a) for m, a in moves.asked.items() if moves.cycle.move(m).sources[:1] == (status,)]
            if not tried:
                continue
            work, on = bring()
            await self.plant(work)
            before = await self.everything()
            for move, asked in tried:
                for actor in self._givers(moves, asked.command, work):
                    if not actor.roles:
                        continue
                    stranger = replace(actor, id=f"{actor.id}-stranger", areas=(_ELSEWHERE,), units=("elsewhere",))
                    answer = await self.ask(stranger, asked.command, self._body(asked, on))
                    problem = answer.json()
                    if answer.status_code != 403 or problem["rule"] not in rules:
                        said = f"{answer.status_code} {problem.get('rule')}"
                        wrong.append(f"{status} {asked.command} ({move}) by {stranger.id}: {said}")
                    expected[stranger.id, asked.command] += 1
            if await self.everything() != before:
                wrong.append(f"{status}: something changed")
        assert not wrong, "\n".join(wrong)

        async def audited() -> bool:
            rows = await self.host.pool.fetch("select actor, command from audit where not allowed")
            return expected <= Counter((r["actor"], r["command"]) for r in rows)

        await until(audited, within=10)
        return expected.total()

    def _givers(self, moves: Moves, name: str, work: RuleWork) -> Iterable[Actor]:
        command = self.host.service.command(name)
        assert command is not None, name
        for who in dict.fromkeys(moves.who[role] for role in command.roles or ("",) if role in moves.who):
            yield work.people[who]

    def _complaints(self, answer: httpx.Response, status: str, events: tuple[str, ...], rule: str) -> Iterable[str]:
        problem = answer.json()
        if answer.status_code not in (409, 422):
            yield f"status {answer.status_code} {problem.get('rule')}"
            return
        if answer.headers["content-type"] != "application/problem+json":
            yield answer.headers["content-type"]
        if problem["state"] != status:
            yield f"names state {problem['state']}, rule {problem['rule']}"
        if problem["event"] not in events:
            yield f"names event {problem['event']}, rule {problem['rule']}"
        if problem["rule"] != rule:
            yield f"rule {problem['rule']} is not {rule}"
        if f"rule.{problem['rule']}" not in self.host.texts:
            yield f"there are no words for {problem['rule']}"
