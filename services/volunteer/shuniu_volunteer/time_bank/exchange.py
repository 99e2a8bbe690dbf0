"""Exchange with another scope's bank (通存通兑) by referral: no minute is lost on the way, and none is made.

Sending puts minutes in transit (P → Z). Only the other bank's answer moves them on: taken, they stand between the two
banks (Z → V here, V → P there); refused or run out, they come back (Z → P). Asking for them back is a question like any
other: they come back by its answer, as the other bank may have taken them already.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Detail, DetailField, Emit, Offer
from shuniu.chassis.rows import Happening, Index, Key, MatterFace, RowKind, Timer
from shuniu.contracts.envelope import Fact, move_of, parse_source
from shuniu.contracts.referral import (
    ReferralExpired,
)
from shuniu.contracts.summary import MatterSummary, Notice, StepSummary, Summary, Visibility
from shuniu.contracts.volunteer import time_bank as said
from shuniu.rules.refusal import Forbidden, Refusal

from shuniu_volunteer.texts import words_of
from shuniu_volunteer.time_bank.chart import TIME_CLERKS
from shuniu_volunteer.time_bank.lifecycle import EXCHANGE

__all__ = ("KIND", "NUMBERS", "TIME_EXCHANGE", "TimeExchange", "may")

KIND = "time_exchange"
NUMBERS = "TC"


class TimeExchange(msgspec.Struct, frozen=True, kw_only=True):
    """Minutes on their way out (``volunteer`` sends them) or in (``made_by`` sends them); ``there`` is the number at
    the receiving bank."""

    id: str
    number: str
    minutes: int
    there: str
    other: str
    """The other bank's scope."""
    area: str
    expires_at: datetime
    opened_at: datetime
    status: str
    volunteer: str = ""
    referral: str = ""
    made_by: str = ""
    ended_at: datetime | None = None

    @property
    def transit(self) -> str:
        """The account they are in on their way."""
        return f"Z:{self.id}"


_OUTCOMES = {
    "TAKEN": "TAKEN_IN",
    "CLEARED": "CLEARED",
    "RETURNED": "SENT_BACK",
    "REFUSED": "REFUSED_IN",
    "RUN_OUT": "RUN_OUT",
}


def _evolve(row: TimeExchange | None, f: Any, h: Happening) -> TimeExchange | None:
    match f:
        case said.TimeSent():
            return TimeExchange(
                id=f.exchange,
                number=f.number,
                minutes=f.minutes,
                there=f.there,
                other=f.to_scope,
                area=f.area,
                expires_at=f.expires_at,
                opened_at=h.time,
                status="IN_TRANSIT",
                volunteer=f.volunteer,
            )
        case said.TimeArrived():
            scope, _ = parse_source(f.made_by)
            return TimeExchange(
                id=f.exchange,
                number=f.number,
                minutes=f.minutes,
                there=f.there,
                other=scope,
                area="",
                expires_at=f.expires_at,
                opened_at=h.time,
                status="INCOMING",
                referral=f.referral,
                made_by=f.made_by,
            )
        case said.TimeWithdrawalAsked() if row is not None:
            return replace(row, status="TAKING_BACK")
        case said.TimeExchangeClosed() if row is not None:
            return replace(row, status=_OUTCOMES[f.outcome], ended_at=h.time)
    return row


def _due(row: TimeExchange, ctx: Context) -> Sequence[Emit]:
    """Minutes that nobody takes here go back: by our answer, never by the sender's own clock."""
    if row.status != "INCOMING" or ctx.now < row.expires_at:
        return ()
    key = (Key(KIND, row.id),)
    return (
        Emit(said.TimeExchangeClosed(exchange=row.id, outcome="RUN_OUT"), key),
        Emit(ReferralExpired(referral=row.referral, made_by=row.made_by), key),
    )


def _timers(row: TimeExchange) -> Iterable[Timer]:
    if row.status == "INCOMING":
        yield Timer("run_out", 1, row.expires_at)


def _area(row: TimeExchange, ctx: Context) -> str:
    return row.area or ctx.scope


def _summarise(row: TimeExchange, f: Fact, ctx: Context) -> Summary:
    notices: tuple[Notice, ...] = ()
    if isinstance(f, said.TimeArrived):
        notices = (Notice(why="assigned", text="notice.time_arrived", roles=TIME_CLERKS, areas=(ctx.scope,)),)
    matter = MatterSummary(
        kind=KIND,
        id=row.id,
        number=row.number,
        version=0,
        title=words_of("time_bank")["kind.time_exchange"].zh,
        status=row.status,
        open=row.ended_at is None,
        opened_at=row.opened_at,
        closed_at=row.ended_at,
        due_at=row.expires_at if row.ended_at is None else None,
        clock="time_exchange_limit" if row.ended_at is None else "",
        area=_area(row, ctx),
        visibility=Visibility(areas=(_area(row, ctx),), roles=("time_bank_clerk",)),
    )
    step = StepSummary(move=move_of(f), params={"minutes": str(row.minutes)})
    return Summary(matter=matter, step=step, notices=notices)


def may(row: TimeExchange, move: str, ctx: Context) -> None:
    """A clerk's, or the sender's own question to have them back."""
    EXCHANGE.check_role(move, ctx.actor.roles, "access.role")
    clerk = ctx.actor.has_role(*TIME_CLERKS) and ctx.actor.covers(_area(row, ctx))
    if not clerk and move != "ask_time_back":
        raise Forbidden("time_bank.not_yours", state=row.status, event=move)
    EXCHANGE.check(row.status, move)


def _offers(row: TimeExchange, ctx: Context) -> Sequence[Offer]:
    found = []
    for move in EXCHANGE.moves_from(row.status):
        if not move.roles:
            continue
        try:
            may(row, move.event, ctx)
        except Refusal:
            continue
        found.append(Offer(action=f"volunteer.{move.event}", prefill={"exchange": row.id}, fixed=("exchange",)))
    return tuple(found)


def _detail(row: TimeExchange, ctx: Context) -> Detail:
    return Detail(
        fields=(
            DetailField(label="time.minutes", value=str(row.minutes), kind="minutes"),
            DetailField(label="time.other_bank", value=row.other, kind="area"),
            DetailField(label="time.there", value=row.there),
            DetailField(label="time.expires_at", value=row.expires_at.isoformat(), kind="time"),
        )
    )


TIME_EXCHANGE: RowKind[TimeExchange] = RowKind(
    KIND,
    TimeExchange,
    "time_exchange",
    _evolve,
    index=lambda row: Index(row.status, row.area, row.other, row.expires_at if row.ended_at is None else None),
    due=_due,
    timers=_timers,
    face=MatterFace(
        summarise=_summarise,
        number=lambda row: row.number,
        visibility=lambda row: Visibility(areas=(row.area,) if row.area else (), roles=("time_bank_clerk",)),
        offers=_offers,
        detail=_detail,
    ),
)
