"""The life cycle of a supervision (督办), as data (domain rules 1.8, 1.23, 1.24)."""

from shuniu.rules.lifecycle import Lifecycle, Move, Status

from shuniu_whistle.whistles.lifecycles import COORDINATOR, DUTY, STREET

__all__ = ("ANSWERERS", "SUPERVISION")

ANSWERERS = (*DUTY, *STREET)
"""The supervised unit's duty officer; where the street office is supervised, its own people."""

SUPERVISION = Lifecycle(
    kind="supervision_case",
    initial="NOTIFIED",
    statuses=(
        Status("NOTIFIED", True, "waiting", "answering"),
        Status("ANSWERED", True, "checking", "reviewing"),
        Status("REVIEWED", True, "active", "reviewing"),
        Status("SETTLED", False, "done", "ended"),
        Status("LIFTED", False, "stopped", "ended"),
    ),
    moves=(
        Move("open", (), "NOTIFIED", COORDINATOR, "supervision.one_at_a_time"),
        Move("answer", ("NOTIFIED",), None, ANSWERERS, "supervision.answer_notified", "answer"),
        Move("all_answered", ("NOTIFIED",), "ANSWERED", (), "supervision.answer_notified"),
        Move("send_back", ("ANSWERED",), "NOTIFIED", COORDINATOR, "supervision.review_answered"),
        Move("raise", ("NOTIFIED", "ANSWERED"), "NOTIFIED", COORDINATOR, "supervision.raise_open"),
        Move("review", ("ANSWERED",), "REVIEWED", COORDINATOR, "supervision.review_answered"),
        Move("close", ("REVIEWED",), "SETTLED", COORDINATOR, "supervision.close_reviewed"),
        Move("lift", ("NOTIFIED", "ANSWERED"), "LIFTED", COORDINATOR, "supervision.lift_open"),
    ),
)
