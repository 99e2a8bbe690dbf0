"""The secret address of one's own calendar: given out, and changed when it got about."""

from collections.abc import Iterable
from typing import Any

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.volunteer.volunteers import CalendarRenewed
from shuniu.rules.refusal import NotFound

from shuniu_volunteer.roles import VOLUNTEERS
from shuniu_volunteer.volunteers.state import ACCOUNT
from shuniu_volunteer.volunteers.volunteer import VOLUNTEER

__all__ = ("COMMANDS",)


class RenewCalendar(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Have an address, or another one; the one before opens nothing any more."""


def _keys(c: RenewCalendar, ctx: Context) -> Iterable[Key]:
    return (ACCOUNT.key(ctx.actor.id),)


def _more(c: RenewCalendar, rows: Rows, ctx: Context) -> Iterable[Key]:
    holder = rows.find(ACCOUNT, ctx.actor.id)
    return (VOLUNTEER.key(holder.volunteer),) if holder else ()


def renew(rows: Rows, c: RenewCalendar, ctx: Context) -> Decision:
    """Only a generation is kept: the address is made of it and the deployment's key, and stands nowhere."""
    holder = rows.find(ACCOUNT, ctx.actor.id)
    if holder is None:
        raise NotFound("volunteer.none_of_yours", event="renew_calendar")
    v = rows.need(VOLUNTEER, holder.volunteer)
    fact = CalendarRenewed(volunteer=v.id, generation=v.calendar + 1, at=ctx.now)
    return Decision((Emit(fact, (VOLUNTEER.key(v.id),), v.profile.area),), (), {"volunteer": v.id})


COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "volunteer.renew_calendar",
        RenewCalendar,
        _keys,
        renew,
        roles=VOLUNTEERS,
        more_keys=_more,
        surfaces=("phone",),
        order=40,
    ),
)
