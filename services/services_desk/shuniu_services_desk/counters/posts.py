"""Clerk posts (综窗岗位): set up with skills, manned, on a break, left. One clerk mans one post."""

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.services_desk.counters import (
    PostChanged,
    PostClosed,
    PostLeft,
    PostManned,
    PostRested,
    PostResumed,
    PostSetUp,
)
from shuniu.rules.refusal import Conflict, FieldError, Forbidden, Unprocessable

from shuniu_services_desk.catalogue.items import ITEM
from shuniu_services_desk.counters.lifecycles import POST as CYCLE
from shuniu_services_desk.counters.rows import (
    POST,
    OnPost,
    as_clerk_of,
    as_leader_of,
    hall_in,
    hall_key,
    post_in,
    said_of,
)
from shuniu_services_desk.counters.state import DeskPost
from shuniu_services_desk.fields import AreaCode, area_in_scope
from shuniu_services_desk.roles import CLERKS, DESK, LEADERS

__all__ = ("COMMANDS", "check_begin", "check_change", "check_close", "check_end", "check_rest", "check_resume")

MOST_POSTS = 200
Skill = Annotated[str, Meta(min_length=1, max_length=41, pattern=r"^[A-Za-z0-9_-]*\*?$")]
Skills = Annotated[tuple[Skill, ...], Meta(min_length=1, max_length=60)]
Label = Annotated[str, Meta(min_length=1, max_length=20, pattern=r"\S")]


class SetUp(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new post, with what whoever mans it may accept."""

    label: Label
    skills: Skills = ("*",)
    area: AreaCode = ""


class Change(OnPost, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another label or other skills, from now on."""

    label: Label
    skills: Skills


class Begin(OnPost, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Be on duty at a post (上岗)."""


class Rest(OnPost, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Have a break (暂离)."""


class Resume(OnPost, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Be back from the break."""


class End(OnPost, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Go off duty (离岗)."""


class Close(OnPost, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Give the post up."""


def _skill_keys(skills: Iterable[str]) -> Iterable[Key]:
    return (ITEM.key(s) for s in skills if not s.endswith("*"))


def _check_skills(rows: Rows, skills: tuple[str, ...], event: str, state: str | None = None) -> tuple[str, ...]:
    """Items of the catalogue, groups by prefix, or ``*``; each once."""
    flaws = tuple(
        FieldError(f"skills.{n}", "twice" if s in skills[:n] else "unknown")
        for n, s in enumerate(skills)
        if s in skills[:n] or (not s.endswith("*") and rows.find(ITEM, s) is None)
    )
    if flaws:
        raise Unprocessable("post.skill_unknown", state=state, event=event, fields=flaws)
    return skills


def _set_up_keys(c: SetUp, ctx: Context) -> Iterable[Key]:
    return (hall_key(), *_skill_keys(c.skills))


def set_up(rows: Rows, c: SetUp, ctx: Context) -> Decision:
    """→ OFF; a label is had by one post of a hall."""
    area = area_in_scope(c.area, "set_up", ctx)
    as_leader_of(area, ctx, "set_up")
    skills = _check_skills(rows, c.skills, "set_up")
    hall = hall_in(rows)
    _label_free(rows, c.label.strip(), area, "", "set_up")
    if len(hall.posts) >= MOST_POSTS:
        raise Conflict("post.too_many", event="set_up", params={"most": MOST_POSTS})
    post = ctx.new_id()
    fact = PostSetUp(post=post, area=area, label=c.label.strip(), skills=skills)
    return Decision((Emit(fact, (POST.key(post), hall_key())),), (), {"post": post})


def _label_free(rows: Rows, label: str, area: str, post: str, event: str, state: str | None = None) -> None:
    if any(p.label == label and p.post != post for p in hall_in(rows).of_area(area)):
        raise Conflict("post.label_taken", state=state, event=event, params={"label": label})


def _on_post(c: OnPost, ctx: Context) -> Iterable[Key]:
    yield POST.key(c.post)
    yield hall_key()
    if isinstance(c, Change):
        yield from _skill_keys(c.skills)


def check_change(p: DeskPost, ctx: Context) -> None:
    """The leader, while nobody is served there."""
    as_leader_of(p.area, ctx, "change", p.status)
    CYCLE.check(p.status, "change")


def change(rows: Rows, c: Change, ctx: Context) -> Decision:
    """Label and skills; numbers that nobody can serve any more go to whoever can."""
    p = post_in(rows, c, "change")
    check_change(p, ctx)
    _label_free(rows, c.label.strip(), p.area, p.id, "change", p.status)
    skills = _check_skills(rows, c.skills, "change", p.status)
    return said_of(p, PostChanged(post=p.id, label=c.label.strip(), skills=skills), hall=True)


def check_begin(p: DeskPost, ctx: Context) -> None:
    """A clerk of the area, where nobody is."""
    if not ctx.actor.has_role(*CLERKS):
        raise Forbidden("case.desk_only", state=p.status, event="begin")
    if not ctx.actor.covers(p.area):
        raise Forbidden("access.area", state=p.status, event="begin", params={"area": p.area})
    CYCLE.check(p.status, "begin")


def begin(rows: Rows, c: Begin, ctx: Context) -> Decision:
    """OFF → READY; whoever is on duty elsewhere leaves there first."""
    p = post_in(rows, c, "begin")
    check_begin(p, ctx)
    elsewhere = hall_in(rows).post_of(ctx.actor.id)
    if elsewhere is not None:
        raise Conflict("post.one_each", state=p.status, event="begin", params={"label": elsewhere.label})
    return said_of(p, PostManned(post=p.id, clerk=ctx.actor.id), hall=True)


def check_rest(p: DeskPost, ctx: Context) -> None:
    """Who is on duty there, with nobody at the window."""
    as_clerk_of(p, ctx, "rest")
    CYCLE.check(p.status, "rest")


def rest(rows: Rows, c: Rest, ctx: Context) -> Decision:
    """READY → BREAK."""
    p = post_in(rows, c, "rest")
    check_rest(p, ctx)
    return said_of(p, PostRested(post=p.id), hall=True)


def check_resume(p: DeskPost, ctx: Context) -> None:
    """Who has the break."""
    as_clerk_of(p, ctx, "resume")
    CYCLE.check(p.status, "resume")


def resume(rows: Rows, c: Resume, ctx: Context) -> Decision:
    """BREAK → READY."""
    p = post_in(rows, c, "resume")
    check_resume(p, ctx)
    return said_of(p, PostResumed(post=p.id), hall=True)


def check_end(p: DeskPost, ctx: Context) -> None:
    """Who is on duty there, or the leader for somebody who forgot."""
    if p.clerk and p.clerk != ctx.actor.id and not ctx.actor.has_role(*LEADERS):
        raise Forbidden("post.own_post", state=p.status, event="end")
    if not ctx.actor.covers(p.area):
        raise Forbidden("access.area", state=p.status, event="end", params={"area": p.area})
    CYCLE.check(p.status, "end")


def end(rows: Rows, c: End, ctx: Context) -> Decision:
    """→ OFF. Cases stay the clerk's until they are handed on (``case.reassign``)."""
    p = post_in(rows, c, "end")
    check_end(p, ctx)
    return said_of(p, PostLeft(post=p.id, clerk=p.clerk), hall=True)


def check_close(p: DeskPost, ctx: Context) -> None:
    """The leader, once nobody is there."""
    as_leader_of(p.area, ctx, "close", p.status)
    CYCLE.check(p.status, "close")


def close(rows: Rows, c: Close, ctx: Context) -> Decision:
    """OFF → CLOSED."""
    p = post_in(rows, c, "close")
    check_close(p, ctx)
    return said_of(p, PostClosed(post=p.id), hall=True)


def _command(
    name: str, struct: type[msgspec.Struct], decide: Any, roles: tuple[str, ...], order: int, **rest: Any
) -> Command[Any]:
    return Command(
        f"post.{name}",
        struct,
        _on_post,
        decide,
        roles=roles,
        kind="desk_post",
        matter_field="post",
        order=order,
        **rest,
    )


COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "post.set_up", SetUp, _set_up_keys, set_up, roles=LEADERS, opens="desk_post", icon="desk", surfaces=("board",),
        order=80,
    ),
    _command("begin", Begin, begin, CLERKS, 81, tone="primary"),
    _command("rest", Rest, rest, CLERKS, 82),
    _command("resume", Resume, resume, CLERKS, 83, tone="primary"),
    _command("end", End, end, DESK, 84),
    _command("change", Change, change, LEADERS, 85),
    _command("close", Close, close, LEADERS, 86, tone="danger"),
)  # fmt: skip
