"""Volunteer teams (志愿服务队), each a unit of the registry; 56 in the article's street (domain rules 5.7)."""

from shuniu.chassis.service import Capability, Catalogue
from shuniu.contracts.manifest import Panel, Route
from shuniu.contracts.volunteer.teams import FACTS

from shuniu_volunteer.teams.commands import COMMANDS
from shuniu_volunteer.teams.routes import HANDLERS
from shuniu_volunteer.teams.sheet import SHEET
from shuniu_volunteer.teams.state import TEAM
from shuniu_volunteer.teams.tables import TeamTable

__all__ = ("capability",)

_TEXTS = Catalogue.load("shuniu_volunteer.teams")

capability = Capability(
    name="teams",
    texts=_TEXTS,
    rows=(TEAM,),
    commands=COMMANDS,
    facts=FACTS,
    panels=(
        Panel(
            id="volunteer.teams",
            title=_TEXTS["panel.teams"],
            kind="table",
            route="/teams/table",
            surface="service",
            order=61,
        ),
    ),
    routes=(
        Route(path="/teams", title=_TEXTS["route.teams"], public=True),
        Route(path="/teams/table", title=_TEXTS["panel.teams"]),
    ),
    handlers=HANDLERS,
    tables=(TeamTable,),
    sheets=(SHEET,),
)
