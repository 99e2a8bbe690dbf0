"""The state tables of deliberations as Piccolo sees them."""

from shuniu.chassis.tables import StateTable

__all__ = ("DeliberationTable", "ElectorTable")


class DeliberationTable(StateTable, tablename="deliberation"):
    """Deliberations, by id."""


class ElectorTable(StateTable, tablename="deliberation_elector"):
    """Electors of deliberations, by keyed hash."""
