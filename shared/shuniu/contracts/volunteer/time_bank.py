"""Facts of the time bank (姚坊门时间银行), domain rules 10.9: integer minutes and nothing else, never money.

Accounts are codes: ``P:<volunteer>``, ``T:<team>``, ``F:`` the fund (公益时间池), ``K:<client>`` grant of a key client,
``X:`` issuance, ``R:`` retired, ``H:<order>`` held; and, for exchange with another scope's bank (通存通兑),
``Z:<exchange>`` in transit and ``V:<scope>`` what stands between the two banks.
"""

from datetime import date, datetime
from typing import Literal

from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.ledger import Entry
from shuniu.contracts.summary import Place

__all__ = (
    "FACTS",
    "ConfirmedBy",
    "ExchangeReason",
    "Kinship",
    "NotEarnedWhy",
    "OrderCancelReason",
    "ServiceHelp",
    "TimeArrived",
    "TimeBooksClosed",
    "TimeClientEnded",
    "TimeClientEntered",
    "TimeExchangeClosed",
    "TimeKinEnded",
    "TimeKinVerified",
    "TimeMemberVerified",
    "TimeNotEarned",
    "TimeOrderCancelled",
    "TimeOrderConfirmed",
    "TimeOrderDisputed",
    "TimeOrderDone",
    "TimeOrderFact",
    "TimeOrderHeld",
    "TimeOrderMatched",
    "TimeOrderRequested",
    "TimeOrderServing",
    "TimeOrderSettled",
    "TimeOrderSilent",
    "TimeOrderUnmatched",
    "TimeOwed",
    "TimePosted",
    "TimeReversalDropped",
    "TimeReversalProposed",
    "TimeSent",
    "TimeWithdrawalAsked",
)

Kinship = Literal["SPOUSE", "PARENT", "CHILD", "GRANDPARENT", "GRANDCHILD"]
"""Spouse or lineal relative (配偶或直系亲属): nobody else may be given or redeemed minutes (domain rules 5.9)."""
ServiceHelp = Literal[
    "COMPANION_HELP",
    "CLINIC_HELP",
    "ERRAND_HELP",
    "MEAL_HELP",
    "CLEANING_HELP",
    "BATHING_HELP",
    "REPAIR_HELP",
    "DIGITAL_HELP",
]
ConfirmedBy = Literal["RECIPIENT", "RECIPIENT_ON_PAPER", "SILENCE", "RULING"]
NotEarnedWhy = Literal["STAFF_ON_DUTY", "HAS_LEFT", "NO_ACCOUNT"]
OrderCancelReason = Literal["ASKED", "NO_VOLUNTEER", "NOT_ENTITLED", "NOT_NEEDED_ANY_MORE"]
ExchangeReason = Literal["UNKNOWN_MEMBER", "ABOVE_CAP", "NOT_AGREED", "WITHDRAWN_BY_SENDER"]


@fact("volunteer", "time.posted.v1")
class TimePosted(Fact, frozen=True, kw_only=True):
    """An entry of the ledger; ``area`` is where it is counted."""

    entry: Entry
    area: str
    consent: Literal["", "SELF", "PHONE", "PAPER", "IN_PERSON"] = ""
    """How the owner of the minutes agreed, where it is their gift."""
    reason_ref: str = ""


@fact("volunteer", "time.not_earned.v1")
class TimeNotEarned(Fact, frozen=True, kw_only=True):
    """Confirmed minutes that are not earned: of staff on duty, or of somebody who has left."""

    cause: str
    volunteer: str
    minutes: int
    why: NotEarnedWhy


@fact("volunteer", "time.owed.v1")
class TimeOwed(Fact, frozen=True, kw_only=True):
    """Minutes taken back that were spent already: so many more (or, negative, less) come off what is earned next."""

    account: str
    cause: str
    minutes: int


@fact("volunteer", "time_member.verified.v1")
class TimeMemberVerified(Fact, frozen=True, kw_only=True):
    """A clerk saw the papers: 60 from the first of a month on (no birth date), and whether they are paid staff."""

    volunteer: str
    sixty_from: date | None = None
    paid_staff: bool = False


@fact("volunteer", "time_kin.verified.v1")
class TimeKinVerified(Fact, frozen=True, kw_only=True):
    """A clerk saw the proof of a relation; the relative's name is sealed."""

    volunteer: str
    kin: str
    relation: Kinship
    sixty_from: date
    person_ref: str
    member: str = ""
    """The relative's own registration as a volunteer, where there is one."""


@fact("volunteer", "time_kin.ended.v1")
class TimeKinEnded(Fact, frozen=True, kw_only=True):
    """The relation stands no more; the relative's data are destroyed."""

    volunteer: str
    kin: str


@fact("volunteer", "time_client.entered.v1")
class TimeClientEntered(Fact, frozen=True, kw_only=True):
    """A key client (重点空巢独居) after verification; who and on which ground is sealed."""

    client: str
    number: str
    area: str
    person_ref: str


@fact("volunteer", "time_client.ended.v1")
class TimeClientEnded(Fact, frozen=True, kw_only=True):
    """No key client any more; own data are destroyed."""

    client: str


@fact("volunteer", "time_books.closed.v1")
class TimeBooksClosed(Fact, frozen=True, kw_only=True):
    """Months before ``open_from`` are closed: nothing is entered there any more."""

    open_from: date


@fact("volunteer", "time_reversal.proposed.v1")
class TimeReversalProposed(Fact, frozen=True, kw_only=True):
    """One person asks for an entry to be mirrored; another has to agree."""

    entry: str
    reason_ref: str


@fact("volunteer", "time_reversal.dropped.v1")
class TimeReversalDropped(Fact, frozen=True, kw_only=True):
    """The other person did not agree."""

    entry: str
    reason_ref: str


class TimeOrderFact(Fact, frozen=True, kw_only=True):
    """What all facts about one order share."""

    order: str


@fact("volunteer", "time_order.requested.v1")
class TimeOrderRequested(TimeOrderFact, frozen=True, kw_only=True):
    """Somebody asks for a service against minutes; ``beneficiary`` is SELF or the id of a verified relative."""

    number: str
    account: str
    beneficiary: str
    category: ServiceHelp
    minutes: int
    area: str
    place: Place
    wished_at: datetime
    text_ref: str = ""
    requester: str


@fact("volunteer", "time_order.held.v1")
class TimeOrderHeld(TimeOrderFact, frozen=True, kw_only=True):
    """Accepted: the minutes are held."""


@fact("volunteer", "time_order.matched.v1")
class TimeOrderMatched(TimeOrderFact, frozen=True, kw_only=True):
    """A volunteer serves it, with their own consent."""

    server: str
    account: str
    consent: Literal["SELF", "PHONE", "PAPER", "IN_PERSON"]


@fact("volunteer", "time_order.unmatched.v1")
class TimeOrderUnmatched(TimeOrderFact, frozen=True, kw_only=True):
    """The volunteer cannot: somebody else is looked for."""


@fact("volunteer", "time_order.serving.v1")
class TimeOrderServing(TimeOrderFact, frozen=True, kw_only=True):
    """The service has begun."""


@fact("volunteer", "time_order.done.v1")
class TimeOrderDone(TimeOrderFact, frozen=True, kw_only=True):
    """Served, so many minutes; the recipient confirms until then, or is silent."""

    minutes: int
    confirm_until: datetime


@fact("volunteer", "time_order.silent.v1")
class TimeOrderSilent(TimeOrderFact, frozen=True, kw_only=True):
    """The recipient said nothing for seven days: that is taken for a confirmation."""


@fact("volunteer", "time_order.disputed.v1")
class TimeOrderDisputed(TimeOrderFact, frozen=True, kw_only=True):
    """The recipient says it was otherwise."""

    reason_ref: str


@fact("volunteer", "time_order.confirmed.v1")
class TimeOrderConfirmed(TimeOrderFact, frozen=True, kw_only=True):
    """So many minutes were served."""

    by: ConfirmedBy
    minutes: int
    reason_ref: str = ""


@fact("volunteer", "time_order.settled.v1")
class TimeOrderSettled(TimeOrderFact, frozen=True, kw_only=True):
    """Held minutes have gone out, what was not served has come back, the volunteer has earned."""


@fact("volunteer", "time_order.cancelled.v1")
class TimeOrderCancelled(TimeOrderFact, frozen=True, kw_only=True):
    """It does not come about; what was held is back."""

    reason: OrderCancelReason


@fact("volunteer", "time_exchange.sent.v1")
class TimeSent(Fact, frozen=True, kw_only=True):
    """Minutes on their way to another scope's bank: in transit until it answers. ``there`` is the number there."""

    exchange: str
    number: str
    volunteer: str
    area: str
    to_scope: str
    minutes: int
    there: str
    expires_at: datetime


@fact("volunteer", "time_exchange.withdrawal_asked.v1")
class TimeWithdrawalAsked(Fact, frozen=True, kw_only=True):
    """The sender would have them back; they come back only by the other bank's answer."""

    exchange: str


@fact("volunteer", "time_exchange.arrived.v1")
class TimeArrived(Fact, frozen=True, kw_only=True):
    """Another scope's bank sends minutes: nothing is booked until a clerk takes them."""

    exchange: str
    number: str
    referral: str
    made_by: str
    minutes: int
    there: str
    expires_at: datetime
    withdrawn: bool = False
    """Their withdrawal came first: it is refused as it arrives."""


@fact("volunteer", "time_exchange.closed.v1")
class TimeExchangeClosed(Fact, frozen=True, kw_only=True):
    """How it ended: TAKEN into an account here, CLEARED (the other bank took it), RETURNED, REFUSED or RUN_OUT."""

    exchange: str
    outcome: Literal["TAKEN", "CLEARED", "RETURNED", "REFUSED", "RUN_OUT"]
    reason: str = ""


FACTS: tuple[type[Fact], ...] = (
    TimePosted,
    TimeNotEarned,
    TimeOwed,
    TimeMemberVerified,
    TimeKinVerified,
    TimeKinEnded,
    TimeClientEntered,
    TimeClientEnded,
    TimeBooksClosed,
    TimeReversalProposed,
    TimeReversalDropped,
    TimeOrderRequested,
    TimeOrderHeld,
    TimeOrderMatched,
    TimeOrderUnmatched,
    TimeOrderServing,
    TimeOrderDone,
    TimeOrderSilent,
    TimeOrderDisputed,
    TimeOrderConfirmed,
    TimeOrderSettled,
    TimeOrderCancelled,
    TimeSent,
    TimeWithdrawalAsked,
    TimeArrived,
    TimeExchangeClosed,
)
