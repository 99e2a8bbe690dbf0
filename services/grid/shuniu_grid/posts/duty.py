"""Duty of one account (值班): its shifts and leaves, and what may not meet (排班冲突). Pure.

Nobody is in two places at once, on duty while away, or on duty in a post not held that day.
"""

from collections.abc import Iterable
from datetime import date, timedelta

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.rows import Happening, Index, RowKind
from shuniu.contracts.envelope import Fact
from shuniu.contracts.grid.posts import (
    LeaveGranted,
    LeaveWithdrawn,
    ShiftCancelled,
    ShiftPassedOn,
    ShiftPlanned,
)
from shuniu.contracts.summary import Notice, Summary, Visibility
from shuniu.rules.calendar import local

__all__ = ("DUTY", "SHIFT", "Duty", "Leave", "Shift", "leave_meeting", "overlapping", "shifts_between")

DAY_MINUTES = 24 * 60
KEPT_DAYS = 62
"""Shifts longer ago no longer stand in anybody's way; their own rows stay."""


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """A turn of duty; minutes after midnight of ``day``."""

    id: str
    post: str
    area: str
    account: str
    day: date
    start: int
    end: int
    cancelled: bool = False

    @property
    def span(self) -> tuple[int, int]:
        """Minutes since the beginning of dates, from and to."""
        midnight = self.day.toordinal() * DAY_MINUTES
        return midnight + self.start, midnight + self.end


class Leave(msgspec.Struct, frozen=True, kw_only=True):
    """Days away, both included."""

    id: str
    first: date
    last: date
    stand_in: str = ""


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """Guard of one account: what it is down for."""

    account: str
    shifts: tuple[Shift, ...] = ()
    leaves: tuple[Leave, ...] = ()


def overlapping(row: Duty | None, shift: Shift) -> Shift | None:
    """A shift of the account that meets this one, or None. One that begins as the other ends does not."""
    first, last = shift.span
    for other in row.shifts if row else ():
        begin, end = other.span
        if other.id != shift.id and begin < last and first < end:
            return other
    return None


def leave_meeting(row: Duty | None, first: date, last: date) -> Leave | None:
    """A leave of the account that meets the days between, or None."""
    return next((x for x in (row.leaves if row else ()) if x.first <= last and first <= x.last), None)


def shifts_between(row: Duty | None, first: date, last: date | None = None, post: str = "") -> tuple[Shift, ...]:
    """The account's shifts that meet the days between (and, where given, belong to one post)."""
    shifts = row.shifts if row else ()
    return tuple(
        s
        for s in shifts
        if (not post or s.post == post)
        and (last is None or s.day <= last)
        and s.day + timedelta(days=(s.end - 1) // DAY_MINUTES) >= first
    )


def _kept(shifts: Iterable[Shift], happening: Happening) -> tuple[Shift, ...]:
    oldest = local(happening.time).date() - timedelta(days=KEPT_DAYS)
    return tuple(s for s in shifts if s.day >= oldest)


def _planned(fact: ShiftPlanned | ShiftPassedOn) -> Shift:
    return Shift(
        id=fact.shift,
        post=fact.post,
        area=fact.area,
        account=fact.account,
        day=fact.day,
        start=fact.start,
        end=fact.end,
    )


def _evolve_duty(row: Duty | None, fact: Fact, happening: Happening) -> Duty | None:
    replace = msgspec.structs.replace
    match fact:
        case ShiftPlanned():
            was = row or Duty(account=fact.account)
            return replace(was, shifts=_kept((*was.shifts, _planned(fact)), happening))
        case ShiftCancelled() if row is not None:
            return replace(row, shifts=tuple(s for s in row.shifts if s.id != fact.shift))
        case ShiftPassedOn() if row is not None and row.account == fact.giver:
            return replace(row, shifts=tuple(s for s in row.shifts if s.id != fact.shift))
        case ShiftPassedOn():
            was = row or Duty(account=fact.account)
            return replace(was, shifts=_kept((*was.shifts, _planned(fact)), happening))
        case LeaveGranted():
            was = row or Duty(account=fact.account)
            leave = Leave(id=fact.leave, first=fact.first, last=fact.last, stand_in=fact.stand_in)
            return replace(was, leaves=(*was.leaves, leave))
        case LeaveWithdrawn() if row is not None:
            return replace(row, leaves=tuple(x for x in row.leaves if x.id != fact.leave))
        case _:
            return row


def _evolve_shift(row: Shift | None, fact: Fact, happening: Happening) -> Shift | None:
    match fact:
        case ShiftPlanned():
            return _planned(fact)
        case ShiftPassedOn() if row is not None:
            return msgspec.structs.replace(row, account=fact.account)
        case ShiftCancelled() if row is not None:
            return msgspec.structs.replace(row, cancelled=True)
        case _:
            return row


def _summarise_duty(row: Duty, fact: Fact, ctx: Context) -> Summary:
    area = getattr(fact, "area", "")
    told: tuple[Notice, ...] = ()
    if isinstance(fact, LeaveGranted) and fact.stand_in:
        told = (Notice(why="assigned", text="notice.stand_in", accounts=(fact.stand_in,)),)
    return Summary(notices=told, visibility=Visibility(areas=(area,)))


def _summarise_shift(row: Shift, fact: Fact, ctx: Context) -> Summary:
    told: tuple[Notice, ...] = ()
    if isinstance(fact, ShiftPassedOn):
        told = (Notice(why="assigned", text="notice.shift_passed_on", accounts=(fact.account,)),)
    return Summary(notices=told, visibility=Visibility(areas=(row.area,)))


DUTY: RowKind[Duty] = RowKind("grid_duty", Duty, "grid_duty", _evolve_duty, summarise=_summarise_duty)

SHIFT: RowKind[Shift] = RowKind(
    "grid_shift",
    Shift,
    "grid_shift",
    _evolve_shift,
    index=lambda row: Index(status=row.day.isoformat(), area=row.area, unit=row.account),
    summarise=_summarise_shift,
)
