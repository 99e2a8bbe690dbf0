"""What hazards (隐患) say, from finding to striking off the list (销号) (domain rules 10.7).

No person stands here: descriptions, owners and reasons are in the owner's encrypted fields, a ``…_ref`` points there.
"""

from datetime import date, datetime
from typing import Literal

import msgspec

from shuniu.contracts.clock import Term
from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.insurance.claims import ClaimFile
from shuniu.contracts.summary import Place

__all__ = (
    "FACTS",
    "AccidentJoined",
    "AccidentMatched",
    "Colour",
    "Grade",
    "HazardAcceptanceAsked",
    "HazardAcceptanceRefused",
    "HazardCancelledOff",
    "HazardClaimLinked",
    "HazardControlled",
    "HazardDismissed",
    "HazardFact",
    "HazardFound",
    "HazardGraded",
    "HazardRecheckFailed",
    "HazardRechecked",
    "HazardRectified",
    "HazardRectifying",
    "HazardReferralBack",
    "HazardReferralSettled",
    "HazardReferralTaken",
    "HazardRegraded",
    "HazardReopened",
    "HazardReportedUp",
    "HazardResumed",
    "HazardReturned",
    "HazardRiskAccepted",
    "HazardRouted",
    "HazardSupervised",
    "HazardTakenUp",
    "HazardVerified",
    "HazardWay",
    "Holder",
    "MatchedHazard",
)

Grade = Literal["GENERAL", "MAJOR"]
Colour = Literal["RED", "ORANGE", "YELLOW", "BLUE"]
Holder = Literal["PUBLIC", "ENTERPRISE", "PRIVATE"]
"""Whose place it is: public ground, an enterprise's (§75 applies), a private owner's."""
HazardWay = Literal["GOV", "INSURER", "OWNER"]
BackCause = Literal["refused", "expired", "unsolved", "cancelled", "withdrawn"]


class HazardFact(Fact, frozen=True, kw_only=True):
    """Something said of one hazard."""

    hazard: str


@fact("insurance", "hazard.found.v1")
class HazardFound(HazardFact, frozen=True, kw_only=True):
    """Somebody found it; ``found_on`` may lie before the day it was entered. ``from_community``: §75 binds them."""

    number: str
    category: str
    area: str
    place: Place
    holder: Holder
    found_at: datetime
    from_community: bool
    insurer: str
    owner_unit: str = ""
    external: str = ""
    text_ref: str = ""
    evidence: tuple[ClaimFile, ...] = ()
    terms: tuple[Term, ...] = ()


@fact("insurance", "hazard.verified.v1")
class HazardVerified(HazardFact, frozen=True, kw_only=True):
    """It is there."""

    terms: tuple[Term, ...] = ()


@fact("insurance", "hazard.dismissed.v1")
class HazardDismissed(HazardFact, frozen=True, kw_only=True):
    """There is none, or it is on the list already (``twin``)."""

    reason: Literal["NOT_THERE", "NO_DANGER", "TWICE"]
    twin: str = ""


@fact("insurance", "hazard.reported_up.v1")
class HazardReportedUp(HazardFact, frozen=True, kw_only=True):
    """The residents' committee reported an enterprise's hazard to the government (安全生产法 §75)."""

    unit: str


@fact("insurance", "hazard.graded.v1")
class HazardGraded(HazardFact, frozen=True, kw_only=True):
    """How great the danger is, and by whom of which level that was said."""

    grade: Grade
    colour: Colour
    level: int
    terms: tuple[Term, ...] = ()


@fact("insurance", "hazard.regraded.v1")
class HazardRegraded(HazardFact, frozen=True, kw_only=True):
    """Another grade; a lower one comes from the grader's superior."""

    grade: Grade
    colour: Colour
    level: int
    reason_ref: str
    terms: tuple[Term, ...] = ()


@fact("insurance", "hazard.supervised.v1")
class HazardSupervised(HazardFact, frozen=True, kw_only=True):
    """A major hazard entered (or left) the government's supervision (重大隐患督办, 安全生产法 §41)."""

    supervised: bool


@fact("insurance", "hazard.routed.v1")
class HazardRouted(HazardFact, frozen=True, kw_only=True):
    """Who is to remove it: the government by referral, the insurer's team by work order, the owner by order."""

    way: HazardWay
    unit: str = ""
    to_kind: str = ""
    referral: str = ""
    order_ref: str = ""
    expires_at: datetime | None = None
    terms: tuple[Term, ...] = ()


@fact("insurance", "hazard.referral_taken.v1")
class HazardReferralTaken(HazardFact, frozen=True, kw_only=True):
    """The government's service opened a matter for it and works."""

    referral: str
    target: str
    target_kind: str
    target_matter: str
    target_number: str
    terms: tuple[Term, ...] = ()


@fact("insurance", "hazard.referral_settled.v1")
class HazardReferralSettled(HazardFact, frozen=True, kw_only=True):
    """They say it is removed; the recheck is still ours."""

    referral: str
    terms: tuple[Term, ...] = ()


@fact("insurance", "hazard.referral_back.v1")
class HazardReferralBack(HazardFact, frozen=True, kw_only=True):
    """It came to nothing there, or we took it back: it is routed anew. ``reason`` is a code of theirs."""

    referral: str
    cause: BackCause
    reason: str = ""
    terms: tuple[Term, ...] = ()


@fact("insurance", "hazard.returned.v1")
class HazardReturned(HazardFact, frozen=True, kw_only=True):
    """Team or owner cannot; it is routed anew."""

    reason_ref: str
    terms: tuple[Term, ...] = ()


@fact("insurance", "hazard.rectifying.v1")
class HazardRectifying(HazardFact, frozen=True, kw_only=True):
    """Work began (整改)."""

    terms: tuple[Term, ...] = ()


@fact("insurance", "hazard.controlled.v1")
class HazardControlled(HazardFact, frozen=True, kw_only=True):
    """Interim control (临时管控): a fence, a watch, a notice, until it is removed. The limit runs on."""

    measure_ref: str
    until: date
    evidence: tuple[ClaimFile, ...] = ()


@fact("insurance", "hazard.resumed.v1")
class HazardResumed(HazardFact, frozen=True, kw_only=True):
    """Rectifying goes on after interim control."""


@fact("insurance", "hazard.rectified.v1")
class HazardRectified(HazardFact, frozen=True, kw_only=True):
    """Removed, with evidence."""

    evidence: tuple[ClaimFile, ...]
    text_ref: str = ""
    terms: tuple[Term, ...] = ()


@fact("insurance", "hazard.rechecked.v1")
class HazardRechecked(HazardFact, frozen=True, kw_only=True):
    """Another person than the finder looked and it is gone."""

    evidence: tuple[ClaimFile, ...] = ()
    terms: tuple[Term, ...] = ()


@fact("insurance", "hazard.recheck_failed.v1")
class HazardRecheckFailed(HazardFact, frozen=True, kw_only=True):
    """It is still there: whoever had it goes on; what the government had is routed anew (``reroute``)."""

    reason_ref: str
    reroute: bool
    terms: tuple[Term, ...] = ()


@fact("insurance", "hazard.cancelled_off.v1")
class HazardCancelledOff(HazardFact, frozen=True, kw_only=True):
    """Struck off the list (销号); ``in_time`` says whether within the limit that ran since grading."""

    in_time: bool
    reopen_until: date


@fact("insurance", "hazard.reopened.v1")
class HazardReopened(HazardFact, frozen=True, kw_only=True):
    """It is back within the declared days."""

    reason_ref: str
    terms: tuple[Term, ...] = ()


@fact("insurance", "hazard.acceptance_asked.v1")
class HazardAcceptanceAsked(HazardFact, frozen=True, kw_only=True):
    """Somebody asks that the risk be borne for a while; ``level`` is theirs, ``public_text_ref`` the public notice."""

    reason_ref: str
    level: int
    review_on: date
    public_text_ref: str = ""


@fact("insurance", "hazard.acceptance_refused.v1")
class HazardAcceptanceRefused(HazardFact, frozen=True, kw_only=True):
    """No: it is to be removed."""

    reason_ref: str


@fact("insurance", "hazard.risk_accepted.v1")
class HazardRiskAccepted(HazardFact, frozen=True, kw_only=True):
    """Borne until the review date, approved one level up; a major one with public notice."""

    review_on: date
    public: bool
    level: int
    terms: tuple[Term, ...] = ()


@fact("insurance", "hazard.taken_up.v1")
class HazardTakenUp(HazardFact, frozen=True, kw_only=True):
    """A borne risk is to be removed after all."""

    terms: tuple[Term, ...] = ()


@fact("insurance", "hazard.claim_linked.v1")
class HazardClaimLinked(HazardFact, frozen=True, kw_only=True):
    """An accident happened so near; ``known``: the hazard was open on the list when it happened."""

    claim: str
    claim_number: str
    distance_m: int
    known: bool
    kind_match: bool


class MatchedHazard(msgspec.Struct, frozen=True, kw_only=True):
    """A hazard near an accident. ``kind_match``: its category is one that leads to accidents of that kind."""

    hazard: str
    number: str
    distance_m: int
    known: bool
    kind_match: bool


@fact("insurance", "accident.matched.v1")
class AccidentMatched(Fact, frozen=True, kw_only=True):
    """A claim's accident was compared with the list of hazards; the figures count each accident once."""

    incident: str
    claim: str
    area: str
    on: date
    known_hazard: bool
    hazards: tuple[MatchedHazard, ...] = ()


@fact("insurance", "accident.joined.v1")
class AccidentJoined(Fact, frozen=True, kw_only=True):
    """Two claims are of one accident after all, which then counts once. ``known_change`` corrects the figure."""

    incident: str
    into: str
    area: str
    on: date
    known: bool
    """Whether a hazard of the list explains this claim of it."""
    known_change: int


FACTS: tuple[type[Fact], ...] = (
    HazardFound,
    HazardVerified,
    HazardDismissed,
    HazardReportedUp,
    HazardGraded,
    HazardRegraded,
    HazardSupervised,
    HazardRouted,
    HazardReferralTaken,
    HazardReferralSettled,
    HazardReferralBack,
    HazardReturned,
    HazardRectifying,
    HazardControlled,
    HazardResumed,
    HazardRectified,
    HazardRechecked,
    HazardRecheckFailed,
    HazardCancelledOff,
    HazardReopened,
    HazardAcceptanceAsked,
    HazardAcceptanceRefused,
    HazardRiskAccepted,
    HazardTakenUp,
    HazardClaimLinked,
    AccidentMatched,
    AccidentJoined,
)
