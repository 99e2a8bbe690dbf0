"""GET routes of the whistle service; on its own port and through the gateway. Every query is Piccolo's.

All of them answer only what the caller may read: the whistle's visibility times the token, as everywhere.
"""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter
from piccolo.columns.combination import Or, Where, WhereRaw
from shuniu.chassis.context import Actor
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.chassis.identity.policy import may_read
from shuniu.chassis.tables import Condition, any_of, in_areas
from shuniu.contracts.panels import GanttPanel
from shuniu.contracts.summary import Place
from shuniu.rules.refusal import Forbidden, NotFound

from shuniu_whistle.whistles.face import parts_of, visibility
from shuniu_whistle.whistles.gantt import gantt_of
from shuniu_whistle.whistles.state import Whistle
from shuniu_whistle.whistles.tables import WhistleTable

__all__ = ("HANDLERS", "seen_by")

_OPEN = ["DRAFT", "SUBMITTED", "BLOWN", "RESOLVED", "EVALUATED"]
MOST_LINKS = 100
MOST_BARS = 50
"""Whistles on one chart."""
AnyRequest = Request[Any, Any, Any]
Digits = Annotated[str, QueryParameter(max_length=15, pattern=r"^[0-9]*$")]
Word = Annotated[str, QueryParameter(max_length=60)]


class WhistleView(msgspec.Struct, frozen=True, kw_only=True):
    """A whistle without anything a person wrote."""

    id: str
    number: str
    version: int
    direction: str
    kind: str
    status: str
    item: str
    area: str
    place: Place
    lead_unit: str
    chain: int
    late_marks: int
    escalated: bool
    opened_at: datetime
    blown_at: datetime | None
    due_at: datetime | None


class Whistles(msgspec.Struct, frozen=True, kw_only=True):
    """A page of whistles, newest first, and how many there are."""

    total: int
    items: tuple[WhistleView, ...]


class InboxItem(msgspec.Struct, frozen=True, kw_only=True):
    """One callout that owes something."""

    whistle: str
    number: str
    callout: str
    unit: str
    role: str
    status: str
    kind: str
    area: str
    place: Place
    clock: str
    due_at: datetime | None


class Inbox(msgspec.Struct, frozen=True, kw_only=True):
    """What the caller's units owe, most urgent first."""

    items: tuple[InboxItem, ...]


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """The links of a chain, first whistle first; one the caller may not read is missing."""

    links: tuple[WhistleView, ...]


def _row(record: dict[str, Any]) -> Whistle:
    return msgspec.json.decode(record["doc"], type=Whistle)


def seen_by(actor: Actor) -> Condition | None:
    """The rows an actor may read, as the read policy has it: by area or by unit. None: no row at all."""
    parts: list[Condition] = in_areas(WhistleTable, actor)
    for unit in actor.units:
        called = msgspec.json.encode([{"unit": unit}]).decode()
        named = msgspec.json.encode([unit]).decode()
        parts.append(WhereRaw("doc->>'caller_unit' = {}", unit))
        parts.append(WhereRaw("doc->'callouts' @> {}::jsonb", called))
        parts.append(WhereRaw("(doc->>'blown_at' is not null and doc->'inform' @> {}::jsonb)", named))
    return any_of(parts) if actor.clearance >= 2 else None


def _may_read(w: Whistle, actor: Actor) -> bool:
    return may_read(visibility(w), w.area, actor)


def _view(record: dict[str, Any]) -> WhistleView:
    w = _row(record)
    return WhistleView(
        id=w.id,
        number=w.number,
        version=record["version"],
        direction=w.direction,
        kind=w.kind,
        status=w.status,
        item=w.item,
        area=w.area,
        place=w.place,
        lead_unit=w.lead_unit,
        chain=w.chain,
        late_marks=w.late_marks,
        escalated=w.escalated,
        opened_at=w.opened_at,
        blown_at=w.blown_at,
        due_at=record["due_at"],
    )


_COLUMNS = (WhistleTable.doc, WhistleTable.version, WhistleTable.due_at)


@get("/whistles", summary="Whistles the caller may see, newest first")
async def get_whistles(
    request: AnyRequest,
    area: Digits = "",
    status: Word = "",
    unit: Word = "",
    number: Word = "",
    open: Annotated[bool | None, QueryParameter()] = None,  # noqa: A002 - the word of the view API
    limit: Annotated[int, QueryParameter(ge=1, le=500)] = 50,
    offset: Annotated[int, QueryParameter(ge=0)] = 0,
) -> Whistles:
    seen = seen_by(actor_of(request))
    if seen is None:
        return Whistles(total=0, items=())
    wanted: list[Condition] = [seen]
    if area:
        wanted.append(WhistleTable.area.like(f"{area}%"))
    if status:
        wanted.append(WhistleTable.status == status)
    if unit:
        wanted.append(WhereRaw("doc->'callouts' @> {}::jsonb", msgspec.json.encode([{"unit": unit}]).decode()))
    if number:
        wanted.append(WhereRaw("doc->>'number' = {}", number))
    if open is not None:
        wanted.append(WhistleTable.status.is_in(_OPEN) if open else WhistleTable.status.not_in(_OPEN))
    total = await WhistleTable.count().where(*wanted)
    records = (
        await WhistleTable.select(*_COLUMNS)
        .where(*wanted)
        .order_by(WhistleTable.key, ascending=False)  # ids are UUIDv7: the order of drafting
        .limit(limit)
        .offset(offset)
    )
    return Whistles(total=total, items=tuple(_view(r) for r in records))


@get("/inbox", summary="What the caller's units owe, most urgent first")
async def get_inbox(request: AnyRequest) -> Inbox:
    units = actor_of(request).units
    called: Where | WhereRaw | Or | None = None
    for unit in units:
        part = WhereRaw("doc->'callouts' @> {}::jsonb", msgspec.json.encode([{"unit": unit}]).decode())
        called = part if called is None else Or(called, part)
    if called is None:
        return Inbox(items=())
    records = await WhistleTable.select(*_COLUMNS).where(WhistleTable.status == "BLOWN").where(called)
    items: list[InboxItem] = []
    for w in map(_row, records):
        for c in w.callouts:
            if c.unit not in units or not c.owes:
                continue
            clock = parts_of(w, c)
            items.append(
                InboxItem(
                    whistle=w.id,
                    number=w.number,
                    callout=c.id,
                    unit=c.unit,
                    role=c.role,
                    status=c.status,
                    kind=w.kind,
                    area=w.area,
                    place=w.place,
                    clock=clock.id if clock else "",
                    due_at=clock.due_at if clock else None,
                )
            )
    return Inbox(items=tuple(sorted(items, key=lambda i: (i.due_at is None, i.due_at or 0, i.number))))


async def _one(whistle: str) -> dict[str, Any] | None:
    records = await WhistleTable.select(*_COLUMNS).where(WhistleTable.key == whistle)
    return records[0] if records else None


async def _readable(request: AnyRequest, whistle: str) -> dict[str, Any]:
    record = await _one(whistle)
    if record is None:
        raise NotFound("whistle.unknown", params={"id": whistle[:40]})
    if not _may_read(_row(record), actor_of(request)):
        raise Forbidden("access.not_visible")
    return record


@get("/chains/{whistle:str}", summary="The chain a whistle belongs to")
async def get_chain(request: AnyRequest, whistle: FromPath[str]) -> Chain:
    actor = actor_of(request)
    record = await _readable(request, whistle)
    links = [record]
    while (first := _row(links[0])).previous and len(links) < MOST_LINKS:
        before = await _one(first.previous)
        if before is None:
            break
        links.insert(0, before)
    while (last := _row(links[-1])).next and len(links) < MOST_LINKS:
        after = await _one(last.next)
        if after is None:
            break
        links.append(after)
    return Chain(links=tuple(_view(r) for r in links if _may_read(_row(r), actor)))


@get("/whistles/{whistle:str}/gantt", summary="Callouts and phases of a whistle over time")
async def get_gantt(request: AnyRequest, whistle: FromPath[str]) -> GanttPanel:
    found = _row(await _readable(request, whistle))
    return gantt_of((found,), host_of(request).clock.now())


@get("/gantt", summary="Staged remediations at work over time")
async def get_gantts(request: AnyRequest, area: Digits = "") -> GanttPanel:
    seen = seen_by(actor_of(request))
    now = host_of(request).clock.now()
    if seen is None:
        return GanttPanel(bars=(), as_of=now)
    wanted: list[Condition] = [seen, WhistleTable.status == "BLOWN"]
    if area:
        wanted.append(WhistleTable.area.like(f"{area}%"))
    planned = WhereRaw("jsonb_path_exists(doc, '$.callouts[*].phases[*]')")
    records = await WhistleTable.select(WhistleTable.doc).where(*wanted, planned).limit(MOST_BARS)
    return gantt_of(map(_row, records), now)


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    get_whistles,
    get_inbox,
    get_chain,
    get_gantt,
    get_gantts,
)
