"""What an order and its guard rows are, as documents. Everything here is read by rules and pages alike."""

from datetime import date, datetime
from typing import Literal

import msgspec
from shuniu.contracts.summary import Place
from shuniu.contracts.whistle.orders import (
    Appeal,
    Channel,
    Obstacle,
    OrderClass,
    Origin,
    Satisfaction,
)
from shuniu.contracts.whistle.whistles import EvidenceRef
from shuniu.rules.clocks import Clock

__all__ = (
    "CallBack",
    "Caller",
    "Counted",
    "Delta",
    "External",
    "FollowCode",
    "Hang",
    "Known",
    "Order",
    "OrderNote",
    "Part",
    "Referred",
    "Spot",
)


class OrderNote(msgspec.Struct, frozen=True):
    """A text kept apart, encrypted: what it is (a key of the catalogue), where, which unit wrote it, when."""

    label: str
    ref: str
    unit: str
    at: datetime


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A supporting unit's part (协办)."""

    unit: str
    status: str = "ASKED"
    at: datetime | None = None


class Hang(msgspec.Struct, frozen=True, kw_only=True):
    """A wish to hang the order, and what became of it."""

    unit: str
    obstacle: Obstacle
    review_on: date
    status: Literal["ASKED", "DECLINED", "HUNG", "REVIVED"] = "ASKED"


class CallBack(msgspec.Struct, frozen=True, kw_only=True):
    """What the person said."""

    at: datetime
    valid: bool
    solved: bool = False
    satisfaction: Satisfaction | None = None


class Referred(msgspec.Struct, frozen=True, kw_only=True):
    """A referral of this order and the matter opened for it."""

    referral: str
    to_kind: str
    answer: str = ""
    source: str = ""
    kind: str = ""
    matter: str = ""
    number: str = ""
    outcome: str = ""


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """What the order has added to figures so far, so that it can be taken back (domain rules 11.1).

    ``due_on``: the business day under which its limit counts as due; None while it does not.
    """

    dispatched: bool = False
    signed: bool = False
    contacted: bool = False
    due_on: date | None = None
    due_met: bool = False
    repeated: bool = False
    left: bool = False
    """It has left the denominators while it is hung or gone."""


class Delta(msgspec.Struct, frozen=True):
    """What one fact adds to a measure: under which business day and for which unit."""

    name: str
    value: int
    on: date
    unit: str


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A hotline order (诉求工单)."""

    id: str
    number: str
    status: str
    channel: Channel
    origin: Origin
    appeal: Appeal
    category: str
    area: str
    place: Place
    external_number: str = ""
    order_class: OrderClass = "NORMAL"
    profile: str = ""
    lead: str = ""
    first_unit: str = ""
    """首接单位: the unit that signed first leads until the end."""
    inform: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    designated: bool = False
    object_by: datetime | None = None
    instead: str = ""
    """The unit an objection names."""
    received_at: datetime
    dispatched_at: datetime | None = None
    signed_at: datetime | None = None
    contacted_at: datetime | None = None
    fed_back_at: datetime | None = None
    ended_at: datetime | None = None
    extended_to: date | None = None
    hang: Hang | None = None
    rounds: int = 0
    """How often it was handled again."""
    leaning: str = ""
    """How the person leant when the street asked last (1.25); "" again once the person was called back."""
    wants_call_back: bool = True
    call_backs: tuple[CallBack, ...] = ()
    outcome: str = ""
    ground: str = ""
    transferred_to: str = ""
    previous: str = ""
    repeat_of: str = ""
    at_spot: int = 0
    merged_into: str = ""
    merged_number: str = ""
    joined: tuple[str, ...] = ()
    waits_for: str = ""
    """The referral to a whistle that the order waits for."""
    referrals: tuple[Referred, ...] = ()
    evidence: tuple[EvidenceRef, ...] = ()
    clocks: tuple[Clock, ...] = ()
    notes: tuple[OrderNote, ...] = ()
    caller_ref: str = ""
    counted: Counted = Counted()
    deltas: tuple[Delta, ...] = ()
    """What the last fact added to the figures."""

    @property
    def open(self) -> bool:
        """Whether anybody still has to do something."""
        return self.status not in ("CLOSED", "ANSWERED", "NOT_ACCEPTED", "TRANSFERRED", "MERGED")

    def part(self, unit: str) -> Part | None:
        """The part of that unit, or None."""
        return next((p for p in self.parts if p.unit == unit), None)

    @property
    def owing(self) -> tuple[str, ...]:
        """Supporting units that have neither delivered nor explained where they stand."""
        return tuple(p.unit for p in self.parts if p.status == "ASKED")

    @property
    def said(self) -> CallBack | None:
        """The last valid call-back, which is the one that counts."""
        return next((c for c in reversed(self.call_backs) if c.valid), None)


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier order as guard rows remember it: what is needed to find repeated and double requests."""

    order: str
    number: str
    category: str
    spot: str
    at: datetime


class Caller(msgspec.Struct, frozen=True):
    """Orders of one telephone number. The row's key is a keyed hash of the number, which stands nowhere else."""

    orders: tuple[Known, ...] = ()


class Spot(msgspec.Struct, frozen=True):
    """Orders about the same thing at one spot."""

    orders: tuple[Known, ...] = ()


class FollowCode(msgspec.Struct, frozen=True):
    """The order of a follow-up code. The row's key is a keyed hash of the code."""

    order: str


class External(msgspec.Struct, frozen=True):
    """The order that came in under a number of its source; so none comes in twice."""

    order: str
    number: str
