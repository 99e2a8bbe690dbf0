"""Ratings (好差评), followed up: called back, rectified, rated once more. Domain rules 3.26, 10.4.

Read on: ``state.py`` (life cycle, rows), ``commands.py``, ``face.py`` (who sees what), ``routes.py``.
"""

from dataclasses import replace

from shuniu.chassis.rows import MatterFace
from shuniu.chassis.service import Capability, Catalogue
from shuniu.contracts.services_desk.ratings import FACTS

from shuniu_services_desk.ratings.commands import (
    COMMANDS,
    DESK_RATED,
    DESK_RATING,
    complete,
    detail,
    offers,
    visibility,
)
from shuniu_services_desk.ratings.face import KINDS, MEASURES, PANELS, RATES, summarise
from shuniu_services_desk.ratings.routes import HANDLERS, ROUTES
from shuniu_services_desk.ratings.state import RatedTable, RatingTable

__all__ = ("capability",)

FACE = MatterFace(
    summarise=summarise,
    number=lambda r: r.number,
    visibility=visibility,
    offers=offers,
    detail=detail,
    complete=complete,
)
capability = Capability(
    name="ratings",
    texts=Catalogue.load("shuniu_services_desk.ratings"),
    rows=(replace(DESK_RATING, face=FACE), DESK_RATED),
    commands=COMMANDS,
    facts=FACTS,
    kinds=KINDS,
    measures=MEASURES,
    rates=RATES,
    panels=PANELS,
    routes=ROUTES,
    handlers=HANDLERS,
    tables=(RatingTable, RatedTable),
)
