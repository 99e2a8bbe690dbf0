"""Which needs may be the same: by place, category and words. A person confirms; nothing is put together by itself."""

from typing import NamedTuple

from rapidfuzz import fuzz
from shuniu.contracts.summary import Place
from shuniu.rules.areas import within
from shuniu.rules.distance import distance_m

from shuniu_services_desk.needs.categories import categories

__all__ = ("LEAST", "Likeness", "Seen", "alike", "likeness")

LEAST = 55
"""Points from which two needs are shown as alike (design choice): of 30 for place, 30 for category, 40 for words."""
_NEAR_M, _FAR_M = 100.0, 1500.0
_PAIRS = 2


class Seen(NamedTuple):
    """What of a need is compared."""

    id: str
    category: str
    area: str
    place: Place
    words: str


class Likeness(NamedTuple):
    """How alike, in points."""

    place: int
    category: int
    words: int

    @property
    def total(self) -> int:
        """0 to 100."""
        return self.place + self.category + self.words


def _place(a: Seen, b: Seen) -> int:
    if None not in (a.place.lon, a.place.lat, b.place.lon, b.place.lat):
        apart = distance_m(a.place.lon or 0, a.place.lat or 0, b.place.lon or 0, b.place.lat or 0)
        near = (_FAR_M - apart) / (_FAR_M - _NEAR_M)
        return round(30 * min(1.0, max(0.0, near)))
    if a.area == b.area:
        return 20
    return 12 if within(a.area, b.area) or within(b.area, a.area) else 0


def _category(a: Seen, b: Seen) -> int:
    known = categories()
    if a.category == b.category:
        return 30
    return 15 if known[a.category].group == known[b.category].group else 0


def _spaced(text: str) -> str:
    """A text without spaces as overlapping pairs of characters, so that word order counts less."""
    plain = "".join(c for c in text if c.isalnum())
    return " ".join(plain[i : i + _PAIRS] for i in range(max(1, len(plain) - 1)))


def likeness(a: Seen, b: Seen) -> Likeness:
    """How alike two needs are."""
    if not a.words.strip() or not b.words.strip():
        return Likeness(_place(a, b), _category(a, b), 0)
    share = max(fuzz.ratio(a.words, b.words), fuzz.token_set_ratio(_spaced(a.words), _spaced(b.words)))
    return Likeness(_place(a, b), _category(a, b), round(0.4 * share))


def alike(one: Seen, others: list[Seen]) -> list[tuple[Seen, Likeness]]:
    """The others that are alike, most alike first; of equals the older number's order."""
    found = [(other, likeness(one, other)) for other in others if other.id != one.id]
    return sorted((f for f in found if f[1].total >= LEAST), key=lambda f: (-f[1].total, f[0].id))
