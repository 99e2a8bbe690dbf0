"""Who may do what with a hazard, shared by commands and offers (domain rules 10.7)."""

from shuniu.chassis.context import Context
from shuniu.contracts.insurance.hazards import Grade
from shuniu.rules.clocks import find_clock
from shuniu.rules.refusal import Conflict, FieldError, Forbidden, Unprocessable

from shuniu_insurance.fields import today
from shuniu_insurance.hazards.data import level_of
from shuniu_insurance.hazards.lifecycle import COMMUNITY, HAZARD, STREET
from shuniu_insurance.hazards.state import Hazard

__all__ = ("check_downgrade", "check_grade_way", "guard", "in_time", "is_community")

_WORK_MOVES = ("start", "control", "resume", "rectify", "give_back")


def _near(row: Hazard, ctx: Context) -> bool:
    """Somebody of the place, of the insurer, or of the unit that is to remove it."""
    units = tuple(u for u in (row.insurer, row.unit, row.owner_unit) if u)
    return ctx.actor.covers(row.area) or ctx.actor.acts_for(*units)


def guard(move: str, row: Hazard, ctx: Context) -> None:
    """The actor holds a role for the move where the hazard is, the status allows it, and the person is the right one.

    Forbidden (role, place, wrong person) before Conflict (status), so that a stranger learns nothing of the status.
    """
    HAZARD.check_role(move, ctx.actor.roles, "access.role")
    if not _near(row, ctx):
        raise Forbidden("access.area", state=row.status, event=move, params={"area": row.area})
    HAZARD.check(row.status, move)
    _check_work(move, row, ctx)
    _check_person(move, row, ctx)
    _check_state(move, row, ctx)


def _check_work(move: str, row: Hazard, ctx: Context) -> None:
    """Government, insurer's team, owner: each does its own; what the government has moves with its referral."""
    if move not in _WORK_MOVES:
        return
    if row.way == "GOV":
        raise Conflict("hazard.gov_follows_referral", state=row.status, event=move)
    only_owner = ctx.actor.has_role("enterprise_contact") and not ctx.actor.has_role(
        "insurer_surveyor", "insurer_clerk", *STREET
    )
    if only_owner and not (row.way == "OWNER" and row.unit and ctx.actor.acts_for(row.unit)):
        raise Forbidden("hazard.own_order", state=row.status, event=move)


def _check_person(move: str, row: Hazard, ctx: Context) -> None:
    me = ctx.actor.id
    if move in ("recheck", "fail_recheck") and me == row.found_by:
        raise Forbidden("hazard.finder_not_rechecker", state=row.status, event=move)
    if move in ("recheck", "fail_recheck") and me == row.rectified_by:
        raise Forbidden("hazard.rectifier_not_rechecker", state=row.status, event=move)
    if move == "cancel_off" and row.grade == "MAJOR" and not ctx.actor.has_role(*_SUPERVISORS):
        raise Forbidden("hazard.major_by_street", state=row.status, event=move)
    if move not in ("accept_risk", "refuse_acceptance") or row.asked is None:
        return
    if me == row.asked.by or level_of(ctx.actor.roles, ctx) <= row.asked.level:
        raise Forbidden("hazard.one_level_up", state=row.status, event=move, params={"level": row.asked.level})


_SUPERVISORS = (*STREET, "office_director", "leading_group", "party_secretary")


def _check_state(move: str, row: Hazard, ctx: Context) -> None:
    if move == "reopen" and row.reopen_until is not None and today(ctx) > row.reopen_until:
        params = {"until": row.reopen_until.isoformat()}
        raise Conflict("hazard.reopen_within", state=row.status, event=move, params=params)
    if move == "report_up" and (row.holder != "ENTERPRISE" or row.reported_up):
        raise Conflict("hazard.report_up_open", state=row.status, event=move)
    if move == "withdraw_referral" and row.referral is None:
        raise Conflict("hazard.withdraw_what_is_referred", state=row.status, event=move)
    if move in ("accept_risk", "refuse_acceptance") and row.asked is None:
        raise Conflict("hazard.acceptance_not_asked", state=row.status, event=move)
    if move == "ask_acceptance" and row.asked is not None:
        raise Conflict("hazard.acceptance_asked", state=row.status, event=move)


def check_grade_way(row: Hazard, way: str) -> None:
    """An enterprise's hazard that a residents' committee knows of goes up first (安全生产法 §75)."""
    if row.holder == "ENTERPRISE" and row.from_community and not row.reported_up and way != "GOV":
        raise Conflict("hazard.report_up_first", state=row.status, event="route")


def check_downgrade(row: Hazard, grade: Grade, colour: str, ctx: Context) -> None:
    """A lower grade, or a milder colour, is said by the grader's superior, never by who graded it (10.7)."""
    if (grade, colour) == (row.grade, row.colour):
        fields = (FieldError("grade", "same"),)
        raise Unprocessable("hazard.same_grade", state=row.status, event="regrade", fields=fields)
    order = ("BLUE", "YELLOW", "ORANGE", "RED")
    lower = (grade == "GENERAL", -order.index(colour)) > (row.grade == "GENERAL", -order.index(row.colour))
    if lower and (ctx.actor.id == row.graded_by or level_of(ctx.actor.roles, ctx) <= row.graded_level):
        params = {"level": row.graded_level}
        raise Forbidden("hazard.downgrade_by_superior", state=row.status, event="regrade", params=params)


def is_community(ctx: Context) -> bool:
    """Whether it is the residents' committee that speaks."""
    return ctx.actor.has_role(*COMMUNITY)


def in_time(row: Hazard, ctx: Context) -> bool:
    """Whether the limit from grading to striking off still runs."""
    clock = find_clock(row.clocks, "cancel")
    return clock is not None and not clock.late and ctx.now < clock.due_at
