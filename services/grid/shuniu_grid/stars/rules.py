"""Who may do what with a rating cycle, shared by commands and offers (domain rules 6.4, 10.12)."""

from shuniu.chassis.context import Context
from shuniu.chassis.rows import Rows
from shuniu.rules.refusal import Conflict, FieldError, Forbidden, NotFound, Unprocessable

from shuniu_grid.party.appointments import APPOINTED, require_independent
from shuniu_grid.settings import business_day
from shuniu_grid.stars.lifecycle import CYCLE
from shuniu_grid.stars.state import Appeal, Cycle

__all__ = ("check_collector", "check_independent", "check_ruler", "guard", "known_estate")


def guard(move: str, row: Cycle, ctx: Context) -> None:
    """The status allows the move and the actor holds a role for it where the cycle is."""
    CYCLE.check_role(move, ctx.actor.roles, "access.role")
    # A firm is known by its unit; everybody else by the area the cycle is held in.
    if move == "appeal_stars":
        if not ctx.actor.acts_for(*(e.firm for e in row.estates)):
            raise Forbidden("star.own_estate", state=row.status, event=move)
    elif move == "collect_star_data" and ctx.actor.has_role("community_secretary"):
        if not any(ctx.actor.covers(e.area) for e in row.estates):
            raise Forbidden("access.area", state=row.status, event=move, params={"area": row.area})
    elif not ctx.actor.covers(row.area):
        raise Forbidden("access.area", state=row.status, event=move, params={"area": row.area})
    CYCLE.check(row.status, move)
    if move == "freeze_star_data" and not any(d.star_source == "SURVEY" for d in row.data):
        raise Conflict("star.survey_first", state=row.status, event=move)
    if move == "rule_star_appeal":
        check_ruler(row, ctx)
        if not row.open_appeals:
            raise Conflict("star.rule_open_appeal", state=row.status, event=move)


def known_estate(row: Cycle, area: str, move: str) -> None:
    """The estate belongs to the cycle. NotFound ``star.estate_unknown``."""
    if row.estate(area) is None:
        fields = (FieldError("area", "unknown"),)
        raise NotFound("star.estate_unknown", state=row.status, event=move, fields=fields, params={"area": area})


def check_collector(row: Cycle, area: str, ctx: Context, rows: Rows) -> None:
    """交叉任职: whoever holds a post in the firm may not score it (10.12)."""
    estate = row.estate(area)
    if estate is not None and ctx.actor.acts_for(estate.firm):
        raise Forbidden(
            "star.own_firm", state=row.status, event="collect_star_data", params={"unit": estate.firm, "area": area}
        )
    check_independent(row, area, ctx, rows)


def check_independent(row: Cycle, area: str, ctx: Context, rows: Rows) -> None:
    """Nobody who was cross-appointed (交叉兼职) to the estate's firm has a say in its stars (6.4, 10.12)."""
    estate = row.estate(area)
    if estate is not None:
        require_independent(rows.find(APPOINTED, ctx.actor.id), estate.firm, business_day(ctx.now))


def check_ruler(row: Cycle, ctx: Context) -> None:
    """Nobody decides an appeal against data they entered, or of a firm they belong to."""
    if ctx.actor.id in row.collectors or ctx.actor.acts_for(*(e.firm for e in row.estates)):
        raise Forbidden("star.own_data", state=row.status, event="rule_star_appeal")


def open_appeal(row: Cycle, area: str) -> Appeal:
    """The estate's open appeal. Conflict ``star.rule_open_appeal``."""
    found = row.appeal(area)
    if found is None or found.state != "OPEN":
        fields = (FieldError("area", "value"),)
        raise Unprocessable("star.rule_open_appeal", state=row.status, event="rule_star_appeal", fields=fields)
    return found
