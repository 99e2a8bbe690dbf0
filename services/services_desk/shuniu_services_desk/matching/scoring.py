"""Why an offer fits a need, in points (需求智能匹配). Pure; the parts are shown to everybody concerned (PIPL §24)."""

import tomllib
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files

import msgspec
from shuniu.contracts.services_desk.needs import Score
from shuniu.contracts.services_desk.offers import Offer
from shuniu.rules.areas import within
from shuniu.rules.distance import distance_m

from shuniu_services_desk.needs.categories import categories
from shuniu_services_desk.needs.state import Need

__all__ = ("Weights", "score", "weights")


class Weights(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Points of the parts and where they run out, as ``weights.toml`` says."""

    place: int
    category: int
    time: int
    capacity: int
    waiting: int
    far_m: int
    waiting_days: int
    same_area: int
    around: int
    street: int
    same_group: int


@cache
def weights() -> Weights:
    """The weights that ship. ValueError where the parts are not 100 together."""
    text = files("shuniu_services_desk.matching").joinpath("weights.toml").read_text("utf-8")
    found = msgspec.convert(tomllib.loads(text), Weights)
    if found.place + found.category + found.time + found.capacity + found.waiting != 100:
        raise ValueError("the parts of a match are 100 points together")
    return found


def _apart(n: Need, o: Offer) -> int | None:
    if n.place.lon is None or n.place.lat is None or o.lon is None or o.lat is None:
        return None
    return round(distance_m(n.place.lon, n.place.lat, o.lon, o.lat))


def _place(n: Need, o: Offer, apart: int | None, w: Weights) -> int | None:
    """None: it does not serve there."""
    serving = [a for a in o.areas if within(n.area, a) or within(a, n.area)] if o.areas else [""]
    if not serving:
        return None
    if apart is not None:
        return w.place * max(0, w.far_m - apart) // w.far_m
    if n.area in serving:
        return w.place * w.same_area // 100
    return w.place * (w.around if any(serving) else w.street) // 100


def _category(n: Need, o: Offer, w: Weights) -> int | None:
    if n.category in o.categories:
        return w.category
    known = categories()
    group = known[n.category].group
    alike = any(known[c].group == group for c in o.categories if c in known)
    return w.category * w.same_group // 100 if alike else None


def score(n: Need, o: Offer, room: int, now: datetime, w: Weights | None = None) -> Score | None:
    """The points of a match while ``room`` more needs fit in; None where the offer cannot take the need at all."""
    w = w or weights()
    apart = _apart(n, o)
    place, category = _place(n, o, apart, w), _category(n, o, w)
    suits = "ANY" in (n.times, *o.times) or not o.times or n.times in o.times
    if place is None or category is None or not suits or room < 1:
        return None
    capacity = w.capacity * min(room, o.capacity) // o.capacity
    waited = min((now - n.opened_at) // timedelta(days=1), w.waiting_days)
    waiting = w.waiting * max(0, waited) // w.waiting_days
    return Score(
        total=place + category + w.time + capacity + waiting,
        place=place,
        category=category,
        time=w.time,
        capacity=capacity,
        waiting=waiting,
        distance_m=apart,
    )
