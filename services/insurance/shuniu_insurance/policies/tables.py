"""The state tables as Piccolo sees them."""

from shuniu.chassis.tables import StateTable

__all__ = ("BookTable", "PolicyTable", "RoomTable")


class PolicyTable(StateTable, tablename="insurance_policy"):
    """Policies, by id; ``unit`` is the insurer."""


class BookTable(StateTable, tablename="insurance_book"):
    """The book of concluded policies, one row a scope."""


class RoomTable(StateTable, tablename="insurance_room"):
    """What has been taken of each limit."""
