"""What the claimant says: consent, agreement, dispute, withdrawal (domain rules 10.6; PIPL §15, §23).

By follow-up code the claimant says it in person; without a code the community records what a signed form says, and
holds the form. Nobody of the insurer answers for the claimant.
"""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.insurance import claims as said
from shuniu.contracts.insurance.claims import AgreedBy
from shuniu.rules.calendar import local
from shuniu.rules.evidence import check_evidence
from shuniu.rules.refusal import Conflict, FieldError, NotFound, Unprocessable

from shuniu_insurance.claims.claim import CLAIM, CODE, claim_in, command_on, said_of
from shuniu_insurance.claims.lifecycle import COMMUNITY
from shuniu_insurance.claims.prepare import Prepared, prepare_code, prepare_person
from shuniu_insurance.claims.report import CONSENT_VERSION
from shuniu_insurance.claims.rules import check, limit_of
from shuniu_insurance.claims.state import Claim
from shuniu_insurance.fields import EvidenceList, LongText, Sealed, told_as
from shuniu_insurance.policies.covers import Asked, check_room, room_keys
from shuniu_insurance.policies.policy import POLICY_ROW

__all__ = ("COMMANDS", "room_rows")

Answer = Literal["AGREE", "DISPUTE", "WITHDRAW", "CONSENT", "WITHDRAW_CONSENT"]
_MOVES: dict[Answer, str] = {
    "AGREE": "agree",
    "DISPUTE": "dispute",
    "WITHDRAW": "withdraw",
    "CONSENT": "consent",
    "WITHDRAW_CONSENT": "consent",
}


class Answered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer; agreeing names the account to pay to, disputing says why."""

    answer: Answer
    reason: LongText = ""
    payee_name: Annotated[str, Meta(max_length=60)] = ""
    payee_bank_account: Annotated[str, Meta(max_length=40, pattern=r"^[0-9 ]*$")] = ""


class AnswerByCode(Answered, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The claimant answers, known by the follow-up code."""

    code: Annotated[str, Meta(min_length=12, max_length=24)]


class RecordAnswer(Answered, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The community records the claimant's answer from a signed form."""

    claim: Annotated[str, Meta(min_length=1, max_length=64, extra_json_schema={"x-widget": "hidden"})]
    expected_version: Annotated[int, Meta(ge=1, extra_json_schema={"x-widget": "hidden"})] | None = None
    form: EvidenceList


def _prepared(ctx: Context) -> Prepared:
    return ctx.prepared if isinstance(ctx.prepared, Prepared) else Prepared()


def room_rows(o: Claim | None, ctx: Context) -> Iterable[Key]:
    """The policy and the guard rows of the limits a claim takes of."""
    if o is not None:
        yield POLICY_ROW.key(o.policy)
        yield from room_keys(o.policy, o.cover, o.incident, _prepared(ctx).person)


def _code_keys(c: AnswerByCode, ctx: Context) -> Iterable[Key]:
    given = _prepared(ctx)
    yield CODE.key(given.code_key)
    if given.claim:
        yield CLAIM.key(given.claim)


def _code_more(c: AnswerByCode, rows: Rows, ctx: Context) -> Iterable[Key]:
    given = _prepared(ctx)
    return room_rows(rows.find(CLAIM, given.claim) if given.claim else None, ctx)


def _form_more(c: RecordAnswer, rows: Rows, ctx: Context) -> Iterable[Key]:
    return room_rows(rows.find(CLAIM, c.claim), ctx)


def agree(rows: Rows, o: Claim, c: Answered, by: AgreedBy, ctx: Context) -> Decision:
    """AGREED, if every limit has room for it: decided under the limits' guard rows (domain rules 10.6)."""
    person = _prepared(ctx).person
    with told_as(o.status, "agree"):
        if not person:
            raise Conflict("claim.identity_first")
        if not (c.payee_name.strip() and c.payee_bank_account.strip()):
            raise Unprocessable("claim.payee", fields=(FieldError("payee_bank_account", "missing"),))
    policy = rows.need(POLICY_ROW, o.policy)
    cover = policy.cover_on(local(o.occurred_at).date(), o.cover)
    if cover is None:
        raise Conflict("claim.no_cover", state=o.status, event="agree")
    asked = Asked(
        amount=o.amount - o.reserved,
        medical=o.medical - o.reserved_medical,
        incident=o.incident,
        person=person,
    )
    room = check_room(rows, o.policy, cover, asked, o.status, "agree")
    sealed = Sealed(ctx, o.id, "CONTRACT_HR" if by == "FORM" else "CONSENT")
    payee = {"payee_name": c.payee_name, "payee_bank_account": c.payee_bank_account.replace(" ", "")}
    fact = said.ClaimAgreed(
        claim=o.id,
        amount=o.amount,
        medical=o.medical,
        by=by,
        room=room,
        payee_ref=sealed.keep(payee, "claim.payment", 4),
        terms=(limit_of(o, ctx, "pay"),),
    )
    return said_of(o, fact, sealed.private, *room_keys(o.policy, o.cover, o.incident, person))


def _answer(rows: Rows, o: Claim, c: Answered, by: AgreedBy, ctx: Context) -> Decision:
    move = _MOVES[c.answer]
    check(move, o, ctx, by_code=by == "CODE")
    match c.answer:
        case "AGREE":
            return agree(rows, o, c, by, ctx)
        case "DISPUTE":
            if not c.reason.strip():
                wrong = (FieldError("reason", "missing"),)
                raise Unprocessable("claim.reason", state=o.status, event=move, fields=wrong)
            sealed = Sealed(ctx, o.id)
            fact = said.ClaimDisputed(claim=o.id, by=by, reason_ref=sealed.text(c.reason, "claim.dispute", 4))
            return said_of(o, fact, sealed.private)
        case "WITHDRAW":
            return said_of(o, said.ClaimWithdrawn(claim=o.id, by=by))
        case "CONSENT" | "WITHDRAW_CONSENT":
            given = c.answer == "CONSENT"
            if given == o.consented:
                raise Conflict("claim.consent_same", state=o.status, event=move)
            return said_of(o, said.ClaimConsented(claim=o.id, given=given, version=CONSENT_VERSION, means=by))


def answer_by_code(rows: Rows, c: AnswerByCode, ctx: Context) -> Decision:
    """The claimant's own word."""
    given = _prepared(ctx)
    held = rows.find(CODE, given.code_key)
    if held is None or held.claim != given.claim:
        raise NotFound("claim.code_unknown")
    return _answer(rows, rows.need(CLAIM, held.claim), c, "CODE", ctx)


def record_answer(rows: Rows, c: RecordAnswer, ctx: Context) -> Decision:
    """What the signed form says; the form is a file."""
    o = claim_in(rows, c)
    with told_as(o.status, _MOVES[c.answer]):
        check_evidence(c.form, least=1, field="form")
    return _answer(rows, o, c, "FORM", ctx)


COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "claim.answer_by_code",
        AnswerByCode,
        _code_keys,
        answer_by_code,
        public=True,
        more_keys=_code_more,
        prepare=prepare_code,
        surfaces=("phone",),
        order=222,
    ),
    command_on(
        "claim.record_answer",
        RecordAnswer,
        record_answer,
        COMMUNITY,
        more_keys=_form_more,
        prepare=prepare_person,
        tone="primary",
    ),
)
