"""Rosters by head count only: for the premium, and by community where enough stand there (domain rules 7.1)."""

from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.contracts.panels import Column, TablePanel
from shuniu.rules.refusal import Forbidden

from shuniu_insurance.disclosure.suppress import kept_back, tellable_total
from shuniu_insurance.rosters.roster import KEEPERS, Roster
from shuniu_insurance.rosters.tables import RosterTable
from shuniu_insurance.rosters.texts import TEXTS
from shuniu_insurance.settings import InsuranceSettings

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("HANDLERS",)

AnyRequest = Request[Any, Any, Any]
_READERS = (*KEEPERS, "finance", "leading_group", "office_director")


async def _communities(host: "Host", roster: Roster) -> Counter[str]:
    opened = await host.vault.open_refs(host.pool, roster.entries)
    return Counter(fields.get("area", "")[:12] for fields in opened.values())


@get("/rosters/counts", summary="How many stand on each roster, by community where that is enough of them")
async def get_counts(request: AnyRequest) -> TablePanel:
    host = host_of(request)
    actor = actor_of(request)
    if not actor.has_role(*_READERS):
        raise Forbidden("access.role", params={"roles": ", ".join(_READERS)})
    least = host.settings.small_cell_least if isinstance(host.settings, InsuranceSettings) else 5
    rows: list[dict[str, Any]] = []
    for record in await RosterTable.select(RosterTable.doc).order_by(RosterTable.key):
        roster = msgspec.json.decode(record["doc"], type=Roster)
        if not actor.covers(roster.area):
            continue
        group = TEXTS[f"enum.group.{roster.group}"]
        total = len(roster.entries) or roster.counted
        shown = total if tellable_total(total, least) else None
        rows.append({"roster": roster.number, "group": group, "until": roster.until, "persons": shown})
        counts = await _communities(host, roster)
        back = kept_back(counts, least)
        for area, n in sorted(counts.items()):
            told = None if back is None or area in back else n
            rows.append({"roster": roster.number, "group": group, "area": area, "persons": told})
    kinds: dict[str, Any] = {"area": "area", "persons": "number", "until": "date"}
    columns = tuple(
        Column(id=n, title=TEXTS[f"roster_column.{n}"], kind=kinds.get(n, "text"))
        for n in ("roster", "group", "until", "area", "persons")
    )
    return TablePanel(columns=columns, rows=tuple(rows), as_of=host.clock.now(), note=TEXTS["note.rosters"])


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_counts,)
