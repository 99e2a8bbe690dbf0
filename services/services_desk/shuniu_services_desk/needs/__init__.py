"""Needs of residents (居民需求): raised, put together, matched or deliberated, and told about (domain rules 10.10).

Read on: ``lifecycles.py`` (as data), ``state.py``, ``raising.py``, ``clustering.py``, ``answering.py`` (rejected,
postponed, referred, told), ``similar.py`` (what may be the same), ``kinds.py`` (who sees and may do what),
``routes.py``. Matching to offers is :mod:`shuniu_services_desk.matching`.
"""

from shuniu.chassis.service import Capability, Catalogue
from shuniu.contracts.referral import ReferralMade, ReferralWithdrawn
from shuniu.contracts.services_desk.needs import FACTS

from shuniu_services_desk.needs import answering, clustering, raising
from shuniu_services_desk.needs.kinds import CLUSTER_ROW, NEED_CODE, NEED_ROW
from shuniu_services_desk.needs.manifest import KINDS, MEASURES, PANELS, RATES, ROUTES
from shuniu_services_desk.needs.routes import HANDLERS
from shuniu_services_desk.needs.tables import ClusterTable, NeedCodeTable, NeedTable

__all__ = ("capability",)

capability = Capability(
    name="needs",
    texts=Catalogue.load("shuniu_services_desk.needs"),
    rows=(NEED_ROW, CLUSTER_ROW, NEED_CODE),
    commands=(*raising.COMMANDS, *clustering.COMMANDS, *answering.COMMANDS),
    facts=(*FACTS, ReferralMade, ReferralWithdrawn),
    reactions=answering.REACTIONS,
    kinds=KINDS,
    measures=MEASURES,
    rates=RATES,
    panels=PANELS,
    routes=ROUTES,
    handlers=HANDLERS,
    tables=(NeedTable, ClusterTable, NeedCodeTable),
)
