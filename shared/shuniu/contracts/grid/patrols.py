"""Facts of patrol rounds (巡查) and key spots (重点点位), domain rules 2.17, 2.18, 11.5 and 7.1.

``matter`` is the round's id, a UUIDv7. Where a worker went is sensitive personal data (行踪轨迹, PIPL §28): no fact
holds a point or a time of the track. What is told of it is coarsened: length to 100 metres, duration to 5 minutes,
coverage to 5 percent, and which key spots it came by.
"""

from datetime import date
from typing import Literal

from shuniu.contracts.clock import Term
from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.text import Text

__all__ = (
    "CancelReason",
    "KeySpotDefined",
    "KeySpotRetired",
    "PatrolCancelled",
    "PatrolEnded",
    "PatrolFact",
    "PatrolFinding",
    "PatrolMeasured",
    "PatrolPaused",
    "PatrolPlanned",
    "PatrolResumed",
    "PatrolSpotChecked",
    "PatrolStarted",
    "PatrolTrackReceived",
    "SpotKind",
)

CancelReason = Literal["WEATHER", "ILLNESS", "EMERGENCY_DUTY", "MISTAKE"]
"""Why a round does not take place: the weather, illness, an emergency elsewhere, entered by mistake."""

SpotKind = Literal["FIRE", "CROWD", "WATER", "BUILDING", "CONSTRUCTION", "MARKET", "SCHOOL", "OTHER"]
"""What makes a place a key spot (重点点位); a list of this project's own."""


class PatrolFact(Fact, frozen=True, kw_only=True):
    """What all facts about one round share."""

    matter: str


@fact("grid", "patrol.planned.v1")
class PatrolPlanned(PatrolFact, frozen=True, kw_only=True):
    """A round of a grid is planned for a day, for one worker (an account id); the key spots then due are its list."""

    number: str
    area: str
    worker: str
    on: date
    spots: tuple[str, ...] = ()
    term: Term | None = None


@fact("grid", "patrol.started.v1")
class PatrolStarted(PatrolFact, frozen=True, kw_only=True):
    """The worker set out."""


@fact("grid", "patrol.paused.v1")
class PatrolPaused(PatrolFact, frozen=True, kw_only=True):
    """The worker rests; neither the time nor a track of it counts."""


@fact("grid", "patrol.resumed.v1")
class PatrolResumed(PatrolFact, frozen=True, kw_only=True):
    """The worker goes on."""


@fact("grid", "patrol.spot_checked.v1")
class PatrolSpotChecked(PatrolFact, frozen=True, kw_only=True):
    """A key spot was visited; ``fine`` says whether all was well, ``note`` is an opaque reference."""

    spot: str
    fine: bool
    note: str = ""


@fact("grid", "patrol.finding.v1")
class PatrolFinding(PatrolFact, frozen=True, kw_only=True):
    """Something found on the round became a grid event."""

    event: str
    number: str


@fact("grid", "patrol.track_received.v1")
class PatrolTrackReceived(PatrolFact, frozen=True, kw_only=True):
    """A piece of the track came in and is kept apart, encrypted; ``chunk`` counts from 0."""

    chunk: int


@fact("grid", "patrol.ended.v1")
class PatrolEnded(PatrolFact, frozen=True, kw_only=True):
    """The round is over after so many ``minutes`` without pauses, to the next 5."""

    minutes: int


@fact("grid", "patrol.measured.v1")
class PatrolMeasured(PatrolFact, frozen=True, kw_only=True):
    """What the track comes to, coarsened; again when a late piece of it arrives. None: the grid has no outline."""

    length_m: int
    coverage_percent: int | None = None
    spots: tuple[str, ...] = ()


@fact("grid", "patrol.cancelled.v1")
class PatrolCancelled(PatrolFact, frozen=True, kw_only=True):
    """The round does not take place, or is broken off."""

    reason: CancelReason


@fact("grid", "key_spot.defined.v1")
class KeySpotDefined(Fact, frozen=True, kw_only=True):
    """A place to be looked at again and again; ``visits_per_week`` 0 where nobody has set a target (2.18)."""

    spot: str
    area: str
    title: Text
    kind: SpotKind
    lon: float | None = None
    lat: float | None = None
    visits_per_week: int = 0


@fact("grid", "key_spot.retired.v1")
class KeySpotRetired(Fact, frozen=True, kw_only=True):
    """No key spot any more from the day after ``valid_to``."""

    spot: str
    valid_to: date
