"""What desk cases (办件) say (domain rules 3.20-3.25, 10.4; 行政许可法 §32-45).

No person stands here: who applies, every reason and every note are in the owner's encrypted fields, a ``…_ref`` points
there. Units are codes of the directory, materials codes of the guide, times UTC.
"""

from datetime import date, datetime
from typing import Literal

from shuniu.contracts.clock import Term
from shuniu.contracts.envelope import Fact, fact

__all__ = (
    "FACTS",
    "CaseAccepted",
    "CaseAcceptedWithGaps",
    "CaseConsulted",
    "CaseCorrectionAsked",
    "CaseDecided",
    "CaseDeemedAccepted",
    "CaseDelivered",
    "CaseExtended",
    "CaseGapsFilled",
    "CaseHandedBack",
    "CaseHandedOver",
    "CaseLapsed",
    "CasePaused",
    "CaseRefused",
    "CaseResubmitted",
    "CaseResumed",
    "CaseSubmitted",
    "CaseWithdrawn",
)

CaseChannel = Literal["WINDOW", "ONLINE", "HOME_VISIT"]
RefusalGround = Literal["NOT_NEEDED", "NOT_OURS"]
"""不需要许可、不属本机关职权 (行政许可法 §32 (1), (2))."""
Procedure = Literal["HEARING", "TEST", "INSPECTION", "APPRAISAL", "EXPERT_REVIEW", "SITE_CHECK"]
"""听证、检测、检验检疫、鉴定、专家评审、实地核查 (§34, §45)."""
Handing = Literal["PICK_UP", "POST", "DOWNLOAD", "HOME_DELIVERY"]
LapseCause = Literal["GAP", "CONSULTATION"]


@fact("services_desk", "case.consulted.v1")
class CaseConsulted(Fact, frozen=True, kw_only=True):
    """Somebody was told what an item needs (咨询): which version was shown, for which situation. No id is asked for."""

    case: str
    number: str
    item: str
    item_name: str
    version: int
    situation: dict[str, str]
    area: str
    channel: CaseChannel
    term: Term


@fact("services_desk", "case.submitted.v1")
class CaseSubmitted(Fact, frozen=True, kw_only=True):
    """An application was received (收件): from now on the law's clock runs.

    ``visit`` joins the items of one visit (一件事). ``handed`` came with it; ``reused`` is held from earlier and used
    again with the applicant's recorded consent.
    """

    case: str
    number: str
    visit: str
    item: str
    item_name: str
    version: int
    unit: str
    area: str
    channel: CaseChannel
    situation: dict[str, str]
    handed: tuple[str, ...]
    reused: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    legal_limit: int
    promised_limit: int
    joint: bool = False
    partners: tuple[str, ...] = ()
    life_event: str = ""
    consulted: bool = False
    """It began as a consultation: the same case goes on."""
    applicant_ref: str
    term: Term


@fact("services_desk", "case.refused.v1")
class CaseRefused(Fact, frozen=True, kw_only=True):
    """Told at once that it is not needed, or not ours and where to go."""

    case: str
    ground: RefusalGround
    where_unit: str = ""
    where_ref: str = ""


@fact("services_desk", "case.correction_asked.v1")
class CaseCorrectionAsked(Fact, frozen=True, kw_only=True):
    """Told once and completely what is missing or wrong (一次性告知)."""

    case: str
    materials: tuple[str, ...]
    """Complete: everything that has to come."""
    flawed: tuple[str, ...] = ()
    """Those of ``materials`` that were handed in and are not in order."""
    note_ref: str = ""


@fact("services_desk", "case.resubmitted.v1")
class CaseResubmitted(Fact, frozen=True, kw_only=True):
    """Everything on the list came: accepted."""

    case: str
    handed: tuple[str, ...]
    channel: CaseChannel
    unit: str
    tasks: tuple[str, ...] = ()
    terms: tuple[Term, ...]


@fact("services_desk", "case.accepted.v1")
class CaseAccepted(Fact, frozen=True, kw_only=True):
    """Complete and accepted (受理). ``tasks`` are the units whose opinion the item needs."""

    case: str
    unit: str
    tasks: tuple[str, ...] = ()
    terms: tuple[Term, ...]


@fact("services_desk", "case.deemed_accepted.v1")
class CaseDeemedAccepted(Fact, frozen=True, kw_only=True):
    """Nobody told in time what is missing: accepted as of receipt (§32 (4)); the limits run from then."""

    case: str
    accepted_at: datetime
    unit: str
    tasks: tuple[str, ...] = ()
    terms: tuple[Term, ...]


@fact("services_desk", "case.accepted_with_gaps.v1")
class CaseAcceptedWithGaps(Fact, frozen=True, kw_only=True):
    """Accepted on the applicant's written promise to bring ``gaps`` by ``until`` (容缺受理)."""

    case: str
    gaps: tuple[str, ...]
    until: date
    unit: str
    tasks: tuple[str, ...] = ()
    terms: tuple[Term, ...]


@fact("services_desk", "case.gaps_filled.v1")
class CaseGapsFilled(Fact, frozen=True, kw_only=True):
    """Some of what was promised came; with none left the case goes on as accepted."""

    case: str
    handed: tuple[str, ...]
    left: tuple[str, ...]
    channel: CaseChannel


@fact("services_desk", "case.lapsed.v1")
class CaseLapsed(Fact, frozen=True, kw_only=True):
    """It ended by itself: the promised material did not come, or a consultation led to nothing."""

    case: str
    cause: LapseCause


@fact("services_desk", "case.paused.v1")
class CasePaused(Fact, frozen=True, kw_only=True):
    """A special procedure began; the applicant was told in writing how long it takes. The limits stand still.

    ``staff`` are the accounts of who checks the site (at least two).
    """

    case: str
    procedure: Procedure
    days: int
    notice_ref: str
    staff: tuple[str, ...] = ()


@fact("services_desk", "case.resumed.v1")
class CaseResumed(Fact, frozen=True, kw_only=True):
    """The procedure is over; the limits go on with what was left of them."""

    case: str
    terms: tuple[Term, ...]
    result_ref: str = ""


@fact("services_desk", "case.extended.v1")
class CaseExtended(Fact, frozen=True, kw_only=True):
    """More time, once, by the leader; the applicant was told why."""

    case: str
    days: int
    term: Term
    reason_ref: str


@fact("services_desk", "case.handed_over.v1")
class CaseHandedOver(Fact, frozen=True, kw_only=True):
    """A department is asked for its part (一条龙), by the end of ``term``."""

    case: str
    unit: str
    by: str
    note_ref: str = ""
    term: Term | None = None


@fact("services_desk", "case.handed_back.v1")
class CaseHandedBack(Fact, frozen=True, kw_only=True):
    """The department gave its part back."""

    case: str
    unit: str
    agrees: bool
    opinion_ref: str
    late: bool = False


@fact("services_desk", "case.decided.v1")
class CaseDecided(Fact, frozen=True, kw_only=True):
    """Granted, or denied with reasons and the remedy told. ``on_the_spot``: while the applicant stood there."""

    case: str
    granted: bool
    unit: str
    on_the_spot: bool = False
    late: bool = False
    reason_ref: str = ""
    remedy_ref: str = ""
    term: Term


@fact("services_desk", "case.delivered.v1")
class CaseDelivered(Fact, frozen=True, kw_only=True):
    """The applicant has the result."""

    case: str
    how: Handing
    together: bool = False
    """With the other results of the visit, in one go."""


@fact("services_desk", "case.withdrawn.v1")
class CaseWithdrawn(Fact, frozen=True, kw_only=True):
    """The applicant took it back."""

    case: str
    by_code: bool = False
    reason_ref: str = ""


FACTS: tuple[type[Fact], ...] = (
    CaseConsulted,
    CaseSubmitted,
    CaseRefused,
    CaseCorrectionAsked,
    CaseResubmitted,
    CaseAccepted,
    CaseDeemedAccepted,
    CaseAcceptedWithGaps,
    CaseGapsFilled,
    CaseLapsed,
    CasePaused,
    CaseResumed,
    CaseExtended,
    CaseHandedOver,
    CaseHandedBack,
    CaseDecided,
    CaseDelivered,
    CaseWithdrawn,
)
