"""Series and sessions as documents, how facts change them, which sessions come due to be scheduled."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec
from msgspec.structs import replace
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Emit
from shuniu.chassis.rows import Happening, Index, RowKind, Timer
from shuniu.chassis.terms import clock_of, next_generation
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon, Term
from shuniu.contracts.envelope import Fact
from shuniu.contracts.summary import Place, Visibility
from shuniu.contracts.whistle import joint as said
from shuniu.contracts.whistle.whistles import EvidenceRef, MatterKey
from shuniu.rules.calendar import local, midnight
from shuniu.rules.clocks import Clock, clock_due, clock_recomputed, clock_timers, mark, most_urgent
from shuniu.rules.limits import Limit, deadline

from shuniu_whistle.joint.recurrence import next_occurrence, read_rule
from shuniu_whistle.settings import profile_of, settings_of

__all__ = ("JOINT_SERIES", "JOINT_SESSION", "Series", "Session", "guest_code", "minutes_term", "schedule_up_to")

HORIZON = timedelta(days=60)
"""How far ahead sessions are scheduled; a design choice."""
AT_ONCE = 12


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """A joint governance that recurs (定期共治)."""

    id: str
    number: str
    item: str
    item_title: str
    area: str
    place: Place
    recurrence: str
    first_on: date
    minute_of_day: int
    minutes: int
    units: tuple[str, ...]
    guests: tuple[said.Guest, ...]
    active: bool = True
    nth: int = 0
    last_planned: date | None = None
    last_held: date | None = None
    over: bool = False
    """The rule has no further day."""


class AgendaEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Something on the agenda."""

    id: str
    subject: MatterKey | None
    ref: str


class Resolution(msgspec.Struct, frozen=True, kw_only=True):
    """What was resolved, and what came of it."""

    id: str
    becomes: said.Becomes
    ref: str
    whistle: str = ""
    whistle_number: str = ""
    phase: str = ""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A session of a series (共治会)."""

    id: str
    number: str
    status: str
    series: str
    nth: int
    planned_on: date
    starts_at: datetime
    ends_at: datetime
    provisional: bool
    item: str
    item_title: str
    area: str
    place: Place
    units: tuple[str, ...]
    guests: tuple[said.Guest, ...]
    opened_at: datetime
    moved: int = 0
    agenda: tuple[AgendaEntry, ...] = ()
    attendance: tuple[tuple[str, int], ...] = ()
    resolutions: tuple[Resolution, ...] = ()
    evidence: tuple[EvidenceRef, ...] = ()
    minutes_ref: str = ""
    reason_ref: str = ""
    clocks: tuple[Clock, ...] = ()
    ended_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether anybody still has to do something."""
        return self.ended_at is None

    @property
    def everybody(self) -> tuple[str, ...]:
        """Units of ours and guests, by the codes attendance is noted under."""
        return (*self.units, *(guest_code(g) for g in self.guests))


def guest_code(g: said.Guest) -> str:
    """The code a guest goes by."""
    return g.unit or f"@{g.scope}"


def minutes_term(ends_at: datetime, clocks: Sequence[Clock], ctx: Context) -> Term:
    """How long after its end the minutes may take (design choice, ``joint_minutes``)."""
    profile = profile_of("UP", ctx)
    limit = Limit.parse(settings_of(ctx).joint_minutes)
    d = deadline(ends_at, limit, ctx.calendar, profile.hours, profile.soon_fraction)
    return Term(
        clock="minutes",
        part="",
        generation=next_generation(clocks, "minutes"),
        started_at=ends_at.astimezone(UTC),
        due_at=d.due_at,
        soon_at=d.soon_at,
        limit=str(limit),
        calendar_version=d.calendar_version,
        provisional=d.provisional,
    )


def evolve_series(row: Series | None, f: Fact, h: Happening) -> Series | None:
    """A series after a fact."""
    match f:
        case said.SeriesPlanned():
            return Series(
                id=f.series,
                number=f.number,
                item=f.item,
                item_title=f.item_title,
                area=f.area,
                place=f.place,
                recurrence=f.recurrence,
                first_on=f.first_on,
                minute_of_day=f.minute_of_day,
                minutes=f.minutes,
                units=f.units,
                guests=f.guests,
            )
        case said.SessionScheduled() if row is not None:
            return replace(row, nth=f.nth, last_planned=f.planned_on, last_held=f.held_on)
        case said.SeriesEnded() if row is not None:
            return replace(row, active=False)
        case _:
            return row


def evolve_session(row: Session | None, f: Fact, h: Happening) -> Session | None:
    """A session after a fact."""
    if isinstance(f, said.SessionScheduled):
        return Session(
            id=f.session,
            number=f.number,
            status="SCHEDULED",
            series=f.series,
            nth=f.nth,
            planned_on=f.planned_on,
            starts_at=f.starts_at,
            ends_at=f.ends_at,
            provisional=f.provisional,
            item=f.item,
            item_title=f.item_title,
            area=f.area,
            place=f.place,
            units=f.units,
            guests=f.guests,
            opened_at=h.time,
            clocks=(clock_of(f.term),),
        )
    if row is None:
        return None
    match f:
        case said.SessionMoved():
            clocks = (*_stopped(row, h), clock_of(f.term))
            return replace(row, starts_at=f.starts_at, ends_at=f.ends_at, moved=row.moved + 1, clocks=clocks)
        case said.AgendaAdded():
            entry = AgendaEntry(id=f.entry, subject=f.subject, ref=f.text_ref)
            return replace(row, agenda=(*row.agenda, entry))
        case said.AttendanceNoted():
            others = tuple(a for a in row.attendance if a[0] != f.unit)
            return replace(row, attendance=(*others, (f.unit, f.people)))
        case said.SessionHeld():
            clocks = tuple(c.stop(h.time) if c.state == "running" else c for c in row.clocks)
            return replace(row, status="HELD", minutes_ref=f.minutes_ref, evidence=f.evidence, clocks=clocks)
        case said.ResolutionMade():
            made = Resolution(
                id=f.resolution,
                becomes=f.becomes,
                ref=f.text_ref,
                whistle=f.whistle,
                whistle_number=f.whistle_number,
                phase=f.phase,
            )
            return replace(row, resolutions=(*row.resolutions, made))
        case said.SessionArchived():
            return replace(row, status="ARCHIVED", ended_at=h.time)
        case said.SessionCancelled():
            stopped = _stopped(row, h)
            return replace(row, status="CALLED_OFF", reason_ref=f.reason_ref, ended_at=h.time, clocks=stopped)
        case ClockSoon() | ClockOverdue():
            return replace(row, clocks=mark(row.clocks, f))
        case ClockRecomputed():
            return replace(row, clocks=clock_recomputed(row.clocks, f))
        case _:
            return row


def _stopped(s: Session, h: Happening) -> tuple[Clock, ...]:
    return tuple(c.stop(h.time, "stopped") if c.state == "running" else c for c in s.clocks)


def schedule_up_to(series: Series, ctx: Context) -> list[said.SessionScheduled]:
    """The sessions that are still to be scheduled up to the horizon, at most a dozen at once."""
    rule = read_rule(series.recurrence, series.first_on)
    until = local(ctx.now + HORIZON).date()
    made: list[said.SessionScheduled] = []
    planned, held, nth = series.last_planned, series.last_held, series.nth
    while len(made) < AT_ONCE:
        found = next_occurrence(rule, planned, held, series.minute_of_day, ctx.calendar)
        if found is None or found.planned_on > until:
            break
        nth += 1
        planned, held = found.planned_on, found.held_on
        ends = found.starts_at + timedelta(minutes=series.minutes)
        made.append(
            said.SessionScheduled(
                session=ctx.new_id(),
                number=f"{series.number}-{nth:03d}",
                series=series.id,
                nth=nth,
                planned_on=found.planned_on,
                held_on=found.held_on,
                starts_at=found.starts_at,
                ends_at=ends,
                provisional=found.provisional,
                item=series.item,
                item_title=series.item_title,
                area=series.area,
                place=series.place,
                units=series.units,
                guests=series.guests,
                term=minutes_term(ends, (), ctx),
            )
        )
    return made


def _series_due(s: Series, ctx: Context) -> Sequence[Emit]:
    if not s.active:
        return ()
    return [Emit(f, (JOINT_SESSION.key(f.session), JOINT_SERIES.key(s.id))) for f in schedule_up_to(s, ctx)]


def _series_timers(s: Series) -> list[Timer]:
    """Wakes when the next planned day comes within the horizon."""
    if not s.active or s.last_planned is None:
        return []
    following = read_rule(s.recurrence, s.first_on).after(datetime.combine(s.last_planned, datetime.min.time()))
    if following is None:
        return []
    return [Timer("schedule", s.nth, midnight(following.date()) - HORIZON)]


def _session_due(s: Session, ctx: Context) -> Sequence[Emit]:
    return [Emit(f, (JOINT_SESSION.key(s.id),)) for f in clock_due(s.id, s.clocks, ctx.now)]


def visibility(s: Session) -> Visibility:
    """The area, so street and district, and everybody who takes part."""
    return Visibility(areas=(s.area,), units=s.everybody, sensitivity=2)


def _index(s: Session) -> Index:
    urgent = most_urgent(s.clocks)
    return Index(s.status, s.area, "", urgent.due_at if urgent else None)


JOINT_SERIES: RowKind[Series] = RowKind(
    name="joint_series",
    struct=Series,
    table="joint_series",
    evolve=evolve_series,
    index=lambda s: Index("ACTIVE" if s.active else "ENDED", s.area),
    due=_series_due,
    timers=_series_timers,
)
JOINT_SESSION: RowKind[Session] = RowKind(
    name="joint_session",
    struct=Session,
    table="joint_session",
    evolve=evolve_session,
    index=_index,
    due=_session_due,
    timers=lambda s: (Timer(*t) for t in clock_timers(s.clocks)),
    clocks=lambda s: s.clocks,
    clock_profile=lambda s, ctx: profile_of("UP", ctx),
)
