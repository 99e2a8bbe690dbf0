"""What the insurer does with a claim until it has a view (domain rules 10.6): register, survey, documents, assess."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.insurance import claims as said
from shuniu.contracts.insurance.claims import DenialGround, LossItem, WantedDocument
from shuniu.rules.calendar import local
from shuniu.rules.evidence import check_evidence
from shuniu.rules.refusal import Conflict, FieldError, Unprocessable

from shuniu_insurance.claims.claim import CLAIM, OnClaim, claim_in, command_on, said_of
from shuniu_insurance.claims.lifecycle import COMMUNITY, INSURER, SURVEYORS
from shuniu_insurance.claims.report import Kind, policy_for
from shuniu_insurance.claims.rules import check, limit_of
from shuniu_insurance.claims.state import Claim
from shuniu_insurance.fields import EvidenceList, Fen, LongText, Reason, Reference, Sealed, files, told_as
from shuniu_insurance.policies.kinds import event_kinds
from shuniu_insurance.policies.policy import POLICY_ROW

__all__ = ("COMMANDS", "GivenItems", "items_of", "register_move")


class RegisterClaim(OnClaim, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The insurer takes the claim into its books (立案). ``same_accident_as``: another claim from the same accident,
    with which it shares the limit of the event."""

    insurer_number: Reference
    event_kind: Kind = ""
    same_accident_as: Annotated[str, Meta(max_length=64)] = ""


class SurveyClaim(OnClaim, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was found at the place (现场查勘)."""

    arrived_at: Annotated[datetime, Meta(tz=True, extra_json_schema={"x-widget": "datetime"})]
    found: Reason
    evidence: EvidenceList = ()


class DeclareRelation(OnClaim, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Say in what relation one stands to the claimant (申报回避)."""

    relation: said.Relation


class AskDocuments(OnClaim, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The one list of missing documents (§22)."""

    wanted: Annotated[tuple[WantedDocument, ...], Meta(min_length=1, max_length=9)]
    note: LongText = ""


class CompleteDocuments(OnClaim, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything is there (资料齐全). ``complex`` claims have the law's 30 days, others the shorter limit."""

    complex: bool = False
    evidence: EvidenceList = ()


class GivenItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the amount, in fen."""

    item: said.LossItemKind
    amount: Fen


GivenItems = Annotated[tuple[GivenItem, ...], Meta(max_length=5)]


class AssessClaim(OnClaim, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The insurer's view (核定): items, or no cover and on what ground."""

    items: GivenItems = ()
    ground: DenialGround | None = None
    reason: LongText = ""


class DenyClaim(OnClaim, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tell the claimant, with reasons, that nothing is paid (拒赔通知, §24)."""

    reason: Reason


def items_of(given: tuple[GivenItem, ...]) -> tuple[LossItem, ...]:
    """Items as facts say them. Unprocessable ``claim.items`` for an item named twice."""
    if len({i.item for i in given}) < len(given):
        raise Unprocessable("claim.items", fields=(FieldError("items", "twice"),))
    return tuple(LossItem(item=i.item, amount=i.amount) for i in given)


def register_move(o: Claim) -> str:
    """Registering comes before the certificate or after it."""
    return "register_later" if o.status == "CERTIFIED" else "register"


def _register_keys(c: RegisterClaim, ctx: Context) -> Iterable[Key]:
    yield CLAIM.key(c.claim)
    if c.same_accident_as:
        yield CLAIM.key(c.same_accident_as)


def _register_more(c: RegisterClaim, rows: Rows, ctx: Context) -> Iterable[Key]:
    o = rows.find(CLAIM, c.claim)
    return (POLICY_ROW.key(o.policy),) if o is not None else ()


def _incident(rows: Rows, c: RegisterClaim, o: Claim, event: str) -> str:
    if not c.same_accident_as:
        return o.incident
    other = rows.need(CLAIM, c.same_accident_as)
    same = (other.policy, other.area[:12], local(other.occurred_at).date())
    if other.id == o.id or same != (o.policy, o.area[:12], local(o.occurred_at).date()):
        wrong = (FieldError("same_accident_as", "does_not_fit"),)
        raise Unprocessable("claim.other_accident", state=o.status, event=event, fields=wrong)
    return other.incident


def register(rows: Rows, c: RegisterClaim, ctx: Context) -> Decision:
    """REGISTERED. Whoever registers signs no certificate for it, and the other way round."""
    o = claim_in(rows, c)
    move = register_move(o)
    check(move, o, ctx)
    kind = c.event_kind or o.event_kind
    with told_as(o.status, move):
        if kind not in event_kinds():
            raise Unprocessable("claim.kind_unknown", fields=(FieldError("event_kind", "unknown"),))
        if o.certified and kind != o.event_kind:
            raise Conflict("claim.kind_certified")
        _, cover = policy_for(rows, (o.policy,), o.occurred_at, o.area, kind, o.injured)
    fact = said.ClaimRegistered(
        claim=o.id,
        insurer_number=c.insurer_number,
        incident=_incident(rows, c, o, move),
        cover=cover.code,
        basis=cover.basis,
        event_kind=kind,
    )
    return said_of(o, fact)


def survey(rows: Rows, c: SurveyClaim, ctx: Context) -> Decision:
    """Somebody was there; the target of 30 minutes (4.9) is met or missed by when they came."""
    o = claim_in(rows, c)
    check("survey", o, ctx)
    with told_as(o.status, "survey"):
        if not o.reported_at <= c.arrived_at <= ctx.now:
            raise Unprocessable("claim.arrived_when", fields=(FieldError("arrived_at", "not_between"),))
        check_evidence(c.evidence)
    sealed = Sealed(ctx, o.id)
    fact = said.ClaimSurveyed(
        claim=o.id,
        arrived_at=c.arrived_at,
        found_ref=sealed.text(c.found, "claim.survey", 4),
        evidence=files(c.evidence),
    )
    return said_of(o, fact, sealed.private)


def declare_relation(rows: Rows, c: DeclareRelation, ctx: Context) -> Decision:
    """Whoever declares a relation signs nothing for this claim from now on."""
    o = claim_in(rows, c)
    check("declare_relation", o, ctx)
    return said_of(o, said.ClaimRelationDeclared(claim=o.id, relation=c.relation))


def ask_documents(rows: Rows, c: AskDocuments, ctx: Context) -> Decision:
    """DOCS, once (§22)."""
    o = claim_in(rows, c)
    check("ask_documents", o, ctx)
    sealed = Sealed(ctx, o.id)
    wanted = tuple(dict.fromkeys(c.wanted))
    fact = said.ClaimDocumentsAsked(claim=o.id, wanted=wanted, note_ref=sealed.text(c.note, "claim.documents"))
    return said_of(o, fact, sealed.private)


def complete_documents(rows: Rows, c: CompleteDocuments, ctx: Context) -> Decision:
    """The limits to assess (§23) and to pay in advance (§25) begin to run."""
    o = claim_in(rows, c)
    check("complete_documents", o, ctx)
    with told_as(o.status, "complete_documents"):
        check_evidence(c.evidence)
    assess = limit_of(o, ctx, "assess", "assess" if c.complex else "assess_simple")
    fact = said.ClaimDocumentsComplete(
        claim=o.id, complex=c.complex, evidence=files(c.evidence), terms=(assess, limit_of(o, ctx, "advance"))
    )
    return said_of(o, fact)


def assess(rows: Rows, c: AssessClaim, ctx: Context) -> Decision:
    """ASSESSED. Never below what was advanced: an advance is not taken back by a view."""
    o = claim_in(rows, c)
    check("assess", o, ctx)
    with told_as(o.status, "assess"):
        items = items_of(c.items)
        if bool(items) == (c.ground is not None) or (c.ground is not None and not c.reason.strip()):
            raise Unprocessable("claim.items_or_ground", fields=(FieldError("ground", "does_not_fit"),))
        amount = sum(i.amount for i in items)
        medical = sum(i.amount for i in items if i.item == "MEDICAL")
        if items and (amount < o.advanced or medical < o.advanced_medical):
            params = {"advanced": o.advanced}
            raise Unprocessable("claim.below_advance", fields=(FieldError("items", "out_of_range"),), params=params)
    sealed = Sealed(ctx, o.id)
    fact = said.ClaimAssessed(
        claim=o.id,
        covered=bool(items),
        items=items,
        amount=amount,
        ground=c.ground,
        reason_ref=sealed.text(c.reason, "claim.assessment", 4),
        terms=() if items else (limit_of(o, ctx, "tell_denial"),),
    )
    return said_of(o, fact, sealed.private)


def deny(rows: Rows, c: DenyClaim, ctx: Context) -> Decision:
    """DENIED: only what was assessed as not covered, with reasons, within 3 days (§24)."""
    o = claim_in(rows, c)
    check("deny", o, ctx)
    sealed = Sealed(ctx, o.id)
    ground: DenialGround = o.ground or "NOT_COVERED"
    fact = said.ClaimDenied(claim=o.id, ground=ground, reason_ref=sealed.text(c.reason, "claim.denial", 4))
    return said_of(o, fact, sealed.private)


COMMANDS: tuple[Command[Any], ...] = (
    command_on(
        "claim.register",
        RegisterClaim,
        register,
        INSURER,
        keys=_register_keys,
        more_keys=_register_more,
        tone="primary",
    ),
    command_on("claim.survey", SurveyClaim, survey, SURVEYORS, surfaces=("matter", "phone")),
    command_on("claim.declare_relation", DeclareRelation, declare_relation, COMMUNITY),
    command_on("claim.ask_documents", AskDocuments, ask_documents, INSURER),
    command_on("claim.complete_documents", CompleteDocuments, complete_documents, INSURER),
    command_on("claim.assess", AssessClaim, assess, INSURER, tone="primary"),
    command_on("claim.deny", DenyClaim, deny, INSURER, tone="danger"),
)
