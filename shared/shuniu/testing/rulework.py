"""A service's rules at work: the chassis's own batch over rows in memory, without a database or a bus.

For tests of rules and walks. What a service really does with servers is asked of :mod:`shuniu.testing.servers`.
"""

from collections.abc import Coroutine, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import msgspec
import pytest

from shuniu.chassis.batch import Batch, Head
from shuniu.chassis.context import Actor, Context
from shuniu.chassis.counter import COUNTER
from shuniu.chassis.decision import Answer, Detail, Offer
from shuniu.chassis.processor import FIRE_TIMER, FireTimer
from shuniu.chassis.registry import RegistrySnapshot
from shuniu.chassis.rows import Key, MatterFace, RowKind
from shuniu.chassis.service import Catalogue, Command, Service
from shuniu.chassis.state import Stored
from shuniu.contracts.envelope import CloudEvent
from shuniu.contracts.summary import RegistryEntry
from shuniu.rules.calendar import local
from shuniu.rules.ids import IdSource
from shuniu.rules.refusal import Refusal
from shuniu.rules.shipped import calendar, profile

__all__ = ("MONDAY", "SCOPE", "RuleWork", "at_once", "person")

T = TypeVar("T")
SCOPE = "320199001"
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""09:00 in Shanghai, a working day."""
_TIMER = Actor(id="timer", kind="timer", clearance=4)
_CHASSIS = Catalogue.load("shuniu.chassis")


def at_once(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("it waited")


def person(
    id: str,  # noqa: A002 - the actor's word
    *roles: str,
    areas: tuple[str, ...] = (SCOPE,),
    units: tuple[str, ...] = (),
    clearance: int = 2,
) -> Actor:
    """Somebody with roles, areas and units."""
    return Actor(id=id, roles=frozenset(roles), areas=areas, units=units, clearance=clearance)


class RuleWork:
    """``now`` is whatever the test says; every answer is the batch's own, refusals leave rows and log as they were."""

    def __init__(
        self,
        service: Service,
        people: Mapping[str, Actor],
        registry: Sequence[RegistryEntry] = (),
        settings: Any = None,
        now: datetime = MONDAY,
        scope: str = SCOPE,
    ) -> None:
        self.service = service
        self.people = people
        self.now = now
        self.scope = scope
        self.rows: dict[Key, Stored] = {}
        self.events: list[CloudEvent] = []
        self.private: dict[str, dict[str, str]] = {}
        self.settings = settings if settings is not None else service.settings and service.settings()
        self.registry = RegistrySnapshot(list(registry))
        self.texts = service.texts.merged(_CHASSIS)
        self._kinds: dict[str, RowKind[Any]] = {k.name: k for k in (*service.rows, COUNTER)}
        self._ids = IdSource()

    def context(self, actor: Actor, prepared: Any = None, event: Any = None) -> Context:
        """What a rule is given."""
        at = max([self.now, *(e.time for e in self.events[-1:])])
        return Context(
            now=at,
            actor=actor,
            scope=self.scope,
            service=self.service.name,
            calendar=calendar(),
            registry=self.registry,
            profile=profile,
            new_id=lambda: self._ids.new(at),
            settings=self.settings,
            prepared=prepared,
            event=event,
            texts=self.texts,
        )

    def give(self, command: Command[Any], body: Any, actor: Actor, prepared: Any = None, event: Any = None) -> Answer:
        """Decide one command as the command processor would. Raises Refusal."""

        async def load(keys: Iterable[Key]) -> dict[Key, Stored]:
            return {k: Stored(None, 0) for k in keys}

        ctx = self.context(actor, prepared, event)
        source = f"/{self.scope}/{self.service.name}"
        head = Head("e", len(self.events), ctx.now)
        batch = Batch(self.service, self._kinds, head, source, ctx.now, dict(self.rows), load)
        if command.roles and actor.kind == "person":
            actor.require_role(*command.roles)
        answer = at_once(batch.decide(command, body, ctx, "test", ""))
        self.rows = dict(batch.rows)
        self.events += [msgspec.json.decode(e.envelope, type=CloudEvent) for e in batch.events]
        self.private.update({p.ref: dict(p.fields) for _, p in batch.private})
        self.private = {ref: fields for ref, fields in self.private.items() if ref not in batch.forgotten}
        return answer

    def do(self, who: str, name: str, prepared: Any = None, **body: Any) -> Answer:
        """Let somebody of ``people`` give a command, its body as JSON would carry it."""
        command = self.service.command(name)
        assert command is not None, name
        given = msgspec.json.decode(msgspec.json.encode(body), type=command.struct)
        return self.give(command, given, self.people[who], prepared)

    def refused(self, rule: str, who: str, name: str, prepared: Any = None, **body: Any) -> Refusal:
        """The command is refused under ``rule``, which has its words, and changes neither rows nor log."""
        rows, events = dict(self.rows), list(self.events)
        with pytest.raises(Refusal) as caught:
            self.do(who, name, prepared, **body)
        assert caught.value.rule == rule, caught.value
        assert (self.rows, self.events) == (rows, events)
        assert f"rule.{rule}" in self.texts, rule
        return caught.value

    def allowed(self, who: str, name: str, prepared: Any = None, **body: Any) -> bool:
        """Whether the command would be taken, without giving it."""
        rows, events, private = dict(self.rows), list(self.events), dict(self.private)
        try:
            self.do(who, name, prepared, **body)
        except Refusal:
            return False
        else:
            return True
        finally:
            self.rows, self.events, self.private = rows, events, private

    def tick(self, **delta: float) -> None:
        """Let time pass and let every timer fire that is due, in the order of its time."""
        until = self.now + timedelta(**delta)
        while True:
            due = [
                (timer.due_at, key, timer)
                for key, stored in self.rows.items()
                if stored.row is not None
                for timer in self._kinds[key.kind].timers(stored.row)
                if timer.due_at <= until
            ]
            if not due:
                break
            self.now, key, timer = min(due, key=lambda d: (d[0], d[1], d[2].name))
            before = len(self.events)
            self.give(FIRE_TIMER, FireTimer(key.kind, key.id, timer.name, timer.generation), _TIMER)
            assert len(self.events) > before, f"{timer} of {key} fires for nothing"
        self.now = until

    @property
    def today(self) -> date:
        """The business date."""
        return local(self.now).date()

    def row(self, kind: RowKind[Any], id: str) -> Any:  # noqa: A002
        """A row as it stands; None when there is none."""
        stored = self.rows.get(kind.key(id))
        return stored.row if stored else None

    def all(self, kind: RowKind[Any]) -> list[Any]:
        """Every row of a kind."""
        return [s.row for k, s in self.rows.items() if k.kind == kind.name and s.row is not None]

    def names(self, since: int = 0) -> list[str]:
        """Names (``<noun>.<past>.v<N>``) of the events so far."""
        return [e.type.split(".", 2)[2] for e in self.events[since:]]

    def facts(self, name: str = "") -> list[dict[str, Any]]:
        """The facts said so far, those of a name if one is given."""
        return [msgspec.json.decode(e.data.fact) for e in self.events if not name or e.type.split(".", 2)[2] == name]

    def measures(self) -> dict[str, float]:
        """Sums of every measure so far."""
        sums: dict[str, float] = {}
        for event in self.events:
            for m in event.data.summary.measures:
                sums[m.name] = sums.get(m.name, 0) + m.value
        return sums

    def offers(self, who: str, kind: RowKind[Any], id: str) -> dict[str, Offer]:  # noqa: A002
        """What a matter's page offers somebody now, by action (the last one of each)."""
        return {o.action: o for o in self._face(kind).offers(self.row(kind, id), self.context(self.people[who]))}

    def detail(self, who: str, kind: RowKind[Any], id: str) -> Detail:  # noqa: A002
        """A matter's own page as somebody sees it, its texts opened."""
        return self._face(kind).detail(self.row(kind, id), self.context(self.people[who], self.private))

    def _face(self, kind: RowKind[Any]) -> MatterFace[Any]:
        """What the service shows of this kind: the kind itself may not know it yet."""
        face = self._kinds[kind.name].face
        assert face is not None, kind.name
        return face
