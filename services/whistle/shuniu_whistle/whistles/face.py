"""What the world sees of a whistle: its summary, the timeline's lines, who may read it."""

from shuniu.chassis.context import Context
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon
from shuniu.contracts.envelope import Fact, move_of
from shuniu.contracts.referral import (
    ReferralExpired,
    ReferralMade,
    ReferralProgress,
    ReferralRefused,
    ReferralSettled,
    ReferralTaken,
    ReferralWithdrawn,
)
from shuniu.contracts.summary import (
    DueStatus,
    Link,
    MatterSummary,
    MatterUnit,
    StepSummary,
    Summary,
    Visibility,
)
from shuniu.contracts.whistle import whistles as said
from shuniu.contracts.whistle.supervision import LadderStepped, WhistleSupervised
from shuniu.rules.calendar import local
from shuniu.rules.clocks import Clock, due_of, due_status, most_urgent

from shuniu_whistle.texts import TEXTS, title_zh
from shuniu_whistle.whistles.escalation import SUPERVISION_KIND
from shuniu_whistle.whistles.measures import observe
from shuniu_whistle.whistles.notices import notices
from shuniu_whistle.whistles.state import Callout, Whistle

__all__ = ("parts_of", "summarise", "title_of", "visibility")


def title_of(w: Whistle, ctx: Context) -> str:
    """The published title: item and place name; before an item is named, the title the matter came with."""
    if not w.item:
        return w.title or title_zh("title.untitled")
    area = ctx.registry.get("area", w.area)
    place = w.place.name or (area.title.zh if area else "")
    name = w.item_title or title_zh(f"category.{w.item}")
    return f"{name} · {place}" if place else name


def visibility(w: Whistle) -> Visibility:
    """The area (so the street and the district above it), the caller, and once it is blown every called unit."""
    called: tuple[str, ...] = ()
    if w.blown_at is not None:
        called = (*w.inform, *(c.unit for c in w.callouts))
    return Visibility(areas=(w.area,), units=tuple(dict.fromkeys((w.caller_unit, *called))), sensitivity=2)


def parts_of(w: Whistle, callout: Callout) -> Clock | None:
    """The most urgent running clock of a callout or of one of its phases."""
    ids = {callout.id, *(p.id for p in callout.phases)}
    return most_urgent(c for c in w.clocks if c.part in ids)


def _unit_status(w: Whistle, callout: Callout, clock: Clock | None) -> DueStatus:
    if clock is not None:
        return due_status(clock)
    return "met" if callout.status == "FINISHED" else "none"


def _unit(w: Whistle, callout: Callout) -> MatterUnit:
    clock = parts_of(w, callout)
    return MatterUnit(
        unit=callout.unit,
        role=callout.role,
        status=callout.status,
        due_at=clock.due_at if clock else None,
        due_status=_unit_status(w, callout, clock),
    )


def _flags(w: Whistle) -> tuple[str, ...]:
    marks = (
        ("ESCALATED", w.escalated),
        ("HARD", w.kind == "HARD"),
        ("DOWN", w.direction == "DOWN"),
        ("CROSS", w.direction == "CROSS"),
        ("LEADERLESS", w.status == "BLOWN" and w.leading is None),
        ("LATE_ONCE", w.late_marks == 1),
        ("LATE_TWICE", w.late_marks >= 2),
        ("SUPERVISED", bool(w.supervision)),
        (w.supervised_as, w.supervised_as not in ("", "NOTICE")),
        ("REPEATED", w.chain > 1),
        ("OFF_LIST", w.off_list),
        ("REFERRED", w.subject is not None),
    )
    return tuple(mark for mark, is_set in marks if is_set)


def _matter(w: Whistle, ctx: Context) -> MatterSummary:
    clock = most_urgent(w.clocks)
    return MatterSummary(
        kind="whistle",
        id=w.id,
        number=w.number,
        version=0,
        title=title_of(w, ctx),
        category=w.item,
        status=w.status,
        open=w.open,
        opened_at=w.opened_at,
        closed_at=w.ended_at,
        **due_of(clock),
        area=w.area,
        place=w.place,
        lead_unit=w.lead_unit,
        units=(*(_unit(w, c) for c in w.callouts), *(MatterUnit(unit=u, role="INFORM") for u in _informed(w))),
        flags=_flags(w),
        visibility=visibility(w),
    )


def _informed(w: Whistle) -> tuple[str, ...]:
    """Units that are only told: one that was called later on has its own part."""
    called = {c.unit for c in w.callouts}
    return tuple(unit for unit in w.inform if unit not in called) if w.blown_at is not None else ()


def _step(w: Whistle, f: Fact) -> StepSummary | None:
    """The timeline's line. What a referral is told has none: the move that caused it has."""
    match f:
        case (
            ReferralTaken()
            | ReferralRefused()
            | ReferralExpired()
            | ReferralSettled()
            | ReferralMade()
            | ReferralProgress()
            | ReferralWithdrawn()
        ):
            return None
        case said.AnswerReceived():
            params = {"unit": f.of_unit}
            return StepSummary(move=move_of(f), unit=f.unit, detail=f"status.callout.{f.status}", params=params)
        case said.PartyTook():
            return StepSummary(move=move_of(f), unit=f.unit, params={"number": f.number})
        case said.PartySettled():
            detail = "detail.party_solved" if f.outcome == "solved" else "detail.party_unsolved"
            return StepSummary(move=move_of(f), unit=f.unit, detail=detail)
        case said.PartyRefused():
            return StepSummary(move=move_of(f), unit=f.unit, detail="detail.party_lapsed" if f.lapsed else "")
        case ClockSoon() | ClockOverdue() | ClockRecomputed():
            callout = next((c for c in w.callouts if f.part in (c.id, *(p.id for p in c.phases))), None)
            return StepSummary(move=move_of(f), unit=callout.unit if callout else "", detail=f"clock.{f.clock}")
        case said.WhistleBlown():
            return StepSummary(move=move_of(f), detail=f"enum.kind.{f.kind}", params={"date": f.finish_by.isoformat()})
        case said.WhistleEscalated():
            detail = "detail.escalated_automatic" if f.automatic else "detail.escalated_by_person"
            return StepSummary(move=move_of(f), detail=detail, params={"marks": str(f.late_marks)})
        case said.WhistleCancelled():
            return StepSummary(move=move_of(f), detail=f"enum.cancelled.{f.reason}")
        case said.WhistleReblown() | said.WhistleFollowed():
            return StepSummary(move=move_of(f), params={"number": f.next_number})
        case said.WhistleDrafted() if f.previous:
            return StepSummary(move=move_of(f), detail="detail.drafted_after", params={"number": f.previous_number})
        case said.HistoryCarried():
            return None
        case LadderStepped():
            return StepSummary(move=move_of(f), detail=f"ladder.{f.step}" if f"ladder.{f.step}" in TEXTS else "")
        case WhistleSupervised():
            detail = f"enum.form.{f.form}" if f.form else "detail.supervision_over"
            return StepSummary(move=move_of(f), detail=detail, params={"number": f.number})
        case said.MeetingAnnounced():
            return StepSummary(move=move_of(f), detail="detail.meeting", params={"at": f"{local(f.at):%m-%d %H:%M}"})
        case said.CalloutAdded():
            return StepSummary(move=move_of(f), unit=f.called.unit)
        case said.CalloutObjected():
            return StepSummary(move=move_of(f), unit=f.unit, detail="detail.instead", params={"unit": f.instead})
        case said.CalloutReported():
            params = {"people": str(f.people)}
            return StepSummary(move=move_of(f), unit=f.unit, detail="detail.people", params=params)
        case said.CalloutStarted() | said.ExtensionRequested() | said.ExtensionApproved():
            params = {"date": f.finish_on.isoformat()}
            return StepSummary(move=move_of(f), unit=f.unit, detail="detail.until", params=params)
        case said.CalloutRated():
            scores = {"response": str(f.response), "attitude": str(f.attitude), "result": str(f.result)}
            return StepSummary(move=move_of(f), unit=f.unit, detail="detail.scores", params=scores)
        case (
            said.PhasePlanned()
            | said.PhaseReplanned()
            | said.PhaseStarted()
            | said.PhaseSubmitted()
            | said.PhaseAccepted()
            | said.PhaseReturned()
        ):
            return _phase_step(w, f.callout, f.phase, move_of(f))
        case _:
            return StepSummary(move=move_of(f), unit=getattr(f, "unit", ""))


def _phase_step(w: Whistle, callout: str, phase: str, move: str) -> StepSummary:
    c = w.callout(callout)
    p = next((p for p in c.phases if p.id == phase), None) if c else None
    if c is None or p is None:
        return StepSummary(move=move)
    return StepSummary(move=move, unit=c.unit, detail=f"enum.work.{p.work}", params={"seq": str(p.seq)})


def _links(w: Whistle, f: Fact, ctx: Context) -> tuple[Link, ...]:
    links: list[Link] = []
    if isinstance(f, said.WhistleDrafted):
        if f.previous:
            links.append(Link(relation="previous", source=ctx.source, kind="whistle", matter=f.previous))
        if (subject := f.plan.subject) is not None:
            links.append(Link(relation="subject", source=subject.source, kind=subject.kind, matter=subject.matter))
    elif isinstance(f, said.WhistleLinked):
        links.append(Link(relation="subject", source=f.subject.source, kind=f.subject.kind, matter=f.subject.matter))
    elif isinstance(f, WhistleSupervised) and f.form:
        links.append(Link(relation="supervision", source=ctx.source, kind=SUPERVISION_KIND, matter=f.supervision))
    elif isinstance(f, said.PartyTook):
        links.append(Link(relation="party", source=f.source, kind="whistle", matter=f.matter))
    elif isinstance(f, said.WhistleReblown | said.WhistleFollowed):
        links.append(Link(relation="next", source=ctx.source, kind="whistle", matter=f.next))
    return tuple(links)


def summarise(w: Whistle, f: Fact, ctx: Context) -> Summary:
    """The domain-free part of one event."""
    return Summary(
        matter=_matter(w, ctx),
        step=_step(w, f),
        measures=observe(w, f, ctx),
        links=_links(w, f, ctx),
        notices=notices(w, f),
    )
