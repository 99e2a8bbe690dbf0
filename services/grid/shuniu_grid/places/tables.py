"""The state table as Piccolo sees it."""

from shuniu.chassis.tables import StateTable

__all__ = ("PlaceTable",)


class PlaceTable(StateTable, tablename="service_place"):
    """Service places, by id; ``status`` is the type, ``area`` the grid."""
