"""Geometry of areas (网格边界): checking what is imported, and finding the grid a point is in. Pure.

Coordinates are CGCS2000 degrees (WGS 84 at the scale of a street, domain rules 8), longitude first. Shapely is loaded
when the first geometry is looked at, so that reading the service's manifest stays cheap.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec
from shuniu.rules.areas import grid_kind, parent

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

__all__ = (
    "Geometry",
    "Located",
    "Locator",
    "Outline",
    "Problem",
    "check_geometries",
    "encode_geometry",
    "encode_shape",
    "host_of",
    "in_force",
    "read_shape",
    "shape_problem",
)

TOLERANCE = 1e-6
"""Degrees (about 0.1 m) by which a child may reach over its parent's border: rounding, not overlap."""


class Geometry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A GeoJSON polygon or multipolygon."""

    type: Literal["Polygon", "MultiPolygon"]
    coordinates: list[Any]


class Problem(NamedTuple):
    """What is wrong with an area's geometry: a stable word."""

    code: str
    word: str


class Located(msgspec.Struct, frozen=True, kw_only=True):
    """Where a point lies: the comprehensive grid (综合网格) and, where there is one, the dedicated (专属网格) in it."""

    community: str = ""
    comprehensive: str = ""
    dedicated: str = ""

    @property
    def narrowest(self) -> str:
        """The smallest area known: dedicated before comprehensive before community."""
        return self.dedicated or self.comprehensive or self.community


class Outline(NamedTuple):
    """An area with the days it is valid on (both included) and its GeoJSON."""

    code: str
    valid_from: date | None
    valid_to: date | None
    geometry: bytes


def encode_geometry(geometry: Geometry) -> bytes:
    """The canonical GeoJSON bytes of a geometry; its blob is named by their hash."""
    return msgspec.json.encode(geometry)


def in_force(outline: Outline, on: date) -> bool:
    """Whether the area is valid on that day; both ends are included."""
    return (outline.valid_from is None or outline.valid_from <= on) and (
        outline.valid_to is None or on <= outline.valid_to
    )


def encode_shape(shape: "BaseGeometry") -> bytes:
    """The canonical GeoJSON bytes of a polygon that was made here."""
    from shapely.geometry import mapping

    return encode_geometry(msgspec.convert(msgspec.to_builtins(mapping(shape)), Geometry))


def read_shape(geometry: bytes) -> "BaseGeometry | None":
    """The shape of GeoJSON bytes; None when they hold none."""
    from shapely import from_geojson
    from shapely.errors import GEOSException

    try:
        return from_geojson(geometry)
    except (GEOSException, ValueError, TypeError):
        return None


def shape_problem(shape: "BaseGeometry | None") -> str:
    """What is wrong with a shape as an area's outline: a stable word, "" for nothing."""
    if shape is None:
        return "unreadable"
    if shape.is_empty or shape.geom_type not in ("Polygon", "MultiPolygon"):
        return "not_a_polygon"
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        return "not_on_earth"
    return "" if shape.is_valid else "not_simple"


def check_geometries(
    given: Mapping[str, bytes], known: Mapping[str, bytes]
) -> tuple[tuple[Problem, ...], dict[str, str]]:
    """(problems, the comprehensive grid each dedicated grid lies in) of GeoJSON by area code.

    ``known`` holds the geometries of areas that are there already (a given one wins). Words: ``unreadable``,
    ``not_a_polygon``, ``not_on_earth``, ``not_simple`` (crosses itself), ``outside_parent``,
    ``not_in_one_comprehensive`` (a dedicated grid lies inside one comprehensive grid of its community, domain rules 2.7
    and architecture, "A point answers"). An area whose parent has no geometry cannot be compared with it.
    """
    problems: list[Problem] = []
    shapes: dict[str, BaseGeometry] = {}
    for code, content in {**known, **given}.items():
        shape = read_shape(content)
        word = shape_problem(shape)
        if not word and shape is not None:
            shapes[code] = shape
        elif code in given:
            problems.append(Problem(code, word))
    inside: dict[str, str] = {}
    for code in given:
        shape = shapes.get(code)
        if shape is None:
            continue
        above = shapes.get(parent(code))
        if above is not None and not above.buffer(TOLERANCE).covers(shape):
            problems.append(Problem(code, "outside_parent"))
        elif len(code) == 15 and grid_kind(code) == "DEDICATED":
            host = host_of(code, shapes)
            if host is None:
                problems.append(Problem(code, "not_in_one_comprehensive"))
            elif host:
                inside[code] = host
    return tuple(problems), inside


def host_of(code: str, shapes: "Mapping[str, BaseGeometry]") -> str | None:
    """The comprehensive grid around a dedicated one; "" when the community has none with a geometry, None if amiss."""
    siblings = [c for c in shapes if len(c) == 15 and c[:12] == code[:12] and grid_kind(c) == "COMPREHENSIVE"]
    if not siblings:
        return ""
    around = [c for c in siblings if shapes[c].buffer(TOLERANCE).covers(shapes[code])]
    return around[0] if len(around) == 1 else None


class Locator:
    """Finds the areas around a point with a packed R-tree (STRtree). Never changes; build another when areas change."""

    def __init__(self, outlines: Iterable[Outline]) -> None:
        from shapely import STRtree

        self._outlines: list[Outline] = []
        shapes = []
        for outline in outlines:
            shape = read_shape(outline.geometry)
            if shape is not None:
                self._outlines.append(outline)
                shapes.append(shape)
        self._shapes = shapes
        self._tree = STRtree(shapes)

    def __len__(self) -> int:
        return len(self._outlines)

    def around_dedicated(self, on: date) -> dict[str, str]:
        """The comprehensive grid around each dedicated grid on that day, by the dedicated grid's code."""
        found: dict[str, str] = {}
        for outline, shape in zip(self._outlines, self._shapes, strict=True):
            if len(outline.code) == 15 and grid_kind(outline.code) == "DEDICATED" and in_force(outline, on):
                middle = shape.representative_point()
                found[outline.code] = self.locate(middle.x, middle.y, on).comprehensive
        return found

    def locate(self, lon: float, lat: float, on: date) -> Located:
        """What the point lies in on that day; on a common border the lowest code."""
        from shapely import Point

        found: dict[str, str] = {}
        hits = sorted(int(i) for i in self._tree.query(Point(lon, lat), predicate="intersects"))
        for outline in sorted((self._outlines[i] for i in hits), key=lambda o: o.code):
            if not in_force(outline, on):
                continue
            if len(outline.code) == 15:
                found.setdefault(grid_kind(outline.code).lower(), outline.code)
            elif len(outline.code) == 12:
                found.setdefault("community", outline.code)
        return Located(**found)
