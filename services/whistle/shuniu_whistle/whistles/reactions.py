"""Referrals (移交): work that another service asks a whistle for (architecture idea 7)."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command, Reaction, Received
from shuniu.contracts.envelope import parse_source
from shuniu.contracts.referral import ReferralMade, ReferralRefused, ReferralTaken
from shuniu.contracts.whistle.whistles import (
    Direction,
    MatterKey,
    Origin,
    WhistleCancelled,
    WhistleDrafted,
    WhistleLinked,
    WhistlePlan,
)
from shuniu.rules.areas import within
from shuniu.rules.refusal import Conflict

from shuniu_whistle.settings import settings_of
from shuniu_whistle.whistles.authority import as_street, is_community
from shuniu_whistle.whistles.draft import NUMBERS
from shuniu_whistle.whistles.fields import LongText, OnWhistle, Texts, today
from shuniu_whistle.whistles.lifecycles import STREET
from shuniu_whistle.whistles.parties import is_foreign
from shuniu_whistle.whistles.plan import listed_item, listing_keys
from shuniu_whistle.whistles.state import Whistle
from shuniu_whistle.whistles.terms import referral_term
from shuniu_whistle.whistles.whistle import OPEN_WHISTLE, WHISTLE, check_move, command_on, decided, whistle_in

__all__ = ("COMMANDS", "REACTIONS", "TAKE_REFERRAL", "TakeReferral", "check_refuse_referral")


class TakeReferral(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Open a draft for a referral, or hang it on to the whistle that is open about its matter."""

    made_by: str
    referral: ReferralMade


def _subject(c: TakeReferral) -> MatterKey:
    s = c.referral.subject
    return MatterKey(source=s.source, kind=s.kind, matter=s.matter)


def _open_key(c: TakeReferral) -> str:
    s = c.referral.subject
    return f"{s.source}|{s.kind}|{s.matter}"


def _take_keys(c: TakeReferral, ctx: Context) -> Iterable[Key]:
    category = c.referral.subject.category
    return (counter_key(NUMBERS, ctx.now), OPEN_WHISTLE.key(_open_key(c)), *listing_keys(category))


def _take_more(c: TakeReferral, rows: Rows, ctx: Context) -> Iterable[Key]:
    held = rows.find(OPEN_WHISTLE, _open_key(c))
    return (WHISTLE.key(held.whistle),) if held else ()


def take_referral(rows: Rows, c: TakeReferral, ctx: Context) -> Decision:
    """A DRAFT that the street's clerk completes: UP, or CROSS where another scope calls us to a whistle of its own.

    Referrals to other scopes are none of ours.
    """
    made = c.referral
    if made.to_kind != "whistle" or made.to_scope != ctx.scope:
        return Decision()
    if (held := rows.find(OPEN_WHISTLE, _open_key(c))) is not None:
        return _join(rows.need(WHISTLE, held.whistle), c)
    subject = made.subject
    found = listed_item(rows, subject.category, ctx)
    direction: Direction = "CROSS" if is_foreign(c.made_by, ctx) else "UP"
    listed = found if found and direction in found.item.directions and not found.item.off_list else None
    asked = made.payload if direction == "CROSS" else {}
    hard = asked.get("kind") == "HARD" or (listed is not None and listed.item.kind == "HARD")
    new, number = ctx.new_id(), next_number(rows, NUMBERS, ctx.now)
    plan = WhistlePlan(
        kind="HARD" if hard else "ROUTINE",
        item=listed.item.code if listed else "",
        off_list=False,
        area=subject.area if within(subject.area, ctx.scope) else ctx.scope,
        place=subject.place,
        lead=_asked_unit(asked.get("unit", ""), ctx),
        co=(),
        inform=(),
        wanted_on=_wanted(asked.get("finish_by", ""), ctx),
        subject=_subject(c),
        open_key=_open_key(c),
        item_title=listed.item.title_zh if listed else "",
        group=listed.group if listed else "",
        list_version=listed.version if listed else "",
        profile=listed.item.profile if listed else "",
    )
    drafted = WhistleDrafted(
        whistle=new,
        number=number,
        direction=direction,
        caller_unit=settings_of(ctx).street_unit,
        plan=plan,
        title=subject.title,
        draft_term=referral_term(None, ctx),
        origin=_origin(c) if direction == "CROSS" else None,
    )
    taken = ReferralTaken(referral=made.referral, made_by=c.made_by, kind="whistle", matter=new, number=number)
    on = WHISTLE.key(new)
    events = (Emit(drafted, (on, OPEN_WHISTLE.key(plan.open_key), counter_key(NUMBERS, ctx.now))), Emit(taken, (on,)))
    return Decision(events, (), {"whistle": new, "number": number})


def _asked_unit(unit: str, ctx: Context) -> str:
    """The unit they ask for, where we know it and it may lead; else our clerk says who."""
    known = ctx.registry.get("unit", unit) is not None
    return unit if known and unit != settings_of(ctx).street_unit and not is_community(unit, ctx) else ""


def _wanted(day: str, ctx: Context) -> date | None:
    wanted = _day(day)
    return wanted if wanted is not None and wanted >= today(ctx) else None


def _origin(c: TakeReferral) -> Origin:
    made, asked = c.referral, c.referral.payload
    return Origin(
        scope=parse_source(c.made_by)[0],
        source=c.made_by,
        whistle=made.subject.matter,
        number=made.subject.number,
        role=asked.get("role", "CO"),
        unit=asked.get("unit", ""),
        finish_by=_day(asked.get("finish_by", "")),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _join(w: Whistle, c: TakeReferral) -> Decision:
    """The matter is being whistled for already: the referral is answered by that whistle."""
    on = (WHISTLE.key(w.id),)
    if any(r.referral == c.referral.referral for r in w.referrals):
        return Decision()
    taken = ReferralTaken(referral=c.referral.referral, made_by=c.made_by, kind="whistle", matter=w.id, number=w.number)
    events = [Emit(taken, on)]
    subject = _subject(c)
    if subject != w.subject and subject not in w.linked:
        events.append(Emit(WhistleLinked(whistle=w.id, subject=subject), on))
    return Decision(tuple(events), (), {"whistle": w.id, "number": w.number})


class RefuseReferral(OnWhistle, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Send the matter back to where it came from (退回移交)."""

    reason: Literal["NOT_WHISTLE_WORTHY", "STREET_CAN_SOLVE", "OTHER_CHANNEL", "INCOMPLETE", "DUPLICATE"]
    note: LongText = ""


def check_refuse_referral(w: Whistle, ctx: Context) -> None:
    """The street, while it is a draft that came by referral."""
    as_street(w, ctx, "refuse_referral", STREET, "whistle.refusers")
    check_move(w, "refuse_referral")
    if not w.referrals:
        raise Conflict("whistle.no_referral", state=w.status, event="refuse_referral")


def refuse_referral(rows: Rows, c: RefuseReferral, ctx: Context) -> Decision:
    """DRAFT → CANCELLED, and those who referred it are told why, by a code."""
    w = whistle_in(rows, c)
    check_refuse_referral(w, ctx)
    texts = Texts(ctx)
    cancelled = WhistleCancelled(
        whistle=w.id, reason="REFERRAL_REFUSED", told=(), open_key=w.open_key, reason_ref=texts.keep(c.note)
    )
    refused = [ReferralRefused(referral=r.referral, made_by=r.made_by, reason=c.reason) for r in w.referrals]
    return decided(w, [cancelled, *refused], ctx, texts.private, guard=True)


TAKE_REFERRAL: Command[TakeReferral] = Command(
    "whistle.take_referral", TakeReferral, _take_keys, take_referral, more_keys=_take_more, internal=True
)

COMMANDS: tuple[Command[Any], ...] = (
    TAKE_REFERRAL,
    command_on("whistle.refuse_referral", RefuseReferral, refuse_referral, STREET, order=24),
)


def _on_referral(received: Received[Any]) -> tuple[Command[Any], msgspec.Struct] | None:
    made = received.fact(ReferralMade)
    if made.to_kind != "whistle":
        return None
    return TAKE_REFERRAL, TakeReferral(made_by=received.event.source, referral=made)


REACTIONS: tuple[Reaction, ...] = (Reaction("referrals", ("*", "*@*"), ("referral.made.v1",), _on_referral),)
