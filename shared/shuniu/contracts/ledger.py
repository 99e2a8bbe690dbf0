"""Words of double-entry ledgers (复式记账): money in integer fen, time-bank time in integer minutes.

A service publishes its own fact around an :class:`Entry`; one ledger has one unit and never mixes two.
"""

from datetime import date

import msgspec

__all__ = ("Entry", "Posting")


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    """``amount`` units into ``account`` (negative: out of it). Accounts are opaque codes, never names."""

    account: str
    amount: int


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry: its postings make nought together. ``cause`` is the one thing it was made for; ``on`` the business
    date it belongs to; ``reverses`` the entry it mirrors."""

    id: str
    kind: str
    cause: str
    on: date
    postings: tuple[Posting, ...]
    reverses: str = ""
