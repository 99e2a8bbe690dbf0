"""The state tables of cases as Piccolo sees them."""

from shuniu.chassis.tables import StateTable

__all__ = ("CaseTable", "CodeTable", "HoldingTable", "LoadTable")


class CaseTable(StateTable, tablename="desk_case"):
    """Cases, by id; ``unit`` is the deciding body."""


class HoldingTable(StateTable, tablename="desk_holding"):
    """Materials held of an applicant, by keyed hash."""


class CodeTable(StateTable, tablename="desk_code"):
    """Cases by the keyed hash of their follow-up code."""


class LoadTable(StateTable, tablename="desk_load"):
    """What each clerk has in hand, by account."""
