"""The state table as Piccolo sees it."""

from shuniu.chassis.tables import StateTable

__all__ = ("StarCycleTable",)


class StarCycleTable(StateTable, tablename="star_cycle"):
    """Rating cycles, by id."""
