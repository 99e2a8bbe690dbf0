"""A batch of commands decided in order against one identity map (architecture idea 3).

Everything here happens in memory under the head row's lock; :mod:`shuniu.chassis.flush` writes the outcome. Command k
sees the rows as command k-1 left them. A refused command leaves no trace.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Answer, Decision, Emit, MatterRef, Private
from shuniu.chassis.rows import Happening, Key, RowKind, Rows
from shuniu.chassis.service import Command, Service
from shuniu.chassis.state import Stored
from shuniu.contracts.envelope import MAX_EVENT_BYTES, CloudEvent, EventData, event_id, fact_name
from shuniu.contracts.summary import Summary
from shuniu.rules.refusal import Unprocessable

__all__ = ("Batch", "Head", "LoggedEvent", "TimerRow")

_MAX_DUE_ROUNDS = 8
_BREATH = 200
"""After so many events of one command everything else in this process gets a turn."""
_encoder = msgspec.json.Encoder()


class Head(NamedTuple):
    """The event log's head as the head row tells it."""

    epoch: str
    position: int
    last_time: datetime


class LoggedEvent(NamedTuple):
    """One row of the event log."""

    position: int
    type: str
    matter: str
    time: datetime
    envelope: bytes


class TimerRow(NamedTuple):
    """One row of the timer table."""

    kind: str
    matter: str
    name: str
    generation: int
    due_at: datetime


@dataclass(slots=True)
class Batch:
    """What the accepted commands of one transaction add up to."""

    service: Service
    kinds: Mapping[str, RowKind[Any]]
    head: Head
    source: str
    now: datetime
    rows: dict[Key, Stored]
    load: Callable[[Iterable[Key]], Awaitable[dict[Key, Stored]]]
    events: list[LoggedEvent] = field(default_factory=list)
    changed: dict[Key, Stored] = field(default_factory=dict)
    before: dict[Key, Stored] = field(default_factory=dict)
    """The changed rows as the batch found them, to tell which timers went."""
    private: list[tuple[str, Private]] = field(default_factory=list)
    """(matter, fields) of the accepted commands."""
    forgotten: set[str] = field(default_factory=set)
    """References whose personal fields the accepted commands destroy."""
    minted: set[str] = field(default_factory=set)
    """Ids made in this batch: there can be no row of them yet, so nobody looks."""
    fired: set[tuple[str, str, str]] = field(default_factory=set)
    """Timers that fired in this batch: gone unless their row asks for them again."""

    @property
    def position(self) -> int:
        """Position of the last event so far."""
        return self.head.position + len(self.events)

    async def want(self, keys: Iterable[Key]) -> None:
        """Load those of ``keys`` that are not in the identity map yet."""
        missing = [key for key in dict.fromkeys(keys) if key not in self.rows]
        for key in missing:
            if key.id in self.minted:
                self.rows[key] = Stored(None, 0)
        missing = [key for key in missing if key.id not in self.minted]
        if missing:
            self.rows.update(await self.load(missing))

    async def decide(
        self,
        command: Command[Any],
        body: Any,
        ctx: Context,
        causation: str,
        traceparent: str,
        asked: list[Key] | None = None,
        *,
        dry: bool = False,
    ) -> Answer:
        """Decide one command and, if it is accepted, take its outcome into the batch (unless ``dry``).

        ``asked`` are its first-round keys where they are known and loaded already.

        Raises Refusal, or whatever a faulty rule raises; the batch is then as it was.
        """
        keys = asked
        if keys is None:
            keys = list(dict.fromkeys(command.keys(body, ctx)))
            await self.want(keys)
        if command.more_keys is not None:
            more = list(command.more_keys(body, self._view(keys, self.rows), ctx))
            await self.want(more)
            keys = list(dict.fromkeys([*keys, *more]))
        draft = _Draft(self, ctx, causation, traceparent)
        for key in keys:
            await draft.apply_due(key)
        decision: Decision = command.decide(self._view(keys, draft), body, ctx)
        for n, emit in enumerate(decision.events, 1):
            await draft.emit(emit)
            if n % _BREATH == 0:
                await asyncio.sleep(0)
        return self._answer(draft, decision) if dry else self._accept(draft, decision)

    def _view(self, keys: Iterable[Key], rows: "Mapping[Key, Stored] | _Draft") -> Rows:
        stored = {key: rows[key] for key in keys}
        return Rows({k: s.row for k, s in stored.items()}, {k: s.version for k, s in stored.items()})

    def _accept(self, draft: "_Draft", decision: Decision) -> Answer:
        for key, stored in draft.changed.items():
            self.before.setdefault(key, self.rows[key])
            self.changed[key] = self.rows[key] = stored
        self.events.extend(draft.events)
        matter_id = draft.matter.id if draft.matter else ""
        self.private.extend((p.matter or matter_id, p) for p in decision.private)
        if draft.forgotten:
            self.forgotten.update(draft.forgotten)
            # What this very batch sealed before is not written at all: one statement cannot delete what it inserts.
            self.private = [(matter, p) for matter, p in self.private if p.ref not in self.forgotten]
        return self._answer(draft, decision)

    def _answer(self, draft: "_Draft", decision: Decision) -> Answer:
        return Answer(
            source=self.source,
            epoch=self.head.epoch,
            position=self.position,
            matter=draft.matter,
            answer=dict(decision.answer),
        )

    def timer_changes(self) -> tuple[list[tuple[str, str, str]], list[TimerRow]]:
        """(timers to delete, timers to write), from the changed rows before and after."""
        gone = set(self.fired)
        there: list[TimerRow] = []
        for key, stored in self.changed.items():
            kind = self.kinds[key.kind]
            was = self.before[key].row
            before = {t.name: t for t in kind.timers(was)} if was is not None else {}
            after = {t.name: t for t in kind.timers(stored.row)} if stored.row is not None else {}
            gone.update((key.kind, key.id, name) for name in before.keys() - after.keys())
            for name, timer in after.items():
                gone.discard((key.kind, key.id, name))
                if before.get(name) != timer:
                    there.append(TimerRow(key.kind, key.id, name, timer.generation, timer.due_at))
        return sorted(gone), there


class _Draft:
    """One command's changes before they are accepted: an overlay on the batch's identity map."""

    __slots__ = ("batch", "causation", "changed", "ctx", "events", "forgotten", "matter", "traceparent")

    def __init__(self, batch: Batch, ctx: Context, causation: str, traceparent: str) -> None:
        self.batch = batch
        self.ctx = ctx
        self.causation = causation
        self.traceparent = traceparent
        self.changed: dict[Key, Stored] = {}
        self.events: list[LoggedEvent] = []
        self.forgotten: list[str] = []
        self.matter: MatterRef | None = None

    def __getitem__(self, key: Key) -> Stored:
        return self.changed.get(key) or self.batch.rows[key]

    async def apply_due(self, key: Key) -> None:
        """Append every transition of the row that is due by now, before the command itself is looked at."""
        kind = self.batch.kinds[key.kind]
        if kind.due is None:
            return
        for _ in range(_MAX_DUE_ROUNDS):
            row = self[key].row
            due = kind.due(row, self.ctx) if row is not None else ()
            if not due:
                return
            for emit in due:
                await self.emit(emit)
        raise RuntimeError(f"{kind.name}: due transitions never come to rest")

    async def emit(self, emit: Emit) -> None:
        """Evolve the event's rows and write its envelope."""
        batch, fact = self.batch, emit.fact
        await batch.want(emit.on)
        position = batch.position + len(self.events) + 1
        now, actor = self.ctx.now, self.ctx.actor.id
        for key in emit.on:
            row, version = self[key]
            happening = Happening(now, actor, position, key.id)
            self.changed[key] = Stored(batch.kinds[key.kind].evolve(row, fact, happening), version + 1)
        summary, area, matter_id = self._summary(emit)
        name = f"shuniu.{batch.service.name}.{fact_name(type(fact))}"
        envelope = _encoder.encode(
            CloudEvent(
                specversion="1.0",
                id=event_id(batch.head.epoch, position),
                source=batch.source,
                type=name,
                subject=matter_id or (emit.on[0].id if emit.on else name),
                time=self.ctx.now,
                datacontenttype="application/json",
                sequence=str(position),
                epoch=batch.head.epoch,
                data=EventData(fact=msgspec.Raw(_encoder.encode(fact)), summary=summary),
                actor=self.ctx.actor.id,
                area=area,
                correlationid=matter_id,
                causationid=self.causation,
                traceparent=self.traceparent,
            )
        )
        if len(envelope) > MAX_EVENT_BYTES:
            raise Unprocessable("event.too_large", params={"limit": MAX_EVENT_BYTES})
        self.events.append(LoggedEvent(position, name, matter_id, self.ctx.now, envelope))
        self.forgotten.extend(emit.forget)

    def _summary(self, emit: Emit) -> tuple[Summary, str, str]:
        """(summary, area, matter id) of an event, told by the first of its rows."""
        if not emit.on:
            return Summary(), emit.area, ""
        key = emit.on[0]
        kind = self.batch.kinds[key.kind]
        row, version = self[key]
        if row is None:
            return Summary(), emit.area, ""
        if kind.face is None:
            summary = kind.summarise(row, emit.fact, self.ctx) if kind.summarise else Summary()
            return summary, emit.area, ""
        summary = kind.face.summarise(row, emit.fact, self.ctx)
        self.matter = self.matter or MatterRef(kind=kind.name, id=key.id, number=kind.face.number(row))
        if summary.matter is None:
            return summary, emit.area, key.id
        matter = msgspec.structs.replace(summary.matter, version=version)
        return msgspec.structs.replace(summary, matter=matter), emit.area or matter.area, key.id
