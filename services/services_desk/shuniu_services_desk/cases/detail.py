"""The owner's page of a case: item, materials, limits, parts, receipts, and the texts, masked."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Detail, DetailField, DetailRow, DetailSection
from shuniu.rules.clocks import Clock, find_clock

from shuniu_services_desk.cases.case import is_party
from shuniu_services_desk.cases.state import Case, CaseDocument, Task

__all__ = ("detail",)

_Kind = Literal["text", "time", "unit", "area", "key", "person", "minutes"]
_Opened = Mapping[str, Mapping[str, str]]


def _fields(*given: tuple[str, str, _Kind]) -> tuple[DetailField, ...]:
    return tuple(DetailField(label=f"field.{label}", value=value, kind=kind) for label, value, kind in given if value)


def _at(time: datetime | None) -> str:
    return time.isoformat() if time else ""


def _head(c: Case) -> Iterable[tuple[str, str, _Kind]]:
    yield "case_number", c.number, "text"
    yield "item", f"{c.item_name}（{c.item}）", "text"
    yield "item_version", str(c.version), "text"
    yield "life_event", c.life_event, "text"
    yield "channel", f"enum.channel.{c.channel}", "key"
    yield "area", c.area, "area"
    yield "body", c.unit, "unit"
    yield "assignee", c.assignee, "text"
    yield "received_at", _at(c.received_at), "time"
    yield "accepted_at", _at(c.accepted_at), "time"
    yield "decided_at", _at(c.decided_at), "time"
    yield "ended_at", _at(c.ended_at), "time"
    yield "ground", f"enum.ground.{c.ground}" if c.ground else "", "key"
    yield "procedure", f"enum.procedure.{c.procedure}" if c.procedure else "", "key"
    yield "handed", "、".join(c.handed), "text"
    yield "reused", "、".join(c.reused), "text"
    yield "missing", "、".join(c.missing), "text"
    yield "gaps", "、".join(c.gaps), "text"
    yield "gap_until", c.gap_until.isoformat() if c.gap_until else "", "text"
    if c.granted is not None:
        yield "result", f"detail.desk_{'granted' if c.granted else 'denied'}", "key"


def _clock(k: Clock) -> DetailRow:
    state = "late" if k.late else "running" if k.state == "running" else "met" if k.state == "met" else "none"
    return DetailRow(
        label=f"clock.{k.id}",
        due_at=k.due_at,
        note=f"due.{state}",
        fields=_fields(("started_at", _at(k.started_at), "time"), ("limit", k.limit, "text")),
    )


def _task(c: Case, t: Task) -> DetailRow:
    part = find_clock(c.clocks, "desk_part", t.unit)
    return DetailRow(
        label="enum.role.CO",
        status=t.status,
        unit=t.unit,
        due_at=part.due_at if part is not None else None,
        note="due.late" if part is not None and part.late else "",
        fields=_fields(("back_at", _at(t.back_at), "time")),
    )


def _document(d: CaseDocument) -> DetailRow:
    return DetailRow(
        label=f"document.{d.kind}",
        fields=_fields(("number", d.number, "text"), ("issued_at", _at(d.at), "time"), ("code", d.code, "text")),
    )


def _notes(c: Case, opened: _Opened) -> Iterable[tuple[str, str, _Kind]]:
    for note in c.notes:
        kind: _Kind = "person" if note.label == "case_applicant" else "text"
        yield note.label, "，".join(opened.get(note.ref, {}).values()), kind


def detail(c: Case, ctx: Context) -> Detail:
    """The page; ``ctx.prepared`` holds the texts as far as the reader's clearance goes, masked."""
    opened: _Opened = (ctx.prepared or {}) if is_party(c, ctx) else {}
    notes = tuple(_notes(c, opened)) if opened else ()
    sections = (
        ("section.case_limits", tuple(_clock(k) for k in c.clocks if not k.part)),
        ("section.case_parts", tuple(_task(c, t) for t in c.tasks)),
        ("section.case_documents", tuple(_document(d) for d in c.documents) if is_party(c, ctx) else ()),
    )
    return Detail(
        fields=_fields(*_head(c), *notes),
        sections=tuple(DetailSection(title=title, rows=rows) for title, rows in sections if rows),
    )
