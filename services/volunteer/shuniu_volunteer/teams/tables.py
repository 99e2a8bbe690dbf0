"""The state table as Piccolo sees it."""

from shuniu.chassis.tables import StateTable

__all__ = ("TeamTable",)


class TeamTable(StateTable, tablename="volunteer_team"):
    """Teams by unit code; ``unit`` is the organiser."""
