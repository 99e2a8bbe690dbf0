"""The calendar of joint governance: as a panel, and as an iCalendar feed (RFC 5545) by the icalendar library."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any

import icalendar
import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from piccolo.columns.combination import WhereRaw
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.chassis.identity.policy import may_read
from shuniu.contracts.manifest import Route
from shuniu.contracts.panels import CalendarEntry, CalendarPanel, MatterPointer
from shuniu.rules.calendar import local, midnight

from shuniu_whistle.joint.face import title_of
from shuniu_whistle.joint.state import Series, Session, visibility
from shuniu_whistle.joint.tables import JointSeriesTable, JointSessionTable
from shuniu_whistle.texts import words_of

__all__ = ("HANDLERS", "ROUTES", "calendar_of")

AnyRequest = Request[Any, Any, Any]
WORDS = words_of("joint")
From = Annotated[date | None, QueryParameter(name="from")]
To = Annotated[date | None, QueryParameter(name="to")]
MOST = 500


class SeriesView(msgspec.Struct, frozen=True, kw_only=True):
    """A series without anything a person wrote."""

    id: str
    number: str
    item_title: str
    place: str
    recurrence: str
    active: bool
    sessions: int
    units: tuple[str, ...]
    guests: tuple[str, ...]


class SeriesList(msgspec.Struct, frozen=True, kw_only=True):
    """Series of joint governance in the caller's areas."""

    series: tuple[SeriesView, ...]


async def _sessions(request: AnyRequest, start: date | None, end: date | None) -> list[Session]:
    """Sessions the caller may read between two days; by default from 30 days ago to 90 days ahead."""
    host = host_of(request)
    actor = actor_of(request)
    day = local(host.clock.now()).date()
    first, last = start or day - timedelta(days=30), end or day + timedelta(days=90)
    records = (
        await JointSessionTable.select(JointSessionTable.doc)
        .where(WhereRaw("(doc->>'starts_at')::timestamptz >= {}", midnight(first)))
        .where(WhereRaw("(doc->>'starts_at')::timestamptz < {}", midnight(last + timedelta(days=1))))
        .limit(MOST)
    )
    found = [msgspec.json.decode(r["doc"], type=Session) for r in records]
    return sorted((s for s in found if may_read(visibility(s), s.area, actor)), key=lambda s: (s.starts_at, s.id))


@get("/joint/calendar", summary="Sessions of joint governance by time")
async def get_calendar(request: AnyRequest, start: From = None, end: To = None) -> CalendarPanel:
    entries = tuple(
        CalendarEntry(
            id=s.id,
            title=title_of(s),
            starts_at=s.starts_at,
            ends_at=s.ends_at,
            area=s.area,
            units=s.everybody,
            status=s.status,
            matter=MatterPointer(kind="joint_session", id=s.id, number=s.number),
        )
        for s in await _sessions(request, start, end)
    )
    return CalendarPanel(entries=entries, as_of=host_of(request).clock.now())


def calendar_of(sessions: list[Session], now: datetime, scope: str) -> bytes:
    """The sessions as an iCalendar file: published words only, no person, no minutes."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//shuniu//joint governance//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", WORDS["panel.joint"].zh)
    for s in sessions:
        event = icalendar.Event()
        event.add("uid", f"{s.id}@{scope}")
        event.add("dtstamp", now)
        event.add("dtstart", s.starts_at)
        event.add("dtend", s.ends_at)
        event.add("summary", f"{title_of(s)}（{s.number}）")
        event.add("location", s.place.name)
        event.add("sequence", s.moved)
        event.add("status", "CANCELLED" if s.status == "CALLED_OFF" else "CONFIRMED")
        calendar.add_component(event)
    body: bytes = calendar.to_ical()
    return body


@get("/joint/calendar.ics", summary="The same as an iCalendar feed", media_type="text/calendar")
async def get_feed(request: AnyRequest, start: From = None, end: To = None) -> Response[bytes]:
    host = host_of(request)
    body = calendar_of(await _sessions(request, start, end), host.clock.now(), host.scope)
    return Response(body, media_type="text/calendar")


@get("/joint/series", summary="Series of joint governance")
async def get_series(request: AnyRequest) -> SeriesList:
    actor = actor_of(request)
    records = await JointSeriesTable.select(JointSeriesTable.doc).limit(MOST)
    found = [msgspec.json.decode(r["doc"], type=Series) for r in records]
    return SeriesList(
        series=tuple(
            SeriesView(
                id=s.id,
                number=s.number,
                item_title=s.item_title,
                place=s.place.name,
                recurrence=s.recurrence,
                active=s.active,
                sessions=s.nth,
                units=s.units,
                guests=tuple(g.unit or g.scope for g in s.guests),
            )
            for s in sorted(found, key=lambda s: s.number)
            if actor.covers(s.area) or actor.acts_for(*s.units)
        )
    )


ROUTES = (
    Route(path="/joint/calendar", title=WORDS["route.joint_calendar"]),
    Route(path="/joint/calendar.ics", title=WORDS["route.joint_feed"]),
    Route(path="/joint/series", title=WORDS["route.joint_series"]),
)
HANDLERS: tuple[HTTPRouteHandler, ...] = (get_calendar, get_feed, get_series)
