"""The life cycle of a grid event (网格事件) as data: the seven steps and their side ways (domain rules 2.1, 10.3).

Delay (延期) and self-handling (自办) are marks on an event rather than places it waits in, so they are flags; hanging
(挂账), mis-dispatch (回退) and referral (转办) are statuses, because somebody else has the next move there.
"""

from shuniu.rules.lifecycle import Lifecycle, Move, Status

__all__ = ("ABOVE_DISPATCH", "CHECKERS", "EVENT", "MERGERS", "OFFICE", "REPORTERS", "SOLVERS")

REPORTERS = ("grid_worker", "community_secretary", "operator", "street_clerk", "dispatcher")
OFFICE = ("dispatcher", "operator")
CHECKERS = ("grid_checker", "operator")
_VERIFIERS = ("grid_worker", "grid_checker")
ABOVE_DISPATCH = ("office_director", "leading_group", "party_secretary")
"""Leaders of the centre and of the street: who decides what a dispatcher may not (domain rules 1.27, 10.2)."""
MERGERS = ("dispatcher", "street_clerk")
SOLVERS = ("grid_worker", "community_secretary")
_DISPATCHER = ("dispatcher",)
_DELAYERS = ("dispatcher", *ABOVE_DISPATCH)
_UNIT = ("duty_officer",)
_MERGEABLE = ("REPORTED", "VERIFYING", "FILED", "DISPATCHED", "PROCESSING")
_MAIN = (*_MERGEABLE, "RETURNED", "REWORK", "HUNG", "REFERRED", "FED_BACK", "CHECKING")

EVENT = Lifecycle(
    kind="grid_event",
    initial="REPORTED",
    statuses=(
        Status("REPORTED", True, "waiting", "intake"),
        Status("VERIFYING", True, "checking", "intake"),
        Status("FILED", True, "waiting", "dispatch"),
        Status("DISPATCHED", True, "waiting", "processing"),
        Status("RETURNED", True, "waiting", "dispatch"),
        Status("PROCESSING", True, "active", "processing"),
        Status("REWORK", True, "active", "processing"),
        Status("HUNG", True, "idle", "processing"),
        Status("REFERRED", True, "active", "processing"),
        Status("FED_BACK", True, "checking", "check"),
        Status("CHECKING", True, "checking", "check"),
        Status("CLOSED", False, "done", "closed"),
        Status("NOT_FILED", False, "stopped", "closed"),
        Status("MERGED", False, "stopped", "closed"),
    ),
    moves=(
        Move("report", (), "REPORTED", REPORTERS, "grid.report_opens"),
        Move("ask_verification", ("REPORTED",), "VERIFYING", (), "grid.verify_before_filing", "verify"),
        Move("verify", ("VERIFYING",), "FILED", _VERIFIERS, "grid.verify_when_asked"),
        Move("file", ("REPORTED",), "FILED", OFFICE, "grid.file_a_report", "file"),
        Move("not_file", ("REPORTED", "VERIFYING"), "NOT_FILED", (*OFFICE, *_VERIFIERS), "grid.filed_stays_filed"),
        Move("categorise", ("REPORTED", "VERIFYING", "FILED"), None, OFFICE, "grid.category_after_dispatch"),
        Move("self_handle", ("FILED", "REWORK"), "CHECKING", SOLVERS, "grid.self_handle_before_dispatch"),
        Move("dispatch", ("FILED",), "DISPATCHED", _DISPATCHER, "grid.dispatch_what_is_filed"),
        Move(
            "redispatch",
            ("DISPATCHED", "PROCESSING", "REWORK"),
            "DISPATCHED",
            _DISPATCHER,
            "grid.redispatch_what_is_dispatched",
        ),
        Move("accept", ("DISPATCHED", "REWORK"), "PROCESSING", _UNIT, "grid.accept_what_is_dispatched"),
        Move("return", ("DISPATCHED",), "RETURNED", _UNIT, "grid.return_before_processing"),
        Move("accept_return", ("RETURNED",), "FILED", _DISPATCHER, "grid.decide_a_return"),
        Move("refuse_return", ("RETURNED",), "DISPATCHED", _DISPATCHER, "grid.decide_a_return"),
        Move("feed_back", ("PROCESSING",), "FED_BACK", _UNIT, "grid.feed_back_while_processing", "process"),
        Move("ask_delay", ("PROCESSING",), None, _UNIT, "grid.delay_while_processing"),
        Move("grant_delay", ("PROCESSING",), None, _DELAYERS, "grid.delay_while_processing"),
        Move("refuse_delay", ("PROCESSING",), None, _DELAYERS, "grid.delay_while_processing"),
        Move("ask_hang", ("PROCESSING",), None, _UNIT, "grid.hang_while_processing"),
        Move("hang", ("PROCESSING",), "HUNG", ABOVE_DISPATCH, "grid.hang_while_processing"),
        Move("refuse_hang", ("PROCESSING",), None, ABOVE_DISPATCH, "grid.hang_while_processing"),
        Move("revive", ("HUNG",), "PROCESSING", _DISPATCHER, "grid.revive_what_hangs", "review"),
        Move("start_check", ("FED_BACK",), "CHECKING", CHECKERS, "grid.check_after_feedback"),
        Move("close", ("CHECKING",), "CLOSED", CHECKERS, "grid.close_after_check", "check"),
        Move("send_back", ("CHECKING",), "REWORK", CHECKERS, "grid.close_after_check", "check"),
        Move("refer", ("FILED", "PROCESSING"), "REFERRED", _DISPATCHER, "grid.refer_what_is_filed"),
        Move("referral_taken", ("REFERRED",), None, (), "grid.referral_is_open"),
        Move("referral_settled", ("REFERRED",), "FED_BACK", (), "grid.referral_is_open"),
        Move("referral_back", ("REFERRED",), "PROCESSING", (), "grid.referral_is_open"),
        Move("referral_withdrawn", (*_MAIN, "MERGED"), None, (), "grid.referral_is_open"),
        Move("merge_duplicate", _MERGEABLE, "MERGED", MERGERS, "grid.merge_before_feedback"),
        Move("unmerge", ("MERGED",), "REPORTED", MERGERS, "grid.unmerge_what_is_merged", reopens=True),
        Move("take_duplicate", _MAIN, None, (), "grid.merge_into_open"),
        Move("let_go_duplicate", (*_MAIN, "CLOSED", "NOT_FILED"), None, (), "grid.unmerge_what_is_merged"),
    ),
)
