"""Proof of coverage (网格全覆盖): the comprehensive grids of a community tile it, at any date. Pure.

Domain rules 2.7 and architecture, "A point answers": every point of a community lies in exactly one comprehensive
grid (综合网格); so do the communities of a street. What is missing or counted twice is told with its shape and its
square metres. Slivers below a declared tolerance come from drawing, not from dividing; they are left out and said.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec
from shuniu.rules.areas import grid_kind, parent

from shuniu_grid.areas.geometry import Outline, in_force, read_shape
from shuniu_grid.areas.planar import projected

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

__all__ = (
    "Flaw",
    "Period",
    "Proof",
    "Site",
    "SiteFlaw",
    "Tolerance",
    "change_days",
    "check_sites",
    "prove",
    "prove_on",
)


class Tolerance(NamedTuple):
    """What is a sliver: a piece of less than ``m2``, or narrower than ``width_m`` (2 · area ÷ perimeter)."""

    m2: float = 10.0
    width_m: float = 0.5


class Flaw(msgspec.Struct, frozen=True, kw_only=True):
    """One piece that is not right: in no cell (``gap``), in two (``overlap``), or beyond the border (``outside``)."""

    kind: Literal["gap", "overlap", "outside"]
    area: str
    cells: tuple[str, ...] = ()
    m2: float
    geometry: dict[str, Any] = {}
    """GeoJSON."""


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the cells of ``area`` tile it on a day. ``missing`` are areas without an outline: nobody knows."""

    area: str
    on: date
    cells: int
    flaws: tuple[Flaw, ...] = ()
    ignored: int = 0
    ignored_m2: float = 0.0
    missing: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Every point lies in exactly one cell."""
        return bool(self.cells) and not self.flaws and not self.missing


class Period(NamedTuple):
    """Days, both included, over which nothing changes; ``first`` None: ever since, ``last`` None: for good."""

    first: date | None
    last: date | None


class Site(NamedTuple):
    """A point that has to be in exactly one comprehensive grid, such as a unit's; ``id`` opaque."""

    id: str
    lon: float
    lat: float


class SiteFlaw(NamedTuple):
    """A site that lies in no comprehensive grid, or in several."""

    site: Site
    cells: tuple[str, ...]


def _pieces(shape: "BaseGeometry") -> Iterable["BaseGeometry"]:
    """The polygons of a shape; lines and points have no area."""
    if shape.geom_type == "Polygon":
        if not shape.is_empty:
            yield shape
    elif hasattr(shape, "geoms"):
        for part in shape.geoms:
            yield from _pieces(part)


class _Sieve:
    """Gathers flaws, and what is too small to be one."""

    def __init__(self, area: str, tolerance: Tolerance) -> None:
        self.area = area
        self.tolerance = tolerance
        self.flaws: list[Flaw] = []
        self.ignored = 0
        self.ignored_m2 = 0.0

    def take(self, kind: Literal["gap", "overlap", "outside"], shape: "BaseGeometry", cells: tuple[str, ...]) -> None:
        from shapely.geometry import mapping

        for piece in _pieces(shape):
            flat = projected(piece)
            if flat.area < self.tolerance.m2 or 2 * flat.area < self.tolerance.width_m * flat.length:
                self.ignored += 1
                self.ignored_m2 += flat.area
            else:
                geometry = msgspec.convert(mapping(piece), dict[str, Any])
                flaw = Flaw(kind=kind, area=self.area, cells=cells, m2=round(flat.area, 1), geometry=geometry)
                self.flaws.append(flaw)


def prove(
    area: str, on: date, ground: "BaseGeometry | None", cells: "Mapping[str, BaseGeometry | None]", tolerance: Tolerance
) -> Proof:
    """The proof for one area: its ground, and the shapes of its cells by code (None: without outline)."""
    from shapely import STRtree, union_all

    missing = tuple(code for code, shape in sorted(cells.items()) if shape is None)
    drawn = sorted((code, shape) for code, shape in cells.items() if shape is not None)
    if ground is None:
        return Proof(area=area, on=on, cells=len(cells), missing=(area, *missing))
    shapes = [shape for _, shape in drawn]
    sieve = _Sieve(area, tolerance)
    if not missing:  # the ground of a cell that nobody has drawn is no gap
        sieve.take("gap", ground.difference(union_all(shapes)), ())
    for code, shape in drawn:
        sieve.take("outside", shape.difference(ground), (code,))
    tree = STRtree(shapes)
    for n, shape in enumerate(shapes):
        for other in sorted(int(i) for i in tree.query(shape, predicate="intersects")):
            if other > n:
                sieve.take("overlap", shape.intersection(shapes[other]), (drawn[n][0], drawn[other][0]))
    return Proof(
        area=area,
        on=on,
        cells=len(cells),
        flaws=tuple(sieve.flaws),
        ignored=sieve.ignored,
        ignored_m2=round(sieve.ignored_m2, 2),
        missing=missing,
    )


def _cell_of(area: str, outline: Outline) -> bool:
    """Whether it is one of those that tile the area: a comprehensive grid of a community, a community of a street."""
    code = outline.code
    below = len(code) == 3 + len(area) and code.startswith(area)
    return below and (len(code) != 15 or grid_kind(code) == "COMPREHENSIVE")


def prove_on(area: str, on: date, outlines: Sequence[Outline], tolerance: Tolerance) -> Proof:
    """The proof for a community (its comprehensive grids) or a street (its communities) on a day."""
    ground = next((o for o in outlines if o.code == area and in_force(o, on)), None)
    cells = {o.code: read_shape(o.geometry) for o in outlines if _cell_of(area, o) and in_force(o, on)}
    return prove(area, on, read_shape(ground.geometry) if ground else None, cells, tolerance)


def change_days(area: str, outlines: Iterable[Outline], first: date | None = None) -> list[date]:
    """The days on which the cells of an area, or the area itself, begin or have just ended; from ``first`` on."""
    days = set()
    for outline in outlines:
        if outline.valid_from is not None and outline.valid_to is not None and outline.valid_to < outline.valid_from:
            continue  # of a plan that was taken back: never in force
        if outline.code == area or (len(outline.code) == len(area) + 3 and parent(outline.code) == area):
            if outline.valid_from is not None:
                days.add(outline.valid_from)
            if outline.valid_to is not None:
                days.add(outline.valid_to + timedelta(days=1))
    return sorted(day for day in days if first is None or day >= first)


def periods(area: str, outlines: Sequence[Outline]) -> list[Period]:
    """The stretches of time over which the division of an area stays the same, from its first cell on."""
    ever = any(o.valid_from is None for o in outlines if _cell_of(area, o))
    starts: list[date | None] = [*((None,) if ever else ()), *change_days(area, outlines)]
    ends = [day - timedelta(days=1) for day in starts[1:] if day is not None]
    return [Period(begin, end) for begin, end in zip_longest(starts, ends)]


def check_sites(sites: Iterable[Site], on: date, outlines: Sequence[Outline]) -> tuple[SiteFlaw, ...]:
    """The sites that do not lie in exactly one comprehensive grid on that day.

    A site on a common border lies in the lower of the two codes, as ``GET /locate`` answers: that is one grid.
    """
    from shapely import Point, STRtree

    cells = [
        (o.code, shape)
        for o in outlines
        if len(o.code) == 15 and grid_kind(o.code) == "COMPREHENSIVE" and in_force(o, on)
        if (shape := read_shape(o.geometry)) is not None
    ]
    tree = STRtree([shape for _, shape in cells])
    flaws = []
    for site in sites:
        point = Point(site.lon, site.lat)
        around = sorted(int(i) for i in tree.query(point, predicate="intersects"))
        within = [i for i in around if cells[i][1].contains(point)]
        if len(within) > 1 or not around:
            flaws.append(SiteFlaw(site, tuple(cells[i][0] for i in within)))
    return tuple(flaws)
