"""The street as its people know it: communities, grids, places to find things at. Read from the data files, pure."""

import json
import random
from functools import cache
from typing import Any, Final, NamedTuple

from shapely import Point, Polygon, prepare
from shapely.geometry import shape

from shuniu_demo.geometry import STREET_CODE, STREET_FILE
from shuniu_demo.names import COMMUNITIES
from shuniu_demo.words import SPOTS, STREET_SPOTS

__all__ = ("COMMUNITY_CODES", "Community", "Grid", "Spot", "communities", "features", "grids", "spot_in")

COMMUNITY_CODES: Final = tuple(f"{STREET_CODE}{n:03d}" for n in range(1, len(COMMUNITIES) + 1))


class Community(NamedTuple):
    """A community: code and titles."""

    code: str
    zh: str
    en: str


class Grid(NamedTuple):
    """A grid with its ground; ``type`` is a dedicated grid's kind, "" for a comprehensive one."""

    code: str
    community: str
    zh: str
    type: str
    ground: Polygon


class Spot(NamedTuple):
    """A place in a grid: a name free of persons and a point."""

    area: str
    name: str
    lon: float | None = None
    lat: float | None = None

    def place(self) -> dict[str, Any]:
        """As commands take it."""
        return {"name": self.name, "lon": self.lon, "lat": self.lat}


@cache
def features() -> tuple[dict[str, Any], ...]:
    """The GeoJSON features of all areas, parents before children."""
    found: list[dict[str, Any]] = json.loads(STREET_FILE.read_text("utf-8"))["features"]
    return tuple(sorted(found, key=lambda f: (len(f["properties"]["code"]), f["properties"]["code"])))


@cache
def communities() -> tuple[Community, ...]:
    """All communities by code."""
    own = [f["properties"] for f in features() if f["properties"]["level"] == "community"]
    return tuple(Community(p["code"], p["title"]["zh"], p["title"]["en"]) for p in own)


@cache
def grids() -> tuple[Grid, ...]:
    """All grids by code."""
    found = []
    for feature in features():
        own = feature["properties"]
        if own["level"] == "grid":
            ground = shape(feature["geometry"])
            prepare(ground)
            kind = own.get("attributes", {}).get("type", "")
            found.append(Grid(own["code"], own["parent"], own["title"]["zh"], kind, ground))
    return tuple(found)


def spot_in(rng: random.Random, grid: Grid) -> Spot:
    """A place somewhere in a grid, named the way people there would."""
    west, south, east, north = grid.ground.bounds
    while True:
        lon, lat = round(rng.uniform(west, east), 4), round(rng.uniform(south, north), 4)
        if grid.ground.contains(Point(lon, lat)):
            break
    spots = SPOTS.get(grid.type, STREET_SPOTS)
    return Spot(grid.code, grid.zh + rng.choice(spots), lon, lat)
