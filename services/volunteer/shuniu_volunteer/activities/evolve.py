"""How facts change activities, participations and their guards."""

from typing import Any, Literal

from msgspec.structs import replace
from shuniu.chassis.rows import Happening
from shuniu.chassis.terms import clock_of
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon
from shuniu.contracts.referral import ReferralTaken
from shuniu.contracts.volunteer import activities as said
from shuniu.rules.clocks import Clock, clock_recomputed, mark

from shuniu_volunteer.activities.state import (
    Activity,
    Participation,
    Roster,
    Seat,
    ServiceDay,
    Span,
    TextRef,
    Took,
)

__all__ = ("evolve_activity", "evolve_day", "evolve_participation", "evolve_roster", "evolve_took")

_TO: dict[type, str] = {
    said.ActivityReviewed: "REVIEWED",
    said.ActivityReturned: "DRAFT",
    said.ActivityOpened: "RECRUITING",
    said.ActivityReady: "READY",
    said.ActivityStarted: "ONGOING",
    said.ActivityFinished: "FINISHED",
    said.ActivityHoursPending: "HOURS_PENDING",
    said.ActivityConfirmed: "HOURS_CONFIRMED",
    said.ActivityNoticed: "NOTICED",
    said.ActivityArchived: "ARCHIVED",
    said.ActivityCancelled: "CANCELLED",
}


def _stopped(clocks: tuple[Clock, ...], h: Happening, state: Literal["met", "stopped"] = "met") -> tuple[Clock, ...]:
    return tuple(c.stop(h.time, state) if c.state == "running" else c for c in clocks)


def _texted(a: Activity, label: str, ref: str) -> Activity:
    return replace(a, texts=(*(t for t in a.texts if t.label != label), TextRef(label, ref))) if ref else a


def evolve_activity(row: Activity | None, f: Any, h: Happening) -> Activity | None:
    """The activity after a fact of its own or of one who takes part."""
    if isinstance(f, said.ActivityDrafted):
        drafted = Activity(
            id=f.activity,
            number=f.number,
            organiser=f.organiser,
            plan=f.plan,
            drafted_by=h.actor if f.origin is None else "",
            drafted_at=h.time,
            origin=f.origin,
            clocks=(clock_of(f.term),) if f.term else (),
        )
        return _texted(drafted, "activity_text", f.text_ref)
    if row is None:
        return None
    if (status := _TO.get(type(f))) is not None:
        row = replace(row, status=status, clocks=_stopped(row.clocks, h))
        if not row.open:
            row = replace(row, ended_at=h.time)
    match f:
        case said.ActivityAmended():
            # Whoever wrote the plan that stands is not the one to review it.
            row = replace(row, plan=f.plan, organiser=f.organiser, drafted_by=h.actor)
            return _texted(row, "activity_text", f.text_ref)
        case said.ActivityReturned():
            return _texted(row, "activity_returned", f.reason_ref)
        case said.ActivityInsured():
            return replace(row, insurance=f.insurance)
        case said.ActivityHoursPending() | said.ActivityNoticed():
            return replace(row, clocks=(*row.clocks, clock_of(f.term)))
        case ClockSoon() | ClockOverdue():
            return replace(row, clocks=mark(row.clocks, f))
        case ClockRecomputed():
            return replace(row, clocks=clock_recomputed(row.clocks, f))
    return _counted(row, f)


def _counted(a: Activity, f: Any) -> Activity:
    match f:
        case said.ParticipationApplied():
            return replace(a, applied=a.applied + 1)
        case said.ParticipationAccepted():
            left = {"applied": a.applied - 1} if f.was == "APPLIED" else {"waiting": a.waiting - 1}
            return replace(a, accepted=a.accepted + 1, **left)
        case said.ParticipationWaitlisted():
            return replace(a, applied=a.applied - 1, waiting=a.waiting + 1)
        case said.ParticipationDeclined():
            name = {"APPLIED": "applied", "ACCEPTED": "accepted", "WAITLISTED": "waiting"}[f.was]
            return replace(a, **{name: getattr(a, name) - 1})
        case said.ParticipationCheckedIn():
            return replace(a, inside=a.inside + 1)
        case said.ParticipationCheckedOut():
            return replace(a, inside=a.inside - 1)
        case said.ParticipationCalculated():
            return replace(a, pending=a.pending + 1)
        case said.ParticipationConfirmed():
            return replace(a, pending=a.pending - 1, served=a.served + 1, minutes=a.minutes + f.minutes)
        case said.ParticipationDisputed():
            return replace(a, disputed=a.disputed + 1, pending=a.pending - (f.was == "CALCULATED"))
        case said.ParticipationAdjusted():
            # Hours that were confirmed before have made somebody count already.
            more, served = f.minutes - f.booked, a.served + (not f.confirmed)
            return replace(a, disputed=a.disputed - 1, served=served, minutes=a.minutes + more)
    return a


def evolve_roster(row: Roster | None, f: Any, h: Happening) -> Roster | None:
    """Who has a place, who waits, who applied."""
    roster = row or Roster()
    if not isinstance(f, said.ParticipationFact):
        return row

    def without(seats: tuple[Seat, ...]) -> tuple[Seat, ...]:
        return tuple(s for s in seats if s.volunteer != f.volunteer)

    bare = replace(
        roster,
        accepted=without(roster.accepted),
        waiting=without(roster.waiting),
        applied=without(roster.applied),
    )
    match f:
        case said.ParticipationApplied():
            return replace(bare, applied=(*bare.applied, Seat(f.volunteer, f.account)))
        case said.ParticipationAccepted():
            return replace(bare, accepted=(*bare.accepted, Seat(f.volunteer, f.account)))
        case said.ParticipationWaitlisted():
            return replace(bare, waiting=(*bare.waiting, Seat(f.volunteer, f.account)))
        case said.ParticipationDeclined():
            return bare
    return row


def evolve_participation(row: Participation | None, f: Any, h: Happening) -> Participation | None:
    """One volunteer's part after a fact."""
    if isinstance(f, said.ParticipationApplied):
        return Participation(activity=f.activity, volunteer=f.volunteer, account=f.account)
    if row is None:
        return None
    match f:
        case said.ParticipationAccepted():
            return replace(row, status="ACCEPTED")
        case said.ParticipationWaitlisted():
            return replace(row, status="WAITLISTED")
        case said.ParticipationDeclined():
            return replace(row, status="DECLINED")
        case said.ParticipationCheckedIn():
            return _checked(replace(row, status="CHECKED_IN", since=f.at), f.means, h)
        case said.ParticipationCheckedOut():
            out = replace(row, status="CHECKED_OUT", until=f.at, break_minutes=f.break_minutes)
            return _checked(out, f.means, h)
        case said.ParticipationCalculated():
            return replace(row, status="CALCULATED", minutes=f.minutes, booking=f.booking, on=f.on)
        case said.ParticipationAgreed():
            side = {"agreed_volunteer" if f.side == "VOLUNTEER" else "agreed_organiser": h.actor}
            return replace(row, **side)
        case said.ParticipationConfirmed():
            return replace(row, status="CONFIRMED", booked=f.minutes, team=f.team, area=f.area)
        case said.ParticipationDisputed():
            return replace(row, status="DISPUTED", disputed_by=h.actor)
        case said.ParticipationAdjusted():
            return replace(row, status="ADJUSTED", minutes=f.minutes, team=f.team, area=f.area, on=f.on)
    return row


def _checked(row: Participation, means: said.CheckMeans, h: Happening) -> Participation:
    return replace(row, checked_by=(*row.checked_by, h.actor)) if means == "LEADER" else row


def evolve_day(row: ServiceDay | None, f: Any, h: Happening) -> ServiceDay | None:
    """The day's spans; an adjustment changes the minutes of its own."""
    spans = row.spans if row else ()
    match f:
        case said.ParticipationCalculated():
            others = tuple(s for s in spans if s.activity != f.activity)
            return ServiceDay((*others, Span(f.activity, f.since, f.until, f.minutes)))
        case said.ParticipationAdjusted():
            return ServiceDay(tuple(replace(s, minutes=f.minutes) if s.activity == f.activity else s for s in spans))
    return row


def evolve_took(row: Took | None, f: Any, h: Happening) -> Took | None:
    """The first activity a referral opened stays the one."""
    return row or (Took(f.matter) if isinstance(f, ReferralTaken) else None)
