"""A home visit, its life cycle as data, and the rows beside it: follow-up codes, who is booked when."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace
from shuniu.chassis.rows import Happening
from shuniu.chassis.tables import StateTable
from shuniu.chassis.terms import clock_of
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon, Term
from shuniu.contracts.document import DocumentIssued
from shuniu.contracts.services_desk import home_visits as said
from shuniu.rules.calendar import local
from shuniu.rules.clocks import Clock, clock_recomputed, mark
from shuniu.rules.lifecycle import Lifecycle, Move, Status

from shuniu_services_desk.cases.state import CaseDocument, CaseNote
from shuniu_services_desk.roles import CLERKS, DESK

__all__ = (
    "CYCLE",
    "Booked",
    "HomeCode",
    "HomeCodeTable",
    "HomeDayTable",
    "HomeVisit",
    "HomeVisitTable",
    "StaffDay",
    "day_id",
    "evolve",
    "evolve_code",
    "evolve_day",
)

CYCLE = Lifecycle(
    kind="desk_home_visit",
    initial="REQUESTED",
    statuses=(
        Status("REQUESTED", True, "waiting", "asked"),
        Status("APPOINTED", True, "active", "appointed"),
        Status("HOLDING", True, "checking", "holding"),
        Status("DONE", False, "done", "ended"),
        Status("UNMET", False, "stopped", "ended"),
        Status("REFUSED", False, "stopped", "ended"),
        Status("CANCELLED", False, "stopped", "ended"),
    ),
    moves=(
        Move("request", (), "REQUESTED", CLERKS, "home.requested_once"),
        Move("appoint", ("REQUESTED", "APPOINTED"), "APPOINTED", DESK, "home.appoint_requested", "home_answer"),
        Move("miss", ("APPOINTED",), "REQUESTED", CLERKS, "home.miss_appointed"),
        Move("fail", ("APPOINTED",), "UNMET", CLERKS, "home.miss_appointed"),
        Move("collect", ("APPOINTED",), "HOLDING", CLERKS, "home.collect_appointed"),
        Move("submit", ("APPOINTED", "HOLDING"), None, CLERKS, "home.submit_visited"),
        Move("done", ("APPOINTED",), "DONE", CLERKS, "home.done_appointed"),
        Move("give_some", ("HOLDING",), None, DESK, "home.nothing_held"),
        Move("give_back", ("HOLDING",), "DONE", DESK, "home.nothing_held", "home_return"),
        Move("refuse", ("REQUESTED",), "REFUSED", DESK, "home.refuse_requested"),
        Move("cancel", ("REQUESTED", "APPOINTED"), "CANCELLED", DESK, "home.cancel_before"),
    ),
)
"""上门帮办代办 (design choice; no source prescribes it). HOLDING: originals are with the desk."""


class HomeVisit(msgspec.Struct, frozen=True, kw_only=True):
    """A home visit. Person, address and reason are sealed apart."""

    id: str
    number: str
    status: str = "REQUESTED"
    area: str
    items: tuple[str, ...]
    way: str
    online: bool = False
    for_other: bool = False
    person_ref: str
    reason_ref: str = ""
    staff: tuple[str, ...] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    attempts: int = 0
    holding: tuple[str, ...] = ()
    collected: bool = False
    cases: tuple[str, ...] = ()
    consent: bool = False
    asked_at: datetime
    ended_at: datetime | None = None
    ground: str = ""
    documents: tuple[CaseDocument, ...] = ()
    notes: tuple[CaseNote, ...] = ()
    clocks: tuple[Clock, ...] = ()

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.status in ("REQUESTED", "APPOINTED", "HOLDING")


class HomeCode(msgspec.Struct, frozen=True):
    """The visit of a follow-up code; the row's key is a keyed hash of the code."""

    visit: str


class Booked(msgspec.Struct, frozen=True, kw_only=True):
    """A window somebody is away for."""

    visit: str
    starts_at: datetime
    ends_at: datetime


class StaffDay(msgspec.Struct, frozen=True):
    """One person's visits of one day: the guard of "nobody is in two places"."""

    booked: tuple[Booked, ...] = ()


class HomeVisitTable(StateTable, tablename="desk_home_visit"):
    """Home visits by id."""


class HomeCodeTable(StateTable, tablename="desk_home_code"):
    """Home visits by the keyed hash of their follow-up code."""


class HomeDayTable(StateTable, tablename="desk_home_day"):
    """Who is booked when, by account and day."""


def day_id(account: str, at: datetime) -> str:
    """Key of somebody's business day."""
    return f"{account}:{local(at):%y%m%d}"


def _end(v: HomeVisit, h: Happening, *, met: bool = True) -> HomeVisit:
    stopped = tuple(c.stop(h.time, "met" if met else "stopped") if c.state == "running" else c for c in v.clocks)
    return replace(v, clocks=stopped)


def _run(v: HomeVisit, term: Term) -> HomeVisit:
    return replace(v, clocks=(*v.clocks, clock_of(term)))


def _note(v: HomeVisit, h: Happening, label: str, ref: str) -> HomeVisit:
    return replace(v, notes=(*v.notes, CaseNote(label, ref, h.time))) if ref else v


def evolve(row: HomeVisit | None, f: Any, h: Happening) -> HomeVisit | None:
    """The visit after the fact."""
    if isinstance(f, said.HomeVisitRequested):
        v = HomeVisit(
            id=f.visit,
            number=f.number,
            area=f.area,
            items=f.items,
            way=f.way,
            online=f.online,
            for_other=f.for_other,
            person_ref=f.person_ref,
            reason_ref=f.reason_ref,
            asked_at=h.time,
        )
        v = _note(_note(v, h, "home_person", f.person_ref), h, "home_reason", f.reason_ref)
        return _run(v, f.term)
    return _evolve(row, f, h) if row is not None else None


def _evolve(v: HomeVisit, f: Any, h: Happening) -> HomeVisit:
    match f:
        case said.HomeVisitAppointed():
            v = replace(_end(v, h), status="APPOINTED", staff=f.staff, starts_at=f.starts_at, ends_at=f.ends_at)
            return _run(v, f.term)
        case said.HomeVisitMissed():
            v = replace(_end(v, h), status="REQUESTED", attempts=f.attempt, staff=(), starts_at=None, ends_at=None)
            return _run(_note(v, h, "home_missed", f.note_ref), f.term)
        case said.HomeVisitFailed():
            v = replace(_end(v, h), status="UNMET", attempts=f.attempts, ended_at=h.time)
            return _note(v, h, "home_missed", f.note_ref)
        case said.HomeVisitCollected():
            v = replace(_end(v, h), status="HOLDING", holding=f.materials, collected=True)
            return _run(v, f.term)
        case said.HomeVisitSubmitted():
            return replace(v, cases=(*v.cases, *f.cases), consent=f.consent)
        case said.HomeVisitGaveBack():
            if f.left:
                return replace(v, holding=f.left)
            return replace(_end(v, h), status="DONE", holding=(), ended_at=h.time)
        case said.HomeVisitDone():
            return _note(replace(_end(v, h), status="DONE", ended_at=h.time), h, "home_note", f.note_ref)
        case said.HomeVisitRefused():
            v = replace(_end(v, h), status="REFUSED", ground=f.ground, ended_at=h.time)
            return _note(v, h, "home_note", f.note_ref)
        case said.HomeVisitCancelled():
            v = replace(_end(v, h, met=False), status="CANCELLED", ended_at=h.time)
            return _note(v, h, "home_note", f.note_ref)
        case DocumentIssued():
            issued = CaseDocument(code=f.code, kind=f.kind, number=f.number, at=h.time)
            return replace(v, documents=(*v.documents, issued))
        case ClockSoon() | ClockOverdue():
            return replace(v, clocks=mark(v.clocks, f))
        case ClockRecomputed():
            return replace(v, clocks=clock_recomputed(v.clocks, f))
        case _:
            return v


def evolve_code(row: HomeCode | None, f: Any, h: Happening) -> HomeCode | None:
    """The code follows its visit."""
    return HomeCode(f.visit) if isinstance(f, said.HomeVisitRequested) else row


def evolve_day(row: StaffDay | None, f: Any, h: Happening) -> StaffDay:
    """Whoever is appointed is booked; every other move of the visit frees them."""
    rest = tuple(b for b in (row.booked if row is not None else ()) if b.visit != f.visit)
    if isinstance(f, said.HomeVisitAppointed) and any(day_id(a, f.starts_at) == h.id for a in f.staff):
        mine = Booked(visit=f.visit, starts_at=f.starts_at, ends_at=f.ends_at)
        return StaffDay(tuple(sorted((*rest, mine), key=lambda b: (b.starts_at, b.visit))))
    return StaffDay(rest)
