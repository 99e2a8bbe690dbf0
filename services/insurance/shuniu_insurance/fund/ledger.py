"""The fund's ledger (保费资金账): money in from three sources, premium out, all of it in fen (domain rules 4.3).

S:OFFICE, S:MERGED, S:DONATION:<unit>   where money came from; below nought by as much as came
F:                                      the fund; never below nought
I:<policy>                              premium paid to the insurer of a policy; never below nought
"""

from shuniu.chassis.ledger import Ledger
from shuniu.contracts.insurance.fund import FundMoved
from shuniu.rules.ledger import Bounds, Chart

__all__ = ("FUND", "LEDGER", "premium_account", "source_account")

FUND = "F:"
LEDGER = Ledger(
    "insurance_fund",
    Chart({"S": Bounds(floor=None, ceiling=0), "F": Bounds(), "I": Bounds()}),
    FundMoved,
    lambda fact: fact.entry,
)


def source_account(source: str, donor: str = "") -> str:
    """The account of a source; each donor has one of its own."""
    return f"S:{source}:{donor}" if donor else f"S:{source}"


def premium_account(policy: str) -> str:
    """The account of a policy's premium."""
    return f"I:{policy}"
