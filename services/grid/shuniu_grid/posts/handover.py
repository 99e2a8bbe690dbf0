"""Handing a grid post over (交接): open matters by number, shifts, and things; both sides confirm.

``HANDING_OVER → HANDED_OVER | HANDOVER_WITHDRAWN``. With the second confirmation the taker gets the shifts from the
day of the hand-over on, and the post may end. Domain rules 2.14: the whole handling gets an electronic file.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Detail, DetailField, DetailRow, DetailSection, Emit, Offer, Private
from shuniu.chassis.rows import Happening, Index, Key, MatterFace, RowKind, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.envelope import Fact
from shuniu.contracts.grid.posts import HandoverConfirmed, HandoverOpened, HandoverSide, HandoverWithdrawn, PostKind
from shuniu.contracts.summary import Link, MatterSummary, Notice, Place, StepSummary, Summary, Visibility
from shuniu.rules.refusal import Conflict, FieldError, Forbidden, Unprocessable

from shuniu_grid.posts.assign import POST, Account, OpenMatter, Post, open_matters
from shuniu_grid.posts.duty import DUTY, shifts_between
from shuniu_grid.posts.roster import HOLDERS, PLANNERS, PostCode, pass_shifts

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("COMMANDS", "HANDOVER", "KIND", "STATUSES", "Handover")

KIND: Final = "post_handover"
PREFIX = "JJ"
HandoverStatus = Literal["HANDING_OVER", "HANDED_OVER", "HANDOVER_WITHDRAWN"]
STATUSES: Final[tuple[tuple[HandoverStatus, bool, str], ...]] = (
    ("HANDING_OVER", True, "active"),
    ("HANDED_OVER", False, "done"),
    ("HANDOVER_WITHDRAWN", False, "stopped"),
)
"""(id, open, tone), in order."""
PURPOSE = "grid-post-handover"


class Handover(msgspec.Struct, frozen=True, kw_only=True):
    """A hand-over as it stands. ``giver`` and ``taker`` are opaque accounts, ``items`` refers to the sealed list."""

    id: str
    number: str
    status: HandoverStatus = "HANDING_OVER"
    post: str
    area: str
    kind: PostKind
    giver: str
    taker: str
    on: date
    matters: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    shifts: int = 0
    items: str = ""
    confirmed: tuple[HandoverSide, ...] = ()
    opened_at: datetime
    closed_at: datetime | None = None


def _closed(row: Handover, status: HandoverStatus, happening: Happening) -> Handover:
    return msgspec.structs.replace(row, status=status, closed_at=happening.time)


def _evolve(row: Handover | None, fact: Fact, happening: Happening) -> Handover | None:
    match fact:
        case HandoverOpened():
            return Handover(
                id=fact.handover,
                number=fact.number,
                post=fact.post,
                area=fact.area,
                kind=fact.kind,
                giver=fact.giver,
                taker=fact.taker,
                on=fact.on,
                matters=fact.matters,
                numbers=fact.numbers,
                shifts=fact.shifts,
                items=fact.items,
                opened_at=happening.time,
            )
        case HandoverConfirmed() if row is not None:
            row = msgspec.structs.replace(row, confirmed=(*row.confirmed, fact.side))
            return _closed(row, "HANDED_OVER", happening) if fact.done else row
        case HandoverWithdrawn() if row is not None:
            return _closed(row, "HANDOVER_WITHDRAWN", happening)
        case _:
            return row


def _visibility(row: Handover) -> Visibility:
    return Visibility(areas=(row.area,))


def _step(fact: Fact) -> StepSummary | None:
    match fact:
        case HandoverOpened():
            return StepSummary(move="open_handover")
        case HandoverConfirmed():
            return StepSummary(move="confirm_handover", detail=f"enum.side.{fact.side}")
        case HandoverWithdrawn():
            return StepSummary(move="withdraw_handover")
        case _:
            return None


def _summarise(row: Handover, fact: Fact, ctx: Context) -> Summary:
    links: tuple[Link, ...] = ()
    told: tuple[Notice, ...] = ()
    if isinstance(fact, HandoverOpened):
        links = tuple(Link(relation="hands_over", source=ctx.source, kind="grid_event", matter=m) for m in row.matters)
        told = (Notice(why="assigned", text="notice.handover", accounts=(row.giver, row.taker)),)
    elif row.status != "HANDING_OVER":
        told = (Notice(why="changed", text=f"status.{KIND}.{row.status}", accounts=(row.giver, row.taker)),)
    title = ctx.texts.get(f"post.{row.kind}")
    return Summary(
        matter=MatterSummary(
            kind=KIND,
            id=row.id,
            number=row.number,
            version=0,
            title=f"{title.zh if title else row.kind} {row.area}",
            category=row.kind,
            status=row.status,
            open=row.status == "HANDING_OVER",
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            area=row.area,
            place=Place(name=row.area),
            visibility=_visibility(row),
        ),
        step=_step(fact),
        links=links,
        notices=told,
    )


def _side(row: Handover, account: str) -> HandoverSide | None:
    return "GIVER" if account == row.giver else "TAKER" if account == row.taker else None


def _offers(row: Handover, ctx: Context) -> Sequence[Offer]:
    if row.status != "HANDING_OVER":
        return ()
    offers = []
    side = _side(row, ctx.actor.id)
    if side is not None and side not in row.confirmed and ctx.actor.covers(row.area):
        offers.append(Offer(action="grid.confirm_handover", prefill={"handover": row.id}, fixed=("handover",)))
    if ctx.actor.has_role(*PLANNERS) and ctx.actor.covers(row.area):
        offers.append(Offer(action="grid.withdraw_handover", prefill={"handover": row.id}, fixed=("handover",)))
    return offers


def _detail(row: Handover, ctx: Context) -> Detail:
    opened: dict[str, dict[str, str]] = ctx.prepared or {}
    fields = (
        DetailField(label="field.kind", value=f"post.{row.kind}", kind="key"),
        DetailField(label="field.area", value=row.area, kind="area"),
        DetailField(label="field.on", value=row.on.isoformat()),
        DetailField(label="field.items", value=opened.get(row.items, {}).get("text", "")),
        DetailField(label="field.shifts", value=str(row.shifts)),
        *(DetailField(label="field.confirmed", value=f"enum.side.{side}", kind="key") for side in row.confirmed),
    )
    matters = DetailSection(
        title="section.handover_matters",
        rows=tuple(
            DetailRow(label="kind.grid_event", fields=(DetailField(label="field.number", value=number),))
            for number in row.numbers
        ),
    )
    return Detail(fields=tuple(f for f in fields if f.value), sections=(matters,) if row.numbers else ())


HANDOVER: RowKind[Handover] = RowKind(
    KIND,
    Handover,
    "post_handover",
    _evolve,
    index=lambda row: Index(status=row.status, area=row.area),
    face=MatterFace(
        summarise=_summarise,
        number=lambda row: row.number,
        visibility=_visibility,
        offers=_offers,
        detail=_detail,
    ),
)


class OpenHandover(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hand a post over to another account from the day ``on``; what is open there is listed by itself."""

    post: PostCode
    taker: Account
    on: date
    items: Annotated[str, msgspec.Meta(max_length=2000, extra_json_schema={"x-widget": "textarea"})] = ""


class ConfirmHandover(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Confirm one's own side of a hand-over."""

    handover: Annotated[str, msgspec.Meta(max_length=60, extra_json_schema={"x-widget": "hidden"})]


class WithdrawHandover(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It does not take place."""

    handover: Annotated[str, msgspec.Meta(max_length=60, extra_json_schema={"x-widget": "hidden"})]


async def _prepare_open(command: OpenHandover, host: "Host") -> tuple[OpenMatter, ...]:
    from shuniu_grid.posts.tables import PostTable

    rows = await PostTable.select(PostTable.area).where(PostTable.key == command.post)
    return await open_matters(rows[0]["area"]) if rows else ()


def _open_keys(command: OpenHandover, rows: Rows, ctx: Context) -> Iterable[Key]:
    post = rows.find(POST, command.post)
    return (DUTY.key(post.account),) if post else ()


def _open(rows: Rows, command: OpenHandover, ctx: Context) -> Decision:
    post: Post = rows.need(POST, command.post)
    if not ctx.actor.has_role(*PLANNERS) and ctx.actor.id != post.account:
        raise Forbidden("grid.handover_of_own_post")
    ctx.actor.require_area(post.area)
    if post.valid_to is not None and post.valid_to < command.on:
        raise Conflict("grid.post_ended", params={"valid_to": post.valid_to.isoformat()})
    if command.taker == post.account:
        raise Unprocessable("grid.stand_in_is_another", fields=(FieldError("taker", "same"),))
    waiting: tuple[OpenMatter, ...] = ctx.prepared or ()
    shifts = shifts_between(rows.find(DUTY, post.account), command.on, None, post.id)
    id_ = ctx.new_id()
    items = ctx.new_id() if command.items.strip() else ""
    fact = HandoverOpened(
        handover=id_,
        number=next_number(rows, PREFIX, ctx.now),
        post=post.id,
        area=post.area,
        kind=post.kind,
        giver=post.account,
        taker=command.taker,
        on=command.on,
        matters=tuple(m.id for m in waiting),
        numbers=tuple(m.number for m in waiting),
        shifts=len(shifts),
        items=items,
    )
    private = (Private(items, {"text": command.items.strip()}, PURPOSE, "STATUTORY_DUTY"),) if items else ()
    on = (HANDOVER.key(id_), counter_key(PREFIX, ctx.now))
    return Decision(
        (Emit(fact, on, post.area),),
        private=private,
        answer={"handover": id_, "number": fact.number, "matters": list(fact.numbers), "shifts": len(shifts)},
    )


def _still(row: Handover, move: str) -> None:
    if row.status != "HANDING_OVER":
        raise Conflict("grid.handover_is_over", state=row.status, event=move)


def _confirm_keys(command: ConfirmHandover, rows: Rows, ctx: Context) -> Iterable[Key]:
    row = rows.find(HANDOVER, command.handover)
    return (DUTY.key(row.giver), DUTY.key(row.taker), POST.key(row.post)) if row else ()


def _confirm(rows: Rows, command: ConfirmHandover, ctx: Context) -> Decision:
    row = rows.need(HANDOVER, command.handover)
    side = _side(row, ctx.actor.id)
    if side is None:
        raise Forbidden("grid.handover_of_others", state=row.status, event="confirm_handover")
    _still(row, "confirm_handover")
    if side in row.confirmed:
        raise Conflict("grid.handover_confirmed_once", state=row.status, event="confirm_handover")
    done = len(row.confirmed) == 1
    fact = HandoverConfirmed(handover=row.id, side=side, done=done)
    keys = (HANDOVER.key(row.id), POST.key(row.post)) if done else (HANDOVER.key(row.id),)
    events = [Emit(fact, keys, row.area)]
    if done:
        shifts = shifts_between(rows.find(DUTY, row.giver), row.on, None, row.post)
        events += pass_shifts(shifts, rows.find(DUTY, row.taker), row.taker)
    return Decision(tuple(events), answer={"done": done})


def _withdraw(rows: Rows, command: WithdrawHandover, ctx: Context) -> Decision:
    row = rows.need(HANDOVER, command.handover)
    ctx.actor.require_area(row.area)
    _still(row, "withdraw_handover")
    return Decision((Emit(HandoverWithdrawn(handover=row.id), (HANDOVER.key(row.id),), row.area),))


COMMANDS = (
    Command(
        "grid.open_handover",
        OpenHandover,
        lambda c, ctx: (POST.key(c.post), counter_key(PREFIX, ctx.now)),
        _open,
        more_keys=_open_keys,
        prepare=_prepare_open,
        roles=HOLDERS,
        icon="person",
        surfaces=(),
        order=115,
    ),
    Command(
        "grid.confirm_handover",
        ConfirmHandover,
        lambda c, ctx: (HANDOVER.key(c.handover),),
        _confirm,
        more_keys=_confirm_keys,
        roles=HOLDERS,
        kind=KIND,
        matter_field="handover",
        tone="primary",
        icon="check",
        surfaces=("matter", "phone"),
        order=116,
    ),
    Command(
        "grid.withdraw_handover",
        WithdrawHandover,
        lambda c, ctx: (HANDOVER.key(c.handover),),
        _withdraw,
        roles=PLANNERS,
        kind=KIND,
        matter_field="handover",
        tone="danger",
        icon="cross",
        order=117,
    ),
)
