"""The state tables as Piccolo sees them; only routes and previews query them."""

from shuniu.chassis.tables import StateTable

__all__ = ("CallerTable", "CodeTable", "ExternalTable", "OrderTable", "SpotTable")


class OrderTable(StateTable, tablename="hotline_order"):
    """Orders, by id; ``unit`` is the leading unit's code."""


class CallerTable(StateTable, tablename="order_caller"):
    """Orders of a telephone number, by its keyed hash."""


class SpotTable(StateTable, tablename="order_spot"):
    """Orders about the same thing at a spot."""


class CodeTable(StateTable, tablename="order_code"):
    """Orders by the keyed hash of their follow-up code."""


class ExternalTable(StateTable, tablename="order_external"):
    """Orders by the number of their source."""
