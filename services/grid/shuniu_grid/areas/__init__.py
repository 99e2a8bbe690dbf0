"""Areas (网格划分): streets, communities, grids; their outlines, their lineage, and which of them a point lies in."""

from shuniu.chassis.service import Capability
from shuniu.contracts.grid.areas import (
    AreaDefined,
    AreaRedrawingBegan,
    AreaRedrawingWithdrawn,
    AreaRedrawn,
    AreaRetired,
)
from shuniu.contracts.manifest import Route

from shuniu_grid.areas import panels, redraw, register, routes, withdraw
from shuniu_grid.areas.rows import AREA, BOOK, CHANGE
from shuniu_grid.areas.tables import AreaBookTable, AreaChangeTable, AreaTable
from shuniu_grid.areas.words import TEXTS
from shuniu_grid.texts import TEXTS as SHARED

__all__ = ("capability",)

capability = Capability(
    name="areas",
    texts=TEXTS,
    rows=(AREA, BOOK, CHANGE),
    commands=(*register.COMMANDS, *redraw.COMMANDS, *withdraw.COMMANDS),
    facts=(AreaDefined, AreaRetired, AreaRedrawn, AreaRedrawingWithdrawn, AreaRedrawingBegan),
    panels=panels.PANELS,
    routes=(
        Route(path="/areas", title=SHARED["route.areas"], public=True),
        Route(path="/areas/{code}", title=SHARED["route.area"], public=True),
        Route(path="/areas/{code}/lineage", title=TEXTS["route.lineage"], public=True),
        Route(path="/locate", title=SHARED["route.locate"], public=True),
        *panels.ROUTES,
    ),
    handlers=(*routes.HANDLERS, *panels.HANDLERS),
    tables=(AreaTable, AreaChangeTable, AreaBookTable),
)
