"""Shared standards (标准化): practice, draft, pilot, published version bound to items and measured.

Read on: ``state.py`` (life cycle, rows), ``commands.py``, ``figures.py`` (before and after, pure), ``measuring.py``,
``face.py``, ``routes.py``. Design choices of this project; domain rules name no source.
"""

from shuniu.chassis.service import Capability, Catalogue
from shuniu.contracts.services_desk.standards import FACTS

from shuniu_services_desk.standards.commands import COMMANDS, STANDARD, STANDARD_ITEM
from shuniu_services_desk.standards.face import KINDS, MEASURES, PANELS
from shuniu_services_desk.standards.routes import HANDLERS, ROUTES
from shuniu_services_desk.standards.state import BoundTable, StandardTable

__all__ = ("capability",)

capability = Capability(
    name="standards",
    texts=Catalogue.load("shuniu_services_desk.standards"),
    rows=(STANDARD, STANDARD_ITEM),
    commands=COMMANDS,
    facts=FACTS,
    kinds=KINDS,
    measures=MEASURES,
    panels=PANELS,
    routes=ROUTES,
    handlers=HANDLERS,
    tables=(StandardTable, BoundTable),
)
