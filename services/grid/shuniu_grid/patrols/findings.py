"""What is found on a round becomes a grid event that says so (provenance); asked by the events capability."""

from datetime import timedelta

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Emit
from shuniu.chassis.rows import Rows
from shuniu.contracts.grid import patrols as facts
from shuniu.rules.refusal import Conflict, FieldError, Forbidden

from shuniu_grid.patrols.face import PATROL_ROUND
from shuniu_grid.patrols.lifecycle import PATROL
from shuniu_grid.settings import settings_of

__all__ = ("check_round", "finding")


def check_round(rows: Rows, patrol: str, ctx: Context) -> None:
    """Raise the Refusal that keeps a report from naming this round as where it was found.

    NotFound ``patrol_round.unknown``; Forbidden ``grid.patrol_of_another``; Conflict ``grid.patrol_of_a_finding`` for
    one that has not begun, was called off, or ended longer ago than late uploads reach.
    """
    row = rows.need(PATROL_ROUND, patrol)
    fields = (FieldError("patrol", "not_yours"),)
    if row.worker != ctx.actor.id:
        raise Forbidden("grid.patrol_of_another", event="report", fields=fields)
    PATROL.check(row.status, "found")
    late = timedelta(hours=settings_of(ctx).track_late_hours)
    if row.ended_at is not None and ctx.now > row.ended_at + late:
        fields = (FieldError("patrol", "over"),)
        raise Conflict("grid.patrol_of_a_finding", state=row.status, event="report", fields=fields)


def finding(patrol: str, event: str, number: str, area: str) -> Emit:
    """The round's side of the provenance."""
    return Emit(facts.PatrolFinding(matter=patrol, event=event, number=number), (PATROL_ROUND.key(patrol),), area)
