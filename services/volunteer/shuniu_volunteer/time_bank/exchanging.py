"""Commands of exchanging minutes with another scope's bank, and what its words cause here (see ``exchange.py``)."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command, Reaction, Received
from shuniu.contracts.envelope import parse_source
from shuniu.contracts.referral import (
    ReferralExpired,
    ReferralMade,
    ReferralRefused,
    ReferralSubject,
    ReferralTaken,
    ReferralWithdrawn,
)
from shuniu.contracts.volunteer import time_bank as said
from shuniu.rules.areas import is_code
from shuniu.rules.limits import Limit, deadline
from shuniu.rules.refusal import Forbidden, NotFound

from shuniu_volunteer.fields import Hidden, wrong
from shuniu_volunteer.roles import VOLUNTEERS
from shuniu_volunteer.settings import profile_of, settings_of
from shuniu_volunteer.texts import words_of
from shuniu_volunteer.time_bank.chart import CAP, FUND, RETIRED, TIME_CLERKS, capped, deed, post, posting_keys
from shuniu_volunteer.time_bank.exchange import KIND, NUMBERS, TIME_EXCHANGE, may
from shuniu_volunteer.time_bank.lifecycle import EXCHANGE
from shuniu_volunteer.time_bank.moving import Minutes, OwnersConsent, owner
from shuniu_volunteer.volunteers.keeping import is_self, registration
from shuniu_volunteer.volunteers.volunteer import VOLUNTEER

__all__ = ("COMMANDS", "REACTIONS")


class SendTime(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Send minutes to the account of a member at another scope's bank."""

    volunteer: Hidden
    minutes: Minutes
    to_scope: Annotated[str, Meta(min_length=6, max_length=12, pattern=r"^[0-9]+$")]
    there: Annotated[str, Meta(min_length=3, max_length=40, pattern=r"^[A-Za-z0-9-]+$")]
    consent: OwnersConsent = "SELF"


class OnExchange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one exchange."""

    exchange: Hidden


class RefuseTime(OnExchange, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Send them back."""

    reason: said.ExchangeReason


class TakeTime(OnExchange, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take them into the account of the member they are sent to."""

    volunteer: Hidden


class Arrive(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A referral of minutes, or its withdrawal, from ``source``."""

    source: str
    made: ReferralMade | None = None
    withdrawn: str = ""


class Answered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The other bank's answer."""

    source: str
    referral: str
    made_by: str
    answer: Literal["TAKEN", "REFUSED", "EXPIRED"]
    reason: str = ""


def _send_keys(c: SendTime, ctx: Context) -> Iterable[Key]:
    yield from (VOLUNTEER.key(c.volunteer), counter_key(NUMBERS, ctx.now))
    yield from posting_keys((f"P:{c.volunteer}",), ())


def _transit(c: SendTime, rows: Rows) -> str:
    """The exchange's id follows from the account and how many entries it has, so that its rows can be asked for."""
    return deed(rows, "sent", f"P:{c.volunteer}").replace(":", "-")


def _send_more(c: SendTime, rows: Rows, ctx: Context) -> Iterable[Key]:
    exchange = _transit(c, rows)
    yield from posting_keys((f"Z:{exchange}",), (f"exchange:{exchange}:sent",))


def send(rows: Rows, c: SendTime, ctx: Context) -> Decision:
    """IN_TRANSIT: P → Z, and the referral says so to the other scope."""
    event = "send_time"
    v = registration(rows, c.volunteer, event)
    owner(v, c.consent, event, ctx)
    if not is_code(c.to_scope) or c.to_scope == ctx.scope:
        raise wrong("time_exchange.scope", "to_scope", "value", event)
    exchange, number = _transit(c, rows), next_number(rows, NUMBERS, ctx.now)
    area = v.profile.area
    profile = profile_of(ctx)
    ends = deadline(ctx.now, Limit.parse(settings_of(ctx).exchange_limit), ctx.calendar, profile.hours).due_at
    sent = said.TimeSent(
        exchange=exchange,
        number=number,
        volunteer=v.id,
        area=area,
        to_scope=c.to_scope,
        minutes=c.minutes,
        there=c.there,
        expires_at=ends,
    )
    subject = ReferralSubject(
        source=ctx.source,
        kind=KIND,
        matter=exchange,
        number=number,
        title=words_of("time_bank")["kind.time_exchange"].zh,
    )
    made = ReferralMade(
        referral=exchange,
        to_scope=c.to_scope,
        to_kind=KIND,
        subject=subject,
        reason="TIME_EXCHANGE",
        payload={"minutes": str(c.minutes), "there": c.there},
        expires_at=ends,
    )
    key = TIME_EXCHANGE.key(exchange)
    move = (f"P:{v.id}", f"Z:{exchange}", c.minutes)
    entry = post(rows, ctx, "TRANSFER_OUT", f"exchange:{exchange}:sent", move, area=area, consent=c.consent)
    events = (Emit(sent, (key, counter_key(NUMBERS, ctx.now)), area), entry, Emit(made, (key,), area))
    return Decision(events, (), {"exchange": exchange, "number": number})


def _on(c: OnExchange, ctx: Context) -> Iterable[Key]:
    return (TIME_EXCHANGE.key(c.exchange),)


def _sender_more(c: Any, rows: Rows, ctx: Context) -> Iterable[Key]:
    row = rows.find(TIME_EXCHANGE, c.exchange)
    if row is not None and row.volunteer:
        yield VOLUNTEER.key(row.volunteer)


def ask_back(rows: Rows, c: OnExchange, ctx: Context) -> Decision:
    """Nothing moves yet: the other bank answers whether it has taken them."""
    row = rows.need(TIME_EXCHANGE, c.exchange)
    may(row, "ask_time_back", ctx)
    v = rows.need(VOLUNTEER, row.volunteer)
    if not is_self(v, ctx) and not (ctx.actor.has_role(*TIME_CLERKS) and ctx.actor.covers(row.area)):
        raise Forbidden("time_bank.not_yours", state=row.status, event="ask_time_back")
    key = (TIME_EXCHANGE.key(row.id),)
    withdrawn = ReferralWithdrawn(referral=row.id, to_scope=row.other, reason="WITHDRAWN_BY_SENDER")
    return Decision(
        (Emit(said.TimeWithdrawalAsked(exchange=row.id), key, row.area), Emit(withdrawn, key, row.area)),
        (),
        {"exchange": row.id},
    )


def _incoming_id(source: str, referral: str) -> str:
    scope, _ = parse_source(source)
    return f"{scope}-{referral}"


def _arrive_keys(c: Arrive, ctx: Context) -> Iterable[Key]:
    referral = c.made.referral if c.made else c.withdrawn
    yield from (TIME_EXCHANGE.key(_incoming_id(c.source, referral)), counter_key(NUMBERS, ctx.now))


def arrive(rows: Rows, c: Arrive, ctx: Context) -> Decision:
    """INCOMING, once; a withdrawal refuses it, and one that comes first leaves a mark that refuses what comes later."""
    referral = c.made.referral if c.made else c.withdrawn
    exchange = _incoming_id(c.source, referral)
    row = rows.find(TIME_EXCHANGE, exchange)
    if c.made is None:
        if row is not None and row.status != "INCOMING":
            return Decision()
        return Decision((*(() if row else _arrival(rows, c, exchange, ctx)), *_refused(exchange, c.source, referral)))
    if row is not None or c.made.to_scope != ctx.scope or c.made.to_kind != KIND:
        return Decision()
    emits = _arrival(rows, c, exchange, ctx)
    if _minutes(c.made) is None:
        # What is no number of minutes is nobody's: it goes back as it came.
        return Decision((*emits, *_refused(exchange, c.source, referral, "NOT_AGREED")))
    return Decision(emits)


def _minutes(made: ReferralMade) -> int | None:
    written = made.payload.get("minutes", "")
    minutes = int(written) if written.isascii() and written.isdecimal() and len(written) < 7 else 0
    return minutes if 0 < minutes <= CAP else None


def _arrival(rows: Rows, c: Arrive, exchange: str, ctx: Context) -> tuple[Emit, ...]:
    made = c.made
    fact = said.TimeArrived(
        exchange=exchange,
        number=next_number(rows, NUMBERS, ctx.now),
        referral=made.referral if made else c.withdrawn,
        made_by=c.source,
        minutes=(_minutes(made) or 0) if made else 0,
        there=made.payload.get("there", "")[:40] if made else "",
        expires_at=(made.expires_at if made and made.expires_at else ctx.now),
        withdrawn=made is None,
    )
    return (Emit(fact, (TIME_EXCHANGE.key(exchange), counter_key(NUMBERS, ctx.now)), ctx.scope),)


def _refused(
    exchange: str, made_by: str, referral: str, reason: said.ExchangeReason = "WITHDRAWN_BY_SENDER"
) -> tuple[Emit, ...]:
    key = (TIME_EXCHANGE.key(exchange),)
    return (
        Emit(said.TimeExchangeClosed(exchange=exchange, outcome="REFUSED", reason=reason), key),
        Emit(ReferralRefused(referral=referral, made_by=made_by, reason=reason), key),
    )


def _take_more(c: OnExchange, rows: Rows, ctx: Context) -> Iterable[Key]:
    row = rows.find(TIME_EXCHANGE, c.exchange)
    if row is None:
        return
    yield from posting_keys((f"V:{row.other}",), (f"exchange:{row.id}:taken",))


def _take_keys(c: TakeTime, ctx: Context) -> Iterable[Key]:
    yield from (TIME_EXCHANGE.key(c.exchange), VOLUNTEER.key(c.volunteer))
    yield from posting_keys((f"P:{c.volunteer}",), ())


def take(rows: Rows, c: TakeTime, ctx: Context) -> Decision:
    """TAKEN_IN: V → P, whole or not at all; above the cap a clerk refuses them (``ledger.over``)."""
    row = rows.need(TIME_EXCHANGE, c.exchange)
    may(row, "take_sent_time", ctx)
    v = registration(rows, c.volunteer, "take_sent_time")
    if v.number != row.there:
        raise NotFound("time_exchange.not_theirs", state=row.status, event="take_sent_time")
    key = (TIME_EXCHANGE.key(row.id),)
    move = (f"V:{row.other}", f"P:{v.id}", row.minutes)
    entry = post(rows, ctx, "TRANSFER_IN", f"exchange:{row.id}:taken", move, area=v.profile.area)
    taken = ReferralTaken(referral=row.referral, made_by=row.made_by, kind=KIND, matter=row.id, number=row.number)
    closed = said.TimeExchangeClosed(exchange=row.id, outcome="TAKEN")
    return Decision((Emit(closed, key), entry, Emit(taken, key)), (), {"exchange": row.id})


def refuse(rows: Rows, c: RefuseTime, ctx: Context) -> Decision:
    """REFUSED_IN: nothing was booked here; the sender has them back by our answer."""
    row = rows.need(TIME_EXCHANGE, c.exchange)
    may(row, "refuse_sent_time", ctx)
    return Decision(_refused(row.id, row.made_by, row.referral, c.reason), (), {"exchange": row.id})


def _answer_keys(c: Answered, ctx: Context) -> Iterable[Key]:
    yield TIME_EXCHANGE.key(c.referral)


def _answer_more(c: Answered, rows: Rows, ctx: Context) -> Iterable[Key]:
    row = rows.find(TIME_EXCHANGE, c.referral)
    if row is not None and row.volunteer:
        yield VOLUNTEER.key(row.volunteer)
        accounts = (row.transit, f"V:{row.other}", f"P:{row.volunteer}", FUND, RETIRED)
        yield from posting_keys(accounts, (f"exchange:{row.id}:answer",))


def answered(rows: Rows, c: Answered, ctx: Context) -> Decision:
    """CLEARED or SENT_BACK, once, and only by the scope they were sent to."""
    row = rows.find(TIME_EXCHANGE, c.referral)
    scope, _ = parse_source(c.source)
    if c.made_by != ctx.source or row is None or row.status not in ("IN_TRANSIT", "TAKING_BACK") or scope != row.other:
        return Decision()
    key, cause = (TIME_EXCHANGE.key(row.id),), f"exchange:{row.id}:answer"
    if c.answer == "TAKEN":
        move = (row.transit, f"V:{row.other}", row.minutes)
        entry = post(rows, ctx, "TRANSFER_CLEARED", cause, move, area=row.area)
        closed = said.TimeExchangeClosed(exchange=row.id, outcome="CLEARED")
        return Decision((Emit(closed, key, row.area), entry))
    v = rows.find(VOLUNTEER, row.volunteer)
    active = v is not None and v.active
    parts = capped(rows, f"P:{row.volunteer}", row.minutes) if active else ((RETIRED, row.minutes),)
    moves = ((row.transit, to, n) for to, n in parts)
    entry = post(rows, ctx, "TRANSFER_BACK", cause, *moves, area=row.area)
    closed = said.TimeExchangeClosed(exchange=row.id, outcome="RETURNED", reason=c.reason or c.answer)
    return Decision((Emit(closed, key, row.area), entry))


ARRIVE: Command[Arrive] = Command("volunteer.arrive_time", Arrive, _arrive_keys, arrive, internal=True)
ANSWERED: Command[Answered] = Command(
    "volunteer.answer_time", Answered, _answer_keys, answered, more_keys=_answer_more, internal=True
)


def _move(name: str, struct: type[msgspec.Struct], decide: Any, order: int, **rest: Any) -> Command[Any]:
    given = {"keys": _on, "kind": KIND, "matter_field": "exchange", "roles": EXCHANGE.move(name).roles, **rest}
    return Command(f"volunteer.{name}", struct, decide=decide, order=order, **given)


COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "volunteer.send_time",
        SendTime,
        _send_keys,
        send,
        roles=(*TIME_CLERKS, *VOLUNTEERS),
        more_keys=_send_more,
        kind="volunteer",
        matter_field="volunteer",
        order=90,
    ),
    _move("ask_time_back", OnExchange, ask_back, 91, more_keys=_sender_more),
    _move("take_sent_time", TakeTime, take, 92, keys=_take_keys, more_keys=_take_more, tone="primary"),
    _move("refuse_sent_time", RefuseTime, refuse, 93, tone="danger"),
    ARRIVE,
    ANSWERED,
)


def _on_referral(received: Received[Any]) -> tuple[Command[Any], msgspec.Struct] | None:
    if received.name == "referral.withdrawn.v1":
        withdrawn = received.fact(ReferralWithdrawn)
        # Whoever takes back something else than minutes has never sent any: only exchanges have such ids.
        if not withdrawn.referral.startswith("sent-"):
            return None
        return ARRIVE, Arrive(source=received.event.source, withdrawn=withdrawn.referral)
    made = received.fact(ReferralMade)
    return (ARRIVE, Arrive(source=received.event.source, made=made)) if made.to_kind == KIND else None


def _on_answer(received: Received[Any]) -> tuple[Command[Any], msgspec.Struct] | None:
    source = received.event.source
    match received.name:
        case "referral.taken.v1":
            t = received.fact(ReferralTaken)
            return ANSWERED, Answered(source=source, referral=t.referral, made_by=t.made_by, answer="TAKEN")
        case "referral.refused.v1":
            r = received.fact(ReferralRefused)
            return ANSWERED, Answered(
                source=source, referral=r.referral, made_by=r.made_by, answer="REFUSED", reason=r.reason
            )
        case "referral.expired.v1":
            e = received.fact(ReferralExpired)
            return ANSWERED, Answered(source=source, referral=e.referral, made_by=e.made_by, answer="EXPIRED")
    return None


REACTIONS = (
    Reaction("time_exchange_in", ("*@*",), ("referral.made.v1", "referral.withdrawn.v1"), _on_referral),
    Reaction(
        "time_exchange_answers",
        ("*@*",),
        ("referral.taken.v1", "referral.refused.v1", "referral.expired.v1"),
        _on_answer,
    ),
)
