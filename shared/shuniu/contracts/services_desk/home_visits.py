"""What home visits of the desk (帮办代办, 上门) say. Who is visited, where they live and why stands nowhere here.

``staff`` are opaque account ids, materials codes of the guides, times UTC.
"""

from datetime import datetime
from typing import Literal

from shuniu.contracts.clock import Term
from shuniu.contracts.envelope import Fact, fact

__all__ = (
    "FACTS",
    "HomeVisitAppointed",
    "HomeVisitCancelled",
    "HomeVisitCollected",
    "HomeVisitDone",
    "HomeVisitFailed",
    "HomeVisitGaveBack",
    "HomeVisitMissed",
    "HomeVisitRefused",
    "HomeVisitRequested",
    "HomeVisitSubmitted",
    "HomeVisitWay",
)

HomeVisitWay = Literal["ACCOMPANY", "ON_BEHALF"]
"""帮办 (somebody helps), 代办 (somebody does it for them)."""
RefusedGround = Literal["NOT_ENTITLED", "OUT_OF_AREA", "NOT_BY_VISIT"]
"""不符合上门条件, 不在辖区, 事项不能上门办."""


@fact("services_desk", "home_visit.requested.v1")
class HomeVisitRequested(Fact, frozen=True, kw_only=True):
    """Somebody who cannot come asks to be visited, or somebody asks for them."""

    visit: str
    number: str
    area: str
    items: tuple[str, ...]
    way: HomeVisitWay
    online: bool = False
    for_other: bool = False
    person_ref: str
    reason_ref: str
    term: Term


@fact("services_desk", "home_visit.appointed.v1")
class HomeVisitAppointed(Fact, frozen=True, kw_only=True):
    """Who comes, and between when (预约); said again, it is another appointment."""

    visit: str
    staff: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    again: bool = False
    term: Term


@fact("services_desk", "home_visit.missed.v1")
class HomeVisitMissed(Fact, frozen=True, kw_only=True):
    """Nobody was there; another appointment is to be made."""

    visit: str
    attempt: int
    note_ref: str = ""
    term: Term


@fact("services_desk", "home_visit.failed.v1")
class HomeVisitFailed(Fact, frozen=True, kw_only=True):
    """It came to nothing, after so many attempts."""

    visit: str
    attempts: int
    note_ref: str = ""


@fact("services_desk", "home_visit.collected.v1")
class HomeVisitCollected(Fact, frozen=True, kw_only=True):
    """Two of the staff took originals with them, against a receipt; they are back by the end of ``term``."""

    visit: str
    materials: tuple[str, ...]
    staff: tuple[str, ...]
    term: Term


@fact("services_desk", "home_visit.submitted.v1")
class HomeVisitSubmitted(Fact, frozen=True, kw_only=True):
    """Cases were submitted for the person, with their recorded consent (代为申请)."""

    visit: str
    cases: tuple[str, ...]
    consent: bool


@fact("services_desk", "home_visit.gave_back.v1")
class HomeVisitGaveBack(Fact, frozen=True, kw_only=True):
    """Originals are back with the person, against a receipt; with none left the visit is done."""

    visit: str
    materials: tuple[str, ...]
    left: tuple[str, ...] = ()
    late: bool = False


@fact("services_desk", "home_visit.done.v1")
class HomeVisitDone(Fact, frozen=True, kw_only=True):
    """The visit took place and nothing was taken along."""

    visit: str
    note_ref: str = ""


@fact("services_desk", "home_visit.refused.v1")
class HomeVisitRefused(Fact, frozen=True, kw_only=True):
    """Not by visit, and why."""

    visit: str
    ground: RefusedGround
    note_ref: str = ""


@fact("services_desk", "home_visit.cancelled.v1")
class HomeVisitCancelled(Fact, frozen=True, kw_only=True):
    """It is not wanted any more."""

    visit: str
    by_code: bool = False
    note_ref: str = ""


FACTS: tuple[type[Fact], ...] = (
    HomeVisitRequested,
    HomeVisitAppointed,
    HomeVisitMissed,
    HomeVisitFailed,
    HomeVisitCollected,
    HomeVisitSubmitted,
    HomeVisitGaveBack,
    HomeVisitDone,
    HomeVisitRefused,
    HomeVisitCancelled,
)
