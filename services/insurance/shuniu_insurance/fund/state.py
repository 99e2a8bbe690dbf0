"""A month's book as a row, and the guard row of the months."""

from datetime import date, datetime
from typing import Any, Literal

import msgspec
from msgspec.structs import replace
from shuniu.chassis.rows import Happening
from shuniu.contracts.insurance import fund as said
from shuniu.contracts.ledger import Entry

__all__ = ("FundGuard", "Month", "MonthEntry", "evolve", "evolve_guard", "first_day", "month_of", "next_month")


class MonthEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as the book shows it; ``by`` is an opaque account id."""

    entry: Entry
    reference: str
    policy: str = ""
    by: str = ""
    at: datetime
    state: Literal["STANDS", "ASKED", "REVERSED"] = "STANDS"
    asked_by: str = ""


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """The book of a month; ``id`` is e.g. ``2026-11``."""

    id: str
    area: str
    status: str = "MONTH_OPEN"
    opened_at: datetime
    closed_at: datetime | None = None
    balance: int | None = None
    entries: tuple[MonthEntry, ...] = ()

    def entry(self, id: str) -> MonthEntry | None:  # noqa: A002 - the domain's word
        """The entry of that id, or None."""
        return next((e for e in self.entries if e.entry.id == id), None)

    @property
    def asked(self) -> tuple[MonthEntry, ...]:
        """Entries whose reversal waits for a second person."""
        return tuple(e for e in self.entries if e.state == "ASKED")


class FundGuard(msgspec.Struct, frozen=True):
    """Guard row of the scope's months: which are open, from which day on entries may fall."""

    open_months: tuple[str, ...] = ()
    open_from: date | None = None


def month_of(day: date) -> str:
    """The book a day belongs to."""
    return f"{day:%Y-%m}"


def first_day(month: str) -> date:
    """The first day of a month."""
    return date.fromisoformat(f"{month}-01")


def next_month(month: str) -> date:
    """The first day after a month."""
    first = first_day(month)
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _with(row: Month, entry: str, **changes: Any) -> Month:
    return replace(row, entries=tuple(replace(e, **changes) if e.entry.id == entry else e for e in row.entries))


def evolve(row: Month | None, f: Any, h: Happening) -> Month | None:
    """The book after a fact."""
    if isinstance(f, said.FundMonthOpened):
        return Month(id=f.month, area=f.area, opened_at=h.time)
    if row is None:
        return None
    match f:
        case said.FundMoved():
            # A mirror may stand in a later book than what it undoes.
            if f.entry.reverses:
                row = _with(row, f.entry.reverses, state="REVERSED")
            if f.month != row.id:
                return row
            new = MonthEntry(entry=f.entry, reference=f.reference, policy=f.policy, by=h.actor, at=h.time)
            return replace(row, entries=(*row.entries, new))
        case said.FundReversalAsked():
            return _with(row, f.entry, state="ASKED", asked_by=h.actor)
        case said.FundReversalDeclined():
            return _with(row, f.entry, state="STANDS", asked_by="")
        case said.FundMonthClosed():
            return replace(row, status="MONTH_CLOSED", closed_at=h.time, balance=f.balance)
    return row


def evolve_guard(row: FundGuard | None, f: Any, h: Happening) -> FundGuard | None:
    """The guard row after a month was opened or closed."""
    row = row or FundGuard()
    match f:
        case said.FundMonthOpened():
            return replace(row, open_months=tuple(sorted((*row.open_months, f.month))))
        case said.FundMonthClosed():
            return FundGuard(tuple(m for m in row.open_months if m != f.month), f.open_from)
    return row
