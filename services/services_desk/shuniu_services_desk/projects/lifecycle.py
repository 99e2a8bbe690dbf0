"""Life cycles of a project and of a milestone, as data (domain rules 10.10)."""

from shuniu.rules.lifecycle import Lifecycle, Move, Status

from shuniu_services_desk.needs.lifecycles import DECIDERS

__all__ = ("MILESTONE", "PROJECT")

PROJECT = Lifecycle(
    kind="desk_project",
    initial="PLANNED",
    statuses=(
        Status("PLANNED", True, "idle", "plan"),
        Status("FUNDED", True, "waiting", "plan"),
        Status("RUNNING", True, "active", "build"),
        Status("ACCEPTED", True, "checking", "evaluate"),
        Status("EVALUATED", True, "waiting", "tell"),
        Status("PROJECT_FED_BACK", False, "done", "ended"),
        Status("PROJECT_CANCELLED", False, "stopped", "ended"),
    ),
    moves=(
        Move("plan", (), "PLANNED", DECIDERS, "project.planned_once"),
        Move("fund", ("PLANNED",), "FUNDED", DECIDERS, "project.fund_planned"),
        Move("start", ("FUNDED",), "RUNNING", DECIDERS, "project.start_funded"),
        Move("report", ("RUNNING",), None, (), "project.not_running"),
        Move("accept_milestone", ("RUNNING",), None, DECIDERS, "project.not_running"),
        Move("return_milestone", ("RUNNING",), None, DECIDERS, "project.not_running"),
        Move("spend", ("RUNNING",), None, DECIDERS, "project.not_running"),
        Move("accept", ("RUNNING",), "ACCEPTED", DECIDERS, "project.not_running"),
        Move("evaluate", ("ACCEPTED",), "EVALUATED", DECIDERS, "project.evaluate_accepted"),
        Move("feed_back", ("EVALUATED",), "PROJECT_FED_BACK", DECIDERS, "project.feed_back_evaluated"),
        Move("cancel", ("PLANNED", "FUNDED", "RUNNING"), "PROJECT_CANCELLED", DECIDERS, "project.cancel_unfinished"),
    ),
)
MILESTONE = Lifecycle(
    kind="project_milestone",
    initial="MS_OPEN",
    statuses=(
        Status("MS_OPEN", True, "waiting", "build"),
        Status("MS_REPORTED", True, "checking", "build"),
        Status("MS_ACCEPTED", False, "done", "build"),
    ),
    moves=(
        Move("plan", (), "MS_OPEN", DECIDERS, "project.planned_once"),
        Move("report", ("MS_OPEN",), "MS_REPORTED", (), "project.milestone_open"),
        Move("accept_milestone", ("MS_REPORTED",), "MS_ACCEPTED", DECIDERS, "project.milestone_reported"),
        Move("return_milestone", ("MS_REPORTED",), "MS_OPEN", DECIDERS, "project.milestone_reported"),
    ),
)
