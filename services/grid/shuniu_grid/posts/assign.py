"""Grid posts (网格岗位): who is 网格长, 专职, 兼职 or 专业力量 of an area (domain rules 2.11, 2.14, 12).

A post is bound to an account by its opaque id; what is published is that the post exists and is held, never by whom,
unless it is posted (:mod:`shuniu_grid.posts.posting`).
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Happening, Index, Key, RowKind, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.envelope import Fact
from shuniu.contracts.grid.posts import (
    HandoverConfirmed,
    PostAssigned,
    PostEnded,
    PostingBasis,
    PostingPublished,
    PostingWithdrawn,
    PostKind,
)
from shuniu.contracts.summary import Notice, RegistryEntry, Summary, Visibility
from shuniu.contracts.text import Text
from shuniu.rules.areas import check_code
from shuniu.rules.refusal import Conflict, FieldError, Unprocessable

from shuniu_grid.areas.register import AREA, REGISTRAR, valid_on
from shuniu_grid.posts.duty import DUTY, shifts_between
from shuniu_grid.posts.staffing import STAFFING, heads_between
from shuniu_grid.settings import business_day

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = (
    "COMMANDS",
    "POST",
    "Account",
    "AssignPost",
    "EndPost",
    "OpenMatter",
    "Post",
    "Posting",
    "assign",
    "held_on",
    "open_matters",
    "post_id",
)

Account = Annotated[str, msgspec.Meta(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9._:-]+$")]


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    """What is posted of who holds the post: a reference to name and phones, and on what basis."""

    ref: str
    basis: PostingBasis
    consent: str = ""


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """One account in one post of one area. ``earlier`` are terms before, ``handed_over`` a hand-over that is done."""

    id: str
    area: str
    kind: PostKind
    account: str
    valid_from: date
    valid_to: date | None = None
    earlier: tuple[tuple[date, date], ...] = ()
    posting: Posting | None = None
    handed_over: str = ""


class OpenMatter(NamedTuple):
    """A grid event that is not closed, by id and number."""

    id: str
    number: str


def post_id(area: str, kind: PostKind, account: str) -> str:
    """The post's code: one account holds a kind of post in an area once at a time."""
    return f"{area}-{kind.lower()}-{account}"


def held_on(post: Post, day: date) -> bool:
    """Whether the account holds the post on that day, in this term or one before."""
    now = post.valid_from <= day and (post.valid_to is None or day <= post.valid_to)
    return now or any(first <= day <= last for first, last in post.earlier)


def _evolve(row: Post | None, fact: Fact, happening: Happening) -> Post | None:
    replace = msgspec.structs.replace
    match fact:
        case PostAssigned():
            earlier = (*row.earlier, (row.valid_from, row.valid_to)) if row is not None and row.valid_to else ()
            return Post(
                id=fact.post,
                area=fact.area,
                kind=fact.kind,
                account=fact.account,
                valid_from=fact.valid_from,
                earlier=earlier,
            )
        case PostEnded() if row is not None:
            return replace(row, valid_to=fact.valid_to)
        case PostingPublished() if row is not None:
            return replace(row, posting=Posting(ref=fact.ref, basis=fact.basis, consent=fact.consent))
        case PostingWithdrawn() if row is not None:
            return replace(row, posting=None)
        case HandoverConfirmed() if row is not None:
            return replace(row, handed_over=fact.handover)
        case _:
            return row


def _index(row: Post) -> Index:
    return Index(status=row.kind, area=row.area, unit=row.account)


def _summarise(row: Post, fact: Fact, ctx: Context) -> Summary:
    seen = Visibility(areas=(row.area,))
    if isinstance(fact, PostingPublished | PostingWithdrawn):
        return Summary(visibility=seen)
    title: Text = ctx.texts.get(f"post.{row.kind}", Text(row.kind, row.kind))
    entry = RegistryEntry(
        kind="post",
        code=row.id,
        parent=row.area,
        title=title,
        subtype=row.kind,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )
    if isinstance(fact, PostEnded):
        told = Notice(
            why="changed", text="notice.post_ended", roles=("registrar", "community_secretary"), areas=(row.area,)
        )
    else:
        told = Notice(why="assigned", text="notice.post_assigned", accounts=(row.account,))
    return Summary(registry=(entry,), notices=(told,), visibility=seen)


POST: RowKind[Post] = RowKind("post", Post, "post", _evolve, index=_index, summarise=_summarise)


class AssignPost(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Give an account a post in an area."""

    area: Annotated[str, msgspec.Meta(max_length=15, extra_json_schema={"x-widget": "area"})]
    kind: PostKind
    account: Account
    valid_from: date | None = None


class EndPost(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """End a post with the day ``valid_to`` (the last on which it is held)."""

    post: Annotated[str, msgspec.Meta(max_length=120)]
    valid_to: date | None = None


def _assign_keys(command: AssignPost, ctx: Context) -> Iterable[Key]:
    post = post_id(command.area, command.kind, command.account)
    return POST.key(post), AREA.key(command.area), STAFFING.key(command.area)


def assign(rows: Rows, command: AssignPost, ctx: Context, taken: tuple[tuple[str, date], ...] = ()) -> Emit:
    """The event that gives the post. ``taken`` are (area, first day) of heads given by the same command before."""
    check_code(command.area, "street", "community", "grid")
    ctx.actor.require_area(command.area)
    start = command.valid_from or business_day(ctx.now)
    area = rows.find(AREA, command.area)
    entry = area.entry if area else ctx.registry.get("area", command.area)
    if entry is None or not valid_on(entry, start):
        raise Unprocessable("grid.unknown_area", fields=(FieldError("area", "unknown"),), params={"area": command.area})
    post = post_id(command.area, command.kind, command.account)
    held = rows.find(POST, post)
    if held is not None and (held.valid_to is None or held.valid_to >= start):
        raise Conflict("grid.post_held", params={"area": command.area, "since": held.valid_from.isoformat()})
    if command.kind == "HEAD":
        heads = heads_between(rows.find(STAFFING, command.area), start, None)
        if heads or any(where == command.area for where, _ in taken):
            since = heads[0].first if heads else start
            raise Conflict("grid.head_taken", params={"area": command.area, "since": since.isoformat()})
    fact = PostAssigned(post=post, area=command.area, kind=command.kind, account=command.account, valid_from=start)
    return Emit(fact, (POST.key(post), STAFFING.key(command.area)), command.area)


def _assign(rows: Rows, command: AssignPost, ctx: Context) -> Decision:
    given = assign(rows, command, ctx)
    return Decision((given,), answer={"post": given.on[0].id})


async def open_matters(area: str) -> tuple[OpenMatter, ...]:
    """The grid events of exactly this area that are not closed, by number."""
    from shuniu_grid.events.lifecycle import EVENT
    from shuniu_grid.events.tables import GridEventTable

    waiting = [status.id for status in EVENT.statuses if status.open]
    found = await GridEventTable.raw(
        "select key, doc ->> 'number' as number from grid_event where area = {} and status = any({}) order by 2",
        area,
        waiting,
    )
    return tuple(OpenMatter(row["key"], row["number"]) for row in found)


async def _prepare_end(command: EndPost, host: "Host") -> tuple[OpenMatter, ...]:
    from shuniu_grid.posts.tables import PostTable

    rows = await PostTable.select(PostTable.area).where(PostTable.key == command.post)
    return await open_matters(rows[0]["area"]) if rows else ()


def _end_keys(command: EndPost, rows: Rows, ctx: Context) -> Iterable[Key]:
    post = rows.find(POST, command.post)
    return (STAFFING.key(post.area), DUTY.key(post.account)) if post else ()


def _end(rows: Rows, command: EndPost, ctx: Context) -> Decision:
    row = rows.need(POST, command.post)
    ctx.actor.require_area(row.area)
    if row.valid_to is not None:
        raise Conflict("grid.post_ended", params={"valid_to": row.valid_to.isoformat()})
    last = command.valid_to or business_day(ctx.now)
    if last < row.valid_from:
        raise Unprocessable("grid.post_ends_before_start", fields=(FieldError("valid_to", "too_early"),))
    waiting: tuple[OpenMatter, ...] = ctx.prepared or ()
    shifts = shifts_between(rows.find(DUTY, row.account), last + timedelta(days=1), None, row.id)
    if (waiting or shifts) and not row.handed_over and not _stood_in(rows, row, last):
        params = {"matters": len(waiting), "shifts": len(shifts)}
        fields = tuple(FieldError(m.number, "open") for m in waiting[:20])
        raise Conflict("grid.post_hand_over_first", fields=fields, params=params)
    fact = PostEnded(post=row.id, area=row.area, kind=row.kind, valid_from=row.valid_from, valid_to=last)
    events = [Emit(fact, (POST.key(row.id), STAFFING.key(row.area)), row.area)]
    if row.posting is not None:
        gone = PostingWithdrawn(post=row.id, area=row.area, reason="ENDED")
        events.append(Emit(gone, (POST.key(row.id),), row.area))
    return Decision(tuple(events))


def _stood_in(rows: Rows, post: Post, last: date) -> bool:
    """Whether somebody stands in for the post on the day after its end."""
    staffing = rows.find(STAFFING, post.area)
    after = last + timedelta(days=1)
    terms = staffing.held if staffing else ()
    return any(
        h.stand_in and h.post == post.id and h.first <= after and (h.last is None or after <= h.last) for h in terms
    )


COMMANDS = (
    Command(
        "grid.assign_post",
        AssignPost,
        _assign_keys,
        _assign,
        roles=REGISTRAR,
        icon="person",
        surfaces=("map",),
        order=92,
    ),
    Command(
        "grid.end_post",
        EndPost,
        lambda c, ctx: (POST.key(c.post),),
        _end,
        more_keys=_end_keys,
        prepare=_prepare_end,
        roles=REGISTRAR,
        icon="person",
        surfaces=(),
        order=93,
    ),
)
