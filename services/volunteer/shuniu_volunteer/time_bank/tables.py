"""The state tables as Piccolo sees them."""

from shuniu.chassis.tables import StateTable

__all__ = ("AccountTable", "EntryTable", "TimeExchangeTable", "TimeOrderTable")


class AccountTable(StateTable, tablename="time_bank_account"):
    """Accounts by code; ``status`` is their class (P, T, F, …)."""


class EntryTable(StateTable, tablename="time_entry"):
    """Entries by id; ``status`` is their kind."""


class TimeOrderTable(StateTable, tablename="time_order"):
    """Redemption orders; ``unit`` is the account that pays."""


class TimeExchangeTable(StateTable, tablename="time_exchange"):
    """Exchanges with other banks; ``unit`` is the other scope."""
