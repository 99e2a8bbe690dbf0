"""Life cycles of a need and of a cluster of needs, as data (domain rules 10.10).

A need goes MATCHED → SERVED where an offer takes it, IN_DELIBERATION → IN_PROJECT where people have to decide first.
Every way out tells whoever raised it: what closes a need carries words.
"""

from shuniu.rules.lifecycle import Lifecycle, Move, Status

from shuniu_services_desk.roles import DESK, LEADERS

__all__ = ("CLUSTER", "DECIDERS", "NEED", "SORTERS", "STAFF")

SORTERS = (*DESK, "community_secretary")
"""Who sorts needs and answers for them: the desk, the community."""
STAFF = (*SORTERS, "grid_worker")
"""Who brings in what residents say."""
DECIDERS = (*LEADERS, "community_secretary")
_OPEN = ("NEED_RAISED", "CLUSTERED")

NEED = Lifecycle(
    kind="desk_need",
    initial="NEED_RAISED",
    statuses=(
        Status("NEED_RAISED", True, "waiting", "sorting"),
        Status("CLUSTERED", True, "active", "sorting"),
        Status("MATCHED", True, "active", "serving"),
        Status("IN_DELIBERATION", True, "checking", "deliberating"),
        Status("IN_PROJECT", True, "active", "serving"),
        Status("REFERRED", True, "waiting", "serving"),
        Status("POSTPONED", True, "idle", "sorting"),
        Status("SERVED", True, "checking", "telling"),
        Status("FED_BACK", False, "done", "told"),
        Status("REJECTED", False, "stopped", "told"),
    ),
    moves=(
        Move("raise", (), "NEED_RAISED", STAFF, "need.raised_once"),
        Move("cluster", ("NEED_RAISED",), "CLUSTERED", SORTERS, "need.cluster_raised"),
        Move("recluster", ("CLUSTERED",), None, SORTERS, "need.cluster_raised"),
        Move("take_out", ("CLUSTERED",), "NEED_RAISED", SORTERS, "need.take_out_clustered"),
        Move("propose", ("CLUSTERED",), None, SORTERS, "need.match_clustered"),
        Move("confirm_match", ("CLUSTERED",), "MATCHED", SORTERS, "need.match_clustered"),
        Move("match", ("CLUSTERED",), "MATCHED", SORTERS, "need.match_clustered"),
        Move("unmatch", ("MATCHED",), "CLUSTERED", SORTERS, "need.unmatch_matched"),
        Move("serve", ("MATCHED",), "SERVED", (), "need.serve_matched"),
        Move("refuse_automation", _OPEN, None, SORTERS, "need.automation_settled"),
        Move("take_up", ("CLUSTERED",), "IN_DELIBERATION", DECIDERS, "need.take_up_clustered"),
        Move("plan", ("IN_DELIBERATION",), "IN_PROJECT", DECIDERS, "need.plan_deliberated"),
        Move("release", ("IN_DELIBERATION",), "CLUSTERED", DECIDERS, "need.plan_deliberated"),
        Move("refer", _OPEN, "REFERRED", DECIDERS, "need.refer_open", "refer"),
        Move("settle_referral", ("REFERRED",), "SERVED", (), "need.not_referred"),
        Move("withdraw_referral", ("REFERRED",), "NEED_RAISED", DECIDERS, "need.not_referred"),
        Move("withdraw_referral_clustered", ("REFERRED",), "CLUSTERED", DECIDERS, "need.not_referred"),
        Move("postpone", _OPEN, "POSTPONED", DECIDERS, "need.postpone_open"),
        Move("resume", ("POSTPONED",), "NEED_RAISED", DECIDERS, "need.not_postponed"),
        Move("resume_clustered", ("POSTPONED",), "CLUSTERED", DECIDERS, "need.not_postponed"),
        Move("reject", (*_OPEN, "POSTPONED"), "REJECTED", DECIDERS, "need.reject_open"),
        Move("feed_back", ("SERVED",), "FED_BACK", SORTERS, "need.feed_back_served", "feed_back"),
        Move("conclude", ("IN_PROJECT",), "FED_BACK", DECIDERS, "need.feed_back_served"),
        Move("give_up", ("IN_PROJECT",), "REJECTED", DECIDERS, "need.reject_open"),
    ),
)

CLUSTER = Lifecycle(
    kind="need_cluster",
    initial="CL_OPEN",
    statuses=(
        Status("CL_OPEN", True, "active", "sorting"),
        Status("CL_DELIBERATING", True, "checking", "deliberating"),
        Status("CL_PROJECT", True, "active", "serving"),
        Status("CL_CLOSED", False, "done", "told"),
        Status("CL_MERGED", False, "stopped", "told"),
    ),
    moves=(
        Move("form", (), "CL_OPEN", SORTERS, "cluster.formed_once"),
        Move("join", ("CL_OPEN",), None, SORTERS, "cluster.settled"),
        Move("leave", ("CL_OPEN",), None, SORTERS, "cluster.settled"),
        Move("merge", ("CL_OPEN",), None, SORTERS, "cluster.settled"),
        Move("merge_away", ("CL_OPEN",), "CL_MERGED", SORTERS, "cluster.settled"),
        Move("take_up", ("CL_OPEN",), "CL_DELIBERATING", DECIDERS, "cluster.settled"),
        Move("release", ("CL_DELIBERATING",), "CL_OPEN", DECIDERS, "cluster.not_deliberated"),
        Move("plan", ("CL_DELIBERATING",), "CL_PROJECT", DECIDERS, "cluster.not_deliberated"),
        Move("close", ("CL_OPEN", "CL_PROJECT"), "CL_CLOSED", SORTERS, "cluster.not_to_close"),
    ),
)
"""Needs that are the same (同类需求); while it is deliberated or built nothing joins or leaves."""
