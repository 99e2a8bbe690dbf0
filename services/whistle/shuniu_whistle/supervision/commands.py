"""Supervision (督办): the district opens it, the units answer, the district reviews and closes (1.8, 1.23, 1.24).

``check_…`` are the guards; the offers of a matter's page ask the same ones.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.envelope import Fact
from shuniu.contracts.whistle import supervision as said
from shuniu.rules.evidence import check_evidence
from shuniu.rules.refusal import Conflict, FieldError, Forbidden, Unprocessable

from shuniu_whistle.settings import settings_of
from shuniu_whistle.supervision.lifecycle import ANSWERERS, SUPERVISION
from shuniu_whistle.supervision.state import SUPERVISION_CASE, Supervision, raised_to
from shuniu_whistle.whistles.authority import as_coordinator, told_as
from shuniu_whistle.whistles.escalation import opened, supervision_term
from shuniu_whistle.whistles.evidence import stored_evidence
from shuniu_whistle.whistles.fields import (
    EvidenceList,
    Hidden,
    LongText,
    OnWhistle,
    Reason,
    Texts,
    UnitCode,
    Version,
    evidence_refs,
)
from shuniu_whistle.whistles.ladder import stronger
from shuniu_whistle.whistles.lifecycles import COORDINATOR, DUTY, STREET
from shuniu_whistle.whistles.state import Whistle
from shuniu_whistle.whistles.whistle import WHISTLE, command_on, whistle_in

__all__ = (
    "CHECKS",
    "COMMANDS",
    "check_supervise",
)

Form = Literal["NOTICE", "LISTED", "TALK", "MEETING"]
TalkAt = Annotated[datetime, Meta(tz=True, extra_json_schema={"x-widget": "datetime"})]


class Supervise(OnWhistle, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Supervise a whistle, or one of its callouts (督办)."""

    callout: Hidden = ""
    form: Form = "NOTICE"
    reason: Reason


class OnSupervision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one supervision."""

    supervision: Hidden
    expected_version: Version | None = None


class GiveAnswer(OnSupervision, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answer (回复督办)."""

    unit: UnitCode
    answer: Reason
    evidence: EvidenceList = ()


class SendBack(OnSupervision, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Not satisfied: answer again (退回重办)."""

    reason: Reason


class Raise(OnSupervision, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stronger form (挂牌、约谈、提请常务会议)."""

    form: Literal["LISTED", "TALK", "MEETING"]
    talk_at: TalkAt | None = None
    """When the talk is held; needed for TALK."""
    reason: Reason


class Review(OnSupervision, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answers and what was done are looked at (复核)."""

    note: LongText = ""


class Close(OnSupervision, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Close it (销号)."""


class Lift(OnSupervision, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Call it off (撤销督办)."""

    reason: Reason


def check_supervise(w: Whistle, ctx: Context) -> None:
    """The district's coordination, on a whistle at work that is not supervised yet."""
    as_coordinator(w, ctx, "supervise", w.status)
    if w.status != "BLOWN":
        raise Conflict("whistle.not_blown", state=w.status, event="supervise")
    if w.supervision:
        params = {"number": w.supervision_number}
        raise Conflict("supervision.one_at_a_time", state=w.status, event="supervise", params=params)


def supervise(rows: Rows, c: Supervise, ctx: Context) -> Decision:
    """A supervision of its own number and clock; the whistle is linked with it."""
    w = whistle_in(rows, c)
    check_supervise(w, ctx)
    if c.callout and (found := w.callout(c.callout)) is None:
        raise Unprocessable(
            "callout.unknown", state=w.status, event="supervise", fields=(FieldError("callout", "unknown"),)
        )
    if c.callout and found is not None and not found.owes:
        raise Conflict("supervision.nothing_owed", state=found.status, event="supervise", params={"unit": found.unit})
    texts = Texts(ctx)
    new = opened(w, c.form, ctx, callout=c.callout, reason_ref=texts.keep(c.reason, "supervision"))
    held = said.WhistleSupervised(whistle=w.id, supervision=new.supervision, number=new.number, form=c.form)
    emits = (Emit(new, (SUPERVISION_CASE.key(new.supervision),)), Emit(held, (WHISTLE.key(w.id),)))
    return Decision(emits, tuple(texts.private), {"supervision": new.supervision, "number": new.number})


def _row(rows: Rows, c: OnSupervision) -> Supervision:
    return rows.need(SUPERVISION_CASE, c.supervision, c.expected_version)


def _district(s: Supervision, ctx: Context, event: str) -> None:
    if not ctx.actor.has_role(*COORDINATOR):
        params = {"roles": ", ".join(COORDINATOR)}
        raise Forbidden("supervision.district", state=s.status, event=event, params=params)
    if not ctx.actor.covers(s.area):
        raise Forbidden("access.area", state=s.status, event=event, params={"area": s.area})
    SUPERVISION.check(s.status, event)


def units_of(s: Supervision, ctx: Context) -> list[str]:
    """The units this actor may answer for and that still owe an answer."""
    actor, street = ctx.actor, settings_of(ctx).street_unit

    def speaks_for(unit: str) -> bool:
        if unit == street and actor.has_role(*STREET) and actor.covers(s.area):
            return True
        return actor.has_role(*DUTY) and actor.acts_for(unit)

    return [u for u in s.owing() if speaks_for(u)]


def check_answer(s: Supervision, ctx: Context) -> None:
    """A supervised unit's own people, once in each round."""
    SUPERVISION.check(s.status, "answer")
    if not units_of(s, ctx):
        params = {"unit": ", ".join(s.owing())}
        raise Forbidden("supervision.answerers", state=s.status, event="answer", params=params)


def answer(rows: Rows, c: GiveAnswer, ctx: Context) -> Decision:
    """One unit's answer; with the last one it is up to the district."""
    s = _row(rows, c)
    check_answer(s, ctx)
    if c.unit not in units_of(s, ctx):
        raise Forbidden("supervision.answerers", state=s.status, event="answer", params={"unit": c.unit})
    with told_as(s.status, "answer"):
        evidence = check_evidence(c.evidence)
    texts = Texts(ctx)
    given = said.SupervisionAnswered(
        supervision=s.id,
        unit=c.unit,
        last=len(s.owing()) == 1,
        answer_ref=texts.keep(c.answer, "supervision"),
        evidence=evidence_refs(evidence),
    )
    return _said(s, given, texts.private)


def _said(s: Supervision, fact: Fact, private: Sequence[Private] = ()) -> Decision:
    return Decision((Emit(fact, (SUPERVISION_CASE.key(s.id),)),), tuple(private), {"supervision": s.id})


def send_back(rows: Rows, c: SendBack, ctx: Context) -> Decision:
    """ANSWERED → NOTIFIED, everybody answers again within a limit anew."""
    s = _row(rows, c)
    _district(s, ctx, "send_back")
    texts = Texts(ctx)
    ref = texts.keep(c.reason, "supervision")
    returned = said.SupervisionReturned(supervision=s.id, term=supervision_term(ctx, s.clocks), reason_ref=ref)
    return _said(s, returned, texts.private)


def raise_form(rows: Rows, c: Raise, ctx: Context) -> Decision:
    """Only ever stronger; a talk says when it is held."""
    s = _row(rows, c)
    _district(s, ctx, "raise")
    if not stronger(c.form, s.form):
        fields = (FieldError("form", "not_stronger"),)
        raise Unprocessable("supervision.stronger", state=s.status, event="raise", fields=fields)
    if c.form == "TALK" and (c.talk_at is None or c.talk_at <= ctx.now):
        fields = (FieldError("talk_at", "missing" if c.talk_at is None else "past"),)
        raise Unprocessable("supervision.talk_time", state=s.status, event="raise", fields=fields)
    texts = Texts(ctx)
    ref = texts.keep(c.reason, "supervision")
    emits = raised_to(s, c.form, ctx, reason_ref=ref, talk_at=c.talk_at)
    return Decision(tuple(emits), tuple(texts.private), {"supervision": s.id})


def review(rows: Rows, c: Review, ctx: Context) -> Decision:
    """ANSWERED → REVIEWED."""
    s = _row(rows, c)
    _district(s, ctx, "review")
    texts = Texts(ctx)
    reviewed = said.SupervisionReviewed(supervision=s.id, note_ref=texts.keep(c.note, "supervision"))
    return _said(s, reviewed, texts.private)


def close(rows: Rows, c: Close, ctx: Context) -> Decision:
    """REVIEWED → SETTLED; the whistle is supervised no longer."""
    s = _row(rows, c)
    _district(s, ctx, "close")
    return _ended(s, said.SupervisionClosed(supervision=s.id, whistle=s.whistle))


def lift(rows: Rows, c: Lift, ctx: Context) -> Decision:
    """Called off, with the reason; the whistle is supervised no longer."""
    s = _row(rows, c)
    _district(s, ctx, "lift")
    texts = Texts(ctx)
    ref = texts.keep(c.reason, "supervision")
    return _ended(s, said.SupervisionLifted(supervision=s.id, whistle=s.whistle, reason_ref=ref), texts.private)


def _ended(s: Supervision, fact: Fact, private: Sequence[Private] = ()) -> Decision:
    free = said.WhistleSupervised(whistle=s.whistle, supervision=s.id, number=s.number, form="")
    emits = (Emit(fact, (SUPERVISION_CASE.key(s.id),)), Emit(free, (WHISTLE.key(s.whistle),)))
    return Decision(emits, tuple(private), {"supervision": s.id})


def _checks(event: str) -> Callable[[Supervision, Context], None]:
    return lambda s, ctx: _district(s, ctx, event)


CHECKS: dict[str, Callable[[Supervision, Context], None]] = {
    "supervision.answer": check_answer,
    "supervision.review": _checks("review"),
    "supervision.send_back": _checks("send_back"),
    "supervision.raise": _checks("raise"),
    "supervision.close": _checks("close"),
    "supervision.lift": _checks("lift"),
}
"""The guard of every command on a supervision."""


def _on_supervision(c: OnSupervision, ctx: Context) -> Iterable[Key]:
    return (SUPERVISION_CASE.key(c.supervision),)


def _command(name: str, struct: type[Any], decide: Any, roles: tuple[str, ...], **rest: Any) -> Command[Any]:
    return Command(
        f"supervision.{name}",
        struct,
        _on_supervision,
        decide,
        roles=roles,
        kind="supervision_case",
        matter_field="supervision",
        **rest,
    )


COMMANDS: tuple[Command[Any], ...] = (
    command_on("whistle.supervise", Supervise, supervise, COORDINATOR, tone="danger", order=78),
    _command(
        "answer",
        GiveAnswer,
        answer,
        ANSWERERS,
        prepare=stored_evidence,
        tone="primary",
        surfaces=("matter", "phone"),
        order=10,
    ),
    _command("review", Review, review, COORDINATOR, tone="primary", order=20),
    _command("send_back", SendBack, send_back, COORDINATOR, order=21),
    _command("raise", Raise, raise_form, COORDINATOR, tone="danger", order=30),
    _command("close", Close, close, COORDINATOR, tone="primary", order=22),
    _command("lift", Lift, lift, COORDINATOR, order=40),
)
