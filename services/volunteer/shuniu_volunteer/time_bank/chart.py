"""The ledger (时间银行账): accounts, their bounds, the rows of its entries, and how an entry is made.

Refused, not flagged: see :mod:`shuniu.rules.ledger`. One unit, minutes; there is no money anywhere in this folder.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Literal

import msgspec
from msgspec.structs import replace
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Emit
from shuniu.chassis.ledger import Ledger
from shuniu.chassis.rows import Happening, Index, Key, RowKind, Rows
from shuniu.contracts.envelope import Fact
from shuniu.contracts.ledger import Entry
from shuniu.contracts.summary import MeasureSummary, Summary, Visibility
from shuniu.contracts.volunteer import time_bank as said
from shuniu.rules.ledger import Bounds, Chart, transfer

from shuniu_volunteer.fields import business_day

__all__ = (
    "BOOKS",
    "CAP",
    "EARNING",
    "ENTRY",
    "FUND",
    "ISSUE",
    "LEDGER",
    "OWED",
    "QUOTA",
    "RETIRED",
    "TIME_CLERKS",
    "Booked",
    "Books",
    "book",
    "books_key",
    "capped",
    "deed",
    "open_from",
    "post",
    "posting_keys",
    "quota_key",
)

TIME_CLERKS = ("time_bank_clerk", "street_clerk")
CAP = 90_000
"""1,500 h: what a person may hold (domain rules 5.8)."""
FUND, ISSUE, RETIRED = "F:", "X:", "R:"
Consent = Literal["", "SELF", "PHONE", "PAPER", "IN_PERSON"]

LEDGER = Ledger(
    "time_bank",
    Chart(
        {
            "P": Bounds(0, CAP),
            "T": Bounds(0),
            "F": Bounds(0),
            "K": Bounds(0),
            "H": Bounds(0),
            "Z": Bounds(0),
            "R": Bounds(0),
            # Issuance runs below nought by what it gave out; what stands with another bank may stand either way.
            "X": Bounds(None),
            "V": Bounds(None),
        }
    ),
    said.TimePosted,
    lambda fact: fact.entry,
)


class Booked(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as it was booked, by whom, and what became of it."""

    entry: Entry
    area: str
    by: str
    at: datetime
    reversed_by: str = ""
    proposed_by: str = ""
    reason_ref: str = ""


class Earning(msgspec.Struct, frozen=True, kw_only=True):
    """How one participation's minutes were booked: net minutes, and those of them that went to the fund."""

    booked: int = 0
    fund: int = 0


class Owed(msgspec.Struct, frozen=True, kw_only=True):
    """Minutes an account owes, because hours were adjusted after they were spent."""

    minutes: int = 0


class Books(msgspec.Struct, frozen=True, kw_only=True):
    """The first open day."""

    open_from: date


class Quota(msgspec.Struct, frozen=True, kw_only=True):
    """Minutes granted to one client in one month."""

    granted: int = 0


def _entry(row: Booked | None, f: Any, h: Happening) -> Booked | None:
    match f:
        case said.TimePosted() if row is None:
            return Booked(entry=f.entry, area=f.area, by=h.actor, at=h.time, reason_ref=f.reason_ref)
        case said.TimePosted() if row is not None:
            return replace(row, reversed_by=f.entry.id, proposed_by="")
        case said.TimeReversalProposed() if row is not None:
            return replace(row, proposed_by=h.actor, reason_ref=f.reason_ref)
        case said.TimeReversalDropped() if row is not None:
            return replace(row, proposed_by="")
    return row


def _moved(entry: Entry, *classes: str) -> int:
    return sum(p.amount for p in entry.postings if p.account[0] in classes)


def _measures(f: said.TimePosted, on: date) -> Iterable[MeasureSummary]:
    figures = {
        "time_owed_to_people": _moved(f.entry, "P"),
        "time_fund": _moved(f.entry, "F"),
        "time_earned": -_moved(f.entry, "X") if f.entry.kind in ("EARN", "EARN_CAPPED", "TEAM_EARN") else 0,
        "time_redeemed": _moved(f.entry, "X") if f.entry.kind == "SETTLE" else 0,
    }
    for name, value in figures.items():
        if value:
            yield MeasureSummary(name=f"volunteer.{name}", value=value, on=on, dimensions={"area": f.area})


def _summarise(row: Booked, f: Fact, ctx: Context) -> Summary:
    visibility = Visibility(areas=(row.area,), roles=("time_bank_clerk",))
    measures = tuple(_measures(f, business_day(ctx.now))) if isinstance(f, said.TimePosted) else ()
    return Summary(measures=measures, visibility=visibility)


def _earning(row: Earning | None, f: Any, h: Happening) -> Earning | None:
    row = row or Earning()
    match f:
        case said.TimePosted():
            return Earning(booked=row.booked + _moved(f.entry, "P", "T", "F"), fund=row.fund + _moved(f.entry, "F"))
        case said.TimeOwed():
            return replace(row, booked=row.booked - f.minutes)
    return row


def _owe(row: Owed | None, f: Any, h: Happening) -> Owed | None:
    return Owed(minutes=(row.minutes if row else 0) + f.minutes) if isinstance(f, said.TimeOwed) else row


def _close(row: Books | None, f: Any, h: Happening) -> Books | None:
    return Books(open_from=f.open_from) if isinstance(f, said.TimeBooksClosed) else row


def _grant(row: Quota | None, f: Any, h: Happening) -> Quota | None:
    if not isinstance(f, said.TimePosted):
        return row
    return Quota(granted=(row.granted if row else 0) + _moved(f.entry, "K"))


ENTRY: RowKind[Booked] = RowKind(
    "time_entry",
    Booked,
    "time_entry",
    _entry,
    index=lambda row: Index("PROPOSED" if row.proposed_by else row.entry.kind, row.area),
    summarise=_summarise,
)
EARNING: RowKind[Earning] = RowKind("time_earning", Earning, "time_earning", _earning)
OWED: RowKind[Owed] = RowKind("time_owed", Owed, "time_owed", _owe)
BOOKS: RowKind[Books] = RowKind("time_books", Books, "time_books", _close)
QUOTA: RowKind[Quota] = RowKind("time_quota", Quota, "time_quota", _grant)


def books_key() -> Key:
    """The row that says which months are closed."""
    return BOOKS.key("books")


def quota_key(client: str, on: date) -> Key:
    """What a client was granted in the month of ``on``."""
    return QUOTA.key(f"{client}:{on:%Y-%m}")


def posting_keys(accounts: Iterable[str], causes: Iterable[str]) -> Iterable[Key]:
    """The rows a command needs that books something."""
    yield books_key()
    yield from LEDGER.keys(accounts, causes)


def deed(rows: Rows, word: str, account: str) -> str:
    """The cause of what an owner does of their own will: the next deed of that account."""
    row = rows.find(LEDGER.accounts, account)
    return f"{word}:{account}:{row.entries if row else 0}"


def open_from(rows: Rows) -> date | None:
    """The first open day; None while no month was closed."""
    books = rows.find(BOOKS, "books")
    return books.open_from if books else None


def capped(rows: Rows, account: str, minutes: int) -> tuple[tuple[str, int], ...]:
    """Where minutes go that are due to an account: to it up to the cap, the rest to the fund (EARN_CAPPED)."""
    room = max(0, CAP - LEDGER.balance(rows, account)) if account.startswith("P:") else minutes
    parts = ((account, min(minutes, room)), (FUND, minutes - min(minutes, room)))
    return tuple((to, n) for to, n in parts if n)


def post(
    rows: Rows,
    ctx: Context,
    kind: str,
    cause: str,
    *moves: tuple[str, str, int],
    area: str,
    on: date | None = None,
    also: tuple[Key, ...] = (),
    consent: Consent = "",
    reason_ref: str = "",
) -> Emit:
    """One entry on the business date, or on an earlier one of an open month. Raises what the ledger refuses."""
    entry = transfer(ctx.new_id(), kind, cause, on or business_day(ctx.now), *moves)
    return book(rows, entry, area=area, also=also, consent=consent, reason_ref=reason_ref)


def book(
    rows: Rows, entry: Entry, *, area: str, also: tuple[Key, ...] = (), consent: Consent = "", reason_ref: str = ""
) -> Emit:
    """The event of an entry."""
    fact = said.TimePosted(entry=entry, area=area, consent=consent, reason_ref=reason_ref)
    return LEDGER.post(rows, fact, open_from(rows), also=(ENTRY.key(entry.id), *also))
