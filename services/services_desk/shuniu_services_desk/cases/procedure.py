"""While a case is decided: special procedures that pause the limits, one extension, departments' parts."""

from typing import Annotated, Any

from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision
from shuniu.chassis.rows import Rows
from shuniu.chassis.service import Command
from shuniu.contracts.services_desk.cases import (
    CaseExtended,
    CaseHandedBack,
    CaseHandedOver,
    CasePaused,
    CaseResumed,
    Procedure,
)
from shuniu.rules.clocks import find_clock
from shuniu.rules.refusal import Conflict, Forbidden

from shuniu_services_desk.cases.accepting import CASES
from shuniu_services_desk.cases.case import OnCase, as_decider, as_leader, case_in, check_move, command_on, decided
from shuniu_services_desk.cases.lifecycles import DECIDERS, TASK
from shuniu_services_desk.cases.state import Case
from shuniu_services_desk.cases.terms import EXTENSION, extended_term, last_day, part_term, resumed_terms
from shuniu_services_desk.fields import Day, LongText, Reason, Sealing, UnitCode, check_unit, today, wrong
from shuniu_services_desk.roles import BACK, LEADERS
from shuniu_services_desk.settings import settings_of

__all__ = ("COMMANDS", "check_extend", "check_hand_back", "check_hand_over", "check_pause", "check_resume")


class Pause(OnCase, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Begin a special procedure; the applicant is told in writing how long it takes."""

    procedure: Procedure
    days: Annotated[int, Meta(ge=1, le=250)]
    """Working days it will need."""
    notice: LongText = ""
    """The written notice."""
    staff: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=64)], ...], Meta(max_length=10)] = ()


class Resume(OnCase, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The procedure is over."""

    outcome: LongText = ""


class Extend(OnCase, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """More time, once; the reason is told to the applicant."""

    reason: Reason
    told: bool
    """The applicant was told."""


class HandOver(OnCase, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask a department for its part."""

    unit: UnitCode
    due_on: Day | None = None
    """The last day of its part; without one the deployment's limit."""
    note: LongText = ""


class HandBack(OnCase, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A department gives its part back."""

    unit: UnitCode
    agrees: bool
    opinion: Reason


def check_pause(c: Case, ctx: Context) -> None:
    """Who decides, before the law's limit has passed: what has run out cannot stand still."""
    as_decider(c, ctx, "pause")
    check_move(c, "pause")
    clock = find_clock(c.clocks, "desk_decide")
    if clock is None or clock.late:
        raise Conflict("case.pause_after_limit", state=c.status, event="pause")


def pause(rows: Rows, q: Pause, ctx: Context) -> Decision:
    """→ SPECIAL: with a written notice of the time needed (§45); a site is checked by two at least (§34)."""
    c = case_in(rows, q)
    check_pause(c, ctx)
    if not q.notice.strip():
        raise wrong("case.notice_needed", "notice", "missing", "pause", c.status)
    if q.days > settings_of(ctx).most_pause_days:
        raise wrong(
            "case.pause_days", "days", "too_many", "pause", c.status, most=str(settings_of(ctx).most_pause_days)
        )
    if q.procedure == "SITE_CHECK" and len(set(q.staff)) < 2:
        raise wrong("case.two_on_site", "staff", "too_few", "pause", c.status)
    sealing = Sealing(ctx)
    fact = CasePaused(
        case=c.id,
        procedure=q.procedure,
        days=q.days,
        notice_ref=sealing.text(q.notice, CASES, c.id),
        staff=tuple(dict.fromkeys(q.staff)),
    )
    return decided(c, [fact], sealing.private)


def check_resume(c: Case, ctx: Context) -> None:
    """Who decides."""
    as_decider(c, ctx, "resume")
    check_move(c, "resume_gap" if c.gaps else "resume")


def resume(rows: Rows, q: Resume, ctx: Context) -> Decision:
    """Back to where it was; the limits go on with what was left."""
    c = case_in(rows, q)
    check_resume(c, ctx)
    sealing = Sealing(ctx)
    fact = CaseResumed(case=c.id, terms=resumed_terms(c, ctx), result_ref=sealing.text(q.outcome, CASES, c.id))
    return decided(c, [fact], sealing.private)


def check_extend(c: Case, ctx: Context) -> None:
    """The leader, once, before the limit has passed."""
    as_leader(c, ctx, "extend")
    if c.extended:
        raise Conflict("case.extend_once", state=c.status, event="extend")
    check_move(c, "extend")
    clock = find_clock(c.clocks, "desk_decide")
    if clock is None or clock.late or clock.state != "running":
        raise Conflict("case.extend_in_time", state=c.status, event="extend")


def extend(rows: Rows, q: Extend, ctx: Context) -> Decision:
    """20 → 30 working days, joint 45 → 60 (§42)."""
    c = case_in(rows, q)
    check_extend(c, ctx)
    if not q.told:
        raise wrong("case.reason_told", "told", "missing", "extend", c.status)
    days = EXTENSION[c.joint]
    sealing = Sealing(ctx)
    fact = CaseExtended(
        case=c.id, days=days, term=extended_term(c, days, ctx), reason_ref=sealing.text(q.reason, CASES, c.id)
    )
    return decided(c, [fact], sealing.private)


def check_hand_over(c: Case, ctx: Context) -> None:
    """Who decides."""
    as_decider(c, ctx, "hand_over")
    check_move(c, "hand_over")


def hand_over(rows: Rows, q: HandOver, ctx: Context) -> Decision:
    """One more department has a part; each one once."""
    c = case_in(rows, q)
    check_hand_over(c, ctx)
    check_unit(q.unit, "unit", "hand_over", ctx)
    if q.unit == c.unit or c.task(q.unit) is not None:
        raise Conflict("case.task_once", state=c.status, event="hand_over", params={"unit": q.unit})
    decide_by = find_clock(c.clocks, "desk_decide")
    if q.due_on is not None and not (
        today(ctx) <= q.due_on and (decide_by is None or q.due_on <= last_day(decide_by.due_at) or decide_by.late)
    ):
        raise wrong("case.part_date", "due_on", "not_between", "hand_over", c.status)
    sealing = Sealing(ctx)
    fact = CaseHandedOver(
        case=c.id,
        unit=q.unit,
        by=c.unit,
        note_ref=sealing.text(q.note, CASES, c.id),
        term=part_term(c, q.unit, ctx, q.due_on),
    )
    return decided(c, [fact], sealing.private)


def check_hand_back(c: Case, unit: str, ctx: Context) -> None:
    """The department itself, once."""
    if not (ctx.actor.has_role(*BACK) and ctx.actor.acts_for(unit)):
        raise Forbidden("case.own_part", state=c.status, event="hand_back", params={"unit": unit})
    check_move(c, "hand_back")
    task = c.task(unit)
    if task is None:
        raise Conflict("case.no_part", state=c.status, event="hand_back", params={"unit": unit})
    TASK.check(task.status, "agree")


def hand_back(rows: Rows, q: HandBack, ctx: Context) -> Decision:
    """The part is back: agreed, or objected with reasons."""
    c = case_in(rows, q)
    check_hand_back(c, q.unit, ctx)
    sealing = Sealing(ctx)
    opinion = sealing.text(q.opinion, CASES, c.id)
    clock = find_clock(c.clocks, "desk_part", q.unit)
    late = clock is not None and clock.late
    fact = CaseHandedBack(case=c.id, unit=q.unit, agrees=q.agrees, opinion_ref=opinion, late=late)
    return decided(c, [fact], sealing.private)


COMMANDS: tuple[Command[Any], ...] = (
    command_on("case.pause", Pause, pause, DECIDERS, order=41),
    command_on("case.resume", Resume, resume, DECIDERS, order=42, tone="primary"),
    command_on("case.extend", Extend, extend, LEADERS, order=43),
    command_on("case.hand_over", HandOver, hand_over, DECIDERS, order=44),
    command_on("case.hand_back", HandBack, hand_back, BACK, order=45, tone="primary"),
)
