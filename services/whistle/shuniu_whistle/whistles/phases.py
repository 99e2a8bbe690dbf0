"""Staged remediation (分阶段整治): phases a called unit works on and the caller accepts (domain rules 10.1).

PLANNED → STARTED → SUBMITTED with evidence → ACCEPTED, or SENT_BACK → STARTED; a phase starts when those it waits for
are accepted, and the callout is finished with its last one. Planning them: ``planning.py``.
"""

from typing import Any

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision
from shuniu.chassis.rows import Rows
from shuniu.chassis.service import Command
from shuniu.contracts.whistle.whistles import PhaseAccepted, PhaseReturned, PhaseStarted, PhaseSubmitted
from shuniu.rules.evidence import check_evidence
from shuniu.rules.refusal import Conflict

from shuniu_whistle.whistles.authority import as_caller, as_outsider, as_worker, told_as
from shuniu_whistle.whistles.dependencies import blocking
from shuniu_whistle.whistles.evidence import stored_evidence
from shuniu_whistle.whistles.fields import (
    EvidenceList,
    LongText,
    OnPhase,
    Reason,
    Texts,
    evidence_refs,
    today,
)
from shuniu_whistle.whistles.lifecycles import CALLER_DOWN, DUTY, STREET
from shuniu_whistle.whistles.planning import working
from shuniu_whistle.whistles.state import Callout, Phase, Whistle
from shuniu_whistle.whistles.terms import date_term
from shuniu_whistle.whistles.whistle import callout_in, check_blown, command_on, decided, phase_in, whistle_in

__all__ = (
    "COMMANDS",
    "check_accept_phase",
    "check_send_back_phase",
    "check_start_phase",
    "check_submit_phase",
)


class StartPhase(OnPhase, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Begin it (开始阶段)."""

    evidence: EvidenceList = ()
    """How it looked before (整治前)."""


class SubmitPhase(OnPhase, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Show what was done (提交验收)."""

    evidence: EvidenceList
    note: LongText = ""


class AcceptPhase(OnPhase, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Accept it (验收通过)."""

    note: LongText = ""


class SendBackPhase(OnPhase, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Send it back (退回整改)."""

    reason: Reason


def check_start_phase(w: Whistle, c: Callout, p: Phase, ctx: Context) -> None:
    """The working unit; every phase it waits for must be accepted."""
    as_worker(w, c, ctx, "start_phase")
    working(w, c, "start_phase")
    check_blown(w, p, "start_phase")
    if waits := blocking(w, p):
        names = ", ".join(str(x.seq) for x in waits)
        raise Conflict("phase.one_after_another", state=p.status, event="start_phase", params={"seq": names})


def start_phase(rows: Rows, c: StartPhase, ctx: Context) -> Decision:
    """PLANNED or SENT_BACK → STARTED."""
    w = whistle_in(rows, c)
    callout = callout_in(w, c)
    phase = phase_in(callout, c)
    check_start_phase(w, callout, phase, ctx)
    with told_as(phase.status, "start_phase"):
        before = check_evidence(c.evidence)
    last = max(phase.due_on, today(ctx))
    started = PhaseStarted(
        whistle=w.id,
        callout=callout.id,
        phase=phase.id,
        term=date_term(w, "phase", phase.id, last, ctx),
        before=evidence_refs(before),
    )
    return decided(w, [started], ctx)


def check_submit_phase(w: Whistle, c: Callout, p: Phase, ctx: Context) -> None:
    """The working unit, while the phase is under way."""
    as_worker(w, c, ctx, "submit_phase")
    working(w, c, "submit_phase")
    check_blown(w, p, "submit_phase")


def submit_phase(rows: Rows, c: SubmitPhase, ctx: Context) -> Decision:
    """STARTED → SUBMITTED, with at least one piece of evidence."""
    w = whistle_in(rows, c)
    callout = callout_in(w, c)
    phase = phase_in(callout, c)
    check_submit_phase(w, callout, phase, ctx)
    with told_as(phase.status, "submit_phase"):
        evidence = check_evidence(c.evidence, least=1)
    texts = Texts(ctx)
    submitted = PhaseSubmitted(
        whistle=w.id,
        callout=callout.id,
        phase=phase.id,
        evidence=evidence_refs(evidence),
        note_ref=texts.keep(c.note),
    )
    return decided(w, [submitted], ctx, texts.private)


def _judging(w: Whistle, c: Callout, p: Phase, ctx: Context, event: str) -> None:
    as_outsider(c, ctx, event, "phase.own_work")
    as_caller(w, ctx, event, STREET, "phase.caller_accepts")
    working(w, c, event)
    check_blown(w, p, event)


def check_accept_phase(w: Whistle, c: Callout, p: Phase, ctx: Context) -> None:
    """The caller judges what was done, never the unit that did it."""
    _judging(w, c, p, ctx, "accept_phase")


def accept_phase(rows: Rows, c: AcceptPhase, ctx: Context) -> Decision:
    """SUBMITTED → ACCEPTED; with the last one the callout is finished."""
    w = whistle_in(rows, c)
    callout = callout_in(w, c)
    phase = phase_in(callout, c)
    check_accept_phase(w, callout, phase, ctx)
    texts = Texts(ctx)
    accepted = PhaseAccepted(whistle=w.id, callout=callout.id, phase=phase.id, note_ref=texts.keep(c.note))
    return decided(w, [accepted], ctx, texts.private)


def check_send_back_phase(w: Whistle, c: Callout, p: Phase, ctx: Context) -> None:
    """The caller judges what was done, never the unit that did it."""
    _judging(w, c, p, ctx, "send_back_phase")


def send_back_phase(rows: Rows, c: SendBackPhase, ctx: Context) -> Decision:
    """SUBMITTED → SENT_BACK, with the reason."""
    w = whistle_in(rows, c)
    callout = callout_in(w, c)
    phase = phase_in(callout, c)
    check_send_back_phase(w, callout, phase, ctx)
    texts = Texts(ctx)
    returned = PhaseReturned(whistle=w.id, callout=callout.id, phase=phase.id, reason_ref=texts.keep(c.reason))
    return decided(w, [returned], ctx, texts.private)


_WORKERS = (*DUTY, *STREET)
_ANY_SIDE = (*_WORKERS, *CALLER_DOWN)

COMMANDS: tuple[Command[Any], ...] = (
    command_on(
        "whistle.start_phase", StartPhase, start_phase, _WORKERS, tone="primary", prepare=stored_evidence, order=41
    ),
    command_on(
        "whistle.submit_phase",
        SubmitPhase,
        submit_phase,
        _WORKERS,
        tone="primary",
        prepare=stored_evidence,
        surfaces=("matter", "phone"),
        order=42,
    ),
    command_on("whistle.accept_phase", AcceptPhase, accept_phase, _ANY_SIDE, tone="primary", order=43),
    command_on("whistle.send_back_phase", SendBackPhase, send_back_phase, _ANY_SIDE, order=44),
)
