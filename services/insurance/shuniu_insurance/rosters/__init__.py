"""Rosters (名册) of sensitive groups and of social workers: sealed, only for what the cover needs, erased after it
(domain rules 4.1, 7.1; PIPL §5-6, §19, §28-31)."""

from shuniu.chassis.service import Capability
from shuniu.chassis.sheets import Column, Sheet
from shuniu.contracts.insurance.rosters import FACTS
from shuniu.contracts.manifest import Panel, Route

from shuniu_insurance.rosters.roster import (
    COMMANDS,
    ENTER,
    KEEPERS,
    MOST_AT_ONCE,
    PERSON,
    ROSTER,
    EnterRoster,
    GivenEntry,
)
from shuniu_insurance.rosters.routes import HANDLERS
from shuniu_insurance.rosters.tables import RosterPersonTable, RosterTable
from shuniu_insurance.rosters.texts import OWN, TEXTS

__all__ = ("SHEET", "capability")

SHEET = Sheet(
    name="insurance_roster",
    title="sheet.insurance_roster",
    note="sheet.insurance_roster_note",
    columns=(
        Column("roster", "roster_column.roster", "code", required=True, most=20),
        Column("name", "roster_column.name", required=True, personal=True, most=40),
        Column("citizen_id", "roster_column.citizen_id", "code", required=True, personal=True, most=20),
        Column("area", "roster_column.area", "code", required=True, most=15),
    ),
    import_roles=KEEPERS,
    command=ENTER,
    row=lambda record: GivenEntry(**record),
    body=lambda rows: EnterRoster(rows=rows),
    key=("roster", "citizen_id"),
    most_rows=MOST_AT_ONCE,
)
capability = Capability(
    name="rosters",
    texts=OWN,
    rows=(ROSTER, PERSON),
    commands=COMMANDS,
    facts=FACTS,
    panels=(
        Panel(
            id="roster.counts",
            title=TEXTS["panel.rosters"],
            kind="table",
            route="/rosters/counts",
            surface="service",
            order=69,
        ),
    ),
    routes=(Route(path="/rosters/counts", title=TEXTS["panel.rosters"]),),
    handlers=HANDLERS,
    tables=(RosterTable, RosterPersonTable),
    sheets=(SHEET,),
)
