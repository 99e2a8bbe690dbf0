"""The life cycle of a deliberation (议事协商), as data (domain rules 10.10)."""

from shuniu.rules.lifecycle import Lifecycle, Move, Status

from shuniu_services_desk.needs.lifecycles import DECIDERS, SORTERS

__all__ = ("DELIBERATION",)

DELIBERATION = Lifecycle(
    kind="deliberation",
    initial="AGENDA",
    statuses=(
        Status("AGENDA", True, "idle", "prepare"),
        Status("PARTIES_SET", True, "waiting", "prepare"),
        Status("NOTICED", True, "waiting", "meet"),
        Status("DELIBERATED", True, "active", "vote"),
        Status("VOTED", True, "checking", "resolve"),
        Status("RESOLUTION", False, "done", "ended"),
        Status("NOT_PASSED", False, "stopped", "ended"),
        Status("INQUORATE", False, "stopped", "ended"),
        Status("CANCELLED", False, "stopped", "ended"),
    ),
    moves=(
        Move("open", (), "AGENDA", DECIDERS, "deliberation.opened_once"),
        Move("enter_roll", ("AGENDA",), None, DECIDERS, "deliberation.roll_closed"),
        Move("set_parties", ("AGENDA",), "PARTIES_SET", DECIDERS, "deliberation.roll_closed"),
        Move("notice", ("PARTIES_SET", "NOTICED"), "NOTICED", DECIDERS, "deliberation.notice_after_parties"),
        Move("attend", ("NOTICED", "DELIBERATED"), None, SORTERS, "deliberation.attend_noticed"),
        Move("hold", ("NOTICED",), "DELIBERATED", DECIDERS, "deliberation.hold_noticed"),
        Move("vote", ("DELIBERATED",), None, SORTERS, "deliberation.vote_deliberated"),
        Move("void_vote", ("DELIBERATED",), None, DECIDERS, "deliberation.vote_deliberated"),
        Move("count", ("DELIBERATED",), "VOTED", DECIDERS, "deliberation.vote_deliberated"),
        Move("resolve", ("VOTED",), "RESOLUTION", DECIDERS, "deliberation.resolve_voted"),
        Move("not_passed", ("VOTED",), "NOT_PASSED", DECIDERS, "deliberation.resolve_voted"),
        Move("adjourn", ("NOTICED", "DELIBERATED"), "INQUORATE", DECIDERS, "deliberation.attend_noticed"),
        Move("cancel", ("AGENDA", "PARTIES_SET", "NOTICED"), "CANCELLED", DECIDERS, "deliberation.cancel_before"),
        Move("plan", ("RESOLUTION",), None, DECIDERS, "deliberation.plan_resolved"),
        Move("release", ("RESOLUTION",), None, DECIDERS, "deliberation.plan_resolved"),
    ),
)
