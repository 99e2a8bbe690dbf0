"""The owner's page of an order: limits, supporting units, referrals, what the person said, and the texts, masked."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Detail, DetailField, DetailRow, DetailSection
from shuniu.rules.clocks import Clock
from shuniu.rules.evidence import BlobRef

from shuniu_whistle.orders.authority import is_order_party
from shuniu_whistle.orders.state import CallBack, Order, OrderNote, Part, Referred

__all__ = ("detail",)

_Kind = Literal["text", "time", "unit", "area", "key", "person", "minutes"]
_Opened = Mapping[str, Mapping[str, str]]


def _fields(*given: tuple[str, str, _Kind]) -> tuple[DetailField, ...]:
    return tuple(DetailField(label=f"field.{label}", value=value, kind=kind) for label, value, kind in given if value)


def _at(time: datetime | None) -> str:
    return time.isoformat() if time else ""


def _head(o: Order) -> Iterable[tuple[str, str, _Kind]]:
    yield "number", o.number, "text"
    yield "origin", f"enum.origin.{o.origin}", "key"
    yield "channel", f"enum.channel.{o.channel}", "key"
    yield "external_number", o.external_number, "text"
    yield "appeal", f"enum.appeal.{o.appeal}", "key"
    yield "order_class", f"enum.order_class.{o.order_class}", "key"
    yield "category", f"category.{o.category}" if o.category else "", "key"
    yield "area", o.area, "area"
    yield "place", o.place.name, "text"
    yield "lead", o.lead, "unit"
    for unit in o.inform:
        yield "inform", unit, "unit"
    yield "order_profile", o.profile, "text"
    yield "received_at", _at(o.received_at), "time"
    yield "dispatched_at", _at(o.dispatched_at), "time"
    yield "order_signed_at", _at(o.signed_at), "time"
    yield "order_contacted_at", _at(o.contacted_at), "time"
    yield "fed_back_at", _at(o.fed_back_at), "time"
    yield "ended_at", _at(o.ended_at), "time"
    yield "extended_to", o.extended_to.isoformat() if o.extended_to else "", "text"
    yield "at_spot", str(o.at_spot) if o.at_spot > 1 else "", "text"
    yield "rounds", str(o.rounds) if o.rounds else "", "text"
    yield "no_call_back", "" if o.wants_call_back else "enum.yes.yes", "key"
    yield "ground", f"enum.ground.{o.ground}" if o.ground else "", "key"
    yield "to", f"enum.to.{o.transferred_to}" if o.transferred_to else "", "key"
    yield "merged_into", o.merged_number, "text"
    for number in o.joined:
        yield "joined", number, "text"
    yield "outcome", f"enum.outcome.{o.outcome}" if o.outcome else "", "key"
    if o.hang is not None:
        yield "obstacle", f"enum.obstacle.{o.hang.obstacle}", "key"
        yield "hang_status", f"enum.hang_status.{o.hang.status}", "key"
        yield "review_on", o.hang.review_on.isoformat(), "text"


def _text(note: OrderNote, opened: _Opened) -> str:
    return "，".join(opened.get(note.ref, {}).values())


def _notes(o: Order, opened: _Opened) -> Iterable[tuple[str, str, _Kind]]:
    for note in o.notes:
        kind: _Kind = "person" if note.label == "order_caller" else "text"
        yield note.label, _text(note, opened), kind


def _clock(c: Clock) -> DetailRow:
    state = "late" if c.late else "running" if c.state == "running" else "met" if c.state == "met" else "none"
    return DetailRow(
        label=f"clock.{c.id}",
        due_at=c.due_at,
        note=f"due.{state}",
        fields=_fields(("started_at", _at(c.started_at), "time"), ("limit", c.limit, "text")),
    )


def _part(p: Part) -> DetailRow:
    return DetailRow(
        label="enum.role.CO", status=p.status, unit=p.unit, fields=_fields(("delivered_at", _at(p.at), "time"))
    )


def _referral(r: Referred) -> DetailRow:
    return DetailRow(
        label=f"enum.to_kind.{r.to_kind}",
        note=f"detail.order_referral_{r.answer or 'open'}",
        fields=_fields(("number", r.number, "text"), ("referral_outcome", r.outcome, "text")),
    )


def _answer(c: CallBack) -> DetailRow:
    label = f"enum.satisfaction.{c.satisfaction}" if c.satisfaction else "detail.order_said_NOBODY"
    solved = f"detail.order_said_{'SOLVED' if c.solved else 'UNSOLVED'}" if c.valid else ""
    return DetailRow(label=label, note=solved, fields=_fields(("at", _at(c.at), "time")))


def detail(o: Order, ctx: Context) -> Detail:
    """The page; ``ctx.prepared`` holds the texts as far as the reader's clearance goes, masked."""
    opened: _Opened = (ctx.prepared or {}) if is_order_party(o, ctx) else {}
    notes = tuple(_notes(o, opened)) if opened else ()
    sections = (
        ("section.order_limits", tuple(_clock(c) for c in o.clocks)),
        ("section.order_parts", tuple(_part(p) for p in o.parts)),
        ("section.order_referrals", tuple(_referral(r) for r in o.referrals)),
        ("section.order_call_backs", tuple(_answer(c) for c in o.call_backs)),
    )
    return Detail(
        fields=_fields(*_head(o), *notes),
        sections=tuple(DetailSection(title=title, rows=rows) for title, rows in sections if rows),
        evidence=tuple(BlobRef(e.sha256, e.size, e.media_type) for e in o.evidence),
    )
