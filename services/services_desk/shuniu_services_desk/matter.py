"""What matters with a life cycle as data share: who may move them, what is offered, how a summary begins."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import DetailField, DetailRow, Offer
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon
from shuniu.contracts.envelope import Fact, move_of
from shuniu.contracts.summary import MatterSummary, MeasureSummary, StepSummary, Visibility
from shuniu.rules.calendar import local
from shuniu.rules.clocks import Clock, due_of, most_urgent
from shuniu.rules.lifecycle import Lifecycle
from shuniu.rules.refusal import Forbidden, Refusal

__all__ = (
    "Standing",
    "clock_rows",
    "fields_of",
    "matter_of",
    "may",
    "measured",
    "offers_of",
    "step_of",
)


class Standing(Protocol):
    """What every row of a matter has."""

    @property
    def id(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def area(self) -> str: ...
    @property
    def opened_at(self) -> datetime: ...
    @property
    def ended_at(self) -> datetime | None: ...
    @property
    def clocks(self) -> tuple[Clock, ...]: ...


R = TypeVar("R", bound=msgspec.Struct)


def may(cycle: Lifecycle, row: Standing, move: str, ctx: Context) -> None:
    """The role and the area where the move asks for a role; then the status."""
    if cycle.move(move).roles:
        cycle.check_role(move, ctx.actor.roles, "access.role")
        if not ctx.actor.covers(row.area):
            raise Forbidden("access.area", state=row.status, event=move, params={"area": row.area})
    cycle.check(row.status, move)


def offers_of(
    checks: Mapping[str, Any], row: Any, ctx: Context, field: str, prefill: Mapping[str, Mapping[str, Any]]
) -> Sequence[Offer]:
    """The actions whose check (row, ctx) lets this person through; ``prefill`` adds to an action's fields."""
    found = []
    for action, check in checks.items():
        try:
            check(row, ctx)
        except Refusal:
            continue
        found.append(Offer(action=action, prefill={field: row.id, **prefill.get(action, {})}, fixed=(field,)))
    return tuple(found)


def matter_of(kind: str, row: Standing, title: str, visibility: Visibility, **more: Any) -> MatterSummary:
    """The matter as its summary tells it."""
    clock = most_urgent(row.clocks)
    return MatterSummary(
        kind=kind,
        id=row.id,
        number=row.number,
        version=0,
        title=title,
        status=row.status,
        open=row.ended_at is None,
        opened_at=row.opened_at,
        closed_at=row.ended_at,
        **due_of(clock),
        area=row.area,
        visibility=visibility,
        **more,
    )


def step_of(f: Fact, **more: Any) -> StepSummary:
    """The step of a fact; one about a clock names it."""
    if isinstance(f, ClockSoon | ClockOverdue | ClockRecomputed):
        return StepSummary(move=move_of(f), detail=f"clock.{f.clock}")
    return StepSummary(move=move_of(f), **more)


def measured(names: Iterable[tuple[str, datetime]], area: str) -> tuple[MeasureSummary, ...]:
    """One of each measure, on the business date of its time."""
    return tuple(
        MeasureSummary(name=f"desk.{name}", value=1, on=local(at).date(), dimensions={"area": area})
        for name, at in names
    )


def fields_of(*given: tuple[str, str, Any]) -> tuple[DetailField, ...]:
    """Fields of a page by label, value and kind; empty ones are left out."""
    return tuple(DetailField(label=f"field.{label}", value=value, kind=kind) for label, value, kind in given if value)


def clock_rows(clocks: Iterable[Clock]) -> tuple[DetailRow, ...]:
    """A matter's limits, one row each."""

    def note(k: Clock) -> str:
        return "due.late" if k.late else f"due.{k.state}" if k.state in ("running", "met") else "due.none"

    return tuple(
        DetailRow(label=f"clock.{k.id}", due_at=k.due_at, note=note(k), fields=fields_of(("limit", k.limit, "text")))
        for k in clocks
    )
