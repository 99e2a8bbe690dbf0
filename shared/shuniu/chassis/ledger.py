"""A ledger's rows: balances, causes used up, the month it is open from. Every posting is decided under their guard.

    LEDGER = Ledger("time_bank", Chart({...}), TimeBankPosted, lambda fact: fact.entry)

Its ``rows`` stand among the service's, ``keys`` among a command's, and ``post`` makes the event of a checked entry.

Two commands racing for the same account are decided one after the other by the command processor, so no sum is ever
short and no account ever below its floor.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import msgspec

from shuniu.chassis.decision import Emit
from shuniu.chassis.rows import Happening, Index, Key, RowKind, Rows
from shuniu.contracts.envelope import Fact
from shuniu.contracts.ledger import Entry
from shuniu.rules.ledger import Chart, check_entry
from shuniu.rules.refusal import Conflict

__all__ = ("Account", "Cause", "Ledger", "ledger_tables")


class Account(msgspec.Struct, frozen=True):
    """An account as it stands: its balance in the ledger's unit and how many entries made it."""

    id: str
    balance: int = 0
    entries: int = 0


class Cause(msgspec.Struct, frozen=True):
    """Guard row: what an entry was made for. A cause makes one entry, an entry is mirrored once."""

    entry: str


def ledger_tables(name: str) -> tuple[str, ...]:
    """Statements for a migration: the tables of the ledger ``name``."""
    columns = (
        "key text primary key, version int not null, schema int not null, status text not null default '',"
        " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
    )
    return (f"create table {name}_account ({columns})", f"create table {name}_cause ({columns})")


class Ledger:
    """One ledger of a service: ``name`` begins its tables, ``fact`` is the class its entries travel in, ``entry_of``
    finds the entry there."""

    def __init__(self, name: str, chart: Chart, fact: type[Fact], entry_of: Callable[[Any], Entry]) -> None:
        self.name = name
        self.chart = chart
        self._fact = fact
        self._entry_of = entry_of
        account, cause = f"{name}_account", f"{name}_cause"
        self.accounts: RowKind[Account] = RowKind(
            account, Account, account, self._move, index=lambda row: Index(status=row.id.partition(":")[0])
        )
        self.causes: RowKind[Cause] = RowKind(cause, Cause, cause, self._use)
        self.rows: tuple[RowKind[Any], ...] = (self.accounts, self.causes)

    def _move(self, row: Account | None, fact: Any, happening: Happening) -> Account | None:
        if not isinstance(fact, self._fact):
            return row
        row = row or Account(happening.id)
        moved = sum(p.amount for p in self._entry_of(fact).postings if p.account == row.id)
        return Account(row.id, row.balance + moved, row.entries + 1)

    def _use(self, row: Cause | None, fact: Any, happening: Happening) -> Cause | None:
        return Cause(self._entry_of(fact).id) if isinstance(fact, self._fact) else row

    def keys(self, accounts: Iterable[str], causes: Iterable[str]) -> Iterable[Key]:
        """The rows a command needs that moves something between these accounts for these causes."""
        yield from (self.accounts.key(a) for a in dict.fromkeys(accounts))
        yield from (self.causes.key(c) for c in dict.fromkeys(causes))

    def balance(self, rows: Rows, account: str) -> int:
        """What an account holds; 0 for one that nothing has come to yet."""
        found = rows.find(self.accounts, account)
        return found.balance if found else 0

    def post(self, rows: Rows, fact: Fact, open_from: date | None = None, also: tuple[Key, ...] = ()) -> Emit:
        """The event of an entry, checked against the balances; ``also`` names further rows it evolves, first those
        whose summary is to travel.

        One decision posts one entry to an account: several moves of one command are one entry. Raises what
        :func:`rules.ledger.check_entry` raises, and Conflict ``ledger.cause_used`` for a cause that made an entry.
        """
        entry = self._entry_of(fact)
        used = rows.find(self.causes, entry.cause)
        if used is not None:
            raise Conflict("ledger.cause_used", params={"entry": used.entry})
        balances = {p.account: self.balance(rows, p.account) for p in entry.postings}
        check_entry(entry, balances, self.chart, open_from)
        on = (*(self.accounts.key(p.account) for p in entry.postings), self.causes.key(entry.cause))
        return Emit(fact, (*also, *on))
