"""Cells of the map that hazards are found by (domain rules 10.7). Pure."""

from shuniu.contracts.summary import Place

__all__ = ("cell_id", "cells_around")

CELL_DEGREES = 0.005
"""About 500 m; a search looks into the cells around too, so distances up to 300 m are found."""


def _cell(lon: float, lat: float) -> tuple[int, int]:
    return int(lon // CELL_DEGREES), int(lat // CELL_DEGREES)


def cell_id(place: Place) -> str:
    """The cell a place lies in; "" without a point."""
    if place.lon is None or place.lat is None:
        return ""
    x, y = _cell(place.lon, place.lat)
    return f"{x}|{y}"


def cells_around(place: Place) -> tuple[str, ...]:
    """The cell of a place and the eight around it; none without a point."""
    if place.lon is None or place.lat is None:
        return ()
    x, y = _cell(place.lon, place.lat)
    return tuple(f"{x + i}|{y + j}" for i in (-1, 0, 1) for j in (-1, 0, 1))
