"""Facts of grid posts (网格岗位), domain rules 2 and 12: who holds them, when, who stands in, what is posted.

Accounts are opaque ids. Names, phones and what is handed over travel in none of these; they are references into the
service's encrypted person data.
"""

from datetime import date
from typing import Literal

from shuniu.contracts.envelope import Fact, fact

__all__ = (
    "HandoverConfirmed",
    "HandoverOpened",
    "HandoverSide",
    "HandoverWithdrawn",
    "LeaveGranted",
    "LeaveWithdrawn",
    "PostAssigned",
    "PostEnded",
    "PostKind",
    "PostVacant",
    "PostingBasis",
    "PostingPublished",
    "PostingWithdrawn",
    "ShiftCancelled",
    "ShiftPassedOn",
    "ShiftPlanned",
    "StandInNamed",
)

PostKind = Literal["HEAD", "FULL", "PART", "SPECIALIST"]
"""网格长, 专职网格员, 兼职网格员, 专业力量 (domain rules 12)."""

HandoverSide = Literal["GIVER", "TAKER"]
"""移交人, 接手人."""

PostingBasis = Literal["STATUTORY_DUTY", "CONSENT"]
"""On what a name and a phone are posted: a local statute asks for it (2.14), or the person consents (PIPL §25)."""


@fact("grid", "post.assigned.v1")
class PostAssigned(Fact, frozen=True, kw_only=True):
    """An account holds a grid post (网格岗位) from ``valid_from`` on. The account id is opaque, no name travels."""

    post: str
    area: str
    kind: PostKind
    account: str
    valid_from: date


@fact("grid", "post.ended.v1")
class PostEnded(Fact, frozen=True, kw_only=True):
    """The post ends with the day ``valid_to`` (the last on which it is held)."""

    post: str
    area: str
    kind: PostKind
    valid_from: date
    valid_to: date


@fact("grid", "post.vacant.v1")
class PostVacant(Fact, frozen=True, kw_only=True):
    """Nobody has held a required post (空岗) since the day ``since``, for longer than it may stay so: an alarm."""

    area: str
    kind: PostKind
    since: date
    days: int
    """Natural days it may stay vacant."""


@fact("grid", "stand_in.named.v1")
class StandInNamed(Fact, frozen=True, kw_only=True):
    """Somebody stands in (代岗) for a post from ``first`` to ``last``, both included."""

    post: str
    area: str
    kind: PostKind
    account: str
    first: date
    last: date


@fact("grid", "leave.granted.v1")
class LeaveGranted(Fact, frozen=True, kw_only=True):
    """The account is away from ``first`` to ``last``, both included. Why, nobody is told."""

    leave: str
    account: str
    area: str
    first: date
    last: date
    stand_in: str = ""


@fact("grid", "leave.withdrawn.v1")
class LeaveWithdrawn(Fact, frozen=True, kw_only=True):
    """The leave is not taken after all, or no further."""

    leave: str
    account: str
    area: str


@fact("grid", "shift.planned.v1")
class ShiftPlanned(Fact, frozen=True, kw_only=True):
    """A turn of duty (班次): ``start`` and ``end`` are minutes after midnight of ``day``; from 1440 on the next day."""

    shift: str
    post: str
    area: str
    account: str
    day: date
    start: int
    end: int


@fact("grid", "shift.passed_on.v1")
class ShiftPassedOn(Fact, frozen=True, kw_only=True):
    """Somebody else takes the shift: a stand-in, or who has taken the post over."""

    shift: str
    post: str
    area: str
    giver: str
    account: str
    day: date
    start: int
    end: int


@fact("grid", "shift.cancelled.v1")
class ShiftCancelled(Fact, frozen=True, kw_only=True):
    """The shift does not take place."""

    shift: str
    area: str
    account: str


@fact("grid", "handover.opened.v1")
class HandoverOpened(Fact, frozen=True, kw_only=True):
    """A post is handed over (交接): the open matters by number, how many shifts, and what else changes hands."""

    handover: str
    number: str
    post: str
    area: str
    kind: PostKind
    giver: str
    taker: str
    on: date
    """The first day of the taker."""
    matters: tuple[str, ...] = ()
    """Ids of the open grid events."""
    numbers: tuple[str, ...] = ()
    """Their numbers, in the same order."""
    shifts: int = 0
    items: str = ""
    """Reference to the list of things handed over."""


@fact("grid", "handover.confirmed.v1")
class HandoverConfirmed(Fact, frozen=True, kw_only=True):
    """One side confirms; with both it is done."""

    handover: str
    side: HandoverSide
    done: bool


@fact("grid", "handover.withdrawn.v1")
class HandoverWithdrawn(Fact, frozen=True, kw_only=True):
    """It does not take place."""

    handover: str


@fact("grid", "posting.published.v1")
class PostingPublished(Fact, frozen=True, kw_only=True):
    """Name and phone of who holds the post are posted in public (上岗公示, domain rules 2.14); ``ref`` holds them."""

    post: str
    area: str
    ref: str
    basis: PostingBasis
    consent: str = ""
    """Version of the notice the person consented to."""


@fact("grid", "posting.withdrawn.v1")
class PostingWithdrawn(Fact, frozen=True, kw_only=True):
    """Nothing of who holds the post is posted any more."""

    post: str
    area: str
    reason: Literal["CONSENT_WITHDRAWN", "CORRECTION", "ENDED"]
