"""What a track comes to: length, share of the grid covered, key spots come by. Pure; what leaves here is coarsened.

Points are WGS 84 degrees. Lengths are measured in a plane laid on the grid's middle, whose error at the scale of a
grid (a few kilometres) is far below what is rounded away afterwards.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

__all__ = ("Measured", "TrackPoint", "coarse_minutes", "measure")

FASTEST_M_S = 15.0
"""A leap faster than this (54 km/h) is an error of the receiver, not a way."""
SEEN_M = 25.0
"""To either side of the track so much of the grid counts as seen."""
SPOT_M = 30.0
"""A key spot this near was come by."""
LENGTH_STEP_M, COVERAGE_STEP, MINUTES_STEP = 100, 5, 5
_DEGREE_M = 111_195.08


class TrackPoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the worker was at ``at`` (Unix seconds)."""

    at: Annotated[int, msgspec.Meta(ge=0)]
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]


class Measured(NamedTuple):
    """Coarsened figures: metres to the nearest 100, percent to the nearest 5 (None: no outline), codes of key spots."""

    length_m: int
    coverage_percent: int | None
    spots: tuple[str, ...]


def coarse_minutes(seconds: float) -> int:
    """Minutes, to the nearest 5."""
    return round(seconds / 60 / MINUTES_STEP) * MINUTES_STEP


def _plane(lon: float, lat: float, middle: float) -> tuple[float, float]:
    return lon * _DEGREE_M * math.cos(math.radians(middle)), lat * _DEGREE_M


def _ways(points: Sequence[TrackPoint], middle: float) -> list[list[tuple[float, float]]]:
    """The track as ways in metres, broken where the receiver leapt."""
    ways: list[list[tuple[float, float]]] = []
    last: TrackPoint | None = None
    for point in sorted(points, key=lambda p: p.at):
        here = _plane(point.lon, point.lat, middle)
        if last is None:
            ways.append([here])
        else:
            seconds = max(1, point.at - last.at)
            leapt = math.dist(ways[-1][-1], here) / seconds > FASTEST_M_S
            if leapt:
                ways.append([here])
            else:
                ways[-1].append(here)
        last = point
    return ways


def measure(points: Sequence[TrackPoint], outline: bytes | None, spots: Mapping[str, tuple[float, float]]) -> Measured:
    """What a track comes to within a grid's outline (GeoJSON, None where there is none) past key spots (lon, lat)."""
    from shapely import LineString, MultiPoint, Point, union_all

    if not points:
        return Measured(0, 0 if outline else None, ())
    middle = sum(p.lat for p in points) / len(points)
    ways = _ways(points, middle)
    length = sum(math.dist(a, b) for way in ways for a, b in pairwise(way))
    shapes: list[BaseGeometry] = [LineString(way) if len(way) > 1 else MultiPoint(way) for way in ways]
    track = union_all(shapes)
    come_by = [code for code, (lon, lat) in spots.items() if track.distance(Point(_plane(lon, lat, middle))) <= SPOT_M]
    return Measured(
        round(length / LENGTH_STEP_M) * LENGTH_STEP_M, _coverage(track, outline, middle), tuple(sorted(come_by))
    )


def _coverage(track: "BaseGeometry", outline: bytes | None, middle: float) -> int | None:
    from shapely import transform

    from shuniu_grid.areas.geometry import read_shape

    shape = read_shape(outline) if outline else None
    if shape is None or shape.is_empty:
        return None
    ground = transform(shape, lambda xy: [_plane(x, y, middle) for x, y in xy])
    if not ground.area:
        return None
    share = float(track.buffer(SEEN_M).intersection(ground).area / ground.area)
    return min(100, round(100 * share / COVERAGE_STEP) * COVERAGE_STEP)


def in_order(chunks: Iterable[Sequence[TrackPoint]]) -> list[TrackPoint]:
    """All points of a track's pieces by time, each instant once."""
    by_time = {p.at: p for chunk in chunks for p in chunk}
    return [by_time[at] for at in sorted(by_time)]
