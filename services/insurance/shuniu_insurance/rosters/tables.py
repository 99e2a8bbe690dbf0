"""The state tables as Piccolo sees them."""

from shuniu.chassis.tables import StateTable

__all__ = ("RosterPersonTable", "RosterTable")


class RosterTable(StateTable, tablename="insurance_roster"):
    """Rosters, by number."""


class RosterPersonTable(StateTable, tablename="roster_person"):
    """Guard rows: who stands on which roster, by keyed hash."""
