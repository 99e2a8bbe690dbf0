"""Blowing (吹哨): from what was submitted to called units; sending back, calling off, raising.

``check_…`` are the guards; the offers of a matter's page ask the same ones.
"""

from collections.abc import Iterable
from typing import Any

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.envelope import Fact
from shuniu.contracts.whistle.whistles import (
    CalledUnit,
    WhistleBlown,
    WhistleCancelled,
    WhistleEscalated,
    WhistleReturned,
)
from shuniu.rules.refusal import Conflict

from shuniu_whistle.whistles.authority import as_blower, as_caller, as_street, told_as
from shuniu_whistle.whistles.fields import Day, OnWhistle, Reason, Texts
from shuniu_whistle.whistles.lifecycles import CALLER_DOWN, HARD_BLOWERS, STREET
from shuniu_whistle.whistles.parties import check_parties, made_for, unit_of
from shuniu_whistle.whistles.plan import check_units, date_not_past, listed_item, listing_keys
from shuniu_whistle.whistles.preview import preview_blow
from shuniu_whistle.whistles.state import Whistle
from shuniu_whistle.whistles.terms import callout_terms, default_finish
from shuniu_whistle.whistles.whistle import WHISTLE, check_move, command_on, decided, settled, whistle_in

__all__ = (
    "COMMANDS",
    "Blow",
    "Cancel",
    "Escalate",
    "Return",
    "check_blow",
    "check_cancel",
    "check_escalate",
    "check_return",
)

_ASKERS = (*STREET, *CALLER_DOWN)


class Return(OnWhistle, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Send it back to the draft (退回)."""

    reason: Reason


class Blow(OnWhistle, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Blow it (吹哨)."""

    finish_by: Day | None = None
    """Last day for finishing; empty: the date wanted, else the profile's limit."""


class Cancel(OnWhistle, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Call it off (撤哨)."""

    reason: Reason


class Escalate(OnWhistle, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Raise it to the district (升级督办)."""

    reason: Reason


def check_return(w: Whistle, ctx: Context) -> None:
    """Whoever may blow it may send it back."""
    as_blower(w, ctx, "return")
    check_move(w, "return")


def send_back(rows: Rows, c: Return, ctx: Context) -> Decision:
    """SUBMITTED → DRAFT."""
    w = whistle_in(rows, c)
    check_return(w, ctx)
    texts = Texts(ctx)
    return decided(w, [WhistleReturned(whistle=w.id, reason_ref=texts.keep(c.reason))], ctx, texts.private)


def _blow_more(c: Blow, rows: Rows, ctx: Context) -> Iterable[Key]:
    w = rows.find(WHISTLE, c.whistle)
    return listing_keys(w.item) if w else ()


def check_blow(w: Whistle, ctx: Context) -> None:
    """ROUTINE: a leading-group member; HARD: party secretary or office director only (1.1)."""
    as_blower(w, ctx, "blow")
    check_move(w, "blow")


def blow(rows: Rows, c: Blow, ctx: Context) -> Decision:
    """SUBMITTED → BLOWN: every unit gets its callout, every limit begins."""
    w = whistle_in(rows, c)
    check_blow(w, ctx)
    # The directory may have changed since the draft.
    with told_as(w.status, "blow"):
        check_units(w.direction, w.caller_unit, w.lead, w.co, w.inform, ctx)
        check_parties(w.direction, w.parties, w.lead, w.origin.scope if w.origin else "", ctx)
    listed = listed_item(rows, w.item, ctx)
    if listed is None:
        raise Conflict("whistle.item_retired", state=w.status, event="blow", params={"item": w.item})
    finish_by = c.finish_by or w.wanted_on or default_finish(w, ctx)
    date_not_past(finish_by, "finish_by", "blow", w.status, ctx)
    called = _called(w, ctx)
    terms = [t for one in called for t in callout_terms(w, w.kind, one.callout, ctx)]
    blown = WhistleBlown(
        whistle=w.id,
        kind=w.kind,
        callouts=called,
        inform=w.inform,
        finish_by=finish_by,
        terms=tuple(terms),
        list_version=listed.version,
    )
    answer = {"callouts": {one.unit: one.callout for one in called}}
    made = [made_for(w, one, finish_by.isoformat(), ctx) for one in called if one.scope]
    done = decided(w, [blown, *made], ctx)
    return Decision(done.events, done.private, {**done.answer, **answer})


def _called(w: Whistle, ctx: Context) -> tuple[CalledUnit, ...]:
    """A callout for every unit and party, the leading one first."""
    ours = [(w.lead, "LEAD", "")] if w.lead else []
    ours += [(unit, "CO", "") for unit in w.co]
    every = [*ours, *((unit_of(p), p.role, p.scope) for p in w.parties)]
    return tuple(
        CalledUnit(callout=ctx.new_id(), unit=unit, role="LEAD" if role == "LEAD" else "CO", scope=scope)
        for unit, role, scope in sorted(every, key=lambda u: u[1] != "LEAD")
    )


def check_cancel(w: Whistle, ctx: Context) -> None:
    """Before it is blown its drafter or its blower, then only who might have blown it."""
    if w.status in ("DRAFT", "SUBMITTED"):
        as_caller(w, ctx, "cancel", STREET, "whistle.cancel_roles")
    else:
        as_blower(w, ctx, "cancel")
    check_move(w, "cancel")


def cancel(rows: Rows, c: Cancel, ctx: Context) -> Decision:
    """Any status before RESOLVED → CANCELLED; the units that signed are named, for they must hear of it."""
    w = whistle_in(rows, c)
    check_cancel(w, ctx)
    texts = Texts(ctx)
    cancelled = WhistleCancelled(
        whistle=w.id,
        reason="CANCELLED",
        told=tuple(x.unit for x in w.callouts if x.signed_at and x.status != "WITHDRAWN" and not x.scope),
        open_key=w.open_key,
        reason_ref=texts.keep(c.reason),
    )
    # A chain that ends like this leaves the matter as unsolved as its last rating said.
    facts: list[Fact] = [cancelled, *settled(w, "unsolved" if w.previous else "cancelled")]
    return decided(w, facts, ctx, texts.private, guard=True)


def check_escalate(w: Whistle, ctx: Context) -> None:
    """What becomes HARD is raised by those who may blow a HARD whistle; a DOWN whistle has no kind to raise."""
    as_street(w, ctx, "escalate", HARD_BLOWERS, "whistle.escalate_roles")
    check_move(w, "escalate")
    if w.direction == "DOWN":
        raise Conflict("whistle.down_has_no_kind", state=w.status, event="escalate")
    if w.escalated:
        raise Conflict("whistle.escalated_already", state=w.status, event="escalate")


def escalate(rows: Rows, c: Escalate, ctx: Context) -> Decision:
    """HARD from now on, flagged, the district supervises; limits that run keep running (design choice)."""
    w = whistle_in(rows, c)
    check_escalate(w, ctx)
    texts = Texts(ctx)
    raised = WhistleEscalated(
        whistle=w.id, automatic=False, late_marks=w.late_marks, was=w.kind, reason_ref=texts.keep(c.reason)
    )
    return decided(w, [raised], ctx, texts.private)


COMMANDS: tuple[Command[Any], ...] = (
    command_on(
        "whistle.blow",
        Blow,
        blow,
        _ASKERS,
        tone="primary",
        icon="call",
        preview=preview_blow,
        more_keys=_blow_more,
        order=22,
    ),
    command_on("whistle.return", Return, send_back, _ASKERS, order=23),
    command_on("whistle.escalate", Escalate, escalate, _ASKERS, tone="danger", order=80),
    command_on("whistle.cancel", Cancel, cancel, _ASKERS, tone="danger", order=90),
)
