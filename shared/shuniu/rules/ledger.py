"""Double-entry ledgers (复式记账), append-only: entries are checked against balances, corrected only by their mirror.

Refused, not flagged (domain rules 10.9): what would leave an account outside its bounds, does not make nought, or
falls into a closed month never becomes an entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from shuniu.contracts.ledger import Entry, Posting
from shuniu.rules.refusal import Conflict, FieldError, Unprocessable

__all__ = ["Bounds", "Chart", "check_entry", "mirror", "replay", "transfer"]


class Bounds(msgspec.Struct, frozen=True):
    """How low and how high an account's balance may be; None is without end."""

    floor: int | None = 0
    ceiling: int | None = None


class Chart(msgspec.Struct, frozen=True):
    """The accounts a ledger knows, by the part of their code before the first colon (``P:<person>`` → ``P``)."""

    bounds: dict[str, Bounds]

    def of(self, account: str) -> Bounds:
        """The bounds of an account. Unprocessable ``ledger.account`` for one the ledger does not know."""
        found = self.bounds.get(account.partition(":")[0])
        if found is None:
            raise Unprocessable("ledger.account", fields=(FieldError("account", "unknown"),))
        return found


def transfer(id: str, kind: str, cause: str, on: date, *moves: tuple[str, str, int]) -> Entry:  # noqa: A002
    """The entry of some moves (from, to, amount > 0); several moves on one account become one posting."""
    sums: dict[str, int] = {}
    for source, target, amount in moves:
        if amount <= 0:
            raise Unprocessable("ledger.amount", fields=(FieldError("amount", "out_of_range"),))
        sums[source] = sums.get(source, 0) - amount
        sums[target] = sums.get(target, 0) + amount
    postings = tuple(Posting(account=a, amount=n) for a, n in sorted(sums.items()) if n)
    return Entry(id=id, kind=kind, cause=cause, on=on, postings=postings)


def mirror(entry: Entry, id: str, cause: str, on: date) -> Entry:  # noqa: A002
    """The entry that undoes another (红字冲销): never an edit. A mirror is not mirrored."""
    if entry.reverses:
        raise Conflict("ledger.mirror_of_mirror", params={"entry": entry.id})
    postings = tuple(Posting(account=p.account, amount=-p.amount) for p in entry.postings)
    return Entry(id=id, kind="REVERSAL", cause=cause, on=on, postings=postings, reverses=entry.id)


def check_entry(entry: Entry, balances: Mapping[str, int], chart: Chart, open_from: date | None = None) -> None:
    """Refuse an entry that breaks a rule of the ledger.

    ``ledger.unbalanced``  its postings do not make nought, name an account twice, move nothing
    ``ledger.account``     an account the chart does not know
    ``ledger.closed``      it falls before ``open_from``, into a closed month
    ``ledger.short``       an account would fall below its floor
    ``ledger.over``        an account would rise above its ceiling
    A mirror may bring an account back from outside its bounds, so that a mistake can always be undone, but no further
    out of them.
    """
    accounts = [p.account for p in entry.postings]
    if sum(p.amount for p in entry.postings) or len(set(accounts)) != len(accounts) or len(accounts) < 2:
        raise Unprocessable("ledger.unbalanced")
    if any(p.amount == 0 for p in entry.postings):
        raise Unprocessable("ledger.unbalanced")
    for posting in entry.postings:
        chart.of(posting.account)
    if open_from is not None and entry.on < open_from:
        raise Conflict("ledger.closed", params={"open_from": open_from.isoformat()})
    for posting in entry.postings:
        bounds = chart.of(posting.account)
        before = balances.get(posting.account, 0)
        after = before + posting.amount
        params: dict[str, str | int] = {"balance": before, "amount": posting.amount}
        if bounds.floor is not None and after < bounds.floor and after < before:
            raise Conflict("ledger.short", params=params)
        if bounds.ceiling is not None and after > bounds.ceiling and after > before:
            raise Conflict("ledger.over", params=params)


def replay(entries: Iterable[Entry]) -> dict[str, int]:
    """Balances from the entries alone; they equal what the account rows say."""
    balances: dict[str, int] = {}
    for entry in entries:
        for posting in entry.postings:
            balances[posting.account] = balances.get(posting.account, 0) + posting.amount
    return balances
