"""Sites that have to lie in exactly one comprehensive grid: the points of the unit register (单位), where it is kept.

Read by table name and JSON path, so that coverage stands without the register and the register without coverage.
"""

from datetime import date

from shuniu_grid.areas.coverage import Site
from shuniu_grid.areas.tables import AreaTable

__all__ = ("unit_sites",)

_SITES = """
select key, area, lon, lat from (
  select key, area,
    (doc -> 'place' ->> 'lon')::float8 as lon, (doc -> 'place' ->> 'lat')::float8 as lat,
    nullif(doc ->> 'valid_from', '')::date as valid_from, nullif(doc ->> 'valid_to', '')::date as valid_to
  from unit) u
where lon is not null and lat is not null and area like {}
  and (valid_from is null or valid_from <= {}) and (valid_to is null or {} <= valid_to)
order by key
"""


async def unit_sites(area: str, on: date) -> list[Site]:
    """The units within ``area`` that have a point and are there on that day; none where no register is kept."""
    there = await AreaTable.raw("select to_regclass('unit') is not null as there")
    if not there[0]["there"]:
        return []
    rows = await AreaTable.raw(_SITES, f"{area}%", on, on)
    return [Site(row["key"], row["lon"], row["lat"]) for row in rows]
