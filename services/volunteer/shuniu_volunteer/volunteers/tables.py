"""The state tables as Piccolo sees them."""

from shuniu.chassis.tables import StateTable

__all__ = ("VolunteerTable",)


class VolunteerTable(StateTable, tablename="volunteer"):
    """Volunteers by opaque id; ``unit`` is the first team."""
