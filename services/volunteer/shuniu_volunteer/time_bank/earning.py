"""Minutes that are earned: from confirmed participations, adjusted ones, and by leaving for good (EARN, TEAM_EARN).

The words of activities cause these commands (reactions of our own log): every confirmed minute is booked once, or said
not to be (``TimeNotEarned``). An adjustment takes back first what went to the fund, then what the account still holds;
what was spent meanwhile is owed and comes off the next earnings, so no account falls below nought.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command, Reaction, Received
from shuniu.contracts.volunteer import time_bank as said
from shuniu.contracts.volunteer.activities import Booking, ParticipationAdjusted, ParticipationConfirmed
from shuniu.contracts.volunteer.volunteers import VolunteerLeft

from shuniu_volunteer.fields import business_day
from shuniu_volunteer.time_bank.chart import (
    EARNING,
    FUND,
    ISSUE,
    LEDGER,
    OWED,
    RETIRED,
    capped,
    open_from,
    post,
    posting_keys,
)
from shuniu_volunteer.time_bank.members import MEMBER
from shuniu_volunteer.volunteers.volunteer import VOLUNTEER

__all__ = ("COMMANDS", "REACTIONS", "earn", "earn_keys", "on_duty")


class EarnTime(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Book what a participation now counts: ``minutes`` instead of ``booked``."""

    activity: str
    volunteer: str
    minutes: int
    booked: int
    booking: Booking
    team: str
    area: str
    on: date
    cause: str


class RetireTime(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody left: what they hold is retired."""

    volunteer: str


def on_duty(rows: Rows, volunteer: str, on: date, ctx: Context) -> bool:
    """Paid staff earns nothing on a working day (domain rules 10.9; that the day decides is a design choice)."""
    member = rows.find(MEMBER, volunteer)
    return member is not None and member.paid_staff and ctx.calendar.is_working_day(on)


def _open_day(rows: Rows, on: date, ctx: Context) -> date:
    """The day of service; today for one of a closed month."""
    first = open_from(rows)
    return on if first is None or on >= first else business_day(ctx.now)


def earn_keys(account: str, volunteer: str, causes: Iterable[str]) -> Iterable[Key]:
    """The rows that earning needs."""
    yield from posting_keys((ISSUE, FUND, account), causes)
    yield OWED.key(account)
    if volunteer:
        yield from (VOLUNTEER.key(volunteer), MEMBER.key(volunteer))


def earn(
    rows: Rows, ctx: Context, account: str, minutes: int, cause: str, *, area: str, on: date, also: tuple[Key, ...] = ()
) -> tuple[Emit, ...]:
    """Minutes come into an account up to its cap, the rest into the fund; what is owed comes off first."""
    owed = rows.find(OWED, account)
    off = min(minutes, owed.minutes) if owed else 0
    events: list[Emit] = []
    if off:
        events.append(Emit(said.TimeOwed(account=account, cause=cause, minutes=-off), (OWED.key(account), *also), area))
    if minutes > off:
        parts = capped(rows, account, minutes - off)
        kind = "TEAM_EARN" if account.startswith("T:") else "EARN_CAPPED" if FUND in dict(parts) else "EARN"
        moves = ((ISSUE, to, n) for to, n in parts)
        events.append(post(rows, ctx, kind, cause, *moves, area=area, on=_open_day(rows, on, ctx), also=also))
    return tuple(events)


def _account(c: EarnTime) -> str:
    return f"T:{c.team}" if c.booking == "TEAM" else f"P:{c.volunteer}"


def _participation(c: EarnTime) -> str:
    return f"{c.activity}:{c.volunteer}"


def _earn_keys(c: EarnTime, ctx: Context) -> Iterable[Key]:
    yield from earn_keys(_account(c), c.volunteer, (c.cause,))
    yield EARNING.key(_participation(c))


def book_participation(rows: Rows, c: EarnTime, ctx: Context) -> Decision:
    """What changed since it was booked before."""
    difference = c.minutes - c.booked
    if difference == 0 or rows.find(LEDGER.causes, c.cause) is not None:
        return Decision()
    if difference < 0:
        return Decision(_take_back(rows, c, -difference, ctx))
    why: said.NotEarnedWhy | None = None
    v = rows.find(VOLUNTEER, c.volunteer)
    if c.booking == "PERSONAL" and (v is None or not v.active):
        why = "HAS_LEFT"
    elif c.booking == "PERSONAL" and on_duty(rows, c.volunteer, c.on, ctx):
        why = "STAFF_ON_DUTY"
    elif c.booking == "TEAM" and not c.team:
        why = "NO_ACCOUNT"
    if why is not None:
        fact = said.TimeNotEarned(cause=c.cause, volunteer=c.volunteer, minutes=difference, why=why)
        return Decision((Emit(fact, (LEDGER.causes.key(c.cause),), c.area),))
    also = (EARNING.key(_participation(c)),)
    return Decision(earn(rows, ctx, _account(c), difference, c.cause, area=c.area, on=c.on, also=also))


def _take_back(rows: Rows, c: EarnTime, minutes: int, ctx: Context) -> tuple[Emit, ...]:
    account, key = _account(c), EARNING.key(_participation(c))
    earning = rows.find(EARNING, _participation(c))
    if earning is None:
        return ()
    minutes = min(minutes, earning.booked)
    from_fund = min(minutes, earning.fund, LEDGER.balance(rows, FUND))
    from_account = min(minutes - from_fund, LEDGER.balance(rows, account))
    moves = tuple((of, ISSUE, n) for of, n in ((FUND, from_fund), (account, from_account)) if n)
    events: list[Emit] = []
    if moves:
        on = _open_day(rows, c.on, ctx)
        events.append(post(rows, ctx, "EARN_ADJUSTED", c.cause, *moves, area=c.area, on=on, also=(key,)))
    owed = minutes - from_fund - from_account
    if owed:
        fact = said.TimeOwed(account=account, cause=c.cause, minutes=owed)
        events.append(Emit(fact, (OWED.key(account), key), c.area))
    return tuple(events)


def _retire_keys(c: RetireTime, ctx: Context) -> Iterable[Key]:
    yield from posting_keys((f"P:{c.volunteer}", RETIRED), (f"left:{c.volunteer}",))
    yield VOLUNTEER.key(c.volunteer)


def retire(rows: Rows, c: RetireTime, ctx: Context) -> Decision:
    """RETIRE P → R: minutes follow the person and nobody inherits them (design choice)."""
    balance = LEDGER.balance(rows, f"P:{c.volunteer}")
    v = rows.find(VOLUNTEER, c.volunteer)
    if not balance or rows.find(LEDGER.causes, f"left:{c.volunteer}") is not None:
        return Decision()
    area = v.profile.area if v else ctx.scope
    move = (f"P:{c.volunteer}", RETIRED, balance)
    return Decision((post(rows, ctx, "RETIRE", f"left:{c.volunteer}", move, area=area, on=business_day(ctx.now)),))


EARN: Command[EarnTime] = Command("volunteer.earn_time", EarnTime, _earn_keys, book_participation, internal=True)
RETIRE: Command[RetireTime] = Command("volunteer.retire_time", RetireTime, _retire_keys, retire, internal=True)


def _on_hours(received: Received[Any]) -> tuple[Command[Any], msgspec.Struct] | None:
    match received.name:
        case "participation.confirmed.v1":
            f = received.fact(ParticipationConfirmed)
            return EARN, _earning(f, 0, f"participation:{f.activity}:{f.volunteer}")
        case "participation.adjusted.v1":
            a = received.fact(ParticipationAdjusted)
            return EARN, _earning(a, a.booked, f"adjusted:{a.activity}:{a.volunteer}:{received.event.id}")
        case "volunteer.left.v1":
            return RETIRE, RetireTime(volunteer=received.fact(VolunteerLeft).volunteer)
    return None


def _earning(f: ParticipationConfirmed | ParticipationAdjusted, booked: int, cause: str) -> EarnTime:
    return EarnTime(
        activity=f.activity,
        volunteer=f.volunteer,
        minutes=f.minutes,
        booked=booked,
        booking=f.booking,
        team=f.team,
        area=f.area,
        on=f.on,
        cause=cause,
    )


COMMANDS: tuple[Command[Any], ...] = (EARN, RETIRE)
REACTIONS = (
    Reaction(
        "time_bank_hours",
        ("volunteer",),
        ("participation.confirmed.v1", "participation.adjusted.v1", "volunteer.left.v1"),
        _on_hours,
    ),
)
"""Causes are of our own log only: nobody else can make minutes."""
