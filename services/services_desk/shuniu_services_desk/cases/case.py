"""The case as a row kind: what of it is due by itself, how commands find it, the rows beside it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.documents.register import DOCUMENT
from shuniu.chassis.rows import Index, Key, RowKind, Rows, Timer
from shuniu.chassis.service import Command
from shuniu.contracts.envelope import Fact
from shuniu.contracts.services_desk.cases import CaseDeemedAccepted, CaseLapsed
from shuniu.rules.clocks import clock_due, clock_timers, find_clock, most_urgent
from shuniu.rules.refusal import Forbidden

from shuniu_services_desk.cases.evolve import evolve, evolve_code, evolve_holding
from shuniu_services_desk.cases.lifecycles import CASE as CYCLE
from shuniu_services_desk.cases.load import load_keys
from shuniu_services_desk.cases.prepared import PreparedCase, prepare_case
from shuniu_services_desk.cases.state import Case, FollowCode, Holding
from shuniu_services_desk.cases.terms import accept_terms, part_terms
from shuniu_services_desk.fields import Hidden, Version
from shuniu_services_desk.roles import BACK, DESK, LEADERS
from shuniu_services_desk.settings import profile_of

__all__ = (
    "CASE",
    "CODE",
    "HOLDING",
    "OnCase",
    "as_clerk",
    "as_decider",
    "as_leader",
    "case_in",
    "check_move",
    "command_on",
    "decided",
    "given",
    "is_party",
    "on_case",
    "tasks_of",
)


class OnCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one case. With ``expected_version`` it is refused when the case has moved on since."""

    case: Hidden
    expected_version: Version | None = None


class _Names(Protocol):
    @property
    def case(self) -> str: ...

    @property
    def expected_version(self) -> int | None: ...


def tasks_of(c: Case) -> tuple[str, ...]:
    """Units whose opinion the version asks for from the start."""
    return c.partners


def _passed(c: Case, clock: str, ctx: Context) -> bool:
    running = find_clock(c.clocks, clock)
    return running is not None and running.state == "running" and running.due_at <= ctx.now


def _due(c: Case, ctx: Context) -> Sequence[Emit]:
    """Limits that pass, and what follows by itself: deemed acceptance (§32 (4)), a promise that was not kept."""
    said: list[Fact] = [*clock_due(c.id, _said_aloud(c), ctx.now)]
    if c.status == "SUBMITTED" and _passed(c, "desk_correct", ctx):
        assert c.received_at is not None
        said.append(
            CaseDeemedAccepted(
                case=c.id,
                accepted_at=c.received_at,
                unit=c.unit,
                tasks=tasks_of(c),
                terms=(*accept_terms(c, c.received_at, ctx), *part_terms(c, tasks_of(c), ctx)),
            )
        )
    elif c.status == "ACCEPTED_GAP" and _passed(c, "desk_gap", ctx):
        said.append(CaseLapsed(case=c.id, cause="GAP"))
    elif c.status == "CONSULTED" and _passed(c, "desk_consult", ctx):
        said.append(CaseLapsed(case=c.id, cause="CONSULTATION"))
    return [Emit(f, (CASE.key(c.id), *load_keys(c, f))) for f in said]


def _said_aloud(c: Case) -> list[Any]:
    """The clocks people hear of: a consultation ends quietly, a promised day waits while the case stands still."""
    quiet = ("desk_consult", *(("desk_gap",) if c.status == "SPECIAL" else ()))
    return [k for k in c.clocks if k.id not in quiet]


def _timers(c: Case) -> Iterable[Timer]:
    yield from (Timer(*t) for t in clock_timers(_said_aloud(c)))
    waits = find_clock(c.clocks, "desk_consult")
    if c.status == "CONSULTED" and waits is not None and waits.state == "running":
        yield Timer("desk_consult", waits.generation, waits.due_at)


def _index(c: Case) -> Index:
    urgent = most_urgent(k for k in c.clocks if not k.part)
    return Index(c.status, c.area, c.unit, urgent.due_at if urgent else None)


CASE: RowKind[Case] = RowKind(
    name="desk_case",
    struct=Case,
    table="desk_case",
    evolve=evolve,
    index=_index,
    due=_due,
    timers=_timers,
    clocks=lambda c: c.clocks,
    clock_profile=lambda c, ctx: profile_of(ctx),
)
HOLDING: RowKind[Holding] = RowKind("desk_holding", Holding, "desk_holding", evolve_holding)
"""What an applicant handed in before, by a keyed hash of their number."""
CODE: RowKind[FollowCode] = RowKind("desk_code", FollowCode, "desk_code", evolve_code)
"""Follow-up codes, by keyed hash."""


def on_case(c: _Names, ctx: Context) -> Iterable[Key]:
    """The row most commands need; a receipt's place in the register, where one will be issued."""
    yield CASE.key(c.case)
    yield from (DOCUMENT.key(code) for code in given(ctx).documents)
    if given(ctx).applicant:
        yield HOLDING.key(given(ctx).applicant)


def given(ctx: Context) -> PreparedCase:
    """What was worked out before; nothing where nobody did."""
    return ctx.prepared if isinstance(ctx.prepared, PreparedCase) else PreparedCase()


def command_on(
    name: str,
    struct: type[msgspec.Struct],
    decide: Callable[[Rows, Any, Context], Decision],
    roles: tuple[str, ...],
    **rest: Any,
) -> Command[Any]:
    """A command on one case, as people meet it on the case's page."""
    rest.setdefault("keys", on_case)
    rest.setdefault("prepare", prepare_case)
    return Command(name, struct, decide=decide, roles=roles, kind="desk_case", matter_field="case", **rest)


def case_in(rows: Rows, c: _Names) -> Case:
    """The case a command is on. NotFound, or Conflict ``matter.moved_on`` when the caller saw an older version."""
    return rows.need(CASE, c.case, c.expected_version)


def check_move(c: Case, event: str) -> None:
    """The life cycle has this move from where the case stands; else IllegalMove naming status, move and rule."""
    CYCLE.check(c.status, event)


def decided(
    c: Case, facts: Sequence[Fact], private: Sequence[Private] = (), more: Sequence[Emit] = (), on: Sequence[Key] = ()
) -> Decision:
    """The decision that says ``facts`` about one case; ``on`` are further rows they evolve."""
    keys = (CASE.key(c.id), *on)
    events = (*(Emit(f, (*keys, *load_keys(c, f))) for f in facts), *more)
    return Decision(events=events, private=tuple(private), answer={"case": c.id, "number": c.number})


def as_clerk(c: Case, ctx: Context, event: str) -> None:
    """The desk, in its area."""
    if not ctx.actor.has_role(*DESK):
        raise Forbidden("case.desk_only", state=c.status, event=event)
    _in_area(c, ctx, event)


def as_leader(c: Case, ctx: Context, event: str) -> None:
    """The desk's leader, in the area."""
    if not ctx.actor.has_role(*LEADERS):
        raise Forbidden("case.leader_only", state=c.status, event=event)
    _in_area(c, ctx, event)


def as_decider(c: Case, ctx: Context, event: str) -> None:
    """Who decides: the back office of the deciding body, or the desk's leader; the desk itself where it is the body."""
    actor = ctx.actor
    if actor.acts_for(c.unit) and actor.has_role(*BACK, *DESK):
        return
    if not actor.has_role(*LEADERS):
        raise Forbidden("case.body_decides", state=c.status, event=event, params={"unit": c.unit})
    _in_area(c, ctx, event)


def _in_area(c: Case, ctx: Context, event: str) -> None:
    if not ctx.actor.covers(c.area):
        raise Forbidden("access.area", state=c.status, event=event, params={"area": c.area})


def is_party(c: Case, ctx: Context) -> bool:
    """Whether the actor works on the case and so may read its texts (masked)."""
    actor = ctx.actor
    if actor.acts_for(c.unit, *(t.unit for t in c.tasks)) and actor.has_role(*BACK, *DESK):
        return True
    return actor.has_role(*DESK) and actor.covers(c.area)
