"""Home visits as a row kind: how commands find them, which limits pass, receipts for originals."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.documents.register import DOCUMENT, issue
from shuniu.chassis.rows import Index, Key, RowKind, Rows, Timer
from shuniu.chassis.terms import next_generation, term
from shuniu.contracts.clock import Term
from shuniu.contracts.envelope import Fact
from shuniu.rules.calendar import local
from shuniu.rules.clocks import clock_due, clock_timers, most_urgent
from shuniu.rules.refusal import Forbidden

from shuniu_services_desk.cases.case import given
from shuniu_services_desk.fields import Hidden, Version
from shuniu_services_desk.home_visits.state import (
    HomeCode,
    HomeVisit,
    StaffDay,
    evolve,
    evolve_code,
    evolve_day,
)
from shuniu_services_desk.roles import DESK
from shuniu_services_desk.settings import profile_of

__all__ = (
    "HOME_CODE",
    "HOME_DAY",
    "HOME_VISIT",
    "OnVisit",
    "answer_term",
    "as_desk",
    "as_staff",
    "on_visit",
    "paper",
    "return_term",
    "said_of",
    "visit_in",
    "window_term",
)


class OnVisit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one home visit. With ``expected_version`` it is refused when the visit has moved on since."""

    visit: Hidden
    expected_version: Version | None = None


def _due(v: HomeVisit, ctx: Context) -> Sequence[Emit]:
    return [Emit(f, (HOME_VISIT.key(v.id),)) for f in clock_due(v.id, v.clocks, ctx.now)]


def _index(v: HomeVisit) -> Index:
    urgent = most_urgent(v.clocks)
    return Index(v.status, v.area, "", urgent.due_at if urgent else None)


HOME_VISIT: RowKind[HomeVisit] = RowKind(
    name="desk_home_visit",
    struct=HomeVisit,
    table="desk_home_visit",
    evolve=evolve,
    index=_index,
    due=_due,
    timers=lambda v: (Timer(*t) for t in clock_timers(v.clocks)),
    clocks=lambda v: v.clocks,
    clock_profile=lambda v, ctx: profile_of(ctx),
)
HOME_CODE: RowKind[HomeCode] = RowKind("desk_home_code", HomeCode, "desk_home_code", evolve_code)
HOME_DAY: RowKind[StaffDay] = RowKind("desk_home_day", StaffDay, "desk_home_day", evolve_day)


def on_visit(c: OnVisit, ctx: Context) -> Iterable[Key]:
    """The visit's row, and a receipt's place in the register where one was prepared."""
    yield HOME_VISIT.key(c.visit)
    yield from (DOCUMENT.key(code) for code in given(ctx).documents)


def visit_in(rows: Rows, c: OnVisit, event: str) -> HomeVisit:
    """The visit a command is on. NotFound, or Conflict ``matter.moved_on`` when the caller saw an older version."""
    return rows.need(HOME_VISIT, c.visit, c.expected_version, event)


def as_desk(v: HomeVisit, ctx: Context, event: str) -> None:
    """The desk, in its area."""
    if not ctx.actor.has_role(*DESK):
        raise Forbidden("case.desk_only", state=v.status, event=event)
    if not ctx.actor.covers(v.area):
        raise Forbidden("access.area", state=v.status, event=event, params={"area": v.area})


def as_staff(v: HomeVisit, ctx: Context, event: str) -> None:
    """One of those who were appointed to come."""
    as_desk(v, ctx, event)
    if v.staff and ctx.actor.id not in v.staff:
        raise Forbidden("home.own_visit", state=v.status, event=event)


def said_of(
    v: HomeVisit,
    *facts: Fact,
    private: Sequence[Private] = (),
    more: Sequence[Emit] = (),
    on: Sequence[Key] = (),
    answer: dict[str, Any] | None = None,
) -> Decision:
    """The decision that says ``facts`` of a visit; ``on`` are further rows they evolve."""
    keys = (HOME_VISIT.key(v.id), *on)
    events = (*(Emit(f, keys) for f in facts), *more)
    return Decision(events, tuple(private), {"visit": v.id, "number": v.number, **(answer or {})})


def answer_term(ctx: Context, v: HomeVisit | None = None) -> Term:
    """To make an appointment."""
    profile = profile_of(ctx)
    clocks = v.clocks if v is not None else ()
    return term(ctx, "home_answer", profile.limit("home_answer"), profile, clocks=clocks)


def return_term(ctx: Context, v: HomeVisit) -> Term:
    """To bring originals back."""
    profile = profile_of(ctx)
    return term(ctx, "home_return", profile.limit("home_return"), profile, clocks=v.clocks)


def window_term(ctx: Context, v: HomeVisit, starts_at: datetime, ends_at: datetime) -> Term:
    """Up to the end of the appointment; it is soon when the window opens."""
    return Term(
        clock="home_window",
        generation=next_generation(v.clocks, "home_window"),
        started_at=ctx.now,
        due_at=ends_at,
        soon_at=max(ctx.now, starts_at),
        limit=f"{local(ends_at):%Y-%m-%d %H:%M}",
        calendar_version=ctx.calendar.version,
        provisional=False,
    )


def paper(
    v: HomeVisit, kind: str, suffix: str, names: Sequence[str], words: Sequence[str], ctx: Context
) -> tuple[tuple[Emit, ...], tuple[Private, ...]]:
    """A receipt under the prepared code: its content sealed, its hash in the log; nothing where none was prepared."""
    codes = given(ctx).documents
    if not codes:
        return (), ()
    code, number = codes[0], f"{v.number}-{suffix}{len(v.documents) + 1}"
    document = {
        "kind": kind,
        "number": number,
        "visit": v.id,
        "lines": [
            ["line.number", v.number],
            ["line.applicant", given(ctx).name],
            ["line.time", f"{local(ctx.now):%Y-%m-%d %H:%M}"],
            ["line.home_staff", "、".join(v.staff)],
        ],
        "list_title": "line.home_originals",
        "list": list(names),
        "words": [w for w in words if w],
    }
    emit = issue(document, code=code, kind=kind, number=number, matter=v.id, on=(HOME_VISIT.key(v.id),))
    fields = {"document": msgspec.json.encode(document).decode()}
    return (emit,), (Private(code, fields, "desk.receipt", "STATUTORY_DUTY", matter=v.id),)
