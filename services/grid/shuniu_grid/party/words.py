"""The words of party organisation, read once."""

from shuniu.chassis.service import Catalogue

from shuniu_grid.texts import TEXTS as SHARED

__all__ = ("TEXTS", "WORDS")

TEXTS = Catalogue.load("shuniu_grid.party")
WORDS = TEXTS.merged(SHARED)
"""With what the service's capabilities share."""
