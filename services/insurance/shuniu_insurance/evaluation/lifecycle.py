"""The life cycle of a yearly evaluation (年度评估) as data: computed by one, decided by a leader (rules 11.6)."""

from shuniu.rules.lifecycle import Lifecycle, Move, Status

__all__ = ("EVALUATION",)

_LEADERS = ("leading_group", "office_director")
_CLERK = ("street_clerk",)

EVALUATION = Lifecycle(
    kind="insurance_evaluation",
    initial="COMPUTED",
    statuses=(
        Status("COMPUTED", True, "waiting", "compute"),
        Status("DECIDED", False, "done", "decided"),
        Status("DISCARDED", False, "stopped", "ended"),
    ),
    moves=(
        Move("compute", (), "COMPUTED", _CLERK, "evaluation.computed_once"),
        Move("decide", ("COMPUTED",), "DECIDED", _LEADERS, "evaluation.decided_stays"),
        Move("discard", ("COMPUTED",), "DISCARDED", (*_CLERK, *_LEADERS), "evaluation.decided_stays"),
    ),
)
