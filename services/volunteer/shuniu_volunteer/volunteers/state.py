"""A volunteer as a row, the guards beside it, and how facts change them."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec.structs import replace
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Emit
from shuniu.chassis.rows import Happening, Index, Key, RowKind, Timer
from shuniu.chassis.terms import clock_of
from shuniu.contracts.clock import ClockRecomputed
from shuniu.contracts.volunteer import activities as acts
from shuniu.contracts.volunteer import volunteers as said
from shuniu.rules.clocks import Clock, clock_recomputed, find_clock

__all__ = ("ACCOUNT", "IDENTITY", "KIND", "NUMBER", "Holder", "Record", "Volunteer", "due", "evolve", "index", "timers")

KIND = "volunteer"
STAR_NOTICE = "star_notice"


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A training, a commendation or an evaluation; its words are sealed."""

    id: str
    kind: said.RecordKind
    on: date
    text_ref: str
    struck: bool = False
    reason_ref: str = ""


class Volunteer(msgspec.Struct, frozen=True, kw_only=True):
    """A volunteer (志愿者). Minutes are confirmed ones; the team's are served in its name and are not the person's."""

    id: str
    number: str
    profile: said.Profile
    person_ref: str
    registered_on: date
    account: str = ""
    guardian_ref: str = ""
    guardian_until: date | None = None
    consents: tuple[said.Purpose, ...] = ()
    personal_minutes: int = 0
    team_minutes: int = 0
    star: int = 0
    noticed_star: int = 0
    barred_until: date | None = None
    records: tuple[Record, ...] = ()
    clocks: tuple[Clock, ...] = ()
    calendar: int = 0
    """Generation of their own calendar's secret address; 0: none."""
    left_on: date | None = None

    @property
    def active(self) -> bool:
        """Whether they are a volunteer still."""
        return self.left_on is None

    @property
    def status(self) -> str:
        """LEFT, STAR_NOTICE while a star is posted, else REGISTERED."""
        if not self.active:
            return "LEFT"
        return "STAR_NOTICE" if self.noticed_star else "REGISTERED"

    def minor(self, on: date) -> bool:
        """Under 18 on that day; at most a month longer than by law, as no birth date stands here."""
        return self.profile.minor_until is not None and on < self.profile.minor_until

    def guarded(self, on: date) -> bool:
        """Whether a guardian agrees on that day."""
        return self.guardian_until is not None and on <= self.guardian_until

    def qualified(self, kind: said.QualificationKind, on: date) -> bool:
        """Whether a paper of that kind holds on that day."""
        return any(q.kind == kind and on <= q.valid_until for q in self.profile.qualifications)

    @property
    def notice(self) -> Clock | None:
        """The running notice of a star."""
        clock = find_clock(self.clocks, STAR_NOTICE)
        return clock if clock is not None and clock.state == "running" else None


class Holder(msgspec.Struct, frozen=True):
    """Guard row: the one volunteer under a number, a citizen number's keyed hash, or an account."""

    volunteer: str


def _stopped(v: Volunteer, h: Happening) -> tuple[Clock, ...]:
    return tuple(c.stop(h.time) if c.state == "running" else c for c in v.clocks)


def evolve(row: Volunteer | None, f: Any, h: Happening) -> Volunteer | None:
    """The volunteer after a fact."""
    if isinstance(f, said.VolunteerRegistered):
        return Volunteer(
            id=f.volunteer,
            number=f.number,
            profile=f.profile,
            person_ref=f.person_ref,
            registered_on=f.registered_on,
            account=f.account,
            guardian_ref=f.person_ref if f.guardian else "",
            guardian_until=f.guardian_until,
        )
    if row is None:
        return None
    match f:
        case said.VolunteerAmended():
            return replace(row, profile=f.profile, person_ref=f.person_ref)
        case said.VolunteerLinked():
            return replace(row, account=f.account)
        case said.GuardianConsented():
            return replace(row, guardian_ref=f.guardian_ref, guardian_until=f.until)
        case said.GuardianWithdrew():
            return replace(row, guardian_until=None)
        case said.VolunteerConsented():
            others = tuple(p for p in row.consents if p != f.purpose)
            return replace(row, consents=(*others, f.purpose) if f.given else others)
        case said.VolunteerLeft():
            left = h.time.date()
            return replace(
                row,
                left_on=left,
                account="",
                person_ref="",
                guardian_ref="",
                guardian_until=None,
                consents=(),
                noticed_star=0,
                records=tuple(replace(r, text_ref="", reason_ref="") for r in row.records),
                clocks=_stopped(row, h),
            )
        case said.VolunteerRecorded():
            new = Record(id=f.record, kind=f.record_kind, on=f.on, text_ref=f.text_ref)
            return replace(row, records=(*row.records, new))
        case said.VolunteerRecordStruck():
            struck = (replace(r, struck=True, reason_ref=f.reason_ref) if r.id == f.record else r for r in row.records)
            return replace(row, records=tuple(struck))
        case said.StarNoticed():
            return replace(row, noticed_star=f.star, clocks=(clock_of(f.term),))
        case said.StarGranted():
            return replace(row, star=f.star, noticed_star=0, clocks=_stopped(row, h))
        case said.StarWithheld():
            return replace(row, noticed_star=0, clocks=_stopped(row, h))
        case said.VolunteerBarred():
            return replace(row, barred_until=f.until)
        case said.CalendarRenewed():
            return replace(row, calendar=f.generation)
        case ClockRecomputed():
            return replace(row, clocks=clock_recomputed(row.clocks, f))
        case acts.ParticipationConfirmed():
            return _booked(row, f.booking, f.minutes)
        case acts.ParticipationAdjusted():
            return _booked(row, f.booking, f.minutes - f.booked)
    return row


def _booked(row: Volunteer, booking: acts.Booking, minutes: int) -> Volunteer:
    if booking == "TEAM":
        return replace(row, team_minutes=row.team_minutes + minutes)
    return replace(row, personal_minutes=row.personal_minutes + minutes)


def _hold(row: Holder | None, f: Any, h: Happening) -> Holder | None:
    if isinstance(f, said.VolunteerRegistered | said.VolunteerLinked):
        return Holder(f.volunteer)
    return None if isinstance(f, said.VolunteerLeft) else row


def due(row: Volunteer, ctx: Context) -> Sequence[Emit]:
    """A star whose notice has ended is granted."""
    clock = row.notice
    if clock is None or ctx.now < clock.due_at or not row.noticed_star:
        return ()
    return (Emit(said.StarGranted(volunteer=row.id, star=row.noticed_star), (Key(KIND, row.id),)),)


def timers(row: Volunteer) -> Iterable[Timer]:
    """Woken at the end of a notice."""
    clock = row.notice
    if clock is not None and row.noticed_star:
        yield Timer(STAR_NOTICE, clock.generation, clock.due_at)


def index(row: Volunteer) -> Index:
    """Columns beside the document; ``unit`` is the first team."""
    team = row.profile.teams[0] if row.profile.teams else ""
    status = "ACTIVE" if row.active else "LEFT"
    return Index(status, row.profile.area, team, row.notice.due_at if row.notice else None)


IDENTITY: RowKind[Holder] = RowKind("volunteer_identity", Holder, "volunteer_identity", _hold)
"""One person, one registration: by the keyed hash of the citizen number."""
NUMBER: RowKind[Holder] = RowKind("volunteer_number", Holder, "volunteer_number", _hold)
ACCOUNT: RowKind[Holder] = RowKind("volunteer_account", Holder, "volunteer_account", _hold)
