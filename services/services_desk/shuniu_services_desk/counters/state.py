"""Posts, numbers and the queue of a day as rows, and how facts change them.

``Hall`` knows every post at once: it is the guard of "one clerk, one post" and what assigning looks at. ``Queue`` is
the guard of a day: numbers begin anew with it, and one number is called once however many clerks reach for it.
"""

from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace
from shuniu.chassis.rows import Happening
from shuniu.contracts.services_desk import counters as said

from shuniu_services_desk.counters.choosing import Waiting

__all__ = (
    "HALL_KEY",
    "Called",
    "DeskPost",
    "Hall",
    "Manned",
    "Queue",
    "Ticket",
    "evolve_hall",
    "evolve_post",
    "evolve_queue",
    "evolve_ticket",
)

HALL_KEY = "hall"
"""Key of the one row of posts."""


class DeskPost(msgspec.Struct, frozen=True, kw_only=True):
    """A clerk post. ``ticket`` is the number at it now."""

    id: str
    status: str = "OFF"
    area: str
    label: str
    skills: tuple[str, ...]
    clerk: str = ""
    since: datetime | None = None
    ticket: str = ""
    number: str = ""
    set_up_at: datetime
    closed_at: datetime | None = None


class Manned(msgspec.Struct, frozen=True, kw_only=True):
    """What the hall knows of a post."""

    post: str
    area: str
    label: str
    skills: tuple[str, ...]
    clerk: str = ""
    on_break: bool = False


class Hall(msgspec.Struct, frozen=True):
    """Every post that was not given up, by code."""

    posts: tuple[Manned, ...] = ()

    def post_of(self, clerk: str) -> Manned | None:
        """Where a clerk is on duty."""
        return next((p for p in self.posts if clerk and p.clerk == clerk), None)

    def of_area(self, area: str) -> tuple[Manned, ...]:
        """The posts of one hall."""
        return tuple(p for p in self.posts if p.area == area)


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """A number of a day."""

    id: str
    number: str
    status: str
    queue: str
    area: str
    items: tuple[str, ...] = ()
    life_event: str = ""
    ahead: int = 0
    taken_at: datetime
    expires_at: datetime
    post: str = ""
    calls: int = 0
    came_back: bool = False
    waited: int | None = None
    served: int | None = None
    called_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None


class Called(msgspec.Struct, frozen=True, kw_only=True):
    """A number on the display: where to go."""

    ticket: str
    number: str
    post: str
    at: datetime
    serving: bool = False


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """One hall's numbers of one business day."""

    area: str = ""
    last: int = 0
    waiting: tuple[Waiting, ...] = ()
    called: tuple[Called, ...] = ()
    missed: tuple[Waiting, ...] = ()


def evolve_post(row: DeskPost | None, f: Any, h: Happening) -> DeskPost | None:
    """The post after the fact."""
    if isinstance(f, said.PostSetUp):
        return DeskPost(id=f.post, area=f.area, label=f.label, skills=f.skills, set_up_at=h.time)
    if row is None:
        return None
    match f:
        case said.PostChanged():
            return replace(row, label=f.label, skills=f.skills)
        case said.PostClosed():
            return replace(row, status="CLOSED", closed_at=h.time)
        case said.PostManned():
            return replace(row, status="READY", clerk=f.clerk, since=h.time)
        case said.PostRested():
            return replace(row, status="BREAK", since=h.time)
        case said.PostResumed():
            return replace(row, status="READY", since=h.time)
        case said.PostLeft():
            return replace(row, status="OFF", clerk="", since=h.time)
        case said.TicketCalled():
            return replace(row, status="BUSY", ticket=f.ticket, number=f.number, since=h.time)
        case said.TicketFinished() | said.TicketMissed() | said.TicketTransferred() | said.TicketExpired():
            return replace(row, status="READY", ticket="", number="", since=h.time)
        case _:
            return row


def evolve_hall(row: Hall | None, f: Any, h: Happening) -> Hall:
    """What the hall knows after the fact."""
    posts = {p.post: p for p in (row.posts if row is not None else ())}
    match f:
        case said.PostSetUp():
            posts[f.post] = Manned(post=f.post, area=f.area, label=f.label, skills=f.skills)
        case said.PostChanged() if f.post in posts:
            posts[f.post] = replace(posts[f.post], label=f.label, skills=f.skills)
        case said.PostClosed():
            posts.pop(f.post, None)
        case said.PostManned() if f.post in posts:
            posts[f.post] = replace(posts[f.post], clerk=f.clerk, on_break=False)
        case said.PostRested() | said.PostResumed() if f.post in posts:
            posts[f.post] = replace(posts[f.post], on_break=isinstance(f, said.PostRested))
        case said.PostLeft() if f.post in posts:
            posts[f.post] = replace(posts[f.post], clerk="", on_break=False)
        case _:
            pass
    return Hall(tuple(posts[code] for code in sorted(posts)))


def evolve_ticket(row: Ticket | None, f: Any, h: Happening) -> Ticket | None:
    """The number after the fact."""
    if isinstance(f, said.TicketTaken):
        return Ticket(
            id=f.ticket,
            number=f.number,
            status="WAITING",
            queue=f.queue,
            area=f.area,
            items=f.items,
            life_event=f.life_event,
            ahead=f.ahead,
            taken_at=h.time,
            expires_at=f.expires_at,
        )
    if row is None:
        return None
    match f:
        case said.TicketCalled():
            waited = f.waited if row.waited is None else row.waited
            return replace(row, status="CALLED", post=f.post, calls=1, waited=waited, called_at=h.time)
        case said.TicketRecalled():
            return replace(row, calls=row.calls + 1, called_at=h.time)
        case said.TicketStarted():
            return replace(row, status="SERVING", started_at=h.time)
        case said.TicketFinished():
            return replace(row, status="FINISHED", served=f.served, ended_at=h.time)
        case said.TicketMissed():
            return replace(row, status="MISSED", post="", ended_at=h.time)
        case said.TicketBack():
            return replace(row, status="WAITING", came_back=True, ahead=0, ended_at=None)
        case said.TicketTransferred():
            return replace(row, status="WAITING", post="", items=f.items, started_at=None)
        case said.TicketLeft():
            return replace(row, status="LEFT", ended_at=h.time)
        case said.TicketExpired():
            return replace(row, status="EXPIRED", post="", ended_at=h.time)
        case _:
            return row


def _without(found: tuple[Any, ...], ticket: str) -> tuple[Any, ...]:
    return tuple(x for x in found if x.ticket != ticket)


def evolve_queue(row: Queue | None, f: Any, h: Happening) -> Queue:
    """The day's queue after the fact."""
    q = row or Queue()
    if isinstance(f, said.TicketTaken):
        taken = Waiting(
            ticket=f.ticket, number=f.number, order=q.last + 1, items=f.items, taken_at=h.time, ahead=f.ahead
        )
        return replace(q, area=f.area, last=q.last + 1, waiting=(*q.waiting, taken))
    match f:
        case said.TicketCalled():
            call = Called(ticket=f.ticket, number=f.number, post=f.post, at=h.time)
            return replace(q, waiting=_without(q.waiting, f.ticket), called=(*q.called, call))
        case said.TicketRecalled():
            called = tuple(replace(c, at=h.time) if c.ticket == f.ticket else c for c in q.called)
            return replace(q, called=called)
        case said.TicketStarted():
            called = tuple(replace(c, serving=True) if c.ticket == f.ticket else c for c in q.called)
            return replace(q, called=called)
        case said.TicketMissed():
            missed = Waiting(
                ticket=f.ticket, number=f.number, order=int(f.number), items=f.items, taken_at=h.time,
                came_back=f.again,
            )  # fmt: skip
            return replace(q, called=_without(q.called, f.ticket), missed=(*q.missed, missed))
        case said.TicketBack():
            there = next((m for m in q.missed if m.ticket == f.ticket), None)
            back = () if there is None else (replace(there, items=f.items, taken_at=h.time, came_back=True),)
            return replace(q, missed=_without(q.missed, f.ticket), waiting=(*q.waiting, *back))
        case said.TicketTransferred():
            again = Waiting(
                ticket=f.ticket, number=f.number, order=int(f.number), items=f.items, taken_at=f.taken_at,
                ahead=f.ahead, only=f.to_post,
            )  # fmt: skip
            return replace(q, called=_without(q.called, f.ticket), waiting=(*q.waiting, again))
        case said.TicketFinished() | said.TicketLeft() | said.TicketExpired():
            return replace(
                q,
                waiting=_without(q.waiting, f.ticket),
                called=_without(q.called, f.ticket),
                missed=_without(q.missed, f.ticket),
            )
        case _:
            return q
