"""The premium fund (保费资金): three sources, a double-entry ledger in fen, a book a month (domain rules 4.3).

Read on: ``ledger.py`` (accounts), ``lifecycle.py``, ``state.py``, ``commands.py``, ``month.py`` (the matter),
``routes.py`` (the statement).
"""

from shuniu.chassis.service import Capability
from shuniu.contracts.insurance.fund import FACTS
from shuniu.contracts.manifest import KindInfo, Measure, Panel, Route

from shuniu_insurance.fields import statuses_of
from shuniu_insurance.fund.commands import COMMANDS
from shuniu_insurance.fund.ledger import LEDGER
from shuniu_insurance.fund.lifecycle import MONTH
from shuniu_insurance.fund.month import GUARD, MONTH_ROW
from shuniu_insurance.fund.routes import HANDLERS
from shuniu_insurance.fund.tables import AccountTable, CauseTable, GuardTable, MonthTable
from shuniu_insurance.fund.texts import OWN, TEXTS

__all__ = ("capability",)

capability = Capability(
    name="fund",
    texts=OWN,
    rows=(MONTH_ROW, GUARD, *LEDGER.rows),
    commands=COMMANDS,
    facts=FACTS,
    kinds=(
        KindInfo(
            id=MONTH.kind,
            title=TEXTS["kind.fund_month"],
            plural=TEXTS["kind.fund_months"],
            icon="ledger",
            statuses=statuses_of(MONTH, TEXTS),
            order=21,
        ),
    ),
    measures=(
        Measure(
            name="fund.received",
            title=TEXTS["measure.fund.received"],
            kind="sum",
            unit=TEXTS["measure_unit.yuan"],
            dimensions=("area", "fund_source"),
        ),
        Measure(
            name="fund.premium_paid",
            title=TEXTS["measure.fund.premium_paid"],
            kind="sum",
            unit=TEXTS["measure_unit.yuan"],
        ),
    ),
    panels=(
        Panel(
            id="fund.statement",
            title=TEXTS["panel.fund_statement"],
            kind="table",
            route="/fund/statement",
            surface="service",
            order=62,
        ),
    ),
    routes=(Route(path="/fund/statement", title=TEXTS["route.fund_statement"]),),
    handlers=HANDLERS,
    tables=(AccountTable, CauseTable, MonthTable, GuardTable),
)
