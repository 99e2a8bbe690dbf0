"""The order as a row kind: what of it is due by itself, how commands find it, the guard rows beside it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.rows import Index, Key, RowKind, Rows, Timer
from shuniu.chassis.service import Command
from shuniu.contracts.envelope import Fact
from shuniu.rules.clocks import clock_due, clock_timers, most_urgent

from shuniu_whistle.order_settings import order_profile
from shuniu_whistle.orders.evolve import evolve, evolve_caller, evolve_code, evolve_external, evolve_spot
from shuniu_whistle.orders.lifecycles import ORDER as CYCLE
from shuniu_whistle.orders.state import Caller, External, FollowCode, Order, Spot

__all__ = (
    "CALLER",
    "CODE",
    "EXTERNAL",
    "ORDER",
    "SPOT",
    "check_move",
    "command_on",
    "decided",
    "on_order",
    "order_in",
)


class _Names(Protocol):
    @property
    def order(self) -> str: ...

    @property
    def expected_version(self) -> int | None: ...


def _due(o: Order, ctx: Context) -> Sequence[Emit]:
    return [Emit(f, (ORDER.key(o.id),)) for f in clock_due(o.id, o.clocks, ctx.now)]


def _index(o: Order) -> Index:
    urgent = most_urgent(o.clocks)
    return Index(o.status, o.area, o.lead, urgent.due_at if urgent else None)


ORDER: RowKind[Order] = RowKind(
    name="hotline_order",
    struct=Order,
    table="hotline_order",
    evolve=evolve,
    index=_index,
    due=_due,
    timers=lambda o: (Timer(*t) for t in clock_timers(o.clocks)),
    clocks=lambda o: o.clocks,
    clock_profile=lambda o, ctx: order_profile(ctx),
)

CALLER: RowKind[Caller] = RowKind("order_caller", Caller, "order_caller", evolve_caller)
"""A telephone number's orders, by a keyed hash of the number (nobody can list numbers from it without the key)."""
SPOT: RowKind[Spot] = RowKind("order_spot", Spot, "order_spot", evolve_spot)
"""Orders about the same thing at one spot, by :func:`~shuniu_whistle.orders.evolve.spot_key`."""
CODE: RowKind[FollowCode] = RowKind("order_code", FollowCode, "order_code", evolve_code)
"""Follow-up codes, by a keyed hash of the code."""
EXTERNAL: RowKind[External] = RowKind("order_external", External, "order_external", evolve_external)
"""Numbers of the source, by ``<origin>|<number>``: an order comes in once."""


def on_order(c: _Names, ctx: Context) -> Iterable[Key]:
    """The row most commands need."""
    return (ORDER.key(c.order),)


def command_on(
    name: str,
    struct: type[msgspec.Struct],
    decide: Callable[[Rows, Any, Context], Decision],
    roles: tuple[str, ...],
    **rest: Any,
) -> Command[Any]:
    """A command on one order, as people meet it on the order's page."""
    rest.setdefault("keys", on_order)
    return Command(name, struct, decide=decide, roles=roles, kind="hotline_order", matter_field="order", **rest)


def order_in(rows: Rows, c: _Names) -> Order:
    """The order a command is on. NotFound, or Conflict ``matter.moved_on`` when the caller saw an older version."""
    return rows.need(ORDER, c.order, c.expected_version)


def check_move(o: Order, event: str) -> None:
    """The life cycle has this move from where the order stands; else IllegalMove naming status, move and rule."""
    CYCLE.check(o.status, event)


def decided(o: Order, facts: Sequence[Fact], private: Sequence[Private] = ()) -> Decision:
    """The decision that says ``facts`` about one order."""
    on = (ORDER.key(o.id),)
    events = tuple(Emit(f, on) for f in facts)
    return Decision(events=events, private=tuple(private), answer={"order": o.id, "number": o.number})
