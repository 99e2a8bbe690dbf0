"""Shared standards (标准化): practice, draft, pilot, published version bound to items and measured.

Read on: ``state.py`` (life cycle, rows), ``commands.py``, ``figures.py`` (before and after, pure), ``measuring.py``,
``face.py``, ``routes.py``. Design choices of this project; domain rules name no source.
"""

from dataclasses import replace

from shuniu.chassis.rows import MatterFace
from shuniu.chassis.service import Capability, Catalogue
from shuniu.contracts.services_desk.standards import FACTS

from shuniu_services_desk.standards.commands import COMMANDS, STANDARD, STANDARD_ITEM
from shuniu_services_desk.standards.face import KINDS, MEASURES, PANELS, detail, offers, summarise, visibility
from shuniu_services_desk.standards.routes import HANDLERS, ROUTES
from shuniu_services_desk.standards.state import BoundTable, StandardTable

__all__ = ("capability",)

FACE = MatterFace(
    summarise=summarise,
    number=lambda s: s.number,
    visibility=visibility,
    offers=offers,
    detail=detail,
)
capability = Capability(
    name="standards",
    texts=Catalogue.load("shuniu_services_desk.standards"),
    rows=(replace(STANDARD, face=FACE), STANDARD_ITEM),
    commands=COMMANDS,
    facts=FACTS,
    kinds=KINDS,
    measures=MEASURES,
    panels=PANELS,
    routes=ROUTES,
    handlers=HANDLERS,
    tables=(StandardTable, BoundTable),
)
