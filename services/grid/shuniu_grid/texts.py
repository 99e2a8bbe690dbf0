"""The service's words that several capabilities share, read once."""

from shuniu.chassis.service import Catalogue

__all__ = ("TEXTS",)

TEXTS = Catalogue.load("shuniu_grid", "texts.toml", "events/data/categories.toml")
