"""Facts of volunteer activities (志愿服务活动) and of taking part in them, domain rules 10.8.

Volunteers are opaque ids; hours are integer minutes. A participation (参与) belongs to one activity and one volunteer.
What the time bank books: ``ParticipationConfirmed`` says the minutes once; ``ParticipationAdjusted`` says what they are
instead, and ``booked``, what had been confirmed before (0 where nothing had): the difference is what is to be booked.
"""

from datetime import date, datetime
from typing import Literal

import msgspec

from shuniu.contracts.clock import Term
from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.summary import Place
from shuniu.contracts.volunteer.volunteers import QualificationKind, Skill

__all__ = (
    "FACTS",
    "ActivityAmended",
    "ActivityArchived",
    "ActivityCancelled",
    "ActivityConfirmed",
    "ActivityDrafted",
    "ActivityFact",
    "ActivityFinished",
    "ActivityHoursPending",
    "ActivityInsured",
    "ActivityNoticed",
    "ActivityOpened",
    "ActivityPlan",
    "ActivityReady",
    "ActivityReturned",
    "ActivityReviewed",
    "ActivityStarted",
    "Booking",
    "CheckMeans",
    "DeclineReason",
    "ParticipationAccepted",
    "ParticipationAdjusted",
    "ParticipationAgreed",
    "ParticipationApplied",
    "ParticipationCalculated",
    "ParticipationCheckedIn",
    "ParticipationCheckedOut",
    "ParticipationConfirmed",
    "ParticipationDeclined",
    "ParticipationDisputed",
    "ParticipationFact",
    "ParticipationWaitlisted",
    "RequestOrigin",
)

Booking = Literal["PERSONAL", "TEAM"]
"""Whose hours they are: booked to the person or to the team, never both (domain rules 5.8, 10.8)."""
CheckMeans = Literal["QR", "PLACE", "LEADER"]
"""By the activity's code on the spot, by being there, by the leader's own word."""
DeclineReason = Literal["NO_MATCH", "FULL", "WITHDRAWN", "NOT_REACHED", "OTHER_REASON"]


class ActivityPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What is planned; on one business day (design choice: longer ones are several activities)."""

    category: str
    title: str
    area: str
    place: Place
    starts_at: datetime
    ends_at: datetime
    places: int
    danger: int = 0
    skills: tuple[Skill, ...] = ()
    qualification: QualificationKind | None = None
    booking: Booking = "PERSONAL"
    team: str = ""
    approval: bool = False
    """Applications wait for the leader; otherwise who fits and finds a place is accepted at once."""


class RequestOrigin(msgspec.Struct, frozen=True, kw_only=True):
    """The referral an activity answers: who made it, and the matter (of which service) it is about."""

    referral: str
    made_by: str
    source: str
    kind: str
    matter: str
    number: str


class ActivityFact(Fact, frozen=True, kw_only=True):
    """What all facts about one activity share."""

    activity: str


@fact("volunteer", "activity.drafted.v1")
class ActivityDrafted(ActivityFact, frozen=True, kw_only=True):
    """An activity was drafted; by referral its plan is what was known."""

    number: str
    organiser: str
    plan: ActivityPlan
    text_ref: str = ""
    origin: RequestOrigin | None = None
    term: Term | None = None


@fact("volunteer", "activity.amended.v1")
class ActivityAmended(ActivityFact, frozen=True, kw_only=True):
    """The draft's plan was put right."""

    organiser: str
    plan: ActivityPlan
    text_ref: str = ""


@fact("volunteer", "activity.reviewed.v1")
class ActivityReviewed(ActivityFact, frozen=True, kw_only=True):
    """Somebody else than who drafted it looked at it: true, safe, fit for volunteers."""


@fact("volunteer", "activity.returned.v1")
class ActivityReturned(ActivityFact, frozen=True, kw_only=True):
    """Back to the draft."""

    reason_ref: str


@fact("volunteer", "activity.opened.v1")
class ActivityOpened(ActivityFact, frozen=True, kw_only=True):
    """Volunteers may apply."""


@fact("volunteer", "activity.insured.v1")
class ActivityInsured(ActivityFact, frozen=True, kw_only=True):
    """The accident insurance of everybody who takes part (志愿服务条例 §17)."""

    insurance: str


@fact("volunteer", "activity.ready.v1")
class ActivityReady(ActivityFact, frozen=True, kw_only=True):
    """Everything is prepared; recruiting has ended."""


@fact("volunteer", "activity.started.v1")
class ActivityStarted(ActivityFact, frozen=True, kw_only=True):
    """It takes place."""


@fact("volunteer", "activity.finished.v1")
class ActivityFinished(ActivityFact, frozen=True, kw_only=True):
    """It is over."""


@fact("volunteer", "activity.hours_pending.v1")
class ActivityHoursPending(ActivityFact, frozen=True, kw_only=True):
    """Hours stand to be confirmed by both sides."""

    term: Term


@fact("volunteer", "activity.hours_confirmed.v1")
class ActivityConfirmed(ActivityFact, frozen=True, kw_only=True):
    """Everybody's hours are confirmed or adjusted."""


@fact("volunteer", "activity.noticed.v1")
class ActivityNoticed(ActivityFact, frozen=True, kw_only=True):
    """The hours are posted (公示), by number and never by name."""

    term: Term


@fact("volunteer", "activity.archived.v1")
class ActivityArchived(ActivityFact, frozen=True, kw_only=True):
    """The notice ended; nothing changes any more."""


@fact("volunteer", "activity.cancelled.v1")
class ActivityCancelled(ActivityFact, frozen=True, kw_only=True):
    """It does not take place; ``told`` are the accounts of who would have come."""

    reason: Literal["WEATHER", "TOO_FEW", "NOT_ALLOWED", "NOT_NEEDED", "REQUEST_REFUSED", "REQUEST_EXPIRED"]
    told: tuple[str, ...] = ()
    without_account: int = 0


class ParticipationFact(Fact, frozen=True, kw_only=True):
    """What all facts about one participation share."""

    activity: str
    volunteer: str


@fact("volunteer", "participation.applied.v1")
class ParticipationApplied(ParticipationFact, frozen=True, kw_only=True):
    """Somebody applied, or a leader did with their consent (``consent`` says how it was given)."""

    account: str = ""
    consent: Literal["SELF", "PHONE", "PAPER", "IN_PERSON"] = "SELF"


@fact("volunteer", "participation.accepted.v1")
class ParticipationAccepted(ParticipationFact, frozen=True, kw_only=True):
    """They have a place; ``moved_up`` from the waiting list by itself; ``was`` is where they stood before."""

    account: str = ""
    moved_up: bool = False
    was: Literal["APPLIED", "WAITLISTED"] = "APPLIED"


@fact("volunteer", "participation.waitlisted.v1")
class ParticipationWaitlisted(ParticipationFact, frozen=True, kw_only=True):
    """All places are taken; ``position`` on the waiting list from 1."""

    account: str = ""
    position: int


@fact("volunteer", "participation.declined.v1")
class ParticipationDeclined(ParticipationFact, frozen=True, kw_only=True):
    """They do not take part, by the leader's word or their own."""

    by: Literal["ORGANISER", "VOLUNTEER"]
    reason: DeclineReason
    was: Literal["APPLIED", "ACCEPTED", "WAITLISTED"]


@fact("volunteer", "participation.checked_in.v1")
class ParticipationCheckedIn(ParticipationFact, frozen=True, kw_only=True):
    """On the spot since ``at``. Where the telephone was is not kept."""

    at: datetime
    means: CheckMeans


@fact("volunteer", "participation.checked_out.v1")
class ParticipationCheckedOut(ParticipationFact, frozen=True, kw_only=True):
    """Left at ``at`` after breaks of so many minutes."""

    at: datetime
    break_minutes: int
    means: CheckMeans


@fact("volunteer", "participation.calculated.v1")
class ParticipationCalculated(ParticipationFact, frozen=True, kw_only=True):
    """The minutes that follow: down to a quarter of an hour, at most the activity's length and 8 h a day."""

    minutes: int
    booking: Booking
    on: date
    since: datetime
    until: datetime


@fact("volunteer", "participation.agreed.v1")
class ParticipationAgreed(ParticipationFact, frozen=True, kw_only=True):
    """One side says that the minutes are right; ``paper`` is the SHA-256 of a list the volunteer signed."""

    side: Literal["VOLUNTEER", "ORGANISER"]
    paper: str = ""


@fact("volunteer", "participation.confirmed.v1")
class ParticipationConfirmed(ParticipationFact, frozen=True, kw_only=True):
    """Both sides say so: the minutes count. Said once for a participation, never for 0 minutes twice."""

    minutes: int
    booking: Booking
    team: str
    area: str
    on: date


@fact("volunteer", "participation.disputed.v1")
class ParticipationDisputed(ParticipationFact, frozen=True, kw_only=True):
    """One side says the minutes are wrong."""

    side: Literal["VOLUNTEER", "ORGANISER"]
    reason_ref: str
    was: Literal["CALCULATED", "CONFIRMED"]


@fact("volunteer", "participation.adjusted.v1")
class ParticipationAdjusted(ParticipationFact, frozen=True, kw_only=True):
    """A second person decided: ``minutes`` count instead of the ``booked`` ones (0 where nothing was ``confirmed``)."""

    minutes: int
    booked: int
    confirmed: bool
    booking: Booking
    team: str
    area: str
    on: date
    reason_ref: str


FACTS: tuple[type[Fact], ...] = (
    ActivityDrafted,
    ActivityAmended,
    ActivityReviewed,
    ActivityReturned,
    ActivityOpened,
    ActivityInsured,
    ActivityReady,
    ActivityStarted,
    ActivityFinished,
    ActivityHoursPending,
    ActivityConfirmed,
    ActivityNoticed,
    ActivityArchived,
    ActivityCancelled,
    ParticipationApplied,
    ParticipationAccepted,
    ParticipationWaitlisted,
    ParticipationDeclined,
    ParticipationCheckedIn,
    ParticipationCheckedOut,
    ParticipationCalculated,
    ParticipationAgreed,
    ParticipationConfirmed,
    ParticipationDisputed,
    ParticipationAdjusted,
)
