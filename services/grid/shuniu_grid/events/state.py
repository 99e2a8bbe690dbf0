"""A grid event (网格事件): its row as rules read it, its limits and timers (domain rules 10.3)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Literal

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Emit
from shuniu.chassis.rows import Index, Key, Timer
from shuniu.contracts.grid import events as facts
from shuniu.contracts.summary import Place
from shuniu.rules.clocks import Clock, clock_due, clock_timers, find_clock, most_urgent
from shuniu.rules.evidence import BlobRef

from shuniu_grid.events.lifecycle import EVENT

__all__ = ("Count", "Duplicate", "GridEvent", "Referral", "Step", "Wish", "due", "index", "next_generation", "timers")


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the way, for the event's own page; ``note`` and ``contact`` are references to sealed text."""

    move: str
    at: datetime
    actor: str
    unit: str = ""
    note: str = ""
    photos: tuple[BlobRef, ...] = ()


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What the processing unit has asked for and nobody has decided yet: a delay or a hang."""

    kind: Literal["delay", "hang"]
    on: date
    reason: str = ""
    by: str = ""
    leader: bool = False
    """Only a leader of the centre may grant it (a delay that is the second or of the unit's own estimate)."""
    revive_when: str = ""


class Duplicate(msgspec.Struct, frozen=True, kw_only=True):
    """An event that was merged into this one, and whom to tell when this one closes (an account id)."""

    id: str
    number: str
    reporter: str


class Count(msgspec.Struct, frozen=True, array_like=True):
    """What an event adds to a measure on the day of its cohort; further dimensions where the measure has them."""

    name: str
    on: date
    value: int = 1
    unit: str = ""
    level: str = ""


class Held(msgspec.Struct, frozen=True):
    """A referral this event answers for, and the source that made it."""

    referral: str
    made_by: str


class Referral(msgspec.Struct, frozen=True, kw_only=True):
    """Work handed to another service; ``id`` is ``<event id>.<n>``, so the answers find their event."""

    id: str
    to_scope: str
    to_kind: str
    state: Literal["made", "taken", "settled", "back"] = "made"
    target: str = ""
    target_kind: str = ""
    target_matter: str = ""
    target_number: str = ""


class GridEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A grid event as rules read it. ``reporter`` and ``processors`` are opaque account ids."""

    id: str
    number: str
    status: str
    source: facts.Source
    category: str
    area: str
    place: Place = Place()
    clue: bool = False
    neighbour_reason: facts.NeighbourReason = ""
    reported_from: str = ""
    reporter: str = ""
    contact: str = ""
    opened_at: datetime
    filed_at: datetime | None = None
    verify_asked_at: datetime | None = None
    dispatched_at: datetime | None = None
    check_started_at: datetime | None = None
    closed_at: datetime | None = None
    unit: str = ""
    attempts: int = 0
    """How often it was dispatched."""
    designated: bool = False
    """The unit's return was refused: it may not return it again."""
    close_by: date | None = None
    """应结案日: the day on which its limit ends, delays and hanging taken into account, rework not."""
    level: facts.Level = ""
    """Who is solving it, and has solved it once it is closed."""
    processors: tuple[str, ...] = ()
    """Everybody who had a hand in solving it; none of them may check it."""
    before: tuple[BlobRef, ...] = ()
    after: tuple[BlobRef, ...] = ()
    """Photos of the solution since the last rework."""
    self_handled: bool = False
    feedbacks: int = 0
    """Since the last dispatch."""
    reworks: int = 0
    checks: int = 0
    delays: int = 0
    wish: Wish | None = None
    hangs: int = 0
    hung_at: datetime | None = None
    hang_reason: str = ""
    revive_when: str = ""
    review_on: date | None = None
    not_filed_reason: str = ""
    merged_into: str = ""
    merged_number: str = ""
    merged_at: datetime | None = None
    duplicates: tuple[Duplicate, ...] = ()
    patrol: str = ""
    spot: str = ""
    visit: str = ""
    external: str = ""
    referrals: tuple[Referral, ...] = ()
    held: tuple[Held, ...] = ()
    """Referrals of others that this event came of (移交)."""
    steps: tuple[Step, ...] = ()
    clocks: tuple[Clock, ...] = ()
    counted: tuple[Count, ...] = ()
    """Everything it has added to the measures so far, added up: what can be taken back, what figures are made of."""
    told: tuple[Count, ...] = ()
    """What its last fact added."""

    @property
    def referral(self) -> Referral | None:
        """The newest referral, or None."""
        return self.referrals[-1] if self.referrals else None

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something."""
        return EVENT.status(self.status).open


def index(row: GridEvent) -> Index:
    """Columns routes filter by."""
    clock = most_urgent(row.clocks)
    return Index(status=row.status, area=row.area, unit=row.unit, due_at=clock.due_at if clock else None)


def timers(row: GridEvent) -> Iterable[Timer]:
    """When the event wants to be woken: its clocks' warnings and limits."""
    return [Timer(*t) for t in clock_timers(row.clocks)]


def due(row: GridEvent, ctx: Context) -> Sequence[Emit]:
    """What has to be said about its clocks by now."""
    key = Key(EVENT.kind, row.id)
    return [Emit(fact, (key,), row.area) for fact in clock_due(row.id, row.clocks, ctx.now)]


def next_generation(row: GridEvent, clock: str) -> int:
    """The generation a clock's next start has."""
    last = find_clock(row.clocks, clock)
    return last.generation + 1 if last else 1
