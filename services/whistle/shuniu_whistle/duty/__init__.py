"""Standing duty zones (责任田): near a border it is agreed in advance who leads (article; issue 3).

Read on: ``zones.py`` (which zone a matter lies in), ``commands.py``, ``lookup.py``, ``routes.py``. Drafts ask for them:
``whistles/duties.py``.
"""

from shuniu.chassis.service import Capability, Catalogue
from shuniu.contracts.manifest import Panel
from shuniu.contracts.whistle.duty import FACTS

from shuniu_whistle.duty.commands import COMMANDS
from shuniu_whistle.duty.routes import HANDLERS, ROUTES
from shuniu_whistle.duty.tables import DutyZoneTable
from shuniu_whistle.duty.zones import DUTY_ZONE
from shuniu_whistle.texts import words_of

__all__ = ("capability",)

capability = Capability(
    name="duty",
    texts=Catalogue.load("shuniu_whistle.duty"),
    rows=(DUTY_ZONE,),
    commands=COMMANDS,
    facts=FACTS,
    panels=(
        Panel(
            id="whistle.duty_zones",
            title=words_of("duty")["panel.duty_zones"],
            kind="shapes",
            route="/duty/shapes",
            order=66,
        ),
    ),
    routes=ROUTES,
    handlers=HANDLERS,
    tables=(DutyZoneTable,),
)
