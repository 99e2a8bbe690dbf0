"""Between receipt and acceptance (受理): not ours, on the spot, corrected once, accepted, with gaps (§32)."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.clock import Term
from shuniu.contracts.services_desk.cases import (
    CaseAccepted,
    CaseAcceptedWithGaps,
    CaseCorrectionAsked,
    CaseDecided,
    CaseGapsFilled,
    CaseRefused,
    CaseResubmitted,
    RefusalGround,
)
from shuniu.contracts.services_desk.catalogue import Guide
from shuniu.rules.limits import deadline
from shuniu.rules.refusal import Conflict, FieldError, Unprocessable

from shuniu_services_desk.cases.case import (
    CASE,
    HOLDING,
    OnCase,
    as_clerk,
    case_in,
    check_move,
    command_on,
    decided,
    given,
    tasks_of,
)
from shuniu_services_desk.cases.receipts import ReceiptKind, receipt
from shuniu_services_desk.cases.state import Case
from shuniu_services_desk.cases.terms import accept_terms, deliver_term, gap_term, last_day, part_terms
from shuniu_services_desk.catalogue.items import ITEM
from shuniu_services_desk.fields import Code, Codes, Day, LongText, Sealing, UnitCode, check_unit, today, wrong
from shuniu_services_desk.roles import DESK
from shuniu_services_desk.settings import profile_of

__all__ = (
    "COMMANDS",
    "check_accept",
    "check_accept_gap",
    "check_bring_gap",
    "check_correct",
    "check_refuse",
    "check_resubmit",
    "check_settle",
    "guide_in",
    "item_of",
    "latest_gap",
    "with_receipt",
)

CASES = "desk.case"
"""Purpose code of what is written while a case is handled (domain rules 7.1)."""
Came = Literal["WINDOW", "ONLINE", "HOME_VISIT"]


class Refuse(OnCase, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Not needed, or not ours: said at once, with where to go."""

    ground: RefusalGround
    where_unit: UnitCode = ""
    where: LongText = ""
    """Where to go, in words."""


class Settle(OnCase, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Done while the applicant waits (即办)."""


class Correct(OnCase, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tell once and completely what is missing or not in order."""

    materials: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=60)]
    note: LongText = ""


class Bring(OnCase, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Materials that were asked for came."""

    handed: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=60)]
    channel: Came = "WINDOW"


class Accept(OnCase, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Complete and in order."""


class AcceptGap(OnCase, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Accept although something is missing, on a written promise (容缺受理)."""

    until: Day
    promise: bool
    """The applicant promised in writing, told what is missing, by when, and what follows otherwise."""
    good_credit: bool = True
    """False: the applicant broke such a promise before; then it is not allowed (domain rules 3.24)."""
    handed: Codes = ()


def item_of(c: Any, rows: Rows, ctx: Context) -> Iterable[Key]:
    """The item's row, whose version the case keeps."""
    found = rows.find(CASE, c.case)
    return (ITEM.key(found.item),) if found is not None else ()


def guide_in(rows: Rows, c: Case) -> Guide:
    """The version the case was submitted by, whatever was published since."""
    return rows.need(ITEM, c.item).version(c.version).guide


def with_receipt(c: Case, guide: Guide, kind: ReceiptKind, ctx: Context, **more: Any) -> Any:
    """A receipt for the case under the prepared code: (events, private)."""
    codes = given(ctx).documents
    on = (CASE.key(c.id),)
    return receipt(c, kind, codes[0] if codes else "", given(ctx).name, guide, ctx, on=on, **more)


def check_refuse(c: Case, ctx: Context) -> None:
    """The desk, at once."""
    as_clerk(c, ctx, "refuse")
    check_move(c, "refuse")
    assert c.received_at is not None
    profile = profile_of(ctx)
    if ctx.now >= deadline(c.received_at, profile.limit("refuse"), ctx.calendar, profile.hours).due_at:
        raise Conflict("case.refuse_at_once", state=c.status, event="refuse")


def refuse(rows: Rows, q: Refuse, ctx: Context) -> Decision:
    """→ REFUSED; who is told that it is not ours is told whose it is (§32 (2))."""
    c = case_in(rows, q)
    check_refuse(c, ctx)
    if q.ground == "NOT_OURS" and not (q.where_unit or q.where.strip()):
        raise wrong("case.where_to_go", "where", "missing", "refuse", c.status)
    if q.where_unit:
        check_unit(q.where_unit, "where_unit", "refuse", ctx)
    sealing = Sealing(ctx)
    fact = CaseRefused(
        case=c.id, ground=q.ground, where_unit=q.where_unit, where_ref=sealing.text(q.where, CASES, c.id)
    )
    unit = ctx.registry.get("unit", q.where_unit) if q.where_unit else None
    told = unit.title.zh if unit is not None else q.where_unit
    emits, private = with_receipt(c, guide_in(rows, c), "desk_refused", ctx, words=(told, q.where))
    return decided(c, [fact], (*sealing.private, *private), emits)


def check_settle(c: Case, ctx: Context) -> None:
    """The desk, with everything there."""
    as_clerk(c, ctx, "settle")
    check_move(c, "settle")
    _complete(c, "settle")
    if c.partners:
        raise Conflict("case.settle_alone", state=c.status, event="settle")


def _complete(c: Case, event: str) -> None:
    if c.missing:
        params = {"materials": ", ".join(c.missing)}
        raise Conflict("case.materials_missing", state=c.status, event=event, params=params)


def settle(rows: Rows, q: Settle, ctx: Context) -> Decision:
    """SUBMITTED → DECIDED, granted."""
    c = case_in(rows, q)
    check_settle(c, ctx)
    fact = CaseDecided(case=c.id, granted=True, unit=c.unit, on_the_spot=True, term=deliver_term(c, ctx))
    emits, private = with_receipt(c, guide_in(rows, c), "desk_decided", ctx, words=("line.granted",))
    return decided(c, [fact], private, emits)


def check_correct(c: Case, ctx: Context) -> None:
    """The desk, once."""
    as_clerk(c, ctx, "correct")
    if c.corrections:
        raise Conflict("case.correct_once", state=c.status, event="correct")
    check_move(c, "correct")


def correct(rows: Rows, q: Correct, ctx: Context) -> Decision:
    """→ CORRECTION: a complete list of materials of the guide; nothing that is held already, nothing forgotten."""
    c = case_in(rows, q)
    check_correct(c, ctx)
    guide = guide_in(rows, c)
    _in_guide(c, guide, q.materials, "materials", "correct")
    for n, code in enumerate(q.materials):
        if code in c.reused:
            raise wrong("case.asked_twice", f"materials.{n}", "twice", "correct", c.status, material=code)
    forgotten = [m for m in c.missing if m not in q.materials]
    if forgotten:
        params = {"materials": ", ".join(forgotten)}
        fields = (FieldError("materials", "missing"),)
        raise Unprocessable("case.list_incomplete", state=c.status, event="correct", fields=fields, params=params)
    sealing = Sealing(ctx)
    materials = tuple(dict.fromkeys(q.materials))
    fact = CaseCorrectionAsked(
        case=c.id,
        materials=materials,
        flawed=tuple(m for m in materials if m in c.handed),
        note_ref=sealing.text(q.note, CASES, c.id),
    )
    emits, private = with_receipt(
        c, guide, "desk_correction", ctx, list_title="line.to_correct", materials=materials, words=(q.note,)
    )
    return decided(c, [fact], (*sealing.private, *private), emits, on=_holding(ctx))


def _in_guide(c: Case, guide: Guide, materials: Iterable[str], field: str, event: str) -> None:
    known = {m.code for m in guide.materials}
    for n, code in enumerate(materials):
        if code not in known:
            raise wrong("case.not_in_guide", f"{field}.{n}", "unknown", event, c.status, material=code)


def check_resubmit(c: Case, ctx: Context) -> None:
    """The desk, where something was asked for."""
    as_clerk(c, ctx, "resubmit")
    check_move(c, "resubmit")


def _holding(ctx: Context) -> tuple[Key, ...]:
    return (HOLDING.key(given(ctx).applicant),) if given(ctx).applicant else ()


def resubmit(rows: Rows, q: Bring, ctx: Context) -> Decision:
    """CORRECTION → ACCEPTED once the listed materials are there; what the list did not name is not asked for."""
    c = case_in(rows, q)
    check_resubmit(c, ctx)
    guide = guide_in(rows, c)
    _in_guide(c, guide, q.handed, "handed", "resubmit")
    left = tuple(m for m in c.missing if m not in q.handed)
    if left:
        params = {"materials": ", ".join(left)}
        raise Conflict("case.list_not_met", state=c.status, event="resubmit", params=params)
    terms = accept_terms(c, ctx.now, ctx)
    fact = CaseResubmitted(
        case=c.id, handed=q.handed, channel=q.channel, unit=c.unit, tasks=tasks_of(c), terms=_with_parts(c, terms, ctx)
    )
    emits, private = with_receipt(c, guide, "desk_accepted", ctx, due=last_day(terms[-1].due_at))
    return decided(c, [fact], private, emits, on=_holding(ctx))


def _with_parts(c: Case, terms: tuple[Term, ...], ctx: Context) -> tuple[Term, ...]:
    return (*terms, *part_terms(c, tasks_of(c), ctx))


def check_accept(c: Case, ctx: Context) -> None:
    """The desk, with everything there."""
    as_clerk(c, ctx, "accept")
    check_move(c, "accept")
    _complete(c, "accept")


def accept(rows: Rows, q: Accept, ctx: Context) -> Decision:
    """SUBMITTED → ACCEPTED (§32 (5)); the limits to decide run."""
    c = case_in(rows, q)
    check_accept(c, ctx)
    terms = accept_terms(c, ctx.now, ctx)
    fact = CaseAccepted(case=c.id, unit=c.unit, tasks=tasks_of(c), terms=_with_parts(c, terms, ctx))
    emits, private = with_receipt(c, guide_in(rows, c), "desk_accepted", ctx, due=last_day(terms[-1].due_at))
    return decided(c, [fact], private, emits)


def check_accept_gap(c: Case, ctx: Context) -> None:
    """The desk, where something is missing."""
    as_clerk(c, ctx, "accept_gap")
    check_move(c, "accept_gap")
    if not c.missing:
        raise Conflict("case.nothing_missing", state=c.status, event="accept_gap")


def latest_gap(c: Case, ctx: Context) -> Any:
    """The latest day a promise may name: the last one of the limit to decide, which it may not outlive."""
    return last_day(accept_terms(c, ctx.now, ctx)[0].due_at)


def accept_gap(rows: Rows, q: AcceptGap, ctx: Context) -> Decision:
    """→ ACCEPTED_GAP: only materials flagged for it, on a written promise, by somebody who keeps promises."""
    c = case_in(rows, q)
    check_accept_gap(c, ctx)
    guide = guide_in(rows, c)
    _in_guide(c, guide, q.handed, "handed", "accept_gap")
    gaps = tuple(m for m in c.missing if m not in q.handed)
    able = {m.code for m in guide.materials if m.gap_allowed}
    if not gaps:
        raise Conflict("case.nothing_missing", state=c.status, event="accept_gap")
    if not set(gaps) <= able:
        params = {"materials": ", ".join(m for m in gaps if m not in able)}
        raise Conflict("case.not_gap_able", state=c.status, event="accept_gap", params=params)
    if not q.promise:
        raise wrong("case.promise_needed", "promise", "missing", "accept_gap", c.status)
    if not q.good_credit:
        raise Conflict("case.promise_broken_before", state=c.status, event="accept_gap")
    if not today(ctx) < q.until <= latest_gap(c, ctx):
        last = latest_gap(c, ctx).isoformat()
        raise wrong("case.gap_date", "until", "not_between", "accept_gap", c.status, to=last)
    terms = (*accept_terms(c, ctx.now, ctx), gap_term(c, q.until, ctx))
    fact = CaseAcceptedWithGaps(
        case=c.id, gaps=gaps, until=q.until, unit=c.unit, tasks=tasks_of(c), terms=_with_parts(c, terms, ctx)
    )
    emits, private = with_receipt(
        c,
        guide,
        "desk_accepted",
        ctx,
        list_title="line.gaps",
        materials=gaps,
        due=q.until,
        words=("line.gap_consequence",),
    )
    facts: list[Any] = [fact]
    return decided(c, facts, private, emits)


def check_bring_gap(c: Case, ctx: Context) -> None:
    """The desk, where something was promised."""
    as_clerk(c, ctx, "bring_gap")
    check_move(c, "bring_gap")


def bring_gap(rows: Rows, q: Bring, ctx: Context) -> Decision:
    """What was promised came; with the last of it → ACCEPTED."""
    c = case_in(rows, q)
    check_bring_gap(c, ctx)
    for n, code in enumerate(q.handed):
        if code not in c.gaps:
            raise wrong("case.not_promised", f"handed.{n}", "unknown", "bring_gap", c.status, material=code)
    left = tuple(m for m in c.gaps if m not in q.handed)
    fact = CaseGapsFilled(case=c.id, handed=q.handed, left=left, channel=q.channel)
    return decided(c, [fact], on=_holding(ctx))


def _command(name: str, struct: type[msgspec.Struct], decide: Any, order: int, **rest: Any) -> Command[Any]:
    return command_on(f"case.{name}", struct, decide, DESK, order=order, more_keys=item_of, **rest)


COMMANDS: tuple[Command[Any], ...] = (
    _command("accept", Accept, accept, 30, tone="primary"),
    _command("settle", Settle, settle, 31, tone="primary"),
    _command("correct", Correct, correct, 32),
    _command("resubmit", Bring, resubmit, 33, tone="primary"),
    _command("accept_gap", AcceptGap, accept_gap, 34),
    _command("bring_gap", Bring, bring_gap, 35, tone="primary"),
    _command("refuse", Refuse, refuse, 36, tone="danger"),
)
