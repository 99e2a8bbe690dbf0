"""The words of hotline orders, over those the whole service shares."""

from collections.abc import Mapping

from shuniu.chassis.service import Catalogue
from shuniu.contracts.text import Text

from shuniu_whistle.texts import TEXTS as SHARED

__all__ = ("OWN", "TEXTS", "filled", "title_zh")

OWN = Catalogue.load("shuniu_whistle.orders")
TEXTS = OWN.merged(SHARED)


def title_zh(key: str) -> str:
    """The Chinese text of a key, or the key itself when the catalogue has none."""
    return TEXTS[key].zh if key in TEXTS else key


def filled(key: str, params: Mapping[str, str]) -> Text:
    """A text with its ``{params}`` filled in."""
    text = TEXTS[key]
    zh, en = text.zh, text.en
    for name, value in params.items():
        zh, en = zh.replace("{" + name + "}", value), en.replace("{" + name + "}", value)
    return Text(zh, en)
