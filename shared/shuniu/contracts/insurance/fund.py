"""What the premium fund (保费资金) says: a double-entry ledger in fen (domain rules 4.3)."""

from datetime import date
from typing import Literal

from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.ledger import Entry

__all__ = (
    "FACTS",
    "FundMonthClosed",
    "FundMonthOpened",
    "FundMoved",
    "FundReversalAsked",
    "FundReversalDeclined",
    "FundSource",
)

FundSource = Literal["OFFICE", "MERGED", "DONATION"]
"""压缩办公经费, 整合同类资金, 爱心企业捐赠 (4.3)."""


@fact("insurance", "fund.moved.v1")
class FundMoved(Fact, frozen=True, kw_only=True):
    """An entry of the ledger. Accounts: ``S:<source>`` (a donor's unit behind it), ``F:`` the fund, ``I:<policy>``
    premium paid. ``month`` is the book it stands in; ``reference`` the voucher."""

    month: str
    entry: Entry
    reference: str
    policy: str = ""


@fact("insurance", "fund.reversal_asked.v1")
class FundReversalAsked(Fact, frozen=True, kw_only=True):
    """Somebody asks for an entry's mirror (红字冲销); another person decides."""

    month: str
    entry: str
    reason_ref: str


@fact("insurance", "fund.reversal_declined.v1")
class FundReversalDeclined(Fact, frozen=True, kw_only=True):
    """The entry stands."""

    month: str
    entry: str
    reason_ref: str


@fact("insurance", "fund_month.opened.v1")
class FundMonthOpened(Fact, frozen=True, kw_only=True):
    """The book of a month was begun."""

    month: str
    area: str


@fact("insurance", "fund_month.closed.v1")
class FundMonthClosed(Fact, frozen=True, kw_only=True):
    """The month takes no entry any more (月结); ``balance`` is the fund's at that moment, in fen."""

    month: str
    open_from: date
    balance: int
    entries: int


FACTS: tuple[type[Fact], ...] = (
    FundMoved,
    FundReversalAsked,
    FundReversalDeclined,
    FundMonthOpened,
    FundMonthClosed,
)
