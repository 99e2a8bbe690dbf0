"""Reading grid events. Every query is Piccolo's."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, QueryParameter
from piccolo.columns.combination import WhereRaw
from shuniu.chassis.http.access import actor_of, audited_refusal, host_of
from shuniu.chassis.identity.policy import may_read
from shuniu.chassis.tables import Condition
from shuniu.contracts.summary import Place
from shuniu.rules.refusal import Forbidden, NotFound

from shuniu_grid.areas.routes import Digits
from shuniu_grid.events.face import GRID_EVENT
from shuniu_grid.events.finding import Similar, find_event, similar_to_event
from shuniu_grid.events.lifecycle import EVENT
from shuniu_grid.events.seeing import seen_by
from shuniu_grid.events.state import GridEvent
from shuniu_grid.events.tables import GridEventTable

__all__ = ("HANDLERS",)

_OPEN = [s.id for s in EVENT.statuses if s.open]
AnyRequest = Request[Any, Any, Any]
Page = Annotated[int, QueryParameter(ge=1, le=500)]


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    """A grid event without anything a person wrote."""

    id: str
    number: str
    version: int
    status: str
    source: str
    category: str
    area: str
    place: Place
    unit: str
    clue: bool
    self_handled: bool
    reworks: int
    opened_at: datetime
    closed_at: datetime | None
    due_at: datetime | None


class Events(msgspec.Struct, frozen=True, kw_only=True):
    """A page of grid events, newest first; ``total`` counts what the caller may see."""

    total: int
    items: tuple[EventView, ...]


@get("/events", summary="Grid events the caller may see, newest first")
async def get_events(
    request: AnyRequest,
    area: Digits = "",
    status: Annotated[str, QueryParameter(max_length=20)] = "",
    category: Annotated[str, QueryParameter(max_length=20)] = "",
    unit: Annotated[str, QueryParameter(max_length=60)] = "",
    open: FromQuery[bool | None] = None,  # noqa: A002 - the word of the view API
    late: FromQuery[bool | None] = None,
    mine: FromQuery[bool] = False,
    limit: Page = 50,
    offset: Annotated[int, QueryParameter(ge=0)] = 0,
) -> Events:
    host, actor = host_of(request), actor_of(request)
    seen = seen_by(actor)
    if seen is None or actor.clearance < 2:
        return Events(total=0, items=())
    wanted: list[Condition] = [seen]
    if area:
        wanted.append(GridEventTable.area.like(f"{area}%"))
    if status:
        wanted.append(GridEventTable.status == status)
    if category:
        wanted.append(WhereRaw("doc->>'category' like {}", f"{category.replace('%', '').replace('_', '')}%"))
    if unit:
        wanted.append(GridEventTable.unit == unit)
    if open is not None:
        wanted.append(GridEventTable.status.is_in(_OPEN) if open else GridEventTable.status.not_in(_OPEN))
    if late is not None:
        now = host.clock.now()
        wanted.append(GridEventTable.due_at <= now if late else GridEventTable.due_at > now)
    if mine:
        wanted.append(WhereRaw("doc->>'reporter' = {}", actor.id))
    total = await GridEventTable.count().where(*wanted)
    columns: Sequence[Any] = (GridEventTable.doc, GridEventTable.version, GridEventTable.due_at)
    # Ids are UUIDv7: their order is the order of reporting.
    rows = (
        await GridEventTable.select(*columns)
        .where(*wanted)
        .order_by(GridEventTable.key, ascending=False)
        .limit(limit)
        .offset(offset)
    )
    return Events(total=total, items=tuple(_event_view(r) for r in rows))


def _event_view(record: dict[str, Any]) -> EventView:
    row = msgspec.json.decode(record["doc"], type=GridEvent)
    return EventView(
        id=row.id,
        number=row.number,
        version=record["version"],
        status=row.status,
        source=row.source,
        category=row.category,
        area=row.area,
        place=row.place,
        unit=row.unit,
        clue=row.clue,
        self_handled=row.self_handled,
        reworks=row.reworks,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        due_at=record["due_at"],
    )


class SimilarEvents(msgspec.Struct, frozen=True, kw_only=True):
    """What an event may be a duplicate of, the most alike first."""

    event: str
    items: tuple[Similar, ...]


@get("/events/{event:str}/similar", summary="What an event may be a duplicate of, with the reasons")
async def get_similar(request: AnyRequest, event: FromPath[str]) -> SimilarEvents:
    host, actor = host_of(request), actor_of(request)
    row = await find_event(event)
    if row is None:
        raise NotFound("grid_event.unknown", params={"id": event[:60]})
    face = GRID_EVENT.face
    assert face is not None
    if not may_read(face.visibility(row), row.area, actor):
        refusal = Forbidden("access.not_visible")
        audited_refusal(host, "grid.similar", refusal, actor, row.id)
        raise refusal
    return SimilarEvents(event=row.id, items=tuple(await similar_to_event(row, host.context(actor), host)))


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_events, get_similar)
