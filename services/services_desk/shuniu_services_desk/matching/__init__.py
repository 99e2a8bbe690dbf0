"""Needs matched to what is offered (需求智能匹配): a register of offers, an exact solver, a person who decides.

Read on: ``weights.toml`` (data), ``scoring.py`` (why), ``solver.py`` (all at once), ``offers.py`` (the register and its
room), ``commands.py``, ``sheet.py``, ``routes.py``. Domain rules 6.12, 7.1 (PIPL §24), 10.10.
"""

from shuniu.chassis.service import Capability, Catalogue
from shuniu.contracts.manifest import Panel, Route
from shuniu.contracts.services_desk.offers import FACTS

from shuniu_services_desk.matching import commands, offers
from shuniu_services_desk.matching.offers import OFFER
from shuniu_services_desk.matching.routes import HANDLERS
from shuniu_services_desk.matching.sheet import SHEET
from shuniu_services_desk.matching.tables import OfferTable
from shuniu_services_desk.texts import words_of

__all__ = ("capability",)

_WORDS = words_of("matching")

capability = Capability(
    name="matching",
    texts=Catalogue.load("shuniu_services_desk.matching"),
    rows=(OFFER,),
    commands=(*commands.COMMANDS, *offers.COMMANDS),
    facts=FACTS,
    panels=(
        Panel(
            id="desk.offers", title=_WORDS["panel.offers"], kind="table", route="/offers", surface="service", order=86
        ),
    ),
    routes=(Route(path="/offers", title=_WORDS["panel.offers"], public=True),),
    handlers=HANDLERS,
    tables=(OfferTable,),
    sheets=(SHEET,),
)
