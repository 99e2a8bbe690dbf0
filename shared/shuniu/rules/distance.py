"""Distance of two points on the earth (WGS 84), in metres."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt
from typing import Final

__all__ = ["distance_m"]

_RADIUS_M: Final = 6_371_009
"""Mean radius of the earth."""


def distance_m(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Great-circle distance (haversine)."""
    a, b = radians(lat), radians(other_lat)
    half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(other_lon - lon) / 2) ** 2
    return 2 * _RADIUS_M * asin(min(1.0, sqrt(half)))  # opposite points round to a hair above 1
