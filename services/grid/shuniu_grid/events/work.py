"""Dispatch, processing and its side ways (派遣、处理、反馈、延期、挂账、回退): domain rules 1.27, 2.1, 10.3."""

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision
from shuniu.chassis.rows import Rows
from shuniu.chassis.service import Command
from shuniu.contracts.grid import events as facts
from shuniu.rules.evidence import check_evidence
from shuniu.rules.refusal import FieldError, Unprocessable

from shuniu_grid.events.categories import check_category, is_clue
from shuniu_grid.events.commands import (
    Code,
    Note,
    OnEvent,
    Photos,
    UnitCode,
    decision,
    need_event,
    on_event,
    photos_of,
    sealed,
)
from shuniu_grid.events.limits import process_term, term_until
from shuniu_grid.events.rules import (
    check_clue_unit,
    check_delay,
    check_hang,
    check_unit,
    delay_needs_leader,
    level_of,
)
from shuniu_grid.events.state import GridEvent, next_generation
from shuniu_grid.settings import settings_of

__all__ = ("COMMANDS", "Accept", "AskDelay", "AskHang", "Dispatch", "FeedBack", "Plain", "Redispatch", "Return")

LEAST_EXPLANATION = 4
"""Characters of a written explanation."""

Day = Annotated[date, msgspec.Meta(extra_json_schema={"x-widget": "date"})]


class Plain(OnEvent, frozen=True, kw_only=True):
    """A move that needs nothing but the event."""


class Noted(OnEvent, frozen=True, kw_only=True):
    """A move with a note."""

    note: Note = ""


class Dispatch(OnEvent, frozen=True, kw_only=True):
    """派遣 to a unit; the limit of the category starts."""

    unit: UnitCode
    note: Note = ""


def _dispatched(row: GridEvent, unit: str, category: str, note: str, ctx: Context) -> facts.EventDispatched:
    clue = row.clue or is_clue(category)
    check_unit(unit, ctx)
    check_clue_unit(unit, clue, ctx)
    return facts.EventDispatched(
        matter=row.id,
        unit=unit,
        category=category,
        attempt=row.attempts + 1,
        clue=clue,
        note=note,
        level=level_of(unit, ctx),
        term=process_term(ctx, category, next_generation(row, "process")),
    )


def _dispatch(rows: Rows, command: Dispatch, ctx: Context) -> Decision:
    row = need_event(rows, command, ctx, "dispatch")
    note = sealed(ctx, command.note)
    return decision(row, _dispatched(row, command.unit, row.category, note.ref, ctx), private=note.private)


class Redispatch(OnEvent, frozen=True, kw_only=True):
    """Dispatch again: to another unit, or under another category, because that changes the limit (10.3)."""

    unit: UnitCode
    category: Code = ""
    note: Note = ""


def _redispatch(rows: Rows, command: Redispatch, ctx: Context) -> Decision:
    row = need_event(rows, command, ctx, "redispatch")
    category = check_category(command.category) if command.category else row.category
    if command.unit == row.unit and category == row.category:
        raise Unprocessable(
            "grid.redispatch_changes_something",
            state=row.status,
            event="redispatch",
            fields=(FieldError("unit", "same"), FieldError("category", "same")),
        )
    note = sealed(ctx, command.note)
    return decision(row, _dispatched(row, command.unit, category, note.ref, ctx), private=note.private)


class Accept(Plain, frozen=True, kw_only=True):
    """The unit takes it up (处理)."""


def _accept(rows: Rows, command: Accept, ctx: Context) -> Decision:
    row = need_event(rows, command, ctx, "accept")
    return decision(row, facts.EventAccepted(matter=row.id, unit=row.unit))


class FeedBack(OnEvent, frozen=True, kw_only=True):
    """处理反馈: done, with at least one photo after."""

    after: Photos
    note: Note = ""


def _feed_back(rows: Rows, command: FeedBack, ctx: Context) -> Decision:
    row = need_event(rows, command, ctx, "feed_back")
    after = check_evidence(command.after, least=1, field="after")
    note = sealed(ctx, command.note)
    fact = facts.EventFedBack(matter=row.id, unit=row.unit, after=photos_of(after), note=note.ref)
    return decision(row, fact, private=note.private)


class Return(OnEvent, frozen=True, kw_only=True):
    """回退: not our duty; why, and whose it is where that is known (2.14: the unit must explain)."""

    note: Annotated[str, msgspec.Meta(min_length=4, max_length=2000, extra_json_schema={"x-widget": "textarea"})]
    proposed: Annotated[str, msgspec.Meta(max_length=60, extra_json_schema={"x-widget": "unit"})] = ""


def _return(rows: Rows, command: Return, ctx: Context) -> Decision:
    row = need_event(rows, command, ctx, "return")
    proposed = check_unit(command.proposed, ctx, "proposed") if command.proposed else ""
    note = sealed(ctx, command.note)
    fact = facts.EventReturned(matter=row.id, unit=row.unit, proposed=proposed, note=note.ref)
    return decision(row, fact, private=note.private)


class AcceptReturn(OnEvent, frozen=True, kw_only=True):
    """回退 at once (1.27): the unit is let go; with ``unit`` it is dispatched to the right one in the same step."""

    unit: Annotated[str, msgspec.Meta(max_length=60, extra_json_schema={"x-widget": "unit"})] = ""


def _accept_return(rows: Rows, command: AcceptReturn, ctx: Context) -> Decision:
    row = need_event(rows, command, ctx, "accept_return")
    accepted = facts.EventReturnAccepted(matter=row.id, unit=row.unit)
    if not command.unit:
        return decision(row, accepted)
    if command.unit == row.unit:
        raise Unprocessable("grid.redispatch_changes_something", fields=(FieldError("unit", "same"),))
    return decision(row, accepted, _dispatched(row, command.unit, row.category, "", ctx))


def _refuse_return(rows: Rows, command: Plain, ctx: Context) -> Decision:
    row = need_event(rows, command, ctx, "refuse_return")
    return decision(row, facts.EventReturnRefused(matter=row.id))


class AskDelay(OnEvent, frozen=True, kw_only=True):
    """延期申请: before the limit has passed, until the end of a day.

    The first within the system's own length is the dispatcher's to grant; a second, or a longer one by the unit's own
    estimate, needs the ``stamped_form`` and a leader of the centre (domain rules 1.27).
    """

    until: Day
    stamped_form: Photos = ()
    note: Note = ""


def _ask_delay(rows: Rows, command: AskDelay, ctx: Context) -> Decision:
    row = need_event(rows, command, ctx, "ask_delay")
    until = check_delay(row, command.until, ctx)
    form = check_evidence(command.stamped_form, field="stamped_form")
    leader = delay_needs_leader(row, until, ctx)
    if leader and not form:
        raise Unprocessable("grid.delay_needs_form", fields=(FieldError("stamped_form", "missing"),),
                            params={"days": settings_of(ctx).delay_system_days})  # fmt: skip
    note = sealed(ctx, command.note)
    fact = facts.EventDelayAsked(matter=row.id, until=until, note=note.ref, form=photos_of(form), leader=leader)
    return decision(row, fact, private=note.private)


def _grant_delay(rows: Rows, command: Plain, ctx: Context) -> Decision:
    row = need_event(rows, command, ctx, "grant_delay")
    assert row.wish is not None
    until = check_delay(row, row.wish.on, ctx)
    term = term_until(ctx, "process", until, next_generation(row, "process"))
    return decision(row, facts.EventDelayGranted(matter=row.id, until=until, term=term))


def _refuse_delay(rows: Rows, command: Noted, ctx: Context) -> Decision:
    row = need_event(rows, command, ctx, "refuse_delay")
    note = sealed(ctx, command.note)
    return decision(row, facts.EventDelayRefused(matter=row.id, note=note.ref), private=note.private)


class AskHang(OnEvent, frozen=True, kw_only=True):
    """挂账申请: engineering, seasonal or ownership reason only, to be reviewed within 90 days (10.2), and explained in
    writing (1.28). ``revive_when`` says what it waits for; left empty, the reason says."""

    reason: facts.HangReason
    review_on: Day
    revive_when: Literal["", "WORKS_POSSIBLE", "SEASON_OVER", "OWNER_SETTLED", "FUNDS_GRANTED"] = ""
    note: Note = ""


_WAITS_FOR: dict[facts.HangReason, facts.ReviveWhen] = {
    "ENGINEERING": "WORKS_POSSIBLE",
    "SEASONAL": "SEASON_OVER",
    "OWNERSHIP": "OWNER_SETTLED",
}


def _ask_hang(rows: Rows, command: AskHang, ctx: Context) -> Decision:
    row = need_event(rows, command, ctx, "ask_hang")
    review_on = check_hang(command.review_on, ctx)
    if len(command.note.strip()) < LEAST_EXPLANATION:
        raise Unprocessable("grid.hang_explained", fields=(FieldError("note", "missing"),))
    note = sealed(ctx, command.note)
    fact = facts.EventHangAsked(
        matter=row.id,
        reason=command.reason,
        review_on=review_on,
        note=note.ref,
        revive_when=command.revive_when or _WAITS_FOR[command.reason],
    )
    return decision(row, fact, private=note.private)


def _hang(rows: Rows, command: Plain, ctx: Context) -> Decision:
    row = need_event(rows, command, ctx, "hang")
    assert row.wish is not None
    review_on = check_hang(row.wish.on, ctx)
    reason = msgspec.convert(row.wish.reason, facts.HangReason)
    term = term_until(ctx, "review", review_on, next_generation(row, "review"))
    when = msgspec.convert(row.wish.revive_when or _WAITS_FOR[reason], facts.ReviveWhen)
    fact = facts.EventHung(matter=row.id, reason=reason, review_on=review_on, term=term, revive_when=when)
    return decision(row, fact)


def _refuse_hang(rows: Rows, command: Noted, ctx: Context) -> Decision:
    row = need_event(rows, command, ctx, "refuse_hang")
    note = sealed(ctx, command.note)
    return decision(row, facts.EventHangRefused(matter=row.id, note=note.ref), private=note.private)


def _revive(rows: Rows, command: Plain, ctx: Context) -> Decision:
    row = need_event(rows, command, ctx, "revive")
    term = process_term(ctx, row.category, next_generation(row, "process"))
    return decision(row, facts.EventRevived(matter=row.id, term=term))


COMMANDS: tuple[Command[Any], ...] = (
    on_event("dispatch", Dispatch, _dispatch, order=20, tone="primary"),
    on_event("redispatch", Redispatch, _redispatch, order=21),
    on_event("accept", Accept, _accept, order=22, tone="primary"),
    on_event("feed_back", FeedBack, _feed_back, evidence=("after",), order=23, tone="primary"),
    on_event("return", Return, _return, order=24),
    on_event("accept_return", AcceptReturn, _accept_return, order=25, tone="primary"),
    on_event("refuse_return", Plain, _refuse_return, order=26),
    on_event("ask_delay", AskDelay, _ask_delay, evidence=("stamped_form",), order=27),
    on_event("grant_delay", Plain, _grant_delay, order=28, tone="primary"),
    on_event("refuse_delay", Noted, _refuse_delay, order=29),
    on_event("ask_hang", AskHang, _ask_hang, order=30),
    on_event("hang", Plain, _hang, order=31, tone="primary", also_roles=("dispatcher",)),
    on_event("refuse_hang", Noted, _refuse_hang, order=32, also_roles=("dispatcher",)),
    on_event("revive", Plain, _revive, order=33, tone="primary"),
)
