"""The state tables of posts and numbers as Piccolo sees them."""

from shuniu.chassis.tables import StateTable

__all__ = ("HallTable", "PostTable", "QueueTable", "TicketTable")


class PostTable(StateTable, tablename="desk_post"):
    """Clerk posts by id."""


class HallTable(StateTable, tablename="desk_hall"):
    """The one row of every post."""


class QueueTable(StateTable, tablename="desk_queue"):
    """Queues by hall and business day."""


class TicketTable(StateTable, tablename="desk_ticket"):
    """Numbers by id; ``unit`` is the post."""
