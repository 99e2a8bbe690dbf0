"""Rosters (排班), leave (请假) and standing in (代岗), domain rules 2.11.

Refused: one person twice at once, on duty while away, on duty in a post not held that day, leave over planned shifts
that nobody takes.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.grid.posts import (
    LeaveGranted,
    LeaveWithdrawn,
    ShiftCancelled,
    ShiftPassedOn,
    ShiftPlanned,
    StandInNamed,
)
from shuniu.rules.refusal import Conflict, FieldError, NotFound, Unprocessable

from shuniu_grid.posts.assign import POST, Account, Post, held_on
from shuniu_grid.posts.duty import DAY_MINUTES, DUTY, SHIFT, Duty, Shift, leave_meeting, overlapping, shifts_between
from shuniu_grid.posts.staffing import STAFFING

__all__ = ("COMMANDS", "GrantLeave", "NameStandIn", "PlanShifts", "clock_minutes", "pass_shifts")

PLANNERS = ("registrar", "community_secretary")
HOLDERS = ("grid_worker", *PLANNERS, "grid_checker", "duty_officer", "street_clerk")
"""Roles of accounts that hold grid posts: each speaks for its own post only."""
LONGEST_SHIFT = 16 * 60
"""A shift is at most sixteen hours long (design choice)."""
LONGEST_LEAVE_DAYS = 366

PostCode = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
ClockTime = Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class ShiftGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A turn of duty; one that ends before it begins ends on the next day."""

    day: date
    start: ClockTime
    end: ClockTime


class PlanShifts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Plan shifts of whoever holds a post: all of them or none."""

    post: PostCode
    shifts: Annotated[tuple[ShiftGiven, ...], msgspec.Meta(min_length=1, max_length=100)]


class CancelShift(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A shift does not take place."""

    shift: Annotated[str, msgspec.Meta(max_length=60)]


class GrantLeave(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Leave for whoever holds a post, both days included; the stand-in takes the shifts of those days."""

    post: PostCode
    first: date
    last: date
    stand_in: Annotated[str, msgspec.Meta(max_length=60, pattern=r"^[A-Za-z0-9._:-]*$")] = ""


class WithdrawLeave(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The leave is not taken; shifts that were passed on stay with who took them."""

    post: PostCode
    leave: Annotated[str, msgspec.Meta(max_length=60)]


class NameStandIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody stands in for a post for some days; a post may end while one does."""

    post: PostCode
    account: Account
    first: date
    last: date


def clock_minutes(text: str) -> int:
    """Minutes after midnight of ``HH:MM``."""
    return int(text[:2]) * 60 + int(text[3:])


def _shift(given: ShiftGiven, post: Post, id_: str) -> Shift:
    start, end = clock_minutes(given.start), clock_minutes(given.end)
    return Shift(
        id=id_,
        post=post.id,
        area=post.area,
        account=post.account,
        day=given.day,
        start=start,
        end=end if end > start else end + DAY_MINUTES,
    )


def _check_shift(duty: Duty | None, shift: Shift, field: str) -> None:
    if shift.end - shift.start > LONGEST_SHIFT:
        raise Unprocessable("grid.shift_hours", fields=(FieldError(f"{field}.end", "too_long"),))
    if (other := overlapping(duty, shift)) is not None:
        raise Conflict(
            "grid.shift_twice",
            fields=(FieldError(field, "overlaps"),),
            params={"day": other.day.isoformat(), "area": other.area},
        )
    if (leave := leave_meeting(duty, shift.day, shift.day)) is not None:
        raise Conflict(
            "grid.shift_on_leave",
            fields=(FieldError(field, "on_leave"),),
            params={"first": leave.first.isoformat(), "last": leave.last.isoformat()},
        )


def _planned(shift: Shift) -> Emit:
    fact = ShiftPlanned(
        shift=shift.id,
        post=shift.post,
        area=shift.area,
        account=shift.account,
        day=shift.day,
        start=shift.start,
        end=shift.end,
    )
    return Emit(fact, (SHIFT.key(shift.id), DUTY.key(shift.account)), shift.area)


def _with(duty: Duty | None, shift: Shift) -> Duty:
    was = duty or Duty(account=shift.account)
    return msgspec.structs.replace(was, shifts=(*was.shifts, shift))


def _need(rows: Rows, post: str, ctx: Context) -> Post:
    row = rows.need(POST, post)
    ctx.actor.require_area(row.area)
    return row


def _plan(rows: Rows, command: PlanShifts, ctx: Context) -> Decision:
    post = _need(rows, command.post, ctx)
    duty = rows.find(DUTY, post.account)
    events = []
    for at, given in enumerate(command.shifts):
        if not held_on(post, given.day):
            raise Conflict("grid.shift_without_post", fields=(FieldError(f"shifts.{at}.day", "not_held"),))
        shift = _shift(given, post, ctx.new_id())
        _check_shift(duty, shift, f"shifts.{at}")
        duty = _with(duty, shift)
        events.append(_planned(shift))
    return Decision(tuple(events), answer={"shifts": [e.on[0].id for e in events]})


def _cancel(rows: Rows, command: CancelShift, ctx: Context) -> Decision:
    row = rows.find(SHIFT, command.shift)
    if row is None or row.cancelled:
        raise NotFound("grid.no_such_shift")
    ctx.actor.require_area(row.area)
    fact = ShiftCancelled(shift=row.id, area=row.area, account=row.account)
    return Decision((Emit(fact, (SHIFT.key(row.id), DUTY.key(row.account)), row.area),))


def pass_shifts(shifts: Iterable[Shift], taker: Duty | None, account: str) -> list[Emit]:
    """The events by which ``account`` takes the shifts over. Raises the conflicts of planning them."""
    events = []
    for shift in shifts:
        taken = msgspec.structs.replace(shift, account=account)
        _check_shift(taker, taken, "account")
        taker = _with(taker, taken)
        fact = ShiftPassedOn(
            shift=shift.id,
            post=shift.post,
            area=shift.area,
            giver=shift.account,
            account=account,
            day=shift.day,
            start=shift.start,
            end=shift.end,
        )
        keys = (SHIFT.key(shift.id), DUTY.key(shift.account), DUTY.key(account))
        events.append(Emit(fact, keys, shift.area))
    return events


def _check_days(first: date, last: date) -> None:
    if last < first or (last - first).days > LONGEST_LEAVE_DAYS:
        raise Unprocessable("grid.days_in_order", fields=(FieldError("last", "too_early"),))


def _check_stand_in(account: str, post: Post, duty: Duty | None, first: date, last: date) -> None:
    if account == post.account:
        raise Unprocessable("grid.stand_in_is_another", fields=(FieldError("account", "same"),))
    if (leave := leave_meeting(duty, first, last)) is not None:
        params = {"first": leave.first.isoformat(), "last": leave.last.isoformat()}
        raise Conflict("grid.shift_on_leave", fields=(FieldError("account", "on_leave"),), params=params)


def _stand_in(post: Post, account: str, first: date, last: date) -> Emit:
    named = StandInNamed(post=post.id, area=post.area, kind=post.kind, account=account, first=first, last=last)
    return Emit(named, (STAFFING.key(post.area),), post.area)


def _leave(rows: Rows, command: GrantLeave, ctx: Context) -> Decision:
    post = _need(rows, command.post, ctx)
    _check_days(command.first, command.last)
    duty = rows.find(DUTY, post.account)
    if (leave := leave_meeting(duty, command.first, command.last)) is not None:
        params = {"first": leave.first.isoformat(), "last": leave.last.isoformat()}
        raise Conflict("grid.leave_twice", fields=(FieldError("first", "overlaps"),), params=params)
    shifts = shifts_between(duty, command.first, command.last)
    if shifts and not command.stand_in:
        raise Conflict("grid.leave_uncovered", fields=(FieldError("stand_in", "missing"),), params={"n": len(shifts)})
    leave_id = ctx.new_id()
    fact = LeaveGranted(
        leave=leave_id,
        account=post.account,
        area=post.area,
        first=command.first,
        last=command.last,
        stand_in=command.stand_in,
    )
    events: list[Emit] = []
    if command.stand_in:
        taker = rows.find(DUTY, command.stand_in)
        _check_stand_in(command.stand_in, post, taker, command.first, command.last)
        events.append(_stand_in(post, command.stand_in, command.first, command.last))
        events += pass_shifts(shifts, taker, command.stand_in)
    events.append(Emit(fact, (DUTY.key(post.account),), post.area))
    return Decision(tuple(events), answer={"leave": leave_id, "passed_on": len(shifts) if command.stand_in else 0})


def _withdraw(rows: Rows, command: WithdrawLeave, ctx: Context) -> Decision:
    post = _need(rows, command.post, ctx)
    duty = rows.find(DUTY, post.account)
    if duty is None or all(leave.id != command.leave for leave in duty.leaves):
        raise NotFound("grid.no_such_leave")
    fact = LeaveWithdrawn(leave=command.leave, account=post.account, area=post.area)
    return Decision((Emit(fact, (DUTY.key(post.account),), post.area),))


def _name(rows: Rows, command: NameStandIn, ctx: Context) -> Decision:
    post = _need(rows, command.post, ctx)
    _check_days(command.first, command.last)
    taker = rows.find(DUTY, command.account)
    _check_stand_in(command.account, post, taker, command.first, command.last)
    shifts = shifts_between(rows.find(DUTY, post.account), command.first, command.last, post.id)
    events = [_stand_in(post, command.account, command.first, command.last)]
    events += pass_shifts(shifts, taker, command.account)
    return Decision(tuple(events), answer={"passed_on": len(shifts)})


def _duties(*others: str) -> "_More":
    return _More(others)


class _More:
    """Second-round keys: the duty of who holds the post and of whom else the command names, and the staffing."""

    def __init__(self, fields: Sequence[str]) -> None:
        self._fields = fields

    def __call__(
        self, command: PlanShifts | GrantLeave | WithdrawLeave | NameStandIn, rows: Rows, ctx: Context
    ) -> Iterable[Key]:
        post = rows.find(POST, command.post)
        if post is None:
            return ()
        accounts = [post.account, *(getattr(command, field) for field in self._fields)]
        return (STAFFING.key(post.area), *(DUTY.key(a) for a in dict.fromkeys(accounts) if a))


COMMANDS = (
    Command(
        "grid.plan_shifts",
        PlanShifts,
        lambda c, ctx: (POST.key(c.post),),
        _plan,
        more_keys=_duties(),
        roles=PLANNERS,
        icon="calendar",
        surfaces=(),
        order=110,
    ),
    Command(
        "grid.cancel_shift",
        CancelShift,
        lambda c, ctx: (SHIFT.key(c.shift),),
        _cancel,
        roles=PLANNERS,
        icon="calendar",
        surfaces=(),
        order=111,
    ),
    Command(
        "grid.grant_leave",
        GrantLeave,
        lambda c, ctx: (POST.key(c.post),),
        _leave,
        more_keys=_duties("stand_in"),
        roles=PLANNERS,
        icon="calendar",
        surfaces=(),
        order=112,
    ),
    Command(
        "grid.withdraw_leave",
        WithdrawLeave,
        lambda c, ctx: (POST.key(c.post),),
        _withdraw,
        more_keys=_duties(),
        roles=PLANNERS,
        icon="calendar",
        surfaces=(),
        order=113,
    ),
    Command(
        "grid.name_stand_in",
        NameStandIn,
        lambda c, ctx: (POST.key(c.post),),
        _name,
        more_keys=_duties("account"),
        roles=PLANNERS,
        icon="person",
        surfaces=(),
        order=114,
    ),
)
