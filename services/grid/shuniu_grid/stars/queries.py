"""What the grid itself counts for a rating: its own events in the estates, over the cycle's period."""

from datetime import timedelta

import msgspec
from piccolo.columns.combination import WhereRaw
from shuniu.rules.calendar import midnight

from shuniu_grid.events.tables import GridEventTable
from shuniu_grid.stars.state import Cycle
from shuniu_grid.stars.tables import StarCycleTable

__all__ = ("events_by_estate",)

_NOT_COUNTED = ["NOT_FILED", "MERGED"]


async def events_by_estate(cycle: str) -> dict[str, int]:
    """Grid events reported in each estate between the cycle's dates; what was not filed or merged does not count."""
    rows = await StarCycleTable.select(StarCycleTable.doc).where(StarCycleTable.key == cycle)
    if not rows:
        return {}
    row = msgspec.json.decode(rows[0]["doc"], type=Cycle)
    counted = {}
    for estate in row.estates:
        counted[estate.area] = (
            await GridEventTable.count()
            .where(GridEventTable.area.like(f"{estate.area}%"))
            .where(GridEventTable.status.not_in(_NOT_COUNTED))
            .where(WhereRaw("(doc->>'opened_at')::timestamptz >= {}", midnight(row.since)))
            .where(WhereRaw("(doc->>'opened_at')::timestamptz < {}", midnight(row.until + timedelta(days=1))))
        )
    return counted
