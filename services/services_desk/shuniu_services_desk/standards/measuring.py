"""Looking the cases up that a standard is measured by."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec
from piccolo.columns.combination import Or, Where, WhereRaw
from shuniu.contracts.services_desk.standards import StandardFigures

from shuniu_services_desk.cases.state import Case
from shuniu_services_desk.cases.tables import CaseTable
from shuniu_services_desk.ratings.state import Rating, RatingTable
from shuniu_services_desk.standards.figures import figures_of
from shuniu_services_desk.standards.state import Pilot, Standard

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("compared", "measured")


def _any(parts: Sequence[Any]) -> Any:
    found = parts[0]
    for part in parts[1:]:
        found = Or(found, part)
    return found


async def measured(
    host: "Host", items: Sequence[str], areas: Sequence[str], first: date, last: date
) -> StandardFigures:
    """The sums of these items at the desks of these areas over a period."""
    if not items or not areas:
        return StandardFigures(first=first, last=last)
    in_areas: Where | Or = _any([CaseTable.area.like(f"{a}%") for a in areas])
    of_items = _any([WhereRaw("doc->>'item' = {}", i) for i in items])
    ended = WhereRaw("(doc->>'decided_at') is not null")
    records = await CaseTable.select(CaseTable.doc).where(in_areas, of_items, ended)
    cases = [msgspec.json.decode(r["doc"], type=Case) for r in records]
    rated_in = _any([WhereRaw("doc->>'area' like {}", f"{a}%") for a in areas])
    ratings = await RatingTable.select(RatingTable.doc).where(rated_in, of_items)
    given = [msgspec.json.decode(r["doc"], type=Rating) for r in ratings]
    return figures_of(cases, given, first, last, host.calendar)


async def compared(host: "Host", s: Standard, pilot: Pilot) -> tuple[StandardFigures, StandardFigures]:
    """(before, after) of a pilot."""
    before = await measured(host, s.items, pilot.areas, pilot.before_first, pilot.before_last)
    return before, await measured(host, s.items, pilot.areas, pilot.first, pilot.last)
