"""Drafts (拟哨): who may write one, what it says, and that no second one is about the same matter.

``check_…`` are the guards; the offers of a matter's page ask the same ones.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta
from msgspec.structs import replace
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Emit, Offer
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.whistle.whistles import (
    MatterKey,
    WhistleAmended,
    WhistleDrafted,
    WhistleFollowed,
    WhistleLinked,
    WhistlePlan,
    WhistleSubmitted,
)
from shuniu.rules.calendar import local
from shuniu.rules.refusal import Conflict, FieldError, Forbidden, Unprocessable

from shuniu_whistle.catalogue.entries import Listed
from shuniu_whistle.duty.lookup import standing_zones
from shuniu_whistle.duty.zones import DutyZone
from shuniu_whistle.settings import settings_of
from shuniu_whistle.texts import TEXTS
from shuniu_whistle.whistles.authority import as_drafter, told_as
from shuniu_whistle.whistles.duties import by_zone, zone_for
from shuniu_whistle.whistles.fields import Hidden, OnWhistle, Texts, UnitCode, Version, today
from shuniu_whistle.whistles.history import carried
from shuniu_whistle.whistles.lifecycles import CALLER_DOWN, STREET
from shuniu_whistle.whistles.plan import (
    Plan,
    Subject,
    check_complete,
    contact_fields,
    draft_plan,
    listed_item,
    listing_keys,
    open_key,
    plan_of,
)
from shuniu_whistle.whistles.preview import preview_draft
from shuniu_whistle.whistles.state import Whistle
from shuniu_whistle.whistles.terms import referral_term
from shuniu_whistle.whistles.whistle import (
    OPEN_WHISTLE,
    WHISTLE,
    check_move,
    command_on,
    decided,
    guard_keys,
    whistle_in,
)

__all__ = (
    "COMMANDS",
    "NUMBERS",
    "Amend",
    "Draft",
    "LinkMatter",
    "Submit",
    "check_amend",
    "check_submit",
    "draft",
    "draft_keys",
    "refuse_second",
)

NUMBERS = "WS"
"""Prefix of the numbers people know whistles by, e.g. WS261123-0001."""
_ASKERS = (*STREET, *CALLER_DOWN)


class Draft(Plan, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Draft a whistle (拟哨)."""

    direction: Annotated[Literal["UP", "CROSS", "DOWN"], Meta(extra_json_schema={"x-widget": "hidden"})] = "UP"
    caller_unit: Annotated[UnitCode, Meta(extra_json_schema={"x-widget": "hidden"})] = ""
    subject: Subject = None
    previous: Hidden = ""
    """A closed whistle whose matter has come back."""


class Amend(Plan, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Complete or correct the draft: the whole plan anew; empty texts leave the earlier ones."""

    whistle: Hidden
    expected_version: Version | None = None


class Submit(OnWhistle, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Put the draft before those who may blow it (提请)."""


class LinkMatter(OnWhistle, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hang another matter on to this whistle instead of blowing again about the same thing."""

    subject: MatterKey


def check_draft_open(c: Draft, ctx: Context) -> str:
    """Who may draft which way (10.1); answers the calling unit."""
    actor = ctx.actor
    if c.direction != "DOWN":
        if not actor.has_role("street_clerk"):
            raise Forbidden("whistle.drafters", event="draft", params={"roles": "street_clerk"})
        actor.require_area(c.area or ctx.scope)
        return settings_of(ctx).street_unit
    if not actor.has_role(*CALLER_DOWN):
        raise Forbidden("whistle.down_drafters", event="draft", params={"roles": ", ".join(CALLER_DOWN)})
    caller = c.caller_unit or (actor.units[0] if len(actor.units) == 1 else "")
    if not caller:
        raise Unprocessable("whistle.caller_unit", event="draft", fields=(FieldError("caller_unit", "missing"),))
    actor.require_unit(caller)
    if not c.area:
        raise Unprocessable("whistle.area_required", event="draft", fields=(FieldError("area", "missing"),))
    actor.require_area(c.area)
    return caller


def draft_keys(c: Draft, ctx: Context) -> Iterable[Key]:
    """The rows a draft needs."""
    yield counter_key(NUMBERS, ctx.now)
    yield from guard_keys(open_key(c, c.area or ctx.scope, c.subject))
    yield from listing_keys(c.item)
    if c.previous:
        yield WHISTLE.key(c.previous)


def refuse_second(rows: Rows, key: str, event: str) -> None:
    """A new whistle on the same matter while one is open: link or cancel (10.1)."""
    if key and (held := rows.find(OPEN_WHISTLE, key)) is not None:
        params = {"number": held.number, "whistle": held.whistle}
        raise Conflict("whistle.already_open", state="OPEN", event=event, params=params)


def draft(rows: Rows, c: Draft, ctx: Context) -> Decision:
    """A new whistle; with ``previous`` the next link of a chain whose last whistle was closed."""
    with told_as("", "draft"):
        caller = check_draft_open(c, ctx)
        before = _previous(rows, c, ctx)
        listed = listed_item(rows, c.item, ctx)
        plan = draft_plan(c, c.direction, caller, c.subject, listed, ctx)
        plan = _as_agreed(c, plan, c.direction, listed, ctx)
    refuse_second(rows, plan.open_key, "draft")
    texts = Texts(ctx)
    new, number = ctx.new_id(), next_number(rows, NUMBERS, ctx.now)
    drafted = WhistleDrafted(
        whistle=new,
        number=number,
        direction=c.direction,
        caller_unit=caller,
        plan=plan,
        previous=before.id if before else "",
        previous_number=before.number if before else "",
        chain=before.chain + 1 if before else 1,
        description_ref=texts.keep(c.description),
        contact_ref=texts.keep_fields(contact_fields(c), "whistle.contact"),
        off_list_ref=texts.keep(c.off_list_reason),
    )
    on = (WHISTLE.key(new), *guard_keys(plan.open_key), counter_key(NUMBERS, ctx.now))
    events = [Emit(drafted, on)]
    if before is not None:
        events += [Emit(f, (WHISTLE.key(new),)) for f in carried(new, before)]
        events.append(Emit(_followed(before, drafted, ctx), (WHISTLE.key(before.id),)))
    return Decision(tuple(events), tuple(texts.private), {"whistle": new, "number": number})


def _as_agreed(c: Plan, plan: WhistlePlan, direction: str, listed: Listed | None, ctx: Context) -> WhistlePlan:
    """Near a border the one leads who was agreed on in advance (责任田)."""
    if direction != "CROSS":
        return plan
    # Another capability that drafts (a resolution, an order) prepares what it needs itself, and asks no zone.
    zones = [z for z in ctx.prepared if isinstance(z, DutyZone)] if isinstance(ctx.prepared, tuple) else []
    return by_zone(plan, zone_for(zones, c, plan.area, listed, ctx))


def _previous(rows: Rows, c: Draft, ctx: Context) -> Whistle | None:
    if not c.previous:
        return None
    before = rows.need(WHISTLE, c.previous)
    if before.direction != c.direction or not ctx.actor.covers(before.area):
        raise Forbidden("access.area", event="draft", params={"area": before.area})
    if before.status != "CLOSED" or before.next:
        params = {"number": before.number}
        raise Conflict("whistle.previous_not_closed", state=before.status, event="draft", params=params)
    return before


def _followed(before: Whistle, drafted: WhistleDrafted, ctx: Context) -> WhistleFollowed:
    closed_on = local(before.ended_at or ctx.now).date()
    return WhistleFollowed(
        whistle=before.id,
        next=drafted.whistle,
        next_number=drafted.number,
        within_90_days=(today(ctx) - closed_on).days <= settings_of(ctx).solved_days,
        closed_on=closed_on,
    )


def check_amend(w: Whistle, ctx: Context) -> None:
    """Who drafted may change the draft."""
    as_drafter(w, ctx, "amend")
    check_move(w, "amend")


def _amend_more(c: Amend, rows: Rows, ctx: Context) -> Iterable[Key]:
    yield from listing_keys(c.item)
    w = rows.find(WHISTLE, c.whistle)
    if w is not None:
        yield from guard_keys(w.open_key, open_key(c, c.area or w.area, w.subject))


def amend(rows: Rows, c: Amend, ctx: Context) -> Decision:
    """The draft says something else from now on; its matter may not become one another whistle has open."""
    w = whistle_in(rows, c)
    check_amend(w, ctx)
    c = replace(c, area=c.area or w.area)
    with told_as(w.status, "amend"):
        ctx.actor.require_area(c.area)
        listed, origin = listed_item(rows, c.item, ctx), w.origin.scope if w.origin else ""
        plan = draft_plan(c, w.direction, w.caller_unit, w.subject, listed, ctx, origin)
        if not origin:  # where another scope called us, it is they who know who leads
            plan = _as_agreed(c, plan, w.direction, listed, ctx)
    moved = plan.open_key != w.open_key
    if moved:
        refuse_second(rows, plan.open_key, "amend")
    texts = Texts(ctx)
    touched = referral_term(w, ctx) if w.referrals else None
    amended = WhistleAmended(
        whistle=w.id,
        number=w.number,
        plan=plan,
        description_ref=texts.keep(c.description),
        contact_ref=texts.keep_fields(contact_fields(c), "whistle.contact"),
        off_list_ref=texts.keep(c.off_list_reason),
        draft_term=touched,
    )
    guards = guard_keys(w.open_key, plan.open_key) if moved else ()
    answer = {"whistle": w.id, "number": w.number}
    return Decision((Emit(amended, (WHISTLE.key(w.id), *guards)),), tuple(texts.private), answer)


def check_submit(w: Whistle, ctx: Context) -> None:
    """The draft is complete and its drafter puts it forward."""
    as_drafter(w, ctx, "submit")
    check_move(w, "submit")
    check_complete(plan_of(w), any(n.label == "off_list" for n in w.notes), w.status)


def submit(rows: Rows, c: Submit, ctx: Context) -> Decision:
    """DRAFT → SUBMITTED."""
    w = whistle_in(rows, c)
    check_submit(w, ctx)
    return decided(w, [WhistleSubmitted(whistle=w.id)], ctx)


def check_link(w: Whistle, ctx: Context) -> None:
    """The drafter hangs another matter on to a whistle that is still at work."""
    as_drafter(w, ctx, "link")
    check_move(w, "link")


def link_matter(rows: Rows, c: LinkMatter, ctx: Context) -> Decision:
    """One more matter for the same whistle."""
    w = whistle_in(rows, c)
    check_link(w, ctx)
    if c.subject == w.subject or c.subject in w.linked:
        return Decision()
    return decided(w, [WhistleLinked(whistle=w.id, subject=c.subject)], ctx)


def _draft_offers(ctx: Context) -> list[Offer]:
    if ctx.actor.has_role("street_clerk"):
        cross = Offer(
            action="whistle.draft",
            prefill={"direction": "CROSS"},
            fixed=("direction",),
            title=TEXTS["offer.cross"],
        )
        return [Offer(action="whistle.draft", prefill={"direction": "UP"}, fixed=("direction",)), cross]
    if ctx.actor.has_role(*CALLER_DOWN):
        given: Mapping[str, Any] = {"direction": "DOWN", "lead": settings_of(ctx).street_unit}
        unit = {"caller_unit": ctx.actor.units[0]} if ctx.actor.units else {}
        area = {"area": ctx.actor.areas[0]} if len(ctx.actor.areas) == 1 else {}
        return [Offer(action="whistle.draft", prefill={**given, **unit, **area}, fixed=("direction", "lead"))]
    return []


COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "whistle.draft",
        Draft,
        draft_keys,
        draft,
        roles=_ASKERS,
        opens="whistle",
        tone="primary",
        icon="call",
        prepare=standing_zones,
        preview=preview_draft,
        surfaces=("board", "phone", "map"),
        order=10,
        offer=_draft_offers,
    ),
    command_on(
        "whistle.amend",
        Amend,
        amend,
        _ASKERS,
        more_keys=_amend_more,
        prepare=standing_zones,
        preview=preview_draft,
        order=20,
    ),
    command_on("whistle.submit", Submit, submit, _ASKERS, tone="primary", order=21),
    command_on("whistle.link", LinkMatter, link_matter, _ASKERS, surfaces=(), order=95),
)
