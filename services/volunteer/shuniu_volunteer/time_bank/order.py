"""A redemption order (兑换服务单) as a row, and how facts change it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Emit
from shuniu.chassis.rows import Happening, Index, Key, RowKind, Timer
from shuniu.contracts.summary import Place, Visibility
from shuniu.contracts.volunteer import time_bank as said

__all__ = ("TIME_ORDER", "TimeOrder", "visibility")

KIND = "time_order"


class TimeOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A service for minutes. ``account`` pays, ``server`` serves and earns; nobody is named."""

    id: str
    number: str
    account: str
    beneficiary: str
    category: said.ServiceHelp
    minutes: int
    area: str
    place: Place
    wished_at: datetime
    requester: str
    opened_at: datetime
    text_ref: str = ""
    status: str = "TIME_REQUESTED"
    held: bool = False
    server: str = ""
    server_account: str = ""
    served: int = 0
    confirm_until: datetime | None = None
    silent: bool = False
    dispute_ref: str = ""
    ended_at: datetime | None = None

    @property
    def payer(self) -> str:
        """The volunteer who pays; "" where a key client's grant does."""
        return self.account[2:] if self.account.startswith("P:") else ""

    @property
    def client(self) -> str:
        """The key client whose grant pays; "" where a volunteer does."""
        return self.account[2:] if self.account.startswith("K:") else ""

    @property
    def hold(self) -> str:
        """The account its minutes are held in."""
        return f"H:{self.id}"


def _evolve(row: TimeOrder | None, f: Any, h: Happening) -> TimeOrder | None:
    if isinstance(f, said.TimeOrderRequested):
        return TimeOrder(
            id=f.order,
            number=f.number,
            account=f.account,
            beneficiary=f.beneficiary,
            category=f.category,
            minutes=f.minutes,
            area=f.area,
            place=f.place,
            wished_at=f.wished_at,
            requester=f.requester,
            opened_at=h.time,
            text_ref=f.text_ref,
        )
    if row is None:
        return None
    match f:
        case said.TimeOrderHeld():
            return replace(row, status="TIME_HELD", held=True)
        case said.TimeOrderMatched():
            return replace(row, status="TIME_MATCHED", server=f.server, server_account=f.account)
        case said.TimeOrderUnmatched():
            return replace(row, status="TIME_HELD", server="", server_account="")
        case said.TimeOrderServing():
            return replace(row, status="TIME_SERVING")
        case said.TimeOrderDone():
            return replace(row, status="TIME_DONE", served=f.minutes, confirm_until=f.confirm_until)
        case said.TimeOrderSilent():
            return replace(row, silent=True)
        case said.TimeOrderDisputed():
            return replace(row, status="TIME_DISPUTED", dispute_ref=f.reason_ref, confirm_until=None)
        case said.TimeOrderConfirmed():
            return replace(row, served=f.minutes, confirm_until=None)
        case said.TimeOrderSettled():
            return replace(row, status="TIME_SETTLED", held=False, ended_at=h.time)
        case said.TimeOrderCancelled():
            return replace(row, status="TIME_CANCELLED", held=False, ended_at=h.time)
    return row


def _waiting(row: TimeOrder) -> datetime | None:
    """When silence speaks."""
    return row.confirm_until if row.status == "TIME_DONE" and not row.silent else None


def _due(row: TimeOrder, ctx: Context) -> Sequence[Emit]:
    at = _waiting(row)
    if at is None or ctx.now < at:
        return ()
    return (Emit(said.TimeOrderSilent(order=row.id), (Key(KIND, row.id),), row.area),)


def _timers(row: TimeOrder) -> Iterable[Timer]:
    at = _waiting(row)
    if at is not None:
        yield Timer("silence", 1, at)


def visibility(row: TimeOrder) -> Visibility:
    return Visibility(areas=(row.area,), roles=("time_bank_clerk",), sensitivity=2)


TIME_ORDER: RowKind[TimeOrder] = RowKind(
    KIND,
    TimeOrder,
    "time_order",
    _evolve,
    index=lambda row: Index(row.status, row.area, row.account, row.confirm_until),
    due=_due,
    timers=_timers,
)
