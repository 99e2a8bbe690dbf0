"""The plan of a staged remediation (分阶段整治): who does what when, after which other phases (domain rules 10.1).

A phase comes after the one before it in its callout unless the plan says otherwise; it may also wait for phases of
other callouts of the whistle.
"""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision
from shuniu.chassis.rows import Rows
from shuniu.chassis.service import Command
from shuniu.contracts.whistle.whistles import PhasePlanned, PhaseReplanned
from shuniu.rules.refusal import Conflict, FieldError, Unprocessable

from shuniu_whistle.whistles.authority import as_worker
from shuniu_whistle.whistles.dependencies import dependents, has_cycle, phases_of
from shuniu_whistle.whistles.fields import Day, LongText, OnCallout, OnPhase, Texts, today
from shuniu_whistle.whistles.lifecycles import DUTY, STREET
from shuniu_whistle.whistles.state import Callout, Phase, Whistle
from shuniu_whistle.whistles.whistle import callout_in, check_blown, command_on, decided, phase_in, whistle_in
from shuniu_whistle.whistles.works import Work

__all__ = ("COMMANDS", "MOST_PHASES", "OWNER_ROLES", "check_plan_phase", "check_replan_phase", "working")

MOST_PHASES = 1000
"""A bound for the size of one row, not a rule of the domain: any number of phases a remediation has."""
OWNER_ROLES = (*DUTY, *STREET)
"""Roles that may answer for a phase; a post of the registry may, too."""

Phases = Annotated[tuple[str, ...], Meta(max_length=100, extra_json_schema={"x-widget": "phase-list"})]
Owner = Annotated[str, Meta(max_length=60)]


class PlanPhase(OnCallout, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Plan the next phase (安排阶段)."""

    work: Work
    due_on: Day
    start_on: Day | None = None
    after: Phases | None = None
    """Phases it waits for, of whichever callout; None: the one before it in this callout, empty: none."""
    owner: Owner = ""
    """Post of the registry or role that answers for it in the unit."""
    note: LongText = ""


class ReplanPhase(OnPhase, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Plan a phase that has not begun otherwise (调整阶段)."""

    due_on: Day | None = None
    start_on: Day | None = None
    after: Phases | None = None
    owner: Owner | None = None
    note: LongText = ""


def working(w: Whistle, c: Callout, event: str) -> None:
    """The callout's work is under way."""
    if w.status != "BLOWN":
        raise Conflict("whistle.not_blown", state=w.status, event=event)
    if c.status != "WORKING":
        raise Conflict("phase.while_working", state=c.status, event=event)


def check_plan_phase(w: Whistle, c: Callout, ctx: Context) -> None:
    """The working unit plans its phases."""
    as_worker(w, c, ctx, "plan_phase")
    working(w, c, "plan_phase")
    if c.phases_accepted:
        raise Conflict("phase.all_accepted", state=c.status, event="plan_phase")
    if len(c.phases) >= MOST_PHASES:
        raise Conflict("phase.too_many", state=c.status, event="plan_phase", params={"most": MOST_PHASES})


def plan_phase(rows: Rows, c: PlanPhase, ctx: Context) -> Decision:
    """One more phase, due no earlier than those it waits for and within the agreed date."""
    w = whistle_in(rows, c)
    callout = callout_in(w, c)
    check_plan_phase(w, callout, ctx)
    return decide_plan(w, callout, c, ctx, "plan_phase")


def decide_plan(w: Whistle, callout: Callout, c: PlanPhase, ctx: Context, event: str) -> Decision:
    """The decision that plans a phase, whoever may."""
    new = ctx.new_id()
    after = _default_after(callout) if c.after is None else tuple(dict.fromkeys(c.after))
    _check(w, callout, new, c.start_on, c.due_on, after, (), ctx, callout.status, event)
    _known_owner(c.owner, callout.status, event, ctx)
    texts = Texts(ctx)
    planned = PhasePlanned(
        whistle=w.id,
        callout=callout.id,
        phase=new,
        seq=len(callout.phases) + 1,
        work=c.work,
        due_on=c.due_on,
        start_on=c.start_on,
        after=after,
        owner=c.owner,
        note_ref=texts.keep(c.note),
    )
    done = decided(w, [planned], ctx, texts.private)
    return Decision(done.events, done.private, {**done.answer, "phase": new})


def _default_after(c: Callout) -> tuple[str, ...]:
    return (c.phases[-1].id,) if c.phases else ()


def check_replan_phase(w: Whistle, c: Callout, p: Phase, ctx: Context) -> None:
    """The working unit, before the phase has begun."""
    as_worker(w, c, ctx, "replan_phase")
    working(w, c, "replan_phase")
    check_blown(w, p, "replan_phase")


def replan_phase(rows: Rows, c: ReplanPhase, ctx: Context) -> Decision:
    """Another date, another order or another owner; what is not given stays."""
    w = whistle_in(rows, c)
    callout = callout_in(w, c)
    phase = phase_in(callout, c)
    check_replan_phase(w, callout, phase, ctx)
    after = phase.after if c.after is None else tuple(dict.fromkeys(c.after))
    start, due = c.start_on or phase.start_on, c.due_on or phase.due_on
    later = [p.due_on for p in dependents(w, phase.id)]
    _check(w, callout, phase.id, start, due, after, later, ctx, phase.status, "replan_phase")
    owner = phase.owner if c.owner is None else c.owner
    _known_owner(owner, phase.status, "replan_phase", ctx)
    texts = Texts(ctx)
    replanned = PhaseReplanned(
        whistle=w.id,
        callout=callout.id,
        phase=phase.id,
        due_on=due,
        start_on=start,
        after=after,
        owner=owner,
        note_ref=texts.keep(c.note),
    )
    return decided(w, [replanned], ctx, texts.private)


def _check(
    w: Whistle,
    c: Callout,
    phase: str,
    start: date | None,
    due: date,
    after: tuple[str, ...],
    later: Iterable[date],
    ctx: Context,
    status: str,
    event: str,
) -> None:
    """Dates in order and within what was agreed; only phases of this whistle are waited for, and never in a circle."""

    def bad(rule: str, field: str, code: str, **params: str) -> Unprocessable:
        return Unprocessable(rule, state=status, event=event, fields=(FieldError(field, code),), params=params)

    known = phases_of(w)
    if strangers := [b for b in after if b not in known]:
        raise bad("phase.after_unknown", "after", "unknown", id=strangers[0][:40])
    graph: dict[str, Iterable[str]] = {p.id: p.after for p in known.values()}
    if has_cycle({**graph, phase: after}):
        raise bad("phase.cycle", "after", "cycle")
    first = max([today(ctx), *(known[b].due_on for b in after if known[b].status != "ACCEPTED")])
    last = min([*([c.finish_on] if c.finish_on else []), *later], default=None)
    if due < first or (last is not None and due > last):
        span = {"from": first.isoformat(), "to": last.isoformat() if last else ""}
        raise bad("phase.due_date", "due_on", "not_between", **span)
    if start is not None and start > due:
        raise bad("phase.start_date", "start_on", "not_between", to=due.isoformat())


def _known_owner(owner: str, status: str, event: str, ctx: Context) -> None:
    if owner and owner not in OWNER_ROLES and ctx.registry.get("post", owner) is None:
        fields = (FieldError("owner", "unknown"),)
        raise Unprocessable("phase.owner_unknown", state=status, event=event, fields=fields, params={"owner": owner})


_WORKERS = (*DUTY, *STREET)

COMMANDS: tuple[Command[Any], ...] = (
    command_on("whistle.plan_phase", PlanPhase, plan_phase, _WORKERS, order=40),
    command_on("whistle.replan_phase", ReplanPhase, replan_phase, _WORKERS, order=45),
)
