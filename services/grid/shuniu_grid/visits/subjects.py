"""Who is to be visited, put together from the registers: units as they stand, households with their sealed categories.

Why a household is visited often is opened here, used for its interval, and goes no further.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

import msgspec
from shuniu.chassis.context import Actor
from shuniu.contracts.grid.units import RegisteredUnit

from shuniu_grid.residents.routes import households_of
from shuniu_grid.residents.sealed import open_households
from shuniu_grid.residents.state import Household
from shuniu_grid.residents.tables import HouseholdTable
from shuniu_grid.settings import settings_of
from shuniu_grid.units.routes import seen_by
from shuniu_grid.units.tables import UnitTable
from shuniu_grid.visits.due import Subject
from shuniu_grid.visits.state import Visited, subject_key
from shuniu_grid.visits.tables import VisitedTable
from shuniu_grid.visits.targets import Targets, targets, unit_classes

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("subjects_in_grid", "subjects_seen", "targets_of")

_AT_ONCE = 5_000


def targets_of(host: "Host") -> Targets:
    """The targets in force."""
    return targets(settings_of(host).visit_targets_file)


async def subjects_seen(host: "Host", actor: Actor, area: str = "") -> list[Subject]:
    """Everybody to be visited in ``area`` whom the actor may know of: units by the register's own policy, households
    only for its readers. Units that have left are among them, because a past window knows them."""
    seen = seen_by(actor)
    units: list[RegisteredUnit] = []
    if seen is not None:
        found = await UnitTable.select(UnitTable.doc).where(seen, UnitTable.area.like(f"{area}%"))
        units = [msgspec.json.decode(r["doc"], type=RegisteredUnit) for r in found]
    return await _subjects(host, units, await households_of(actor, area))


async def subjects_in_grid(host: "Host", area: str) -> list[Subject]:
    """Everybody to be visited in one grid, for the service's own work."""
    units = await UnitTable.select(UnitTable.doc).where(UnitTable.area == area, UnitTable.status == "ACTIVE")
    households = await HouseholdTable.select(HouseholdTable.doc).where(HouseholdTable.area == area)
    return await _subjects(
        host,
        [msgspec.json.decode(r["doc"], type=RegisteredUnit) for r in units],
        [msgspec.json.decode(r["doc"], type=Household) for r in households],
    )


async def _subjects(host: "Host", units: Sequence[RegisteredUnit], households: Sequence[Household]) -> list[Subject]:
    given = targets_of(host)
    kept = await open_households(host, households)
    keys = [subject_key("UNIT", u.number).id for u in units]
    keys += [subject_key("HOUSEHOLD", h.number).id for h in households]
    days = await _days(keys)
    found: list[Subject] = []
    for unit in units:
        classes = unit_classes(unit.kind, unit.key_unit)
        begins = _begins(unit.valid_from, given)
        met = days.get(subject_key("UNIT", unit.number).id, ())
        if (every := given.every(classes)) is not None:
            found.append(Subject("UNIT", unit.number, unit.area, every, begins, unit.valid_to, met, classes, unit.name))
    for household in households:
        classes = kept[household.number].categories
        begins = _begins(household.entered_on, given)
        met = days.get(subject_key("HOUSEHOLD", household.number).id, ())
        if (every := given.every(classes)) is not None:
            found.append(Subject("HOUSEHOLD", household.number, household.area, every, begins, None, met, classes))
    return found


def _begins(entered: date, given: Targets) -> date:
    return max(entered, given.since) if given.since is not None else entered


async def _days(keys: Iterable[str]) -> dict[str, tuple[date, ...]]:
    wanted = list(keys)
    days: dict[str, tuple[date, ...]] = {}
    for first in range(0, len(wanted), _AT_ONCE):
        found = await VisitedTable.select(VisitedTable.key, VisitedTable.doc).where(
            VisitedTable.key.is_in(wanted[first : first + _AT_ONCE])
        )
        days |= {r["key"]: msgspec.json.decode(r["doc"], type=Visited).days for r in found}
    return days
