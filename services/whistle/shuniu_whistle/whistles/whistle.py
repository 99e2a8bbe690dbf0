"""The whistle as a row kind: what of it is due by itself, how a command finds it, what its guard row keeps apart."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.rows import Happening, Index, Key, RowKind, Rows, Timer
from shuniu.chassis.service import Command
from shuniu.contracts.envelope import Fact
from shuniu.contracts.referral import ReferralExpired, ReferralSettled
from shuniu.contracts.whistle.whistles import (
    CalloutFinished,
    CalloutStarted,
    WhistleCancelled,
    WhistleEvaluated,
    WhistleResolved,
)
from shuniu.rules.clocks import clock_due, clock_timers, find_clock, most_urgent
from shuniu.rules.lifecycle import Lifecycle
from shuniu.rules.refusal import Conflict, NotFound

from shuniu_whistle.whistles.escalation import steps_due
from shuniu_whistle.whistles.evolve import evolve, evolve_guard
from shuniu_whistle.whistles.fields import NamesWhistle, OnCallout, OnPhase, today
from shuniu_whistle.whistles.lifecycles import CALLOUT, PHASE
from shuniu_whistle.whistles.lifecycles import WHISTLE as CYCLE
from shuniu_whistle.whistles.parties import said_to_others
from shuniu_whistle.whistles.state import Callout, OpenWhistle, Phase, Whistle
from shuniu_whistle.whistles.terms import date_term, evaluate_term, profile_for

__all__ = (
    "OPEN_WHISTLE",
    "WHISTLE",
    "callout_in",
    "check_blown",
    "check_move",
    "command_on",
    "decided",
    "follow",
    "guard_keys",
    "on_whistle",
    "phase_in",
    "settled",
    "whistle_in",
)


def _due(w: Whistle, ctx: Context) -> Sequence[Emit]:
    """What comes by itself: clocks, steps of the escalation ladder, the end of an untouched referral's draft."""
    on = (WHISTLE.key(w.id),)
    if said := clock_due(w.id, w.clocks, ctx.now):
        after = w
        for f in said:
            after = evolve(after, f, Happening(ctx.now, ctx.actor.id, 0)) or after
        return [Emit(f, on) for f in (*said, *said_to_others(w, after, ctx))]
    if steps := steps_due(w, on[0], ctx):
        return steps
    waiting = find_clock(w.clocks, "referral")
    if w.status == "DRAFT" and waiting is not None and waiting.state == "running" and waiting.late:
        cancelled = WhistleCancelled(whistle=w.id, reason="REFERRAL_EXPIRED", told=(), open_key=w.open_key)
        expired = [ReferralExpired(referral=r.referral, made_by=r.made_by) for r in w.referrals]
        return [Emit(cancelled, (*on, *guard_keys(w.open_key))), *(Emit(f, on) for f in expired)]
    return ()


def _index(w: Whistle) -> Index:
    urgent = most_urgent(w.clocks)
    return Index(w.status, w.area, w.lead_unit, urgent.due_at if urgent else None)


WHISTLE: RowKind[Whistle] = RowKind(
    name="whistle",
    struct=Whistle,
    table="whistle",
    evolve=evolve,
    index=_index,
    due=_due,
    timers=lambda w: (Timer(*t) for t in clock_timers(w.clocks)),
    clocks=lambda w: w.clocks,
    clock_profile=profile_for,
)

OPEN_WHISTLE: RowKind[OpenWhistle] = RowKind("open_whistle", OpenWhistle, "open_whistle", evolve_guard)
"""At most one open whistle for each matter (domain rules 10.1: "must link or cancel")."""


def guard_keys(*open_keys: str) -> tuple[Key, ...]:
    """Keys of the guard rows of these matters; a draft that does not say its matter yet has none."""
    return tuple(OPEN_WHISTLE.key(k) for k in dict.fromkeys(open_keys) if k)


def on_whistle(c: NamesWhistle, ctx: Context) -> Iterable[Key]:
    """The row most commands need."""
    return (WHISTLE.key(c.whistle),)


def command_on(
    name: str,
    struct: type[msgspec.Struct],
    decide: Callable[[Rows, Any, Context], Decision],
    roles: tuple[str, ...],
    **rest: Any,
) -> Command[Any]:
    """A command on one whistle, as people meet it on the whistle's page."""
    return Command(name, struct, on_whistle, decide, roles=roles, kind="whistle", matter_field="whistle", **rest)


def whistle_in(rows: Rows, c: NamesWhistle) -> Whistle:
    """The whistle a command is on. NotFound, or Conflict ``matter.moved_on`` when the caller saw an older version."""
    return rows.need(WHISTLE, c.whistle, c.expected_version)


def callout_in(w: Whistle, c: OnCallout) -> Callout:
    """The callout a command is on. NotFound ``callout.unknown``."""
    found = w.callout(c.callout)
    if found is None:
        raise NotFound("callout.unknown", state=w.status, params={"id": c.callout})
    return found


def phase_in(callout: Callout, c: OnPhase) -> Phase:
    """The phase a command is on. NotFound ``phase.unknown``."""
    found = next((p for p in callout.phases if p.id == c.phase), None)
    if found is None:
        raise NotFound("phase.unknown", state=callout.status, params={"id": c.phase})
    return found


def check_move(w: Whistle, event: str) -> None:
    """The whistle's life cycle has this move from where it stands; else IllegalMove naming status, move and rule."""
    CYCLE.check(w.status, event)


def check_blown(w: Whistle, part: Callout | Phase, event: str) -> None:
    """The whistle is blown, and the part's own life cycle has this move."""
    cycle: Lifecycle = CALLOUT if isinstance(part, Callout) else PHASE
    if w.status != "BLOWN":
        raise Conflict("whistle.not_blown", state=w.status, event=event)
    cycle.check(part.status, event)


_AT_WORK = frozenset({"WORKING", "FINISHED"})


def _party_goes_on(w: Whistle, c: Callout, ctx: Context) -> Iterable[Fact]:
    """What follows for a party of another scope: at work once the caller confirmed it and one of its units works;
    finished with what it opened, the leading one only after the supporters (10.1)."""
    if w.status != "BLOWN":
        return
    if c.settled and c.owes and c.status != "OBJECTED" and (c.role == "CO" or w.supporters_done):
        yield CalloutFinished(whistle=w.id, callout=c.id, unit=c.unit, by_phases=False)
    elif c.status == "REPORTED" and any(a.status in _AT_WORK for a in c.answers):
        last = max(w.finish_by or today(ctx), today(ctx))
        yield CalloutStarted(
            whistle=w.id,
            callout=c.id,
            unit=c.unit,
            finish_on=last,
            measures_ref="",
            term=date_term(w, "finish", c.id, last, ctx),
        )


def follow(w: Whistle, facts: Sequence[Fact], ctx: Context) -> tuple[list[Fact], Whistle]:
    """``facts`` and what follows from them at once, and the whistle after all of them.

    A callout is finished when its last phase is accepted, the leading one only when its supporters are done; the
    whistle is resolved when no callout owes anything, and evaluated when every finished callout is rated (10.1).
    """
    happening = Happening(ctx.now, ctx.actor.id, 0)
    said: list[Fact] = []
    now: Whistle = w

    def say(f: Fact) -> None:
        nonlocal now
        said.append(f)
        after = evolve(now, f, happening)
        assert after is not None
        now = after

    for f in facts:
        say(f)
    for c in sorted(now.callouts, key=lambda c: c.role == "LEAD"):
        if c.scope:
            for f in _party_goes_on(now, c, ctx):
                say(f)
            continue
        ready = now.status == "BLOWN" and c.status == "WORKING" and c.phases_accepted
        if ready and (c.role == "CO" or now.supporters_done):
            say(CalloutFinished(whistle=w.id, callout=c.id, unit=c.unit, by_phases=True))
    if now.status == "BLOWN" and now.all_done:
        say(WhistleResolved(whistle=w.id, term=evaluate_term(now, ctx)))
    if now.status == "RESOLVED" and all(c.rating for c in now.callouts if c.status == "FINISHED"):
        say(WhistleEvaluated(whistle=w.id))
    return said, now


def decided(
    w: Whistle, facts: Sequence[Fact], ctx: Context, private: Sequence[Private] = (), *, guard: bool = False
) -> Decision:
    """The decision that says ``facts`` and what follows; with ``guard`` the first one moves the matter's guard too."""
    on: tuple[Key, ...] = (WHISTLE.key(w.id),)
    first = (*on, *guard_keys(w.open_key)) if guard else on
    said, after = follow(w, facts, ctx)
    events = [Emit(f, first if n == 0 else on) for n, f in enumerate(said)]
    events += [Emit(f, on) for f in said_to_others(w, after, ctx)]
    events += steps_due(after, on[0], ctx)
    return Decision(events=tuple(events), private=tuple(private), answer={"whistle": w.id, "number": w.number})


def settled(w: Whistle, outcome: str) -> list[Fact]:
    """What those who referred a matter here are told at the end of a chain."""
    return [
        ReferralSettled(referral=r.referral, made_by=r.made_by, kind="whistle", matter=w.id, outcome=outcome)
        for r in w.referrals
    ]
