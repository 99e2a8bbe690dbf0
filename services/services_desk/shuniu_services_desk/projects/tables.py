"""Projects as Piccolo sees them."""

from shuniu.chassis.tables import StateTable

__all__ = ("ProjectTable",)


class ProjectTable(StateTable, tablename="desk_project"):
    """Projects, by id; ``unit`` leads."""
