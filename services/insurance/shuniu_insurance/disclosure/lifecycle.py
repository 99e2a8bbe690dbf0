"""The life cycle of a disclosure (赔付公示) as data: drawn up by one, published by another (domain rules 4.2)."""

from shuniu.rules.lifecycle import Lifecycle, Move, Status

__all__ = ("DISCLOSURE",)

_LEADERS = ("leading_group", "office_director")

DISCLOSURE = Lifecycle(
    kind="insurance_disclosure",
    initial="DRAFTED",
    statuses=(
        Status("DRAFTED", True, "waiting", "draft"),
        Status("PUBLISHED", False, "done", "published"),
        Status("DISCARDED", False, "stopped", "ended"),
    ),
    moves=(
        Move("draft", (), "DRAFTED", ("street_clerk",), "disclosure.drafted_once"),
        Move("publish", ("DRAFTED",), "PUBLISHED", _LEADERS, "disclosure.published_stays"),
        Move("discard", ("DRAFTED",), "DISCARDED", ("street_clerk", *_LEADERS), "disclosure.published_stays"),
    ),
)
