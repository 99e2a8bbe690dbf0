"""The whistle catalogue (吹哨事项清单): what may be whistled for, class by class, in versions (domain rules 1, 10.1).

Read on: ``entries.py`` (versions and which entry holds when), ``commands.py``, ``sheet.py``, ``routes.py``. What ships
stands in ``shipped.toml``.
"""

from shuniu.chassis.service import Capability, Catalogue
from shuniu.contracts.manifest import Panel
from shuniu.contracts.whistle.catalogue import FACTS

from shuniu_whistle.catalogue.commands import COMMANDS
from shuniu_whistle.catalogue.entries import CLASS_LIST, LIST_ENTRY
from shuniu_whistle.catalogue.routes import HANDLERS, ROUTES
from shuniu_whistle.catalogue.sheet import SHEET
from shuniu_whistle.catalogue.tables import ClassListTable, ListEntryTable
from shuniu_whistle.texts import words_of

__all__ = ("capability",)

capability = Capability(
    name="catalogue",
    texts=Catalogue.load("shuniu_whistle.catalogue"),
    rows=(CLASS_LIST, LIST_ENTRY),
    commands=COMMANDS,
    facts=FACTS,
    panels=(
        Panel(
            id="whistle.catalogue",
            title=words_of("catalogue")["panel.catalogue"],
            kind="table",
            route="/catalogue/panel",
            surface="service",
            order=70,
        ),
    ),
    routes=ROUTES,
    handlers=HANDLERS,
    tables=(ClassListTable, ListEntryTable),
    sheets=(SHEET,),
)
