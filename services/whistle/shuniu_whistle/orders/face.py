"""What the world sees of an order: its summary, the timeline's lines, who may read it, who must be told.

No person: the title is category and place name, everything the caller said stays in the encrypted fields (10.2: an
order is never published with name or phone).
"""

from shuniu.chassis.context import Context
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon
from shuniu.contracts.envelope import Fact, move_of
from shuniu.contracts.referral import ReferralMade
from shuniu.contracts.summary import (
    Link,
    MatterSummary,
    MatterUnit,
    Notice,
    StepSummary,
    Summary,
    Visibility,
)
from shuniu.contracts.whistle import orders as said
from shuniu.rules.clocks import due_of, due_status, most_urgent

from shuniu_whistle.orders.counting import REPEATED_FROM
from shuniu_whistle.orders.lifecycles import DISPATCHER, HOTLINE, REVIEWERS
from shuniu_whistle.orders.measures import observe
from shuniu_whistle.orders.state import Order
from shuniu_whistle.orders.texts import title_zh
from shuniu_whistle.settings import settings_of
from shuniu_whistle.whistles.lifecycles import COORDINATOR

__all__ = ("summarise", "title_of", "visibility")

OFTEN_REPEATED_FROM = 5


def title_of(o: Order, ctx: Context) -> str:
    """The published title: category (before it is known, the kind of appeal) and place name."""
    name = title_zh(f"category.{o.category}" if o.category else f"enum.appeal.{o.appeal}")
    area = ctx.registry.get("area", o.area)
    place = o.place.name or (area.title.zh if area else "")
    return f"{name} · {place}" if place else name


def visibility(o: Order) -> Visibility:
    """The area (so the street and the district above it), and every unit that was given the order."""
    units = (o.lead, *(p.unit for p in o.parts), *o.inform)
    return Visibility(areas=(o.area,), units=tuple(dict.fromkeys(u for u in units if u)), sensitivity=2)


def _flags(o: Order) -> tuple[str, ...]:
    marks = (
        ("ORDER_EMERGENCY", o.order_class == "EMERGENCY"),
        ("ORDER_SUPERVISED", o.order_class == "SUPERVISED"),
        ("ORDER_AT_SPOT_5", o.at_spot >= OFTEN_REPEATED_FROM),
        ("ORDER_AT_SPOT_3", REPEATED_FROM <= o.at_spot < OFTEN_REPEATED_FROM),
        ("ORDER_REPEAT", bool(o.repeat_of)),
        ("ORDER_DESIGNATED", o.designated and o.open),
        ("ORDER_EXTENDED", o.extended_to is not None),
        ("ORDER_REWORKED", o.rounds > 0),
        ("ORDER_WARNING", o.leaning == "DISSATISFIED" and o.open),
        ("ORDER_NO_CALL_BACK", not o.wants_call_back and o.open),
        ("ORDER_HANG_ASKED", o.hang is not None and o.hang.status == "ASKED" and o.open),
    )
    return tuple(mark for mark, is_set in marks if is_set)


def _units(o: Order) -> tuple[MatterUnit, ...]:
    if not o.lead:
        return ()
    clock = most_urgent(o.clocks)
    return (
        MatterUnit(
            unit=o.lead,
            role="LEAD",
            due_at=clock.due_at if clock else None,
            due_status=due_status(clock) if clock else "none",
        ),
        *(MatterUnit(unit=p.unit, role="CO", status=p.status) for p in o.parts),
        *(MatterUnit(unit=unit, role="INFORM") for unit in o.inform),
    )


def _matter(o: Order, ctx: Context) -> MatterSummary:
    clock = most_urgent(o.clocks)
    return MatterSummary(
        kind="hotline_order",
        id=o.id,
        number=o.number,
        version=0,
        title=title_of(o, ctx),
        category=o.category,
        status=o.status,
        open=o.open,
        opened_at=o.received_at,
        closed_at=o.ended_at,
        **due_of(clock),
        area=o.area,
        place=o.place,
        lead_unit=o.lead,
        units=_units(o),
        flags=_flags(o),
        visibility=visibility(o),
    )


def _step(o: Order, f: Fact) -> StepSummary | None:
    """The timeline's line. A referral has none of its own: the move that made it has."""
    move = move_of(f)
    match f:
        case ReferralMade():
            return None
        case ClockSoon() | ClockOverdue() | ClockRecomputed():
            return StepSummary(move=move, unit=o.lead, detail=f"clock.{f.clock}")
        case said.OrderReceived():
            return StepSummary(move=move, detail=f"enum.channel.{f.channel}")
        case said.OrderClassified():
            return StepSummary(move=move, detail=f"enum.order_class.{f.order_class}")
        case said.OrderNotAccepted():
            return StepSummary(move=move, detail=f"enum.ground.{f.ground}")
        case said.OrderTransferred():
            return StepSummary(move=move, detail=f"enum.to.{f.to}")
        case said.OrderDispatched() | said.OrderRedispatched() | said.OrderHeld():
            return StepSummary(move=move, unit=f.given.lead)
        case said.OrderObjected():
            return StepSummary(move=move, unit=f.unit, detail="detail.order_instead", params={"unit": f.instead})
        case said.OrderExtended():
            return StepSummary(
                move=move, unit=f.unit, detail="detail.order_until", params={"date": f.until.isoformat()}
            )
        case said.OrderHangAsked():
            return StepSummary(move=move, unit=f.unit, detail=f"enum.obstacle.{f.obstacle}")
        case said.OrderHung() | said.OrderHangKept():
            return StepSummary(move=move, detail="detail.order_review", params={"date": f.review_on.isoformat()})
        case said.OrderMerged():
            return StepSummary(move=move, detail="detail.order_number", params={"number": f.into_number})
        case said.OrderJoined():
            return StepSummary(move=move, detail="detail.order_number", params={"number": f.merged_number})
        case said.OrderCalledBack():
            answer = ("SOLVED" if f.solved else "UNSOLVED") if f.valid else "NOBODY"
            return StepSummary(move=move, detail=f"detail.order_said_{answer}")
        case said.OrderSoundedOut():
            return StepSummary(move=move, detail=f"enum.leaning.{f.leaning}")
        case said.OrderClosed():
            return StepSummary(move=move, detail=f"enum.outcome.{f.outcome}")
        case said.OrderReferralAnswered():
            return StepSummary(move=move, detail=f"detail.order_referral_{f.answer}")
        case said.OrderDelivered():
            return StepSummary(move=move, unit=f.unit, detail="detail.order_interim" if f.interim else "")
        case _:
            return StepSummary(move=move, unit=getattr(f, "unit", ""))


def _links(f: Fact, ctx: Context) -> tuple[Link, ...]:
    def own(relation: str, order: str) -> Link:
        return Link(relation=relation, source=ctx.source, kind="hotline_order", matter=order)

    match f:
        case said.OrderMerged():
            return (own("merged_into", f.into),)
        case said.OrderJoined():
            return (own("joined_by", f.merged),)
        case said.OrderClassified() if f.repeat_of:
            return (own("repeat_of", f.repeat_of),)
        case said.OrderNotAccepted() if f.previous:
            return (own("repeat_of", f.previous),)
        case said.OrderReferralAnswered() if f.answer == "taken" and f.matter:
            return (Link(relation="taken_up_as", source=f.source, kind=f.kind, matter=f.matter),)
        case _:
            return ()


def _notices(o: Order, f: Fact, ctx: Context) -> tuple[Notice, ...]:
    """Who must hear of it: units of what they are given and owe, the hotline of what it must tell or decide (§15)."""

    def units(why: str, text: str, *who: str) -> tuple[Notice, ...]:
        return (Notice(why=why, text=f"notice.{text}", units=tuple(u for u in who if u)),)  # type: ignore[arg-type]

    def roles(why: str, text: str, who: tuple[str, ...]) -> tuple[Notice, ...]:
        return (Notice(why=why, text=f"notice.{text}", roles=who, areas=(o.area,)),)  # type: ignore[arg-type]

    match f:
        case said.OrderDispatched() | said.OrderRedispatched() | said.OrderHeld():
            told = units("assigned", "order_assigned", o.lead, *(p.unit for p in o.parts))
            if o.lead == settings_of(ctx).street_unit:  # §12: the district gets a copy of what a street is given (1.13)
                told = (*told, *roles("changed", "order_inform", COORDINATOR))
            return (*told, *units("changed", "order_inform", *o.inform)) if o.inform else told
        case said.OrderInvolved():
            return units("assigned", "order_involved", f.unit)
        case said.OrderReceived():
            return roles("assigned", "order_received", HOTLINE)
        case said.OrderObjected():
            return roles("assigned", "order_objected", REVIEWERS)
        case said.OrderHangAsked():
            return roles("assigned", "order_hang_asked", REVIEWERS)
        case said.OrderExtended():
            return roles("changed", "order_extended", HOTLINE)
        case said.OrderSoundedOut() if f.leaning == "DISSATISFIED":
            return units("changed", "order_warning", o.lead)
        case said.OrderFedBack():
            return roles("assigned", "order_fed_back", HOTLINE)
        case said.OrderReworked():
            return units("assigned", "order_reworked", o.lead)
        case said.OrderResumed() | said.OrderRevived() | said.OrderHangDeclined():
            return units("assigned", "order_goes_on", o.lead)
        case ClockSoon() | ClockOverdue():
            why = "soon" if isinstance(f, ClockSoon) else "overdue"
            if f.clock == "call_back":
                return roles(why, f"order_{why}", HOTLINE)
            if f.clock == "review":
                return roles(why, f"order_{why}", REVIEWERS)
            late = units(why, f"order_{why}", o.lead)
            return (*late, *roles(why, f"order_{why}", DISPATCHER)) if why == "overdue" else late
        case _:
            return ()


def summarise(o: Order, f: Fact, ctx: Context) -> Summary:
    """The domain-free part of one event."""
    return Summary(
        matter=_matter(o, ctx),
        step=_step(o, f),
        measures=observe(o, f, ctx),
        links=_links(f, ctx),
        notices=_notices(o, f, ctx),
    )
