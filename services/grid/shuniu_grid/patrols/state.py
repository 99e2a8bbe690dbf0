"""Rows of patrol rounds and key spots, and how facts change them."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Emit
from shuniu.chassis.rows import Happening, Index, Key, Timer
from shuniu.chassis.terms import clock_of
from shuniu.contracts.clock import ClockOverdue, ClockSoon
from shuniu.contracts.envelope import Fact
from shuniu.contracts.grid import patrols as facts
from shuniu.contracts.text import Text
from shuniu.rules.clocks import Clock, clock_due, clock_timers, mark, most_urgent

from shuniu_grid.patrols.lifecycle import PATROL
from shuniu_grid.settings import business_day

__all__ = (
    "Hand", "KeySpot", "PatrolRound", "Visit", "due", "evolve", "evolve_hand", "evolve_spot", "index", "move_of",
    "spot_due", "timers", "visits_missing",
)  # fmt: skip

replace = msgspec.structs.replace
WEEK = timedelta(days=7)
_KEPT_VISITS = timedelta(days=28)


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """A key spot visited on a round; ``note`` refers to sealed text."""

    spot: str
    at: datetime
    fine: bool
    note: str = ""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A grid event that came of a round."""

    event: str
    number: str


class PatrolRound(msgspec.Struct, frozen=True, kw_only=True):
    """A round as rules read it. ``worker`` is an opaque account id. Nothing here tells where the worker went."""

    id: str
    number: str
    status: str
    area: str
    worker: str
    on: date
    planned_by: str
    planned_at: datetime
    spots: tuple[str, ...] = ()
    """Key spots that were due when it was planned: the round's list."""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    resting_since: datetime | None = None
    rested_s: int = 0
    minutes: int = 0
    visits: tuple[Visit, ...] = ()
    findings: tuple[Finding, ...] = ()
    chunks: tuple[int, ...] = ()
    """Numbers of the pieces of track that came in."""
    length_m: int | None = None
    coverage_percent: int | None = None
    came_by: tuple[str, ...] = ()
    """Key spots the track came by."""
    cancel_reason: str = ""
    clocks: tuple[Clock, ...] = ()

    @property
    def open(self) -> bool:
        """Whether it is still to be walked or under way."""
        return PATROL.status(self.status).open

    @property
    def spots_hit(self) -> tuple[str, ...]:
        """Key spots visited or come by, in code order."""
        return tuple(sorted({*(v.spot for v in self.visits), *self.came_by}))


class KeySpot(msgspec.Struct, frozen=True, kw_only=True):
    """A place to be looked at again and again, and the days it was. ``visits_per_week`` 0: no target was set (2.18)."""

    id: str
    area: str
    title: Text
    kind: facts.SpotKind
    lon: float | None = None
    lat: float | None = None
    visits_per_week: int = 0
    valid_to: date | None = None
    visited: tuple[date, ...] = ()
    """Days of visits in the last four weeks, oldest first."""


class Hand(msgspec.Struct, frozen=True, kw_only=True):
    """Guard row: the one round a worker is on."""

    worker: str
    round: str


_MOVES: dict[type[Fact], str] = {
    facts.PatrolPlanned: "plan_patrol",
    facts.PatrolStarted: "start_patrol",
    facts.PatrolPaused: "pause_patrol",
    facts.PatrolResumed: "resume_patrol",
    facts.PatrolSpotChecked: "check_spot",
    facts.PatrolFinding: "found",
    facts.PatrolTrackReceived: "upload_track",
    facts.PatrolEnded: "end_patrol",
    facts.PatrolMeasured: "measured",
    facts.PatrolCancelled: "cancel_patrol",
}


def move_of(fact: Fact) -> str:
    """The life cycle's move that a fact tells of."""
    return _MOVES[type(fact)]


def visits_missing(spot: KeySpot, today: date, target: int) -> int:
    """How many visits of the last seven days (today among them) are missing; 0 without a target."""
    wanted = spot.visits_per_week or target
    return max(0, wanted - sum(1 for day in spot.visited if today - WEEK < day <= today))


def spot_due(spot: KeySpot, today: date, target: int) -> bool:
    """Whether a key spot is to be visited today; one seen today is not."""
    valid = spot.valid_to is None or today <= spot.valid_to
    return valid and today not in spot.visited and visits_missing(spot, today, target) > 0


def _met(row: PatrolRound, at: datetime, state: str) -> tuple[Clock, ...]:
    return tuple(c.stop(at, state) if c.state == "running" else c for c in row.clocks)  # type: ignore[arg-type]


def _rested(row: PatrolRound, at: datetime) -> int:
    """Seconds rested up to ``at``."""
    return row.rested_s + (int((at - row.resting_since).total_seconds()) if row.resting_since else 0)


def evolve(row: PatrolRound | None, fact: Fact, now: Happening) -> PatrolRound:
    """The round after a fact; never refuses."""
    if isinstance(fact, facts.PatrolPlanned):
        return PatrolRound(
            id=fact.matter,
            number=fact.number,
            status=PATROL.initial,
            area=fact.area,
            worker=fact.worker,
            on=fact.on,
            planned_by=now.actor,
            planned_at=now.time,
            spots=fact.spots,
            clocks=(clock_of(fact.term),) if fact.term else (),
        )
    assert row is not None, f"{type(fact).__name__} of a round nobody planned"
    if isinstance(fact, ClockSoon | ClockOverdue):
        return replace(row, clocks=mark(row.clocks, fact))
    return replace(row, status=PATROL.move(move_of(fact)).target or row.status, **_changes(row, fact, now))


def _changes(row: PatrolRound, fact: Fact, now: Happening) -> dict[str, Any]:
    match fact:
        case facts.PatrolStarted():
            return {"started_at": now.time, "clocks": _met(row, now.time, "met")}
        case facts.PatrolPaused():
            return {"resting_since": now.time}
        case facts.PatrolResumed():
            return {"rested_s": _rested(row, now.time), "resting_since": None}
        case facts.PatrolSpotChecked():
            visit = Visit(spot=fact.spot, at=now.time, fine=fact.fine, note=fact.note)
            return {"visits": (*row.visits, visit)}
        case facts.PatrolFinding():
            return {"findings": (*row.findings, Finding(event=fact.event, number=fact.number))}
        case facts.PatrolTrackReceived():
            return {"chunks": tuple(sorted({*row.chunks, fact.chunk}))}
        case facts.PatrolEnded():
            rested = _rested(row, now.time)
            return {"ended_at": now.time, "minutes": fact.minutes, "rested_s": rested, "resting_since": None}
        case facts.PatrolMeasured():
            return {"length_m": fact.length_m, "coverage_percent": fact.coverage_percent, "came_by": fact.spots}
        case facts.PatrolCancelled():
            return {"cancel_reason": fact.reason, "ended_at": now.time, "clocks": _met(row, now.time, "stopped")}
    return {}


def evolve_spot(row: KeySpot | None, fact: Fact, now: Happening) -> KeySpot:
    """The key spot after a fact."""
    match fact:
        case facts.KeySpotDefined():
            return KeySpot(
                id=fact.spot,
                area=fact.area,
                title=fact.title,
                kind=fact.kind,
                lon=fact.lon,
                lat=fact.lat,
                visits_per_week=fact.visits_per_week,
                visited=row.visited if row is not None else (),
            )
        case facts.KeySpotRetired():
            assert row is not None
            return replace(row, valid_to=fact.valid_to)
        case _:
            assert row is not None
            today = business_day(now.time)
            return replace(row, visited=(*(d for d in row.visited if d > today - _KEPT_VISITS), today))


def evolve_hand(row: Hand | None, fact: Fact, now: Happening) -> Hand | None:
    """Which round the worker who acts is on; None when it is over."""
    if isinstance(fact, facts.PatrolStarted):
        return Hand(worker=now.actor, round=fact.matter)
    return None


def index(row: PatrolRound) -> Index:
    """Columns routes filter by."""
    clock = most_urgent(row.clocks)
    return Index(status=row.status, area=row.area, due_at=clock.due_at if clock else None)


def timers(row: PatrolRound) -> Iterable[Timer]:
    """When the round wants to be woken: the end of the day it is planned for."""
    return [Timer(*t) for t in clock_timers(row.clocks)]


def due(row: PatrolRound, ctx: Context) -> Sequence[Emit]:
    """What has to be said about its clock by now."""
    key = Key(PATROL.kind, row.id)
    return [Emit(fact, (key,), row.area) for fact in clock_due(row.id, row.clocks, ctx.now)]
