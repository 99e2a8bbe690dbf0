"""The state tables as Piccolo sees it."""

from shuniu.chassis.tables import StateTable

__all__ = ("AreaBookTable", "AreaChangeTable", "AreaTable")


class AreaTable(StateTable, tablename="area"):
    """Streets, communities and grids, by code."""


class AreaChangeTable(StateTable, tablename="area_change"):
    """Redrawings, by id; ``status`` is the operation, ``area`` the parent of what ended."""


class AreaBookTable(StateTable, tablename="area_book"):
    """How often the parts of an area have changed, by the area's code."""
