"""The service's words, read once."""

from functools import cache

from shuniu.chassis.service import Catalogue

__all__ = ("TEXTS", "title_zh", "words_of")

TEXTS = Catalogue.load("shuniu_whistle")


@cache
def words_of(capability: str) -> Catalogue:
    """A capability's own words over those all of them share."""
    return Catalogue.load(f"shuniu_whistle.{capability}").merged(TEXTS)


def title_zh(key: str) -> str:
    """The Chinese text of a key, or the key itself when the catalogue has none."""
    return TEXTS[key].zh if key in TEXTS else key
