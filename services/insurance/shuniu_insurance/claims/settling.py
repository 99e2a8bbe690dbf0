"""From agreement to the end (domain rules 4.11, 10.6): pay, advance, mediate, court, recourse, close, erase."""

from collections.abc import Iterable
from typing import Annotated, Any

from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.insurance import claims as said
from shuniu.contracts.insurance.claims import ClosedAs, Payee
from shuniu.rules.calendar import local
from shuniu.rules.refusal import Conflict, FieldError, Forbidden, Unprocessable

from shuniu_insurance.claims.answers import room_rows
from shuniu_insurance.claims.claim import CLAIM, RECOVERY, OnClaim, claim_in, command_on, said_of
from shuniu_insurance.claims.handling import GivenItems, items_of
from shuniu_insurance.claims.lifecycle import AUTHORITIES, INSURER, PAYERS
from shuniu_insurance.claims.prepare import Prepared, prepare_person, prepare_refs
from shuniu_insurance.claims.rules import check, limit_of
from shuniu_insurance.claims.state import Claim
from shuniu_insurance.fields import Fen, Reason, Reference, Sealed, told_as
from shuniu_insurance.policies.covers import Asked, check_room, room_keys
from shuniu_insurance.policies.policy import POLICY_ROW

__all__ = ("COMMANDS", "RECOVERY_NUMBERS", "outcome_of", "recovery_opened")

RECOVERY_NUMBERS = "ZC"
"""Prefix of the numbers of recoveries (追偿), e.g. ZC261123-0001."""


class PayClaim(OnClaim, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The money went out (支付赔款). ``amount`` is what is still owed: what was agreed is not lowered."""

    amount: Annotated[int, Meta(ge=0, le=10**12)]
    payee: Payee
    reference: Reference
    third_party_reference: Annotated[str, Meta(max_length=60)] = ""
    """Proof that the insured has paid the third party, before the insured is paid (§65)."""


class AdvanceClaim(OnClaim, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Pay what can be ascertained (先予支付, §25)."""

    amount: Fen
    medical: Annotated[int, Meta(ge=0, le=10**12)] = 0
    reference: Reference


class MediateClaim(OnClaim, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a mediation ended: with items both sides take, or with none (调解)."""

    items: GivenItems = ()


class LitigateClaim(OnClaim, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It lies before a court (诉讼)."""

    case_number: Annotated[str, Meta(min_length=4, max_length=60)]


class RecordJudgment(OnClaim, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the court decided: items, or nothing (判决)."""

    items: GivenItems = ()


class TakeRecourse(OnClaim, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A liable person was found (代位追偿, §60)."""

    amount: Fen
    debtor_name: Annotated[str, Meta(min_length=1, max_length=60)]
    debtor_contact: Annotated[str, Meta(max_length=100)] = ""


class CloseClaim(OnClaim, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing is left to do (结案)."""


class EraseClaim(OnClaim, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Destroy the personal data of an ended claim after limitation (PIPL §47); the claim itself stays."""

    reason: Reason


def _person(ctx: Context) -> str:
    return ctx.prepared.person if isinstance(ctx.prepared, Prepared) else ""


def _check_payee(o: Claim, c: PayClaim) -> None:
    if c.payee == "INSURED" and o.basis != "LIABILITY":
        raise Unprocessable("claim.payee_fits", fields=(FieldError("payee", "does_not_fit"),))
    if c.payee == "INSURED" and not c.third_party_reference.strip():
        raise Conflict("claim.third_party_first", fields=(FieldError("third_party_reference", "missing"),))


def pay(rows: Rows, c: PayClaim, ctx: Context) -> Decision:
    """PAID: exactly what was agreed less what was advanced, under the bank's reference."""
    o = claim_in(rows, c)
    check("pay", o, ctx)
    owed = (o.agreed or 0) - o.advanced
    with told_as(o.status, "pay"):
        _check_payee(o, c)
        if c.amount != owed:
            raise Conflict("claim.agreed_stays", fields=(FieldError("amount", "out_of_range"),), params={"owed": owed})
    fact = said.ClaimPaid(
        claim=o.id,
        amount=o.agreed or 0,
        paid=c.amount,
        payee=c.payee,
        reference=c.reference,
        third_party_reference=c.third_party_reference.strip(),
    )
    return said_of(o, fact)


def _room_more(c: OnClaim, rows: Rows, ctx: Context) -> Iterable[Key]:
    return room_rows(rows.find(CLAIM, c.claim), ctx)


def advance(rows: Rows, c: AdvanceClaim, ctx: Context) -> Decision:
    """ADVANCED: 60 days after complete documents without an amount; it takes of the limits like anything paid."""
    o = claim_in(rows, c)
    check("advance", o, ctx)
    person = _person(ctx)
    with told_as(o.status, "advance"):
        if not person:
            raise Conflict("claim.identity_first")
        if c.medical > c.amount:
            raise Unprocessable("claim.items", fields=(FieldError("medical", "out_of_range"),))
    cover = rows.need(POLICY_ROW, o.policy).cover_on(local(o.occurred_at).date(), o.cover)
    if cover is None:
        raise Conflict("claim.no_cover", state=o.status, event="advance")
    asked = Asked(amount=c.amount, medical=c.medical, incident=o.incident, person=person)
    room = check_room(rows, o.policy, cover, asked, o.status, "advance")
    fact = said.ClaimAdvanced(claim=o.id, amount=c.amount, medical=c.medical, reference=c.reference, room=room)
    return said_of(o, fact, (), *room_keys(o.policy, o.cover, o.incident, person))


def _check_items(o: Claim, items: tuple[said.LossItem, ...]) -> int:
    amount = sum(i.amount for i in items)
    medical = sum(i.amount for i in items if i.item == "MEDICAL")
    if items and (amount < o.advanced or medical < o.advanced_medical):
        params = {"advanced": o.advanced}
        raise Unprocessable("claim.below_advance", fields=(FieldError("items", "out_of_range"),), params=params)
    return amount


def mediate(rows: Rows, c: MediateClaim, ctx: Context) -> Decision:
    """MEDIATED."""
    o = claim_in(rows, c)
    check("mediate", o, ctx)
    with told_as(o.status, "mediate"):
        items = items_of(c.items)
        amount = _check_items(o, items)
    return said_of(o, said.ClaimMediated(claim=o.id, settled=bool(items), items=items, amount=amount))


def litigate(rows: Rows, c: LitigateClaim, ctx: Context) -> Decision:
    """LITIGATED."""
    o = claim_in(rows, c)
    check("litigate", o, ctx)
    return said_of(o, said.ClaimLitigated(claim=o.id, case_number=c.case_number))


def record_judgment(rows: Rows, c: RecordJudgment, ctx: Context) -> Decision:
    """Back to ASSESSED with what the court decided."""
    o = claim_in(rows, c)
    check("record_judgment", o, ctx)
    with told_as(o.status, "record_judgment"):
        items = items_of(c.items)
        amount = _check_items(o, items)
    terms = () if items else (limit_of(o, ctx, "tell_denial"),)
    return said_of(o, said.ClaimJudged(claim=o.id, covered=bool(items), items=items, amount=amount, terms=terms))


def recovery_opened(
    rows: Rows,
    o: Claim,
    ground: said.RecoveryGround,
    amount: int,
    ctx: Context,
    recovery: str = "",
    debtor_ref: str = "",
) -> said.RecoveryOpened:
    """The fact that opens a recovery for a claim."""
    return said.RecoveryOpened(
        recovery=recovery or ctx.new_id(),
        number=next_number(rows, RECOVERY_NUMBERS, ctx.now),
        claim=o.id,
        claim_number=o.number,
        ground=ground,
        amount=amount,
        area=o.area,
        insurer=o.insurer,
        debtor_ref=debtor_ref,
        on=local(ctx.now).date(),
    )


def _recourse_keys(c: TakeRecourse, ctx: Context) -> Iterable[Key]:
    return (CLAIM.key(c.claim), counter_key(RECOVERY_NUMBERS, ctx.now))


def recourse(rows: Rows, c: TakeRecourse, ctx: Context) -> Decision:
    """RECOURSE: up to what was paid (§60); a recovery is opened."""
    o = claim_in(rows, c)
    check("recourse", o, ctx)
    if c.amount > o.paid:
        wrong = (FieldError("amount", "out_of_range"),)
        raise Unprocessable("claim.recourse_most", state=o.status, event="recourse", fields=wrong)
    if o.recovery:
        raise Conflict("claim.recourse_paid", state=o.status, event="recourse")
    recovery = ctx.new_id()
    sealed = Sealed(ctx, recovery)
    debtor = {"debtor_name": c.debtor_name, "debtor_contact": c.debtor_contact}
    opened = recovery_opened(rows, o, "RECOURSE", c.amount, ctx, recovery, sealed.keep(debtor, "claim.recourse"))
    on = (RECOVERY.key(opened.recovery), counter_key(RECOVERY_NUMBERS, ctx.now))
    events = (
        Emit(said.ClaimRecourse(claim=o.id, recovery=opened.recovery), (CLAIM.key(o.id),)),
        Emit(opened, on),
    )
    return Decision(events, tuple(sealed.private), {"claim": o.id, "recovery": opened.recovery})


def outcome_of(o: Claim) -> ClosedAs:
    """How the claim ended."""
    if o.status in ("PAID", "RECOURSE"):
        return "PAID"
    if o.status == "CERT_REFUSED":
        return "NO_CERTIFICATE"
    return "DENIED" if o.status == "DENIED" else "SETTLED_OTHERWISE"


def close(rows: Rows, c: CloseClaim, ctx: Context) -> Decision:
    """CLOSED. A denied claim stays: within limitation it may be disputed still."""
    o = claim_in(rows, c)
    check("close", o, ctx)
    minutes = int((ctx.now - o.reported_at).total_seconds()) // 60
    return said_of(o, said.ClaimClosed(claim=o.id, outcome=outcome_of(o), minutes=minutes))


def erase(rows: Rows, c: EraseClaim, ctx: Context) -> Decision:
    """Personal data of an ended claim go after limitation, no day before (§26); nothing deletes the claim."""
    o = claim_in(rows, c)
    check("erase", o, ctx)
    if not ctx.actor.covers(ctx.scope):
        raise Forbidden("access.area", state=o.status, event="erase", params={"area": ctx.scope})
    refs = ctx.prepared.refs if isinstance(ctx.prepared, Prepared) else tuple(n.ref for n in o.notes)
    event = Emit(said.ClaimErased(claim=o.id), (CLAIM.key(o.id),), forget=refs)
    return Decision((event,), answer={"claim": o.id, "number": o.number})


def _why(c: EraseClaim) -> dict[str, str | int]:
    return {"reason": c.reason[:200]}


COMMANDS: tuple[Command[Any], ...] = (
    command_on("claim.pay", PayClaim, pay, PAYERS, tone="primary"),
    command_on("claim.advance", AdvanceClaim, advance, PAYERS, more_keys=_room_more, prepare=prepare_person),
    command_on("claim.mediate", MediateClaim, mediate, AUTHORITIES),
    command_on("claim.litigate", LitigateClaim, litigate, AUTHORITIES),
    command_on("claim.record_judgment", RecordJudgment, record_judgment, AUTHORITIES),
    command_on("claim.recourse", TakeRecourse, recourse, INSURER, keys=_recourse_keys),
    command_on("claim.close", CloseClaim, close, (*INSURER, *AUTHORITIES)),
    command_on("claim.erase", EraseClaim, erase, AUTHORITIES, prepare=prepare_refs, noted=_why, tone="danger"),
)
