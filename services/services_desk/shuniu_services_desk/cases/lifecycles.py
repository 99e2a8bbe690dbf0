"""The life cycle of a desk case and of a back office's part, as data (domain rules 10.4; 行政许可法 §32-45).

``rule`` is what a move from anywhere else breaks. Who may move, and every further guard, stands with the capability.
What is rated is a matter of its own (:mod:`shuniu_services_desk.ratings`).
"""

from shuniu.rules.lifecycle import Lifecycle, Move, Status

from shuniu_services_desk.roles import BACK, CLERKS, DESK, LEADERS

__all__ = ("CASE", "DECIDERS", "OPEN", "TASK", "UNDECIDED")

DECIDERS = (*BACK, *DESK)
_ACCEPTED = ("ACCEPTED", "ACCEPTED_GAP")
UNDECIDED = ("CONSULTED", "SUBMITTED", "CORRECTION", *_ACCEPTED, "SPECIAL")

CASE = Lifecycle(
    kind="desk_case",
    initial="CONSULTED",
    statuses=(
        Status("CONSULTED", True, "idle", "asking"),
        Status("SUBMITTED", True, "waiting", "accepting"),
        Status("CORRECTION", True, "waiting", "accepting"),
        Status("ACCEPTED", True, "active", "deciding"),
        Status("ACCEPTED_GAP", True, "active", "deciding"),
        Status("SPECIAL", True, "checking", "deciding"),
        Status("DECIDED", True, "active", "delivering"),
        Status("DELIVERED", False, "done", "ended"),
        Status("REFUSED", False, "stopped", "ended"),
        Status("LAPSED", False, "stopped", "ended"),
        Status("WITHDRAWN", False, "stopped", "ended"),
    ),
    moves=(
        Move("consult", (), "CONSULTED", CLERKS, "case.opened_once"),
        Move("submit", (), "SUBMITTED", CLERKS, "case.opened_once"),
        Move("bring_in", ("CONSULTED",), "SUBMITTED", CLERKS, "case.submitted_once"),
        Move("refuse", ("SUBMITTED",), "REFUSED", CLERKS, "case.refuse_at_once", "refuse"),
        Move("settle", ("SUBMITTED",), "DECIDED", CLERKS, "case.settle_submitted"),
        Move("correct", ("SUBMITTED",), "CORRECTION", CLERKS, "case.correct_once", "correct"),
        Move("deem", ("SUBMITTED",), "ACCEPTED", (), "case.deem_submitted"),
        Move("accept", ("SUBMITTED",), "ACCEPTED", CLERKS, "case.accept_submitted"),
        Move("resubmit", ("CORRECTION",), "ACCEPTED", CLERKS, "case.resubmit_corrected"),
        Move("accept_gap", ("SUBMITTED", "CORRECTION"), "ACCEPTED_GAP", CLERKS, "case.accept_submitted"),
        Move("bring_gap", ("ACCEPTED_GAP",), None, CLERKS, "case.no_gap"),
        Move("fill_gap", ("ACCEPTED_GAP",), "ACCEPTED", CLERKS, "case.no_gap", "gap"),
        Move("lapse", ("CONSULTED", "ACCEPTED_GAP"), "LAPSED", (), "case.lapse_by_time"),
        Move("pause", _ACCEPTED, "SPECIAL", DECIDERS, "case.pause_accepted"),
        Move("resume", ("SPECIAL",), "ACCEPTED", DECIDERS, "case.not_paused"),
        Move("resume_gap", ("SPECIAL",), "ACCEPTED_GAP", DECIDERS, "case.not_paused"),
        Move("extend", ("ACCEPTED",), None, LEADERS, "case.extend_accepted"),
        Move("hand_over", (*_ACCEPTED, "SPECIAL"), None, DECIDERS, "case.hand_over_accepted"),
        Move("hand_back", (*_ACCEPTED, "SPECIAL"), None, BACK, "case.hand_over_accepted"),
        Move("decide", ("ACCEPTED",), "DECIDED", DECIDERS, "case.decide_accepted", "decide"),
        Move("deliver", ("DECIDED",), "DELIVERED", CLERKS, "case.deliver_decided", "deliver"),
        Move("withdraw", UNDECIDED, "WITHDRAWN", CLERKS, "case.withdraw_undecided"),
    ),
)
OPEN = tuple(s.id for s in CASE.statuses if s.open)

TASK = Lifecycle(
    kind="desk_task",
    initial="TASK_ASKED",
    statuses=(
        Status("TASK_ASKED", True, "waiting", "asked"),
        Status("TASK_AGREED", False, "done", "done"),
        Status("TASK_OBJECTED", False, "stopped", "done"),
    ),
    moves=(
        Move("hand_over", (), "TASK_ASKED", DECIDERS, "case.task_once"),
        Move("agree", ("TASK_ASKED",), "TASK_AGREED", BACK, "case.task_done"),
        Move("object", ("TASK_ASKED",), "TASK_OBJECTED", BACK, "case.task_done"),
    ),
)
"""One department's part on the way to one result (一条龙)."""
