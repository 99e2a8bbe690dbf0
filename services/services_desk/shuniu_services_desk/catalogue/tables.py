"""The catalogue's state tables as Piccolo sees them."""

from shuniu.chassis.tables import StateTable

__all__ = ("DraftsTable", "ItemTable", "LifeEventTable")


class ItemTable(StateTable, tablename="desk_item"):
    """Items by code, with all their versions."""


class LifeEventTable(StateTable, tablename="desk_life_event"):
    """Life events by code."""


class DraftsTable(StateTable, tablename="desk_drafts"):
    """Which items have a draft."""
