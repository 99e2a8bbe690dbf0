"""Queries of cases: lists, receipts, and what an applicant may follow without signing in."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter
from piccolo.columns.combination import WhereRaw
from shuniu.chassis.context import Actor
from shuniu.chassis.documents.render import MEDIA_TYPE
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.chassis.identity.policy import may_read
from shuniu.chassis.keyed import keyed
from shuniu.chassis.state import load_row
from shuniu.chassis.tables import Condition, any_of, in_areas
from shuniu.contracts.text import Text
from shuniu.rules.clocks import most_urgent
from shuniu.rules.refusal import Forbidden, NotFound

from shuniu_services_desk.cases.case import CASE, CODE, is_party
from shuniu_services_desk.cases.face import visibility
from shuniu_services_desk.cases.lifecycles import OPEN
from shuniu_services_desk.cases.receipts import rendered
from shuniu_services_desk.cases.state import Case
from shuniu_services_desk.cases.tables import CaseTable
from shuniu_services_desk.cases.terms import last_day
from shuniu_services_desk.texts import words_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("HANDLERS",)

WORDS = words_of("cases")
AnyRequest = Request[Any, Any, Any]
Word = Annotated[str, QueryParameter(max_length=64)]
Digits = Annotated[str, QueryParameter(pattern="^[0-9]*$", max_length=20)]
FollowText = Annotated[str, QueryParameter(min_length=12, max_length=24)]


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """A case in a list; no person in it."""

    id: str
    number: str
    version: int
    status: str
    item: str
    item_version: int
    visit: str
    area: str
    unit: str
    channel: str
    received_at: datetime | None
    due_at: datetime | None


class Cases(msgspec.Struct, frozen=True, kw_only=True):
    """A page of cases."""

    total: int
    items: tuple[CaseView, ...]


class FollowedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt the holder of the code may fetch."""

    title: Text
    number: str
    code: str
    issued_at: datetime


class FollowedCase(msgspec.Struct, frozen=True, kw_only=True):
    """How a case stands, for whoever holds its code: no name, no text."""

    case: str
    number: str
    item: str
    version: int
    status: str
    title: Text
    open: bool
    received_at: datetime | None
    due_on: date | None
    missing: tuple[str, ...]
    gaps: tuple[str, ...]
    gap_until: date | None
    documents: tuple[FollowedDocument, ...]
    may_rate: bool


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """Every case of one visit."""

    cases: tuple[FollowedCase, ...]


def seen_by(actor: Actor) -> Condition | None:
    """The rows an actor may read, as the read policy has it: by area or by unit. None: no row at all."""
    if actor.clearance < 2:
        return None
    parts: list[Condition] = in_areas(CaseTable, actor)
    for unit in actor.units:
        parts.append(CaseTable.unit == unit)
        parts.append(WhereRaw("doc->'tasks' @> {}::jsonb", msgspec.json.encode([{"unit": unit}]).decode()))
    return any_of(parts)


def _view(record: dict[str, Any]) -> CaseView:
    c = msgspec.json.decode(record["doc"], type=Case)
    return CaseView(
        id=c.id,
        number=c.number,
        version=record["version"],
        status=c.status,
        item=c.item,
        item_version=c.version,
        visit=c.visit,
        area=c.area,
        unit=c.unit,
        channel=c.channel,
        received_at=c.received_at,
        due_at=record["due_at"],
    )


@get("/cases", summary="Cases the caller may see, newest first")
async def get_cases(
    request: AnyRequest,
    area: Digits = "",
    status: Word = "",
    unit: Word = "",
    number: Word = "",
    item: Word = "",
    visit: Word = "",
    open: Annotated[bool | None, QueryParameter()] = None,  # noqa: A002 - the word of the view API
    limit: Annotated[int, QueryParameter(ge=1, le=500)] = 50,
    offset: Annotated[int, QueryParameter(ge=0)] = 0,
) -> Cases:
    seen = seen_by(actor_of(request))
    if seen is None:
        return Cases(total=0, items=())
    wanted: list[Condition] = [seen]
    if area:
        wanted.append(CaseTable.area.like(f"{area}%"))
    if status:
        wanted.append(CaseTable.status == status)
    if unit:
        wanted.append(CaseTable.unit == unit)
    for field, value in (("number", number), ("item", item), ("visit", visit)):
        if value:
            wanted.append(WhereRaw(f"doc->>'{field}' = {{}}", value))
    if open is not None:
        wanted.append(CaseTable.status.is_in(list(OPEN)) if open else CaseTable.status.not_in(list(OPEN)))
    total = await CaseTable.count().where(*wanted)
    query = CaseTable.select(CaseTable.doc, CaseTable.version, CaseTable.due_at)
    records = await query.where(*wanted).order_by(CaseTable.key, ascending=False).limit(limit).offset(offset)
    return Cases(total=total, items=tuple(_view(r) for r in records))


async def _followed(host: "Host", code: str) -> list[Case]:
    held = await load_row(host.pool, CODE, keyed(host).of_code(code))
    if held is None:
        raise NotFound("case.code_unknown")
    found = [await load_row(host.pool, CASE, case) for case in held[0].cases]
    return [row[0] for row in found if row is not None]


@get("/cases/follow", opt={"public": True}, summary="How cases stand, by their follow-up code, without signing in")
async def get_followed(request: AnyRequest, code: FollowText) -> Followed:
    host = host_of(request)
    return Followed(cases=tuple(_as_followed(c) for c in await _followed(host, code)))


def _as_followed(c: Case) -> FollowedCase:
    clock = most_urgent(k for k in c.clocks if k.id != "desk_consult")
    return FollowedCase(
        case=c.id,
        number=c.number,
        item=c.item,
        version=c.version,
        status=c.status,
        title=WORDS[f"status.desk_case.{c.status}"],
        open=c.open,
        received_at=c.received_at,
        due_on=last_day(clock.due_at) if clock is not None else None,
        missing=c.missing if c.status == "CORRECTION" else (),
        gaps=c.gaps,
        gap_until=c.gap_until if c.gaps else None,
        documents=tuple(
            FollowedDocument(title=WORDS[f"document.{d.kind}"], number=d.number, code=d.code, issued_at=d.at)
            for d in c.documents
        ),
        may_rate=c.status == "DELIVERED",
    )


@get("/cases/follow/receipt", opt={"public": True}, summary="A receipt as PDF, by the follow-up code")
async def get_followed_receipt(
    request: AnyRequest, code: FollowText, document: Annotated[str, QueryParameter(max_length=40)]
) -> Response[bytes]:
    host = host_of(request)
    for c in await _followed(host, code):
        if any(d.code == document for d in c.documents):
            return Response(await rendered(c, document, host), media_type=MEDIA_TYPE)
    raise NotFound("document.unknown", params={"id": document[:40]})


@get("/cases/{case:str}/receipts/{document:str}", summary="A receipt as PDF, for who works on the case")
async def get_receipt(request: AnyRequest, case: FromPath[str], document: FromPath[str]) -> Response[bytes]:
    host, actor = host_of(request), actor_of(request)
    found = await load_row(host.pool, CASE, case)
    if found is None or not may_read(visibility(found[0]), found[0].area, actor):
        raise NotFound("desk_case.unknown", params={"id": case[:40]})
    if not is_party(found[0], host.context(actor)):
        raise Forbidden("case.desk_only", state=found[0].status)
    return Response(await rendered(found[0], document, host), media_type=MEDIA_TYPE)


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_cases, get_followed, get_followed_receipt, get_receipt)
