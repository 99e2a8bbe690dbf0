"""The state tables as Piccolo sees them."""

from shuniu.chassis.tables import StateTable

__all__ = ("DutyTable", "HandoverTable", "PostTable", "ShiftTable", "StaffingTable")


class PostTable(StateTable, tablename="post"):
    """Grid posts, by id; ``area`` is the post's area, ``status`` its kind."""


class StaffingTable(StateTable, tablename="grid_staffing"):
    """Which posts a grid has and had, by area."""


class DutyTable(StateTable, tablename="grid_duty"):
    """Shifts and leaves of one account."""


class ShiftTable(StateTable, tablename="grid_shift"):
    """Shifts, by id; ``status`` is the day, ``area`` the grid."""


class HandoverTable(StateTable, tablename="post_handover"):
    """Hand-overs, by id."""
