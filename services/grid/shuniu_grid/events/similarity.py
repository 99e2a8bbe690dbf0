"""How alike two reports are, by place, time, category and text: what a suggestion to merge rests on. Pure.

The weights are a design choice; every part that went into a score is answered beside it, so that a person can see why
(PIPL §24: a suggestion shows its reasons, and nothing is merged by itself).
"""

import re
from collections.abc import Iterable
from datetime import datetime

import msgspec
from shuniu.contracts.summary import Place
from shuniu.rules.distance import distance_m

__all__ = ("LEAST_SCORE", "Likeness", "Report", "alike", "between_m", "most_alike")

LEAST_SCORE = 0.6
"""Below this nothing is suggested."""
FAR_M = 200.0
"""Metres at which place says nothing any more."""
LONG_H = 72.0
"""Hours after which time says nothing any more."""
_WEIGHTS = {"place": 0.4, "category": 0.2, "text": 0.25, "time": 0.15}
_SILENT = re.compile(r"[\s，。、；：！？,.;:!?（）()\"'“”‘’\-—~·]+")


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What is compared: where, when, what about, and what was written."""

    id: str = ""
    area: str
    place: Place
    category: str
    at: datetime
    text: str = ""


class Likeness(msgspec.Struct, frozen=True, kw_only=True):
    """A score between 0 and 1 and its reasons; None where one of the two says nothing.

    ``distance_m`` whole metres between the points, ``place`` and ``text`` likeness of the names and texts (0 to 1),
    ``hours`` between the reports.
    """

    score: float
    hours: float
    same_category: bool
    distance_m: int | None = None
    place: float | None = None
    text: float | None = None


def between_m(one: Place, other: Place) -> float | None:
    """Metres between two points; None where one has none."""
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return None
    return distance_m(one.lon, one.lat, other.lon, other.lat)


def _words_alike(one: str, other: str) -> float | None:
    """0 to 1 by edit distance; a text that holds the other is nearly the same. None where one is empty."""
    from rapidfuzz import fuzz

    one, other = _SILENT.sub("", one).lower(), _SILENT.sub("", other).lower()
    if not one or not other:
        return None
    return round(max(fuzz.ratio(one, other), 0.9 * fuzz.partial_ratio(one, other)) / 100, 3)


def alike(one: Report, other: Report) -> Likeness:
    """How alike two reports are. What only one of them says is left out of the score, the rest weighs more."""
    metres = between_m(one.place, other.place)
    names = _words_alike(one.place.name, other.place.name)
    near = None if metres is None else max(0.0, 1 - metres / FAR_M)
    where = max((p for p in (near, names) if p is not None), default=1.0 if one.area == other.area else 0.0)
    if metres is not None and metres > FAR_M:
        where = 0.0  # the same name somewhere else is somewhere else
    hours = abs((one.at - other.at).total_seconds()) / 3600
    text = _words_alike(one.text, other.text)
    same = one.category == other.category
    parts = {
        "place": where,
        "category": 1.0 if same else 0.4 if one.category[:3] == other.category[:3] else 0.0,
        "time": max(0.0, 1 - hours / LONG_H),
        **({"text": text} if text is not None else {}),
    }
    weight = sum(_WEIGHTS[name] for name in parts)
    score = sum(_WEIGHTS[name] * value for name, value in parts.items()) / weight
    return Likeness(
        score=round(score if where else 0.0, 3),
        hours=round(hours, 1),
        same_category=same,
        distance_m=None if metres is None else round(metres),
        place=names,
        text=text,
    )


def most_alike(one: Report, others: Iterable[Report], most: int = 5) -> list[tuple[Report, Likeness]]:
    """Those alike enough, the most alike first; never the report itself."""
    found = [(other, alike(one, other)) for other in others if not one.id or other.id != one.id]
    found = [pair for pair in found if pair[1].score >= LEAST_SCORE]
    return sorted(found, key=lambda pair: (-pair[1].score, pair[0].id))[:most]
