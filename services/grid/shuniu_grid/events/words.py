"""The words of this capability: its own, over those the service's capabilities share."""

from shuniu.chassis.service import Catalogue

from shuniu_grid.texts import TEXTS

__all__ = ("OWN", "WORDS")

OWN = Catalogue.load("shuniu_grid.events")
WORDS = OWN.merged(TEXTS)
