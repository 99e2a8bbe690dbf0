"""The state table as Piccolo sees it."""

from shuniu.chassis.tables import StateTable

__all__ = ("GridEventTable",)


class GridEventTable(StateTable, tablename="grid_event"):
    """Grid events, by id."""
