"""What a project is as a row, and how facts change it."""

from datetime import date, datetime
from typing import Any

import msgspec
from msgspec.structs import replace
from shuniu.chassis.rows import Happening
from shuniu.chassis.terms import clock_of
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon
from shuniu.contracts.services_desk import projects as said
from shuniu.contracts.services_desk.projects import EvidenceFile
from shuniu.rules.clocks import Clock, clock_recomputed, find_clock, mark

__all__ = ("Milestone", "Project", "ProjectNote", "evolve")


class ProjectNote(msgspec.Struct, frozen=True):
    """A text kept apart, encrypted."""

    label: str
    ref: str
    at: datetime


class Milestone(msgspec.Struct, frozen=True, kw_only=True):
    """A milestone; ``reported_by`` is the account that said it is done."""

    id: str
    seq: int
    work: said.Work
    unit: str
    start_on: date
    due_on: date
    after: tuple[str, ...] = ()
    status: str = "MS_OPEN"
    evidence: tuple[EvidenceFile, ...] = ()
    reported_by: str = ""
    returned: int = 0
    accepted_at: datetime | None = None


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """A project; ``budget`` and ``spent`` in fen, as its ledger says."""

    id: str
    number: str
    status: str = "PLANNED"
    deliberation: str
    cluster: str
    needs: tuple[str, ...]
    category: str
    area: str
    unit: str
    source: said.FundSource
    fund: str
    budget: int
    spent: int = 0
    milestones: tuple[Milestone, ...]
    opened_at: datetime
    started_at: datetime | None = None
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    on_time: bool | None = None
    score: int | None = None
    clocks: tuple[Clock, ...] = ()
    notes: tuple[ProjectNote, ...] = ()

    def milestone(self, id: str) -> Milestone | None:  # noqa: A002 - the domain's word
        """The milestone of that id, or None."""
        return next((m for m in self.milestones if m.id == id), None)

    def late(self, milestone: str) -> bool:
        """Whether its day passed before it was accepted."""
        clock = find_clock(self.clocks, "milestone", milestone)
        return clock is not None and clock.late

    @property
    def reporters(self) -> frozenset[str]:
        """Accounts that reported any milestone: they accept nothing of this project."""
        return frozenset(m.reported_by for m in self.milestones if m.reported_by)


def _with(p: Project, milestone: str, **changes: Any) -> Project:
    return replace(p, milestones=tuple(replace(m, **changes) if m.id == milestone else m for m in p.milestones))


def _note(p: Project, h: Happening, label: str, ref: str) -> Project:
    return replace(p, notes=(*p.notes, ProjectNote(label, ref, h.time))) if ref else p


def _stop(p: Project, h: Happening, *milestones: str, met: bool = True) -> Project:
    state: Any = "met" if met else "stopped"
    clocks = tuple(
        k.stop(h.time, state) if k.state == "running" and (not milestones or k.part in milestones) else k
        for k in p.clocks
    )
    return replace(p, clocks=clocks)


def _planned(f: said.ProjectPlanned, h: Happening) -> Project:
    milestones = tuple(
        Milestone(id=m.id, seq=m.seq, work=m.work, unit=m.unit, start_on=m.start_on, due_on=m.due_on, after=m.after)
        for m in f.milestones
    )
    return Project(
        id=f.project,
        number=f.number,
        deliberation=f.deliberation,
        cluster=f.cluster,
        needs=f.needs,
        category=f.category,
        area=f.area,
        unit=f.unit,
        source=f.source,
        fund=f.fund,
        budget=f.budget,
        milestones=milestones,
        opened_at=h.time,
    )


def evolve(row: Project | None, f: Any, h: Happening) -> Project | None:
    """The project after the fact."""
    if isinstance(f, said.ProjectPlanned):
        return _planned(f, h)
    return _changed(row, f, h) if row is not None else None


def _changed(p: Project, f: Any, h: Happening) -> Project:
    match f:
        case said.ProjectFunded():
            return replace(p, status="FUNDED")
        case said.ProjectMoneyMoved():
            return replace(p, spent=p.spent + _into_spent(f)) if f.entry.kind == "SPEND" else p
        case said.ProjectStarted():
            clocks = (*p.clocks, *(clock_of(t) for t in f.terms))
            return replace(p, status="RUNNING", started_at=h.time, clocks=clocks)
        case said.MilestoneReported():
            p = _note(p, h, "milestone_note", f.note_ref)
            return _with(p, f.milestone, status="MS_REPORTED", evidence=f.evidence, reported_by=h.actor)
        case said.MilestoneAccepted():
            return _stop(_with(p, f.milestone, status="MS_ACCEPTED", accepted_at=h.time), h, f.milestone)
        case said.MilestoneReturned():
            m = p.milestone(f.milestone)
            p = _note(p, h, "milestone_returned", f.reason_ref)
            return _with(p, f.milestone, status="MS_OPEN", returned=(m.returned if m else 0) + 1)
        case said.ProjectAccepted():
            return replace(_stop(p, h), status="ACCEPTED", on_time=f.on_time, accepted_at=h.time)
        case said.ProjectEvaluated():
            return replace(_note(p, h, "project_evaluation", f.words_ref), status="EVALUATED", score=f.score)
        case said.ProjectFedBack():
            return replace(p, status="PROJECT_FED_BACK", ended_at=h.time)
        case said.ProjectCancelled():
            return replace(_stop(p, h, met=False), status="PROJECT_CANCELLED", ended_at=h.time)
        case ClockSoon() | ClockOverdue():
            return replace(p, clocks=mark(p.clocks, f))
        case ClockRecomputed():
            return replace(p, clocks=clock_recomputed(p.clocks, f))
        case _:
            return p


def _into_spent(f: said.ProjectMoneyMoved) -> int:
    return sum(x.amount for x in f.entry.postings if x.account.startswith("X:"))
