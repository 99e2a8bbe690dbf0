"""The household register (户): only as far as a purpose goes, sealed, masked, erased when the purpose ends."""

from shuniu.chassis.privacy import UNMASK_ROLE
from shuniu.chassis.service import Capability
from shuniu.contracts.grid import residents as facts
from shuniu.contracts.manifest import Panel, Route

from shuniu_grid.residents.register import COMMANDS
from shuniu_grid.residents.routes import HANDLERS
from shuniu_grid.residents.sheet import SHEET
from shuniu_grid.residents.state import HOUSEHOLD
from shuniu_grid.residents.tables import HouseholdTable
from shuniu_grid.residents.texts import TEXTS

__all__ = ("READER", "capability")

READER = UNMASK_ROLE
"""The separate permission to read personal data in clear."""

capability = Capability(
    name="residents",
    texts=TEXTS,
    rows=(HOUSEHOLD,),
    commands=COMMANDS,
    facts=(
        facts.HouseholdEntered,
        facts.HouseholdConfirmed,
        facts.HouseholdConsentWithdrawn,
        facts.HouseholdHeld,
        facts.HouseholdReleased,
        facts.HouseholdErased,
    ),
    panels=(
        Panel(
            id="grid.household_figures",
            title=TEXTS["panel.households"],
            kind="table",
            route="/panels/households",
            surface="service",
            order=55,
        ),
    ),
    routes=(
        Route(path="/households", title=TEXTS["route.households"]),
        Route(path="/households/{number}", title=TEXTS["route.household"]),
        Route(path="/households/{number}/copy", title=TEXTS["route.household_copy"]),
        Route(path="/panels/households", title=TEXTS["panel.households"]),
    ),
    handlers=HANDLERS,
    tables=(HouseholdTable,),
    sheets=(SHEET,),
)
