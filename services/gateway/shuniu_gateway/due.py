"""Lights: whether an open matter is late, soon or in time, at a given moment.

The owner's ``due_status`` is as old as its last event, so the light follows from the clock: late from ``due_at`` on,
soon from ``soon_at`` on. A met or paused clock has no light. The same rule stands here for one
matter and as SQL for lists and counts; a property test holds the two together.
"""

from datetime import datetime
from typing import Literal

from piccolo.querystring import QueryString

__all__ = ("Light", "light", "light_sql")

Light = Literal["late", "soon", "ok", "none"]


def light(
    *,
    open: bool,  # noqa: A002 - the summary's word
    due_status: str,
    due_at: datetime | None,
    soon_at: datetime | None,
    now: datetime,
) -> Light:
    """The light of a matter at ``now``; ``none`` when it is closed or no clock runs."""
    if not open or due_at is None or due_status in ("met", "paused"):
        return "none"
    if now >= due_at:
        return "late"
    if soon_at is None:
        return "soon" if due_status == "soon" else "ok"
    return "soon" if now >= soon_at else "ok"


def light_sql(now: datetime) -> QueryString:
    """The same as an SQL expression over a row of ``matter_view``."""
    return QueryString(
        "(case when not open or due_at is null or due_status in ('met', 'paused') then 'none'"
        " when due_at <= {} then 'late' when soon_at <= {} then 'soon'"
        " when soon_at is null and due_status = 'soon' then 'soon' else 'ok' end)",
        now,
        now,
    )
