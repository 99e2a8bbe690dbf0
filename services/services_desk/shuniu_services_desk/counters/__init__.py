"""Clerk posts (综窗岗位), queue numbers (取号叫号) and whose a case is (派件).

Read on: ``lifecycles.py`` (as data), ``choosing.py`` (who is called, who gets a case: pure), ``state.py`` (rows),
``posts.py``, ``queue.py``, ``assigning.py`` (commands), ``rows.py``, ``face.py``, ``routes.py``.
"""

from dataclasses import replace

from shuniu.chassis.rows import MatterFace
from shuniu.chassis.service import Capability, Catalogue
from shuniu.contracts.services_desk.counters import FACTS

from shuniu_services_desk.counters import assigning, posts, queue
from shuniu_services_desk.counters.face import (
    KINDS,
    MEASURES,
    PANELS,
    RATES,
    detail,
    offers,
    summarise,
    summarise_other,
)
from shuniu_services_desk.counters.routes import HANDLERS, ROUTES
from shuniu_services_desk.counters.rows import HALL, POST, QUEUE, TICKET, visibility
from shuniu_services_desk.counters.tables import HallTable, PostTable, QueueTable, TicketTable

__all__ = ("capability",)

FACE = MatterFace(summarise=summarise, number=lambda p: p.label, visibility=visibility, offers=offers, detail=detail)
capability = Capability(
    name="counters",
    texts=Catalogue.load("shuniu_services_desk.counters"),
    rows=(
        replace(POST, face=FACE),
        HALL,
        replace(QUEUE, summarise=summarise_other),
        replace(TICKET, summarise=summarise_other),
    ),
    commands=(*queue.COMMANDS, *posts.COMMANDS, *assigning.COMMANDS),
    facts=FACTS,
    reactions=assigning.REACTIONS,
    kinds=KINDS,
    measures=MEASURES,
    rates=RATES,
    panels=PANELS,
    routes=ROUTES,
    handlers=HANDLERS,
    tables=(PostTable, HallTable, QueueTable, TicketTable),
)
