"""What clerk posts (综窗岗位) and queue numbers (取号叫号) of the desk say, and whose a case is (派件).

A number names nobody and says nothing of why somebody comes first: only how many minutes they are put ahead. ``clerk``
is an opaque account id. Minutes are whole, times UTC.
"""

from datetime import datetime
from typing import Literal

from shuniu.contracts.envelope import Fact, fact

__all__ = (
    "FACTS",
    "AssignReason",
    "CaseAssigned",
    "PostChanged",
    "PostClosed",
    "PostLeft",
    "PostManned",
    "PostRested",
    "PostResumed",
    "PostSetUp",
    "TicketBack",
    "TicketCalled",
    "TicketExpired",
    "TicketFinished",
    "TicketLeft",
    "TicketMissed",
    "TicketRecalled",
    "TicketStarted",
    "TicketTaken",
    "TicketTransferred",
)

AssignReason = Literal["LEAST_LOADED", "BY_HAND", "CLERK_LEFT"]
"""派件缘由: 负荷最轻, 人工指定, 原经办人离岗."""


@fact("services_desk", "post.set_up.v1")
class PostSetUp(Fact, frozen=True, kw_only=True):
    """A clerk post exists (设岗). ``skills``: ``*`` any item, ``GG-SB*`` a group by prefix, else an item."""

    post: str
    area: str
    label: str
    skills: tuple[str, ...]


@fact("services_desk", "post.changed.v1")
class PostChanged(Fact, frozen=True, kw_only=True):
    """Its label and skills are others from now on."""

    post: str
    label: str
    skills: tuple[str, ...]


@fact("services_desk", "post.closed.v1")
class PostClosed(Fact, frozen=True, kw_only=True):
    """The post is given up (撤岗)."""

    post: str


@fact("services_desk", "post.manned.v1")
class PostManned(Fact, frozen=True, kw_only=True):
    """A clerk is on duty there (上岗)."""

    post: str
    clerk: str


@fact("services_desk", "post.rested.v1")
class PostRested(Fact, frozen=True, kw_only=True):
    """The clerk has a break (暂离)."""

    post: str


@fact("services_desk", "post.resumed.v1")
class PostResumed(Fact, frozen=True, kw_only=True):
    """The clerk is back from the break."""

    post: str


@fact("services_desk", "post.left.v1")
class PostLeft(Fact, frozen=True, kw_only=True):
    """The clerk is off duty (离岗)."""

    post: str
    clerk: str


@fact("services_desk", "ticket.taken.v1")
class TicketTaken(Fact, frozen=True, kw_only=True):
    """A number was taken (取号): for ``items`` (those of a life event), or for a question where there are none.

    ``ahead`` are the minutes its holder is put ahead by; ``waiting`` is how many wait with it.
    """

    ticket: str
    number: str
    queue: str
    area: str
    items: tuple[str, ...] = ()
    life_event: str = ""
    ahead: int = 0
    expires_at: datetime
    waiting: int


@fact("services_desk", "ticket.called.v1")
class TicketCalled(Fact, frozen=True, kw_only=True):
    """A number was called to a post (叫号). ``passed_over`` are numbers taken before it that stay waiting."""

    ticket: str
    number: str
    post: str
    clerk: str
    waited: int
    ahead: int = 0
    by_hand: bool = False
    passed_over: tuple[str, ...] = ()
    waiting: int


@fact("services_desk", "ticket.recalled.v1")
class TicketRecalled(Fact, frozen=True, kw_only=True):
    """Called once more (重呼)."""

    ticket: str
    post: str


@fact("services_desk", "ticket.started.v1")
class TicketStarted(Fact, frozen=True, kw_only=True):
    """Its holder is at the post (开始办理)."""

    ticket: str
    post: str


@fact("services_desk", "ticket.finished.v1")
class TicketFinished(Fact, frozen=True, kw_only=True):
    """Served (办完)."""

    ticket: str
    post: str
    served: int


@fact("services_desk", "ticket.missed.v1")
class TicketMissed(Fact, frozen=True, kw_only=True):
    """Nobody came (过号). ``again``: it had come back before, which it may do once."""

    ticket: str
    number: str
    post: str
    items: tuple[str, ...] = ()
    again: bool = False


@fact("services_desk", "ticket.back.v1")
class TicketBack(Fact, frozen=True, kw_only=True):
    """A missed number waits again, once, behind those who wait now (过号回队)."""

    ticket: str
    number: str
    items: tuple[str, ...] = ()
    waiting: int


@fact("services_desk", "ticket.transferred.v1")
class TicketTransferred(Fact, frozen=True, kw_only=True):
    """Sent on to another post, or for another item (转号); it keeps the time it has waited."""

    ticket: str
    number: str
    post: str
    to_post: str = ""
    items: tuple[str, ...] = ()
    taken_at: datetime
    ahead: int = 0
    waiting: int


@fact("services_desk", "ticket.left.v1")
class TicketLeft(Fact, frozen=True, kw_only=True):
    """Its holder does not wait any longer (弃号)."""

    ticket: str
    number: str
    waiting: int


@fact("services_desk", "ticket.expired.v1")
class TicketExpired(Fact, frozen=True, kw_only=True):
    """The day is over; numbers of a day hold on that day only."""

    ticket: str
    number: str
    post: str = ""
    waiting: int = 0
    """Nobody waits any more: all numbers of a day end together."""


@fact("services_desk", "case.assigned.v1")
class CaseAssigned(Fact, frozen=True, kw_only=True):
    """A case is a clerk's from now on (派件); ``load`` is what the clerk had before, ``was`` whose it was."""

    case: str
    clerk: str
    was: str = ""
    reason: AssignReason
    post: str = ""
    load: int = 0
    weight: int = 1


FACTS: tuple[type[Fact], ...] = (
    PostSetUp,
    PostChanged,
    PostClosed,
    PostManned,
    PostRested,
    PostResumed,
    PostLeft,
    TicketTaken,
    TicketCalled,
    TicketRecalled,
    TicketStarted,
    TicketFinished,
    TicketMissed,
    TicketBack,
    TicketTransferred,
    TicketLeft,
    TicketExpired,
    CaseAssigned,
)
