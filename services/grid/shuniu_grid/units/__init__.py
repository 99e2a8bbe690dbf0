"""The unit register (实有单位): who stands in the grids, with credit codes checked."""

from shuniu.chassis.service import Capability
from shuniu.contracts.grid.units import CreditCodeReleased, UnitClosed, UnitEntered, UnitMoved
from shuniu.contracts.manifest import Panel, Route

from shuniu_grid.units import following
from shuniu_grid.units.register import COMMANDS, CREDIT, UNIT
from shuniu_grid.units.routes import HANDLERS
from shuniu_grid.units.sheet import SHEET
from shuniu_grid.units.tables import UnitTable
from shuniu_grid.units.texts import TEXTS

__all__ = ("capability",)

capability = Capability(
    name="units",
    texts=TEXTS,
    rows=(UNIT, CREDIT),
    commands=(*COMMANDS, *following.COMMANDS),
    facts=(UnitEntered, UnitClosed, CreditCodeReleased, UnitMoved),
    reactions=following.REACTIONS,
    panels=(
        Panel(
            id="grid.units",
            title=TEXTS["panel.units"],
            kind="table",
            route="/units/by-kind",
            surface="service",
            order=50,
        ),
        Panel(
            id="grid.units_unassigned",
            title=TEXTS["panel.units_unassigned"],
            kind="table",
            route="/units/unassigned",
            surface="service",
            order=51,
        ),
    ),
    routes=(
        Route(path="/units", title=TEXTS["route.units"]),
        Route(path="/units/by-kind", title=TEXTS["route.unit_kinds"]),
        Route(path="/units/unassigned", title=TEXTS["route.units_unassigned"]),
    ),
    handlers=HANDLERS,
    tables=(UnitTable,),
    sheets=(SHEET,),
)
