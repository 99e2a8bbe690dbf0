"""The life cycle of a star rating cycle (星级物业评比) as data (domain rules 10.12)."""

from shuniu.rules.lifecycle import Lifecycle, Move, Status

__all__ = ("CYCLE",)

_CLERK = ("street_clerk",)
_COLLECTORS = ("street_clerk", "community_secretary", "grid_checker")
_FIRM = ("enterprise_contact", "duty_officer")
_LEADERS = ("leading_group", "office_director")

CYCLE = Lifecycle(
    kind="star_cycle",
    initial="CYCLE_OPEN",
    statuses=(
        Status("CYCLE_OPEN", True, "idle", "collect"),
        Status("COLLECTING", True, "active", "collect"),
        Status("FROZEN", True, "waiting", "score"),
        Status("SCORED", True, "waiting", "score"),
        Status("APPEAL", True, "checking", "appeal"),
        Status("REVIEWED", True, "waiting", "notice"),
        Status("NOTICE", True, "checking", "notice"),
        Status("EFFECTIVE", True, "done", "effect"),
        Status("EXPIRED", False, "stopped", "effect"),
    ),
    moves=(
        Move("open_star_cycle", (), "CYCLE_OPEN", _CLERK, "star.open_once"),
        Move("start_collecting", ("CYCLE_OPEN",), "COLLECTING", _CLERK, "star.collect_after_opening"),
        Move("collect_star_data", ("COLLECTING",), None, _COLLECTORS, "star.frozen_stays"),
        Move("veto_stars", ("COLLECTING",), None, _CLERK, "star.frozen_stays"),
        Move("freeze_star_data", ("COLLECTING",), "FROZEN", _CLERK, "star.freeze_what_is_collected"),
        Move("score_stars", ("FROZEN",), "SCORED", _CLERK, "star.score_frozen_data"),
        Move("publish_stars", ("SCORED",), "APPEAL", _CLERK, "star.publish_what_is_scored"),
        Move("appeal_stars", ("APPEAL",), None, _FIRM, "star.appeal_in_time"),
        Move("rule_star_appeal", ("APPEAL",), None, _LEADERS, "star.rule_open_appeal"),
        Move("review", ("APPEAL",), "REVIEWED", (), "star.review_by_time"),
        Move("notice_stars", ("REVIEWED",), "NOTICE", _LEADERS, "star.notice_after_review"),
        Move("take_effect", ("NOTICE",), "EFFECTIVE", (), "star.effect_by_time"),
        Move("expire", ("EFFECTIVE",), "EXPIRED", (), "star.expire_by_time"),
    ),
)
