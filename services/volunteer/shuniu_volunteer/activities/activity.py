"""The activity as a row kind: what of it is due by itself, how commands find it, the guard rows beside it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Index, Key, RowKind, Rows, Timer
from shuniu.chassis.service import Command
from shuniu.contracts.envelope import Fact
from shuniu.contracts.referral import ReferralExpired
from shuniu.contracts.volunteer import activities as said
from shuniu.rules.clocks import clock_due, clock_timers
from shuniu.rules.refusal import Forbidden

from shuniu_volunteer.activities.evolve import (
    evolve_activity,
    evolve_day,
    evolve_participation,
    evolve_roster,
    evolve_took,
)
from shuniu_volunteer.activities.lifecycles import ACTIVITY as CYCLE
from shuniu_volunteer.activities.state import KIND, Activity, Participation, Roster, ServiceDay, Took
from shuniu_volunteer.fields import Hidden, Sealing
from shuniu_volunteer.roles import keeps
from shuniu_volunteer.settings import profile_of

__all__ = (
    "ACTIVITY",
    "DAY",
    "PARTICIPATION",
    "ROSTER",
    "TOOK",
    "OnActivity",
    "command_on",
    "decided",
    "may_lead",
    "move",
    "on_activity",
)

_BY_ITSELF = ("hours_notice", "referral")
"""Clocks whose end moves the activity on instead of being called late."""


class OnActivity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one activity."""

    activity: Hidden


def _own_move(a: Activity) -> list[Fact]:
    match a.status:
        case "READY":
            return [said.ActivityStarted(activity=a.id)]
        case "ONGOING":
            return [said.ActivityFinished(activity=a.id)]
        case "NOTICED":
            return [said.ActivityArchived(activity=a.id)]
    assert a.origin is not None
    return [
        said.ActivityCancelled(activity=a.id, reason="REQUEST_EXPIRED"),
        ReferralExpired(referral=a.origin.referral, made_by=a.origin.made_by),
    ]


def _due(a: Activity, ctx: Context) -> Sequence[Emit]:
    facts: list[Fact] = []
    if a.moves_at is not None and ctx.now >= a.moves_at:
        facts += _own_move(a)
    else:
        called = clock_due(a.id, a.clocks, ctx.now)
        facts += [f for f in called if not (f.clock in _BY_ITSELF and ctx.now >= f.due_at)]
    return [Emit(f, (ACTIVITY.key(a.id),), a.plan.area) for f in facts]


def _timers(a: Activity) -> Iterable[Timer]:
    if a.moves_at is not None:
        yield Timer(f"move/{a.status}", 1, a.moves_at)
    for name, generation, due_at in clock_timers(a.clocks):
        if not (name.endswith("/due") and name.split("/")[1] in _BY_ITSELF):
            yield Timer(name, generation, due_at)


def _index(a: Activity) -> Index:
    running = [c.due_at for c in a.clocks if c.state == "running"]
    return Index(a.status, a.plan.area, a.organiser, min(running, default=None))


ACTIVITY: RowKind[Activity] = RowKind(
    KIND,
    Activity,
    "volunteer_activity",
    evolve_activity,
    index=_index,
    due=_due,
    timers=_timers,
    clocks=lambda a: a.clocks,
    clock_profile=lambda a, ctx: profile_of(ctx),
)
ROSTER: RowKind[Roster] = RowKind("activity_roster", Roster, "activity_roster", evolve_roster)
PARTICIPATION: RowKind[Participation] = RowKind(
    "participation",
    Participation,
    "participation",
    evolve_participation,
    index=lambda p: Index(p.status, p.area, p.team),
)
DAY: RowKind[ServiceDay] = RowKind("service_day", ServiceDay, "service_day", evolve_day)
TOOK: RowKind[Took] = RowKind("activity_referral", Took, "activity_referral", evolve_took)


def on_activity(c: Any, ctx: Context) -> Iterable[Key]:
    """The row most commands need."""
    return (ACTIVITY.key(c.activity),)


def may_lead(a: Activity, ctx: Context) -> bool:
    """Whether the actor keeps the area, or leads the organising team."""
    return keeps(ctx.actor, a.plan.area, a.organiser, a.plan.team)


def move(rows: Rows, c: Any, event: str, ctx: Context) -> Activity:
    """The activity, where the actor may lead it and its life cycle has the move; else it says why not."""
    a = rows.need(ACTIVITY, c.activity)
    check_move(a, event, ctx)
    return a


def check_move(a: Activity, event: str, ctx: Context) -> None:
    """Forbidden ``activity.not_yours``, or IllegalMove naming status, move and rule."""
    CYCLE.check_role(event, ctx.actor.roles, "access.role")
    if not may_lead(a, ctx):
        raise Forbidden("activity.not_yours", state=a.status, event=event)
    CYCLE.check(a.status, event)


def command_on(
    name: str,
    struct: type[msgspec.Struct],
    decide: Callable[[Rows, Any, Context], Decision],
    roles: tuple[str, ...],
    **rest: Any,
) -> Command[Any]:
    """A command on one activity, as people meet it on the activity's page."""
    rest.setdefault("keys", on_activity)
    return Command(name, struct, decide=decide, roles=roles, kind=KIND, matter_field="activity", **rest)


def decided(a: Activity, facts: Sequence[Fact], sealing: Sealing | None = None, *more: Key) -> Decision:
    """The decision that says ``facts`` about one activity."""
    events = tuple(Emit(f, (ACTIVITY.key(a.id), *more), a.plan.area) for f in facts)
    return Decision(events, sealing.private if sealing else (), {"activity": a.id, "number": a.number})
