"""The state table as Piccolo sees it."""

from shuniu.chassis.tables import StateTable

__all__ = ("HouseholdTable",)


class HouseholdTable(StateTable, tablename="household"):
    """Households, by number; ``status`` is KEPT or HELD."""
