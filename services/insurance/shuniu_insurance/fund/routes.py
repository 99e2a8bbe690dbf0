"""The fund's statement: money in by source, premium out, what is left; month by month."""

from typing import Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.contracts.panels import Column, MatterPointer, TablePanel
from shuniu.rules.refusal import Forbidden

from shuniu_insurance.fund.lifecycle import MONTH
from shuniu_insurance.fund.month import READERS
from shuniu_insurance.fund.state import Month
from shuniu_insurance.fund.tables import MonthTable
from shuniu_insurance.fund.texts import TEXTS

__all__ = ("HANDLERS",)

_COLUMNS = ("OFFICE", "MERGED", "DONATION")


def _row(m: Month, carried: int) -> dict[str, Any]:
    row: dict[str, Any] = {
        "month": MatterPointer(kind=MONTH.kind, id=m.id, number=m.id),
        "status": m.status,
        "carried": carried,
        **dict.fromkeys(_COLUMNS, 0),
        "premium": 0,
    }
    for e in m.entries:
        for p in e.entry.postings:
            if p.account.startswith("S:"):
                row[p.account.split(":")[1]] -= p.amount
            elif p.account.startswith("I:"):
                row["premium"] += p.amount
    row["balance"] = carried + sum(row[s] for s in _COLUMNS) - row["premium"]
    return row


@get("/fund/statement", summary="The premium fund, month by month, in fen")
async def get_statement(request: Request[Any, Any, Any]) -> TablePanel:
    host = host_of(request)
    actor = actor_of(request)
    actor.require_role(*READERS)
    if not actor.covers(host.scope):
        raise Forbidden("access.area", params={"area": host.scope})
    records = await MonthTable.select(MonthTable.doc).order_by(MonthTable.key)
    rows: list[dict[str, Any]] = []
    balance = 0
    for record in records:
        rows.append(_row(msgspec.json.decode(record["doc"], type=Month), balance))
        balance = rows[-1]["balance"]
    kinds: dict[str, Any] = {"month": "matter", "status": "status"}
    names = ("month", "status", "carried", *_COLUMNS, "premium", "balance")
    columns = tuple(
        Column(id=n, title=TEXTS.get(f"column.{n}") or TEXTS[f"enum.fund_source.{n}"], kind=kinds.get(n, "money"))
        for n in names
    )
    return TablePanel(columns=columns, rows=tuple(rows), as_of=host.clock.now(), note=TEXTS["note.fund"])


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_statement,)
