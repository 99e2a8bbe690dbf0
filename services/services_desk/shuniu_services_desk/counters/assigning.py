"""Whose a case is (派件): the least loaded of those on duty with the skill, or whoever a person names.

The suggestion and its reason are shown before (``preview``) and after; a person may always choose otherwise. Cases over
the public page are assigned by themselves as they come (``case.auto_assign``), as far as somebody is on duty.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command, Reaction, Received
from shuniu.chassis.state import load_row
from shuniu.contracts.services_desk.cases import CaseSubmitted
from shuniu.contracts.services_desk.counters import AssignReason, CaseAssigned
from shuniu.rules.areas import within
from shuniu.rules.refusal import Conflict, Forbidden

from shuniu_services_desk.cases.case import CASE, OnCase, as_clerk, case_in
from shuniu_services_desk.cases.load import LOAD, ClerkLoad, weight_of
from shuniu_services_desk.cases.state import Case
from shuniu_services_desk.counters.choosing import Candidate, covers, least_loaded
from shuniu_services_desk.counters.rows import HALL, hall_in, hall_key
from shuniu_services_desk.counters.state import HALL_KEY, Hall, Manned
from shuniu_services_desk.fields import wrong
from shuniu_services_desk.roles import DESK, LEADERS
from shuniu_services_desk.texts import words_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("COMMANDS", "REACTIONS", "check_assign")

MOST_AT_ONCE = 100
"""Cases one hand-on moves; with more it is given again."""
Account = Annotated[str, Meta(max_length=64)]


class Assign(OnCase, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Give a case to a clerk; without one, to the least loaded on duty with the skill."""

    clerk: Account = ""


class Reassign(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A clerk leaves: each of their open cases goes to the least loaded on duty with the skill, or to ``to``."""

    clerk: Annotated[str, Meta(min_length=1, max_length=64)]
    to: Account = ""


class AutoAssign(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A case came over the public page."""

    case: str


def _able(hall: Hall, c: Case) -> tuple[Manned, ...]:
    """Posts on duty that may take this case."""
    return tuple(
        p for p in hall.posts if p.clerk and not p.on_break and within(c.area, p.area) and covers(p.skills, (c.item,))
    )


def _load_of(rows: Rows, clerk: str) -> ClerkLoad:
    return rows.find(LOAD, clerk) or ClerkLoad()


def _keys(c: Assign | AutoAssign, ctx: Context) -> Iterable[Key]:
    yield CASE.key(c.case)
    yield hall_key()
    if isinstance(c, Assign) and c.clerk:
        yield LOAD.key(c.clerk)


def _loads(c: Any, rows: Rows, ctx: Context) -> Iterable[Key]:
    return tuple(LOAD.key(p.clerk) for p in hall_in(rows).posts if p.clerk)


def check_assign(c: Case, ctx: Context) -> None:
    """The desk, while the case is open."""
    as_clerk(c, ctx, "assign")
    if not c.open or c.status == "CONSULTED":
        raise Conflict("case.assign_open", state=c.status, event="assign")


def _assigned(c: Case, to: Candidate, reason: AssignReason) -> Emit:
    fact = CaseAssigned(
        case=c.id, clerk=to.clerk, was=c.assignee, reason=reason, post=to.post, load=to.load, weight=weight_of(c)
    )
    on = (CASE.key(c.id), LOAD.key(to.clerk), *((LOAD.key(c.assignee),) if c.assignee else ()))
    return Emit(fact, on)


def assign(rows: Rows, q: Assign, ctx: Context) -> Decision:
    """Another clerk's from now on. Somebody who is not the leader gives to those on duty, or takes it."""
    c = case_in(rows, q)
    check_assign(c, ctx)
    hall = hall_in(rows)
    if q.clerk:
        at = hall.post_of(q.clerk)
        if at is None and not (ctx.actor.has_role(*LEADERS) or q.clerk == ctx.actor.id):
            raise wrong("case.assign_off_duty", "clerk", "value", "assign", c.status)
        to = Candidate(clerk=q.clerk, post=at.post if at else "", load=_load_of(rows, q.clerk).weight)
        reason: AssignReason = "BY_HAND"
    else:
        found = least_loaded(
            Candidate(clerk=p.clerk, post=p.post, load=_load_of(rows, p.clerk).weight) for p in _able(hall, c)
        )
        if found is None:
            raise Conflict("case.nobody_on_duty", state=c.status, event="assign", params={"item": c.item_name})
        to, reason = found, "LEAST_LOADED"
    if to.clerk == c.assignee:
        raise Conflict("case.assigned_already", state=c.status, event="assign")
    return Decision(
        (_assigned(c, to, reason),), (), {"case": c.id, "clerk": to.clerk, "reason": reason, "load": to.load}
    )


def auto_assign(rows: Rows, q: AutoAssign, ctx: Context) -> Decision:
    """The same, where it is nobody's yet and somebody is there; else it waits for a person."""
    c = rows.find(CASE, q.case)
    if c is None or not c.open or c.assignee:
        return Decision()
    to = least_loaded(
        Candidate(clerk=p.clerk, post=p.post, load=_load_of(rows, p.clerk).weight) for p in _able(hall_in(rows), c)
    )
    return Decision((_assigned(c, to, "LEAST_LOADED"),)) if to is not None else Decision()


def _reassign_keys(q: Reassign, ctx: Context) -> Iterable[Key]:
    yield hall_key()
    yield LOAD.key(q.clerk)
    if q.to:
        yield LOAD.key(q.to)


def _their_cases(q: Reassign, rows: Rows, ctx: Context) -> Iterable[Key]:
    yield from _loads(q, rows, ctx)
    yield from (CASE.key(h.case) for h in _load_of(rows, q.clerk).cases[:MOST_AT_ONCE])


def reassign(rows: Rows, q: Reassign, ctx: Context) -> Decision:
    """Every open case of theirs that somebody can take; the answer counts those that nobody on duty can."""
    if not ctx.actor.has_role(*LEADERS):
        raise Forbidden("case.leader_only", event="reassign")
    if q.to == q.clerk:
        raise wrong("case.assigned_already", "to", "value", "reassign")
    held = _load_of(rows, q.clerk).cases
    if not held:
        raise Conflict("case.nothing_in_hand", event="reassign")
    hall, events, left = hall_in(rows), [], 0
    more: dict[str, int] = {}
    for inhand in held[:MOST_AT_ONCE]:
        c = rows.need(CASE, inhand.case)
        ctx.actor.require_area(c.area)
        if q.to:
            at = hall.post_of(q.to)
            able = [Candidate(clerk=q.to, post=at.post if at else "", load=0)]
        else:
            able = [Candidate(clerk=p.clerk, post=p.post, load=0) for p in _able(hall, c) if p.clerk != q.clerk]
        to = least_loaded(
            msgspec.structs.replace(a, load=_load_of(rows, a.clerk).weight + more.get(a.clerk, 0)) for a in able
        )
        if to is None:
            left += 1
            continue
        more[to.clerk] = more.get(to.clerk, 0) + weight_of(c)
        events.append(_assigned(c, to, "CLERK_LEFT"))
    if not events:
        raise Conflict("case.nobody_on_duty", event="reassign", params={"item": ""})
    left += len(held) - len(held[:MOST_AT_ONCE])
    return Decision(tuple(events), (), {"moved": len(events), "left": left})


async def preview_assign(body: Mapping[str, Any], ctx: Context, host: "Host") -> Mapping[str, Any]:
    """Who would get it, and why; what everybody on duty with the skill has in hand."""
    found = await load_row(host.pool, CASE, str(body.get("case", ""))[:64])
    hall = await load_row(host.pool, HALL, HALL_KEY)
    if found is None or not ctx.actor.covers(found[0].area):
        return {"suggestions": {}, "notes": []}
    able = []
    for p in _able(hall[0] if hall is not None else Hall(), found[0]):
        row = await load_row(host.pool, LOAD, p.clerk)
        able.append((p, Candidate(clerk=p.clerk, post=p.post, load=row[0].weight if row is not None else 0)))
    to = least_loaded(c for _, c in able)
    words = words_of("counters")
    if to is None:
        return {"suggestions": {}, "notes": [_note(words["note.nobody_on_duty"], {})]}
    label = {c.clerk: p.label for p, c in able}
    notes = [
        _note(words["note.least_loaded"], {"label": label[to.clerk], "load": str(to.load), "of": str(len(able))}),
        *(_note(words["note.in_hand"], {"label": p.label, "load": str(c.load)}) for p, c in able),
    ]
    return {"suggestions": {"clerk": to.clerk}, "notes": notes}


def _note(text: Any, params: Mapping[str, str]) -> dict[str, Any]:
    return {"text": {"zh": text.zh.format(**params), "en": text.en.format(**params)}, "fields": ["clerk"]}


AUTO: Command[AutoAssign] = Command("case.auto_assign", AutoAssign, _keys, auto_assign, more_keys=_loads, internal=True)
COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "case.assign",
        Assign,
        _keys,
        assign,
        roles=DESK,
        more_keys=_loads,
        kind="desk_case",
        matter_field="case",
        preview=preview_assign,
        order=49,
    ),
    Command("case.reassign", Reassign, _reassign_keys, reassign, roles=LEADERS, more_keys=_their_cases, order=50),
    AUTO,
)


def _on_submitted(received: Received[Any]) -> tuple[Command[Any], msgspec.Struct] | None:
    f = received.fact(CaseSubmitted)
    return (AUTO, AutoAssign(case=f.case)) if f.channel == "ONLINE" else None


REACTIONS = (
    Reaction(
        name="desk_auto_assign", sources=("services_desk",), handles=("case.submitted.v1",), command=_on_submitted
    ),
)
