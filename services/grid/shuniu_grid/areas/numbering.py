"""Numbers of grids (网格编号): from west to east, from north to south within a community (domain rules 2.4). Pure.

A code is never given twice, so after splits and mergers the order of numbers no longer follows the map: what is out of
order is a hint for who enters a community anew, never an error.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from statistics import median

from shuniu.rules.areas import GridKind, grid_kind, parent

from shuniu_grid.areas.geometry import Outline, read_shape

__all__ = ("free_numbers", "out_of_order", "reading_order")

_MOST = 499
_DEDICATED_FROM = 500


def free_numbers(community: str, kind: GridKind, taken: Collection[str]) -> Iterator[int]:
    """The numbers of a community that were never given, ascending, after the highest that was."""
    shift = _DEDICATED_FROM if kind == "DEDICATED" else 0
    used = [int(c[12:]) - shift for c in taken if len(c) == 15 and c[:12] == community and grid_kind(c) == kind]
    yield from range(max(used, default=0) + 1, _MOST + 1)


def reading_order(cells: Iterable[Outline]) -> list[str]:
    """Codes in the order they would be numbered: rows from north to south, each row from west to east.

    A row is as high as the cells are in the median; a cell belongs to the row its middle lies in.
    """
    placed = [(o.code, shape) for o in cells if (shape := read_shape(o.geometry)) is not None and not shape.is_empty]
    if not placed:
        return []
    height = median(shape.bounds[3] - shape.bounds[1] for _, shape in placed)
    top = max(shape.bounds[3] for _, shape in placed)
    middles = [(code, shape.centroid) for code, shape in placed]
    return [code for code, at in sorted(middles, key=lambda m: (int((top - m[1].y) / height), m[1].x, m[0]))]


def out_of_order(cells: Sequence[Outline]) -> tuple[str, ...]:
    """Codes whose number is not the one their place would give them, by community and kind."""
    groups: dict[tuple[str, str], list[Outline]] = {}
    for cell in cells:
        if len(cell.code) == 15:
            groups.setdefault((parent(cell.code), grid_kind(cell.code)), []).append(cell)
    found: list[str] = []
    for group in groups.values():
        expected = reading_order(group)
        found += [is_ for is_, should in zip(sorted(expected), expected, strict=True) if is_ != should]
    return tuple(sorted(found))
