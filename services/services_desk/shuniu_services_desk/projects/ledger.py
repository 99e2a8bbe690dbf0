"""The projects' ledger (项目资金账), double entry in fen: out of a named source into a budget, and spent from there.

S:<source>     where money comes from; below nought by as much as it gave
F:<project>    the budget of a project; never below nought, so nothing is spent beyond it
X:<project>    what was spent
"""

from shuniu.chassis.ledger import Ledger
from shuniu.contracts.services_desk.projects import ProjectMoneyMoved
from shuniu.rules.ledger import Bounds, Chart

__all__ = ("LEDGER", "budget_account", "source_account", "spent_account")

LEDGER = Ledger(
    "desk_fund",
    Chart({"S": Bounds(floor=None, ceiling=0), "F": Bounds(), "X": Bounds()}),
    ProjectMoneyMoved,
    lambda fact: fact.entry,
)


def source_account(source: str) -> str:
    """The account of a source."""
    return f"S:{source}"


def budget_account(project: str) -> str:
    """The account of a project's budget."""
    return f"F:{project}"


def spent_account(project: str) -> str:
    """The account of what a project spent."""
    return f"X:{project}"
