"""Facts of visits (走访), domain rules 2.18, 11.5 and 7.1.

``matter`` is the visit's id, a UUIDv7. ``subject`` is a unit's or a household's number in its register. The diary is
sealed (``note``); the time of a visit is told as a day, because a worker's whereabouts are nobody's business. No fact
tells how often a household is to be visited: that would tell why.
"""

from datetime import date
from typing import Literal

import msgspec

from shuniu.contracts.clock import Term
from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.grid.events import Photo
from shuniu.contracts.summary import Place

__all__ = (
    "DropReason",
    "VisitDropped",
    "VisitFact",
    "VisitFinding",
    "VisitHow",
    "VisitPlanned",
    "VisitRecorded",
    "VisitSubject",
    "VisitsOverdue",
)

VisitSubject = Literal["UNIT", "HOUSEHOLD"]
"""实有单位, 居民户."""
VisitHow = Literal["DOOR", "PHONE"]
"""上门, 电话."""
DropReason = Literal["NOT_NEEDED", "MOVED_AWAY", "MISTAKE"]
"""Why a planned visit does not take place: not needed any more, moved away, planned by mistake."""


class VisitFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A grid event that came of a visit."""

    event: str
    number: str


class VisitFact(Fact, frozen=True, kw_only=True):
    """What all facts about one visit share."""

    matter: str


@fact("grid", "visit.planned.v1")
class VisitPlanned(VisitFact, frozen=True, kw_only=True):
    """A visit is to be made by the end of a day; ``after`` is the visit it follows up, where it follows one."""

    number: str
    visit_to: VisitSubject
    subject: str
    area: str
    title: str = ""
    """The unit's name, a public sign; empty for households."""
    place: Place = Place()
    on: date
    after: str = ""
    term: Term


@fact("grid", "visit.recorded.v1")
class VisitRecorded(VisitFact, frozen=True, kw_only=True):
    """A visit was made. With nobody met it is an attempt (未遇), which counts as no visit."""

    number: str
    visit_to: VisitSubject
    subject: str
    area: str
    title: str = ""
    place: Place = Place()
    how: VisitHow
    met: bool
    on: date
    note: str = ""
    photos: tuple[Photo, ...] = ()
    findings: tuple[VisitFinding, ...] = ()


@fact("grid", "visit.dropped.v1")
class VisitDropped(VisitFact, frozen=True, kw_only=True):
    """A planned visit does not take place."""

    reason: DropReason


@fact("grid", "visits.overdue.v1")
class VisitsOverdue(Fact, frozen=True, kw_only=True):
    """So many units and households of a grid went past the day they were to be visited by, after ``since`` and up to
    ``until``. Each is counted once, when its day has passed. ``since`` is None where nothing was told before."""

    area: str
    since: date | None
    until: date
    units: int
    households: int
