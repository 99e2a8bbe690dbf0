"""Phases that depend on each other (前后衔接): no cycles, what may start, what is critical. Pure; ids are phase ids."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from shuniu_whistle.whistles.state import Phase, Whistle

__all__ = ("Span", "blocking", "critical", "dependents", "has_cycle", "phases_of", "span_of")


class Span(NamedTuple):
    """When a phase is planned to run, both days included."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """How long it takes; at least a day."""
        return max(1, (self.end - self.start).days + 1)


def has_cycle(after: Mapping[str, Iterable[str]]) -> bool:
    """Whether phases wait for each other in a circle; ``after`` says for each which ones come before it."""
    try:
        TopologicalSorter(after).prepare()
    except CycleError:
        return True
    return False


def phases_of(w: Whistle) -> dict[str, Phase]:
    """Every phase of every callout of a whistle, by id."""
    return {p.id: p for c in w.callouts for p in c.phases}


def blocking(w: Whistle, phase: Phase) -> list[Phase]:
    """The phases this one still waits for. One whose callout was waived or withdrawn holds nobody up any more."""
    standing = {p.id: p for c in w.callouts if c.status not in ("WAIVED", "WITHDRAWN") for p in c.phases}
    return [standing[b] for b in phase.after if b in standing and standing[b].status != "ACCEPTED"]


def dependents(w: Whistle, phase: str) -> list[Phase]:
    """The phases that wait for this one."""
    return [p for p in phases_of(w).values() if phase in p.after]


def span_of(phase: Phase, all_phases: Mapping[str, Phase], begin: date) -> Span:
    """When it is planned to run: from its own start, else the day after those before it are due, else ``begin``."""
    before = [all_phases[b].due_on for b in phase.after if b in all_phases]
    start = phase.start_on or (max(before) + timedelta(days=1) if before else begin)
    return Span(min(start, phase.due_on), phase.due_on)


def critical(spans: Mapping[str, Span], after: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """The phases without slack: what delays one of them delays the end (critical path, lengths as planned)."""
    known = {id_: [b for b in after.get(id_, ()) if b in spans] for id_ in spans}
    order = list(TopologicalSorter(known).static_order())
    if not order:
        return frozenset()
    earliest: dict[str, int] = {}
    for id_ in order:
        earliest[id_] = max((earliest[b] for b in known[id_]), default=0) + spans[id_].days
    end = max(earliest.values())
    latest = dict.fromkeys(order, end)
    for id_ in reversed(order):
        for before in known[id_]:
            latest[before] = min(latest[before], latest[id_] - spans[id_].days)
    return frozenset(id_ for id_ in order if earliest[id_] == latest[id_])
