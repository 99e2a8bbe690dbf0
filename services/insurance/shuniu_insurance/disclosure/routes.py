"""The public disclosure (赔付公示): figures by quarter, by event kind and by community; nobody signs in for it."""

from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.chassis.identity.policy import may_read
from shuniu.chassis.state import load_row
from shuniu.contracts.insurance.disclosure import DisclosedCell
from shuniu.contracts.panels import Column, TablePanel
from shuniu.contracts.text import Text
from shuniu.rules.refusal import Forbidden, NotFound

from shuniu_insurance.disclosure.disclosure import DISCLOSURE_ROW, Disclosure
from shuniu_insurance.disclosure.tables import DisclosureTable
from shuniu_insurance.disclosure.texts import TEXTS

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("HANDLERS",)

AnyRequest = Request[Any, Any, Any]
_MOST = 40
_KINDS: dict[str, Any] = {"from_day": "date", "to_day": "date", "persons": "number", "paid": "money", "area": "area"}


def _row(d: Disclosure, what: Text, persons: int | None, amount: int | None, **more: Any) -> dict[str, Any]:
    return {"from_day": d.since, "to_day": d.until, "what": what, "persons": persons, "paid": amount, **more}


def _cell(d: Disclosure, cell: DisclosedCell, by: str) -> dict[str, Any]:
    if by == "area":
        return _row(d, TEXTS["word.community"], cell.persons, cell.amount, area=cell.code)
    return _row(d, TEXTS[f"category.{cell.code}"], cell.persons, cell.amount)


def _panel(found: list[Disclosure], host: "Host") -> TablePanel:
    rows: list[dict[str, Any]] = []
    for d in found:
        rows.append(_row(d, TEXTS["word.total"], d.persons, d.amount))
        rows += [_cell(d, c, "kind") for c in d.by_kind if c.persons != 0]
        rows += [_cell(d, c, "area") for c in d.by_area if c.persons != 0]
    columns = tuple(
        Column(id=n, title=TEXTS[f"column.{n}"], kind=_KINDS.get(n, "text"))
        for n in ("from_day", "to_day", "what", "area", "persons", "paid")
    )
    return TablePanel(columns=columns, rows=tuple(rows), as_of=host.clock.now(), note=TEXTS["note.disclosure"])


@get("/disclosures", summary="Published pay-outs by quarter, the newest first", opt={"public": True})
async def get_disclosures(request: AnyRequest) -> TablePanel:
    records = await DisclosureTable.select(DisclosureTable.doc).where(DisclosureTable.status == "PUBLISHED")
    found = [msgspec.json.decode(r["doc"], type=Disclosure) for r in records]
    found.sort(key=lambda d: d.since, reverse=True)
    return _panel(found[:_MOST], host_of(request))


@get("/disclosures/{disclosure:str}", summary="The figures of one quarter, also of a draft")
async def get_disclosure(request: AnyRequest, disclosure: FromPath[str]) -> TablePanel:
    host = host_of(request)
    found = await load_row(host.pool, DISCLOSURE_ROW, disclosure)
    if found is None:
        raise NotFound("insurance_disclosure.unknown", params={"id": disclosure[:64]})
    assert DISCLOSURE_ROW.face is not None
    if not may_read(DISCLOSURE_ROW.face.visibility(found[0]), host.scope, actor_of(request)):
        raise Forbidden("access.not_visible")
    return _panel([found[0]], host)


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_disclosures, get_disclosure)
