"""Which areas a point lies in, by the outlines of the areas as they stand.

The locator is kept in the host's memory. It is renewed when the area table has changed, by whichever process: one
small query per look-up tells, because another process's commit wakes nobody here.
"""

import asyncio
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from shuniu.rules.refusal import NotFound

from shuniu_grid.areas.coverage import Proof, Tolerance, prove_on
from shuniu_grid.areas.geometry import Located, Locator
from shuniu_grid.areas.plan import Drawn
from shuniu_grid.areas.rows import Area, AreaChange
from shuniu_grid.areas.tables import AreaBookTable, AreaChangeTable, AreaTable
from shuniu_grid.settings import settings_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("book_versions", "changes", "drawn", "locate", "locator", "proof")


class _Kept(NamedTuple):
    seen: tuple[int, int]
    locator: Locator
    drawn: Drawn
    proofs: dict[tuple[str, date], Any]
    """What was proven of these areas so far, for who looks again."""


async def _seen() -> tuple[int, int]:
    rows = await AreaTable.raw("select count(*)::int as n, coalesce(sum(version), 0)::int as v from area")
    return rows[0]["n"], rows[0]["v"]


async def _kept(host: "Host") -> _Kept:
    seen = await _seen()
    kept: _Kept | None = host.extras.get("grid.areas")
    if kept is not None and kept.seen == seen:
        return kept
    docs = await AreaTable.select(AreaTable.doc).order_by(AreaTable.key)
    areas = {a.entry.code: a for a in (msgspec.json.decode(d["doc"], type=Area) for d in docs)}
    geometries: dict[str, bytes] = {}
    for code, area in areas.items():
        if area.entry.geometry:
            try:
                geometries[code] = await host.blobs.read(area.entry.geometry)
            except NotFound:
                continue  # a restored database may know more than its blob folder; the area stays without outline
    drawn = Drawn(areas, geometries)
    fresh = _Kept(seen, await asyncio.to_thread(Locator, drawn.outlines()), drawn, {})
    host.extras["grid.areas"] = fresh
    return fresh


async def locator(host: "Host") -> Locator:
    """The locator of the areas as they stand now."""
    return (await _kept(host)).locator


async def drawn(host: "Host") -> Drawn:
    """Every area there ever was or is planned, with its outline."""
    return (await _kept(host)).drawn


async def changes() -> tuple[AreaChange, ...]:
    """Every redrawing, by the day it took or takes effect; those that were taken back too."""
    docs = await AreaChangeTable.select(AreaChangeTable.doc)
    found = [msgspec.json.decode(d["doc"], type=AreaChange) for d in docs]
    return tuple(sorted(found, key=lambda c: (c.on, c.id)))


async def book_versions(areas: Iterable[str]) -> dict[str, int]:
    """How often the parts of each area have changed; read before what is found over them."""
    wanted = sorted(set(areas))
    rows = await AreaBookTable.select(AreaBookTable.key, AreaBookTable.version).where(AreaBookTable.key.is_in(wanted))
    return {**dict.fromkeys(wanted, 0), **{row["key"]: row["version"] for row in rows}}


async def proof(host: "Host", area: str, on: date) -> Proof:
    """Whether the parts of an area tile it on that day."""
    kept = await _kept(host)
    found: Proof | None = kept.proofs.get((area, on))
    if found is None:
        settings = settings_of(host)
        tolerance = Tolerance(settings.coverage_sliver_m2, settings.coverage_sliver_width_m)
        found = await asyncio.to_thread(prove_on, area, on, kept.drawn.outlines(), tolerance)
        if len(kept.proofs) < 2000:
            kept.proofs[area, on] = found
    return found


async def locate(host: "Host", lon: float, lat: float, on: date) -> Located:
    """The areas around a point on a day."""
    return (await locator(host)).locate(lon, lat, on)
