"""The list's rows as Piccolo sees them."""

from shuniu.chassis.tables import StateTable

__all__ = ("ClassListTable", "ListEntryTable")


class ClassListTable(StateTable, tablename="class_list"):
    """Lists, by class."""


class ListEntryTable(StateTable, tablename="list_entry"):
    """Entries through all versions, by code."""
