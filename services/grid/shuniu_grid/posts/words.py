"""The words of grid posts, read once."""

from shuniu.chassis.service import Catalogue

from shuniu_grid.texts import TEXTS as SHARED

__all__ = ("TEXTS", "WORDS")

TEXTS = Catalogue.load("shuniu_grid.posts")
WORDS = TEXTS.merged(SHARED)
"""With what the service's capabilities share."""
