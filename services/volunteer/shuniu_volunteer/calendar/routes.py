"""Calendars to read: published words only in the public one, one's own places and waiting in one's own."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import icalendar
import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.chassis.keyed import keyed
from shuniu.chassis.state import load_row
from shuniu.contracts.panels import CalendarEntry, CalendarPanel, MatterPointer
from shuniu.contracts.text import Text
from shuniu.rules.refusal import NotFound

from shuniu_volunteer.activities.routes import activities_between, parts_of_volunteer
from shuniu_volunteer.activities.state import Activity
from shuniu_volunteer.texts import words_of
from shuniu_volunteer.volunteers.routes import mine
from shuniu_volunteer.volunteers.volunteer import VOLUNTEER

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("HANDLERS", "calendar_of")

AnyRequest = Request[Any, Any, Any]
Digits = Annotated[str, QueryParameter(max_length=15, pattern=r"^[0-9]*$")]
BACK, AHEAD = timedelta(days=31), timedelta(days=180)
_PUBLIC = ["RECRUITING", "READY", "ONGOING", "FINISHED", "HOURS_PENDING", "HOURS_CONFIRMED", "NOTICED", "ARCHIVED"]
_SHOWN = [*_PUBLIC, "CANCELLED"]
_MINE = ("APPLIED", "WAITLISTED", "ACCEPTED", "CHECKED_IN")
USE = "calendar"


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where one's own calendar is; whoever knows the address reads it."""

    path: str


def _title(a: Activity) -> str:
    return words_of("activities")[f"category.{a.plan.category}"].zh


def _titled(a: Activity) -> Text:
    title: Text = words_of("activities")[f"category.{a.plan.category}"]
    return title.within(f"{{}} · {a.plan.place.name}") if a.plan.place.name else title


def calendar_of(activities: list[tuple[Activity, str]], now: datetime, scope: str) -> bytes:
    """Activities (each with a word before its title) as an iCalendar file; no person stands in it."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//shuniu//volunteer activities//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", words_of("calendar")["panel.activity_calendar"].zh)
    for a, before in activities:
        event = icalendar.Event()
        event.add("uid", f"{a.id}@{scope}")
        event.add("dtstamp", now)
        event.add("dtstart", a.plan.starts_at)
        event.add("dtend", a.plan.ends_at)
        event.add("summary", f"{before}{_title(a)} · {a.plan.title}（{a.number}）")
        event.add("location", a.plan.place.name)
        event.add("status", "CANCELLED" if a.status == "CANCELLED" else "CONFIRMED")
        calendar.add_component(event)
    body: bytes = calendar.to_ical()
    return body


def _ics(body: bytes) -> Response[bytes]:
    return Response(body, media_type="text/calendar", headers={"Cache-Control": "no-store"})


@get("/activities/calendar", summary="Activities by the time they take place", opt={"public": True})
async def get_panel(request: AnyRequest, area: Digits = "") -> CalendarPanel:
    host = host_of(request)
    now = host.clock.now()
    found = await activities_between(now - BACK, now + AHEAD, _PUBLIC, area)
    entries = tuple(
        CalendarEntry(
            id=a.id,
            title=_titled(a),
            starts_at=a.plan.starts_at,
            ends_at=a.plan.ends_at,
            area=a.plan.area,
            units=tuple(u for u in (a.organiser,) if u),
            status=a.status,
            matter=MatterPointer(kind="volunteer_activity", id=a.id, number=a.number),
        )
        for a in found
    )
    return CalendarPanel(entries=entries, as_of=now)


@get("/activities/calendar.ics", summary="The same as an iCalendar feed", opt={"public": True})
async def get_feed(request: AnyRequest, area: Digits = "") -> Response[bytes]:
    host = host_of(request)
    now = host.clock.now()
    found = await activities_between(now - BACK, now + AHEAD, _SHOWN, area)
    return _ics(calendar_of([(a, "") for a in found], now, host.scope))


def _token(host: "Host", volunteer: str, generation: int) -> str:
    return keyed(host).token(USE, f"{volunteer}:{generation}", 32)


@get("/me/calendar", summary="The secret address of one's own calendar")
async def get_address(request: AnyRequest) -> Address:
    host = host_of(request)
    v = await mine(actor_of(request).id)
    if not v.calendar:
        raise NotFound("calendar.none")
    return Address(path=f"/calendars/{v.id}/{_token(host, v.id, v.calendar)}")


@get("/calendars/{volunteer:str}/{token:str}", summary="One's own activities as iCalendar", opt={"public": True})
async def get_own(request: AnyRequest, volunteer: FromPath[str], token: FromPath[str]) -> Response[bytes]:
    host = host_of(request)
    found = await load_row(host.pool, VOLUNTEER, volunteer[:60])
    v = found[0] if found else None
    given = token.removesuffix(".ics")
    # What is no address says the same as what never was one.
    if v is None or not v.active or not v.calendar or len(given) != 32:
        raise NotFound("calendar.unknown")
    if not keyed(host).holds(USE, f"{v.id}:{v.calendar}", given):
        raise NotFound("calendar.unknown")
    words = words_of("activities")
    parts = await parts_of_volunteer(v.id)
    listed = [
        (a, "" if p.status in ("ACCEPTED", "CHECKED_IN") else f"[{words[f'status.participation.{p.status}'].zh}] ")
        for p, a in parts
        if p.status in _MINE
    ]
    return _ics(calendar_of(listed, host.clock.now(), host.scope))


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_panel, get_feed, get_address, get_own)
