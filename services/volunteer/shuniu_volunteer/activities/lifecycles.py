"""The two life cycles of domain rules 10.8 as data: the activity, and one volunteer's taking part in it."""

from shuniu.rules.lifecycle import Lifecycle, Move, Status

from shuniu_volunteer.roles import CLERKS, KEEPERS, VOLUNTEERS

__all__ = ("ACTIVITY", "BEFORE_ONGOING", "CHECKING", "PARTICIPATION")

BEFORE_ONGOING = ("DRAFT", "REVIEWED", "RECRUITING", "READY")
CHECKING = ("ONGOING", "FINISHED")
_ANYBODY = (*KEEPERS, *VOLUNTEERS)

ACTIVITY = Lifecycle(
    kind="volunteer_activity",
    initial="DRAFT",
    statuses=(
        Status("DRAFT", True, "idle", "planning"),
        Status("REVIEWED", True, "waiting", "planning"),
        Status("RECRUITING", True, "active", "recruiting"),
        Status("READY", True, "waiting", "recruiting"),
        Status("ONGOING", True, "active", "serving"),
        Status("FINISHED", True, "checking", "hours"),
        Status("HOURS_PENDING", True, "checking", "hours"),
        Status("HOURS_CONFIRMED", True, "waiting", "hours"),
        Status("NOTICED", True, "checking", "hours"),
        Status("ARCHIVED", False, "done", "ended"),
        Status("CANCELLED", False, "stopped", "ended"),
    ),
    moves=(
        Move("draft", (), "DRAFT", KEEPERS, "activity.drafted_once"),
        Move("amend", ("DRAFT",), None, KEEPERS, "activity.amend_drafts"),
        Move("review", ("DRAFT",), "REVIEWED", CLERKS, "activity.review_drafts"),
        Move("send_back", ("REVIEWED",), "DRAFT", KEEPERS, "activity.send_back_reviewed"),
        Move("open", ("REVIEWED",), "RECRUITING", KEEPERS, "activity.open_reviewed"),
        Move("insure", BEFORE_ONGOING, None, KEEPERS, "activity.insure_before"),
        Move("make_ready", ("RECRUITING",), "READY", KEEPERS, "activity.ready_after_recruiting"),
        Move("start", ("READY",), "ONGOING", KEEPERS, "activity.start_when_ready"),
        Move("finish", ("ONGOING",), "FINISHED", KEEPERS, "activity.finish_ongoing"),
        Move("submit_hours", ("FINISHED",), "HOURS_PENDING", KEEPERS, "activity.hours_after_finish"),
        Move("confirm_all", ("HOURS_PENDING",), "HOURS_CONFIRMED", (), "activity.confirmed_by_both"),
        Move("notice_hours", ("HOURS_CONFIRMED",), "NOTICED", KEEPERS, "activity.notice_confirmed"),
        Move("archive", ("NOTICED",), "ARCHIVED", (), "activity.archive_by_time", "hours_notice"),
        Move("cancel", BEFORE_ONGOING, "CANCELLED", KEEPERS, "activity.cancel_before_start"),
        Move("refuse_request", ("DRAFT",), None, CLERKS, "activity.refuse_drafts"),
    ),
)

PARTICIPATION = Lifecycle(
    kind="participation",
    initial="APPLIED",
    statuses=(
        Status("APPLIED", True, "waiting", "joining"),
        Status("WAITLISTED", True, "waiting", "joining"),
        Status("ACCEPTED", True, "active", "joining"),
        Status("DECLINED", False, "stopped", "ended"),
        Status("CHECKED_IN", True, "active", "serving"),
        Status("CHECKED_OUT", True, "active", "serving"),
        Status("CALCULATED", True, "checking", "hours"),
        Status("CONFIRMED", True, "done", "hours"),
        Status("DISPUTED", True, "checking", "hours"),
        Status("ADJUSTED", False, "done", "ended"),
    ),
    moves=(
        Move("apply", (), "APPLIED", _ANYBODY, "participation.applied_already"),
        Move("accept", ("APPLIED", "WAITLISTED"), "ACCEPTED", KEEPERS, "participation.accept_applied"),
        Move("waitlist", ("APPLIED",), "WAITLISTED", (), "participation.accept_applied"),
        Move(
            "decline", ("APPLIED", "WAITLISTED", "ACCEPTED"), "DECLINED", KEEPERS, "participation.decline_before_start"
        ),
        Move(
            "withdraw",
            ("APPLIED", "WAITLISTED", "ACCEPTED"),
            "DECLINED",
            VOLUNTEERS,
            "participation.decline_before_start",
        ),
        Move("check_in", ("ACCEPTED",), "CHECKED_IN", _ANYBODY, "participation.check_in_accepted"),
        Move("check_out", ("CHECKED_IN",), "CHECKED_OUT", _ANYBODY, "participation.check_out_once"),
        Move("calculate", ("CHECKED_OUT",), "CALCULATED", (), "participation.hours_stand"),
        Move("agree", ("CALCULATED",), None, _ANYBODY, "participation.hours_stand"),
        Move("confirm", ("CALCULATED",), "CONFIRMED", (), "participation.hours_stand"),
        Move("dispute", ("CALCULATED", "CONFIRMED"), "DISPUTED", _ANYBODY, "participation.dispute_what_counts"),
        Move("adjust", ("DISPUTED",), "ADJUSTED", CLERKS, "participation.adjust_disputed"),
    ),
)
"""CONFIRMED hours are final unless somebody disputes them; then a second person decides, once."""
