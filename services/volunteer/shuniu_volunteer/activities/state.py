"""Activities and participations as rows, and the guards beside them."""

from datetime import date, datetime, timedelta

import msgspec
from shuniu.contracts.volunteer import activities as said
from shuniu.rules.calendar import local
from shuniu.rules.clocks import Clock, find_clock

__all__ = (
    "FINISH_AFTER",
    "KIND",
    "Activity",
    "Participation",
    "Roster",
    "Seat",
    "ServiceDay",
    "Span",
    "TextRef",
    "Took",
    "day_key",
    "participation_key",
)

KIND = "volunteer_activity"
FINISH_AFTER = timedelta(hours=2)
"""An activity that nobody finishes is over so long after its planned end (design choice)."""


class TextRef(msgspec.Struct, frozen=True):
    """A text kept apart, encrypted: what it is (a key of the catalogue), where."""

    label: str
    ref: str


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """An activity. It counts who takes part and names nobody; the roster does, beside it."""

    id: str
    number: str
    organiser: str
    plan: said.ActivityPlan
    status: str = "DRAFT"
    drafted_by: str = ""
    drafted_at: datetime
    ended_at: datetime | None = None
    insurance: str = ""
    origin: said.RequestOrigin | None = None
    applied: int = 0
    accepted: int = 0
    waiting: int = 0
    inside: int = 0
    """Checked in and not out yet."""
    pending: int = 0
    """Hours that one side or both have yet to confirm."""
    disputed: int = 0
    served: int = 0
    """People whose hours count."""
    minutes: int = 0
    texts: tuple[TextRef, ...] = ()
    clocks: tuple[Clock, ...] = ()

    @property
    def open(self) -> bool:
        """Whether anything is still to be done."""
        return self.status not in ("ARCHIVED", "CANCELLED")

    @property
    def on(self) -> date:
        """The business day it takes place on."""
        return local(self.plan.starts_at).date()

    @property
    def length(self) -> int:
        """Planned minutes."""
        return int((self.plan.ends_at - self.plan.starts_at).total_seconds()) // 60

    @property
    def full(self) -> bool:
        """Whether every place is taken."""
        return self.accepted >= self.plan.places

    def running(self, clock: str) -> Clock | None:
        """The clock of that id, while it runs."""
        found = find_clock(self.clocks, clock)
        return found if found is not None and found.state == "running" else None

    @property
    def moves_at(self) -> datetime | None:
        """When the activity moves on by itself; an archive waits for open disputes."""
        match self.status:
            case "READY":
                return self.plan.starts_at
            case "ONGOING":
                return self.plan.ends_at + FINISH_AFTER
            case "NOTICED" if not self.disputed:
                clock = self.running("hours_notice")
                return clock.due_at if clock else None
            case "DRAFT":
                clock = self.running("referral")
                return clock.due_at if clock else None
        return None


class Seat(msgspec.Struct, frozen=True):
    """Somebody on the roster, and the account they are told by."""

    volunteer: str
    account: str = ""


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    """Guard row: who has a place, who waits, in order. Loaded only by commands that need it."""

    accepted: tuple[Seat, ...] = ()
    waiting: tuple[Seat, ...] = ()
    applied: tuple[Seat, ...] = ()

    @property
    def everybody(self) -> tuple[Seat, ...]:
        """Everybody who would have to be told."""
        return (*self.accepted, *self.waiting, *self.applied)


class Participation(msgspec.Struct, frozen=True, kw_only=True):
    """One volunteer's taking part in one activity (参与)."""

    activity: str
    volunteer: str
    account: str = ""
    status: str = "APPLIED"
    area: str = ""
    team: str = ""
    since: datetime | None = None
    until: datetime | None = None
    break_minutes: int = 0
    minutes: int = 0
    booked: int = 0
    """Minutes that were confirmed, before and without an adjustment."""
    booking: said.Booking = "PERSONAL"
    on: date | None = None
    agreed_volunteer: str = ""
    """Who said so on the volunteer's side, by account; "" while nobody has."""
    agreed_organiser: str = ""
    disputed_by: str = ""
    checked_by: tuple[str, ...] = ()
    """Accounts of leaders who checked them in or out by their own word."""


class Span(msgspec.Struct, frozen=True):
    """Time served at one activity of a day, and the minutes it made."""

    activity: str
    since: datetime
    until: datetime
    minutes: int


class ServiceDay(msgspec.Struct, frozen=True):
    """Guard row: what one volunteer served on one business day; keeps overlaps out and the day's cap."""

    spans: tuple[Span, ...] = ()


class Took(msgspec.Struct, frozen=True):
    """Guard row: the activity a referral opened, so that none opens two."""

    activity: str


def participation_key(activity: str, volunteer: str) -> str:
    """Id of the row of one volunteer at one activity."""
    return f"{activity}.{volunteer}"


def day_key(volunteer: str, on: date) -> str:
    """Id of the guard row of one volunteer's day."""
    return f"{volunteer}.{on:%Y%m%d}"
