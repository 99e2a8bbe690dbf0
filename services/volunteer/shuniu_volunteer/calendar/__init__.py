"""Calendars (日历): what takes place as a panel and as iCalendar feeds, public and one's own (RFC 5545)."""

from shuniu.chassis.service import Capability, Catalogue
from shuniu.contracts.manifest import Panel, Route
from shuniu.contracts.volunteer.volunteers import CalendarRenewed

from shuniu_volunteer.calendar.commands import COMMANDS
from shuniu_volunteer.calendar.routes import HANDLERS

__all__ = ("capability",)

_TEXTS = Catalogue.load("shuniu_volunteer.calendar")

capability = Capability(
    name="calendar",
    texts=_TEXTS,
    commands=COMMANDS,
    facts=(CalendarRenewed,),
    panels=(
        Panel(
            id="volunteer.calendar",
            title=_TEXTS["panel.activity_calendar"],
            kind="calendar",
            route="/activities/calendar",
            surface="service",
            order=60,
        ),
    ),
    routes=(
        Route(path="/activities/calendar", title=_TEXTS["panel.activity_calendar"], public=True),
        Route(path="/activities/calendar.ics", title=_TEXTS["route.public_feed"], public=True),
        Route(path="/me/calendar", title=_TEXTS["route.my_calendar"]),
        Route(path="/calendars/{volunteer}/{token}", title=_TEXTS["route.own_feed"], public=True),
    ),
    handlers=HANDLERS,
)
