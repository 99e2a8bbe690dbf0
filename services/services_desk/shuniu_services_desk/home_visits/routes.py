"""When visits take place, receipts for originals, and how a visit stands for whoever holds its code."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter
from shuniu.chassis.documents.render import MEDIA_TYPE
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.chassis.keyed import keyed
from shuniu.chassis.state import load_row
from shuniu.chassis.tables import any_of, in_areas
from shuniu.contracts.manifest import Route
from shuniu.contracts.panels import CalendarEntry, CalendarPanel, MatterPointer
from shuniu.contracts.text import Text
from shuniu.rules.refusal import NotFound

from shuniu_services_desk.cases.receipts import rendered
from shuniu_services_desk.home_visits.rows import HOME_CODE, HOME_VISIT
from shuniu_services_desk.home_visits.state import HomeVisit, HomeVisitTable
from shuniu_services_desk.roles import DESK
from shuniu_services_desk.texts import words_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("HANDLERS", "ROUTES")

WORDS = words_of("home_visits")
AnyRequest = Request[Any, Any, Any]
FollowText = Annotated[str, QueryParameter(min_length=12, max_length=24)]


class FollowedVisit(msgspec.Struct, frozen=True, kw_only=True):
    """How a visit stands, for whoever holds its code: no name, no address."""

    number: str
    status: str
    title: Text
    starts_at: datetime | None
    ends_at: datetime | None
    holding: tuple[str, ...]
    documents: tuple[str, ...]


async def _followed(host: "Host", code: str) -> HomeVisit:
    held = await load_row(host.pool, HOME_CODE, keyed(host).of_code(code))
    found = await load_row(host.pool, HOME_VISIT, held[0].visit) if held is not None else None
    if found is None:
        raise NotFound("case.code_unknown")
    return found[0]


@get("/home-visits/follow", opt={"public": True}, summary="How a home visit stands, by its follow-up code")
async def get_followed(request: AnyRequest, code: FollowText) -> FollowedVisit:
    v = await _followed(host_of(request), code)
    return FollowedVisit(
        number=v.number,
        status=v.status,
        title=WORDS[f"status.desk_home_visit.{v.status}"],
        starts_at=v.starts_at,
        ends_at=v.ends_at,
        holding=v.holding,
        documents=tuple(d.code for d in v.documents),
    )


@get("/home-visits/follow/receipt", opt={"public": True}, summary="A receipt for originals, by the follow-up code")
async def get_followed_receipt(
    request: AnyRequest, code: FollowText, document: Annotated[str, QueryParameter(max_length=40)]
) -> Response[bytes]:
    host = host_of(request)
    v = await _followed(host, code)
    return Response(await rendered(v, document, host, "home_visits"), media_type=MEDIA_TYPE)


@get("/home-visits/{visit:str}/receipts/{document:str}", summary="A receipt for originals, for the desk")
async def get_receipt(request: AnyRequest, visit: FromPath[str], document: FromPath[str]) -> Response[bytes]:
    host = host_of(request)
    actor = actor_of(request)
    found = await load_row(host.pool, HOME_VISIT, visit)
    if found is None or not (actor.has_role(*DESK) and actor.covers(found[0].area)):
        raise NotFound("desk_home_visit.unknown", params={"id": visit[:40]})
    return Response(await rendered(found[0], document, host, "home_visits"), media_type=MEDIA_TYPE)


@get("/home-visits/calendar", summary="Appointments of home visits, those the caller may see")
async def get_calendar(request: AnyRequest) -> CalendarPanel:
    host = host_of(request)
    actor = actor_of(request)
    wanted = any_of(in_areas(HomeVisitTable, actor))
    entries = []
    if wanted is not None and actor.clearance >= 2:
        query = HomeVisitTable.select(HomeVisitTable.doc).where(wanted, HomeVisitTable.status == "APPOINTED")
        for record in await query.limit(500):
            v = msgspec.json.decode(record["doc"], type=HomeVisit)
            assert v.starts_at is not None
            entries.append(
                CalendarEntry(
                    id=v.id,
                    title=WORDS["kind.desk_home_visit"].within(f"{v.number} {{}}"),
                    starts_at=v.starts_at,
                    ends_at=v.ends_at,
                    area=v.area,
                    status=v.status,
                    matter=MatterPointer(kind="desk_home_visit", id=v.id, number=v.number),
                )
            )
    return CalendarPanel(entries=tuple(sorted(entries, key=lambda e: e.starts_at)), as_of=host.clock.now())


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_calendar, get_followed, get_followed_receipt, get_receipt)
ROUTES = (
    Route(path="/home-visits/calendar", title=WORDS["route.home_calendar"]),
    Route(path="/home-visits/follow", title=WORDS["route.home_follow"], public=True),
    Route(path="/home-visits/follow/receipt", title=WORDS["route.home_follow_receipt"], public=True),
    Route(path="/home-visits/{visit}/receipts/{document}", title=WORDS["route.home_receipt"]),
)
