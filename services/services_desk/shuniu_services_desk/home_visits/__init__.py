"""Home visits (上门帮办代办) for people who cannot come. Design choices of this project; domain rules name no source.

Read on: ``state.py`` (life cycle, rows), ``asking.py``, ``commands.py``, ``rows.py``, ``face.py``, ``routes.py``.
"""

from dataclasses import replace

from shuniu.chassis.rows import MatterFace
from shuniu.chassis.service import Capability, Catalogue
from shuniu.contracts.services_desk.home_visits import FACTS

from shuniu_services_desk.home_visits.commands import COMMANDS
from shuniu_services_desk.home_visits.face import KINDS, MEASURES, PANELS, RATES, detail, offers, summarise, visibility
from shuniu_services_desk.home_visits.routes import HANDLERS, ROUTES
from shuniu_services_desk.home_visits.rows import HOME_CODE, HOME_DAY, HOME_VISIT
from shuniu_services_desk.home_visits.state import HomeCodeTable, HomeDayTable, HomeVisitTable

__all__ = ("capability",)

FACE = MatterFace(
    summarise=summarise,
    number=lambda v: v.number,
    visibility=visibility,
    offers=offers,
    detail=detail,
)
capability = Capability(
    name="home_visits",
    texts=Catalogue.load("shuniu_services_desk.home_visits"),
    rows=(replace(HOME_VISIT, face=FACE), HOME_CODE, HOME_DAY),
    commands=COMMANDS,
    facts=FACTS,
    kinds=KINDS,
    measures=MEASURES,
    rates=RATES,
    panels=PANELS,
    routes=ROUTES,
    handlers=HANDLERS,
    tables=(HomeVisitTable, HomeCodeTable, HomeDayTable),
)
