"""Units follow a redrawing (单位随网格调整): on the day it is in force each moves to the grid its point lies in.

Where a unit has no point, one successor is sure and several are not: then it keeps the ended grid's code and is listed
as to be assigned (待重新划定), until somebody enters it with its grid.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command, Reaction, Received
from shuniu.contracts.grid.areas import AreaRedrawingBegan
from shuniu.contracts.grid.units import RegisteredUnit, UnitMoved
from shuniu.rules.areas import grid_kind, level

from shuniu_grid.areas.geometry import Locator
from shuniu_grid.areas.locating import locator
from shuniu_grid.units.register import UNIT
from shuniu_grid.units.tables import UnitTable

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("COMMANDS", "REACTIONS", "FollowRedrawing", "Followed", "grid_after")

_Codes = Annotated[tuple[str, ...], msgspec.Meta(max_length=60)]


class FollowRedrawing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A redrawing is in force since ``on``: units of ``before`` go to ``after``."""

    change: str
    on: date
    before: _Codes
    after: _Codes


class Followed(NamedTuple):
    """``prepare``: the new grid by the number of each unit that is sure to have one."""

    areas: Mapping[str, str]


def grid_after(unit: RegisteredUnit, after: Sequence[str], on: date, where: Locator) -> str:
    """The grid among ``after`` that a unit of an ended grid belongs to from ``on``; "" where that is not sure."""
    like = [code for code in after if level(code) == "grid" and grid_kind(code) == grid_kind(unit.area)]
    place = unit.place
    if place.lon is None or place.lat is None:
        return like[0] if len(like) == 1 and len(after) == 1 else ""
    found = where.locate(place.lon, place.lat, on)
    code = found.comprehensive if grid_kind(unit.area) == "COMPREHENSIVE" else found.dedicated
    return code if code is not None and code in like else ""


async def _prepare(c: FollowRedrawing, host: "Host") -> Followed:
    grids = [code for code in c.before if level(code) == "grid"]
    rows = await UnitTable.select(UnitTable.doc).where(UnitTable.area.is_in(grids), UnitTable.status == "ACTIVE")
    units = [msgspec.json.decode(row["doc"], type=RegisteredUnit) for row in rows]
    where = await locator(host)
    areas = {unit.number: grid_after(unit, c.after, c.on, where) for unit in units}
    return Followed({number: area for number, area in areas.items() if area})


def _keys(c: FollowRedrawing, ctx: Context) -> Iterable[Key]:
    prepared: Followed = ctx.prepared
    return [UNIT.key(number) for number in prepared.areas]


def follow(rows: Rows, c: FollowRedrawing, ctx: Context) -> Decision:
    """One event for each unit that moves; whoever was entered anew meanwhile stays where that says."""
    prepared: Followed = ctx.prepared
    events = []
    for number, area in sorted(prepared.areas.items()):
        unit = rows.find(UNIT, number)
        if unit is not None and unit.valid_to is None and unit.area in c.before:
            moved = UnitMoved(number=number, was=unit.area, area=area, change=c.change)
            events.append(Emit(moved, (UNIT.key(number),), area))
    return Decision(tuple(events), (), {"moved": len(events)})


FOLLOW: Command[FollowRedrawing] = Command(
    "grid.units_follow_redrawing", FollowRedrawing, _keys, follow, prepare=_prepare, internal=True
)
COMMANDS: tuple[Command[Any], ...] = (FOLLOW,)


def _on_begun(received: Received[Any]) -> tuple[Command[Any], msgspec.Struct]:
    begun = received.fact(AreaRedrawingBegan)
    return FOLLOW, FollowRedrawing(change=begun.change, on=begun.on, before=begun.before, after=begun.after)


REACTIONS = (Reaction(name="units_follow", sources=("grid",), handles=("area.redrawing_began.v1",), command=_on_begun),)
