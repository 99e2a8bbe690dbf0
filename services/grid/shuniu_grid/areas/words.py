"""The words of areas, read once."""

from shuniu.chassis.service import Catalogue
from shuniu.contracts.text import Text

__all__ = ("TEXTS", "said")

TEXTS = Catalogue.load("shuniu_grid.areas")


def said(key: str, **params: object) -> Text:
    """A text with its gaps filled; a parameter that is a Text fills each language with its own."""
    text = TEXTS[key]
    zh = {name: value.zh if isinstance(value, Text) else value for name, value in params.items()}
    en = {name: value.en if isinstance(value, Text) else value for name, value in params.items()}
    return Text(text.zh.format(**zh), text.en.format(**en))
