"""Volunteers (志愿者): registration, guardians, consents, stars (domain rules 5, 7.1).

Read on: ``state.py`` (the rows), ``person.py`` (what may stand outside the vault), ``register.py``, ``keeping.py``,
``awarding.py`` (stars; profiles in ``stars.toml``) (commands), ``face.py``, ``routes.py``, ``sheet.py``.
"""

from dataclasses import replace

from shuniu.chassis.rows import MatterFace
from shuniu.chassis.service import Capability
from shuniu.contracts.volunteer.volunteers import FACTS, CalendarRenewed

from shuniu_volunteer.volunteers.face import detail, offers, summarise
from shuniu_volunteer.volunteers.manifest import COMMANDS, KINDS, MEASURES, PANELS, ROUTES, TEXTS
from shuniu_volunteer.volunteers.routes import HANDLERS
from shuniu_volunteer.volunteers.sheet import SHEET
from shuniu_volunteer.volunteers.state import ACCOUNT, IDENTITY, NUMBER
from shuniu_volunteer.volunteers.tables import VolunteerTable
from shuniu_volunteer.volunteers.volunteer import VOLUNTEER, visibility

__all__ = ("capability",)

FACE = MatterFace(summarise=summarise, number=lambda v: v.number, visibility=visibility, offers=offers, detail=detail)
capability = Capability(
    name="volunteers",
    texts=TEXTS,
    rows=(replace(VOLUNTEER, face=FACE), IDENTITY, NUMBER, ACCOUNT),
    commands=COMMANDS,
    facts=tuple(f for f in FACTS if f is not CalendarRenewed),
    kinds=KINDS,
    measures=MEASURES,
    panels=PANELS,
    routes=ROUTES,
    handlers=HANDLERS,
    tables=(VolunteerTable,),
    sheets=(SHEET,),
)
