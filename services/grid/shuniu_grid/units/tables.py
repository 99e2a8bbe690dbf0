"""The state tables as Piccolo sees them."""

from shuniu.chassis.tables import StateTable

__all__ = ("UnitTable",)


class UnitTable(StateTable, tablename="unit"):
    """Registered units, by number; ``status`` is ACTIVE or CLOSED, ``unit`` the unit's kind."""
