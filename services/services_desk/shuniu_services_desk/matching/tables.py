"""The register of offers as Piccolo sees it."""

from shuniu.chassis.tables import StateTable

__all__ = ("OfferTable",)


class OfferTable(StateTable, tablename="desk_offer"):
    """Offers by code."""
