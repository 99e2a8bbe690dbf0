"""Rows of visits: the visit itself, when somebody was visited, and what a grid has been told is overdue."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Emit
from shuniu.chassis.rows import Happening, Index, Key, RowKind, Timer
from shuniu.chassis.terms import clock_of
from shuniu.contracts.clock import ClockOverdue, ClockSoon
from shuniu.contracts.envelope import Fact
from shuniu.contracts.grid import visits as facts
from shuniu.contracts.grid.residents import HouseholdErased
from shuniu.contracts.summary import MeasureSummary, Notice, Place, Summary, Visibility
from shuniu.rules.clocks import Clock, clock_due, clock_timers, mark, most_urgent
from shuniu.rules.evidence import BlobRef

from shuniu_grid.residents.state import VISITED_KIND
from shuniu_grid.visits.lifecycle import VISIT

__all__ = ("TOLD", "VISITED", "HomeVisit", "Told", "Visited", "due", "evolve", "index", "subject_key", "timers")

replace = msgspec.structs.replace
_KEPT = timedelta(days=1100)
"""Days of visits are remembered for three years: longer than any interval and any window."""


class HomeVisit(msgspec.Struct, frozen=True, kw_only=True):
    """A visit as rules read it. ``visitor`` and ``planner`` are opaque account ids."""

    id: str
    number: str
    status: str
    visit_to: facts.VisitSubject
    subject: str
    area: str
    title: str = ""
    place: Place = Place()
    opened_at: datetime
    closed_at: datetime | None = None
    planner: str = ""
    visitor: str = ""
    on: date
    """The day it was made, or is planned for."""
    after: str = ""
    how: str = ""
    note: str = ""
    photos: tuple[BlobRef, ...] = ()
    findings: tuple[facts.VisitFinding, ...] = ()
    drop_reason: str = ""
    clocks: tuple[Clock, ...] = ()

    @property
    def open(self) -> bool:
        """Whether it is still to be made."""
        return VISIT.status(self.status).open


class Visited(msgspec.Struct, frozen=True, kw_only=True):
    """When a unit or household was visited, wherever it stood then: moving to another grid changes nothing here."""

    days: tuple[date, ...] = ()
    """Days on which somebody was met, oldest first, each once."""
    attempts: int = 0
    """Visits to nobody since somebody was met."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Up to which day a grid was told what is overdue."""

    until: date


def subject_key(visit_to: facts.VisitSubject, subject: str) -> Key:
    """The row that knows when this unit or household was visited."""
    return Key(VISITED_KIND, f"{visit_to}:{subject}")


def _recorded(row: HomeVisit | None, fact: facts.VisitRecorded, now: Happening) -> HomeVisit:
    clocks = tuple(c.stop(now.time) if c.state == "running" else c for c in row.clocks) if row else ()
    return HomeVisit(
        id=fact.matter,
        number=fact.number,
        status="VISIT_MADE" if fact.met else "NOBODY_MET",
        visit_to=fact.visit_to,
        subject=fact.subject,
        area=fact.area,
        title=fact.title,
        place=fact.place,
        opened_at=row.opened_at if row else now.time,
        closed_at=now.time,
        planner=row.planner if row else "",
        visitor=now.actor,
        on=fact.on,
        after=row.after if row else "",
        how=fact.how,
        note=fact.note,
        photos=tuple(BlobRef(p.sha256, p.size, p.media_type) for p in fact.photos),
        findings=fact.findings,
        clocks=clocks,
    )


def evolve(row: HomeVisit | None, fact: Fact, now: Happening) -> HomeVisit:
    """The visit after a fact; never refuses."""
    if isinstance(fact, facts.VisitRecorded):
        return _recorded(row, fact, now)
    if isinstance(fact, facts.VisitPlanned):
        return HomeVisit(
            id=fact.matter,
            number=fact.number,
            status=VISIT.initial,
            visit_to=fact.visit_to,
            subject=fact.subject,
            area=fact.area,
            title=fact.title,
            place=fact.place,
            opened_at=now.time,
            planner=now.actor,
            on=fact.on,
            after=fact.after,
            clocks=(clock_of(fact.term),),
        )
    assert row is not None, f"{type(fact).__name__} of a visit nobody planned"
    if isinstance(fact, ClockSoon | ClockOverdue):
        return replace(row, clocks=mark(row.clocks, fact))
    if isinstance(fact, facts.VisitDropped):
        clocks = tuple(c.stop(now.time, "stopped") if c.state == "running" else c for c in row.clocks)
        return replace(row, status="VISIT_DROPPED", closed_at=now.time, drop_reason=fact.reason, clocks=clocks)
    return row


def _evolve_visited(row: Visited | None, fact: Fact, now: Happening) -> Visited | None:
    if isinstance(fact, HouseholdErased):
        return None
    was = row or Visited()
    if not isinstance(fact, facts.VisitRecorded):
        return was
    if not fact.met:
        return replace(was, attempts=was.attempts + 1)
    newest = max((*was.days, fact.on))
    days = tuple(sorted({d for d in (*was.days, fact.on) if d > newest - _KEPT}))
    return Visited(days=days)


def _summarise_told(row: Told, fact: Fact, ctx: Context) -> Summary:
    assert isinstance(fact, facts.VisitsOverdue)
    told = Notice(why="overdue", text="notice.visits_overdue", roles=("grid_worker",), areas=(fact.area,))
    missed = MeasureSummary(
        name="grid.visits_missed",
        value=fact.units + fact.households,
        on=fact.until,
        dimensions={"area": fact.area},
    )
    return Summary(notices=(told,), measures=(missed,), visibility=Visibility(areas=(fact.area,)))


def index(row: HomeVisit) -> Index:
    """Columns routes filter by; ``unit`` is who is visited."""
    clock = most_urgent(row.clocks)
    return Index(row.status, row.area, f"{row.visit_to}:{row.subject}", clock.due_at if clock else None)


def timers(row: HomeVisit) -> Iterable[Timer]:
    """When a planned visit wants to be woken."""
    return [Timer(*t) for t in clock_timers(row.clocks)]


def due(row: HomeVisit, ctx: Context) -> Sequence[Emit]:
    """What has to be said about its clock by now."""
    key = Key(VISIT.kind, row.id)
    return [Emit(fact, (key,), row.area) for fact in clock_due(row.id, row.clocks, ctx.now)]


VISITED: RowKind[Visited] = RowKind(VISITED_KIND, Visited, "visit_subject", _evolve_visited)
TOLD: RowKind[Told] = RowKind(
    "visit_told",
    Told,
    "visit_told",
    lambda row, fact, now: Told(until=fact.until),
    index=lambda row: Index(),
    summarise=_summarise_told,
)
