"""Life cycles as data (生命周期): which statuses a matter has and which moves lead from one to another.

A life cycle only says what is possible; who may do it *here* (area, unit, person) and every further guard belongs to
the capability that uses it. Everything not listed is illegal and is refused naming status, event and rule
(domain rules 10).
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from shuniu.rules.refusal import Forbidden, Refusal

__all__ = ["IllegalMove", "Lifecycle", "LifecycleError", "Move", "Status", "mermaid"]

NO_SUCH_MOVE = "lifecycle.no_such_move"


class Status(msgspec.Struct, frozen=True):
    """A state of a matter (状态).

    id     upper case word, stable: "SIGNED"
    open   somebody still has to do something; a status that is not open is final
    tone   how a screen may draw it: "idle", "waiting", "active", "checking", "done", "stopped"
    stage  the coarse step it is counted under (待签收 / 处置中 / …), stable id
    """

    id: str
    open: bool
    tone: str
    stage: str


class Move(msgspec.Struct, frozen=True):
    """A possible transition (流转).

    event    what happens: "sign"; one move per event in a life cycle
    sources  statuses it starts from; empty = it opens the matter
    target   status it leads to; None = the matter stays where it is (a note, an evidence, a flag)
    roles    roles that may cause it; empty = no person does, it follows from another move or a timer
    rule     id of the rule broken by doing it from elsewhere
    limit    name of the limit of the profile that runs *for* this move (to be made in time), or None
    reopens  it takes a matter back out of a final status (a merger undone); the capability bounds when it may
    """

    event: str
    sources: tuple[str, ...]
    target: str | None
    roles: tuple[str, ...]
    rule: str
    limit: str | None = None
    reopens: bool = False


class IllegalMove(Refusal):
    """409: the matter's status does not allow the event."""

    status = 409

    def __init__(self, kind: str, status: str | None, event: str, rule: str) -> None:
        super().__init__(rule, state=status, event=event, params={"kind": kind, "state": status or "", "event": event})
        self.kind = kind


class LifecycleError(ValueError):
    """A life cycle that is wrong in itself; `problems` lists everything found."""

    def __init__(self, kind: str, problems: tuple[str, ...]) -> None:
        super().__init__(f"{kind}: " + "; ".join(problems))
        self.kind = kind
        self.problems = problems


class Lifecycle(msgspec.Struct, frozen=True):
    """The life cycle of one kind of matter: its first status, its statuses in reading order, its moves."""

    kind: str
    initial: str
    statuses: tuple[Status, ...]
    moves: tuple[Move, ...]

    def status(self, id: str) -> Status:  # noqa: A002 - the field it looks up
        """The status of this id. KeyError if the life cycle has none."""
        for status in self.statuses:
            if status.id == id:
                return status
        raise KeyError(f"{self.kind} has no status {id}")

    def move(self, event: str) -> Move:
        """The move this event makes. KeyError if the life cycle has none."""
        for move in self.moves:
            if move.event == event:
                return move
        raise KeyError(f"{self.kind} has no move {event}")

    def check(self, status: str | None, event: str) -> Move:
        """The move `event` makes from `status` (None = the matter does not exist yet), else IllegalMove."""
        for move in self.moves:
            if move.event == event:
                if (status is None and not move.sources) or status in move.sources:
                    return move
                raise IllegalMove(self.kind, status, event, move.rule)
        raise IllegalMove(self.kind, status, event, NO_SUCH_MOVE)

    def check_role(self, event: str, roles: Iterable[str], rule: str | None = None) -> Move:
        """The move, if one of these roles may cause it, else Forbidden (403) under `rule` or the move's own."""
        move = self.move(event)
        if not set(roles) & set(move.roles):
            raise Forbidden(rule or move.rule, event=event, params={"kind": self.kind, "event": event})
        return move

    def moves_from(self, status: str | None) -> tuple[Move, ...]:
        """The moves possible from a status, in order (None = those that open the matter)."""
        return tuple(m for m in self.moves if (status is None and not m.sources) or status in m.sources)

    def after(self, status: str | None, event: str) -> str:
        """The status after `event`; IllegalMove if it is not possible."""
        target = self.check(status, event).target
        return target if target is not None else status or self.initial

    def reachable(self) -> frozenset[str]:
        """Statuses a matter can get to, the first one and those of opening moves included."""
        found = {self.initial} | {m.target for m in self.moves if not m.sources and m.target is not None}
        frontier = list(found)
        while frontier:
            here = frontier.pop()
            for move in self.moves:
                if here in move.sources and move.target is not None and move.target not in found:
                    found.add(move.target)
                    frontier.append(move.target)
        return frozenset(found)

    def validate(self) -> None:
        """Raises LifecycleError unless the life cycle holds together.

        - ids of statuses and events occur once; no move names an unknown status
        - the first status is open; every status can be reached
        - what is final stays final: no move leads out of a status that is not open, unless it says that it reopens
          (remarks, target None, may)
        - every open status can still end: a final status can be reached from it
        """
        problems: list[str] = []
        ids = [s.id for s in self.statuses]
        events = [m.event for m in self.moves]
        problems += [f"status {i} occurs twice" for i in sorted({i for i in ids if ids.count(i) > 1})]
        problems += [f"event {e} occurs twice" for e in sorted({e for e in events if events.count(e) > 1})]
        known = set(ids)
        if self.initial not in known:
            problems.append(f"first status {self.initial} is unknown")
        for move in self.moves:
            named = (*move.sources, *([move.target] if move.target is not None else []))
            problems += [f"{move.event} names unknown status {s}" for s in named if s not in known]
            if not move.sources and move.target is None:
                problems.append(f"{move.event} opens the matter but leads nowhere")
        if not problems:
            problems += self._shape_problems()
        if problems:
            raise LifecycleError(self.kind, tuple(problems))

    def _shape_problems(self) -> list[str]:
        final = {s.id for s in self.statuses if not s.open}
        problems = [f"first status {self.initial} is final"] if self.initial in final else []
        reachable = self.reachable()
        problems += [f"status {s.id} cannot be reached" for s in self.statuses if s.id not in reachable]
        for move in self.moves:
            if move.target is not None and not move.reopens:
                problems += [f"{move.event} leads out of final status {s}" for s in move.sources if s in final]
        can_end = set(final)
        while True:
            more = {s for m in self.moves if m.target in can_end for s in m.sources} - can_end
            if not more:
                break
            can_end |= more
        problems += [f"status {s.id} can never end" for s in self.statuses if s.id not in can_end]
        return problems


def mermaid(lifecycle: Lifecycle) -> str:
    """The life cycle as a Mermaid state diagram (text for a README). Moves that keep the status are notes."""
    lines = ["stateDiagram-v2"]
    remarks: dict[str, list[str]] = {}
    for move in lifecycle.moves:
        label = move.event + (f" [{move.limit}]" if move.limit else "")
        if not move.sources:
            lines.append(f"    [*] --> {move.target}: {label}")
        for source in move.sources:
            if move.target is None:
                remarks.setdefault(source, []).append(label)
            else:
                lines.append(f"    {source} --> {move.target}: {label}")
    if not any(not m.sources for m in lifecycle.moves):
        lines.insert(1, f"    [*] --> {lifecycle.initial}")
    lines += [f"    {s.id} --> [*]" for s in lifecycle.statuses if not s.open]
    for status in lifecycle.statuses:
        if status.id in remarks:
            lines += [f"    note right of {status.id}: " + ", ".join(remarks[status.id])]
    return "\n".join(lines) + "\n"
