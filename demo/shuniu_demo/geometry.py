"""Draws the fictional street of the demonstration (枢纽街道): synthetic geometry, the same for the same seed.

No polygons of real streets or communities are published under a licence we could use (domain rules 0.5), so nothing
here is a real place: the outline, ten communities (社区), 90 comprehensive grids (综合网格) that tile them and 195
dedicated grids (专属网格), each inside one comprehensive grid. Only the numbers are the article's. The coordinates lie
near 118.9 E 32.1 N (CGCS2000, EPSG:4490; equal to WGS 84 at this scale) so that the shapes have the size of a street.

How: Voronoi cells of chosen (communities) and scattered, relaxed (grids) seeds, cut to each other; every edge is taken
once, bent by one smooth displacement field, rounded to 6 digits (0.1 m) and only then closed to faces again, so that
neighbours share their vertices exactly. `python -m shuniu_demo.geometry` writes data/*.geojson anew.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from shapely import (
    Geometry,
    LineString,
    MultiPoint,
    Point,
    Polygon,
    STRtree,
    get_parts,
    line_merge,
    polygonize,
    unary_union,
    voronoi_polygons,
)
from shapely.affinity import rotate
from shapely.geometry import mapping
from shapely.geometry.polygon import orient
from shuniu.rules.areas import GridKind, grid_code

from shuniu_demo.names import COMMUNITIES, DEDICATED_SHARE, STEMS, TYPES

DATA = Path(__file__).parent / "data"
STREET_FILE, BASE_FILE = DATA / "shuniu-street.geojson", DATA / "shuniu-base.geojson"
SEED = 20261123

# No division of this number exists: 3201 is Nanjing, and no city of the country has a district numbered 99
# (china-division 2.7.0, data to 2023-06-30: no area code ends in 99, Nanjing uses 02 to 18).
STREET_CODE = "320199001"
STREET_TITLE = {"zh": "枢纽街道", "en": "Shuniu Street"}

METRO_TITLE = {"zh": "地铁示范线", "en": "Demonstration metro"}

COMPREHENSIVE_COUNTS = (10, 8, 9, 9, 9, 10, 8, 9, 9, 9)  # by community; 90 in all
DEDICATED_COUNTS = (21, 18, 19, 20, 20, 21, 18, 19, 19, 20)  # 195 in all

ORIGIN = (118.9, 32.1)  # lon, lat of the middle of the street
KM = (94.43, 110.88)  # kilometres of one degree of longitude and latitude there
MARK = {"synthetic": True}

XY = tuple[float, float]


def outline() -> Polygon:
    """The street's outline in kilometres around its middle: a long oval with bays and bulges."""
    points = []
    for i in range(240):
        t = math.tau * i / 240
        r = 1 + 0.045 * math.sin(3 * t + 0.6) + 0.03 * math.sin(5 * t + 2.1) + 0.012 * math.sin(11 * t + 0.4)
        x = math.copysign(abs(math.cos(t)) ** 0.92, math.cos(t))
        y = math.copysign(abs(math.sin(t)) ** 0.86, math.sin(t))
        points.append((2.6 * r * x, 1.85 * r * y))
    return Polygon(points)


def bend(x: float, y: float) -> XY:
    """The displacement field: long and short waves across each other, too gentle to fold the plane."""
    dx = 0.11 * math.sin(1.7 * y + 0.5) + 0.045 * math.sin(4.1 * y + 1.3 * x)
    dx += 0.030 * math.sin(6.5 * y + 2.2 * x + 0.9) + 0.014 * math.sin(12.0 * y - 5.0 * x)
    dy = 0.09 * math.sin(1.5 * x + 1.1) + 0.040 * math.sin(3.7 * x - 1.1 * y)
    dy += 0.030 * math.sin(6.1 * x - 2.4 * y + 2.0) + 0.014 * math.sin(11.0 * x + 4.0 * y)
    return x + dx, y + dy


def lonlat(x: float, y: float) -> XY:
    """Kilometres to degrees, rounded to 6 digits."""
    return round(ORIGIN[0] + x / KM[0], 6), round(ORIGIN[1] + y / KM[1], 6)


def kilometres(lon: float, lat: float) -> XY:
    """Degrees to kilometres around the street's middle."""
    return (lon - ORIGIN[0]) * KM[0], (lat - ORIGIN[1]) * KM[1]


def cells(seeds: Sequence[XY], inside: Polygon) -> list[Polygon]:
    """The Voronoi cells of the seeds, cut to `inside`, in the seeds' order."""
    regions = list(get_parts(voronoi_polygons(MultiPoint(seeds), extend_to=inside.buffer(1))))
    tree = STRtree(regions)
    return [regions[int(tree.query(Point(s), predicate="intersects")[0])].intersection(inside) for s in seeds]


def scattered(rng: random.Random, n: int, inside: Polygon) -> list[XY]:
    """n seeds in a polygon, relaxed a little: cells of like size, yet none a honeycomb."""
    west, south, east, north = inside.bounds
    seeds: list[XY] = []
    while len(seeds) < n:
        x, y = rng.uniform(west, east), rng.uniform(south, north)
        if inside.contains(Point(x, y)) and all(math.dist((x, y), s) > 0.16 for s in seeds):
            seeds.append((x, y))
    for _ in range(4):
        centres = [c.centroid for c in cells(seeds, inside)]
        seeds = [(0.25 * x + 0.75 * c.x, 0.25 * y + 0.75 * c.y) for (x, y), c in zip(seeds, centres, strict=True)]
    return seeds


def tiling(
    seeds: Sequence[Sequence[XY]], grounds: Sequence[Polygon], whole: Polygon, homes: Sequence[XY]
) -> list[Polygon]:
    """The faces of outline, community borders and grid borders drawn over each other: no gap, no overlap.

    Grid borders overrun the community's border by a millimetre, so that they surely meet it; polygonize drops the rest.
    """
    lines = [whole.boundary, voronoi_polygons(MultiPoint(homes), extend_to=whole.buffer(1), only_edges=True)]
    lines[1] = lines[1].intersection(whole.buffer(1e-6))
    for own, ground in zip(seeds, grounds, strict=True):
        edges = voronoi_polygons(MultiPoint(own), extend_to=ground.buffer(1), only_edges=True)
        lines.append(edges.intersection(ground.buffer(1e-6)))
    return list(get_parts(polygonize(get_parts(unary_union(lines)))))


def bent_faces(plane: Sequence[Polygon], spots: Sequence[XY]) -> list[Polygon]:
    """The same tiling after bending, in degrees, in the order of `spots` (one in each cell).

    Every edge is bent once, so that neighbours keep one border.
    """
    arcs = []
    for arc in get_parts(line_merge(unary_union([p.boundary for p in plane]))):
        bent = LineString([bend(*p) for p in arc.segmentize(0.035).coords])
        arcs.append(LineString([lonlat(*p) for p in bent.simplify(0.003).coords]))
    faces = list(get_parts(polygonize(arcs)))
    tree = STRtree(faces)
    found = [int(tree.query(Point(lonlat(*bend(*spot))), "intersects")[0]) for spot in spots]
    if len(faces) != len(spots) or len(set(found)) != len(spots):
        raise AssertionError(f"{len(spots)} cells became {len(faces)} faces")
    return [faces[i] for i in found]


def in_reading_order(polygons: Sequence[Polygon], bands: Sequence[int]) -> list[int]:
    """Indices from west to east in bands from north to south, the order of codes (domain rules 2.4).

    `bands` gives the size of each band; the last one is repeated as long as there are polygons.
    """
    north_first = sorted(range(len(polygons)), key=lambda i: -polygons[i].centroid.y)
    order: list[int] = []
    sizes = iter(bands)
    size = bands[0]
    while north_first:
        size = next(sizes, size)
        band, north_first = north_first[:size], north_first[size:]
        order += sorted(band, key=lambda i: polygons[i].centroid.x)
    return order


def parcel(rng: random.Random, room: Geometry, taken: Iterable[Polygon], size: float) -> Polygon | None:
    """A building block of about `size` km² inside `room` (km), 18 m from what is taken; None if it found no place."""
    west, south, east, north = room.bounds
    for _ in range(60):
        x, y, turn = rng.uniform(west, east), rng.uniform(south, north), rng.uniform(-35, 35)
        width = math.sqrt(size * rng.uniform(0.7, 1.7))
        height = size / width
        corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
        shape = Polygon([(x + sx * width / 2 * rng.uniform(0.8, 1.1), y + sy * height / 2 * rng.uniform(0.8, 1.1))
                         for sx, sy in corners])  # fmt: skip
        if rng.random() < 0.35:  # a block with a corner cut off
            shape = shape.intersection(Polygon([(x - width, y - height), (x + width * 0.3, y - height),
                                                (x + width, y + height * 0.2), (x + width, y + height),
                                                (x - width, y + height)]))  # fmt: skip
        shape = rotate(shape, turn, origin=(x, y))
        if isinstance(shape, Polygon) and room.contains(shape) and all(shape.distance(t) > 0.018 for t in taken):
            return shape
    return None


def to_kilometres(polygon: Polygon) -> Polygon:
    return Polygon([kilometres(*p) for p in polygon.exterior.coords])


def to_lonlat(polygon: Polygon) -> Polygon:
    return Polygon([lonlat(*p) for p in polygon.exterior.coords])


def parcels(rng: random.Random, grids: Sequence[Polygon], sizes: Sequence[float], unbuilt: Geometry) -> list[Polygon]:
    """One block of each size, spread over the grids of a community, each strictly inside one of them.

    Blocks keep 30 m from the grid's border and stay off what is `unbuilt` (km): water and roads.
    """
    rooms = [to_kilometres(g).buffer(-0.03).difference(unbuilt) for g in grids]
    placed: list[list[Polygon]] = [[] for _ in grids]
    found = []
    for size in sizes:
        # The emptiest grid first, so that every grid gets some and none is crowded.
        order = sorted(range(len(rooms)), key=lambda i: (sum(p.area for p in placed[i]) + size) / rooms[i].area)
        for shrink in (1.0, 0.7, 0.5):
            spot = next(((i, p) for i in order if (p := parcel(rng, rooms[i], placed[i], size * shrink))), None)
            if spot:
                placed[spot[0]].append(spot[1])
                found.append(to_lonlat(spot[1]))
                break
        else:
            raise AssertionError("no room left for a dedicated grid")
    return found


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {**properties, **MARK}, "geometry": geometry}


def area(polygon: Polygon, code: str, level: str, parent: str, title: dict[str, str], **more: Any) -> dict[str, Any]:
    # Counter-clockwise from the smallest vertex: the same text whatever the order the faces were found in.
    return feature(mapping(orient(polygon.normalize())), code=code, level=level, parent=parent, title=title, **more)


def street() -> dict[str, Any]:
    """The street's areas as a GeoJSON FeatureCollection: the street, its communities, its grids, by code."""
    rng = random.Random(SEED)
    whole = outline()
    homes = [community.seed for community in COMMUNITIES]
    # The field bends; communities are cut in the plane and named after their seeds' order.
    plane = cells(homes, whole)
    seeds = [scattered(rng, count, ground) for ground, count in zip(plane, COMPREHENSIVE_COUNTS, strict=True)]
    faces = bent_faces(tiling(seeds, plane, whole, homes), [spot for own in seeds for spot in own])
    taken = iter(faces)
    by_community = [[next(taken) for _ in own] for own in seeds]
    grounds = [unary_union(own) for own in by_community]

    areas = [area(unary_union(faces), STREET_CODE, "street", STREET_CODE[:6], STREET_TITLE, subtype="STREET")]
    used: set[str] = set()
    unbuilt = unary_union([to_kilometres(w) for _, _, w in waters()] + [road.buffer(0.012) for *_, road in roads()])
    for number, index in enumerate(in_reading_order(grounds, (2, 4)), start=1):
        community, own = COMMUNITIES[index], by_community[index]
        code = f"{STREET_CODE}{number:03d}"
        areas.append(area(grounds[index], code, "community", STREET_CODE, community.title, subtype="COMMUNITY"))
        for seq, i in enumerate(in_reading_order(own, (3,)), start=1):
            title = {"zh": f"{community.short_zh}第{seq}网格", "en": f"{community.short_en} Grid {seq}"}
            areas.append(grid(own[i], code, "COMPREHENSIVE", seq, title, {}))
        areas += dedicated(rng, code, own, DEDICATED_COUNTS[index], used, unbuilt)
    return collection("areas of the fictional street of the demonstration", areas)


def grid(
    polygon: Polygon, community: str, kind: GridKind, seq: int, title: dict[str, str], attributes: dict[str, str]
) -> dict[str, Any]:
    code = grid_code(community, kind, seq)
    return area(polygon, code, "grid", community, title, subtype=kind, attributes=attributes)


def dedicated(
    rng: random.Random,
    community: str,
    grounds: Sequence[Polygon],
    count: int,
    used: set[str],
    unbuilt: Geometry,
) -> list[dict[str, Any]]:
    """The dedicated grids of one community: types by their usual share, big ones placed first, numbered in order."""
    types = rng.choices(list(TYPES), weights=[DEDICATED_SHARE[t] for t in TYPES], k=count)
    types.sort(key=lambda t: -TYPES[t].square_km)
    shapes = parcels(rng, grounds, [TYPES[t].square_km * rng.uniform(0.75, 1.25) for t in types], unbuilt)
    found = []
    for seq, i in enumerate(in_reading_order(shapes, (5,)), start=1):
        kind = TYPES[types[i]]
        while True:
            stem, (ending_zh, ending_en) = rng.choice(STEMS), rng.choice(kind.endings)
            title = {"zh": stem[0] + ending_zh, "en": f"{stem[1]} {ending_en}"}
            if title["zh"] not in used:
                break
        used.add(title["zh"])
        found.append(grid(shapes[i], community, "DEDICATED", seq, title, {"type": types[i]}))
    return found


def curve(points: Sequence[XY], step: float = 0.05) -> list[XY]:
    """A smooth line through points (Catmull-Rom), in kilometres."""
    ends = [points[0], *points, points[-1]]
    line: list[XY] = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        n = max(2, int(math.dist(b, c) / step))
        for k in range(n):
            t = k / n
            line.append(tuple(  # type: ignore[arg-type]
                0.5 * (2 * q + (r - p) * t + (2 * p - 5 * q + 4 * r - s) * t * t + (3 * q - p - 3 * r + s) * t**3)
                for p, q, r, s in zip(a, b, c, d, strict=True)))  # fmt: skip
    return [*line, points[-1]]


def blob(x: float, y: float, a: float, b: float, phase: float) -> Polygon:
    """A round shape with a wavy shore around (x, y), half axes a and b, in kilometres."""
    turns = [math.tau * i / 72 for i in range(72)]
    radii = [1 + 0.12 * math.sin(2 * t + phase) + 0.07 * math.sin(5 * t + 2 * phase) for t in turns]
    return Polygon([(x + a * r * math.cos(t), y + b * r * math.sin(t)) for t, r in zip(turns, radii, strict=True)])


def waters() -> list[tuple[str, str, Polygon]]:
    """River, brook and lake: titles and shape in degrees."""
    river = LineString(curve([(-4.2, -1.35), (-3.1, -1.15), (-2.0, -0.85), (-1.0, -0.78), (0.1, -0.62), (1.2, -0.72),
                              (2.2, -0.38), (3.1, 0.0), (4.2, 0.35)])).buffer(0.055)  # fmt: skip
    brook = LineString(curve([(-0.35, 3.2), (-0.42, 2.3), (-0.2, 1.4), (-0.28, 0.5), (-0.15, -0.6)])).buffer(0.016)
    shapes = [("枢水河", "Shushui River", river), ("青溪", "Qingxi Brook", brook),
              ("望湖", "Lake Wang", blob(1.02, 0.72, 0.25, 0.17, 1.1))]  # fmt: skip
    return [(zh, en, to_lonlat(shape.simplify(0.004))) for zh, en, shape in shapes]


def roads() -> list[tuple[str, str, str, LineString]]:
    """Roads: class, titles, line in kilometres."""
    drawn: list[tuple[str, str, str, list[XY]]] = [
        ("primary", "枢纽大道", "Shuniu Avenue",
         [(-4.2, 0.05), (-2.4, 0.02), (-0.8, 0.2), (0.9, 0.12), (2.5, 0.3), (4.2, 0.2)]),
        ("primary", "中枢路", "Zhongshu Road", [(0.12, 3.1), (0.2, 1.6), (0.05, 0.2), (0.22, -1.2), (0.1, -3.1)]),
        ("secondary", "望湖北路", "Wanghu North Road",
         [(-3.8, 1.35), (-2.0, 0.92), (-0.4, 1.1), (1.3, 0.95), (3.9, 1.5)]),
        ("secondary", "滨河路", "Binhe Road", [(-4.0, -1.15), (-2.0, -0.62), (0.0, -0.42), (2.1, -0.18), (4.1, 0.6)]),
        ("secondary", "学府路", "Xuefu Road", [(-1.35, 2.9), (-1.2, 1.2), (-1.4, 0.1), (-1.2, -1.1), (-1.4, -2.9)]),
        ("secondary", "云杉路", "Yunshan Road", [(1.55, 2.9), (1.4, 1.1), (1.6, 0.1), (1.45, -1.0), (1.7, -2.9)]),
    ]  # fmt: skip
    return [(rank, zh, en, LineString(curve(points)).simplify(0.003)) for rank, zh, en, points in drawn]


def base() -> dict[str, Any]:
    """What lies under the areas and reaches beyond them: parks, waters, roads, a metro line.

    Properties: `layer` is "park", "water", "road" (with `class` "primary" or "secondary") or "metro"; `title`.
    """

    def line(drawn: LineString) -> Any:
        return mapping(LineString([lonlat(*p) for p in drawn.coords]))

    parks = [("青桐公园", "Qingtong Park", blob(-1.55, 0.62, 0.33, 0.23, 0.4)),
             ("鹤鸣湿地", "Heming Wetland", blob(0.95, -0.98, 0.30, 0.17, 2.2))]  # fmt: skip
    metro = [(-4.2, 0.62), (-2.6, 0.5), (-1.2, 0.38), (0.0, 0.55), (1.3, 0.32), (2.4, 0.5), (4.2, 0.72)]
    return collection(
        "background of the fictional street of the demonstration",
        [
            *(feature(mapping(to_lonlat(p)), layer="park", title={"zh": zh, "en": en}) for zh, en, p in parks),
            *(feature(mapping(shape), layer="water", title={"zh": zh, "en": en}) for zh, en, shape in waters()),
            *(
                feature(line(road), layer="road", **{"class": rank}, title={"zh": zh, "en": en})
                for rank, zh, en, road in roads()
            ),
            feature(
                line(LineString(curve(metro)).simplify(0.003)),
                layer="metro",
                title=METRO_TITLE,
            ),
        ],
    )


def collection(name: str, features: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "name": name,
        "source": "synthetic: drawn by shuniu_demo/geometry.py, no real place; CGCS2000 (EPSG:4490), longitude first",
        **MARK,
        "features": features,
    }


def write(path: Path, features: dict[str, Any]) -> None:
    """One feature a line, so that a change shows which area changed."""
    head = {k: v for k, v in features.items() if k != "features"}
    lines = [json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features["features"]]
    opening = json.dumps(head, ensure_ascii=False)[:-1]
    path.write_text(opening + ', "features": [\n' + ",\n".join(lines) + "\n]}\n", encoding="utf-8")


if __name__ == "__main__":
    write(STREET_FILE, street())
    write(BASE_FILE, base())
