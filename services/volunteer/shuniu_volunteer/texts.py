"""The service's words, read once."""

from functools import cache

from shuniu.chassis.service import Catalogue

__all__ = ("TEXTS", "title_zh", "words_of")

TEXTS = Catalogue.load("shuniu_volunteer")


@cache
def words_of(capability: str) -> Catalogue:
    """A capability's own words over those all of them share."""
    return Catalogue.load(f"shuniu_volunteer.{capability}").merged(TEXTS)


def title_zh(key: str) -> str:
    """The Chinese text of a key of the shared catalogue, or the key itself where there is none."""
    return TEXTS[key].zh if key in TEXTS else key
