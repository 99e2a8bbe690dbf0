"""The 一家亲 association: member units, sponsors, contributions in kind (domain rules 5.7, 13)."""

from shuniu.chassis.service import Capability, Catalogue
from shuniu.contracts.manifest import Panel, Route
from shuniu.contracts.volunteer.association import FACTS

from shuniu_volunteer.association.units import COMMANDS, HANDLERS, MEMBER_UNIT, MemberUnitTable

__all__ = ("capability",)

_TEXTS = Catalogue.load("shuniu_volunteer.association")

capability = Capability(
    name="association",
    texts=_TEXTS,
    rows=(MEMBER_UNIT,),
    commands=COMMANDS,
    facts=FACTS,
    panels=(
        Panel(
            id="volunteer.association",
            title=_TEXTS["panel.association"],
            kind="table",
            route="/association",
            surface="service",
            order=75,
        ),
    ),
    routes=(Route(path="/association", title=_TEXTS["panel.association"], public=True),),
    handlers=HANDLERS,
    tables=(MemberUnitTable,),
)
