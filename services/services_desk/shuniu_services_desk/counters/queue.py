"""Queue numbers (取号叫号): taken without a name, called by skill and waiting time, missed, sent on, served."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.envelope import Fact
from shuniu.contracts.services_desk import counters as said
from shuniu.rules.refusal import Conflict, Forbidden, NotFound

from shuniu_services_desk.cases.intake import version_of
from shuniu_services_desk.catalogue.items import ITEM, LIFE_EVENT
from shuniu_services_desk.counters.choosing import Chosen, Passed, covers, minutes_between, next_number_of
from shuniu_services_desk.counters.lifecycles import POST as POST_CYCLE
from shuniu_services_desk.counters.lifecycles import TICKET as CYCLE
from shuniu_services_desk.counters.rows import (
    POST,
    QUEUE,
    TICKET,
    OnPost,
    as_clerk_of,
    expires_at,
    hall_in,
    hall_key,
    post_in,
    queue_id,
    ticket_at,
)
from shuniu_services_desk.counters.state import DeskPost, Queue, Ticket
from shuniu_services_desk.fields import AreaCode, area_in_scope, wrong
from shuniu_services_desk.roles import CLERKS, DESK
from shuniu_services_desk.settings import settings_of

__all__ = ("COMMANDS", "check_at", "check_call")

Number = Annotated[str, Meta(min_length=3, max_length=4, pattern=r"^[0-9]{3,4}$")]
Priority = Literal["NONE", "AGED", "DISABLED", "EXPECTING", "WITH_INFANT", "SERVICE_MEMBER"]
"""老年人、残疾人、孕产妇、带婴幼儿、现役及退役军人. How far ahead is a setting; which one it was is not kept."""


class Take(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take a number at the entrance: for an item, for a life event, or for a question. No name is asked for."""

    item: Annotated[str, Meta(max_length=40, pattern=r"^[A-Za-z0-9_-]*$")] = ""
    life_event: Annotated[str, Meta(max_length=40, pattern=r"^[A-Za-z0-9_-]*$")] = ""
    priority: Priority = "NONE"
    area: AreaCode = ""


class Leave(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Give a number up; ``ticket`` is known to whoever took it."""

    ticket: Annotated[str, Meta(min_length=1, max_length=64)]


class Call(OnPost, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Call the next number, or a certain one."""

    number: Annotated[str, Meta(max_length=4, pattern=r"^([0-9]{3,4})?$")] = ""


class Recall(OnPost, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Call the number once more."""


class Start(OnPost, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Its holder is here."""


class Finish(OnPost, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Its holder is served."""


class Miss(OnPost, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nobody came, though called again."""


class Transfer(OnPost, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Send the number on: to another post by its label, or for another item."""

    to: Annotated[str, Meta(max_length=20)] = ""
    item: Annotated[str, Meta(max_length=40, pattern=r"^[A-Za-z0-9_-]*$")] = ""


class ComeBack(OnPost, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A missed number waits again, once."""

    number: Number


def _take_keys(c: Take, ctx: Context) -> Iterable[Key]:
    yield hall_key()
    yield QUEUE.key(queue_id(c.area or ctx.scope, ctx.now))
    if c.item:
        yield ITEM.key(c.item)
    if c.life_event:
        yield LIFE_EVENT.key(c.life_event)


def _their_items(c: Take, rows: Rows, ctx: Context) -> Iterable[Key]:
    held = rows.find(LIFE_EVENT, c.life_event) if c.life_event else None
    return tuple(ITEM.key(i) for i in held.items) if held is not None else ()


def _items(rows: Rows, c: Take, ctx: Context) -> tuple[str, ...]:
    if c.item and c.life_event:
        raise wrong("queue.one_reason", "life_event", "value", "take")
    if c.life_event:
        held = rows.find(LIFE_EVENT, c.life_event)
        if held is None or not held.items:
            raise wrong("queue.life_event_unknown", "life_event", "unknown", "take")
        return tuple(version_of(rows, i, ctx, "take", "life_event").guide.item for i in held.items)
    return (version_of(rows, c.item, ctx, "take").guide.item,) if c.item else ()


def take(rows: Rows, c: Take, ctx: Context) -> Decision:
    """WAITING. Numbers of a hall begin with 001 every business day; one is not given out that no post could serve."""
    area = area_in_scope(c.area, "take", ctx)
    items = _items(rows, c, ctx)
    posts = hall_in(rows).of_area(area)
    if not posts:
        raise wrong("queue.no_hall", "area", "unknown", "take", area=area)
    if not any(covers(p.skills, items) for p in posts):
        raise Conflict("queue.nobody_can", event="take", params={"items": ", ".join(items)})
    settings = settings_of(ctx)
    ahead = 0 if c.priority == "NONE" else settings.queue_priorities.get(c.priority, 0)
    if c.priority != "NONE" and not ahead:
        raise wrong("queue.priority_unknown", "priority", "value", "take")
    key = queue_id(area, ctx.now)
    queue = rows.find(QUEUE, key) or Queue()
    if queue.last >= settings.numbers_a_day:
        raise Conflict("queue.full", status=429, event="take", params={"most": settings.numbers_a_day})
    ticket, number = ctx.new_id(), f"{queue.last + 1:03d}"
    fact = said.TicketTaken(
        ticket=ticket,
        number=number,
        queue=key,
        area=area,
        items=items,
        life_event=c.life_event,
        ahead=ahead,
        expires_at=expires_at(ctx.now),
        waiting=len(queue.waiting) + 1,
    )
    answer = {"ticket": ticket, "number": number, "before": _before(queue, ahead, ctx)}
    return Decision((Emit(fact, (QUEUE.key(key), TICKET.key(ticket)), area),), (), answer)


def _before(queue: Queue, ahead: int, ctx: Context) -> int:
    mine = ctx.now.timestamp() - ahead * 60
    return sum(w.taken_at.timestamp() - w.ahead * 60 <= mine for w in queue.waiting)


def _leave_keys(c: Leave, ctx: Context) -> Iterable[Key]:
    return (TICKET.key(c.ticket),)


def _ticket_queue(c: Leave, rows: Rows, ctx: Context) -> Iterable[Key]:
    t = rows.find(TICKET, c.ticket)
    return (QUEUE.key(t.queue),) if t is not None else ()


def leave(rows: Rows, c: Leave, ctx: Context) -> Decision:
    """WAITING → LEFT, by whoever holds the number."""
    t = rows.need(TICKET, c.ticket)
    CYCLE.check(t.status, "leave")
    queue = rows.need(QUEUE, t.queue)
    fact = said.TicketLeft(ticket=t.id, number=t.number, waiting=len(queue.waiting) - 1)
    return Decision((Emit(fact, (QUEUE.key(t.queue), TICKET.key(t.id)), t.area),), (), {"number": t.number})


def _post_keys(c: OnPost, ctx: Context) -> Iterable[Key]:
    return (POST.key(c.post), hall_key())


def _post_queue(c: OnPost, rows: Rows, ctx: Context) -> Iterable[Key]:
    p = rows.find(POST, c.post)
    if p is None:
        return
    yield QUEUE.key(queue_id(p.area, ctx.now))
    if p.ticket:
        yield TICKET.key(p.ticket)
    if isinstance(c, Transfer) and c.item:
        yield ITEM.key(c.item)


def check_call(p: DeskPost, ctx: Context) -> None:
    """Who is on duty there, with nobody at the window."""
    as_clerk_of(p, ctx, "call")
    POST_CYCLE.check(p.status, "call")


def call(rows: Rows, c: Call, ctx: Context) -> Decision:
    """WAITING → CALLED; the answer says why this number. Of two who reach for one number, one gets it."""
    p = post_in(rows, c, "call")
    check_call(p, ctx)
    queue = rows.find(QUEUE, queue_id(p.area, ctx.now)) or Queue()
    chosen = _by_hand(queue, c.number, p, ctx) if c.number else _next(rows, queue, p, ctx)
    w = chosen.waiting
    fact = said.TicketCalled(
        ticket=w.ticket,
        number=w.number,
        post=p.id,
        clerk=ctx.actor.id,
        waited=chosen.waited,
        ahead=w.ahead,
        by_hand=bool(c.number),
        passed_over=tuple(n.number for n in chosen.passed)[:50],
        waiting=len(queue.waiting) - 1,
    )
    why = {"waited": chosen.waited, "ahead": w.ahead, "passed_over": [msgspec.to_builtins(n) for n in chosen.passed]}
    return _at_post(
        p, w.ticket, queue_id(p.area, ctx.now), fact, {"number": w.number, "items": list(w.items), "why": why}
    )


def _next(rows: Rows, queue: Queue, p: DeskPost, ctx: Context) -> Chosen:
    there = (m.post for m in hall_in(rows).of_area(p.area) if m.clerk)
    chosen = next_number_of(queue.waiting, p.id, p.skills, there, ctx.now)
    if chosen is None:
        raise Conflict("queue.empty", state=p.status, event="call", params={"waiting": len(queue.waiting)})
    return chosen


def _by_hand(queue: Queue, number: str, p: DeskPost, ctx: Context) -> Chosen:
    """A number the clerk names. Who was called already is told by its state: the other clerk was quicker."""
    found = next((w for w in queue.waiting if w.number == number), None)
    if found is None:
        called = next((k for k in queue.called if k.number == number), None)
        missed = any(m.number == number for m in queue.missed)
        if called is None and not missed:
            if not number.isdecimal() or not 0 < int(number) <= queue.last:
                raise NotFound("desk_ticket.unknown", event="call", params={"id": number})
            raise Conflict("ticket.call_waiting", event="call", params={"number": number})
        state = "MISSED" if called is None else "SERVING" if called.serving else "CALLED"
        raise Conflict("ticket.call_waiting", state=state, event="call", params={"number": number})
    if found.only not in ("", p.id):
        raise Conflict("ticket.other_post", state="WAITING", event="call", params={"number": number})
    if not covers(p.skills, found.items):
        raise Conflict("ticket.no_skill", state="WAITING", event="call", params={"items": ", ".join(found.items)})
    earlier = (w for w in queue.waiting if w.order < found.order)
    passed = tuple(Passed(w.number, "ahead") for w in earlier)
    return Chosen(waiting=found, waited=minutes_between(found.taken_at, ctx.now), passed=passed)


def _at_post(p: DeskPost, ticket: str, queue: str, fact: Fact, answer: dict[str, Any]) -> Decision:
    on = (POST.key(p.id), TICKET.key(ticket), QUEUE.key(queue))
    return Decision((Emit(fact, on),), (), {"post": p.id, **answer})


def check_at(p: DeskPost, t: Ticket | None, ctx: Context, event: str) -> None:
    """Who is on duty there, with a number that has this move."""
    as_clerk_of(p, ctx, event)
    if not p.ticket:
        raise Conflict("post.no_number", state=p.status, event=event)
    if t is not None:
        CYCLE.check(t.status, event)


def _number_at(rows: Rows, c: OnPost, ctx: Context, event: str) -> tuple[DeskPost, Ticket]:
    p = post_in(rows, c, event)
    as_clerk_of(p, ctx, event)
    t = ticket_at(rows, p, event)
    check_at(p, t, ctx, event)
    return p, t


def recall(rows: Rows, c: Recall, ctx: Context) -> Decision:
    """Called once more."""
    p, t = _number_at(rows, c, ctx, "recall")
    return _at_post(p, t.id, t.queue, said.TicketRecalled(ticket=t.id, post=p.id), {"number": t.number})


def start(rows: Rows, c: Start, ctx: Context) -> Decision:
    """CALLED → SERVING."""
    p, t = _number_at(rows, c, ctx, "start")
    return _at_post(p, t.id, t.queue, said.TicketStarted(ticket=t.id, post=p.id), {"number": t.number})


def finish(rows: Rows, c: Finish, ctx: Context) -> Decision:
    """SERVING → FINISHED; the post is ready for the next."""
    p, t = _number_at(rows, c, ctx, "finish")
    assert t.started_at is not None
    fact = said.TicketFinished(ticket=t.id, post=p.id, served=minutes_between(t.started_at, ctx.now))
    return _at_post(p, t.id, t.queue, fact, {"number": t.number, "served": fact.served})


def miss(rows: Rows, c: Miss, ctx: Context) -> Decision:
    """CALLED → MISSED, after it was called as often as the hall has agreed."""
    p, t = _number_at(rows, c, ctx, "miss")
    least = settings_of(ctx).calls_before_missed
    if t.calls < least:
        raise Conflict("ticket.recall_first", state=t.status, event="miss", params={"least": least})
    fact = said.TicketMissed(ticket=t.id, number=t.number, post=p.id, items=t.items, again=t.came_back)
    return _at_post(p, t.id, t.queue, fact, {"number": t.number})


def transfer(rows: Rows, c: Transfer, ctx: Context) -> Decision:
    """→ WAITING for somebody else; it keeps the time it has waited, so it is not last again."""
    p, t = _number_at(rows, c, ctx, "transfer")
    if not c.to and not c.item:
        raise wrong("ticket.transfer_where", "to", "missing", "transfer", t.status)
    items = (version_of(rows, c.item, ctx, "transfer").guide.item,) if c.item else t.items
    others = [m for m in hall_in(rows).of_area(p.area) if m.post != p.id]
    target = next((m for m in others if m.label == c.to.strip()), None) if c.to else None
    if c.to and target is None:
        raise wrong("ticket.transfer_post", "to", "unknown", "transfer", t.status, label=c.to)
    if not any(covers(m.skills, items) for m in ([target] if target is not None else others)):
        raise Conflict("queue.nobody_can", state=t.status, event="transfer", params={"items": ", ".join(items)})
    queue = rows.find(QUEUE, t.queue) if t.queue == queue_id(p.area, ctx.now) else None
    if queue is None:
        raise Conflict("ticket.other_day", state=t.status, event="transfer")
    fact = said.TicketTransferred(
        ticket=t.id,
        number=t.number,
        post=p.id,
        to_post=target.post if target is not None else "",
        items=items,
        taken_at=t.taken_at,
        ahead=t.ahead,
        waiting=len(queue.waiting) + 1,
    )
    return _at_post(p, t.id, t.queue, fact, {"number": t.number})


def _missed_ticket(c: ComeBack, rows: Rows, ctx: Context) -> Iterable[Key]:
    p = rows.find(POST, c.post)
    if p is not None:
        yield QUEUE.key(queue_id(p.area, ctx.now))


def come_back(rows: Rows, c: ComeBack, ctx: Context) -> Decision:
    """MISSED → WAITING, behind those who wait now, once."""
    p = post_in(rows, c, "come_back")
    if not (ctx.actor.has_role(*DESK) and ctx.actor.covers(p.area)):
        raise Forbidden("access.area", state=p.status, event="come_back", params={"area": p.area})
    key = queue_id(p.area, ctx.now)
    queue = rows.find(QUEUE, key) or Queue()
    found = next((m for m in queue.missed if m.number == c.number), None)
    if found is None:
        raise Conflict("ticket.back_missed", event="come_back", params={"number": c.number})
    if found.came_back:
        raise Conflict("ticket.back_once", state="MISSED", event="come_back", params={"number": c.number})
    fact = said.TicketBack(ticket=found.ticket, number=found.number, items=found.items, waiting=len(queue.waiting) + 1)
    on = (QUEUE.key(key), TICKET.key(found.ticket))
    return Decision((Emit(fact, on, p.area),), (), {"post": p.id, "number": found.number})


def _command(name: str, struct: type[msgspec.Struct], decide: Any, order: int, **rest: Any) -> Command[Any]:
    rest.setdefault("roles", CLERKS)
    rest.setdefault("more_keys", _post_queue)
    return Command(
        f"queue.{name}", struct, _post_keys, decide, kind="desk_post", matter_field="post", order=order, **rest
    )


COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "queue.take", Take, _take_keys, take, public=True, more_keys=_their_items, surfaces=("phone",), order=70,
    ),
    Command("queue.leave", Leave, _leave_keys, leave, public=True, more_keys=_ticket_queue, surfaces=(), order=71),
    _command("call", Call, call, 72, tone="primary"),
    _command("recall", Recall, recall, 73),
    _command("start", Start, start, 74, tone="primary"),
    _command("finish", Finish, finish, 75, tone="primary"),
    _command("miss", Miss, miss, 76),
    _command("transfer", Transfer, transfer, 77),
    _command("come_back", ComeBack, come_back, 78, roles=DESK, more_keys=_missed_ticket),
)  # fmt: skip
