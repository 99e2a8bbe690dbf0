"""The state tables of needs as Piccolo sees them."""

from shuniu.chassis.tables import StateTable

__all__ = ("ClusterTable", "NeedCodeTable", "NeedTable")


class NeedTable(StateTable, tablename="desk_need"):
    """Needs, by id; ``unit`` is the unit that serves it."""


class ClusterTable(StateTable, tablename="need_cluster"):
    """Clusters of needs, by id."""


class NeedCodeTable(StateTable, tablename="desk_need_code"):
    """Needs by the keyed hash of their follow-up code."""
