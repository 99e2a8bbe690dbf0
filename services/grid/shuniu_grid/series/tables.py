"""The state table as Piccolo sees it."""

from shuniu.chassis.tables import StateTable

__all__ = ("SeriesPointTable",)


class SeriesPointTable(StateTable, tablename="series_point"):
    """Figures by series, area and period; ``status`` holds the series, ``unit`` the period."""
