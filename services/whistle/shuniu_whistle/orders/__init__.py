"""Hotline orders (诉求工单, 接诉即办): from the call to the call-back (domain rules 1.12-1.25, 10.2, 11.1).

Read on: ``lifecycles.py`` and ``categories.py`` (as data), ``intake.py`` (requests come in), ``classify.py``,
``dispatch.py``, ``handling.py``, ``hanging.py``, ``call_back.py`` (what follows), ``referrals.py`` (whistles and grid
events), ``counting.py``, ``measures.py``, ``rates.py``, ``figures.py`` (figures), ``preview.py``, ``words.py``,
``lookup.py`` (finding repeated requests), ``routes.py``, ``sheet.py``.
"""

from dataclasses import replace

from shuniu.chassis.rows import MatterFace
from shuniu.chassis.service import Capability
from shuniu.contracts.clock import ClockRecomputed
from shuniu.contracts.referral import ReferralMade
from shuniu.contracts.whistle.orders import FACTS

from shuniu_whistle.orders import (
    call_back,
    classify,
    detail,
    dispatch,
    face,
    handling,
    hanging,
    intake,
    offers,
    referrals,
    sounding,
)
from shuniu_whistle.orders.manifest import KINDS, PANELS, ROUTES
from shuniu_whistle.orders.measures import declared_measures, declared_rates
from shuniu_whistle.orders.order import CALLER, CODE, EXTERNAL, ORDER, SPOT
from shuniu_whistle.orders.routes import HANDLERS
from shuniu_whistle.orders.sheet import SHEETS
from shuniu_whistle.orders.tables import CallerTable, CodeTable, ExternalTable, OrderTable, SpotTable
from shuniu_whistle.orders.texts import OWN

__all__ = ("capability",)

FACE = MatterFace(
    summarise=face.summarise,
    number=lambda o: o.number,
    visibility=face.visibility,
    offers=offers.offers,
    detail=detail.detail,
)
capability = Capability(
    name="orders",
    texts=OWN,
    rows=(replace(ORDER, face=FACE), CALLER, SPOT, CODE, EXTERNAL),
    commands=(
        *intake.COMMANDS,
        *classify.COMMANDS,
        *dispatch.COMMANDS,
        *handling.COMMANDS,
        *sounding.COMMANDS,
        *hanging.COMMANDS,
        *referrals.COMMANDS,
        *call_back.COMMANDS,
    ),
    facts=(*FACTS, ReferralMade, ClockRecomputed),
    reactions=referrals.REACTIONS,
    kinds=KINDS,
    measures=declared_measures(),
    rates=declared_rates(),
    panels=PANELS,
    routes=ROUTES,
    handlers=HANDLERS,
    tables=(OrderTable, CallerTable, SpotTable, CodeTable, ExternalTable),
    sheets=SHEETS,
)
