"""Facts of grid events (网格事件), domain rules 2 and 10.3.

``matter`` is the event's id, a UUIDv7. Free text never travels: ``note`` (what was found, what was done) and
``contact`` (who called) are opaque references into the service's own encrypted person data, empty where there is none.
A fact that starts a limit carries its term; times of the facts themselves are the envelope's.
"""

from datetime import date
from typing import Literal

import msgspec

from shuniu.contracts.clock import Term
from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.summary import Place

__all__ = (
    "EventAccepted",
    "EventCategorised",
    "EventCheckStarted",
    "EventClosed",
    "EventDelayAsked",
    "EventDelayGranted",
    "EventDelayRefused",
    "EventDispatched",
    "EventDuplicateLetGo",
    "EventDuplicateTaken",
    "EventFact",
    "EventFedBack",
    "EventFiled",
    "EventHangAsked",
    "EventHangRefused",
    "EventHung",
    "EventMerged",
    "EventNotFiled",
    "EventReferralBack",
    "EventReferralSettled",
    "EventReferralTaken",
    "EventReferralWithdrawn",
    "EventReferred",
    "EventReported",
    "EventReturnAccepted",
    "EventReturnRefused",
    "EventReturned",
    "EventRevived",
    "EventSelfHandled",
    "EventSentBack",
    "EventUnmerged",
    "EventVerificationAsked",
    "EventVerified",
    "HangReason",
    "Level",
    "NeighbourReason",
    "NotFiledReason",
    "Photo",
    "ReviveWhen",
    "Source",
)

Source = Literal["GRID", "PUBLIC", "12345", "VIDEO", "SUPERIOR", "PETITION", "MEDIA", "INSURER", "SELF"]
"""Where a report comes from (来源, domain rules 12)."""

NeighbourReason = Literal["", "BOUNDARY", "ON_THE_WAY", "COVERING", "ASKED_TO_HELP"]
"""Why a worker reports outside the own grid: at the border, passing by, standing in, asked by the neighbour."""

NotFiledReason = Literal[
    "NOT_FOUND", "EMERGENCY", "LEGAL_CHANNEL", "REPEAT", "SECRET", "OUT_OF_SCOPE", "UNLAWFUL", "TAKEN_BACK"
]
"""Why an event is not filed (不予立案): not found on site, one of the six reasons of domain rules 1.18, or because
whoever referred it took the referral back before anybody had filed it."""

HangReason = Literal["ENGINEERING", "SEASONAL", "OWNERSHIP"]
"""Why an event may hang (挂账): engineering work, the season, unclear ownership; nothing else (domain rules 10.2)."""

ReviveWhen = Literal["WORKS_POSSIBLE", "SEASON_OVER", "OWNER_SETTLED", "FUNDS_GRANTED"]
"""What a hung event waits for (恢复条件): works can be done, the season is over, the owner is known, money is there."""

Level = Literal["", "grid", "community", "street", "district"]
"""At which level an event is solved (难在网中解, domain rules 11.5): by the grid itself, the community, a unit of the
street, the district (by way of a whistle or one of its departments)."""


class Photo(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the grid service by content: SHA-256 in hex, size in bytes, media type."""

    sha256: str
    size: int
    media_type: str


class EventFact(Fact, frozen=True, kw_only=True):
    """What all facts about one grid event share."""

    matter: str


@fact("grid", "event.reported.v1")
class EventReported(EventFact, frozen=True, kw_only=True):
    """上报: somebody reports an event in a grid."""

    number: str
    source: Source
    category: str
    area: str
    place: Place
    clue: bool = False
    """线索: about an enterprise; a grid worker may report it but not inspect (国办发〔2024〕54号, domain rules 0.2)."""
    neighbour_reason: NeighbourReason = ""
    reported_from: str = ""
    """Area of a reporter whose own scope does not cover ``area``."""
    before: tuple[Photo, ...] = ()
    note: str = ""
    contact: str = ""
    term: Term | None = None
    patrol: str = ""
    """Id of the patrol round on which it was found, and of the key spot it was found at."""
    spot: str = ""
    visit: str = ""
    """Id of the visit it was found at."""
    external: str = ""
    """Number in the system it was imported from."""


@fact("grid", "event.verification_asked.v1")
class EventVerificationAsked(EventFact, frozen=True, kw_only=True):
    """A report of the public is to be verified on site (核实) before it is filed (domain rules 2.2)."""

    term: Term


@fact("grid", "event.verified.v1")
class EventVerified(EventFact, frozen=True, kw_only=True):
    """核实属实: found on site as reported, and thereby filed."""

    photos: tuple[Photo, ...] = ()
    note: str = ""


@fact("grid", "event.filed.v1")
class EventFiled(EventFact, frozen=True, kw_only=True):
    """立案. ``automatic``: a grid worker's own finding needs no verification."""

    automatic: bool = False


@fact("grid", "event.not_filed.v1")
class EventNotFiled(EventFact, frozen=True, kw_only=True):
    """不予立案, with the reason."""

    reason: NotFiledReason
    note: str = ""


@fact("grid", "event.categorised.v1")
class EventCategorised(EventFact, frozen=True, kw_only=True):
    """The category was corrected before dispatch."""

    category: str
    clue: bool = False


@fact("grid", "event.self_handled.v1")
class EventSelfHandled(EventFact, frozen=True, kw_only=True):
    """自办: solved on the spot by a grid worker, with photos before and after."""

    before: tuple[Photo, ...]
    after: tuple[Photo, ...]
    note: str = ""
    term: Term
    level: Level = "grid"


@fact("grid", "event.dispatched.v1")
class EventDispatched(EventFact, frozen=True, kw_only=True):
    """派遣 to a unit; the limit of the category runs from here (domain rules 2.1). ``attempt`` counts from 1."""

    unit: str
    category: str
    attempt: int
    clue: bool = False
    note: str = ""
    term: Term
    level: Level = "street"


@fact("grid", "event.accepted.v1")
class EventAccepted(EventFact, frozen=True, kw_only=True):
    """The unit took it up (处理)."""

    unit: str


@fact("grid", "event.fed_back.v1")
class EventFedBack(EventFact, frozen=True, kw_only=True):
    """处理反馈: done, with photos after."""

    unit: str
    after: tuple[Photo, ...]
    note: str = ""


@fact("grid", "event.returned.v1")
class EventReturned(EventFact, frozen=True, kw_only=True):
    """回退: the unit says it is not its duty, and whose it is where it knows."""

    unit: str
    proposed: str = ""
    note: str = ""


@fact("grid", "event.return_accepted.v1")
class EventReturnAccepted(EventFact, frozen=True, kw_only=True):
    """The dispatch was wrong; to be dispatched anew. ``unit`` is the one that is let go."""

    unit: str


@fact("grid", "event.return_refused.v1")
class EventReturnRefused(EventFact, frozen=True, kw_only=True):
    """The unit is designated and may not return it again; its limit has run on."""


@fact("grid", "event.delay_asked.v1")
class EventDelayAsked(EventFact, frozen=True, kw_only=True):
    """延期申请 until the end of a day.

    ``leader``: it is for a leader of the centre to decide, on the strength of a stamped ``form``, because it is the
    second or of the unit's own estimate (domain rules 1.27).
    """

    until: date
    note: str = ""
    form: tuple[Photo, ...] = ()
    leader: bool = False


@fact("grid", "event.delay_granted.v1")
class EventDelayGranted(EventFact, frozen=True, kw_only=True):
    """延期: the system's own, and at most one more by a leader of the centre (domain rules 1.27)."""

    until: date
    term: Term


@fact("grid", "event.delay_refused.v1")
class EventDelayRefused(EventFact, frozen=True, kw_only=True):
    """No extension; the limit stands."""

    note: str = ""


@fact("grid", "event.hang_asked.v1")
class EventHangAsked(EventFact, frozen=True, kw_only=True):
    """挂账申请 with reason, review date and what it waits for; ``note`` is the written explanation (1.28)."""

    reason: HangReason
    review_on: date
    note: str = ""
    revive_when: ReviveWhen | None = None


@fact("grid", "event.hung.v1")
class EventHung(EventFact, frozen=True, kw_only=True):
    """挂账 into the problem bank (问题库), approved one level up; to be looked at again by the end of ``review_on``."""

    reason: HangReason
    review_on: date
    term: Term
    revive_when: ReviveWhen | None = None


@fact("grid", "event.hang_refused.v1")
class EventHangRefused(EventFact, frozen=True, kw_only=True):
    """It may not hang; the limit stands."""

    note: str = ""


@fact("grid", "event.revived.v1")
class EventRevived(EventFact, frozen=True, kw_only=True):
    """A hung event is taken up again; its limit starts anew."""

    term: Term


@fact("grid", "event.check_started.v1")
class EventCheckStarted(EventFact, frozen=True, kw_only=True):
    """核查 on site has begun."""

    term: Term


@fact("grid", "event.closed.v1")
class EventClosed(EventFact, frozen=True, kw_only=True):
    """核查结案 by somebody who did not process it."""

    photos: tuple[Photo, ...] = ()
    note: str = ""


@fact("grid", "event.sent_back.v1")
class EventSentBack(EventFact, frozen=True, kw_only=True):
    """返工: the check did not pass; the limit starts anew."""

    photos: tuple[Photo, ...] = ()
    note: str = ""
    term: Term


@fact("grid", "event.referred.v1")
class EventReferred(EventFact, frozen=True, kw_only=True):
    """转办 to whoever owns ``to_kind`` in ``to_scope``; what happens to it comes back as referral events."""

    referral: str
    to_scope: str
    to_kind: str
    reason: str
    unit: str = ""
    note: str = ""


@fact("grid", "event.referral_taken.v1")
class EventReferralTaken(EventFact, frozen=True, kw_only=True):
    """The target opened a matter for it."""

    referral: str
    target: str
    """CloudEvents source of the target."""
    target_kind: str
    target_matter: str
    target_number: str


@fact("grid", "event.referral_settled.v1")
class EventReferralSettled(EventFact, frozen=True, kw_only=True):
    """The target's matter ended solved: the event counts as fed back."""

    referral: str


@fact("grid", "event.referral_back.v1")
class EventReferralBack(EventFact, frozen=True, kw_only=True):
    """The referral came to nothing; the event is processed here again and its limit starts anew."""

    referral: str
    cause: Literal["refused", "expired", "unsolved", "cancelled"]
    reason: str = ""
    term: Term


@fact("grid", "event.referral_withdrawn.v1")
class EventReferralWithdrawn(EventFact, frozen=True, kw_only=True):
    """Whoever referred this event here took it back (撤回移交): ``made_by`` is not told any more how it ends.

    ``reason`` is a code of the sender's. What was filed goes on as the street's own; what was not is not filed.
    """

    referral: str
    made_by: str
    reason: str = ""


@fact("grid", "event.merged.v1")
class EventMerged(EventFact, frozen=True, kw_only=True):
    """并案: it tells of the same thing as ``main``, which goes on alone; from here on it counts once."""

    main: str
    main_number: str
    note: str = ""


@fact("grid", "event.unmerged.v1")
class EventUnmerged(EventFact, frozen=True, kw_only=True):
    """撤销并案: it was another thing after all and begins again."""

    main: str
    note: str


@fact("grid", "event.duplicate_taken.v1")
class EventDuplicateTaken(EventFact, frozen=True, kw_only=True):
    """A duplicate was merged into this event; ``reporter`` (an account id) is told when it closes."""

    duplicate: str
    number: str
    reporter: str


@fact("grid", "event.duplicate_let_go.v1")
class EventDuplicateLetGo(EventFact, frozen=True, kw_only=True):
    """A duplicate was taken out again."""

    duplicate: str
