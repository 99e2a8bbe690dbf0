"""Party organisation (党建 1+3+N) as a second axis beside areas, and cross-appointments (交叉任职)."""

from shuniu.chassis.service import Capability
from shuniu.contracts.grid.party import (
    AppointmentEnded,
    AppointmentMade,
    PartyDissolved,
    PartyLinked,
    PartyLinkEnded,
    PartyRegistered,
)
from shuniu.contracts.manifest import Panel, Route

from shuniu_grid.party.appointments import APPOINTED
from shuniu_grid.party.commands import COMMANDS
from shuniu_grid.party.routes import HANDLERS
from shuniu_grid.party.sheet import SHEET
from shuniu_grid.party.tables import AppointedTable, DutyOfTable, OrganisationTable, TreeTable
from shuniu_grid.party.tree import DUTY_OF, ORGANISATION, TREE
from shuniu_grid.party.words import TEXTS, WORDS

__all__ = ("capability",)

capability = Capability(
    name="party",
    texts=TEXTS,
    rows=(ORGANISATION, TREE, DUTY_OF, APPOINTED),
    commands=COMMANDS,
    facts=(PartyRegistered, PartyDissolved, PartyLinked, PartyLinkEnded, AppointmentMade, AppointmentEnded),
    panels=(
        Panel(
            id="grid_party_statistics",
            title=WORDS["panel.party_statistics"],
            kind="table",
            route="/party/statistics",
            surface="service",
            order=30,
        ),
        Panel(
            id="grid_party_terms",
            title=WORDS["panel.party_terms"],
            kind="table",
            route="/party/terms",
            surface="service",
            order=31,
        ),
    ),
    routes=tuple(
        Route(path=path, title=WORDS[key])
        for path, key in (
            ("/party/organisations", "route.party_organisations"),
            ("/party/organisations/{code}/events", "route.party_events"),
            ("/party/statistics", "route.party_statistics"),
            ("/party/appointments", "route.party_appointments"),
            ("/party/terms", "route.party_terms"),
        )
    ),
    handlers=HANDLERS,
    tables=(OrganisationTable, TreeTable, DutyOfTable, AppointedTable),
    sheets=(SHEET,),
)
