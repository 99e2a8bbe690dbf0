"""Row kinds of hazards: the matter itself and the guard rows beside it."""

from shuniu.chassis.context import Context
from shuniu.chassis.rows import MatterFace, RowKind
from shuniu.contracts.envelope import Fact
from shuniu.contracts.insurance import hazards as said
from shuniu.contracts.summary import MeasureSummary, Summary, Visibility

from shuniu_insurance.hazards.data import profile_of
from shuniu_insurance.hazards.face import detail, offers, summarise, visibility
from shuniu_insurance.hazards.lifecycle import HAZARD
from shuniu_insurance.hazards.state import (
    Accident,
    Cell,
    Hazard,
    due,
    evolve,
    evolve_accident,
    evolve_cell,
    index,
    timers,
)

__all__ = ("ACCIDENT", "CELL", "HAZARD_ROW")


def _accident(row: Accident, f: Fact, ctx: Context) -> Summary:
    """已知隐患命中率: each accident once, as known or not."""
    match f:
        case said.AccidentMatched():
            accidents, known = 1, int(f.known_hazard)
        case said.AccidentJoined():
            accidents, known = -1, f.known_change
        case _:
            return Summary()
    counted = (("accident.compared", accidents), ("accident.known_hazard", known))
    measures = tuple(
        MeasureSummary(name=name, value=value, on=f.on, dimensions={"area": f.area}) for name, value in counted if value
    )
    return Summary(measures=measures, visibility=Visibility(areas=(f.area,), sensitivity=2))


HAZARD_ROW: RowKind[Hazard] = RowKind(
    HAZARD.kind,
    Hazard,
    "insurance_hazard",
    evolve,
    index=index,
    due=due,
    timers=timers,
    clocks=lambda row: row.clocks,
    clock_profile=lambda row, ctx: profile_of(ctx),
    face=MatterFace(
        summarise=summarise, number=lambda row: row.number, visibility=visibility, offers=offers, detail=detail
    ),
)
CELL: RowKind[Cell] = RowKind("hazard_cell", Cell, "insurance_hazard_cell", evolve_cell)
ACCIDENT: RowKind[Accident] = RowKind("accident", Accident, "insurance_accident", evolve_accident, summarise=_accident)
