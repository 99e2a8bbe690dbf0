"""The item catalogue (实施清单) and the complete list in one answer (一口清). Domain rules 3.20-3.28.

Read on: ``checklist.py`` (which materials a situation needs, pure), ``flaws.py`` (what keeps a guide from being
published), ``items.py`` (rows), ``commands.py``, ``sheet.py``, ``routes.py``. ``data/`` holds the items of a street.
"""

from shuniu.chassis.service import Capability, Catalogue
from shuniu.contracts.services_desk.catalogue import FACTS

from shuniu_services_desk.catalogue import commands, sheet
from shuniu_services_desk.catalogue.items import DRAFTS, ITEM, LIFE_EVENT
from shuniu_services_desk.catalogue.routes import HANDLERS, PANELS, ROUTES
from shuniu_services_desk.catalogue.tables import DraftsTable, ItemTable, LifeEventTable

__all__ = ("capability",)

capability = Capability(
    name="catalogue",
    texts=Catalogue.load("shuniu_services_desk.catalogue"),
    rows=(ITEM, DRAFTS, LIFE_EVENT),
    commands=(*commands.COMMANDS, *sheet.COMMANDS),
    facts=FACTS,
    panels=PANELS,
    routes=ROUTES,
    handlers=HANDLERS,
    tables=(ItemTable, DraftsTable, LifeEventTable),
    sheets=sheet.SHEETS,
)
