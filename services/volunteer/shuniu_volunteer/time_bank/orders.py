"""Commands of a redemption order: from the wish to the settled minutes (domain rules 10.9).

REQUESTED asks who is 60 (oneself, or a verified relative); HELD takes the minutes out of reach; SETTLED moves what was
served to issuance, gives the rest back, and the volunteer earns. A team never redeems.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command, Reaction, Received
from shuniu.contracts.summary import Place
from shuniu.contracts.volunteer import time_bank as said
from shuniu.rules.areas import within
from shuniu.rules.refusal import Conflict, Forbidden, NotFound

from shuniu_volunteer.fields import AreaCode, Hidden, Instant, Paper, Reason, Sealing, Text, business_day, wrong
from shuniu_volunteer.roles import VOLUNTEERS
from shuniu_volunteer.settings import settings_of
from shuniu_volunteer.time_bank.chart import FUND, ISSUE, LEDGER, RETIRED, TIME_CLERKS, capped, post, posting_keys
from shuniu_volunteer.time_bank.earning import earn, earn_keys, on_duty
from shuniu_volunteer.time_bank.lifecycle import ORDER
from shuniu_volunteer.time_bank.members import CLIENT, MEMBER, PURPOSE
from shuniu_volunteer.time_bank.moving import OwnersConsent
from shuniu_volunteer.time_bank.order import TIME_ORDER, TimeOrder
from shuniu_volunteer.volunteers.keeping import is_self, registration
from shuniu_volunteer.volunteers.state import Volunteer
from shuniu_volunteer.volunteers.volunteer import VOLUNTEER

__all__ = ("COMMANDS", "REACTIONS", "may")

NUMBERS = "SJ"
MOST = 480
"""Minutes of one order: a day's service (design choice; the real limit is a gap, domain rules 5.14)."""
_CLERKLY = (*TIME_CLERKS, *VOLUNTEERS)


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for a service. ``account`` is ``P:<volunteer>`` or ``K:<client>``; ``kin`` a verified relative."""

    account: Annotated[str, Meta(min_length=3, max_length=80, pattern=r"^[A-Z]:.+$")]
    kin: Hidden = ""
    help: said.ServiceHelp
    minutes: Annotated[int, Meta(ge=15, le=MOST)]
    area: AreaCode
    place_name: Annotated[str, Meta(max_length=60)] = ""
    wished_at: Instant
    wish: Text = ""


class OnOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one order."""

    order: Hidden


class Match(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A volunteer serves it: by their own word, or by a clerk with their consent."""

    volunteer: Hidden
    consent: OwnersConsent = "SELF"


class Finish(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Served so many minutes."""

    minutes: Annotated[int, Meta(ge=1, le=MOST)]


class Confirm(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The recipient says so; a clerk only with their signed paper."""

    paper: Paper = ""


class Dispute(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The recipient says it was otherwise."""

    reason: Reason


class RuleOrder(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many minutes were served; 0 for none."""

    minutes: Annotated[int, Meta(ge=0, le=MOST)]
    reason: Reason


class Cancel(OnOrder, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It does not come about."""

    reason: said.OrderCancelReason


class SettleSilent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Seven silent days are over."""

    order: str


def _clerk(area: str, ctx: Context) -> bool:
    return ctx.actor.has_role(*TIME_CLERKS) and ctx.actor.covers(area)


def may(row: TimeOrder, move: str, ctx: Context) -> None:
    """Role, status, and whose order it is: the clerk's of the area, the requester's, the serving volunteer's."""
    ORDER.check_role(move, ctx.actor.roles, "access.role")
    mine = {
        "match_time": True,
        "unmatch_time": ctx.actor.id == row.server_account,
        "start_time": ctx.actor.id == row.server_account,
        "finish_time": ctx.actor.id == row.server_account,
        "confirm_time": ctx.actor.id == row.requester,
        "dispute_time": ctx.actor.id == row.requester,
        "cancel_time": ctx.actor.id == row.requester,
    }.get(move, False)
    if not (mine or _clerk(row.area, ctx)):
        raise Forbidden("time_order.not_yours", state=row.status, event=move)
    ORDER.check(row.status, move)
    if move in ("confirm_time", "rule_time") and row.server_account and ctx.actor.id == row.server_account:
        raise Forbidden("time_order.own_service", state=row.status, event=move)


def _request_keys(c: Request, ctx: Context) -> Iterable[Key]:
    yield counter_key(NUMBERS, ctx.now)
    kind, _, owner = c.account.partition(":")
    if kind == "P":
        yield from (VOLUNTEER.key(owner), MEMBER.key(owner))
    elif kind == "K":
        yield CLIENT.key(owner)


def _entitled(rows: Rows, c: Request, ctx: Context) -> None:
    """60 and more: oneself, or a verified relative (domain rules 5.9); a key client as such."""
    event = "request_time"
    kind, _, owner = c.account.partition(":")
    if kind == "T":
        raise Forbidden("time_order.team_never_redeems", event=event)
    if kind == "K":
        client = rows.need(CLIENT, owner)
        if not client.active:
            raise Conflict("time_client.ended", event=event)
        if not _clerk(client.area, ctx):
            raise Forbidden("time_bank.not_yours", event=event)
        if c.kin:
            raise wrong("time_order.client_alone", "kin", "value", event)
        return
    if kind != "P":
        raise wrong("time_order.account", "account", "value", event)
    v = registration(rows, owner, event)
    if not is_self(v, ctx) and not _clerk(v.profile.area, ctx):
        raise Forbidden("time_bank.not_yours", event=event)
    member, today = rows.find(MEMBER, v.id), business_day(ctx.now)
    if c.kin:
        kin = member.relative(c.kin) if member else None
        if kin is None:
            raise NotFound("time_kin.stranger", event=event)
        if kin.sixty_from > today:
            raise Conflict("time_kin.sixty", event=event)
    elif member is None or not member.of_age(today):
        raise Conflict("time_order.sixty", event=event)


def request(rows: Rows, c: Request, ctx: Context) -> Decision:
    """TIME_REQUESTED."""
    _entitled(rows, c, ctx)
    if not within(c.area, ctx.scope):
        raise wrong("time_order.elsewhere", "area", "area_outside", "request_time")
    if c.wished_at < ctx.now:
        raise wrong("time_order.past", "wished_at", "out_of_range", "request_time")
    sealing = Sealing(ctx)
    order, number = ctx.new_id(), next_number(rows, NUMBERS, ctx.now)
    fact = said.TimeOrderRequested(
        order=order,
        number=number,
        account=c.account,
        beneficiary=c.kin or "SELF",
        category=c.help,
        minutes=c.minutes,
        area=c.area,
        place=Place(name=c.place_name.strip()),
        wished_at=c.wished_at,
        text_ref=sealing.text(c.wish, PURPOSE),
        requester=ctx.actor.id,
    )
    emit = Emit(fact, (TIME_ORDER.key(order), counter_key(NUMBERS, ctx.now)), c.area)
    return Decision((emit,), sealing.private, {"order": order, "number": number})


def _on(row: TimeOrder, fact: said.TimeOrderFact) -> Emit:
    return Emit(fact, (TIME_ORDER.key(row.id),), row.area)


def _done(row: TimeOrder, *emits: Emit, sealing: Sealing | None = None) -> Decision:
    return Decision(emits, sealing.private if sealing else (), {"order": row.id, "number": row.number})


def _order(c: Any, ctx: Context) -> Iterable[Key]:
    return (TIME_ORDER.key(c.order),)


def _need(rows: Rows, c: Any, move: str, ctx: Context) -> TimeOrder:
    row = rows.need(TIME_ORDER, c.order)
    may(row, move, ctx)
    return row


def _hold_more(c: OnOrder, rows: Rows, ctx: Context) -> Iterable[Key]:
    row = rows.find(TIME_ORDER, c.order)
    if row is not None:
        yield from posting_keys((row.account, row.hold), (f"order:{row.id}:hold",))


def hold(rows: Rows, c: OnOrder, ctx: Context) -> Decision:
    """HOLD P/K → H: of two orders for the same minutes the second is refused (``ledger.short``)."""
    row = _need(rows, c, "hold_time", ctx)
    move = (row.account, row.hold, row.minutes)
    entry = post(rows, ctx, "HOLD", f"order:{row.id}:hold", move, area=row.area)
    return _done(row, _on(row, said.TimeOrderHeld(order=row.id)), entry)


def _match_keys(c: Match, ctx: Context) -> Iterable[Key]:
    yield from (TIME_ORDER.key(c.order), VOLUNTEER.key(c.volunteer), MEMBER.key(c.volunteer))


def _match_more(c: Match, rows: Rows, ctx: Context) -> Iterable[Key]:
    row = rows.find(TIME_ORDER, c.order)
    if row is not None and row.payer:
        yield MEMBER.key(row.payer)


def match(rows: Rows, c: Match, ctx: Context) -> Decision:
    """By the volunteer's own will (志愿服务条例 §37: nobody is assigned), and never the payer's own service."""
    row = _need(rows, c, "match_time", ctx)
    v = registration(rows, c.volunteer, "match_time")
    _consents(v, row, c.consent, ctx)
    if v.id == row.payer or (v.account and v.account == row.requester and not row.client):
        raise Conflict("time_order.own_order", state=row.status, event="match_time")
    payer = rows.find(MEMBER, row.payer) if row.payer else None
    kin = payer.relative(row.beneficiary) if payer else None
    if kin is not None and kin.member == v.id:
        raise Conflict("time_order.own_order", state=row.status, event="match_time")
    day = business_day(row.wished_at)
    if v.minor(day) and not v.guarded(day):
        raise Conflict("volunteer.guardian_missing", state=row.status, event="match_time")
    if on_duty(rows, v.id, day, ctx):
        raise Conflict("time_order.staff_on_duty", state=row.status, event="match_time")
    return _done(row, _on(row, said.TimeOrderMatched(order=row.id, server=v.id, account=v.account, consent=c.consent)))


def _consents(v: Volunteer, row: TimeOrder, consent: str, ctx: Context) -> None:
    if is_self(v, ctx) != (consent == "SELF"):
        raise wrong("time_bank.own_consent", "consent", "value", "match_time")
    if consent != "SELF" and not _clerk(row.area, ctx) and not ctx.actor.acts_for(*v.profile.teams):
        raise Forbidden("time_order.not_yours", state=row.status, event="match_time")


def unmatch(rows: Rows, c: OnOrder, ctx: Context) -> Decision:
    """Back to HELD."""
    row = _need(rows, c, "unmatch_time", ctx)
    return _done(row, _on(row, said.TimeOrderUnmatched(order=row.id)))


def start(rows: Rows, c: OnOrder, ctx: Context) -> Decision:
    """TIME_SERVING."""
    row = _need(rows, c, "start_time", ctx)
    return _done(row, _on(row, said.TimeOrderServing(order=row.id)))


def finish(rows: Rows, c: Finish, ctx: Context) -> Decision:
    """TIME_DONE: no more than is held (settle ≤ held)."""
    row = _need(rows, c, "finish_time", ctx)
    if c.minutes > row.minutes:
        raise wrong("time_order.more_than_held", "minutes", "out_of_range", "finish_time", held=row.minutes)
    until = ctx.now + timedelta(days=settings_of(ctx).silent_days)
    return _done(row, _on(row, said.TimeOrderDone(order=row.id, minutes=c.minutes, confirm_until=until)))


def _settle_more(c: Any, rows: Rows, ctx: Context) -> Iterable[Key]:
    row = rows.find(TIME_ORDER, c.order)
    if row is None:
        return
    causes = (f"order:{row.id}:{word}" for word in ("settle", "release", "earn"))
    yield from posting_keys((row.account, row.hold, ISSUE, FUND, RETIRED), causes)
    if row.server:
        yield from earn_keys(f"P:{row.server}", row.server, ())
    if row.payer:
        yield VOLUNTEER.key(row.payer)


def _back(rows: Rows, row: TimeOrder, minutes: int, ctx: Context) -> Emit:
    """RELEASE: up to the cap to where they came from, the rest to the fund; retired with somebody who has left."""
    payer = rows.find(VOLUNTEER, row.payer) if row.payer else None
    if payer is not None and not payer.active:
        parts: tuple[tuple[str, int], ...] = ((RETIRED, minutes),)
    else:
        parts = capped(rows, row.account, minutes)
    moves = ((row.hold, to, n) for to, n in parts)
    return post(rows, ctx, "RELEASE", f"order:{row.id}:release", *moves, area=row.area)


def _settle(
    rows: Rows, row: TimeOrder, minutes: int, by: said.ConfirmedBy, ctx: Context, reason_ref: str = ""
) -> tuple[Emit, ...]:
    """SETTLE H → X for what was served, RELEASE for the rest, EARN for the volunteer."""
    confirmed = said.TimeOrderConfirmed(order=row.id, by=by, minutes=minutes, reason_ref=reason_ref)
    events = [_on(row, confirmed)]
    if minutes:
        move = (row.hold, ISSUE, minutes)
        events.append(post(rows, ctx, "SETTLE", f"order:{row.id}:settle", move, area=row.area))
        events += _earned(rows, row, minutes, ctx)
    if row.minutes > minutes:
        events.append(_back(rows, row, row.minutes - minutes, ctx))
    events.append(_on(row, said.TimeOrderSettled(order=row.id)))
    return tuple(events)


def _earned(rows: Rows, row: TimeOrder, minutes: int, ctx: Context) -> tuple[Emit, ...]:
    v, cause, today = rows.find(VOLUNTEER, row.server), f"order:{row.id}:earn", business_day(ctx.now)
    why: said.NotEarnedWhy | None = None
    if v is None or not v.active:
        why = "HAS_LEFT"
    elif on_duty(rows, row.server, business_day(row.wished_at), ctx):
        why = "STAFF_ON_DUTY"
    if why is not None:
        fact = said.TimeNotEarned(cause=cause, volunteer=row.server, minutes=minutes, why=why)
        return (Emit(fact, (LEDGER.causes.key(cause),), row.area),)
    return earn(rows, ctx, f"P:{row.server}", minutes, cause, area=row.area, on=today)


def confirm(rows: Rows, c: Confirm, ctx: Context) -> Decision:
    """The recipient confirms: settled at once."""
    row = _need(rows, c, "confirm_time", ctx)
    own = ctx.actor.id == row.requester and not ctx.actor.has_role(*TIME_CLERKS)
    if not own and not c.paper:
        raise wrong("time_order.paper", "paper", "missing", "confirm_time")
    return _done(row, *_settle(rows, row, row.served, "RECIPIENT" if own else "RECIPIENT_ON_PAPER", ctx))


def dispute(rows: Rows, c: Dispute, ctx: Context) -> Decision:
    """TIME_DISPUTED: silence no longer speaks."""
    row = _need(rows, c, "dispute_time", ctx)
    sealing = Sealing(ctx)
    fact = said.TimeOrderDisputed(order=row.id, reason_ref=sealing.text(c.reason, PURPOSE))
    return _done(row, _on(row, fact), sealing=sealing)


def rule(rows: Rows, c: RuleOrder, ctx: Context) -> Decision:
    """A clerk says how much was served."""
    row = _need(rows, c, "rule_time", ctx)
    if c.minutes > row.minutes:
        raise wrong("time_order.more_than_held", "minutes", "out_of_range", "rule_time", held=row.minutes)
    sealing = Sealing(ctx)
    ref = sealing.text(c.reason, PURPOSE)
    return _done(row, *_settle(rows, row, c.minutes, "RULING", ctx, ref), sealing=sealing)


def settle_silent(rows: Rows, c: SettleSilent, ctx: Context) -> Decision:
    """The order stands as served, where nobody spoke meanwhile."""
    row = rows.find(TIME_ORDER, c.order)
    if row is None or row.status != "TIME_DONE" or not row.silent:
        return Decision()
    return _done(row, *_settle(rows, row, row.served, "SILENCE", ctx))


def cancel(rows: Rows, c: Cancel, ctx: Context) -> Decision:
    """TIME_CANCELLED: what was held is back."""
    row = _need(rows, c, "cancel_time", ctx)
    events = [_on(row, said.TimeOrderCancelled(order=row.id, reason=c.reason))]
    if row.held:
        events.append(_back(rows, row, row.minutes, ctx))
    return _done(row, *events)


def _move(name: str, struct: type[msgspec.Struct], decide: Any, order: int, **rest: Any) -> Command[Any]:
    given = {"keys": _order, "kind": "time_order", "matter_field": "order", "roles": ORDER.move(name).roles, **rest}
    return Command(f"volunteer.{name}", struct, decide=decide, order=order, **given)


_ON_PHONE = ("matter", "phone")
SETTLE: Command[SettleSilent] = Command(
    "volunteer.settle_time", SettleSilent, _order, settle_silent, more_keys=_settle_more, internal=True
)
COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "volunteer.request_time",
        Request,
        _request_keys,
        request,
        roles=_CLERKLY,
        opens="time_order",
        surfaces=("board", "phone"),
        order=70,
    ),
    _move("hold_time", OnOrder, hold, 71, more_keys=_hold_more, tone="primary"),
    _move(
        "match_time",
        Match,
        match,
        72,
        keys=_match_keys,
        more_keys=_match_more,
        tone="primary",
        surfaces=_ON_PHONE,
    ),
    _move("unmatch_time", OnOrder, unmatch, 73),
    _move("start_time", OnOrder, start, 74, tone="primary", surfaces=_ON_PHONE),
    _move("finish_time", Finish, finish, 75, tone="primary", surfaces=_ON_PHONE),
    _move("confirm_time", Confirm, confirm, 76, more_keys=_settle_more, tone="primary", surfaces=_ON_PHONE),
    _move("dispute_time", Dispute, dispute, 77, surfaces=_ON_PHONE),
    _move("rule_time", RuleOrder, rule, 78, more_keys=_settle_more),
    _move("cancel_time", Cancel, cancel, 79, more_keys=_settle_more, tone="danger"),
    SETTLE,
)


def _on_silence(received: Received[Any]) -> tuple[Command[Any], msgspec.Struct] | None:
    return SETTLE, SettleSilent(order=received.fact(said.TimeOrderSilent).order)


REACTIONS = (Reaction("time_bank_silence", ("volunteer",), ("time_order.silent.v1",), _on_silence),)
