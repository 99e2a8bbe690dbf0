"""Work that others refer to the grid (移交网格): an event comes of it, and whoever asked hears how it ended.

An insurer's hazard, a hotline order, another scope's request: their referral opens an event that an office verifies or
files like any report; refusing to file refuses the referral, closing settles it (architecture idea 7). A referral that
is taken back (撤回移交) ends the event as long as nobody has filed it; what was filed goes on as the street's own.
"""

from collections.abc import Iterable
from typing import Any, Protocol

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Happening, Key, RowKind, Rows
from shuniu.chassis.service import Command, Received
from shuniu.contracts.envelope import Fact, parse_source
from shuniu.contracts.grid import events as facts
from shuniu.contracts.referral import ReferralMade, ReferralTaken, ReferralWithdrawn
from shuniu.rules.areas import within

from shuniu_grid.events.categories import codes, is_clue
from shuniu_grid.events.face import GRID_EVENT
from shuniu_grid.events.intake import PREFIX
from shuniu_grid.events.lifecycle import EVENT
from shuniu_grid.events.limits import named_term
from shuniu_grid.events.rules import UNVERIFIED

__all__ = ("COMMANDS", "HELD", "TAKE_REFERRAL", "HeldReferral", "TakeBack", "TakeReferral", "held_id", "taking")

_SOURCES: dict[str, facts.Source] = {"insurance": "INSURER", "whistle": "12345"}
"""Whose referral counts as which source (domain rules 12); any other service is somebody above or beside."""
UNSORTED = "E9906"
"""Category of what comes without one of ours: an office sorts it before it is dispatched."""


class HeldReferral(msgspec.Struct, frozen=True, kw_only=True):
    """Guard row: the event a referral opened, and the one that answers for it now (another one after a merger)."""

    opened: str
    event: str


def _evolve(row: HeldReferral | None, fact: Fact, now: Happening) -> HeldReferral | None:
    if not isinstance(fact, ReferralTaken):
        return row
    return HeldReferral(opened=row.opened if row else fact.matter, event=fact.matter)


HELD: RowKind[HeldReferral] = RowKind("held_referral", HeldReferral, "held_referral", _evolve)


class _Made(Protocol):
    @property
    def referral(self) -> str: ...
    @property
    def made_by(self) -> str: ...


def held_id(made: _Made) -> str:
    """The key of a referral's guard row: referrals are numbered by whoever makes them."""
    return f"{made.made_by}|{made.referral}"


class TakeReferral(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A referral that asks for a grid event, and who made it."""

    made_by: str
    referral: ReferralMade


def taking(received: Received[Any]) -> tuple[Command[Any], msgspec.Struct] | None:
    """The command a referral, or its withdrawal, asks for; None for one that wants something else."""
    if received.name == "referral.withdrawn.v1":
        back = received.fact(ReferralWithdrawn)
        return TAKE_BACK, TakeBack(made_by=received.event.source, referral=back.referral, reason=back.reason)
    made = received.fact(ReferralMade)
    if made.to_kind != EVENT.kind:
        return None
    return TAKE_REFERRAL, TakeReferral(made_by=received.event.source, referral=made)


def _keys(c: TakeReferral, ctx: Context) -> Iterable[Key]:
    yield counter_key(PREFIX, ctx.now)
    yield HELD.key(f"{c.made_by}|{c.referral.referral}")


def take(rows: Rows, c: TakeReferral, ctx: Context) -> Decision:
    """An event in the referred place; one that lies outside the scope is none of ours."""
    made, subject = c.referral, c.referral.subject
    if made.to_kind != EVENT.kind or made.to_scope != ctx.scope:
        return Decision()
    scope, service = parse_source(c.made_by)
    source = _SOURCES.get(service, "SUPERIOR") if scope == ctx.scope else "SUPERIOR"
    category = made.payload.get("category", "") or subject.category
    if category not in codes():
        category = UNSORTED
    matter = ctx.new_id()
    number = next_number(rows, PREFIX, ctx.now)
    reported = facts.EventReported(
        matter=matter,
        number=number,
        source=source,
        category=category,
        area=subject.area if within(subject.area, ctx.scope) else ctx.scope,
        place=subject.place,
        clue=is_clue(category),
        external=subject.number,
    )
    taken = ReferralTaken(referral=made.referral, made_by=c.made_by, kind=EVENT.kind, matter=matter, number=number)
    told: list[Fact] = [reported, taken]
    if source in UNVERIFIED:
        told.append(facts.EventVerificationAsked(matter=matter, term=named_term(ctx, "verify", 1)))
    key = GRID_EVENT.key(matter)
    first = Emit(reported, (key, counter_key(PREFIX, ctx.now)), reported.area)
    held = HELD.key(held_id(taken))
    rest = tuple(Emit(fact, (key, held) if fact is taken else (key,), reported.area) for fact in told[1:])
    return Decision((first, *rest), (), {"event": matter, "number": number})


class TakeBack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whoever made a referral takes it back; ``reason`` is a code of theirs."""

    made_by: str
    referral: str
    reason: str = ""


def _back_keys(c: TakeBack, ctx: Context) -> Iterable[Key]:
    return (HELD.key(held_id(c)),)


def _back_more(c: TakeBack, rows: Rows, ctx: Context) -> Iterable[Key]:
    held = rows.find(HELD, held_id(c))
    return [GRID_EVENT.key(event) for event in dict.fromkeys((held.opened, held.event))] if held else ()


def take_back(rows: Rows, c: TakeBack, ctx: Context) -> Decision:
    """The event is not filed where it came of this referral alone and nobody has filed it; else it only lets go.

    Nothing happens where the referral was never ours, or was answered before.
    """
    held = rows.find(HELD, held_id(c))
    if held is None:
        return Decision()
    told: list[Emit] = []
    for event in dict.fromkeys((held.opened, held.event)):
        row = rows.find(GRID_EVENT, event)
        if row is None or not any((h.referral, h.made_by) == (c.referral, c.made_by) for h in row.held):
            continue
        key = (GRID_EVENT.key(event),)
        back = facts.EventReferralWithdrawn(matter=event, referral=c.referral, made_by=c.made_by, reason=c.reason)
        told.append(Emit(back, key, row.area))
        if event == held.opened and not row.duplicates and row.status in EVENT.move("not_file").sources:
            told.append(Emit(facts.EventNotFiled(matter=event, reason="TAKEN_BACK"), key, row.area))
    return Decision(tuple(told))


TAKE_REFERRAL: Command[TakeReferral] = Command("grid.take_referral", TakeReferral, _keys, take, internal=True)
TAKE_BACK: Command[TakeBack] = Command(
    "grid.take_back_referral", TakeBack, _back_keys, take_back, more_keys=_back_more, internal=True
)
COMMANDS: tuple[Command[Any], ...] = (TAKE_REFERRAL, TAKE_BACK)
