"""Outside series as a table: the newest figure of each beside the one before."""

from collections import defaultdict
from typing import Annotated, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.contracts.panels import Column, TablePanel

from shuniu_grid.series.record import Point, period_start
from shuniu_grid.series.tables import SeriesPointTable
from shuniu_grid.series.texts import TEXTS

__all__ = ("HANDLERS",)

_KINDS: dict[str, Any] = {"area": "area", "rank": "number", "ranked": "number", "rank_before": "number"}
_KINDS["published_on"] = "date"


@get("/series", summary="Outside series: newest figures, or all periods of one")
async def get_series(
    request: Request[Any, Any, Any], series: Annotated[str, QueryParameter(max_length=40)] = ""
) -> TablePanel:
    host = host_of(request)
    actor = actor_of(request)
    query = SeriesPointTable.select(SeriesPointTable.doc)
    if series:
        query = query.where(SeriesPointTable.status == series)
    by_series: defaultdict[tuple[str, str, int], list[Point]] = defaultdict(list)
    for record in await query:
        point = msgspec.json.decode(record["doc"], type=Point)
        if actor.covers(point.area):
            # Years, quarters and months of one series are not compared with each other.
            by_series[(point.series, point.area, len(point.period))].append(point)
    rows = []
    for points in by_series.values():
        points.sort(key=lambda p: (period_start(p.period), p.period))
        for n in range(len(points)) if series else (len(points) - 1,):
            point, before = points[n], points[n - 1] if n else None
            rows.append({**msgspec.to_builtins(point), "rank_before": before.rank or None if before else None})
    for row in rows:
        row["rank"], row["ranked"] = row["rank"] or None, row["ranked"] or None
    rows.sort(key=lambda r: (r["series"], r["area"], r["period"]))
    names = ("title", "period", "area", "value", "rank", "ranked", "rank_before", "publisher", "published_on")
    columns = tuple(
        Column(
            id=name,
            title=TEXTS[f"column.{'series_title' if name == 'title' else name}"],
            kind=_KINDS.get(name, "text"),
        )
        for name in names
    )
    shown = tuple({name: row[name] for name in names} for row in rows)
    return TablePanel(columns=columns, rows=shown, as_of=host.clock.now(), note=TEXTS["note.series"])


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_series,)
