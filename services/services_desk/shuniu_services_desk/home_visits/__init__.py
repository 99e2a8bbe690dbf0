"""Home visits (上门帮办代办) for people who cannot come. Design choices of this project; domain rules name no source.

Read on: ``state.py`` (life cycle, rows), ``asking.py``, ``commands.py``, ``rows.py``, ``face.py``, ``routes.py``.
"""

from shuniu.chassis.service import Capability, Catalogue
from shuniu.contracts.services_desk.home_visits import FACTS

from shuniu_services_desk.home_visits.commands import COMMANDS
from shuniu_services_desk.home_visits.face import KINDS, MEASURES, PANELS, RATES
from shuniu_services_desk.home_visits.routes import HANDLERS, ROUTES
from shuniu_services_desk.home_visits.rows import HOME_CODE, HOME_DAY, HOME_VISIT
from shuniu_services_desk.home_visits.state import HomeCodeTable, HomeDayTable, HomeVisitTable

__all__ = ("capability",)

capability = Capability(
    name="home_visits",
    texts=Catalogue.load("shuniu_services_desk.home_visits"),
    rows=(HOME_VISIT, HOME_CODE, HOME_DAY),
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
