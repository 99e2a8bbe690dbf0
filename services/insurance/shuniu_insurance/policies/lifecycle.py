"""The life cycle of a policy (保单) as data (domain rules 4; the steps are a design of this project)."""

from shuniu.rules.lifecycle import Lifecycle, Move, Status

__all__ = ("LEADERS", "POLICY", "WRITERS")

WRITERS = ("street_clerk",)
LEADERS = ("leading_group", "office_director")
_CONCLUDED = ("ISSUED", "IN_FORCE")

POLICY = Lifecycle(
    kind="insurance_policy",
    initial="DRAFT",
    statuses=(
        Status("DRAFT", True, "idle", "draft"),
        Status("ISSUED", True, "waiting", "concluded"),
        Status("IN_FORCE", True, "active", "force"),
        Status("EXPIRED", False, "done", "ended"),
        Status("TERMINATED", False, "stopped", "ended"),
        Status("DISCARDED", False, "stopped", "ended"),
    ),
    moves=(
        Move("draft", (), "DRAFT", WRITERS, "policy.drafted_once"),
        Move("rewrite", ("DRAFT",), None, WRITERS, "policy.in_force_stays"),
        Move("discard", ("DRAFT",), "DISCARDED", WRITERS, "policy.in_force_stays"),
        Move("issue", ("DRAFT",), "ISSUED", LEADERS, "policy.issue_draft"),
        Move("begin", ("ISSUED",), "IN_FORCE", (), "policy.begin_by_time"),
        Move("endorse", _CONCLUDED, None, LEADERS, "policy.endorse_concluded"),
        Move("expire", ("IN_FORCE",), "EXPIRED", (), "policy.expire_by_time"),
        Move("terminate", _CONCLUDED, "TERMINATED", LEADERS, "policy.endorse_concluded"),
    ),
)
