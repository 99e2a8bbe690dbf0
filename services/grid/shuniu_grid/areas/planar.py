"""Square metres of a shape given in degrees (CGCS2000). Pure.

The sinusoidal projection of the ellipsoid, on the shape's own meridian, keeps areas exactly and distances near that
meridian. Shapes are cut and joined in degrees, where neighbours share their borders point by point, and only what
comes of it is projected: a straight line in degrees is not quite straight in metres, and would leave slivers.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

__all__ = ("metres", "projected", "square_metres")

SEMI_MAJOR = 6_378_137.0
FLATTENING = 1 / 298.257222101
"""Ellipsoid of CGCS2000."""
_E2 = FLATTENING * (2 - FLATTENING)


def metres(lonlat: Any, meridian: float) -> Any:
    """Easting and northing of an array of (lon, lat) in degrees, in metres from ``meridian`` and the equator."""
    import numpy as np

    lon, lat = np.radians(lonlat[:, 0] - meridian), np.radians(lonlat[:, 1])
    e2, e4, e6 = _E2, _E2**2, _E2**3
    east = SEMI_MAJOR * lon * np.cos(lat) / np.sqrt(1 - e2 * np.sin(lat) ** 2)
    north = SEMI_MAJOR * (
        (1 - e2 / 4 - 3 * e4 / 64 - 5 * e6 / 256) * lat
        - (3 * e2 / 8 + 3 * e4 / 32 + 45 * e6 / 1024) * np.sin(2 * lat)
        + (15 * e4 / 256 + 45 * e6 / 1024) * np.sin(4 * lat)
        - (35 * e6 / 3072) * np.sin(6 * lat)
    )
    return np.column_stack((east, north))


def projected(shape: "BaseGeometry") -> "BaseGeometry":
    """The shape in metres, on the meridian through the middle of its bounds."""
    from shapely import transform

    west, _, east, _ = shape.bounds
    return transform(shape, lambda lonlat: metres(lonlat, (west + east) / 2))


def square_metres(shape: "BaseGeometry") -> float:
    """The area of a shape given in degrees; 0 for lines, points and nothing."""
    return 0.0 if shape.is_empty else float(projected(shape).area)
