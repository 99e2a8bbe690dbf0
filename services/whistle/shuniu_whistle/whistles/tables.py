"""The state tables as Piccolo sees them; only routes.py queries them."""

from shuniu.chassis.tables import StateTable

__all__ = ("OpenWhistleTable", "WhistleTable")


class WhistleTable(StateTable, tablename="whistle"):
    """Whistles, by id; ``unit`` is the leading unit's code."""


class OpenWhistleTable(StateTable, tablename="open_whistle"):
    """Guard rows: the open whistle of a matter, by the matter's key."""
