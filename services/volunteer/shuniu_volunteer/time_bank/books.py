"""Correcting and closing: an entry is never edited, only mirrored by two persons; a closed month stays as it is."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.volunteer import time_bank as said
from shuniu.rules.ledger import mirror
from shuniu.rules.refusal import Conflict, Forbidden

from shuniu_volunteer.fields import Day, Hidden, Reason, Sealing, business_day, wrong
from shuniu_volunteer.time_bank.chart import ENTRY, TIME_CLERKS, Booked, book, books_key, open_from, posting_keys
from shuniu_volunteer.time_bank.members import PURPOSE

__all__ = ("COMMANDS", "REVERSIBLE")

REVERSIBLE = ("EARN", "EARN_CAPPED", "TEAM_EARN", "TEAM_DONATE", "KIN_TRANSFER", "GRANT")
"""A donation stands after 24 h; what an order or an exchange booked ends by their own moves."""
_APPROVERS = (*TIME_CLERKS, "leading_group")


class OnEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A word about one entry."""

    entry: Hidden
    reason: Reason


class Approve(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The second person agrees."""

    entry: Hidden


class CloseMonth(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Close every month before this day, the first of a month that has begun."""

    open_from: Day


def _entry(rows: Rows, entry: str, event: str, ctx: Context) -> Booked:
    booked = rows.need(ENTRY, entry)
    ctx.actor.require_area(booked.area)
    if booked.reversed_by:
        raise Conflict("time_entry.reversed_already", event=event)
    if booked.entry.kind not in REVERSIBLE:
        raise Conflict("time_entry.not_reversible", event=event)
    return booked


def propose(rows: Rows, c: OnEntry, ctx: Context) -> Decision:
    """The first person, with a reason."""
    booked = _entry(rows, c.entry, "propose_reversal", ctx)
    if booked.proposed_by:
        raise Conflict("time_entry.proposed_already", event="propose_reversal")
    sealing = Sealing(ctx)
    fact = said.TimeReversalProposed(entry=c.entry, reason_ref=sealing.text(c.reason, PURPOSE))
    return Decision((Emit(fact, (ENTRY.key(c.entry),), booked.area),), sealing.private, {"entry": c.entry})


def _second(booked: Booked, event: str, ctx: Context) -> None:
    if not booked.proposed_by:
        raise Conflict("time_entry.not_proposed", event=event)
    if booked.proposed_by == ctx.actor.id:
        raise Forbidden("time_entry.two_persons", event=event)


def _approve_more(c: Approve, rows: Rows, ctx: Context) -> Iterable[Key]:
    booked = rows.find(ENTRY, c.entry)
    if booked is not None:
        yield from posting_keys((p.account for p in booked.entry.postings), (f"undone:{c.entry}",))


def approve(rows: Rows, c: Approve, ctx: Context) -> Decision:
    """REVERSAL: the mirror, on today's date."""
    booked = _entry(rows, c.entry, "approve_reversal", ctx)
    _second(booked, "approve_reversal", ctx)
    entry = mirror(booked.entry, ctx.new_id(), f"undone:{c.entry}", business_day(ctx.now))
    emit = book(rows, entry, area=booked.area, also=(ENTRY.key(c.entry),), reason_ref=booked.reason_ref)
    return Decision((emit,), (), {"entry": entry.id})


def drop(rows: Rows, c: OnEntry, ctx: Context) -> Decision:
    """The second person does not agree."""
    booked = _entry(rows, c.entry, "drop_reversal", ctx)
    _second(booked, "drop_reversal", ctx)
    sealing = Sealing(ctx)
    fact = said.TimeReversalDropped(entry=c.entry, reason_ref=sealing.text(c.reason, PURPOSE))
    return Decision((Emit(fact, (ENTRY.key(c.entry),), booked.area),), sealing.private, {"entry": c.entry})


def close_month(rows: Rows, c: CloseMonth, ctx: Context) -> Decision:
    """Books are closed month after month and never opened again."""
    ctx.actor.require_area(ctx.scope)
    today, before = business_day(ctx.now), open_from(rows) or date.min
    if c.open_from.day != 1 or c.open_from > today:
        raise wrong("time_bank.month", "open_from", "out_of_range", "close_time_month")
    if c.open_from <= before:
        raise Conflict("time_bank.closed_already", event="close_time_month", params={"open_from": before.isoformat()})
    fact = said.TimeBooksClosed(open_from=c.open_from)
    return Decision((Emit(fact, (books_key(),), ctx.scope),), (), {"open_from": c.open_from.isoformat()})


COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "volunteer.propose_reversal",
        OnEntry,
        lambda c, ctx: (ENTRY.key(c.entry),),
        propose,
        roles=TIME_CLERKS,
        order=85,
    ),
    Command(
        "volunteer.approve_reversal",
        Approve,
        lambda c, ctx: (ENTRY.key(c.entry),),
        approve,
        roles=_APPROVERS,
        more_keys=_approve_more,
        order=86,
    ),
    Command("volunteer.drop_reversal", OnEntry, lambda c, ctx: (ENTRY.key(c.entry),), drop, roles=_APPROVERS, order=87),
    Command(
        "volunteer.close_time_month",
        CloseMonth,
        lambda c, ctx: (books_key(),),
        close_month,
        roles=TIME_CLERKS,
        order=88,
    ),
)
