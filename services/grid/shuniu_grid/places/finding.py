"""Finding a place by words of its name or address, as people write them: pure, no geocoder."""

import re
import unicodedata
from collections.abc import Iterable

from shuniu_grid.places.register import ServicePlace

__all__ = ("MOST", "found", "nearness")

MOST = 12
_BETWEEN = re.compile(r"[\s,，、.。·\-—（）()]+")
_NUMBER = re.compile(r"[0-9]")


def _plain(text: str) -> str:
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text).casefold())


def nearness(words: str, names: Iterable[str]) -> int | None:
    """How well words fit names, 0 best, None not at all: a name begins with them, holds them all, stands in them, or
    shares what comes before the first number (the street of another house)."""
    known = [plain for name in names if (plain := _plain(name))]
    asked = [plain for word in _BETWEEN.split(words) if (plain := _plain(word))]
    whole = "".join(asked)
    if len(whole) < 2 or not known:
        return None
    if any(name.startswith(whole) for name in known):
        return 0
    if all(any(word in name for name in known) for word in asked):
        return 1
    if any(len(name) > 1 and name in whole for name in known):
        return 2
    street = _NUMBER.split(whole, maxsplit=1)[0]
    return 3 if street != whole and len(street) > 1 and any(street in name for name in known) else None


def found(words: str, places: Iterable[ServicePlace]) -> list[ServicePlace]:
    """The places that fit, the best first."""
    fits = ((nearness(words, (p.title.zh, p.title.en, p.address)), p.title.zh, p) for p in places)
    ranked = sorted(((n, title, p) for n, title, p in fits if n is not None), key=lambda fit: fit[:2])
    return [p for _, _, p in ranked[:MOST]]
