"""The state tables as Piccolo sees them."""

from shuniu.chassis.tables import StateTable

__all__ = ("DisclosureBookTable", "DisclosureTable")


class DisclosureTable(StateTable, tablename="insurance_disclosure"):
    """Disclosures, by id."""


class DisclosureBookTable(StateTable, tablename="disclosure_book"):
    """Quarters told, one row a scope."""
