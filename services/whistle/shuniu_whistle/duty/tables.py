"""The zones' rows as Piccolo sees them."""

from shuniu.chassis.tables import StateTable

__all__ = ("DutyZoneTable",)


class DutyZoneTable(StateTable, tablename="duty_zone"):
    """Zones, by id."""
