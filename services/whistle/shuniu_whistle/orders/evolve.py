"""How facts change an order and its guard rows. Nothing here refuses: what happened has happened."""

from msgspec.structs import replace
from shuniu.chassis.rows import Happening
from shuniu.chassis.terms import clock_of
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon, Term
from shuniu.contracts.envelope import Fact
from shuniu.contracts.summary import Place
from shuniu.contracts.whistle import orders as said
from shuniu.contracts.whistle.orders import Dispatched
from shuniu.rules.clocks import clock_recomputed, mark

from shuniu_whistle.orders.counting import count
from shuniu_whistle.orders.state import (
    CallBack,
    Caller,
    External,
    FollowCode,
    Hang,
    Known,
    Order,
    OrderNote,
    Part,
    Referred,
    Spot,
)

__all__ = ("REMEMBERED", "evolve", "evolve_caller", "evolve_code", "evolve_external", "evolve_spot", "spot_key")

REMEMBERED = 60
"""How many orders a guard row remembers at most, newest first to stay."""


def spot_key(category: str, area: str, place: Place) -> str:
    """What orders about the same thing at one spot share; "" while category or place are not known.

    The spot is the place's name within its community, spaces and case left out.
    """
    name = "".join(place.name.split()).casefold()
    return f"{area[:12]}|{category}|{name}" if category and name else ""


def _end(o: Order, h: Happening, *ids: str, met: bool) -> Order:
    """Stop the running clocks named ``ids`` (all when none is named)."""

    def wanted(id_: str) -> bool:
        return not ids or id_ in ids

    return replace(
        o,
        clocks=tuple(
            c.stop(h.time, "met" if met else "stopped") if c.state == "running" and wanted(c.id) else c
            for c in o.clocks
        ),
    )


def _run(o: Order, *terms: Term) -> Order:
    return replace(o, clocks=(*o.clocks, *(clock_of(t) for t in terms)))


def _note(o: Order, h: Happening, label: str, ref: str, unit: str = "") -> Order:
    return replace(o, notes=(*o.notes, OrderNote(label, ref, unit, h.time))) if ref else o


def _ended(o: Order, h: Happening, status: str) -> Order:
    return replace(_end(o, h, met=False), status=status, ended_at=h.time, waits_for="")


def _given(o: Order, h: Happening, given: Dispatched, status: str) -> Order:
    o = _run(_end(o, h, met=False), *given.terms)
    parts = tuple(o.part(unit) or Part(unit=unit) for unit in given.co)
    return replace(
        o,
        status=status,
        lead=given.lead,
        parts=parts,
        inform=given.inform,
        profile=given.profile,
        object_by=given.object_by,
        designated=given.object_by is None,
        dispatched_at=o.dispatched_at or h.time,
        signed_at=None,
        instead="",
    )


def _received(f: said.OrderReceived, h: Happening) -> Order:
    o = Order(
        id=f.order,
        number=f.number,
        status="RECEIVED",
        channel=f.channel,
        origin=f.origin,
        appeal=f.appeal,
        category=f.category,
        area=f.area,
        place=f.place,
        external_number=f.external_number,
        received_at=h.time,
        wants_call_back=f.call_back,
        caller_ref=f.caller_ref,
        evidence=f.evidence,
    )
    return _note(_note(o, h, "order_text", f.text_ref), h, "order_caller", f.caller_ref)


def evolve(row: Order | None, f: Fact, h: Happening) -> Order | None:
    """The order after the fact, with what the fact adds to the figures."""
    if isinstance(f, said.OrderReceived):
        return count(None, _received(f, h), f, h)
    return count(row, _evolve(row, f, h), f, h) if row is not None else None


def _evolve(o: Order, f: Fact, h: Happening) -> Order:
    match f:
        case said.OrderClassified():
            return replace(
                o,
                status="CLASSIFIED",
                order_class=f.order_class,
                appeal=f.appeal,
                category=f.category,
                area=f.area,
                place=f.place,
                at_spot=f.at_spot,
                repeat_of=f.repeat_of,
            )
        case said.OrderAnswered():
            return _note(replace(_ended(o, h, "ANSWERED"), outcome="SOLVED"), h, "order_answer", f.answer_ref)
        case said.OrderNotAccepted():
            o = replace(_ended(o, h, "NOT_ACCEPTED"), ground=f.ground, previous=f.previous)
            return _note(o, h, "order_told", f.told_ref)
        case said.OrderTransferred():
            o = replace(_ended(o, h, "TRANSFERRED"), transferred_to=f.to)
            return _note(o, h, "order_transfer", f.note_ref)
        case said.OrderMerged():
            return replace(_ended(o, h, "MERGED"), merged_into=f.into, merged_number=f.into_number)
        case said.OrderJoined():
            return replace(o, joined=(*o.joined, f.merged_number))
        case said.OrderDispatched():
            return _given(o, h, f.given, "DISPATCHED")
        case said.OrderRedispatched():
            return _note(_given(o, h, f.given, "REDISPATCHED"), h, "order_ruling", f.reason_ref)
        case said.OrderHeld():
            return _note(_given(o, h, f.given, "DISPATCHED"), h, "order_ruling", f.reason_ref)
        case said.OrderObjected():
            o = replace(_end(o, h, met=False), status="OBJECTED", instead=f.instead)
            return _note(o, h, "order_objection", f.reason_ref, f.unit)
        case _:
            return _evolve_handling(o, f, h)


def _evolve_handling(o: Order, f: Fact, h: Happening) -> Order:
    match f:
        case said.OrderSigned():
            o = _end(o, h, "sign", met=True)
            return replace(o, status="SIGNED", signed_at=h.time, first_unit=f.unit)
        case said.OrderContacted():
            o = replace(_end(o, h, "contact", met=True), status="CONTACTED", contacted_at=h.time)
            return _note(o, h, "order_contact", f.note_ref, f.unit)
        case said.OrderStarted():
            return _note(replace(o, status="HANDLING"), h, "order_measures", f.note_ref, f.unit)
        case said.OrderInvolved():
            o = replace(o, parts=(*o.parts, Part(unit=f.unit)))
            return _note(o, h, "order_involved", f.reason_ref, f.by)
        case said.OrderDelivered():
            status = "INTERIM" if f.interim else "DELIVERED"
            parts = tuple(replace(p, status=status, at=h.time) if p.unit == f.unit else p for p in o.parts)
            return _note(replace(o, parts=parts), h, "order_delivered", f.note_ref, f.unit)
        case said.OrderExtended():
            o = _run(_end(o, h, "handle", met=False), f.term)
            o = replace(o, status="EXTENDED", extended_to=f.until)
            return _note(_note(o, h, "order_law", f.law_ref, f.unit), h, "order_extension", f.reason_ref, f.unit)
        case said.OrderSoundedOut():
            return _note(replace(o, leaning=f.leaning), h, "order_leaning", f.note_ref)
        case said.OrderFedBack():
            o = _run(_end(o, h, met=True), f.term)
            o = replace(o, status="FED_BACK", fed_back_at=h.time, evidence=(*o.evidence, *f.evidence), waits_for="")
            return _note(o, h, "order_result", f.note_ref, f.unit)
        case said.OrderReworked():
            o = _run(_end(o, h, met=False), f.term)
            return _note(replace(o, status="REWORK", rounds=f.round), h, "order_rework", f.note_ref)
        case said.OrderHangAsked():
            o = replace(o, hang=Hang(unit=f.unit, obstacle=f.obstacle, review_on=f.review_on))
            return _note(_note(o, h, "order_hang", f.reason_ref, f.unit), h, "order_revival", f.revival_ref, f.unit)
        case said.OrderHangDeclined():
            o = replace(o, hang=replace(o.hang, status="DECLINED") if o.hang else None)
            return _note(o, h, "order_hang_declined", f.reason_ref)
        case said.OrderHung():
            o = _run(_end(o, h, met=False), f.term)
            return replace(o, status="HUNG", hang=replace(o.hang, status="HUNG") if o.hang else None)
        case said.OrderHangKept():
            o = _run(_end(o, h, "review", met=True), f.term)
            o = replace(o, hang=replace(o.hang, review_on=f.review_on) if o.hang else None)
            return _note(o, h, "order_hang_kept", f.note_ref)
        case said.OrderRevived():
            o = _run(_end(o, h, "review", met=True), f.term)
            o = replace(o, status="HANDLING", hang=replace(o.hang, status="REVIVED") if o.hang else None)
            return _note(o, h, "order_revived", f.note_ref)
        case _:
            return _evolve_end(o, f, h)


def _evolve_end(o: Order, f: Fact, h: Happening) -> Order:
    match f:
        case said.OrderCallBackDeclined():
            return _note(replace(o, wants_call_back=False), h, "order_no_call_back", f.note_ref)
        case said.OrderCalledBack():
            answer = CallBack(at=h.time, valid=f.valid, solved=f.solved, satisfaction=f.satisfaction)
            o = replace(_end(o, h, "call_back", met=True), status="CALLED_BACK", call_backs=(*o.call_backs, answer))
            o = replace(o, leaning="") if f.valid else o
            return _note(o, h, "order_call_back", f.note_ref)
        case said.OrderClosed():
            return _note(replace(_ended(o, h, "CLOSED"), outcome=f.outcome), h, "order_closing", f.note_ref)
        case said.OrderWhistled():
            made = Referred(referral=f.referral, to_kind="whistle")
            o = replace(_end(o, h, met=False), status="WHISTLED", waits_for=f.referral, referrals=(*o.referrals, made))
            return _note(o, h, "order_whistled", f.reason_ref)
        case said.OrderReferred():
            made = Referred(referral=f.referral, to_kind=f.to_kind)
            return _note(replace(o, referrals=(*o.referrals, made)), h, "order_referred", f.reason_ref, o.lead)
        case said.OrderReferralAnswered():
            return replace(o, referrals=tuple(_answered(r, f) for r in o.referrals))
        case said.OrderResumed():
            return replace(_run(o, f.term), status="HANDLING", waits_for="")
        case ClockSoon() | ClockOverdue():
            return replace(o, clocks=mark(o.clocks, f))
        case ClockRecomputed():
            return replace(o, clocks=clock_recomputed(o.clocks, f))
        case _:
            return o


def _answered(r: Referred, f: said.OrderReferralAnswered) -> Referred:
    if r.referral != f.referral:
        return r
    return replace(
        r,
        answer=f.answer,
        source=f.source,
        kind=f.kind or r.kind,
        matter=f.matter or r.matter,
        number=f.number or r.number,
        outcome=f.outcome,
    )


# --- guard rows -------------------------------------------------------------------------------------------------------


def _known(f: said.OrderReceived | said.OrderClassified, number: str, at: Happening) -> Known:
    spot = spot_key(f.category, f.area, f.place)
    return Known(order=f.order, number=number, category=f.category, spot=spot, at=at.time)


def evolve_caller(row: Caller | None, f: Fact, h: Happening) -> Caller | None:
    """The number's orders: one more, or what was learnt of one of them."""
    orders = row.orders if row else ()
    if isinstance(f, said.OrderReceived):
        return Caller((*orders, _known(f, f.number, h))[-REMEMBERED:])
    if isinstance(f, said.OrderClassified):
        learnt = {"category": f.category, "spot": spot_key(f.category, f.area, f.place)}
        return Caller(tuple(replace(k, **learnt) if k.order == f.order else k for k in orders))
    return row


def evolve_spot(row: Spot | None, f: Fact, h: Happening) -> Spot | None:
    """The spot's orders: one that is classified comes in, one that turned out to belong elsewhere goes."""
    if not isinstance(f, said.OrderClassified):
        return row
    key = spot_key(f.category, f.area, f.place)
    others = tuple(k for k in (row.orders if row else ()) if k.order != f.order)
    if row is not None and any(k.spot != key for k in row.orders):
        return Spot(others)
    return Spot((*others, _known(f, "", h))[-REMEMBERED:])


def evolve_code(row: FollowCode | None, f: Fact, h: Happening) -> FollowCode | None:
    """The code's order."""
    return FollowCode(f.order) if isinstance(f, said.OrderReceived) else row


def evolve_external(row: External | None, f: Fact, h: Happening) -> External | None:
    """The order under a number of its source."""
    return External(f.order, f.number) if isinstance(f, said.OrderReceived) else row
