"""Shared standards (标准化): a practice is drafted, tried, published, taken out of force. Nobody approves their own."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.rows import Index, Key, RowKind, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.state import load_row
from shuniu.contracts.envelope import Fact
from shuniu.contracts.services_desk import standards as said
from shuniu.contracts.services_desk.standards import StandardFigures
from shuniu.rules.refusal import Conflict, Forbidden

from shuniu_services_desk.catalogue.items import ITEM
from shuniu_services_desk.fields import (
    AreaCode,
    Code,
    Day,
    Hidden,
    LongText,
    Reason,
    Sealing,
    Version,
    area_in_scope,
    today,
    wrong,
)
from shuniu_services_desk.roles import DESK, LEADERS
from shuniu_services_desk.settings import settings_of
from shuniu_services_desk.standards.measuring import compared
from shuniu_services_desk.standards.state import CYCLE, BoundItem, Standard, evolve, evolve_bound

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("CHECKS", "COMMANDS", "NUMBERS", "STANDARD", "STANDARD_ITEM", "Compared")

NUMBERS = "BZ"
"""Prefix of the numbers people know standards by (标准)."""
_PURPOSE = "desk.standard"
Title = Annotated[str, Meta(min_length=2, max_length=80, pattern=r"\S")]
Items = Annotated[tuple[Code, ...], Meta(min_length=1, max_length=20)]
Text = Annotated[str, Meta(min_length=10, max_length=8000, extra_json_schema={"x-widget": "textarea"})]
Areas = Annotated[tuple[AreaCode, ...], Meta(min_length=1, max_length=20)]


class Compared(NamedTuple):
    """What ``publish`` is prepared with: the figures before and during the pilot."""

    before: StandardFigures
    after: StandardFigures


class OnStandard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one standard. With ``expected_version`` it is refused when the standard has moved on since."""

    standard: Hidden
    expected_version: Version | None = None


class Note(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Note a practice worth sharing."""

    title: Title
    items: Items
    text: Text
    follows: Annotated[str, Meta(max_length=64)] = ""
    area: AreaCode = ""


class Draft(OnStandard, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Write it as a standard, or anew."""

    title: Title
    items: Items
    text: Text


class StartPilot(OnStandard, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Try it at some desks over a period; what it is compared with is a period before."""

    areas: Areas
    first: Day
    last: Day
    before_first: Day
    before_last: Day


class Because(OnStandard, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With the reason."""

    reason: Reason


class Publish(OnStandard, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In force from a day on."""

    valid_from: Day
    note: LongText = ""
    """What the figures leave open; needed where the pilot had no case that was decided."""


STANDARD: RowKind[Standard] = RowKind(
    name="desk_standard",
    struct=Standard,
    table="desk_standard",
    evolve=evolve,
    index=lambda s: Index(s.status, s.area),
)
STANDARD_ITEM: RowKind[BoundItem] = RowKind("desk_standard_item", BoundItem, "desk_standard_item", evolve_bound)


def _in(rows: Rows, c: OnStandard, event: str) -> Standard:
    return rows.need(STANDARD, c.standard, c.expected_version, event)


def _as(s: Standard, ctx: Context, event: str, roles: tuple[str, ...], *, own: bool = True) -> None:
    """One of these roles in the area; where it is an approval (``own=False``), nobody who wrote it."""
    if not ctx.actor.has_role(*roles):
        raise Forbidden("case.leader_only", state=s.status, event=event)
    if not ctx.actor.covers(s.area):
        raise Forbidden("access.area", state=s.status, event=event, params={"area": s.area})
    if not own and ctx.actor.id in s.authors:
        raise Forbidden("standard.own_draft", state=s.status, event=event)


def _check(event: str, roles: tuple[str, ...] = LEADERS, *, own: bool = True) -> Any:
    def check(s: Standard, ctx: Context) -> None:
        _as(s, ctx, event, roles, own=own)
        CYCLE.check(s.status, event)

    return check


CHECKS: dict[str, Any] = {
    "standard.draft": _check("draft", DESK),
    "standard.pilot": _check("pilot", own=False),
    "standard.send_back": _check("send_back"),
    "standard.publish": _check("publish", own=False),
    "standard.withdraw": _check("withdraw"),
    "standard.drop": _check("drop"),
}


def _said(s: Standard, *facts: Fact, private: Sequence[Private] = (), on: Sequence[Key] = ()) -> Decision:
    keys = (STANDARD.key(s.id), *on)
    return Decision(tuple(Emit(f, keys) for f in facts), tuple(private), {"standard": s.id, "number": s.number})


def _check_items(rows: Rows, items: Sequence[str], event: str, state: str | None = None) -> None:
    for n, item in enumerate(items):
        if item in items[:n]:
            raise wrong("case.item_twice", f"items.{n}", "twice", event, state)
        if rows.find(ITEM, item) is None:
            raise wrong("standard.item_unknown", f"items.{n}", "unknown", event, state, item=item)


def _note_keys(c: Note, ctx: Context) -> Iterable[Key]:
    yield counter_key(NUMBERS, ctx.now)
    yield from (ITEM.key(i) for i in c.items)
    if c.follows:
        yield STANDARD.key(c.follows)


def note(rows: Rows, c: Note, ctx: Context) -> Decision:
    """→ PRACTICE. One that shall follow another names a published one."""
    area = area_in_scope(c.area, "note", ctx)
    ctx.actor.require_area(area)
    _check_items(rows, c.items, "note")
    if c.follows:
        CYCLE.check(rows.need(STANDARD, c.follows).status, "supersede")
    standard, sealing = ctx.new_id(), Sealing(ctx)
    fact = said.StandardNoted(
        standard=standard,
        number=next_number(rows, NUMBERS, ctx.now),
        title=c.title.strip(),
        area=area,
        items=c.items,
        follows=c.follows,
        text_ref=sealing.text(c.text, _PURPOSE, standard),
    )
    on = (STANDARD.key(standard), counter_key(NUMBERS, ctx.now))
    return Decision((Emit(fact, on),), sealing.private, {"standard": standard, "number": fact.number})


def _keys(c: OnStandard, ctx: Context) -> Iterable[Key]:
    yield STANDARD.key(c.standard)
    if isinstance(c, Draft):
        yield from (ITEM.key(i) for i in c.items)


def _their_items(c: OnStandard, rows: Rows, ctx: Context) -> Iterable[Key]:
    s = rows.find(STANDARD, c.standard)
    if s is None:
        return
    for item in s.items:
        yield ITEM.key(item)
        yield STANDARD_ITEM.key(item)
    if s.follows:
        yield STANDARD.key(s.follows)


def draft(rows: Rows, c: Draft, ctx: Context) -> Decision:
    """→ DRAFTED, or written anew; whoever writes is an author. What is published is never edited."""
    s = _in(rows, c, "draft")
    CHECKS["standard.draft"](s, ctx)
    _check_items(rows, c.items, "draft", s.status)
    sealing = Sealing(ctx)
    text_ref = sealing.text(c.text, _PURPOSE, s.id)
    fact = said.StandardDrafted(standard=s.id, title=c.title.strip(), items=c.items, text_ref=text_ref)
    return _said(s, fact, private=sealing.private)


def pilot(rows: Rows, c: StartPilot, ctx: Context) -> Decision:
    """DRAFTED → PILOT, let by somebody who did not write it; the period compared with lies wholly before."""
    s = _in(rows, c, "pilot")
    CHECKS["standard.pilot"](s, ctx)
    longest = settings_of(ctx).most_pilot_days
    if not (today(ctx) <= c.first <= c.last <= c.first + timedelta(days=longest)):
        raise wrong("standard.pilot_period", "last", "not_between", "pilot", s.status, days=str(longest))
    if not c.before_first <= c.before_last < c.first:
        raise wrong("standard.before_period", "before_last", "not_between", "pilot", s.status)
    areas = tuple(dict.fromkeys(area_in_scope(a, "pilot", ctx) for a in c.areas))
    fact = said.StandardPiloted(
        standard=s.id,
        areas=areas,
        first=c.first,
        last=c.last,
        before_first=c.before_first,
        before_last=c.before_last,
    )
    return _said(s, fact)


def send_back(rows: Rows, c: Because, ctx: Context) -> Decision:
    """PILOT → DRAFTED."""
    s = _in(rows, c, "send_back")
    CHECKS["standard.send_back"](s, ctx)
    sealing = Sealing(ctx)
    fact = said.StandardSentBack(standard=s.id, reason_ref=sealing.text(c.reason, _PURPOSE, s.id))
    return _said(s, fact, private=sealing.private)


async def prepare_publish(c: Publish, host: "Host") -> Compared | None:
    """Before it is published: what the desk's figures were before and during the pilot."""
    found = await load_row(host.pool, STANDARD, c.standard)
    if found is None or found[0].pilot is None:
        return None
    return Compared(*await compared(host, found[0], found[0].pilot))


def publish(rows: Rows, c: Publish, ctx: Context) -> Decision:
    """PILOT → PUBLISHED once the pilot is over, bound to each item's version of that day, one standard an item."""
    s = _in(rows, c, "publish")
    CHECKS["standard.publish"](s, ctx)
    assert s.pilot is not None
    if today(ctx) <= s.pilot.last:
        params = {"last": s.pilot.last.isoformat()}
        raise Conflict("standard.pilot_running", state=s.status, event="publish", params=params)
    if c.valid_from < today(ctx):
        raise wrong("standard.valid_from", "valid_from", "not_later", "publish", s.status)
    figures = ctx.prepared if isinstance(ctx.prepared, Compared) else None
    empty = StandardFigures(first=s.pilot.first, last=s.pilot.last)
    after = figures.after if figures is not None else empty
    if not after.decided and not c.note.strip():
        raise wrong("standard.unmeasured", "note", "missing", "publish", s.status)
    before_it = rows.need(STANDARD, s.follows) if s.follows else None
    if before_it is not None:
        CYCLE.check(before_it.status, "supersede")
    bound: dict[str, int] = {}
    for item in s.items:
        row = rows.find(ITEM, item)
        version = row.on(c.valid_from) if row is not None else None
        if version is None:
            raise Conflict("standard.item_not_in_force", state=s.status, event="publish", params={"item": item})
        held = rows.find(STANDARD_ITEM, item)
        if held is not None and held.standard != s.follows:
            raise Conflict("standard.item_bound", state=s.status, event="publish", params={"item": item})
        bound[item] = version.version
    sealing = Sealing(ctx)
    fact = said.StandardPublished(
        standard=s.id,
        version=before_it.version + 1 if before_it is not None else 1,
        valid_from=c.valid_from,
        items=bound,
        before=figures.before
        if figures is not None
        else StandardFigures(first=s.pilot.before_first, last=s.pilot.before_last),
        after=after,
        note_ref=sealing.text(c.note, _PURPOSE, s.id),
    )
    decision = _said(s, fact, private=sealing.private, on=tuple(STANDARD_ITEM.key(i) for i in bound))
    if before_it is None:
        return decision
    gone = said.StandardSuperseded(standard=before_it.id, by=s.id, items=before_it.items)
    on = (STANDARD.key(before_it.id), *(STANDARD_ITEM.key(i) for i in before_it.items))
    return Decision((*decision.events, Emit(gone, on)), decision.private, decision.answer)


def withdraw(rows: Rows, c: Because, ctx: Context) -> Decision:
    """PUBLISHED → WITHDRAWN; its items are free again."""
    s = _in(rows, c, "withdraw")
    CHECKS["standard.withdraw"](s, ctx)
    sealing = Sealing(ctx)
    reason = sealing.text(c.reason, _PURPOSE, s.id)
    fact = said.StandardWithdrawn(standard=s.id, items=s.items, reason_ref=reason)
    return _said(s, fact, private=sealing.private, on=tuple(STANDARD_ITEM.key(i) for i in s.items))


def drop(rows: Rows, c: Because, ctx: Context) -> Decision:
    """→ DROPPED, before it was published."""
    s = _in(rows, c, "drop")
    CHECKS["standard.drop"](s, ctx)
    sealing = Sealing(ctx)
    fact = said.StandardDropped(standard=s.id, reason_ref=sealing.text(c.reason, _PURPOSE, s.id))
    return _said(s, fact, private=sealing.private)


def _on(
    name: str, struct: type[msgspec.Struct], decide: Any, order: int, roles: tuple[str, ...] = LEADERS, **rest: Any
) -> Command[Any]:
    return Command(
        f"standard.{name}",
        struct,
        _keys,
        decide,
        roles=roles,
        kind="desk_standard",
        matter_field="standard",
        order=order,
        **rest,
    )


COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "standard.note", Note, _note_keys, note, roles=DESK, opens="desk_standard", icon="matter", surfaces=("board",),
        order=110,
    ),
    _on("draft", Draft, draft, 111, DESK),
    _on("pilot", StartPilot, pilot, 112, tone="primary"),
    _on("publish", Publish, publish, 113, tone="primary", prepare=prepare_publish, more_keys=_their_items),
    _on("send_back", Because, send_back, 114),
    _on("withdraw", Because, withdraw, 115, tone="danger", more_keys=_their_items),
    _on("drop", Because, drop, 116, tone="danger"),
)  # fmt: skip
