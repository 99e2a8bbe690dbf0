"""Commands on a hazard: from finding to striking off (domain rules 10.7)."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.terms import term, term_until
from shuniu.contracts.clock import Term
from shuniu.contracts.envelope import Fact
from shuniu.contracts.insurance import hazards as said
from shuniu.rules.evidence import check_evidence
from shuniu.rules.refusal import Conflict, FieldError, Unprocessable

from shuniu_insurance.fields import Day, EvidenceList, Hidden, Reason, Sealed, Version, files, today, told_as
from shuniu_insurance.hazards.data import data_of, level_of, profile_of
from shuniu_insurance.hazards.kind import CELL, HAZARD_ROW
from shuniu_insurance.hazards.lifecycle import HAZARD
from shuniu_insurance.hazards.places import cell_id
from shuniu_insurance.hazards.rules import check_downgrade, guard, in_time
from shuniu_insurance.hazards.state import Hazard

__all__ = ("COMMANDS", "OnHazard", "hazard_in", "on_hazard", "say", "terms")

PURPOSE = "insurance.hazards"


class OnHazard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one hazard. With ``expected_version`` it is refused when the hazard has moved on since."""

    hazard: Hidden
    expected_version: Version | None = None


class Dismiss(OnHazard, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """There is none, or it is on the list already (不构成隐患)."""

    dismiss_reason: Literal["NOT_THERE", "NO_DANGER", "TWICE"]
    twin: Annotated[str, Meta(max_length=40)] = ""


class GiveGrade(OnHazard, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How great the danger is (分级)."""

    grade: said.Grade
    colour: said.Colour


class Regrade(GiveGrade, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another grade, with the reason (重新分级)."""

    reason: Reason


class WithReason(OnHazard, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A move that gives its reason."""

    reason: Reason


class Control(OnHazard, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Interim control until it is removed (临时管控)."""

    measure: Reason
    until: Day
    evidence: EvidenceList = ()


class Rectify(OnHazard, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Removed, with evidence (整改完成)."""

    evidence: EvidenceList
    note: Annotated[str, Meta(max_length=2000, extra_json_schema={"x-widget": "textarea"})] = ""


class Recheck(OnHazard, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It is gone (复查合格)."""

    evidence: EvidenceList = ()


class AskAcceptance(OnHazard, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask that the risk be borne until a review; a major one is put before the public (申请风险接受)."""

    reason: Reason
    review_on: Day
    public_text: Annotated[str, Meta(max_length=2000, extra_json_schema={"x-widget": "textarea"})] = ""


def hazard_in(rows: Rows, c: OnHazard, move: str, ctx: Context) -> Hazard:
    """The hazard of a command, if this actor may make the move now."""
    row = rows.need(HAZARD_ROW, c.hazard, c.expected_version, move)
    guard(move, row, ctx)
    return row


def terms(row: Hazard | None, ctx: Context, *names: str, grade: str = "") -> tuple[Term, ...]:
    """The limits that start to run now, by the hazard's grade."""
    profile = profile_of(ctx)
    grade = grade or (row.grade if row else "")
    return tuple(
        term(ctx, n, profile.limit(f"{n}.{grade}", n), profile, clocks=row.clocks if row else ()) for n in names
    )


def say(row: Hazard, *facts: Fact, private: Iterable[Private] = (), also: Iterable[Key] = ()) -> Decision:
    """Facts of one hazard; ``also`` are further rows the first of them evolves."""
    key = HAZARD_ROW.key(row.id)
    emits = tuple(Emit(f, (key, *(also if i == 0 else ())), row.area) for i, f in enumerate(facts))
    return Decision(emits, tuple(private), {"hazard": row.id, "number": row.number})


def sealed(ctx: Context, row: Hazard, text: str) -> tuple[str, list[Private]]:
    """A text kept apart: its ref, and what is to be kept."""
    keeper = Sealed(ctx, row.id)
    return keeper.text(text, PURPOSE), keeper.private


def cell_keys(row: Hazard) -> tuple[Key, ...]:
    """The cell of the map it lies in."""
    cell = cell_id(row.place)
    return (CELL.key(cell),) if cell else ()


def _verify(row: Hazard, c: OnHazard, ctx: Context) -> Decision:
    return say(row, said.HazardVerified(hazard=row.id, terms=terms(row, ctx, "grade")))


def _dismiss(row: Hazard, c: Dismiss, ctx: Context) -> Decision:
    if (c.dismiss_reason == "TWICE") != bool(c.twin.strip()):
        fields = (FieldError("twin", "missing" if not c.twin.strip() else "not_taken"),)
        raise Unprocessable("hazard.twin", state=row.status, event="dismiss", fields=fields)
    fact = said.HazardDismissed(hazard=row.id, reason=c.dismiss_reason, twin=c.twin.strip())
    return say(row, fact, also=cell_keys(row))


def _report_up(row: Hazard, c: OnHazard, ctx: Context) -> Decision:
    unit = ctx.actor.units[0] if ctx.actor.units else ""
    return say(row, said.HazardReportedUp(hazard=row.id, unit=unit))


def _grade(row: Hazard, c: GiveGrade, ctx: Context) -> Decision:
    _check_colour(row, c, "grade")
    graded = said.HazardGraded(
        hazard=row.id,
        grade=c.grade,
        colour=c.colour,
        level=level_of(ctx.actor.roles, ctx),
        terms=terms(row, ctx, "route", "cancel", grade=c.grade),
    )
    major = (said.HazardSupervised(hazard=row.id, supervised=True),) if c.grade == "MAJOR" else ()
    return say(row, graded, *major)


def _check_colour(row: Hazard, c: GiveGrade, move: str) -> None:
    """A major hazard is red or orange, a general one is not red (design choice: the two scales agree)."""
    if (c.grade == "MAJOR") != (c.colour in ("RED", "ORANGE")):
        fields = (FieldError("colour", "does_not_fit"),)
        raise Unprocessable("hazard.colour", state=row.status, event=move, fields=fields)


def _regrade(row: Hazard, c: Regrade, ctx: Context) -> Decision:
    _check_colour(row, c, "regrade")
    check_downgrade(row, c.grade, c.colour, ctx)
    ref, private = sealed(ctx, row, c.reason)
    other = c.grade != row.grade
    running = tuple(k.id for k in row.clocks if k.state == "running" and k.id == "rectify")
    regraded = said.HazardRegraded(
        hazard=row.id,
        grade=c.grade,
        colour=c.colour,
        level=level_of(ctx.actor.roles, ctx),
        reason_ref=ref,
        terms=terms(row, ctx, *running, "cancel", grade=c.grade) if other else (),
    )
    watched = (said.HazardSupervised(hazard=row.id, supervised=c.grade == "MAJOR"),) if other else ()
    return say(row, regraded, *watched, private=private)


def _give_back(row: Hazard, c: WithReason, ctx: Context) -> Decision:
    ref, private = sealed(ctx, row, c.reason)
    return say(row, said.HazardReturned(hazard=row.id, reason_ref=ref, terms=terms(row, ctx, "route")), private=private)


def _start(row: Hazard, c: OnHazard, ctx: Context) -> Decision:
    return say(row, said.HazardRectifying(hazard=row.id, terms=terms(row, ctx, "rectify")))


def _control(row: Hazard, c: Control, ctx: Context) -> Decision:
    _check_day(c.until, data_of(ctx).days.control_most, "until", row, "control", ctx)
    evidence = check_evidence(c.evidence)
    ref, private = sealed(ctx, row, c.measure)
    fact = said.HazardControlled(hazard=row.id, measure_ref=ref, until=c.until, evidence=files(evidence))
    return say(row, fact, private=private)


def _check_day(day: date, most: int, field: str, row: Hazard, move: str, ctx: Context) -> None:
    if not today(ctx) <= day <= today(ctx) + timedelta(days=most):
        params = {"most": most}
        raise Unprocessable(
            "hazard.day", state=row.status, event=move, fields=(FieldError(field, "not_between"),), params=params
        )


def _resume(row: Hazard, c: OnHazard, ctx: Context) -> Decision:
    return say(row, said.HazardResumed(hazard=row.id))


def _rectify(row: Hazard, c: Rectify, ctx: Context) -> Decision:
    with told_as(row.status, "rectify"):
        evidence = check_evidence(c.evidence, least=1)
    ref, private = sealed(ctx, row, c.note)
    fact = said.HazardRectified(hazard=row.id, evidence=files(evidence), text_ref=ref, terms=terms(row, ctx, "recheck"))
    return say(row, fact, private=private)


def _recheck(row: Hazard, c: Recheck, ctx: Context) -> Decision:
    with told_as(row.status, "recheck"):
        # What the government removed came without our own evidence: the recheck brings it.
        evidence = check_evidence(c.evidence, least=1 if row.way == "GOV" else 0)
    return say(row, said.HazardRechecked(hazard=row.id, evidence=files(evidence)))


def _fail_recheck(row: Hazard, c: WithReason, ctx: Context) -> Decision:
    ref, private = sealed(ctx, row, c.reason)
    reroute = row.way == "GOV"
    again = terms(row, ctx, "route" if reroute else "rectify")
    fact = said.HazardRecheckFailed(hazard=row.id, reason_ref=ref, reroute=reroute, terms=again)
    return say(row, fact, private=private)


def _cancel_off(row: Hazard, c: OnHazard, ctx: Context) -> Decision:
    until = today(ctx) + timedelta(days=data_of(ctx).days.reopen)
    fact = said.HazardCancelledOff(hazard=row.id, in_time=in_time(row, ctx), reopen_until=until)
    return say(row, fact, also=cell_keys(row))


def _reopen(row: Hazard, c: WithReason, ctx: Context) -> Decision:
    ref, private = sealed(ctx, row, c.reason)
    fact = said.HazardReopened(hazard=row.id, reason_ref=ref, terms=terms(row, ctx, "route", "cancel"))
    return say(row, fact, private=private, also=cell_keys(row))


def _ask_acceptance(row: Hazard, c: AskAcceptance, ctx: Context) -> Decision:
    _check_day(c.review_on, data_of(ctx).days.review_most, "review_on", row, "ask_acceptance", ctx)
    if row.grade == "MAJOR" and len(c.public_text.strip()) < 10:
        fields = (FieldError("public_text", "missing"),)
        raise Unprocessable("hazard.major_public", state=row.status, event="ask_acceptance", fields=fields)
    if row.referral is not None:
        raise Conflict("hazard.gov_follows_referral", state=row.status, event="ask_acceptance")
    keeper = Sealed(ctx, row.id)
    fact = said.HazardAcceptanceAsked(
        hazard=row.id,
        reason_ref=keeper.text(c.reason, PURPOSE),
        level=level_of(ctx.actor.roles, ctx),
        review_on=c.review_on,
        public_text_ref=keeper.text(c.public_text, PURPOSE, 2),
    )
    return say(row, fact, private=keeper.private)


def _accept_risk(row: Hazard, c: OnHazard, ctx: Context) -> Decision:
    assert row.asked is not None  # the guard said so
    if row.referral is not None:
        raise Conflict("hazard.gov_follows_referral", state=row.status, event="accept_risk")
    if row.grade == "MAJOR" and not row.asked.public:
        # It was graded up after somebody asked: they ask again, with the words the public will read.
        raise Conflict("hazard.major_public", state=row.status, event="accept_risk")
    if row.asked.review_on < today(ctx):
        raise Conflict("hazard.review_ahead", state=row.status, event="accept_risk")
    review = term_until(ctx, "review", row.asked.review_on, profile_of(ctx), clocks=row.clocks)
    fact = said.HazardRiskAccepted(
        hazard=row.id,
        review_on=row.asked.review_on,
        public=row.asked.public,
        level=level_of(ctx.actor.roles, ctx),
        terms=(review,),
    )
    return say(row, fact)


def _refuse_acceptance(row: Hazard, c: WithReason, ctx: Context) -> Decision:
    ref, private = sealed(ctx, row, c.reason)
    return say(row, said.HazardAcceptanceRefused(hazard=row.id, reason_ref=ref), private=private)


def _take_up(row: Hazard, c: OnHazard, ctx: Context) -> Decision:
    return say(row, said.HazardTakenUp(hazard=row.id, terms=terms(row, ctx, "route", "cancel")))


C = TypeVar("C", bound=OnHazard)


def on_hazard(
    move: str, struct: type[C], decide: Callable[[Hazard, C, Context], Decision], order: int, **rest: Any
) -> Command[C]:
    """The command of a move people make on a hazard."""

    def decided(rows: Rows, c: C, ctx: Context) -> Decision:
        return decide(hazard_in(rows, c, move, ctx), c, ctx)

    return Command(
        f"hazard.{move}",
        struct,
        lambda c, ctx: (HAZARD_ROW.key(c.hazard),),
        decided,
        roles=HAZARD.move(move).roles,
        kind=HAZARD.kind,
        matter_field="hazard",
        order=order,
        **rest,
    )


COMMANDS: tuple[Command[Any], ...] = (
    on_hazard("verify", OnHazard, _verify, 301, tone="primary", icon="tick"),
    on_hazard("dismiss", Dismiss, _dismiss, 302, tone="danger"),
    on_hazard("report_up", OnHazard, _report_up, 303, icon="up"),
    on_hazard("grade", GiveGrade, _grade, 304, tone="primary", icon="flag"),
    on_hazard("regrade", Regrade, _regrade, 305),
    on_hazard("give_back", WithReason, _give_back, 308, icon="back"),
    on_hazard("start", OnHazard, _start, 309, tone="primary", icon="wrench"),
    on_hazard("control", Control, _control, 310, icon="shield"),
    on_hazard("resume", OnHazard, _resume, 311, icon="next"),
    on_hazard("rectify", Rectify, _rectify, 312, tone="primary", icon="tick"),
    on_hazard("recheck", Recheck, _recheck, 313, tone="primary", icon="tick"),
    on_hazard("fail_recheck", WithReason, _fail_recheck, 314, tone="danger"),
    on_hazard("cancel_off", OnHazard, _cancel_off, 315, tone="primary", icon="check"),
    on_hazard("reopen", WithReason, _reopen, 316, tone="danger", icon="refresh"),
    on_hazard("ask_acceptance", AskAcceptance, _ask_acceptance, 317),
    on_hazard("accept_risk", OnHazard, _accept_risk, 318),
    on_hazard("refuse_acceptance", WithReason, _refuse_acceptance, 319, tone="danger"),
    on_hazard("take_up", OnHazard, _take_up, 320, tone="primary"),
)
