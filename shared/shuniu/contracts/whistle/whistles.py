"""What whistles (吹哨报到) say: the facts of the whistle service (domain rules 10.1).

Free text never stands here: a ``…_ref`` points into the owner's encrypted fields. Actors stand in the envelope. Unit
fields hold codes of the unit directory, times are UTC, dates are business dates (Asia/Shanghai).
"""

from datetime import date, datetime
from typing import Literal

import msgspec

from shuniu.contracts.clock import Term
from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.summary import Place

__all__ = (
    "FACTS",
    "AnswerReceived",
    "CalledUnit",
    "CallerWithdrew",
    "CalloutAdded",
    "CalloutContacted",
    "CalloutFinished",
    "CalloutObjected",
    "CalloutRated",
    "CalloutReported",
    "CalloutSigned",
    "CalloutStarted",
    "CalloutUpheld",
    "CalloutWaived",
    "CalloutWithdrawn",
    "Direction",
    "EvidenceRef",
    "ExtensionApproved",
    "ExtensionDeclined",
    "ExtensionRequested",
    "HistoryCarried",
    "MatterKey",
    "MeetingAnnounced",
    "Origin",
    "Party",
    "PartyRefused",
    "PartySettled",
    "PartyTook",
    "PastCallout",
    "PastPhase",
    "PastWhistle",
    "PhaseAccepted",
    "PhasePlanned",
    "PhaseReplanned",
    "PhaseReturned",
    "PhaseStarted",
    "PhaseSubmitted",
    "UnitRoleCode",
    "WhistleAmended",
    "WhistleBlown",
    "WhistleCancelled",
    "WhistleClosed",
    "WhistleDrafted",
    "WhistleEscalated",
    "WhistleEvaluated",
    "WhistleFollowed",
    "WhistleKind",
    "WhistleLinked",
    "WhistlePlan",
    "WhistleReblown",
    "WhistleResolved",
    "WhistleReturned",
    "WhistleSubmitted",
)

Direction = Literal["UP", "CROSS", "DOWN"]
"""UP: the street calls departments; CROSS: other streets and districts; DOWN: a community or firm calls the street."""
WhistleKind = Literal["ROUTINE", "HARD", "DOWN"]
"""ROUTINE 工作推进哨, HARD 攻坚克难哨; a DOWN whistle has no such kind and says DOWN."""
UnitRoleCode = Literal["LEAD", "CO"]
"""LEAD 主责, CO 协办. Units that are only told (知会) are listed in ``inform`` and have no callout."""


class CalledUnit(msgspec.Struct, frozen=True, kw_only=True):
    """One callout (被吹哨单位) as it comes into being."""

    callout: str
    unit: str
    role: UnitRoleCode
    scope: str = ""
    """The other scope it belongs to, for a party of a CROSS whistle; "": this one. ``unit`` may then be "" for the
    other street or district as such."""


class EvidenceRef(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the whistle service by content: SHA-256 in hex, size in bytes, media type."""

    sha256: str
    size: int
    media_type: str


class MatterKey(msgspec.Struct, frozen=True, kw_only=True):
    """Another service's matter, as summaries name it."""

    source: str
    kind: str
    matter: str


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """A party of a CROSS whistle in another scope; ``unit`` "" is the street or district that scope is."""

    scope: str
    unit: str = ""
    role: UnitRoleCode = "CO"


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a whistle came from that another scope called us to: what it asked, of whom, until when."""

    scope: str
    source: str
    whistle: str
    number: str
    role: str
    unit: str = ""
    finish_by: date | None = None


class WhistlePlan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a draft says, whole (a later plan replaces an earlier one)."""

    kind: WhistleKind
    item: str
    """Code of the whistle list (事项清单) or of one of its off-list groups; "" while the draft does not say."""
    off_list: bool
    area: str
    place: Place
    lead: str
    co: tuple[str, ...]
    inform: tuple[str, ...]
    wanted_on: date | None
    """Date by which the caller wants it finished; None: the profile's default from the day it is blown."""
    subject: MatterKey | None
    open_key: str
    """What makes two whistles be about the same matter; at most one of them is open at a time."""
    item_title: str = ""
    """The entry's title (zh-CN) as the list had it, so that a later version does not rename an old whistle."""
    group: str = ""
    """Class of the list the item belongs to."""
    list_version: str = ""
    parties: tuple[Party, ...] = ()
    """Parties in other scopes; over these and ``lead`` there is one LEAD."""
    profile: str = ""
    """Limit profile the list gives the item; "": that of the direction."""


class PastPhase(msgspec.Struct, frozen=True, kw_only=True):
    """A phase of an earlier whistle of the chain."""

    seq: int
    work: str
    status: str
    sent_back: int = 0
    evidence: tuple[EvidenceRef, ...] = ()


class PastCallout(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's part in an earlier whistle of the chain; ``scores`` (response, attitude, result) or nothing."""

    unit: str
    role: UnitRoleCode
    status: str
    scope: str = ""
    late: tuple[str, ...] = ()
    """Clocks whose limit it passed."""
    scores: tuple[int, ...] = ()
    evidence: tuple[EvidenceRef, ...] = ()
    phases: tuple[PastPhase, ...] = ()


class PastWhistle(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier whistle of the chain (哨链); ``link`` is its place in it, from 1."""

    whistle: str
    number: str
    link: int
    kind: WhistleKind
    blown_at: datetime | None
    resolved_at: datetime | None
    late_marks: int
    callouts: tuple[PastCallout, ...]


@fact("whistle", "whistle.drafted.v1")
class WhistleDrafted(Fact, frozen=True, kw_only=True):
    """A whistle was drafted, by a person, out of a referral or as the next link of a chain."""

    whistle: str
    number: str
    direction: Direction
    caller_unit: str
    plan: WhistlePlan
    title: str = ""
    """Published title of the matter it was made of, until an item of the list is named."""
    previous: str = ""
    previous_number: str = ""
    chain: int = 1
    """How many whistles this chain has, this one included (case 1.3 had eight)."""
    description_ref: str = ""
    contact_ref: str = ""
    off_list_ref: str = ""
    draft_term: Term | None = None
    origin: Origin | None = None
    """For a whistle that another scope called us to."""


@fact("whistle", "whistle.amended.v1")
class WhistleAmended(Fact, frozen=True, kw_only=True):
    """The draft was completed or corrected; refs that are "" leave the earlier text."""

    whistle: str
    number: str
    plan: WhistlePlan
    description_ref: str = ""
    contact_ref: str = ""
    off_list_ref: str = ""
    draft_term: Term | None = None


@fact("whistle", "whistle.submitted.v1")
class WhistleSubmitted(Fact, frozen=True, kw_only=True):
    """Put before those who may blow it."""

    whistle: str


@fact("whistle", "whistle.returned.v1")
class WhistleReturned(Fact, frozen=True, kw_only=True):
    """Those who may blow it sent it back to the draft."""

    whistle: str
    reason_ref: str


@fact("whistle", "whistle.blown.v1")
class WhistleBlown(Fact, frozen=True, kw_only=True):
    """Blown (吹哨): the units are called and their limits run."""

    whistle: str
    kind: WhistleKind
    callouts: tuple[CalledUnit, ...]
    inform: tuple[str, ...]
    finish_by: date
    terms: tuple[Term, ...]
    list_version: str = ""
    """Version of the whistle list it was blown under; it keeps that one."""


@fact("whistle", "whistle.cancelled.v1")
class WhistleCancelled(Fact, frozen=True, kw_only=True):
    """Called off before it was resolved. ``told`` are the units that had signed and must hear of it."""

    whistle: str
    reason: Literal["CANCELLED", "REFERRAL_REFUSED", "REFERRAL_EXPIRED", "CALLER_WITHDREW"]
    told: tuple[str, ...]
    open_key: str
    reason_ref: str = ""


@fact("whistle", "whistle.escalated.v1")
class WhistleEscalated(Fact, frozen=True, kw_only=True):
    """Raised (升级): from now on HARD and under the district's eye; ``automatic`` after two late marks."""

    whistle: str
    automatic: bool
    late_marks: int
    was: WhistleKind
    reason_ref: str = ""


@fact("whistle", "whistle.linked.v1")
class WhistleLinked(Fact, frozen=True, kw_only=True):
    """Another matter turned out to be the same thing and hangs on to this whistle."""

    whistle: str
    subject: MatterKey


@fact("whistle", "whistle.resolved.v1")
class WhistleResolved(Fact, frozen=True, kw_only=True):
    """Every callout is finished, waived or withdrawn; now they are rated."""

    whistle: str
    term: Term


@fact("whistle", "whistle.evaluated.v1")
class WhistleEvaluated(Fact, frozen=True, kw_only=True):
    """Every callout that worked is rated (一哨一考核)."""

    whistle: str


@fact("whistle", "whistle.closed.v1")
class WhistleClosed(Fact, frozen=True, kw_only=True):
    """Solved and closed."""

    whistle: str
    open_key: str
    chain: int


@fact("whistle", "whistle.reblown.v1")
class WhistleReblown(Fact, frozen=True, kw_only=True):
    """Rated but not solved: whistle ``next`` goes on with the matter (复哨)."""

    whistle: str
    next: str
    next_number: str
    reason_ref: str


@fact("whistle", "whistle.followed.v1")
class WhistleFollowed(Fact, frozen=True, kw_only=True):
    """A closed whistle's matter came back: whistle ``next`` takes it up; ``within_90_days`` it counts as not solved."""

    whistle: str
    next: str
    next_number: str
    within_90_days: bool
    closed_on: date


@fact("whistle", "history.carried.v1")
class HistoryCarried(Fact, frozen=True, kw_only=True):
    """A new link of a chain takes on what an earlier whistle was: one of its callouts, or some of a callout's phases.

    ``part`` is the callout's place among those of ``past``.
    """

    whistle: str
    past: PastWhistle
    part: int


@fact("whistle", "meeting.announced.v1")
class MeetingAnnounced(Fact, frozen=True, kw_only=True):
    """The units were told of a push meeting (推进会), a day before it at the latest (1.3)."""

    whistle: str
    at: datetime
    units: tuple[str, ...]
    where_ref: str


@fact("whistle", "callout.signed.v1")
class CalloutSigned(Fact, frozen=True, kw_only=True):
    """The called unit took the callout (签收)."""

    whistle: str
    callout: str
    unit: str


@fact("whistle", "callout.objected.v1")
class CalloutObjected(Fact, frozen=True, kw_only=True):
    """The called unit says another unit is in charge (异议)."""

    whistle: str
    callout: str
    unit: str
    instead: str
    reason_ref: str


@fact("whistle", "callout.upheld.v1")
class CalloutUpheld(Fact, frozen=True, kw_only=True):
    """The district holds to the callout; the unit may not return it any more."""

    whistle: str
    callout: str
    unit: str
    terms: tuple[Term, ...]
    reason_ref: str = ""


@fact("whistle", "callout.withdrawn.v1")
class CalloutWithdrawn(Fact, frozen=True, kw_only=True):
    """The district agrees with the objection; ``replaced_by`` is the callout of the unit it designates."""

    whistle: str
    callout: str
    unit: str
    replaced_by: str
    reason_ref: str = ""


@fact("whistle", "callout.added.v1")
class CalloutAdded(Fact, frozen=True, kw_only=True):
    """A unit is called later than the others; a designated one may not return the callout."""

    whistle: str
    called: CalledUnit
    designated: bool
    terms: tuple[Term, ...]


@fact("whistle", "callout.contacted.v1")
class CalloutContacted(Fact, frozen=True, kw_only=True):
    """The unit contacted the caller (对接)."""

    whistle: str
    callout: str
    unit: str
    note_ref: str = ""


@fact("whistle", "callout.reported.v1")
class CalloutReported(Fact, frozen=True, kw_only=True):
    """The caller confirms that the unit reported in (报到): when, where, how many people."""

    whistle: str
    callout: str
    unit: str
    at: datetime
    people: int
    where_ref: str


@fact("whistle", "callout.started.v1")
class CalloutStarted(Fact, frozen=True, kw_only=True):
    """Work began: measures are agreed and when it is to be finished."""

    whistle: str
    callout: str
    unit: str
    finish_on: date
    measures_ref: str
    term: Term


@fact("whistle", "party.took.v1")
class PartyTook(Fact, frozen=True, kw_only=True):
    """The other scope opened a matter of its own for our call."""

    whistle: str
    callout: str
    unit: str
    scope: str
    source: str
    matter: str
    number: str


@fact("whistle", "answer.received.v1")
class AnswerReceived(Fact, frozen=True, kw_only=True):
    """How one unit of the other scope stands, by its own answer and its own clock."""

    whistle: str
    callout: str
    unit: str
    scope: str
    of_unit: str
    status: str
    due_at: datetime | None = None
    late: bool = False


@fact("whistle", "party.refused.v1")
class PartyRefused(Fact, frozen=True, kw_only=True):
    """The other scope refused, called its part off, or let the call lapse; ``reason`` is a code of its catalogue."""

    whistle: str
    callout: str
    unit: str
    scope: str
    reason: str
    lapsed: bool


@fact("whistle", "party.settled.v1")
class PartySettled(Fact, frozen=True, kw_only=True):
    """The other scope ended what it had opened: ``solved`` or ``unsolved``."""

    whistle: str
    callout: str
    unit: str
    scope: str
    outcome: str


@fact("whistle", "caller.withdrew.v1")
class CallerWithdrew(Fact, frozen=True, kw_only=True):
    """The scope that called us does without us."""

    whistle: str
    referral: str
    made_by: str


@fact("whistle", "extension.requested.v1")
class ExtensionRequested(Fact, frozen=True, kw_only=True):
    """The unit asks for a later date, once."""

    whistle: str
    callout: str
    unit: str
    finish_on: date
    reason_ref: str


@fact("whistle", "extension.approved.v1")
class ExtensionApproved(Fact, frozen=True, kw_only=True):
    """The later date is granted."""

    whistle: str
    callout: str
    unit: str
    finish_on: date
    term: Term


@fact("whistle", "extension.declined.v1")
class ExtensionDeclined(Fact, frozen=True, kw_only=True):
    """The agreed date stands."""

    whistle: str
    callout: str
    unit: str
    reason_ref: str = ""


@fact("whistle", "callout.waived.v1")
class CalloutWaived(Fact, frozen=True, kw_only=True):
    """The caller does without this supporting unit."""

    whistle: str
    callout: str
    unit: str
    reason_ref: str


@fact("whistle", "callout.finished.v1")
class CalloutFinished(Fact, frozen=True, kw_only=True):
    """The unit's work is done; ``by_phases`` when its last phase was accepted."""

    whistle: str
    callout: str
    unit: str
    by_phases: bool
    evidence: tuple[EvidenceRef, ...] = ()
    note_ref: str = ""


@fact("whistle", "callout.rated.v1")
class CalloutRated(Fact, frozen=True, kw_only=True):
    """The caller rated the unit, each from 1 to 5: how it responded, how it behaved, what came of it."""

    whistle: str
    callout: str
    unit: str
    response: int
    attitude: int
    result: int
    note_ref: str = ""


@fact("whistle", "phase.planned.v1")
class PhasePlanned(Fact, frozen=True, kw_only=True):
    """A phase of the remediation is planned after those there are (分阶段整治)."""

    whistle: str
    callout: str
    phase: str
    seq: int
    work: str
    """Code of the kind of work (拆违, 移车, …)."""
    due_on: date
    note_ref: str = ""
    start_on: date | None = None
    after: tuple[str, ...] | None = None
    """Phases it waits for; None (earlier releases): the one before it in its callout."""
    owner: str = ""
    """Post or role that answers for it in the unit."""


@fact("whistle", "phase.replanned.v1")
class PhaseReplanned(Fact, frozen=True, kw_only=True):
    """A phase that has not begun is planned otherwise; everything is said anew."""

    whistle: str
    callout: str
    phase: str
    due_on: date
    start_on: date | None
    after: tuple[str, ...]
    owner: str
    note_ref: str = ""


@fact("whistle", "phase.started.v1")
class PhaseStarted(Fact, frozen=True, kw_only=True):
    """Work on the phase began, first or again after it was sent back."""

    whistle: str
    callout: str
    phase: str
    term: Term
    before: tuple[EvidenceRef, ...] = ()
    """How it looked before the work began."""


@fact("whistle", "phase.submitted.v1")
class PhaseSubmitted(Fact, frozen=True, kw_only=True):
    """The unit shows what it did."""

    whistle: str
    callout: str
    phase: str
    evidence: tuple[EvidenceRef, ...]
    note_ref: str = ""


@fact("whistle", "phase.accepted.v1")
class PhaseAccepted(Fact, frozen=True, kw_only=True):
    """The caller accepts the phase (验收)."""

    whistle: str
    callout: str
    phase: str
    note_ref: str = ""


@fact("whistle", "phase.returned.v1")
class PhaseReturned(Fact, frozen=True, kw_only=True):
    """The caller sends the phase back (退回整改)."""

    whistle: str
    callout: str
    phase: str
    reason_ref: str


FACTS: tuple[type[Fact], ...] = (
    WhistleDrafted,
    WhistleAmended,
    WhistleSubmitted,
    WhistleReturned,
    WhistleBlown,
    WhistleCancelled,
    WhistleEscalated,
    WhistleLinked,
    WhistleResolved,
    WhistleEvaluated,
    WhistleClosed,
    WhistleReblown,
    WhistleFollowed,
    HistoryCarried,
    MeetingAnnounced,
    CalloutSigned,
    CalloutObjected,
    CalloutUpheld,
    CalloutWithdrawn,
    CalloutAdded,
    CalloutContacted,
    CalloutReported,
    CalloutStarted,
    PartyTook,
    AnswerReceived,
    PartyRefused,
    PartySettled,
    CallerWithdrew,
    ExtensionRequested,
    ExtensionApproved,
    ExtensionDeclined,
    CalloutWaived,
    CalloutFinished,
    CalloutRated,
    PhasePlanned,
    PhaseReplanned,
    PhaseStarted,
    PhaseSubmitted,
    PhaseAccepted,
    PhaseReturned,
)
