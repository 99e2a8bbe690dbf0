"""How facts change a whistle and its guard row. Nothing here refuses: what happened has happened."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace
from shuniu.chassis.rows import Happening
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon, Term
from shuniu.contracts.envelope import Fact
from shuniu.contracts.referral import ReferralExpired, ReferralRefused, ReferralSettled, ReferralTaken
from shuniu.contracts.whistle import whistles as said
from shuniu.contracts.whistle.evaluation import CallingAssessed
from shuniu.contracts.whistle.supervision import LadderStepped, WhistleSupervised
from shuniu.contracts.whistle.whistles import WhistlePlan
from shuniu.rules.clocks import Clock, clock_recomputed, find_clock, mark

from shuniu_whistle.whistles.history import with_carried
from shuniu_whistle.whistles.state import (
    Callout,
    Extension,
    HeldReferral,
    Meeting,
    Note,
    Objection,
    OpenWhistle,
    PartyAnswer,
    Phase,
    Presence,
    Rating,
    Whistle,
)

__all__ = ("COUNTED_CLOCKS", "clock_of", "evolve", "evolve_guard")

COUNTED_CLOCKS = frozenset({"sign", "contact", "report", "finish"})
"""Clocks whose passing is a late mark of a called unit (domain rules 10.1)."""


def clock_of(term: Term) -> Clock:
    """The running clock of a term."""
    return Clock(
        id=term.clock,
        part=term.part,
        generation=term.generation,
        started_at=term.started_at,
        due_at=term.due_at,
        soon_at=term.soon_at,
        limit=term.limit,
        calendar_version=term.calendar_version,
        provisional=term.provisional,
    )


def _end(w: Whistle, h: Happening, ids: tuple[str, ...], part: str | None, *, met: bool) -> Whistle:
    """Stop the running clocks named ``ids`` (all when empty) of ``part`` (all when None)."""

    def one(c: Clock) -> Clock:
        if c.state != "running" or (part is not None and c.part != part) or (ids and c.id not in ids):
            return c
        return c.stop(h.time, "met" if met else "stopped")

    return replace(w, clocks=tuple(one(c) for c in w.clocks))


def _run(w: Whistle, *terms: Term) -> Whistle:
    return replace(w, clocks=(*w.clocks, *(clock_of(t) for t in terms)))


def _note(w: Whistle, h: Happening, label: str, ref: str, part: str = "") -> Whistle:
    return replace(w, notes=(*w.notes, Note(label, ref, part, h.time))) if ref else w


def _callout(w: Whistle, id: str, change: Callable[[Callout], Callout]) -> Whistle:  # noqa: A002
    return replace(w, callouts=tuple(change(c) if c.id == id else c for c in w.callouts))


def _phase(w: Whistle, callout: str, phase: str, **fields: Any) -> Whistle:
    def change(c: Callout) -> Callout:
        return replace(c, phases=tuple(replace(p, **fields) if p.id == phase else p for p in c.phases))

    return _callout(w, callout, change)


def _planned(w: Whistle, plan: WhistlePlan) -> Whistle:
    return replace(
        w,
        kind=plan.kind,
        item=plan.item,
        off_list=plan.off_list,
        area=plan.area,
        place=plan.place,
        lead=plan.lead,
        co=plan.co,
        inform=plan.inform,
        wanted_on=plan.wanted_on,
        subject=plan.subject,
        open_key=plan.open_key,
        parties=plan.parties,
        item_title=plan.item_title,
        group=plan.group,
        list_version=plan.list_version,
        profile=plan.profile,
    )


def _draft_texts(w: Whistle, f: said.WhistleDrafted | said.WhistleAmended, h: Happening) -> Whistle:
    w = _note(w, h, "description", f.description_ref)
    w = _note(w, h, "contact", f.contact_ref)
    return _note(w, h, "off_list", f.off_list_ref)


def _drafted(f: said.WhistleDrafted, h: Happening) -> Whistle:
    plan = f.plan
    w = Whistle(
        id=f.whistle,
        number=f.number,
        direction=f.direction,
        kind=plan.kind,
        status="DRAFT",
        caller_unit=f.caller_unit,
        item=plan.item,
        off_list=plan.off_list,
        area=plan.area,
        place=plan.place,
        lead=plan.lead,
        co=plan.co,
        inform=plan.inform,
        wanted_on=plan.wanted_on,
        subject=plan.subject,
        open_key=plan.open_key,
        parties=plan.parties,
        origin=f.origin,
        item_title=plan.item_title,
        group=plan.group,
        list_version=plan.list_version,
        profile=plan.profile,
        title=f.title,
        previous=f.previous,
        previous_number=f.previous_number,
        chain=f.chain,
        opened_at=h.time,
    )
    w = _draft_texts(w, f, h)
    return _run(w, f.draft_term) if f.draft_term else w


def _evolve_whistle(w: Whistle, f: Fact, h: Happening) -> Whistle:
    match f:
        case said.WhistleAmended():
            w = _draft_texts(_planned(w, f.plan), f, h)
            if f.draft_term:
                w = _run(_end(w, h, ("referral",), "", met=False), f.draft_term)
            return w
        case said.WhistleSubmitted():
            return replace(_end(w, h, ("referral",), "", met=True), status="SUBMITTED")
        case said.WhistleReturned():
            return replace(_note(w, h, "returned", f.reason_ref), status="DRAFT")
        case said.WhistleBlown():
            called = tuple(Callout(id=c.callout, unit=c.unit, role=c.role, scope=c.scope) for c in f.callouts)
            w = replace(
                w, status="BLOWN", kind=f.kind, blown_at=h.time, callouts=called, inform=f.inform, finish_by=f.finish_by
            )
            return _run(replace(w, list_version=f.list_version or w.list_version), *f.terms)
        case said.WhistleCancelled():
            w = _end(_note(w, h, "cancelled", f.reason_ref), h, (), None, met=False)
            return replace(w, status="CANCELLED", cancelled=f.reason, ended_at=h.time)
        case said.WhistleEscalated():
            kind = w.kind if w.direction == "DOWN" else "HARD"
            return replace(_note(w, h, "escalated", f.reason_ref), kind=kind, escalated=True)
        case said.HistoryCarried():
            return replace(w, history=with_carried(w.history, f))
        case said.MeetingAnnounced():
            w = _note(w, h, "meeting", f.where_ref)
            return replace(w, meetings=(*w.meetings, Meeting(at=f.at, announced_at=h.time)))
        case said.CallerWithdrew():
            return replace(w, referrals=tuple(r for r in w.referrals if r.referral != f.referral))
        case LadderStepped():
            return replace(w, rungs=(*w.rungs, f.step))
        case WhistleSupervised():
            first = bool(f.form) and f.supervision != w.supervision
            held = (f.supervision, f.number) if f.form else ("", "")
            return replace(
                w,
                supervision=held[0],
                supervision_number=held[1],
                supervised_as=f.form,
                supervisions=w.supervisions + first,
            )
        case said.WhistleLinked():
            return replace(w, linked=(*w.linked, f.subject))
        case said.WhistleResolved():
            return _run(replace(w, status="RESOLVED", resolved_at=h.time), f.term)
        case said.WhistleEvaluated():
            return replace(_end(w, h, ("evaluate",), "", met=True), status="EVALUATED")
        case said.WhistleClosed():
            return replace(w, status="CLOSED", ended_at=h.time)
        case said.WhistleReblown():
            w = _note(w, h, "not_solved", f.reason_ref)
            # The next link answers for the referrals from here on.
            return replace(w, status="RE_BLOWN", ended_at=h.time, next=f.next, next_number=f.next_number, referrals=())
        case said.WhistleFollowed():
            return replace(w, next=f.next, next_number=f.next_number)
        case _:
            return w


def _evolve_callout(w: Whistle, f: Fact, h: Happening) -> Whistle:
    match f:
        case said.CalloutSigned():
            w = _end(w, h, ("sign",), f.callout, met=True)
            return _callout(w, f.callout, lambda c: replace(c, status="SIGNED", signed_at=h.time))
        case said.CalloutObjected():
            w = _note(_end(w, h, (), f.callout, met=False), h, "objection", f.reason_ref, f.callout)
            objection = Objection(instead=f.instead, at=h.time)
            return _callout(w, f.callout, lambda c: replace(c, status="OBJECTED", objection=objection))
        case said.CalloutUpheld():
            w = _note(_run(w, *f.terms), h, "ruling", f.reason_ref, f.callout)
            w = replace(w, refusals=w.refusals + 1)
            return _callout(w, f.callout, lambda c: replace(c, status="PENDING", designated=True, signed_at=None))
        case said.CalloutWithdrawn():
            w = _note(w, h, "ruling", f.reason_ref, f.callout)
            return _callout(w, f.callout, lambda c: replace(c, status="WITHDRAWN", replaced_by=f.replaced_by))
        case said.CalloutAdded():
            c = Callout(
                id=f.called.callout,
                unit=f.called.unit,
                role=f.called.role,
                scope=f.called.scope,
                designated=f.designated,
            )
            return _run(replace(w, callouts=(*w.callouts, c)), *f.terms)
        case said.CalloutContacted():
            w = _note(_end(w, h, ("contact",), f.callout, met=True), h, "contacted", f.note_ref, f.callout)
            return _callout(w, f.callout, lambda c: replace(c, status="CONTACTED", contacted_at=h.time))
        case said.CalloutReported():
            w = _note(_end(w, h, ("report",), f.callout, met=True), h, "where", f.where_ref, f.callout)
            presence = Presence(at=f.at, people=f.people, confirmed_at=h.time)
            return _callout(w, f.callout, lambda c: replace(c, status="REPORTED", presence=presence))
        case said.CalloutStarted():
            w = _note(_run(w, f.term), h, "measures", f.measures_ref, f.callout)
            return _callout(w, f.callout, lambda c: replace(c, status="WORKING", finish_on=f.finish_on))
        case said.PartyTook():
            return _callout(w, f.callout, lambda c: replace(c, taken_as=f.number))
        case said.AnswerReceived():
            given = PartyAnswer(unit=f.of_unit, status=f.status, due_at=f.due_at, late=f.late)
            return _callout(w, f.callout, lambda c: replace(c, answers=_answered(c, given)))
        case said.PartyRefused():
            w = _end_parts(w, h, f.callout, met=False)
            return _callout(w, f.callout, lambda c: replace(c, status="WITHDRAWN", refused_for=f.reason or "EXPIRED"))
        case said.PartySettled():
            return _callout(w, f.callout, lambda c: replace(c, settled=f.outcome))
        case said.ExtensionRequested():
            w = _note(w, h, "extension", f.reason_ref, f.callout)
            return _callout(w, f.callout, lambda c: replace(c, extension=Extension(finish_on=f.finish_on)))
        case said.ExtensionApproved():
            w = _run(_end(w, h, ("finish",), f.callout, met=False), f.term)
            granted = Extension(finish_on=f.finish_on, status="APPROVED")
            return _callout(w, f.callout, lambda c: replace(c, finish_on=f.finish_on, extension=granted))
        case said.ExtensionDeclined():
            w = _note(w, h, "extension_declined", f.reason_ref, f.callout)
            return _callout(
                w, f.callout, lambda c: replace(c, extension=c.extension and replace(c.extension, status="DECLINED"))
            )
        case said.CalloutWaived():
            w = _note(_end_parts(w, h, f.callout, met=False), h, "waived", f.reason_ref, f.callout)
            return _callout(w, f.callout, lambda c: replace(c, status="WAIVED", finished_at=h.time))
        case said.CalloutFinished():
            w = _note(_end_parts(w, h, f.callout, met=True), h, "finished", f.note_ref, f.callout)
            return _callout(
                w, f.callout, lambda c: replace(c, status="FINISHED", finished_at=h.time, evidence=f.evidence)
            )
        case said.CalloutRated():
            w = _note(w, h, "rated", f.note_ref, f.callout)
            rating = Rating(response=f.response, attitude=f.attitude, result=f.result)
            return _callout(w, f.callout, lambda c: replace(c, rating=rating))
        case _:
            return w


def _answered(c: Callout, given: PartyAnswer) -> tuple[PartyAnswer, ...]:
    return (*(a for a in c.answers if a.unit != given.unit), given)


def _end_parts(w: Whistle, h: Happening, callout: str, *, met: bool) -> Whistle:
    c = w.callout(callout)
    for part in (callout, *(p.id for p in c.phases)) if c else ():
        w = _end(w, h, (), part, met=met)
    return w


def _waits_for(w: Whistle, f: said.PhasePlanned) -> tuple[str, ...]:
    """What a phase waits for; phases planned before anybody could say so wait for the one before them."""
    if f.after is not None:
        return f.after
    c = w.callout(f.callout)
    return (c.phases[-1].id,) if c and c.phases else ()


def _evolve_phase(w: Whistle, f: Fact, h: Happening) -> Whistle:
    match f:
        case said.PhasePlanned():
            w = _note(w, h, "phase_note", f.note_ref, f.phase)
            phase = Phase(
                id=f.phase,
                seq=f.seq,
                work=f.work,
                due_on=f.due_on,
                start_on=f.start_on,
                after=_waits_for(w, f),
                owner=f.owner,
            )
            return _callout(w, f.callout, lambda c: replace(c, phases=(*c.phases, phase)))
        case said.PhaseStarted():
            begun = _phase(_run(w, f.term), f.callout, f.phase, status="STARTED", started_at=h.time)
            # What it looked like before is shown once; beginning again after it was sent back adds nothing.
            return _phase(begun, f.callout, f.phase, before=f.before) if f.before else begun
        case said.PhaseReplanned():
            w = _note(w, h, "phase_note", f.note_ref, f.phase)
            planned: dict[str, Any] = {"due_on": f.due_on, "start_on": f.start_on, "after": f.after, "owner": f.owner}
            return _phase(w, f.callout, f.phase, **planned)
        case said.PhaseSubmitted():
            w = _note(_end(w, h, ("phase",), f.phase, met=True), h, "phase_done", f.note_ref, f.phase)
            return _phase(w, f.callout, f.phase, status="SUBMITTED", evidence=f.evidence)
        case said.PhaseAccepted():
            w = _note(w, h, "phase_accepted", f.note_ref, f.phase)
            return _phase(w, f.callout, f.phase, status="ACCEPTED", accepted_at=h.time)
        case said.PhaseReturned():
            w = _note(w, h, "phase_returned", f.reason_ref, f.phase)
            c = w.callout(f.callout)
            times = next((p.sent_back for p in c.phases if p.id == f.phase), 0) if c else 0
            return _phase(w, f.callout, f.phase, status="SENT_BACK", sent_back=times + 1)
        case _:
            return w


def _recomputed(w: Whistle, f: ClockRecomputed) -> Whistle:
    """A clock called late too early is late no more, and takes its mark with it."""
    before = find_clock(w.clocks, f.clock, f.part)
    freed = before is not None and before.late and not f.late and f.clock in COUNTED_CLOCKS
    return replace(w, clocks=clock_recomputed(w.clocks, f), late_marks=w.late_marks - freed)


def evolve(row: Whistle | None, f: Fact, h: Happening) -> Whistle | None:
    """The whistle after a fact."""
    if row is None:
        return _drafted(f, h) if isinstance(f, said.WhistleDrafted) else None
    match f:
        case ClockSoon() | ClockOverdue():
            late = isinstance(f, ClockOverdue) and f.clock in COUNTED_CLOCKS
            return replace(row, clocks=mark(row.clocks, f), late_marks=row.late_marks + late)
        case ClockRecomputed():
            return _recomputed(row, f)
        case ReferralTaken():
            return replace(row, referrals=(*row.referrals, HeldReferral(f.referral, f.made_by)))
        case ReferralRefused() | ReferralExpired() | ReferralSettled():
            return replace(row, referrals=tuple(r for r in row.referrals if r.referral != f.referral))
        case CallingAssessed():
            return replace(_note(row, h, "calling", f.note_ref), calling=f.verdict)
        case _:
            return _evolve_phase(_evolve_callout(_evolve_whistle(row, f, h), f, h), f, h)


def evolve_guard(row: OpenWhistle | None, f: Fact, h: Happening) -> OpenWhistle | None:
    """The guard of one matter after a fact: held by a whistle from its draft to its end, handed on along a chain."""
    match f:
        case said.WhistleDrafted():
            return OpenWhistle(f.plan.open_key, f.whistle, f.number)
        case said.WhistleAmended():
            if row is not None:
                return row if row.open_key == f.plan.open_key else None
            return OpenWhistle(f.plan.open_key, f.whistle, f.number)
        case said.WhistleCancelled() | said.WhistleClosed():
            return None
        case _:
            return row
