"""The ledger of what was granted and used (数据共享台账): which unit took which dataset out, on what ground.

Kept for at least three years with the log (网络数据安全管理条例 §12). Stewards and auditors see all of it, a unit what
it was granted itself. A table, as panels are.
"""

from typing import Any, Final

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler

from shuniu.chassis.datasets.declared import KIND, STEWARD
from shuniu.chassis.datasets.grants import Grant
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.contracts.panels import Column, MatterPointer, TablePanel

__all__ = ("HANDLERS", "LEDGER_PATH")

LEDGER_PATH: Final = "/data/uses"
READERS: Final = (STEWARD, "audit_admin")
MOST_ROWS: Final = 500


@get(LEDGER_PATH, summary="What was granted to whom, and how often it was taken out")
async def data_uses(request: Request[Any, Any, Any]) -> TablePanel:
    host = host_of(request)
    actor = actor_of(request)
    everything = actor.has_role(*READERS)
    # In this host's own database: several services of one process have grants, and a Piccolo class has one engine.
    docs = await host.pool.fetch(f"select doc from {KIND} order by key desc limit $1", MOST_ROWS)
    held = (msgspec.json.decode(row["doc"], type=Grant) for row in docs)
    grants = [g for g in held if everything or actor.acts_for(g.unit)]
    texts = host.texts
    columns = (
        Column(id="number", title=texts["kind.data_grant"], kind="matter"),
        Column(id="dataset", title=texts["field.dataset"]),
        Column(id="unit", title=texts["field.data_unit"], kind="unit"),
        Column(id="basis", title=texts["field.data_basis"]),
        Column(id="until", title=texts["field.data_until"], kind="date"),
        Column(id="used", title=texts["field.data_used"], kind="number"),
        Column(id="rows", title=texts["field.data_rows"], kind="number"),
        Column(id="last", title=texts["field.data_at"], kind="time"),
    )
    rows = tuple(
        {
            "number": MatterPointer(kind=KIND, id=g.id, number=g.number),
            "dataset": texts[f"dataset.{g.dataset}"].zh,
            "unit": g.unit,
            "basis": texts[f"enum.data_basis.{g.basis}"].zh,
            "until": g.until,
            "used": g.used,
            "rows": sum(use.rows for use in g.uses),
            "last": g.uses[-1].at if g.uses else None,
        }
        for g in grants
    )
    return TablePanel(columns=columns, rows=rows, as_of=host.clock.now())


HANDLERS: tuple[HTTPRouteHandler, ...] = (data_uses,)
