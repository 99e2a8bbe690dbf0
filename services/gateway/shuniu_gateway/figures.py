"""Measures and rates by area and day, added up from what the services declared and sent; no figure of our own.

A ``sum`` adds up over areas and days, a ``gauge`` keeps its last value of each place and adds up over places only. A
rate is Σ numerator / Σ denominator over its cohort, null when the denominator is 0 (domain rules 11). Area figures
count everything below the area.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from piccolo.querystring import QueryString
from shuniu.chassis.context import Actor
from shuniu.contracts.manifest import Measure, Rate

from shuniu_gateway.matters import all_of
from shuniu_gateway.tables import MeasureTable
from shuniu_gateway.visibility import readable

__all__ = ("Figure", "measure_figures", "ratio", "sum_up")


class Figure(NamedTuple):
    """A value of a measure; ``area`` and ``on`` None where not asked by."""

    service: str
    name: str
    area: str | None
    on: date | None
    value: float
    key: str | None = None
    """Value of the dimension asked by, None for what has none."""


def ratio(numerator: float, denominator: float) -> float | None:
    """The rate; None when there was nothing to count."""
    return numerator / denominator if denominator else None


def sum_up(figures: Iterable[Figure], names: Iterable[str]) -> float:
    """Σ over the figures of these names."""
    wanted = set(names)
    return sum(figure.value for figure in figures if figure.name in wanted)


def names_of(rates: Iterable[Rate]) -> set[str]:
    """Every measure the rates are made of."""
    return {name for rate in rates for name in (*rate.numerator, *rate.denominator)}


async def measure_figures(
    actor: Actor,
    declared: Mapping[str, Measure],
    *,
    names: Iterable[str] = (),
    first: date | None = None,
    last: date | None = None,
    area: str = "",
    by_area: bool = False,
    scope: str = "",
    by_day: bool = False,
    dimension: str = "",
) -> list[Figure]:
    """Figures of these measures (all where none is named), between two business dates inclusive, in an area.

    By area, the scope is the topmost there is a figure for. By ``dimension``, a name the measures declare, every value
    of it is a figure of its own.

    A measure no manifest declares is added up.
    """
    wanted = sorted(set(names))
    conditions = [readable(actor)]
    if wanted:
        conditions.append(QueryString("name = any({}::text[])", wanted))
    if first is not None:
        conditions.append(QueryString("on_date >= {}", first))
    if last is not None:
        conditions.append(QueryString("on_date <= {}", last))
    if area:
        conditions.append(QueryString("area_path && {}::text[]", [area]))
    gauges = sorted(name for name, measure in declared.items() if measure.kind == "gauge")
    sums = [*conditions, QueryString("name <> all({}::text[])", gauges)]
    totals = QueryString("select *, total as value from measure_view where {}", all_of(sums))
    found = await _added(totals, by_area, by_day, scope, dimension)
    if gauges and (not wanted or set(gauges) & set(wanted)):
        day = ", on_date" if by_day else ""
        lasting = QueryString(
            f"select distinct on (source, name, area, dimensions{day}) *, last as value from measure_view where {{}}"
            f" order by source, name, area, dimensions{day}, on_date desc, last_position desc",
            all_of([*conditions, QueryString("name = any({}::text[])", gauges)]),
        )
        found += await _added(lasting, by_area, by_day, scope, dimension)
    return found


async def _added(rows: QueryString, by_area: bool, by_day: bool, scope: str, dimension: str) -> list[Figure]:
    place = "place" if by_area else "null::text"
    day = "on_date" if by_day else "null::date"
    key = "(m.dimensions::jsonb ->> {}::text)" if dimension else "null::text"
    unnested = " cross join unnest(area_path) as place" if by_area else ""
    records = await MeasureTable.raw(
        f"select service, name, {place} as area, {day} as on_date, {key} as key, sum(value) as value"
        f" from ({{}}) m{unnested}{' where length(place) >= {}' if by_area else ''}"
        " group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5",
        *((dimension,) if dimension else ()),
        rows,
        *((len(scope),) if by_area else ()),
    )
    return [Figure(r["service"], r["name"], r["area"], r["on_date"], r["value"], r["key"]) for r in records]
