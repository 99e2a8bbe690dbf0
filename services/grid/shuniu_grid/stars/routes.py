"""Stars as a table: every estate of the cycle in effect (or another), beside the cycle before."""

from typing import Annotated, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from shuniu.chassis.http.access import host_of
from shuniu.contracts.panels import Column, TablePanel
from shuniu.contracts.text import Text

from shuniu_grid.stars.state import Cycle
from shuniu_grid.stars.tables import StarCycleTable
from shuniu_grid.stars.texts import TEXTS

__all__ = ("HANDLERS",)

AnyRequest = Request[Any, Any, Any]
_SHOWN = ["NOTICE", "EFFECTIVE"]
_BEFORE = ["EFFECTIVE", "EXPIRED"]


async def _cycles(statuses: list[str]) -> list[Cycle]:
    rows = (
        await StarCycleTable.select(StarCycleTable.doc)
        .where(StarCycleTable.status.is_in(statuses))
        .order_by(StarCycleTable.key, ascending=False)
        .limit(20)
    )
    return [msgspec.json.decode(r["doc"], type=Cycle) for r in rows]


@get("/stars", summary="Property stars posted or in effect", opt={"public": True})
async def get_stars(
    request: AnyRequest, area: Annotated[str, QueryParameter(max_length=15, pattern=r"^[0-9]*$")] = ""
) -> TablePanel:
    """What the public notice says: estate, firm, index, stars, and the stars of the cycle before."""
    host = host_of(request)
    shown = await _cycles(_SHOWN)
    newest = shown[0] if shown else None
    before: dict[str, int] = {}
    for cycle in await _cycles(_BEFORE):
        if newest is not None and cycle.id != newest.id:
            for r in cycle.results:
                before.setdefault(r.area, r.stars)
    rows: list[dict[str, Any]] = []
    for result in newest.results if newest else ():
        if newest is None or not result.area.startswith(area):
            continue
        estate = newest.estate(result.area)
        rows.append(
            {
                "estate": result.area,
                "firm": estate.firm if estate else "",
                "index": result.index,
                "stars": result.stars,
                "before": before.get(result.area),
                "why": TEXTS[f"enum.why.{result.why}"] if result.why else None,
            }
        )
    rows.sort(key=lambda r: (-r["stars"], -(r["index"] or 0), r["estate"]))
    kinds: dict[str, Any] = {"estate": "area", "firm": "unit", "why": "text"}
    columns = tuple(
        Column(id=name, title=TEXTS[f"column.{name}"], kind=kinds.get(name, "number"))
        for name in ("estate", "firm", "index", "stars", "before", "why")
    )
    words = TEXTS["note.stars"]
    period = {"since": newest.since, "until": newest.until} if newest else {}
    note = Text(words.zh.format(**period), words.en.format(**period)) if newest else TEXTS["note.no_stars"]
    return TablePanel(columns=columns, rows=tuple(rows), as_of=host.clock.now(), note=note)


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_stars,)
