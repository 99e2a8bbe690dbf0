"""Desk cases (办件): from a question to the delivered result, with the clocks of the law (domain rules 3.20-3.25).

Read on: ``lifecycles.py`` (as data), ``intake.py`` (asked, submitted), ``accepting.py`` (refused, corrected once,
accepted), ``procedure.py`` (paused, extended, departments' parts), ``outcome.py`` (decided, delivered, withdrawn),
``terms.py`` (limits), ``case.py`` (what happens by itself), ``receipts.py``, ``measures.py``, ``face.py``.
"""

from dataclasses import replace

from shuniu.chassis.rows import MatterFace
from shuniu.chassis.service import Capability, Catalogue
from shuniu.contracts.services_desk.cases import FACTS

from shuniu_services_desk.cases import accepting, detail, face, intake, offers, outcome, procedure
from shuniu_services_desk.cases.case import CASE, CODE, HOLDING
from shuniu_services_desk.cases.load import LOAD
from shuniu_services_desk.cases.manifest import KINDS, PANELS, ROUTES
from shuniu_services_desk.cases.measures import declared_measures, declared_rates
from shuniu_services_desk.cases.routes import HANDLERS
from shuniu_services_desk.cases.tables import CaseTable, CodeTable, HoldingTable, LoadTable

__all__ = ("capability",)

FACE = MatterFace(
    summarise=face.summarise,
    number=lambda c: c.number,
    visibility=face.visibility,
    offers=offers.offers,
    detail=detail.detail,
)
capability = Capability(
    name="cases",
    texts=Catalogue.load("shuniu_services_desk.cases"),
    rows=(replace(CASE, face=FACE), HOLDING, CODE, LOAD),
    commands=(*intake.COMMANDS, *accepting.COMMANDS, *procedure.COMMANDS, *outcome.COMMANDS),
    facts=FACTS,
    kinds=KINDS,
    measures=declared_measures(),
    rates=declared_rates(),
    panels=PANELS,
    routes=ROUTES,
    handlers=HANDLERS,
    tables=(CaseTable, HoldingTable, CodeTable, LoadTable),
)
