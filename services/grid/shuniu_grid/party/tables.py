"""The state tables as Piccolo sees them."""

from shuniu.chassis.tables import StateTable

__all__ = ("AppointedTable", "DutyOfTable", "OrganisationTable", "TreeTable")


class OrganisationTable(StateTable, tablename="party_organisation"):
    """Party organisations, by code; ``status`` is the tier, ``unit`` the organisation above."""


class TreeTable(StateTable, tablename="party_tree"):
    """The tree, one row."""


class DutyOfTable(StateTable, tablename="party_duty"):
    """Whose duty an area, unit or post is; ``status`` is its kind, ``area`` its code."""


class AppointedTable(StateTable, tablename="party_appointed"):
    """Appointments, by account."""
