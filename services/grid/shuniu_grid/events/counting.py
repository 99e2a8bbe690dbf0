"""What each fact of a grid event adds to the measures (domain rules 11.2, 11.5). Pure.

A row keeps everything it has added (``counted``), added up by measure, day and dimension. So nothing is counted twice
for one dispatch or one limit, a merger takes back exactly what the duplicate had added, and the service's own figures
(:mod:`shuniu_grid.events.scores`) are sums over rows. A numerator is capped by its denominator on the same day and
unit: every rate made of them lies between 0 and 1.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

import msgspec
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed
from shuniu.contracts.envelope import Fact
from shuniu.contracts.grid import events as facts
from shuniu.rules.clocks import find_clock

from shuniu_grid.events.state import Count, GridEvent
from shuniu_grid.settings import business_day

__all__ = ("CAPPED", "HOTLINE", "TO_CLOSE", "added_up", "count", "observe")

HOTLINE: frozenset[facts.Source] = frozenset({"12345", "PUBLIC"})
"""Sources that count against 主动发现: what the public said first."""

TO_CLOSE = ("grid.to_close", "grid.reworked_due", "grid.postponed")
"""Measures of 应结案日: they move with it when a delay or a revival moves the day."""

CAPPED = {
    "grid.verified_in_time": "grid.to_verify",
    "grid.filed_in_time": "grid.filed",
    "grid.closed_of_filed": "grid.filed",
    "grid.self_handled": "grid.reported",
    "grid.effective": "grid.reported",
    "grid.open_of_reported": "grid.reported",
    "grid.dispatched_right": "grid.dispatched",
    "grid.overdue": "grid.dispatched",
    "grid.handled": "grid.to_handle",
    "grid.handled_in_time": "grid.to_handle",
    "grid.overdue_waiting": "grid.to_handle",
    "grid.delayed": "grid.to_handle",
    "grid.checked_in_time": "grid.to_check",
    "grid.reworked": "grid.to_check",
    "grid.reworked_due": "grid.to_close",
    "grid.postponed": "grid.to_close",
    "grid.closed_due": "grid.to_close",
    "grid.closed_due_in_time": "grid.to_close",
}
"""Numerator → the denominator on the same day and unit that it never exceeds."""

_HELD = ("grid.to_handle", "grid.handled", "grid.handled_in_time", "grid.overdue_waiting", "grid.delayed")
"""What goes when a dispatch turns out to have been wrong before anything came of it."""

_KEPT_BY_A_MERGER = ("grid.reported", "grid.clues", "grid.returned")

_Key = tuple[str, date, str, str]


def _key(c: Count) -> _Key:
    return c.name, c.on, c.unit, c.level


def added_up(counts: Iterable[Count]) -> tuple[Count, ...]:
    """The same, one for each measure, day and dimension, without those that come to nothing."""
    sums: dict[_Key, int] = {}
    for c in counts:
        sums[_key(c)] = sums.get(_key(c), 0) + c.value
    return tuple(Count(name, on, value, unit, level) for (name, on, unit, level), value in sums.items() if value)


def count(before: GridEvent | None, after: GridEvent, fact: Fact, now: datetime) -> GridEvent:
    """The row after a fact, with what the fact adds noted on it."""
    told = observe(before, after, fact, now)
    return msgspec.structs.replace(
        after, told=told, counted=added_up((*after.counted, *told)) if told else after.counted
    )


def observe(before: GridEvent | None, after: GridEvent, fact: Fact, now: datetime) -> tuple[Count, ...]:
    """What a fact adds to the measures: ``after.counted`` holds what all facts before it added."""
    held = {_key(c): c.value for c in after.counted}
    told: list[Count] = []
    for c in _observed(before, after, fact, now):
        above = CAPPED.get(c.name)
        if above is not None and c.value > 0 and held.get(_key(c), 0) >= held.get((above, c.on, c.unit, c.level), 0):
            continue
        held[_key(c)] = held.get(_key(c), 0) + c.value
        told.append(c)
    return tuple(told)


def _day(at: datetime | None, now: datetime) -> date:
    return business_day(at or now)


def _back(row: GridEvent, *names: str, unit: str | None = None, on: date | None = None) -> Iterator[Count]:
    """What takes back all that was counted under ``names``, for one unit and day where they are given."""
    for c in row.counted:
        if c.name in names and unit in (None, c.unit) and on in (None, c.on):
            yield Count(c.name, c.on, -c.value, c.unit, c.level)


def _observed(before: GridEvent | None, row: GridEvent, fact: Fact, now: datetime) -> Iterator[Count]:
    match fact:
        case facts.EventReported():
            yield Count("grid.reported", _day(row.opened_at, now))
            if row.clue:
                yield Count("grid.clues", _day(row.opened_at, now))
            yield from _as_reported(row, now)
            return
        case facts.EventMerged():
            yield from _back(row, *{c.name for c in row.counted} - {*_KEPT_BY_A_MERGER})
            yield Count("grid.merged", _day(row.merged_at, now))
            return
        case facts.EventUnmerged():
            yield from _back(row, "grid.merged")
            yield from _as_reported(row, now)
            return
        case facts.EventVerificationAsked():
            yield Count("grid.to_verify", _day(row.verify_asked_at, now))
        case facts.EventVerified() | facts.EventFiled():
            yield from _filed(row, fact, now)
        case facts.EventNotFiled():
            yield from _verified(row, now)
            yield from _back(row, "grid.open_of_reported")
        case facts.EventReferred():
            yield Count("grid.referred", _day(None, now))
            yield from _back(row, "grid.overdue_waiting")
    if before is not None:
        yield from _processed(before, row, fact, now)
        yield from _due_moved(before, row)
        yield from _checked(row, fact, now)


def _as_reported(row: GridEvent, now: datetime) -> Iterator[Count]:
    on = _day(row.opened_at, now)
    yield Count("grid.open_of_reported", on)
    if row.source == "GRID":
        yield Count("grid.found_by_grid", on)
    elif row.source in HOTLINE:
        yield Count("grid.found_by_hotline", on)


def _filed(row: GridEvent, fact: Fact, now: datetime) -> Iterator[Count]:
    yield Count("grid.filed", _day(row.filed_at, now))
    yield Count("grid.effective", _day(row.opened_at, now))
    clock = find_clock(row.clocks, "verify") or find_clock(row.clocks, "file")
    if clock is None or not clock.late:
        yield Count("grid.filed_in_time", _day(row.filed_at, now))
    yield from _verified(row, now)


def _verified(row: GridEvent, now: datetime) -> Iterator[Count]:
    clock = find_clock(row.clocks, "verify")
    if clock is not None and not clock.late:
        yield Count("grid.verified_in_time", _day(row.verify_asked_at, now))


def _late(row: GridEvent) -> bool:
    """Whether a limit of the dispatch at hand has passed."""
    since = row.dispatched_at
    return any(c.late for c in row.clocks if c.id == "process" and (since is None or c.started_at >= since))


def _processed(before: GridEvent, row: GridEvent, fact: Fact, now: datetime) -> Iterator[Count]:
    """Only the first answer to a dispatch counts for it; what comes after a rework is counted as rework."""
    at, first = _day(row.dispatched_at, now), row.feedbacks == 0
    match fact:
        case facts.EventDispatched():
            if before.dispatched_at is not None and before.feedbacks == 0 and before.unit:
                yield from _back(row, *_HELD, unit=before.unit, on=business_day(before.dispatched_at))
            yield from _back(row, "grid.self_handled")
            yield Count("grid.dispatched", at, unit=row.unit)
            yield Count("grid.to_handle", at, unit=row.unit)
        case facts.EventAccepted() if first:
            yield Count("grid.dispatched_right", at, unit=row.unit)
        case facts.EventReturnAccepted():
            yield Count("grid.returned", at, unit=fact.unit)
            yield from _back(row, *_HELD, unit=fact.unit, on=at)
        case facts.EventFedBack() if row.feedbacks == 1:
            yield from _handled(row, at)
        case facts.EventReferralSettled() if first:
            yield from _handled(row, at)
        case facts.EventDelayGranted() if first:
            yield Count("grid.delayed", at, unit=row.unit)
            yield from _back(row, "grid.overdue_waiting")
        case ClockOverdue(clock="process") if first and row.dispatched_at is not None:
            yield Count("grid.overdue", at, unit=row.unit)
            yield Count("grid.overdue_waiting", at, unit=row.unit)
        case ClockRecomputed(clock="process", late=False) if _was_late(before):
            yield from _back(row, "grid.overdue", "grid.overdue_waiting")
        case facts.EventHung():
            yield Count("grid.hung", _day(None, now), unit=row.unit)
            yield from _back(row, "grid.overdue_waiting")
            if row.close_by is not None:
                yield Count("grid.postponed", row.close_by)
        case facts.EventRevived():
            yield from _back(row, "grid.postponed")


def _was_late(row: GridEvent) -> bool:
    """Whether the limit to handle it has been called passed and still runs."""
    clock = find_clock(row.clocks, "process")
    return clock is not None and clock.state == "running" and clock.late


def _handled(row: GridEvent, at: date) -> Iterator[Count]:
    yield from _back(row, "grid.overdue_waiting")
    yield Count("grid.handled", at, unit=row.unit)
    clock = find_clock(row.clocks, "process")
    if clock is not None and not clock.late:
        yield Count("grid.handled_in_time", at, unit=row.unit)


def _due_moved(before: GridEvent, row: GridEvent) -> Iterator[Count]:
    """应结案数 is counted on the day the limit ends; when that day moves, so does what was counted on it."""
    if row.close_by == before.close_by or row.close_by is None:
        return
    if not any(c.name == "grid.to_close" for c in row.counted):
        yield Count("grid.to_close", row.close_by)
        return
    moved = [c for c in row.counted if c.name in TO_CLOSE and c.on == before.close_by]
    for c in sorted(moved, key=lambda c: TO_CLOSE.index(c.name)):
        if c.name == "grid.postponed":
            continue  # a revival has just taken it back
        yield Count(c.name, c.on, -c.value)
        yield Count(c.name, row.close_by, c.value)


def _checked(row: GridEvent, fact: Fact, now: datetime) -> Iterator[Count]:
    clock = find_clock(row.clocks, "check")
    in_time = clock is not None and not clock.late
    at = _day(row.check_started_at, now)
    match fact:
        case facts.EventSelfHandled():
            if row.checks == 1:
                yield Count("grid.self_handled", _day(row.opened_at, now))
            yield Count("grid.to_check", at)
        case facts.EventCheckStarted():
            yield Count("grid.to_check", at)
        case facts.EventSentBack():
            yield Count("grid.reworked", at)
            if row.close_by is not None and row.reworks == 1:
                yield Count("grid.reworked_due", row.close_by)
            if in_time:
                yield Count("grid.checked_in_time", at)
        case facts.EventClosed():
            yield from _closed(row, now)
            if in_time:
                yield Count("grid.checked_in_time", at)


def _closed(row: GridEvent, now: datetime) -> Iterator[Count]:
    today = _day(None, now)
    in_time = not any(c.late for c in row.clocks if c.id == "process")
    yield Count("grid.closed", today)
    yield Count("grid.solved", today, level=row.level or "street")
    if row.level in ("grid", "community"):
        yield Count("grid.solved_in_grid", today)
    yield from _back(row, "grid.open_of_reported")
    yield Count("grid.closed_of_filed", _day(row.filed_at, now))
    if in_time:
        yield Count("grid.closed_in_time", _day(row.filed_at, now))
    if row.close_by is not None:
        yield Count("grid.closed_due", row.close_by)
        if in_time:
            yield Count("grid.closed_due_in_time", row.close_by)
