"""How facts change a case and the rows beside it. Nothing here refuses: what happened has happened."""

from typing import Any

from msgspec.structs import replace
from shuniu.chassis.rows import Happening
from shuniu.chassis.terms import clock_of
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon, Term
from shuniu.contracts.document import DocumentIssued
from shuniu.contracts.services_desk import cases as said
from shuniu.contracts.services_desk.counters import CaseAssigned
from shuniu.rules.calendar import local
from shuniu.rules.clocks import clock_recomputed, find_clock, mark

from shuniu_services_desk.cases.state import Case, CaseDocument, CaseNote, FollowCode, Held, Holding, Task
from shuniu_services_desk.cases.terms import PAUSED

__all__ = ("HELD", "evolve", "evolve_code", "evolve_holding")

HELD = 100
"""How many materials a holding remembers at most, newest first to stay."""


def _end(c: Case, h: Happening, *ids: str, met: bool = False) -> Case:
    """Stop the running clocks named ``ids`` (all when none is named)."""
    return replace(
        c,
        clocks=tuple(
            k.stop(h.time, "met" if met else "stopped") if k.state == "running" and (not ids or k.id in ids) else k
            for k in c.clocks
        ),
    )


def _run(c: Case, *terms: Term) -> Case:
    return replace(c, clocks=(*c.clocks, *(clock_of(t) for t in terms)))


def _note(c: Case, h: Happening, label: str, ref: str) -> Case:
    return replace(c, notes=(*c.notes, CaseNote(label, ref, h.time))) if ref else c


def _came(c: Case, h: Happening, how: str) -> Case:
    day = local(h.time).date()
    return replace(c, visits=(*c.visits, day)) if how in ("WINDOW", "PICK_UP") and day not in c.visits else c


def _by(c: Case, h: Happening) -> Case:
    return replace(c, clerks=(*c.clerks, h.actor)) if h.actor and h.actor not in c.clerks else c


def _brought(c: Case, handed: tuple[str, ...]) -> Case:
    return replace(
        c,
        handed=tuple(dict.fromkeys((*c.handed, *handed))),
        missing=tuple(m for m in c.missing if m not in handed),
    )


def _accepted(c: Case, h: Happening, unit: str, tasks: tuple[str, ...], terms: tuple[Term, ...], status: str) -> Case:
    c = _run(_end(c, h, met=True), *terms)
    asked = tuple(Task(unit=u, asked_at=h.time) for u in tasks)
    return replace(c, status=status, unit=unit, tasks=asked, accepted_at=h.time)


def _submitted(row: Case | None, f: said.CaseSubmitted, h: Happening) -> Case:
    begun = _end(row, h, met=True) if row is not None else None
    c = Case(
        id=f.case,
        number=f.number,
        status="SUBMITTED",
        item=f.item,
        item_name=f.item_name,
        version=f.version,
        area=f.area,
        channel=f.channel,
        situation=f.situation,
        visit=f.visit,
        life_event=f.life_event,
        unit=f.unit,
        legal_limit=f.legal_limit,
        promised_limit=f.promised_limit,
        joint=f.joint,
        partners=f.partners,
        applicant_ref=f.applicant_ref,
        handed=f.handed,
        reused=f.reused,
        missing=f.missing,
        opened_at=begun.opened_at if begun is not None else h.time,
        received_at=h.time,
        clocks=begun.clocks if begun is not None else (),
        clerk=h.actor,
    )
    c = _by(_came(c, h, f.channel), h)
    return _run(_note(c, h, "case_applicant", f.applicant_ref), f.term)


def evolve(row: Case | None, f: Any, h: Happening) -> Case | None:
    """The case after the fact."""
    if isinstance(f, said.CaseConsulted):
        begun = Case(
            id=f.case,
            number=f.number,
            status="CONSULTED",
            item=f.item,
            item_name=f.item_name,
            version=f.version,
            area=f.area,
            channel=f.channel,
            situation=f.situation,
            opened_at=h.time,
        )
        return _run(begun, f.term)
    if isinstance(f, said.CaseSubmitted):
        return _submitted(row, f, h)
    return _accepting(row, f, h) if row is not None else None


def _accepting(c: Case, f: Any, h: Happening) -> Case:
    match f:
        case said.CaseRefused():
            c = replace(_end(c, h), status="REFUSED", ground=f.ground, ended_at=h.time)
            return _by(_note(c, h, "case_where", f.where_ref), h)
        case said.CaseCorrectionAsked():
            c = replace(_end(c, h, met=True), status="CORRECTION", corrections=c.corrections + 1, asked_for=f.materials)
            flawed = tuple(m for m in c.handed if m not in f.flawed)
            return _by(_note(replace(c, handed=flawed, missing=f.materials), h, "case_correction", f.note_ref), h)
        case said.CaseResubmitted():
            c = _came(_brought(c, f.handed), h, f.channel)
            return _by(_accepted(c, h, f.unit, f.tasks, f.terms, "ACCEPTED"), h)
        case said.CaseAccepted():
            return _by(_accepted(c, h, f.unit, f.tasks, f.terms, "ACCEPTED"), h)
        case said.CaseDeemedAccepted():
            c = _accepted(_end(c, h), h, f.unit, f.tasks, f.terms, "ACCEPTED")
            return replace(c, accepted_at=f.accepted_at, deemed=True)
        case said.CaseAcceptedWithGaps():
            c = _accepted(c, h, f.unit, f.tasks, f.terms, "ACCEPTED_GAP")
            return _by(replace(c, gaps=f.gaps, gap_until=f.until), h)
        case said.CaseGapsFilled():
            c = replace(_came(_brought(c, f.handed), h, f.channel), gaps=f.left)
            return _by(c if f.left else replace(_end(c, h, "desk_gap", met=True), status="ACCEPTED"), h)
        case said.CaseLapsed():
            return replace(_end(c, h), status="LAPSED", lapse=f.cause, ended_at=h.time)
        case _:
            return _deciding(c, f, h)


def _deciding(c: Case, f: Any, h: Happening) -> Case:
    match f:
        case said.CasePaused():
            c = replace(_end(c, h, *PAUSED), status="SPECIAL", procedure=f.procedure, pauses=c.pauses + 1)
            return _note(c, h, "case_notice", f.notice_ref)
        case said.CaseResumed():
            c = _run(replace(c, status="ACCEPTED_GAP" if c.gaps else "ACCEPTED", procedure=""), *f.terms)
            return _note(c, h, "case_procedure_result", f.result_ref)
        case said.CaseExtended():
            c = _run(_end(c, h, "desk_decide", "desk_promise"), f.term)
            return _note(replace(c, extended=True), h, "case_extension", f.reason_ref)
        case said.CaseHandedOver():
            c = replace(c, tasks=(*c.tasks, Task(unit=f.unit, asked_at=h.time)))
            c = _run(c, f.term) if f.term is not None else c
            return _note(c, h, "case_task", f.note_ref)
        case said.CaseHandedBack():
            status = "TASK_AGREED" if f.agrees else "TASK_OBJECTED"
            tasks = tuple(replace(t, status=status, back_at=h.time) if t.unit == f.unit else t for t in c.tasks)
            clocks = tuple(
                k.stop(h.time, "met") if (k.id, k.part, k.state) == ("desk_part", f.unit, "running") else k
                for k in c.clocks
            )
            return _note(replace(c, tasks=tasks, clocks=clocks), h, "case_opinion", f.opinion_ref)
        case said.CaseDecided():
            promise = find_clock(c.clocks, "desk_promise")
            kept = not f.late if promise is None else promise.state == "running" and not promise.late
            c = replace(
                _run(_end(c, h, met=True), f.term),
                status="DECIDED",
                granted=f.granted,
                late=f.late,
                promise_kept=kept,
                on_the_spot=f.on_the_spot,
                accepted_at=c.accepted_at or h.time,
                decided_at=h.time,
            )
            return _by(_note(_note(c, h, "case_reason", f.reason_ref), h, "case_remedy", f.remedy_ref), h)
        case said.CaseDelivered():
            deliver = find_clock(c.clocks, "desk_deliver")
            c = replace(c, delivery_late=deliver is not None and deliver.late)
            return _by(replace(_came(_end(c, h, met=True), h, f.how), status="DELIVERED", ended_at=h.time), h)
        case said.CaseWithdrawn():
            c = replace(_end(c, h), status="WITHDRAWN", ended_at=h.time)
            return _note(c, h, "case_withdrawal", f.reason_ref)
        case CaseAssigned():
            return replace(c, assignee=f.clerk)
        case DocumentIssued():
            issued = CaseDocument(code=f.code, kind=f.kind, number=f.number, at=h.time)
            return replace(c, documents=(*c.documents, issued))
        case ClockSoon() | ClockOverdue():
            return replace(c, clocks=mark(c.clocks, f))
        case ClockRecomputed():
            return replace(c, clocks=clock_recomputed(c.clocks, f))
        case _:
            return c


def evolve_holding(row: Holding | None, f: Any, h: Happening) -> Holding | None:
    """What is held of the applicant after they handed something in."""
    if isinstance(f, said.CaseCorrectionAsked) and row is not None:
        # What is not in order is not used again for another item.
        return Holding(tuple(m for m in row.materials if m.case != f.case or m.material not in f.flawed))
    if not isinstance(f, said.CaseSubmitted | said.CaseResubmitted | said.CaseGapsFilled):
        return row
    number = f.number if isinstance(f, said.CaseSubmitted) else ""
    new = tuple(Held(material=m, case=f.case, number=number, at=h.time) for m in f.handed)
    there = tuple(m for m in (row.materials if row is not None else ()) if m.material not in f.handed)
    return Holding((*there, *new)[-HELD:])


def evolve_code(row: FollowCode | None, f: Any, h: Happening) -> FollowCode | None:
    """The cases one code follows."""
    if isinstance(f, said.CaseSubmitted | said.CaseConsulted):
        there = row.cases if row is not None else ()
        return FollowCode((*there, f.case)) if f.case not in there else row
    return row
