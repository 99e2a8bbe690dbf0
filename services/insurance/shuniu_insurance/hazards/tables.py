"""The state tables as Piccolo sees them."""

from shuniu.chassis.tables import StateTable

__all__ = ("AccidentTable", "CellTable", "HazardTable")


class HazardTable(StateTable, tablename="insurance_hazard"):
    """Hazards, by id; ``unit`` is whoever has it to remove."""


class CellTable(StateTable, tablename="insurance_hazard_cell"):
    """Hazards by piece of the map."""


class AccidentTable(StateTable, tablename="insurance_accident"):
    """Accidents compared with the list."""
