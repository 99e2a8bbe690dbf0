"""The state tables as Piccolo sees them."""

from shuniu.chassis.tables import StateTable

__all__ = ("ActivityTable", "ParticipationTable")


class ActivityTable(StateTable, tablename="volunteer_activity"):
    """Activities by id; ``unit`` is the organiser."""


class ParticipationTable(StateTable, tablename="participation"):
    """Participations by ``<activity>.<volunteer>``; ``unit`` is the team."""
