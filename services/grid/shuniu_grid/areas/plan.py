"""A plan of redrawing (网格调整方案): what becomes of which areas, worked out and checked as a whole. Pure.

Several operations make one plan: split here, merge there, move a border. They are laid out together, and the division
that results is proven for the day it begins and for every later day on which something already planned changes.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Final, Literal, NamedTuple

import msgspec
from shuniu.contracts.grid.areas import RedrawKind
from shuniu.contracts.text import Text
from shuniu.rules.areas import GridKind, grid_code, grid_kind, is_code, level, parent

from shuniu_grid.areas.coverage import Flaw, Proof, Tolerance, change_days, prove_on
from shuniu_grid.areas.geometry import (
    Geometry,
    Outline,
    Problem,
    encode_geometry,
    encode_shape,
    host_of,
    in_force,
    read_shape,
    shape_problem,
)
from shuniu_grid.areas.numbering import free_numbers, out_of_order
from shuniu_grid.areas.rows import Area

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

__all__ = ("CellGiven", "Drawn", "Laid", "Operation", "lay_out", "parts_fit")

_ONE, _SOME = (1, 1), (2, 60)
PARTS: Final[dict[RedrawKind, tuple[tuple[int, int], tuple[int, int]]]] = {
    "SPLIT": (_ONE, _SOME),
    "MERGE": (_SOME, _ONE),
    "MOVE_BORDER": (_SOME, _SOME),
    "TRANSFER": (_ONE, _ONE),
}
"""How many areas each operation ends and begins; a moved border begins as many as it ends."""

AreaCode = Annotated[str, msgspec.Meta(max_length=15)]


class CellGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An area that begins. What is left out follows: the next free number, the title of what was, the ground left."""

    code: AreaCode = ""
    title: Text | None = None
    subtype: Literal["", "COMPREHENSIVE", "DEDICATED"] = ""
    """Which numbers to choose from where ``code`` is left out; as the area that ends where this is too."""
    external_code: Annotated[str, msgspec.Meta(max_length=20)] = ""
    attributes: dict[str, str] = {}
    geometry: Geometry | None = None
    """At most one area of an operation leaves it out: it gets the ground that the others leave."""


class Operation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``areas`` end, ``into`` begin in their place."""

    operation: RedrawKind
    areas: Annotated[tuple[AreaCode, ...], msgspec.Meta(min_length=1, max_length=60)]
    into: Annotated[tuple[CellGiven, ...], msgspec.Meta(min_length=1, max_length=60)]


class Drawn(NamedTuple):
    """What a plan is laid out over: the areas by code, all there ever were, and the outlines of those drawn."""

    areas: Mapping[str, Area]
    geometries: Mapping[str, bytes]

    def outlines(self) -> list[Outline]:
        """Every area as an outline; without a geometry it is empty."""
        return [
            Outline(code, a.entry.valid_from, a.entry.valid_to, self.geometries.get(code, b""))
            for code, a in self.areas.items()
        ]


class Laid(NamedTuple):
    """A plan worked out. ``cells`` are the areas that begin, operation by operation, with code and ground filled in."""

    cells: tuple[tuple[CellGiven, ...], ...]
    geometries: dict[str, bytes]
    """GeoJSON by the code of each area that begins and has one."""
    problems: tuple[Problem, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    """Gaps and overlaps of the division that results; empty where it tiles what it did before."""
    proofs: tuple[Proof, ...] = ()
    inside: dict[str, str] = {}
    """The comprehensive grid around each dedicated grid of the communities concerned, from the plan's day."""
    order: tuple[str, ...] = ()
    """Codes that are not numbered from west to east and north to south (2.4): a hint, no error."""


def parts_fit(operation: Operation) -> bool:
    """Whether the operation ends and begins as many areas as its kind does."""
    (least, most), (least_new, most_new) = PARTS[operation.operation]
    given, made = len(operation.areas), len(operation.into)
    fits = least <= given <= most and least_new <= made <= most_new
    return fits and (operation.operation != "MOVE_BORDER" or given == made)


class _Layout:
    def __init__(self, drawn: Drawn) -> None:
        self.drawn = drawn
        self.problems: list[Problem] = []
        self.geometries: dict[str, bytes] = {}
        self.taken = set(drawn.areas)

    def cells(self, operation: Operation) -> tuple[CellGiven, ...]:
        shapes = self._grounds(operation)
        codes = self._codes(operation, shapes)
        made = []
        for given, shape, code in zip(operation.into, shapes, codes, strict=True):
            if shape is not None:
                self.geometries[code] = encode_geometry(given.geometry) if given.geometry else encode_shape(shape)
                if word := shape_problem(shape):
                    self.problems.append(Problem(code, word))
            made.append(msgspec.structs.replace(given, code=code))
        return tuple(made)

    def _grounds(self, operation: Operation) -> "list[BaseGeometry | None]":
        """The ground of each area that begins: as drawn, or what the others leave of what was."""
        from shapely import union_all

        was = [read_shape(self.drawn.geometries.get(code, b"")) for code in operation.areas]
        shapes = [read_shape(encode_geometry(c.geometry)) if c.geometry else None for c in operation.into]
        for given, shape in zip(operation.into, shapes, strict=True):
            if given.geometry and (word := shape_problem(shape)):
                self.problems.append(Problem(given.code or operation.areas[0], word))
        left_out = [n for n, given in enumerate(operation.into) if given.geometry is None]
        grounds = [shape for shape in was if shape is not None]
        if self.problems or len(left_out) != 1 or len(grounds) < len(was):
            if left_out and grounds and not self.problems:
                self.problems.append(Problem(operation.areas[0], "no_outline"))
            return shapes
        drawn = [shape for shape in shapes if shape is not None]
        rest = union_all(grounds)
        shapes[left_out[0]] = _polygons(rest.difference(union_all(drawn)) if drawn else rest)
        return shapes

    def _codes(self, operation: Operation, shapes: "Sequence[BaseGeometry | None]") -> list[str]:
        """The code of each area that begins; those left out get the next free numbers of their community."""
        codes = [given.code for given in operation.into]
        first = operation.areas[0]
        wanted: dict[tuple[str, GridKind], list[int]] = {}
        for n, given in enumerate(operation.into):
            if not given.code and is_code(first) and level(first) == "grid":
                kind: GridKind = given.subtype or grid_kind(first)
                wanted.setdefault((parent(first), kind), []).append(n)
        for (community, kind), places in wanted.items():
            places.sort(key=lambda n: _west_first(shapes[n]))
            for n, number in zip(places, free_numbers(community, kind, self.taken), strict=False):
                codes[n] = grid_code(community, kind, number)
        self.taken.update(codes)
        return codes


def _west_first(shape: "BaseGeometry | None") -> tuple[float, float]:
    if shape is None or shape.is_empty:
        return 0.0, 0.0
    middle = shape.centroid
    return middle.x, -middle.y


def _polygons(shape: "BaseGeometry") -> "BaseGeometry":
    """The areal part of a difference, without the lines and points it may leave, and without splinters of rounding."""
    from shapely import MultiPolygon

    parts = [p for p in getattr(shape, "geoms", [shape]) if p.geom_type == "Polygon" and p.area > 1e-14]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def lay_out(operations: Sequence[Operation], on: date, drawn: Drawn, tolerance: Tolerance) -> Laid:
    """Work a plan out and prove it. What is amiss in it is named, nothing is refused here."""
    layout = _Layout(drawn)
    cells = tuple(layout.cells(operation) for operation in operations)
    if layout.problems:
        return Laid(cells, layout.geometries, tuple(layout.problems))
    ended = {code for operation in operations for code in operation.areas}
    begun = {cell.code for made in cells for cell in made}
    after = [
        o._replace(valid_to=on - timedelta(days=1)) if o.code in ended else o
        for o in drawn.outlines()
        if o.code not in begun
    ]
    after += [Outline(code, on, None, layout.geometries.get(code, b"")) for code in sorted(begun) if is_code(code)]
    concerned = _concerned(ended | begun)
    before = {o.code for o in drawn.outlines() if o.geometry}
    proofs = [
        prove_on(area, day, after, tolerance)
        for area in concerned
        for day in sorted({on, *change_days(area, after, on)})
        if any(in_force(o, day) for o in after if o.code == area) or area not in ended
    ]
    flaws = [flaw for proof in proofs if proof.area in before or proof.area in begun for flaw in proof.flaws]
    inside, astray = around_dedicated(after, concerned, on)
    problems = [Problem(code, "not_in_one_comprehensive") for code in astray]
    problems += [Problem(code, "orphaned") for code in _orphans(after, concerned, on)]
    return Laid(
        cells, layout.geometries, tuple(problems), tuple(_unique(flaws)), tuple(proofs), inside,
        out_of_order([o for o in after if in_force(o, on) and parent(o.code) in concerned]),
    )  # fmt: skip


def _unique(flaws: Iterable[Flaw]) -> Iterable[Flaw]:
    """Each flaw once, on the first day it is there."""
    seen = set()
    for flaw in flaws:
        mark = (flaw.kind, flaw.area, flaw.cells, flaw.m2)
        if mark not in seen:
            seen.add(mark)
            yield flaw


def _concerned(codes: Iterable[str]) -> list[str]:
    """The areas whose division changes: the parents, and communities that begin or end with all they hold."""
    concerned = set()
    for code in codes:
        if is_code(code) and len(code) > 9:
            concerned.add(parent(code))
            if len(code) == 12:
                concerned.add(code)
    return sorted(concerned)


def _orphans(outlines: Iterable[Outline], concerned: Sequence[str], on: date) -> list[str]:
    """Areas in force from ``on`` whose community is not (2.7: every grid belongs to one community)."""
    there = {o.code for o in outlines if in_force(o, on)}
    known = {o.code for o in outlines}
    return sorted(c for c in there if len(c) == 15 and parent(c) in concerned and parent(c) in known - there)


def around_dedicated(
    outlines: Iterable[Outline], communities: Sequence[str], on: date
) -> tuple[dict[str, str], list[str]]:
    """(the comprehensive grid around each dedicated grid of these communities, those that do not lie in one)."""
    there = [o for o in outlines if in_force(o, on) and len(o.code) == 15 and parent(o.code) in communities]
    shapes = {o.code: shape for o in there if (shape := read_shape(o.geometry)) is not None}
    inside: dict[str, str] = {}
    astray: list[str] = []
    for code in sorted(shapes):
        if grid_kind(code) == "DEDICATED":
            host = host_of(code, shapes)
            if host:
                inside[code] = host
            elif host is None:
                astray.append(code)
    return inside, astray
