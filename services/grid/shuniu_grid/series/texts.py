"""The capability's words, read once."""

from shuniu.chassis.service import Catalogue

__all__ = ("TEXTS",)

TEXTS = Catalogue.load("shuniu_grid.series")
