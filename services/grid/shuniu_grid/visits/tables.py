"""The state tables as Piccolo sees them."""

from shuniu.chassis.tables import StateTable

__all__ = ("HomeVisitTable", "ToldTable", "VisitedTable")


class HomeVisitTable(StateTable, tablename="home_visit"):
    """Visits, by id; ``unit`` is who is visited, ``UNIT:<number>`` or ``HOUSEHOLD:<number>``."""


class VisitedTable(StateTable, tablename="visit_subject"):
    """When units and households were visited, by ``UNIT:<number>`` or ``HOUSEHOLD:<number>``."""


class ToldTable(StateTable, tablename="visit_told"):
    """Up to which day a grid was told what is overdue, by its code."""
