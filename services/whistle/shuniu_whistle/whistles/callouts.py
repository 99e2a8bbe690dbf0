"""What a called unit and its caller do about one callout (签收、异议、对接、报到、处置): domain rules 10.1.

``check_…`` are the guards; the offers of a matter's page ask the same ones.
"""

from datetime import datetime, timedelta
from typing import Annotated, Any

from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision
from shuniu.chassis.rows import Rows
from shuniu.chassis.service import Command
from shuniu.contracts.whistle.whistles import (
    CalledUnit,
    CalloutAdded,
    CalloutContacted,
    CalloutFinished,
    CalloutObjected,
    CalloutReported,
    CalloutSigned,
    CalloutStarted,
    CalloutUpheld,
    CalloutWaived,
    CalloutWithdrawn,
)
from shuniu.rules.evidence import check_evidence
from shuniu.rules.refusal import Conflict, FieldError, Unprocessable

from shuniu_whistle.settings import settings_of
from shuniu_whistle.whistles.authority import (
    as_blower,
    as_caller,
    as_coordinator,
    as_outsider,
    as_worker,
    is_community,
    known_unit,
    told_as,
)
from shuniu_whistle.whistles.evidence import stored_evidence
from shuniu_whistle.whistles.fields import (
    Day,
    EvidenceList,
    LongText,
    OnCallout,
    Reason,
    Texts,
    UnitCode,
    evidence_refs,
    today,
)
from shuniu_whistle.whistles.lifecycles import CALLER_DOWN, COORDINATOR, DUTY, LEADERS, STREET
from shuniu_whistle.whistles.state import Callout, Whistle
from shuniu_whistle.whistles.terms import callout_terms, date_term
from shuniu_whistle.whistles.whistle import callout_in, check_blown, command_on, decided, whistle_in

__all__ = (
    "COMMANDS",
    "check_accept_objection",
    "check_contact",
    "check_finish",
    "check_object",
    "check_report_in",
    "check_sign",
    "check_start",
    "check_uphold",
    "check_waive",
)

_WORKERS = (*DUTY, *STREET)
_ANY_SIDE = (*DUTY, *STREET, *CALLER_DOWN)


class Sign(OnCallout, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take the callout (签收)."""


class Object(OnCallout, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Say that another unit is in charge (提出异议)."""

    instead: UnitCode
    reason: Reason


class Uphold(OnCallout, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hold the unit to the callout (维持指派)."""

    reason: LongText = ""


class AcceptObjection(OnCallout, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Agree, and designate who goes instead (改派)."""

    unit: UnitCode = ""
    """Empty: the unit the objection names."""
    reason: LongText = ""


class Contact(OnCallout, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Say that the caller has been contacted (对接)."""

    note: LongText = ""


class ReportIn(OnCallout, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Confirm that the unit is there (确认报到): when, where, how many people."""

    at: Annotated[datetime, Meta(tz=True, extra_json_schema={"x-widget": "datetime"})]
    where: Annotated[str, Meta(min_length=1, max_length=120)]
    people: Annotated[int, Meta(ge=1, le=500)]


class Start(OnCallout, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Begin work with the agreed measures and date (开始处置)."""

    measures: Reason
    finish_on: Day


class Waive(OnCallout, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Do without a supporting unit (免予报到)."""

    reason: Reason


class Finish(OnCallout, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Report the work done, with evidence (办结)."""

    evidence: EvidenceList
    note: LongText = ""


def check_sign(w: Whistle, c: Callout, ctx: Context) -> None:
    """The called unit's duty officer."""
    as_worker(w, c, ctx, "sign")
    check_blown(w, c, "sign")


def sign(rows: Rows, c: Sign, ctx: Context) -> Decision:
    """PENDING → SIGNED. Late signing is marked, not forbidden."""
    w = whistle_in(rows, c)
    callout = callout_in(w, c)
    check_sign(w, callout, ctx)
    return decided(w, [CalloutSigned(whistle=w.id, callout=callout.id, unit=callout.unit)], ctx)


def check_object(w: Whistle, c: Callout, ctx: Context) -> None:
    """Once, before contact, and not by a unit that was designated (1.23)."""
    as_worker(w, c, ctx, "object")
    if w.direction == "DOWN" and c.role == "LEAD":
        raise Conflict("callout.street_answers", state=c.status, event="object")
    if w.status == "BLOWN" and c.objection is not None:
        raise Conflict("callout.second_objection", state=c.status, event="object", params={"unit": c.unit})
    if w.status == "BLOWN" and c.designated:
        raise Conflict("callout.designated_may_not_return", state=c.status, event="object", params={"unit": c.unit})
    check_blown(w, c, "object")


def object_to(rows: Rows, c: Object, ctx: Context) -> Decision:
    """PENDING or SIGNED → OBJECTED; the callout's limits stop until the district rules (design choice)."""
    w = whistle_in(rows, c)
    callout = callout_in(w, c)
    check_object(w, callout, ctx)
    if any(x.unit == c.instead and x.status != "WITHDRAWN" for x in w.callouts):
        params = {"unit": c.instead[:40]}
        fields = (FieldError("instead", "called_already"),)
        raise Unprocessable(
            "callout.instead_is_called", state=callout.status, event="object", fields=fields, params=params
        )
    _may_replace(w, callout, c.instead, "instead", "object", ctx)
    texts = Texts(ctx)
    objected = CalloutObjected(
        whistle=w.id, callout=callout.id, unit=callout.unit, instead=c.instead, reason_ref=texts.keep(c.reason)
    )
    return decided(w, [objected], ctx, texts.private)


def _may_replace(w: Whistle, c: Callout, unit: str, field: str, event: str, ctx: Context) -> None:
    """The unit may take this callout over: known, not the caller, no community in the lead of an UP whistle (1.16)."""
    with told_as(c.status, event):
        known_unit(unit, field, ctx)

    def bad(rule: str) -> Unprocessable:
        errors = (FieldError(field, rule.rpartition(".")[2]),)
        return Unprocessable(rule, state=c.status, event=event, fields=errors, params={"unit": unit})

    if unit == w.caller_unit:
        raise bad("whistle.caller_called")
    if c.role == "LEAD" and w.direction != "DOWN" and is_community(unit, ctx):
        raise bad("whistle.community_lead")
    if c.role == "LEAD" and w.direction == "DOWN" and unit != settings_of(ctx).street_unit:
        raise bad("whistle.down_lead")


def check_uphold(w: Whistle, c: Callout, ctx: Context) -> None:
    """The district's coordination, while there is an objection."""
    as_coordinator(w, ctx, "uphold", c.status)
    check_blown(w, c, "uphold")


def uphold(rows: Rows, c: Uphold, ctx: Context) -> Decision:
    """OBJECTED → PENDING, and the unit may not return it; its limits start anew with the ruling (design choice)."""
    w = whistle_in(rows, c)
    callout = callout_in(w, c)
    check_uphold(w, callout, ctx)
    texts = Texts(ctx)
    upheld = CalloutUpheld(
        whistle=w.id,
        callout=callout.id,
        unit=callout.unit,
        terms=callout_terms(w, w.kind, callout.id, ctx),
        reason_ref=texts.keep(c.reason),
    )
    return decided(w, [upheld], ctx, texts.private)


def check_accept_objection(w: Whistle, c: Callout, ctx: Context) -> None:
    """The district's coordination, while there is an objection."""
    as_coordinator(w, ctx, "accept_objection", c.status)
    check_blown(w, c, "accept_objection")


def accept_objection(rows: Rows, c: AcceptObjection, ctx: Context) -> Decision:
    """OBJECTED → WITHDRAWN; the designated unit gets a callout of the same role that it may not return."""
    w = whistle_in(rows, c)
    callout = callout_in(w, c)
    check_accept_objection(w, callout, ctx)
    unit = c.unit or (callout.objection.instead if callout.objection else "")
    _may_replace(w, callout, unit, "unit", "accept_objection", ctx)
    if any(x.unit == unit and x.status != "WITHDRAWN" for x in w.callouts):
        fields = (FieldError("unit", "called_already"),)
        raise Unprocessable(
            "callout.instead_is_called",
            state=callout.status,
            event="accept_objection",
            fields=fields,
            params={"unit": unit},
        )
    texts = Texts(ctx)
    new = ctx.new_id()
    withdrawn = CalloutWithdrawn(
        whistle=w.id, callout=callout.id, unit=callout.unit, replaced_by=new, reason_ref=texts.keep(c.reason)
    )
    added = CalloutAdded(
        whistle=w.id,
        called=CalledUnit(callout=new, unit=unit, role=callout.role),
        designated=True,
        terms=callout_terms(w, w.kind, new, ctx),
    )
    # Added first: between the two events the whistle must not look as if nobody led it or nothing were left to do.
    return decided(w, [added, withdrawn], ctx, texts.private)


def check_contact(w: Whistle, c: Callout, ctx: Context) -> None:
    """The called unit, once it has signed."""
    as_worker(w, c, ctx, "contact")
    check_blown(w, c, "contact")


def contact(rows: Rows, c: Contact, ctx: Context) -> Decision:
    """SIGNED → CONTACTED."""
    w = whistle_in(rows, c)
    callout = callout_in(w, c)
    check_contact(w, callout, ctx)
    texts = Texts(ctx)
    contacted = CalloutContacted(whistle=w.id, callout=callout.id, unit=callout.unit, note_ref=texts.keep(c.note))
    return decided(w, [contacted], ctx, texts.private)


def check_report_in(w: Whistle, c: Callout, ctx: Context) -> None:
    """The caller confirms, never the department itself (10.1)."""
    as_outsider(c, ctx, "report_in", "callout.own_presence")
    as_caller(w, ctx, "report_in", STREET, "callout.caller_confirms")
    check_blown(w, c, "report_in")


def report_in(rows: Rows, c: ReportIn, ctx: Context) -> Decision:
    """CONTACTED → REPORTED, with time, place and people."""
    w = whistle_in(rows, c)
    callout = callout_in(w, c)
    check_report_in(w, callout, ctx)
    if c.at > ctx.now + timedelta(minutes=5) or (w.blown_at is not None and c.at < w.blown_at):
        fields = (FieldError("at", "not_between"),)
        raise Unprocessable("callout.report_time", state=callout.status, event="report_in", fields=fields)
    texts = Texts(ctx)
    reported = CalloutReported(
        whistle=w.id,
        callout=callout.id,
        unit=callout.unit,
        at=c.at,
        people=c.people,
        where_ref=texts.keep(c.where),
    )
    return decided(w, [reported], ctx, texts.private)


def check_start(w: Whistle, c: Callout, ctx: Context) -> None:
    """The unit, once its presence is confirmed."""
    as_worker(w, c, ctx, "start")
    check_blown(w, c, "start")


def start(rows: Rows, c: Start, ctx: Context) -> Decision:
    """REPORTED → WORKING: measures and a date not beyond the one the caller set when it blew."""
    w = whistle_in(rows, c)
    callout = callout_in(w, c)
    check_start(w, callout, ctx)
    # The caller's date may already be over when work begins late; then it is today at best.
    last = max(w.finish_by, today(ctx)) if w.finish_by else today(ctx)
    if not today(ctx) <= c.finish_on <= last:
        fields = (FieldError("finish_on", "not_between"),)
        params = {"from": today(ctx).isoformat(), "to": last.isoformat()}
        raise Unprocessable("callout.finish_date", state=callout.status, event="start", fields=fields, params=params)
    texts = Texts(ctx)
    started = CalloutStarted(
        whistle=w.id,
        callout=callout.id,
        unit=callout.unit,
        finish_on=c.finish_on,
        measures_ref=texts.keep(c.measures),
        term=date_term(w, "finish", callout.id, c.finish_on, ctx),
    )
    return decided(w, [started], ctx, texts.private)


def check_waive(w: Whistle, c: Callout, ctx: Context) -> None:
    """The caller does without a supporting unit; nobody can do without the lead."""
    if w.direction == "DOWN":
        as_blower(w, ctx, "waive")
    else:
        as_caller(w, ctx, "waive", LEADERS, "callout.waive_roles")
    if c.role == "LEAD":
        raise Conflict("callout.lead_not_waived", state=c.status, event="waive")
    check_blown(w, c, "waive")


def waive(rows: Rows, c: Waive, ctx: Context) -> Decision:
    """A supporting callout → WAIVED, with the reason."""
    w = whistle_in(rows, c)
    callout = callout_in(w, c)
    check_waive(w, callout, ctx)
    texts = Texts(ctx)
    waived = CalloutWaived(whistle=w.id, callout=callout.id, unit=callout.unit, reason_ref=texts.keep(c.reason))
    return decided(w, [waived], ctx, texts.private)


def check_finish(w: Whistle, c: Callout, ctx: Context) -> None:
    """The unit, its phases all accepted; the lead only after every supporter (10.1)."""
    as_worker(w, c, ctx, "finish")
    check_blown(w, c, "finish")
    if c.role == "LEAD" and not w.supporters_done:
        owing = ", ".join(x.unit for x in w.callouts if x.role == "CO" and x.owes)
        raise Conflict("callout.lead_finishes_last", state=c.status, event="finish", params={"units": owing})
    if c.phases and not c.phases_accepted:
        raise Conflict("callout.phases_open", state=c.status, event="finish")


def finish(rows: Rows, c: Finish, ctx: Context) -> Decision:
    """WORKING → FINISHED, with evidence; the whistle is resolved with the last one."""
    w = whistle_in(rows, c)
    callout = callout_in(w, c)
    check_finish(w, callout, ctx)
    with told_as(callout.status, "finish"):
        evidence = check_evidence(c.evidence, least=1)
    texts = Texts(ctx)
    finished = CalloutFinished(
        whistle=w.id,
        callout=callout.id,
        unit=callout.unit,
        by_phases=False,
        evidence=evidence_refs(evidence),
        note_ref=texts.keep(c.note),
    )
    return decided(w, [finished], ctx, texts.private)


COMMANDS: tuple[Command[Any], ...] = (
    command_on("whistle.sign", Sign, sign, _ANY_SIDE, tone="primary", surfaces=("matter", "phone"), order=30),
    command_on("whistle.object", Object, object_to, _WORKERS, order=31),
    command_on("whistle.uphold", Uphold, uphold, (*COORDINATOR, *_WORKERS), order=32),
    command_on("whistle.accept_objection", AcceptObjection, accept_objection, (*COORDINATOR, *_WORKERS), order=33),
    command_on("whistle.contact", Contact, contact, _ANY_SIDE, tone="primary", surfaces=("matter", "phone"), order=34),
    command_on("whistle.report_in", ReportIn, report_in, _ANY_SIDE, tone="primary", order=35),
    command_on("whistle.start", Start, start, _WORKERS, tone="primary", order=36),
    command_on("whistle.waive", Waive, waive, _ANY_SIDE, order=70),
    command_on("whistle.finish", Finish, finish, _WORKERS, tone="primary", prepare=stored_evidence, order=60),
)
