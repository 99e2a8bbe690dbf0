"""The life cycle of a visit (走访) as data. Most visits are recorded when they are over; some are planned before."""

from shuniu.rules.lifecycle import Lifecycle, Move, Status

__all__ = ("VISIT", "VISITORS")

VISITORS = ("grid_worker", "community_secretary")

VISIT = Lifecycle(
    kind="home_visit",
    initial="VISIT_PLANNED",
    statuses=(
        Status("VISIT_PLANNED", True, "waiting", "planned"),
        Status("VISIT_MADE", False, "done", "ended"),
        Status("NOBODY_MET", False, "stopped", "ended"),
        Status("VISIT_DROPPED", False, "stopped", "ended"),
    ),
    moves=(
        Move("plan_visit", (), "VISIT_PLANNED", VISITORS, "grid.visit_opens", "follow_up"),
        Move("meet", ("VISIT_PLANNED",), "VISIT_MADE", (), "grid.visit_planned"),
        Move("meet_nobody", ("VISIT_PLANNED",), "NOBODY_MET", (), "grid.visit_planned"),
        Move("make_visit", ("VISIT_PLANNED",), None, VISITORS, "grid.visit_planned"),
        Move("drop_visit", ("VISIT_PLANNED",), "VISIT_DROPPED", VISITORS, "grid.visit_planned"),
    ),
)
"""``make_visit`` is what a person does; whether it was ``meet`` or ``meet_nobody`` is what came of it."""
