"""Outside series (外部序列): figures others publish about the street, such as a ranking of streets, as published."""

from shuniu.chassis.service import Capability
from shuniu.contracts.grid.series import SeriesRecorded
from shuniu.contracts.manifest import Panel, Route

from shuniu_grid.series.record import COMMANDS, POINT
from shuniu_grid.series.routes import HANDLERS
from shuniu_grid.series.sheet import SHEET
from shuniu_grid.series.tables import SeriesPointTable
from shuniu_grid.series.texts import TEXTS

__all__ = ("capability",)

capability = Capability(
    name="series",
    texts=TEXTS,
    rows=(POINT,),
    commands=COMMANDS,
    facts=(SeriesRecorded,),
    panels=(
        Panel(
            id="grid.series", title=TEXTS["panel.series"], kind="table", route="/series", surface="service", order=70
        ),
    ),
    routes=(Route(path="/series", title=TEXTS["route.series"]),),
    handlers=HANDLERS,
    tables=(SeriesPointTable,),
    sheets=(SHEET,),
)
