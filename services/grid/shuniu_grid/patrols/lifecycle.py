"""The life cycle of a patrol round (巡查) as data."""

from shuniu.rules.lifecycle import Lifecycle, Move, Status

__all__ = ("PATROL", "PLANNERS", "WALKERS")

WALKERS = ("grid_worker",)
PLANNERS = ("grid_worker", "community_secretary", "dispatcher")

PATROL = Lifecycle(
    kind="patrol_round",
    initial="PLANNED",
    statuses=(
        Status("PLANNED", True, "waiting", "planned"),
        Status("ON_ROUND", True, "active", "under_way"),
        Status("RESTING", True, "idle", "under_way"),
        Status("WALKED", False, "done", "ended"),
        Status("CALLED_OFF", False, "stopped", "ended"),
    ),
    moves=(
        Move("plan_patrol", (), "PLANNED", PLANNERS, "grid.patrol_opens", "patrol"),
        Move("start_patrol", ("PLANNED",), "ON_ROUND", WALKERS, "grid.patrol_starts_once"),
        Move("pause_patrol", ("ON_ROUND",), "RESTING", WALKERS, "grid.patrol_under_way"),
        Move("resume_patrol", ("RESTING",), "ON_ROUND", WALKERS, "grid.patrol_resting"),
        Move("check_spot", ("ON_ROUND",), None, WALKERS, "grid.patrol_under_way"),
        Move("upload_track", ("ON_ROUND", "RESTING", "WALKED"), None, WALKERS, "grid.patrol_has_a_track"),
        Move("end_patrol", ("ON_ROUND", "RESTING"), "WALKED", WALKERS, "grid.patrol_under_way"),
        Move("cancel_patrol", ("PLANNED", "ON_ROUND", "RESTING"), "CALLED_OFF", PLANNERS, "grid.patrol_not_over"),
        Move("found", ("ON_ROUND", "RESTING", "WALKED"), None, (), "grid.patrol_of_a_finding"),
        Move("measured", ("WALKED",), None, (), "grid.patrol_has_a_track"),
    ),
)
