"""What orders add to figures and take back from them (domain rules 11.1), decided from the order before and after.

Cohorts: what concerns dispatching, signing and contact counts under the day of dispatch, a limit under the day it is
due, a call-back under its own day, a request under the day it came in. So a rate over a closed period is Σ ÷ Σ of the
same orders. An order counts once: a later call-back replaces an earlier one, another unit takes over what the first
stood for. Hung, transferred and not-accepted orders leave only where the rate profile says so (``leaves`` of the fact).
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import msgspec
from msgspec.structs import replace
from shuniu.chassis.rows import Happening
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed
from shuniu.contracts.envelope import Fact
from shuniu.contracts.whistle import orders as said
from shuniu.rules.calendar import local
from shuniu.rules.clocks import Clock, find_clock

from shuniu_whistle.orders.state import CallBack, Counted, Delta, Order

__all__ = ("REPEATED_FROM", "count", "due_day")

REPEATED_FROM = 3
"""From so many orders about the same at one spot on, an order is a repeated one (11.1: ≥ 3 or ≥ 5)."""

_PLAIN: dict[type[Fact], str] = {
    said.OrderAnswered: "answered",
    said.OrderNotAccepted: "not_accepted",
    said.OrderTransferred: "transferred",
    said.OrderMerged: "merged",
    said.OrderObjected: "objected",
    said.OrderExtended: "extended",
    said.OrderHung: "hung",
    said.OrderReworked: "reworked",
    said.OrderWhistled: "whistled",
    said.OrderClosed: "closed",
}
"""Facts that are counted once each, on the day they are said."""


def due_day(due: datetime) -> date:
    """The business day a limit ends on: one that ends at 24:00 belongs to the day that ends."""
    return local(due - timedelta(microseconds=1)).date()


class _Tally:
    """Collects what one fact adds, and what the order stands for afterwards."""

    def __init__(self, before: Order | None, after: Order, day: date) -> None:
        self.order = after
        self.counted = before.counted if before else Counted()
        self.day = day
        self.deltas: list[Delta] = []

    @property
    def dispatch_day(self) -> date:
        at = self.order.dispatched_at
        return local(at).date() if at else self.day

    def add(self, name: str, value: int = 1, on: date | None = None, unit: str | None = None) -> None:
        whose = self.order.lead if unit is None else unit
        self.deltas.append(Delta(name, value, on or self.day, whose))

    def now(self, **what: object) -> None:
        self.counted = msgspec.structs.replace(self.counted, **what)


def _in_time(clock: Clock | None) -> bool:
    return clock is not None and clock.state == "met" and not clock.late


def count(before: Order | None, after: Order, f: Fact, h: Happening) -> Order:
    """``after`` with ``deltas``, what the fact adds to the figures, and ``counted``, what the order stands for."""
    t = _Tally(before, after, local(h.time).date())
    for name in _moves(t, before, f):
        t.add(name)
    return replace(after, deltas=tuple(t.deltas), counted=t.counted)


def _moves(t: _Tally, before: Order | None, f: Fact) -> Iterator[str]:
    """Names to count once today; everything else goes into the tally."""
    if type(f) in _PLAIN:
        yield _PLAIN[type(f)]
    match f:
        case said.OrderReceived():
            yield "received"
        case said.OrderClassified():
            _repeat(t, bool(f.repeat_of) or f.at_spot >= REPEATED_FROM)
        case said.OrderDispatched():
            t.add("dispatched")
            t.now(dispatched=True)
        case said.OrderSigned() if _in_time(find_clock(t.order.clocks, "sign")) and not t.counted.signed:
            t.add("signed_on_time", on=t.dispatch_day)
            t.now(signed=True)
        case said.OrderContacted() if _in_time(find_clock(t.order.clocks, "contact")) and not t.counted.contacted:
            t.add("contacted_on_time", on=t.dispatch_day)
            t.now(contacted=True)
        case said.OrderObjected():
            _unsign(t)
        case said.OrderRedispatched():
            t.add("dispatched", -1, t.dispatch_day, f.was)
            t.add("dispatched", 1, t.dispatch_day)
            _undue(t, f.was)
        case said.OrderHeld():
            _undue(t)
        case ClockOverdue() if f.clock == "handle":
            _due(t, f.due_at, met=False)
        case ClockRecomputed() if f.clock == "handle" and not f.late and not t.counted.due_met:
            _undue(t)  # called late before the new year was known, and not late by it
        case said.OrderFedBack():
            handle = find_clock(t.order.clocks, "handle")
            if handle is not None and t.order.rounds == 0:
                _due(t, handle.due_at, met=not handle.late)
        case said.OrderNotAccepted():
            if f.ground == "REPEAT":
                _repeat(t, True)
            _leave(t, before, f.leaves)
        case said.OrderTransferred() | said.OrderHung():
            _leave(t, before, f.leaves)
        case said.OrderRevived() | said.OrderResumed():
            _come_back(t)
        case said.OrderCalledBack() if f.valid and before is not None:
            if before.said is not None:
                _answer(t, before.said, -1)
            assert t.order.said is not None
            _answer(t, t.order.said, 1)
        case _:
            return


def _repeat(t: _Tally, repeated: bool) -> None:
    if repeated != t.counted.repeated:
        t.add("repeats", 1 if repeated else -1, local(t.order.received_at).date())
        t.now(repeated=repeated)


def _unsign(t: _Tally) -> None:
    if t.counted.signed:
        t.add("signed_on_time", -1, t.dispatch_day)
        t.now(signed=False)


def _due(t: _Tally, due_at: datetime, *, met: bool) -> None:
    if t.counted.due_on is not None:
        return
    on = due_day(due_at)
    t.add("due", on=on)
    if met:
        t.add("finished_on_time", on=on)
    t.now(due_on=on, due_met=met)


def _undue(t: _Tally, unit: str | None = None) -> None:
    if t.counted.due_on is not None:
        t.add("due", -1, t.counted.due_on, unit)
        if t.counted.due_met:
            t.add("finished_on_time", -1, t.counted.due_on, unit)
        t.now(due_on=None, due_met=False)


def _leave(t: _Tally, before: Order | None, leaves: bool) -> None:
    """The order stops being handled: it leaves what was counted of it, or stays as one that was due and not done."""
    if not t.counted.dispatched:
        return
    if leaves:
        _stand(t, -1)
        _undue(t)
        t.now(left=True)
    elif before is not None and (handle := find_clock(before.clocks, "handle")) is not None:
        _due(t, handle.due_at, met=False)


def _come_back(t: _Tally) -> None:
    """Work goes on under a new limit."""
    _undue(t)
    if t.counted.left:
        _stand(t, 1)
        t.now(left=False)


def _stand(t: _Tally, value: int) -> None:
    t.add("dispatched", value, t.dispatch_day)
    if t.counted.signed:
        t.add("signed_on_time", value, t.dispatch_day)
    if t.counted.contacted:
        t.add("contacted_on_time", value, t.dispatch_day)


def _answer(t: _Tally, said_: CallBack, value: int) -> None:
    on = local(said_.at).date()
    t.add("called_back", value, on)
    if said_.solved:
        t.add("solved", value, on)
    if said_.satisfaction in ("VERY_SAT", "SAT"):
        t.add("satisfied", value, on)
    if said_.satisfaction == "BASIC":
        t.add("satisfied_basic", value, on)
