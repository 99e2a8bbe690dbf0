"""Service places (服务阵地): volunteer posts, mobile governance stations, service stations."""

from shuniu.chassis.service import Capability
from shuniu.contracts.grid.places import PlaceClosed, PlaceRegistered
from shuniu.contracts.manifest import Measure, Panel, Route

from shuniu_grid.places.register import COMMANDS, PLACE
from shuniu_grid.places.routes import HANDLERS
from shuniu_grid.places.sheet import SHEET
from shuniu_grid.places.tables import PlaceTable
from shuniu_grid.places.words import TEXTS, WORDS

__all__ = ("capability",)

capability = Capability(
    name="places",
    texts=TEXTS,
    rows=(PLACE,),
    commands=COMMANDS,
    facts=(PlaceRegistered, PlaceClosed),
    measures=(
        Measure(
            name="grid.service_places",
            title=WORDS["measure.grid.service_places"],
            kind="gauge",
            unit=WORDS["unit.places"],
            dimensions=("area", "place", "type"),
        ),
    ),
    panels=(
        Panel(
            id="grid_service_places_map",
            title=WORDS["panel.service_places_map"],
            kind="shapes",
            route="/places/map",
            order=60,
        ),
    ),
    routes=(
        Route(path="/places", title=WORDS["route.places"], public=True),
        Route(path="/places/find", title=WORDS["route.places_find"], public=True),
        Route(path="/places/map", title=WORDS["route.places_map"], public=True),
    ),
    handlers=HANDLERS,
    tables=(PlaceTable,),
    sheets=(SHEET,),
)
