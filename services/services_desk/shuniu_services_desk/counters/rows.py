"""Posts and numbers as row kinds: how commands find them, what of them is due by itself."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Index, Key, RowKind, Rows, Timer
from shuniu.contracts.envelope import Fact
from shuniu.contracts.services_desk.counters import TicketExpired
from shuniu.contracts.summary import Visibility
from shuniu.rules.calendar import end_of_day, local
from shuniu.rules.refusal import Conflict, Forbidden

from shuniu_services_desk.counters.lifecycles import POST as CYCLE
from shuniu_services_desk.counters.state import (
    HALL_KEY,
    DeskPost,
    Hall,
    Queue,
    Ticket,
    evolve_hall,
    evolve_post,
    evolve_queue,
    evolve_ticket,
)
from shuniu_services_desk.fields import Hidden, Version
from shuniu_services_desk.roles import LEADERS

__all__ = (
    "HALL",
    "POST",
    "QUEUE",
    "TICKET",
    "OnPost",
    "as_clerk_of",
    "as_leader_of",
    "hall_in",
    "hall_key",
    "post_in",
    "queue_id",
    "said_of",
    "ticket_at",
    "visibility",
)


class OnPost(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one post. With ``expected_version`` it is refused when the post has moved on since."""

    post: Hidden
    expected_version: Version | None = None


def queue_id(area: str, now: datetime) -> str:
    """Key of a hall's queue of the business day of ``now``."""
    return f"{area}:{local(now):%y%m%d}"


def expires_at(now: datetime) -> datetime:
    """A number holds until the end of its business day."""
    return end_of_day(local(now).date())


def _due(t: Ticket, ctx: Context) -> Sequence[Emit]:
    if t.status not in ("WAITING", "CALLED", "MISSED") or ctx.now < t.expires_at:
        return ()
    at_post = t.post if t.status == "CALLED" else ""
    on = [QUEUE.key(t.queue), TICKET.key(t.id)]
    if at_post:
        on.insert(0, POST.key(at_post))
    return (Emit(TicketExpired(ticket=t.id, number=t.number, post=at_post), tuple(on), t.area),)


def _timers(t: Ticket) -> Iterable[Timer]:
    if t.status in ("WAITING", "CALLED", "MISSED"):
        yield Timer("expire", 1, t.expires_at)


def visibility(p: DeskPost) -> Visibility:
    return Visibility(areas=(p.area,), sensitivity=2)


POST: RowKind[DeskPost] = RowKind(
    name="desk_post",
    struct=DeskPost,
    table="desk_post",
    evolve=evolve_post,
    index=lambda p: Index(p.status, p.area),
)
HALL: RowKind[Hall] = RowKind("desk_hall", Hall, "desk_hall", evolve_hall)
QUEUE: RowKind[Queue] = RowKind("desk_queue", Queue, "desk_queue", evolve_queue)
TICKET: RowKind[Ticket] = RowKind(
    "desk_ticket",
    Ticket,
    "desk_ticket",
    evolve_ticket,
    index=lambda t: Index(t.status, t.area, t.post),
    due=_due,
    timers=_timers,
)


def hall_key() -> Key:
    """The one row of posts."""
    return HALL.key(HALL_KEY)


def hall_in(rows: Rows) -> Hall:
    """Every post."""
    return rows.find(HALL, HALL_KEY) or Hall()


def post_in(rows: Rows, c: OnPost, event: str) -> DeskPost:
    """The post a command is on. NotFound, or Conflict ``matter.moved_on`` when the caller saw an older version."""
    return rows.need(POST, c.post, c.expected_version, event)


def as_leader_of(area: str, ctx: Context, event: str, state: str | None = None) -> None:
    """The desk's leader of the area."""
    if not ctx.actor.has_role(*LEADERS):
        raise Forbidden("case.leader_only", state=state, event=event)
    if not ctx.actor.covers(area):
        raise Forbidden("access.area", state=state, event=event, params={"area": area})


def as_clerk_of(p: DeskPost, ctx: Context, event: str) -> None:
    """Who is on duty there, nobody else."""
    if not p.clerk or p.clerk != ctx.actor.id:
        if p.status in ("OFF", "CLOSED") and ctx.actor.covers(p.area):
            CYCLE.check(p.status, event if event in {m.event for m in CYCLE.moves} else "free")
        raise Forbidden("post.own_post", state=p.status, event=event)


def ticket_at(rows: Rows, p: DeskPost, event: str) -> Ticket:
    """The number at a post. Conflict ``post.no_number`` where there is none."""
    if not p.ticket:
        raise Conflict("post.no_number", state=p.status, event=event)
    return rows.need(TICKET, p.ticket)


def said_of(p: DeskPost, *facts: Fact, hall: bool = False, answer: dict[str, Any] | None = None) -> Decision:
    """The decision that says ``facts`` of a post, and of the hall where that keeps them too."""
    on = (POST.key(p.id), *((hall_key(),) if hall else ()))
    return Decision(tuple(Emit(f, on) for f in facts), (), {"post": p.id, **(answer or {})})
