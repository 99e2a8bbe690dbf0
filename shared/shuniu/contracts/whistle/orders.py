"""What hotline orders (诉求工单) say (domain rules 1.12-1.18, 10.2, 12).

No person stands here: the caller, every text and every note are in the owner's encrypted fields, a ``…_ref`` points
there. Unit fields hold codes of the unit directory, times are UTC, dates are business dates (Asia/Shanghai).
"""

from datetime import date, datetime
from typing import Literal

import msgspec

from shuniu.contracts.clock import Term
from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.summary import Place
from shuniu.contracts.whistle.whistles import EvidenceRef

__all__ = (
    "FACTS",
    "Appeal",
    "Channel",
    "Dispatched",
    "Ground",
    "Leaning",
    "Obstacle",
    "OrderAnswered",
    "OrderCallBackDeclined",
    "OrderCalledBack",
    "OrderClass",
    "OrderClassified",
    "OrderClosed",
    "OrderContacted",
    "OrderDelivered",
    "OrderDispatched",
    "OrderExtended",
    "OrderFedBack",
    "OrderHangAsked",
    "OrderHangDeclined",
    "OrderHangKept",
    "OrderHeld",
    "OrderHung",
    "OrderInvolved",
    "OrderJoined",
    "OrderMerged",
    "OrderNotAccepted",
    "OrderObjected",
    "OrderReceived",
    "OrderRedispatched",
    "OrderReferralAnswered",
    "OrderReferred",
    "OrderResumed",
    "OrderRevived",
    "OrderReworked",
    "OrderSigned",
    "OrderSoundedOut",
    "OrderStarted",
    "OrderTransferred",
    "OrderWhistled",
    "Origin",
    "Satisfaction",
    "TakenOverBy",
)

Appeal = Literal["CONSULT", "HELP", "COMPLAINT", "REPORT", "SUGGEST", "THANKS", "OTHER"]
"""诉求类型: 咨询、求助、投诉、举报、建议、感谢、其他 (1.12, 12)."""
OrderClass = Literal["EMERGENCY", "UTILITY", "NORMAL", "COMPLEX", "SUPERVISED"]
Ground = Literal["EMERGENCY", "LEGAL_CHANNEL", "REPEAT", "SECRET", "OUT_OF_SCOPE", "UNLAWFUL"]
"""The six grounds for not accepting (不予受理, 1.18)."""
Obstacle = Literal["ENGINEERING", "SEASONAL", "OWNERSHIP"]
"""Why an order may be hung (挂账): works impossible, season, unclear ownership (10.2)."""
Origin = Literal["12345", "GRID", "VIDEO", "PUBLIC", "SUPERIOR", "PETITION", "MEDIA", "INSURER", "SELF"]
"""诉求来源 (12)."""
Channel = Literal["PHONE", "PAGE", "API", "SHEET"]
"""How it came in: a call, the public page, a program, a spreadsheet."""
Satisfaction = Literal["VERY_SAT", "SAT", "BASIC", "UNSAT", "VERY_UNSAT"]
Leaning = Literal["SATISFIED", "UNSURE", "DISSATISFIED"]
"""How a person leans before the result goes in (倾向满意、不确定、倾向不满意, 1.25)."""
TakenOverBy = Literal["110", "119", "120", "122", "PETITION"]


@fact("whistle", "order.received.v1")
class OrderReceived(Fact, frozen=True, kw_only=True):
    """A request came in (受理登记)."""

    order: str
    number: str
    channel: Channel
    origin: Origin
    appeal: Appeal
    category: str
    area: str
    place: Place
    text_ref: str
    caller_ref: str = ""
    """"" for somebody who left neither name nor number."""
    external_number: str = ""
    """Number of the order where it came from."""
    call_back: bool = True
    """False: the person explicitly wants no call-back."""
    evidence: tuple[EvidenceRef, ...] = ()
    """Photos the person sent along."""


@fact("whistle", "order.classified.v1")
class OrderClassified(Fact, frozen=True, kw_only=True):
    """What it is and how urgent (分类); ``at_spot`` counts the orders of the last months about the same at the spot."""

    order: str
    order_class: OrderClass
    appeal: Appeal
    category: str
    area: str
    place: Place
    at_spot: int
    repeat_of: str = ""
    """An earlier order of the same person about the same thing."""


@fact("whistle", "order.answered.v1")
class OrderAnswered(Fact, frozen=True, kw_only=True):
    """Answered while the person was on the line (直接答复)."""

    order: str
    answer_ref: str


@fact("whistle", "order.not_accepted.v1")
class OrderNotAccepted(Fact, frozen=True, kw_only=True):
    """Not accepted, and the person was told why (不予受理)."""

    order: str
    ground: Ground
    previous: str = ""
    """For REPEAT: the order whose result the person was told."""
    told_ref: str
    leaves: bool = False
    """Whether the order leaves the denominators of the rates, as the rate profile says (domain rules 11)."""


@fact("whistle", "order.transferred.v1")
class OrderTransferred(Fact, frozen=True, kw_only=True):
    """Handed to those whose it is: an emergency line or the petition office (转接、转办)."""

    order: str
    to: TakenOverBy
    note_ref: str = ""
    leaves: bool = False
    """Whether the order leaves the denominators of the rates, as the rate profile says (domain rules 11)."""


class Dispatched(msgspec.Struct, frozen=True, kw_only=True):
    """Who shall handle an order and until when (派单): the order carries its limits (1.14)."""

    lead: str
    co: tuple[str, ...] = ()
    inform: tuple[str, ...] = ()
    profile: str
    terms: tuple[Term, ...]
    """Sign, contact and handle."""
    object_by: datetime | None = None
    """The end of the window for an objection; None: the unit is designated and may not return the order."""


@fact("whistle", "order.dispatched.v1")
class OrderDispatched(Fact, frozen=True, kw_only=True):
    """Sent to the unit in charge (派单). ``way``: responsibility clear, only the area clear, or after discussion."""

    order: str
    way: Literal["DIRECT", "AREA", "CONSULTED"]
    given: Dispatched


@fact("whistle", "order.redispatched.v1")
class OrderRedispatched(Fact, frozen=True, kw_only=True):
    """The review agreed with the objection and designates another unit (改派)."""

    order: str
    was: str
    given: Dispatched
    reason_ref: str = ""


@fact("whistle", "order.held.v1")
class OrderHeld(Fact, frozen=True, kw_only=True):
    """The review holds to the unit, which may not return the order any more (维持派单)."""

    order: str
    given: Dispatched
    reason_ref: str = ""


@fact("whistle", "order.signed.v1")
class OrderSigned(Fact, frozen=True, kw_only=True):
    """The unit took the order (签收)."""

    order: str
    unit: str


@fact("whistle", "order.objected.v1")
class OrderObjected(Fact, frozen=True, kw_only=True):
    """The unit says another one is in charge (派单异议)."""

    order: str
    unit: str
    instead: str
    reason_ref: str


@fact("whistle", "order.contacted.v1")
class OrderContacted(Fact, frozen=True, kw_only=True):
    """The unit contacted the person (先行联系)."""

    order: str
    unit: str
    means: Literal["PHONE", "VISIT", "SMS", "WEB", "LETTER"]
    note_ref: str = ""


@fact("whistle", "order.started.v1")
class OrderStarted(Fact, frozen=True, kw_only=True):
    """Work began (办理)."""

    order: str
    unit: str
    note_ref: str = ""


@fact("whistle", "order.involved.v1")
class OrderInvolved(Fact, frozen=True, kw_only=True):
    """The first unit calls in another one; it goes on leading (首接负责, 1.14)."""

    order: str
    unit: str
    by: str
    reason_ref: str = ""


@fact("whistle", "order.delivered.v1")
class OrderDelivered(Fact, frozen=True, kw_only=True):
    """A supporting unit gave its result to the first unit, or explained where it stands (``interim``) (1.14)."""

    order: str
    unit: str
    interim: bool
    note_ref: str


@fact("whistle", "order.extended.v1")
class OrderExtended(Fact, frozen=True, kw_only=True):
    """The limit is longer, once, as a law allows; the person was told why, and the hotline hears it by this (1.15)."""

    order: str
    unit: str
    until: date
    term: Term
    law_ref: str
    reason_ref: str
    told_by: Literal["PHONE", "VISIT", "SMS", "WEB", "LETTER"]


@fact("whistle", "order.sounded_out.v1")
class OrderSoundedOut(Fact, frozen=True, kw_only=True):
    """The street asked the person before the result went in (预回访); leaning to dissatisfied is a warning (1.25)."""

    order: str
    means: Literal["PHONE", "SMS", "WEB"]
    leaning: Leaning
    note_ref: str = ""


@fact("whistle", "order.fed_back.v1")
class OrderFedBack(Fact, frozen=True, kw_only=True):
    """The result was given to the person and to the hotline (反馈)."""

    order: str
    unit: str
    told_by: Literal["PHONE", "VISIT", "SMS", "WEB", "LETTER", ""]
    """"" when the whistle that the order waited for was solved: then the call-back tells the person."""
    term: Term
    """How long the call-back may take."""
    evidence: tuple[EvidenceRef, ...] = ()
    note_ref: str = ""


@fact("whistle", "order.call_back_declined.v1")
class OrderCallBackDeclined(Fact, frozen=True, kw_only=True):
    """The person explicitly wants no call-back."""

    order: str
    note_ref: str = ""


@fact("whistle", "order.called_back.v1")
class OrderCalledBack(Fact, frozen=True, kw_only=True):
    """The person was asked (回访). Not ``valid``: nobody reached, or no answer; then it counts for no rate."""

    order: str
    means: Literal["PHONE", "SMS", "WEB"]
    valid: bool
    solved: bool = False
    satisfaction: Satisfaction | None = None
    note_ref: str = ""


@fact("whistle", "order.reworked.v1")
class OrderReworked(Fact, frozen=True, kw_only=True):
    """Called back as not solved: handled again (重办)."""

    order: str
    round: int
    term: Term
    note_ref: str = ""


@fact("whistle", "order.closed.v1")
class OrderClosed(Fact, frozen=True, kw_only=True):
    """The end (办结归档)."""

    order: str
    outcome: Literal["SOLVED", "UNSOLVED", "UNKNOWN"]
    """As the last valid call-back says; UNKNOWN without one."""
    note_ref: str = ""


@fact("whistle", "order.hang_asked.v1")
class OrderHangAsked(Fact, frozen=True, kw_only=True):
    """The unit asks to hang the order (申请挂账)."""

    order: str
    unit: str
    obstacle: Obstacle
    review_on: date
    reason_ref: str
    revival_ref: str
    """The condition under which work goes on."""


@fact("whistle", "order.hang_declined.v1")
class OrderHangDeclined(Fact, frozen=True, kw_only=True):
    """One level up says no."""

    order: str
    reason_ref: str


@fact("whistle", "order.hung.v1")
class OrderHung(Fact, frozen=True, kw_only=True):
    """Hung (挂账), approved one level up; looked at again by ``review_on``, within 90 days."""

    order: str
    obstacle: Obstacle
    review_on: date
    term: Term
    leaves: bool = False
    """Whether the order leaves the denominators of the rates, as the rate profile says (domain rules 11)."""


@fact("whistle", "order.hang_kept.v1")
class OrderHangKept(Fact, frozen=True, kw_only=True):
    """Reviewed: the condition is not there yet."""

    order: str
    review_on: date
    term: Term
    note_ref: str = ""


@fact("whistle", "order.revived.v1")
class OrderRevived(Fact, frozen=True, kw_only=True):
    """The condition is there: work goes on (恢复办理)."""

    order: str
    term: Term
    note_ref: str = ""


@fact("whistle", "order.merged.v1")
class OrderMerged(Fact, frozen=True, kw_only=True):
    """The same person, matter and place as ``into`` (并单): its result is this one's."""

    order: str
    into: str
    into_number: str


@fact("whistle", "order.joined.v1")
class OrderJoined(Fact, frozen=True, kw_only=True):
    """Another order was merged into this one."""

    order: str
    merged: str
    merged_number: str


@fact("whistle", "order.whistled.v1")
class OrderWhistled(Fact, frozen=True, kw_only=True):
    """A whistle is asked for by ``referral``; the order waits for it."""

    order: str
    referral: str
    reason_ref: str = ""


@fact("whistle", "order.resumed.v1")
class OrderResumed(Fact, frozen=True, kw_only=True):
    """The whistle came to nothing: the unit goes on by itself."""

    order: str
    referral: str
    outcome: Literal["refused", "expired", "cancelled", "unsolved"]
    term: Term


@fact("whistle", "order.referred.v1")
class OrderReferred(Fact, frozen=True, kw_only=True):
    """Referred to another service while the unit goes on."""

    order: str
    referral: str
    to_kind: str
    reason_ref: str = ""


@fact("whistle", "order.referral_answered.v1")
class OrderReferralAnswered(Fact, frozen=True, kw_only=True):
    """What those it was referred to say: taken as ``matter``, refused, expired, or ended with ``outcome``."""

    order: str
    referral: str
    answer: Literal["taken", "refused", "expired", "settled"]
    source: str
    kind: str = ""
    matter: str = ""
    number: str = ""
    outcome: str = ""


FACTS: tuple[type[Fact], ...] = (
    OrderReceived,
    OrderClassified,
    OrderAnswered,
    OrderNotAccepted,
    OrderTransferred,
    OrderDispatched,
    OrderRedispatched,
    OrderHeld,
    OrderSigned,
    OrderObjected,
    OrderContacted,
    OrderStarted,
    OrderInvolved,
    OrderDelivered,
    OrderExtended,
    OrderSoundedOut,
    OrderFedBack,
    OrderCallBackDeclined,
    OrderCalledBack,
    OrderReworked,
    OrderClosed,
    OrderHangAsked,
    OrderHangDeclined,
    OrderHung,
    OrderHangKept,
    OrderRevived,
    OrderMerged,
    OrderJoined,
    OrderWhistled,
    OrderResumed,
    OrderReferred,
    OrderReferralAnswered,
)
