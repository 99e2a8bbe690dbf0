"""Sessions of joint governance: prepared, held, resolved upon; a resolution becomes work. Series: ``series.py``.

``check_…`` are the guards; the offers of a matter's page ask the same ones.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.envelope import Fact
from shuniu.contracts.whistle import joint as said
from shuniu.contracts.whistle.whistles import MatterKey
from shuniu.rules.calendar import local
from shuniu.rules.evidence import check_evidence
from shuniu.rules.refusal import Conflict, FieldError, Unprocessable

from shuniu_whistle.joint.lifecycle import SESSION
from shuniu_whistle.joint.series import as_convener
from shuniu_whistle.joint.state import (
    JOINT_SESSION,
    Session,
    minutes_term,
)
from shuniu_whistle.whistles.authority import told_as
from shuniu_whistle.whistles.draft import Draft, draft, draft_keys
from shuniu_whistle.whistles.evidence import stored_evidence
from shuniu_whistle.whistles.fields import (
    Day,
    EvidenceList,
    Hidden,
    LongText,
    Reason,
    Texts,
    UnitCode,
    Version,
    evidence_refs,
    today,
)
from shuniu_whistle.whistles.lifecycles import STREET
from shuniu_whistle.whistles.plan import WhistlePlace
from shuniu_whistle.whistles.planning import PlanPhase, decide_plan, working
from shuniu_whistle.whistles.whistle import WHISTLE
from shuniu_whistle.whistles.works import Work

__all__ = ("CHECKS", "COMMANDS")

When = Annotated[datetime, Meta(tz=True, extra_json_schema={"x-widget": "datetime"})]


class OnSession(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one session."""

    session: Hidden
    expected_version: Version | None = None


class Reschedule(OnSession, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hold it at another time (改期)."""

    starts_at: When
    reason: Reason


class AddAgenda(OnSession, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Put something on the agenda (列入议题)."""

    topic: LongText = ""
    subject: Annotated[MatterKey | None, Meta(extra_json_schema={"x-widget": "hidden"})] = None


class NoteAttendance(OnSession, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who came (签到)."""

    unit: UnitCode
    people: Annotated[int, Meta(ge=0, le=500)]


class Hold(OnSession, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It took place: file its minutes (归纪要)."""

    minutes: Reason
    evidence: EvidenceList = ()


class Resolve(OnSession, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Record a resolution, and make work of it (形成决议)."""

    resolution: Reason
    becomes: Literal["WHISTLE", "PHASE", "NOTE"] = "NOTE"
    lead: UnitCode = ""
    """WHISTLE: the unit that leads."""
    whistle: Hidden = ""
    """PHASE: the whistle at work it becomes a phase of."""
    callout: Hidden = ""
    work: Work | None = None
    due_on: Day | None = None


class Archive(OnSession, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Minutes and resolutions are complete (归档)."""


class CallOff(OnSession, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It does not take place (取消本次)."""

    reason: Reason


def _row(rows: Rows, c: OnSession, ctx: Context, event: str) -> Session:
    s = rows.need(JOINT_SESSION, c.session, c.expected_version)
    check(s, ctx, event)
    return s


def check(s: Session, ctx: Context, event: str) -> None:
    """The street that convenes it, as far as the life cycle goes; nothing is held before its time."""
    as_convener(s.area, ctx, event, s.status)
    SESSION.check(s.status, event)
    if event == "hold" and ctx.now < s.starts_at:
        raise Conflict("joint.not_yet", state=s.status, event=event, params={"at": s.starts_at.isoformat()})


def _said(s: Session, fact: Fact, private: Sequence[Private] = ()) -> Decision:
    return Decision((Emit(fact, (JOINT_SESSION.key(s.id),)),), tuple(private), {"session": s.id})


def move(rows: Rows, c: Reschedule, ctx: Context) -> Decision:
    """Another time, on a working day, the day after today at the earliest: the participants are told a day before."""
    s = _row(rows, c, ctx, "move")
    day = local(c.starts_at).date()
    if day <= today(ctx) or not ctx.calendar.is_working_day(day):
        code = "too_soon" if day <= today(ctx) else "day_of_rest"
        fields = (FieldError("starts_at", code),)
        raise Unprocessable("joint.time", state=s.status, event="move", fields=fields)
    ends = c.starts_at + (s.ends_at - s.starts_at)
    texts = Texts(ctx)
    moved = said.SessionMoved(
        session=s.id,
        starts_at=c.starts_at,
        ends_at=ends,
        term=minutes_term(ends, s.clocks, ctx),
        reason_ref=texts.keep(c.reason, "joint"),
    )
    return _said(s, moved, texts.private)


def add_agenda(rows: Rows, c: AddAgenda, ctx: Context) -> Decision:
    """A matter, a question, or both."""
    s = _row(rows, c, ctx, "add_agenda")
    if not c.topic.strip() and c.subject is None:
        fields = (FieldError("topic", "missing"),)
        raise Unprocessable("joint.topic", state=s.status, event="add_agenda", fields=fields)
    texts = Texts(ctx)
    added = said.AgendaAdded(session=s.id, entry=ctx.new_id(), subject=c.subject, text_ref=texts.keep(c.topic, "joint"))
    return _said(s, added, texts.private)


def note_attendance(rows: Rows, c: NoteAttendance, ctx: Context) -> Decision:
    """A participant's attendance; what was noted last counts."""
    s = _row(rows, c, ctx, "note_attendance")
    if c.unit not in s.everybody:
        fields = (FieldError("unit", "unknown"),)
        raise Unprocessable("joint.participant", state=s.status, event="note_attendance", fields=fields)
    return _said(s, said.AttendanceNoted(session=s.id, unit=c.unit, people=c.people))


def hold(rows: Rows, c: Hold, ctx: Context) -> Decision:
    """SCHEDULED → HELD, with its minutes."""
    s = _row(rows, c, ctx, "hold")
    with told_as(s.status, "hold"):
        evidence = check_evidence(c.evidence)
    texts = Texts(ctx)
    held = said.SessionHeld(session=s.id, minutes_ref=texts.keep(c.minutes, "joint"), evidence=evidence_refs(evidence))
    return _said(s, held, texts.private)


def _as_draft(c: Resolve, s: Session) -> Draft:
    return Draft(
        direction="UP",
        item=s.item,
        area=s.area,
        place=WhistlePlace(name=s.place.name, lon=s.place.lon, lat=s.place.lat),
        lead=c.lead,
        wanted_on=c.due_on,
        description=c.resolution,
    )


def _resolve_more(c: Resolve, rows: Rows, ctx: Context) -> Iterable[Key]:
    s = rows.find(JOINT_SESSION, c.session)
    if s is not None and c.becomes == "WHISTLE":
        yield from draft_keys(_as_draft(c, s), ctx)
    if c.becomes == "PHASE" and c.whistle:
        yield WHISTLE.key(c.whistle)


def resolve(rows: Rows, c: Resolve, ctx: Context) -> Decision:
    """A resolution; it may open a whistle's draft, or add a phase to a callout that is at work."""
    s = _row(rows, c, ctx, "resolve")
    texts = Texts(ctx)
    made = said.ResolutionMade(
        session=s.id, resolution=ctx.new_id(), becomes=c.becomes, text_ref=texts.keep(c.resolution, "joint")
    )
    on = (JOINT_SESSION.key(s.id),)
    if c.becomes == "WHISTLE":
        work = draft(rows, _as_draft(c, s), ctx)
        whistle, number = str(work.answer["whistle"]), str(work.answer["number"])
        made = msgspec.structs.replace(made, whistle=whistle, whistle_number=number)
    elif c.becomes == "PHASE":
        work = _phase(rows, c, s, ctx)
        whistle, number = str(work.answer["whistle"]), str(work.answer["number"])
        made = msgspec.structs.replace(made, whistle=whistle, whistle_number=number, phase=str(work.answer["phase"]))
    else:
        return Decision((Emit(made, on),), tuple(texts.private), {"session": s.id})
    answer = {"session": s.id, "whistle": whistle, "number": number}
    private = (*_kept_for(s.id, texts.private), *_kept_for(whistle, work.private))
    return Decision((Emit(made, on), *work.events), private, answer)


def _kept_for(matter: str, private: Iterable[Private]) -> Iterable[Private]:
    return (replace(p, matter=matter) for p in private)


def _phase(rows: Rows, c: Resolve, s: Session, ctx: Context) -> Decision:
    def bad(field: str) -> Unprocessable:
        return Unprocessable("joint.phase", state=s.status, event="resolve", fields=(FieldError(field, "missing"),))

    if not c.whistle or not c.callout:
        raise bad("callout")
    if c.work is None:
        raise bad("work")
    if c.due_on is None:
        raise bad("due_on")
    w = rows.need(WHISTLE, c.whistle)
    part = w.callout(c.callout)
    if part is None:
        raise bad("callout")
    as_convener(w.area, ctx, "resolve", s.status)
    working(w, part, "resolve")
    given = PlanPhase(whistle=w.id, callout=part.id, work=c.work, due_on=c.due_on, note=c.resolution)
    return decide_plan(w, part, given, ctx, "resolve")


def archive(rows: Rows, c: Archive, ctx: Context) -> Decision:
    """HELD → ARCHIVED, once attendance of everybody is noted."""
    s = _row(rows, c, ctx, "archive")
    noted = {unit for unit, _ in s.attendance}
    if missing := [u for u in s.everybody if u not in noted]:
        params = {"units": ", ".join(missing)}
        raise Conflict("joint.attendance_missing", state=s.status, event="archive", params=params)
    return _said(s, said.SessionArchived(session=s.id))


def call_off(rows: Rows, c: CallOff, ctx: Context) -> Decision:
    """SCHEDULED → CALLED_OFF."""
    s = _row(rows, c, ctx, "call_off")
    texts = Texts(ctx)
    off = said.SessionCancelled(session=s.id, reason_ref=texts.keep(c.reason, "joint"))
    return _said(s, off, texts.private)


def _guard(event: str) -> Callable[[Session, Context], None]:
    return lambda s, ctx: check(s, ctx, event)


CHECKS: dict[str, Callable[[Session, Context], None]] = {
    f"joint.{event}": _guard(event)
    for event in ("add_agenda", "note_attendance", "hold", "resolve", "archive", "move", "call_off")
}
"""The guard of every command on a session."""


def _on_session(c: OnSession, ctx: Context) -> Iterable[Key]:
    return (JOINT_SESSION.key(c.session),)


def _command(name: str, struct: type[Any], decide: Any, order: int, **rest: Any) -> Command[Any]:
    return Command(
        f"joint.{name}",
        struct,
        _on_session,
        decide,
        roles=STREET,
        kind="joint_session",
        matter_field="session",
        order=order,
        **rest,
    )


COMMANDS: tuple[Command[Any], ...] = (
    _command("add_agenda", AddAgenda, add_agenda, 10),
    _command("note_attendance", NoteAttendance, note_attendance, 20),
    _command("hold", Hold, hold, 30, tone="primary", prepare=stored_evidence),
    _command("resolve", Resolve, resolve, 31, more_keys=_resolve_more),
    _command("archive", Archive, archive, 32, tone="primary"),
    _command("move", Reschedule, move, 40),
    _command("call_off", CallOff, call_off, 50, tone="danger"),
)
