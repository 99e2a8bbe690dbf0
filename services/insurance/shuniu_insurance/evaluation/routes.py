"""Evaluations as a table: both variants beside each other, and what was decided."""

from typing import Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.chassis.identity.policy import may_read
from shuniu.contracts.panels import Column, MatterPointer, TablePanel
from shuniu.contracts.summary import Visibility

from shuniu_insurance.evaluation.evaluation import EVALUATION_ROW, Evaluation
from shuniu_insurance.evaluation.tables import EvaluationTable
from shuniu_insurance.evaluation.texts import TEXTS

__all__ = ("HANDLERS",)

AnyRequest = Request[Any, Any, Any]
_RATES = {
    "money": "MONEY",
    "risk": "RISK",
    "loss": "LOSS",
    "frequency": "FREQUENCY",
    "hazards_off": "HAZARDS_OFF",
    "in_time": "IN_TIME",
    "known": "KNOWN",
}


@get("/evaluations", summary="Yearly evaluations, the newest first")
async def get_evaluations(request: AnyRequest) -> TablePanel:
    host = host_of(request)
    actor = actor_of(request)
    records = (
        await EvaluationTable.select(EvaluationTable.doc)
        .where(EvaluationTable.status != "DISCARDED")
        .order_by(EvaluationTable.key, ascending=False)
        .limit(100)
    )
    rows: list[dict[str, Any]] = []
    for record in records:
        e = msgspec.json.decode(record["doc"], type=Evaluation)
        if not may_read(Visibility(areas=(e.area,), units=(e.insurer,)), e.area, actor):
            continue
        rates = {name: float(rate) if (rate := e.rates.get(id_, "")) else None for name, id_ in _RATES.items()}
        rows.append(
            {
                "evaluation": MatterPointer(kind=EVALUATION_ROW.name, id=e.id, number=e.number),
                "policy": e.policy_number,
                **rates,
                "suggested_money": e.suggested.get("MONEY"),
                "suggested_risk": e.suggested.get("RISK"),
                "decided": e.change_percent if e.status == "DECIDED" else None,
                "next_sum": e.next_sum_insured or None,
            }
        )
    kinds: dict[str, Any] = {"evaluation": "matter", "policy": "text", "frequency": "number", "next_sum": "money"}
    numbers = ("suggested_money", "suggested_risk", "decided")
    columns = tuple(
        Column(
            id=n,
            title=TEXTS[f"evaluation_column.{n}"],
            kind="number" if n in numbers else kinds.get(n, "percent"),
            note=TEXTS.get(f"formula.{n}"),
        )
        for n in ("evaluation", "policy", *_RATES, *numbers, "next_sum")
    )
    return TablePanel(columns=columns, rows=tuple(rows), as_of=host.clock.now(), note=TEXTS["note.evaluation"])


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_evaluations,)
