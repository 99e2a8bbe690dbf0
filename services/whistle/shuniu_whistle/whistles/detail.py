"""The owner's page of a whistle: callouts, phases, evidence, and the texts that stand nowhere else."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Detail, DetailField, DetailPanel, DetailRow, DetailSection
from shuniu.contracts.whistle.whistles import EvidenceRef, PastCallout, PastWhistle
from shuniu.rules.calendar import local
from shuniu.rules.clocks import Clock, due_status
from shuniu.rules.evidence import BlobRef

from shuniu_whistle.texts import title_zh
from shuniu_whistle.whistles.authority import is_party
from shuniu_whistle.whistles.face import parts_of
from shuniu_whistle.whistles.planning import OWNER_ROLES
from shuniu_whistle.whistles.state import Callout, Note, PartyAnswer, Phase, Whistle

__all__ = ("detail",)

_Kind = Literal["text", "time", "unit", "area", "key", "person", "minutes"]
_OPENING = ("description", "contact", "off_list")


def _fields(*given: tuple[str, str, _Kind]) -> tuple[DetailField, ...]:
    return tuple(DetailField(label=f"field.{label}", value=value, kind=kind) for label, value, kind in given if value)


def _at(time: datetime | None) -> str:
    return time.isoformat() if time else ""


def _blobs(evidence: Iterable[EvidenceRef]) -> tuple[BlobRef, ...]:
    return tuple(BlobRef(e.sha256, e.size, e.media_type) for e in evidence)


def _text(note: Note, opened: Mapping[str, Mapping[str, str]]) -> str:
    return "，".join(opened.get(note.ref, {}).values())


def _notes(w: Whistle, part: str, opened: Mapping[str, Mapping[str, str]]) -> Iterable[tuple[str, str, _Kind]]:
    """The texts of a part; of those a draft may correct, the newest."""
    newest = {n.label: n for n in w.notes if n.part == part and n.label in _OPENING}
    for n in w.notes:
        if n.part == part and (n.label not in _OPENING or newest[n.label] is n):
            yield n.label, _text(n, opened), "person" if n.label == "contact" else "text"


def _head(w: Whistle, opened: Mapping[str, Mapping[str, str]]) -> tuple[DetailField, ...]:
    return _fields(
        ("number", w.number, "text"),
        ("direction", f"enum.direction.{w.direction}", "key"),
        ("kind", f"enum.kind.{w.kind}", "key"),
        ("item", f"category.{w.item}" if w.item else "", "key"),
        ("area", w.area, "area"),
        ("place", w.place.name, "text"),
        ("caller_unit", w.caller_unit, "unit"),
        ("lead", w.lead_unit, "unit"),
        *(("inform", unit, "unit") for unit in w.inform),
        ("opened_at", _at(w.opened_at), "time"),
        ("blown_at", _at(w.blown_at), "time"),
        ("finish_by", w.finish_by.isoformat() if w.finish_by else "", "text"),
        ("wanted_on", w.wanted_on.isoformat() if w.wanted_on and not w.finish_by else "", "text"),
        ("resolved_at", _at(w.resolved_at), "time"),
        ("ended_at", _at(w.ended_at), "time"),
        ("cancelled_because", f"enum.cancelled.{w.cancelled}" if w.cancelled else "", "key"),
        *_origin(w),
        ("previous", w.previous_number, "text"),
        ("next", w.next_number, "text"),
        ("chain", str(w.chain) if w.chain > 1 else "", "text"),
        ("late_marks", str(w.late_marks) if w.late_marks else "", "text"),
        ("supervision", w.supervision_number, "text"),
        ("form", f"enum.form.{w.supervised_as}" if w.supervised_as else "", "key"),
        *(("meet_at", _at(m.at), "time") for m in w.meetings),
        *_notes(w, "", opened),
    )


def _origin(w: Whistle) -> tuple[tuple[str, str, _Kind], ...]:
    if w.origin is None:
        return ()
    o = w.origin
    return (
        ("called_by_scope", o.scope, "area"),
        ("called_by_number", o.number, "text"),
        ("called_role", f"enum.role.{o.role}", "key"),
        ("called_until", o.finish_by.isoformat() if o.finish_by else "", "text"),
    )


def _scores(c: Callout) -> tuple[tuple[str, str, _Kind], ...]:
    if c.rating is None:
        return ()
    r = c.rating
    return (
        ("response", str(r.response), "text"),
        ("attitude", str(r.attitude), "text"),
        ("result", str(r.result), "text"),
    )


def _answer(a: PartyAnswer) -> str:
    """Unit, status and limit of one of their units, as it told us."""
    words = [a.unit, title_zh(f"status.callout.{a.status}")]
    if a.due_at is not None:
        words.append(f"{local(a.due_at):%m-%d %H:%M}")
    return "，".join([*words, *([title_zh("due.late")] if a.late else [])])


def _callout(w: Whistle, c: Callout, opened: Mapping[str, Mapping[str, str]]) -> DetailRow:
    clock = parts_of(w, c)
    presence = c.presence
    extension = c.extension
    return DetailRow(
        label=f"enum.role.{c.role}",
        status=c.status,
        unit=c.unit,
        due_at=clock.due_at if clock else None,
        note=f"clock.{clock.id}" if clock else "",
        fields=_fields(
            ("signed_at", _at(c.signed_at), "time"),
            ("contacted_at", _at(c.contacted_at), "time"),
            ("reported_at", _at(presence.at) if presence else "", "time"),
            ("people", str(presence.people) if presence else "", "text"),
            ("objection_instead", c.objection.instead if c.objection else "", "unit"),
            ("designated", "enum.yes.yes" if c.designated else "", "key"),
            ("finish_on", c.finish_on.isoformat() if c.finish_on else "", "text"),
            ("party_scope", c.scope, "area"),
            ("party_number", c.taken_as, "text"),
            ("party_refused", c.refused_for, "text"),
            *(("party_answer", _answer(a), "text") for a in c.answers),
            ("extension_to", extension.finish_on.isoformat() if extension else "", "text"),
            ("extension_status", f"enum.extension.{extension.status}" if extension else "", "key"),
            ("finished_at", _at(c.finished_at), "time"),
            *_scores(c),
            *_notes(w, c.id, opened),
        ),
        evidence=_blobs(c.evidence),
    )


def _named(w: Whistle, p: Phase) -> Iterable[str]:
    """The phases it waits for as people know them: number, and the unit where it is another's."""
    for c in w.callouts:
        own = any(x.id == p.id for x in c.phases)
        for x in c.phases:
            if x.id in p.after:
                yield str(x.seq) if own else f"{c.unit} {x.seq}"


def _owner(p: Phase) -> tuple[str, _Kind]:
    return (f"role.{p.owner}", "key") if p.owner in OWNER_ROLES else (p.owner, "text")


def _phase(w: Whistle, c: Callout, p: Phase, opened: Mapping[str, Mapping[str, str]]) -> DetailRow:
    clock: Clock | None = next((x for x in w.clocks if x.part == p.id and x.state == "running"), None)
    return DetailRow(
        label=f"enum.work.{p.work}",
        status=p.status,
        unit=c.unit,
        due_at=clock.due_at if clock else None,
        note=f"due.{due_status(clock)}" if clock else "",
        fields=_fields(
            ("seq", str(p.seq), "text"),
            ("start_on", p.start_on.isoformat() if p.start_on else "", "text"),
            ("due_on", p.due_on.isoformat(), "text"),
            ("after", ", ".join(_named(w, p)), "text"),
            ("owner", *_owner(p)),
            ("started_at", _at(p.started_at), "time"),
            ("accepted_at", _at(p.accepted_at), "time"),
            ("sent_back", str(p.sent_back) if p.sent_back else "", "text"),
            *_notes(w, p.id, opened),
        ),
        evidence=_blobs((*p.before, *p.evidence)),
    )


def _past(p: PastWhistle, c: PastCallout) -> DetailRow:
    """A unit's part in an earlier whistle of the chain: how it ended, what was late, what came of its phases."""
    phases = ", ".join(f"{x.seq} {title_zh(f'enum.work.{x.work}')}" for x in c.phases)
    names: tuple[str, ...] = ("response", "attitude", "result")
    scores: tuple[tuple[str, str, _Kind], ...] = tuple(
        (name, str(score), "text") for name, score in zip(names, c.scores, strict=False)
    )
    return DetailRow(
        label=f"enum.role.{c.role}",
        status=c.status,
        unit=c.unit,
        fields=_fields(
            ("link", str(p.link), "text"),
            ("number", p.number, "text"),
            ("blown_at", _at(p.blown_at), "time"),
            ("resolved_at", _at(p.resolved_at), "time"),
            ("past_late", "、".join(title_zh(f"clock.{x}") for x in c.late), "text"),
            ("past_phases", phases, "text"),
            *scores,
        ),
        evidence=_blobs((*c.evidence, *(e for x in c.phases for e in x.evidence))),
    )


def detail(w: Whistle, ctx: Context) -> Detail:
    """The page. Its texts are for those who have to do with the whistle; others see the facts alone."""
    opened: Mapping[str, Mapping[str, str]] = (ctx.prepared or {}) if is_party(w, ctx) else {}
    sections = []
    if w.callouts:
        sections.append(DetailSection(title="section.callouts", rows=tuple(_callout(w, c, opened) for c in w.callouts)))
    phases = tuple(_phase(w, c, p, opened) for c in w.callouts for p in c.phases)
    if w.history:
        past = tuple(_past(p, c) for p in w.history for c in p.callouts)
        sections.append(DetailSection(title="section.history", rows=past))
    panels: tuple[DetailPanel, ...] = ()
    if phases:
        sections.append(DetailSection(title="section.phases", rows=phases))
        panels = (DetailPanel(title="panel.gantt", kind="gantt", route=f"/whistles/{w.id}/gantt"),)
    return Detail(fields=_head(w, opened), sections=tuple(sections), panels=panels)
