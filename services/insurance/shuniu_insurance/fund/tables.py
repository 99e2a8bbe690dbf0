"""The state tables as Piccolo sees them."""

from shuniu.chassis.tables import StateTable

__all__ = ("AccountTable", "CauseTable", "GuardTable", "MonthTable")


class AccountTable(StateTable, tablename="insurance_fund_account"):
    """Accounts by their code."""


class CauseTable(StateTable, tablename="insurance_fund_cause"):
    """What entries were made for."""


class MonthTable(StateTable, tablename="insurance_fund_month"):
    """Books, by month."""


class GuardTable(StateTable, tablename="insurance_fund_guard"):
    """Which months are open, one row a scope."""
