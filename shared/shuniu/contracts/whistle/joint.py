"""What recurring joint governance (定期共治) says: series, their sessions, attendance, resolutions (article; issue 3).

Free text never stands here: a ``…_ref`` points into the owner's encrypted fields. Times are UTC, dates business dates.
"""

from datetime import date, datetime
from typing import Literal

import msgspec

from shuniu.contracts.clock import Term
from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.summary import Place
from shuniu.contracts.whistle.whistles import EvidenceRef, MatterKey

__all__ = (
    "FACTS",
    "AgendaAdded",
    "AttendanceNoted",
    "Becomes",
    "Guest",
    "ResolutionMade",
    "SeriesEnded",
    "SeriesPlanned",
    "SessionArchived",
    "SessionCancelled",
    "SessionHeld",
    "SessionMoved",
    "SessionScheduled",
)

Becomes = Literal["WHISTLE", "PHASE", "NOTE"]
"""What comes of a resolution: a new whistle, a phase of a whistle at work, or nothing but the resolution."""


class Guest(msgspec.Struct, frozen=True, kw_only=True):
    """A participant of another scope; ``unit`` "" is the street or district as such."""

    scope: str
    unit: str = ""


@fact("whistle", "series.planned.v1")
class SeriesPlanned(Fact, frozen=True, kw_only=True):
    """A joint governance that recurs: about an item of the whistle list at a place, with whom, how often."""

    series: str
    number: str
    item: str
    item_title: str
    area: str
    place: Place
    recurrence: str
    """RFC 5545 recurrence rule, e.g. ``FREQ=MONTHLY;BYDAY=1TU``."""
    first_on: date
    minute_of_day: int
    minutes: int
    units: tuple[str, ...]
    guests: tuple[Guest, ...]
    note_ref: str = ""


@fact("whistle", "series.ended.v1")
class SeriesEnded(Fact, frozen=True, kw_only=True):
    """No further sessions; those scheduled stand until they are cancelled."""

    series: str
    reason_ref: str


@fact("whistle", "session.scheduled.v1")
class SessionScheduled(Fact, frozen=True, kw_only=True):
    """A session was scheduled. A planned day of rest moves to the next working day; ``provisional`` where the calendar
    of that year is not published."""

    session: str
    number: str
    series: str
    nth: int
    planned_on: date
    held_on: date
    starts_at: datetime
    ends_at: datetime
    provisional: bool
    item: str
    item_title: str
    area: str
    place: Place
    units: tuple[str, ...]
    guests: tuple[Guest, ...]
    term: Term
    """Until when its minutes are to be filed."""


@fact("whistle", "session.moved.v1")
class SessionMoved(Fact, frozen=True, kw_only=True):
    """A session takes place at another time."""

    session: str
    starts_at: datetime
    ends_at: datetime
    term: Term
    reason_ref: str


@fact("whistle", "agenda.added.v1")
class AgendaAdded(Fact, frozen=True, kw_only=True):
    """A matter or a question was put on the agenda (议题)."""

    session: str
    entry: str
    subject: MatterKey | None
    text_ref: str = ""


@fact("whistle", "attendance.noted.v1")
class AttendanceNoted(Fact, frozen=True, kw_only=True):
    """Whether a participant came, and with how many people."""

    session: str
    unit: str
    people: int
    """0: it did not come."""


@fact("whistle", "session.held.v1")
class SessionHeld(Fact, frozen=True, kw_only=True):
    """The session took place; its minutes (纪要) are filed."""

    session: str
    minutes_ref: str
    evidence: tuple[EvidenceRef, ...] = ()


@fact("whistle", "resolution.made.v1")
class ResolutionMade(Fact, frozen=True, kw_only=True):
    """What the session resolved (决议), and what came of it."""

    session: str
    resolution: str
    becomes: Becomes
    text_ref: str
    whistle: str = ""
    whistle_number: str = ""
    phase: str = ""


@fact("whistle", "session.archived.v1")
class SessionArchived(Fact, frozen=True, kw_only=True):
    """Minutes and resolutions are complete."""

    session: str


@fact("whistle", "session.cancelled.v1")
class SessionCancelled(Fact, frozen=True, kw_only=True):
    """The session does not take place."""

    session: str
    reason_ref: str


FACTS: tuple[type[Fact], ...] = (
    SeriesPlanned,
    SeriesEnded,
    SessionScheduled,
    SessionMoved,
    AgendaAdded,
    AttendanceNoted,
    SessionHeld,
    ResolutionMade,
    SessionArchived,
    SessionCancelled,
)
