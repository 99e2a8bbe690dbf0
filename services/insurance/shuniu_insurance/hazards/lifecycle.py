"""The life cycle of a hazard (隐患) as data (domain rules 10.7).

Beside the drawn way stand two a list needs and the drawing leaves out (design choice): a find that proves to be none
(UNFOUNDED), and a return of what team, owner or government cannot do, which is routed anew.
"""

from shuniu.rules.lifecycle import Lifecycle, Move, Status

__all__ = ("COMMUNITY", "FINDERS", "HAZARD", "LEADERS", "STREET", "TEAM")

COMMUNITY = ("community_secretary", "community_clerk")
STREET = ("street_clerk",)
LEADERS = ("office_director", "leading_group", "party_secretary")
TEAM = ("insurer_surveyor", "insurer_clerk")
FINDERS = ("insurer_surveyor", "insurer_clerk", *COMMUNITY, "grid_worker", *STREET)
_STEWARDS = ("insurer_clerk", *STREET)
_OWNERS = ("enterprise_contact", *TEAM, *STREET)
_ANY = ("insurer_surveyor", "insurer_clerk", *STREET, *LEADERS)
_WORK = ("ROUTED", "RECTIFYING", "INTERIM_CONTROL")
_GRADED = ("GRADED", *_WORK, "REOPENED")
_TO_ACCEPT = ("GRADED", *_WORK, "REOPENED", "RISK_ACCEPTED")

HAZARD = Lifecycle(
    kind="hazard",
    initial="FOUND",
    statuses=(
        Status("FOUND", True, "waiting", "intake"),
        Status("VERIFIED", True, "waiting", "intake"),
        Status("GRADED", True, "waiting", "route"),
        Status("REOPENED", True, "waiting", "route"),
        Status("ROUTED", True, "active", "rectify"),
        Status("RECTIFYING", True, "active", "rectify"),
        Status("INTERIM_CONTROL", True, "active", "rectify"),
        Status("RISK_ACCEPTED", True, "idle", "borne"),
        Status("RECTIFIED", True, "checking", "check"),
        Status("RECHECKED", True, "checking", "check"),
        Status("CANCELLED_OFF", False, "done", "ended"),
        Status("UNFOUNDED", False, "stopped", "ended"),
    ),
    moves=(
        Move("find", (), "FOUND", FINDERS, "hazard.found_once"),
        Move("verify", ("FOUND",), "VERIFIED", _STEWARDS, "hazard.verify_what_is_found", "verify"),
        Move("dismiss", ("FOUND",), "UNFOUNDED", _STEWARDS, "hazard.verified_stays"),
        Move("report_up", ("FOUND", "VERIFIED", *_GRADED), None, COMMUNITY, "hazard.report_up_open"),
        Move("grade", ("VERIFIED",), "GRADED", _STEWARDS, "hazard.grade_after_verifying", "grade"),
        Move("regrade", _GRADED, None, _ANY, "hazard.regrade_before_rectified"),
        Move("route", ("GRADED", "REOPENED"), "ROUTED", _STEWARDS, "hazard.route_after_grading", "route"),
        Move("withdraw_referral", ("ROUTED", "RECTIFYING"), "GRADED", _STEWARDS, "hazard.withdraw_what_is_referred"),
        Move("give_back", _WORK, "GRADED", _OWNERS, "hazard.give_back_open_work"),
        Move("start", ("ROUTED",), "RECTIFYING", _OWNERS, "hazard.start_after_routing", "start"),
        Move(
            "control", ("RECTIFYING", "INTERIM_CONTROL"), "INTERIM_CONTROL", _OWNERS, "hazard.control_while_rectifying"
        ),
        Move("resume", ("INTERIM_CONTROL",), "RECTIFYING", _OWNERS, "hazard.resume_after_control"),
        Move(
            "rectify", ("RECTIFYING", "INTERIM_CONTROL"), "RECTIFIED", _OWNERS, "hazard.rectify_what_began", "rectify"
        ),
        Move("recheck", ("RECTIFIED",), "RECHECKED", _ANY, "hazard.recheck_what_is_rectified", "recheck"),
        Move("fail_recheck", ("RECTIFIED",), "RECTIFYING", _ANY, "hazard.recheck_what_is_rectified", "recheck"),
        Move("cancel_off", ("RECHECKED",), "CANCELLED_OFF", (*_STEWARDS, *LEADERS), "hazard.cancel_off_after_recheck"),
        Move("reopen", ("CANCELLED_OFF",), "REOPENED", FINDERS, "hazard.reopen_what_is_off", reopens=True),
        Move("ask_acceptance", _TO_ACCEPT, None, _STEWARDS, "hazard.accept_what_is_graded"),
        Move("accept_risk", _TO_ACCEPT, "RISK_ACCEPTED", (*STREET, *LEADERS), "hazard.accept_what_is_graded"),
        Move("refuse_acceptance", _TO_ACCEPT, None, (*STREET, *LEADERS), "hazard.accept_what_is_graded"),
        Move("take_up", ("RISK_ACCEPTED",), "GRADED", (*_STEWARDS, *LEADERS), "hazard.take_up_borne", "review"),
        Move("referral_taken", ("ROUTED",), "RECTIFYING", (), "hazard.referral_is_open"),
        Move("referral_settled", ("ROUTED", "RECTIFYING"), "RECTIFIED", (), "hazard.referral_is_open"),
        Move("referral_back", ("ROUTED", "RECTIFYING"), "GRADED", (), "hazard.referral_is_open"),
        Move("reroute", ("RECTIFIED",), "GRADED", (), "hazard.recheck_what_is_rectified"),
    ),
)
