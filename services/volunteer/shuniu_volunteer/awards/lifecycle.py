"""The life cycle of an award round (最美的人) as data (domain rules 10.11)."""

from shuniu.rules.lifecycle import Lifecycle, Move, Status

__all__ = ("ROUND",)

_CLERK = ("street_clerk",)
_GIVERS = ("street_clerk", "community_secretary")
_LEADERS = ("leading_group",)
_RUNNING = ("AW_PLANNED", "AW_NOMINATING", "AW_QUALIFYING", "AW_VOTING", "AW_JURY")
_SEATED = ("AW_PLANNED", "AW_NOMINATING", "AW_QUALIFYING", "AW_VOTING", "AW_JURY")

ROUND = Lifecycle(
    kind="award_round",
    initial="AW_PLANNED",
    statuses=(
        Status("AW_PLANNED", True, "idle", "plan"),
        Status("AW_NOMINATING", True, "active", "nominate"),
        Status("AW_QUALIFYING", True, "checking", "qualify"),
        Status("AW_VOTING", True, "active", "vote"),
        Status("AW_JURY", True, "checking", "jury"),
        Status("AW_NOTICE", True, "waiting", "notice"),
        Status("AW_OBJECTION", True, "checking", "notice"),
        Status("AW_RULED", True, "waiting", "notice"),
        Status("AW_CONFIRMED", True, "waiting", "award"),
        Status("AW_AWARDED", True, "done", "award"),
        Status("AW_ARCHIVED", False, "done", "award"),
        Status("AW_CANCELLED", False, "stopped", "award"),
    ),
    moves=(
        Move("plan_award", (), "AW_PLANNED", _CLERK, "award.plan"),
        Move("weigh_award", ("AW_PLANNED", "AW_NOMINATING"), None, _CLERK, "award.weights_stand"),
        Move("open_nominations", ("AW_PLANNED",), "AW_NOMINATING", _CLERK, "award.open_planned"),
        Move("nominate", ("AW_NOMINATING",), None, (), "award.nominate_in_time"),
        Move("close_nominations", ("AW_NOMINATING",), "AW_QUALIFYING", _CLERK, "award.qualify_after_nominating"),
        Move("qualify_nominee", ("AW_QUALIFYING",), None, _CLERK, "award.qualify_in_time"),
        Move("open_vote", ("AW_QUALIFYING",), "AW_VOTING", _CLERK, "award.vote_after_qualifying"),
        Move("vote", ("AW_VOTING",), None, (), "award.vote_in_time"),
        Move("void_vote", ("AW_VOTING", "AW_JURY"), None, _CLERK, "award.void_before_notice"),
        Move("give_vote_code", ("AW_QUALIFYING", "AW_VOTING"), None, _GIVERS, "award.code_before_vote_ends"),
        Move("void_vote_code", ("AW_QUALIFYING", "AW_VOTING"), None, _GIVERS, "award.code_before_vote_ends"),
        Move("vote_by_code", ("AW_VOTING",), None, (), "award.vote_in_time"),
        Move("appoint_juror", _SEATED, None, _CLERK, "award.jury_before_notice"),
        Move("dismiss_juror", _SEATED, None, _CLERK, "award.jury_before_notice"),
        Move("open_jury", ("AW_VOTING",), "AW_JURY", _CLERK, "award.jury_after_vote"),
        Move("score_nominee", ("AW_JURY",), None, ("jury",), "award.score_in_time"),
        Move("post_award", ("AW_JURY",), "AW_NOTICE", _CLERK, "award.notice_after_jury"),
        Move("object", ("AW_NOTICE", "AW_RULED"), "AW_OBJECTION", (), "award.object_in_notice"),
        Move("rule_objection", ("AW_OBJECTION",), "AW_RULED", _LEADERS, "award.rule_objection"),
        Move("confirm_award", ("AW_NOTICE", "AW_RULED"), "AW_CONFIRMED", _LEADERS, "award.confirm_after_notice"),
        Move("award", ("AW_CONFIRMED",), "AW_AWARDED", _CLERK, "award.award_confirmed"),
        Move("archive_award", ("AW_AWARDED",), "AW_ARCHIVED", _CLERK, "award.archive_awarded"),
        Move("cancel_award", _RUNNING, "AW_CANCELLED", _LEADERS, "award.cancel_before_notice"),
    ),
)
