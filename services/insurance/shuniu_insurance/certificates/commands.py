"""Commands of a certificate: draft, sign, renew, refuse, appeal, rule (domain rules 4.2, 10.6)."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Actor, Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.documents import register
from shuniu.chassis.documents.canonical import canonical
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.insurance import certificates as said
from shuniu.contracts.insurance.certificates import RefusalGround
from shuniu.rules.citizen import is_citizen_id
from shuniu.rules.evidence import check_evidence
from shuniu.rules.refusal import Conflict, FieldError, NotFound, Unprocessable

from shuniu_insurance.certificates.certificate import CERTIFICATE_ROW
from shuniu_insurance.certificates.document import KIND, Signed, sign_certificate
from shuniu_insurance.certificates.lifecycle import AUDITORS, CERTIFICATE, CLERKS, RULERS, SECRETARY
from shuniu_insurance.certificates.rules import check_appeal, check_decline, check_draft, check_rule, check_sign
from shuniu_insurance.certificates.state import Certificate
from shuniu_insurance.claims.claim import CLAIM, CODE, claim_in
from shuniu_insurance.claims.lifecycle import CLAIM as CLAIM_CYCLE
from shuniu_insurance.claims.prepare import Prepared, prepare_code
from shuniu_insurance.claims.report import Kind, policy_for
from shuniu_insurance.claims.rules import limit_of
from shuniu_insurance.claims.state import Claim
from shuniu_insurance.fields import EvidenceList, Hidden, Reason, Sealed, Version, today, told_as
from shuniu_insurance.policies.kinds import event_kinds
from shuniu_insurance.policies.policy import POLICY_ROW
from shuniu_insurance.settings import settings_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("COMMANDS", "NUMBERS")

NUMBERS = "ZM"
"""Prefix of the numbers of certificates (证明), e.g. ZM261123-0001."""


class DraftCertificate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Write down what the community can certify (拟证明). The kind lies in a cover, or is E99."""

    claim: Hidden
    expected_version: Version | None = None
    event_kind: Kind
    injured_name: Annotated[str, Meta(min_length=2, max_length=40)]
    injured_citizen_id: Annotated[str, Meta(min_length=18, max_length=18)]
    statement: Reason


class OnCertificate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one certificate."""

    certificate: Hidden


class SignCertificate(OnCertificate, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sign it (签发): with the declaration that one has no relation to the claimant."""

    no_relation: bool


class RenewCertificate(SignCertificate, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sign it anew: the one before holds no more (续签)."""


class DeclineCertificate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The community does not certify it, and says why (不予证明)."""

    claim: Hidden
    expected_version: Version | None = None
    refusal: RefusalGround
    reason: Reason


class AppealCertificate(OnCertificate, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The street takes down the claimant's appeal from a signed form (申诉登记)."""

    reason: Reason
    form: EvidenceList


class AppealByCode(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The claimant appeals to the street, known by the follow-up code."""

    code: Annotated[str, Meta(min_length=12, max_length=24)]
    reason: Reason


class RuleAppeal(OnCertificate, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The street decides the appeal (裁定)."""

    upheld: bool
    reason: Reason


def _cert_of(rows: Rows, o: Claim) -> Certificate | None:
    return rows.find(CERTIFICATE_ROW, o.certificate) if o.certificate else None


def _claim_keys(c: Any, ctx: Context) -> Iterable[Key]:
    return (CLAIM.key(c.claim), counter_key(NUMBERS, ctx.now))


def _claim_more(c: Any, rows: Rows, ctx: Context) -> Iterable[Key]:
    o = rows.find(CLAIM, c.claim)
    if o is not None:
        yield POLICY_ROW.key(o.policy)
        if o.certificate:
            yield CERTIFICATE_ROW.key(o.certificate)


def _number(rows: Rows, cert: Certificate | None, ctx: Context) -> tuple[str, str, tuple[Key, ...]]:
    if cert is not None:
        return cert.id, cert.number, ()
    return ctx.new_id(), next_number(rows, NUMBERS, ctx.now), (counter_key(NUMBERS, ctx.now),)


def draft(rows: Rows, c: DraftCertificate, ctx: Context) -> Decision:
    """CERT_DRAFT: the person's identity with a right check digit, a kind some cover answers for."""
    o = claim_in(rows, c)
    cert = _cert_of(rows, o)
    with told_as(o.status, "draft_certificate"):
        check_draft(o, cert, ctx)
        if c.event_kind not in event_kinds():
            raise Unprocessable("claim.kind_unknown", fields=(FieldError("event_kind", "unknown"),))
        if not is_citizen_id(c.injured_citizen_id):
            wrong = (FieldError("injured_citizen_id", "bad_number"),)
            raise Unprocessable("certificate.citizen_id", fields=wrong)
        _, cover = policy_for(rows, (o.policy,), o.occurred_at, o.area, c.event_kind, o.injured)
    id_, number, counted = _number(rows, cert, ctx)
    sealed = Sealed(ctx, o.id)
    identity = {"injured_name": c.injured_name, "injured_citizen_id": c.injured_citizen_id}
    fact = said.CertificateDrafted(
        certificate=id_,
        number=number,
        claim=o.id,
        claim_number=o.number,
        area=o.area,
        event_kind=c.event_kind,
        cover=cover.code,
        basis=cover.basis,
        identity_ref=sealed.keep(identity, "certificate.identity"),
        statement_ref=sealed.text(c.statement, "certificate.statement", 4),
    )
    event = Emit(fact, (CERTIFICATE_ROW.key(id_), CLAIM.key(o.id), *counted))
    return Decision((event,), tuple(sealed.private), {"certificate": id_, "number": number})


def _on_certificate(c: OnCertificate, ctx: Context) -> Iterable[Key]:
    return (CERTIFICATE_ROW.key(c.certificate),)


def _certificate_more(c: OnCertificate, rows: Rows, ctx: Context) -> Iterable[Key]:
    cert = rows.find(CERTIFICATE_ROW, c.certificate)
    if cert is not None:
        yield CLAIM.key(cert.claim)
        if cert.code:
            yield register.DOCUMENT.key(cert.code)


def _operate(renew: bool) -> Callable[[SignCertificate, Actor, "Host"], Any]:
    async def operate(c: SignCertificate, actor: Actor, host: "Host") -> Signed:
        return await sign_certificate(host, actor, c.certificate, renew=renew)

    return operate


def _signed(rows: Rows, c: SignCertificate, ctx: Context, *, renew: bool) -> Decision:
    move = "renew" if renew else "sign"
    cert = rows.need(CERTIFICATE_ROW, c.certificate)
    o = rows.need(CLAIM, cert.claim)
    check_sign(o, cert, ctx, renew=renew)
    if not c.no_relation:
        wrong = (FieldError("no_relation", "missing"),)
        raise Unprocessable("certificate.declare_no_relation", state=cert.status, event=move, fields=wrong)
    made = ctx.prepared
    if not isinstance(made, Signed) or made.version != rows.version(CERTIFICATE_ROW, cert.id):
        raise Conflict("matter.moved_on", state=cert.status, params={"expected": 0, "version": 0})
    valid_until = today(ctx) + timedelta(days=settings_of(ctx).certificate_days)
    sealed = Sealed(ctx, o.id)
    fact = said.CertificateSigned(
        certificate=cert.id,
        claim=o.id,
        code=made.code,
        document_ref=sealed.keep({"document": canonical(made.document).decode()}, "certificate.document", 4),
        valid_until=valid_until,
        renews=cert.code if renew else "",
    )
    events = [
        Emit(fact, (CLAIM.key(o.id), CERTIFICATE_ROW.key(cert.id))),
        register.issue(
            made.document,
            code=made.code,
            kind=KIND,
            number=cert.number,
            matter=cert.id,
            valid_until=valid_until,
            signature=made.signature,
            on=(CERTIFICATE_ROW.key(cert.id),),
        ),
    ]
    if renew:
        on = (CERTIFICATE_ROW.key(cert.id),)
        events.append(register.revoke(rows, cert.code, "RENEWED", replaced_by=made.code, on=on))
    return Decision(tuple(events), tuple(sealed.private), {"certificate": cert.id, "code": made.code})


def sign(rows: Rows, c: SignCertificate, ctx: Context) -> Decision:
    """CERT_SIGNED, and the claim CERTIFIED: the secretary's signature over the canonical document."""
    return _signed(rows, c, ctx, renew=False)


def renew(rows: Rows, c: RenewCertificate, ctx: Context) -> Decision:
    """A new document with a new code and its own time; the one before is revoked and names what replaces it."""
    return _signed(rows, c, ctx, renew=True)


def decline(rows: Rows, c: DeclineCertificate, ctx: Context) -> Decision:
    """CERT_DECLINED with reasons; the claimant may appeal to the street once, in time."""
    o = claim_in(rows, c)
    cert = _cert_of(rows, o)
    with told_as(o.status, "refuse_certificate"):
        check_decline(o, cert, ctx)
    id_, number, counted = _number(rows, cert, ctx)
    sealed = Sealed(ctx, o.id)
    fact = said.CertificateRefused(
        certificate=id_,
        number=number,
        claim=o.id,
        claim_number=o.number,
        area=o.area,
        ground=c.refusal,
        reason_ref=sealed.text(c.reason, "certificate.refusal", 4),
        appeal_until=limit_of(None, ctx, "appeal").due_at,
    )
    events = (
        Emit(fact, (CLAIM.key(o.id), CERTIFICATE_ROW.key(id_), *counted)),
        _recorded(id_, o, "CERT_DECLINED"),
    )
    return Decision(events, tuple(sealed.private), {"certificate": id_, "number": number})


def _recorded(cert: str, o: Claim, status: str) -> Emit:
    fact = said.CertificateRecorded(certificate=cert, claim=o.id, status=status)
    return Emit(fact, (CERTIFICATE_ROW.key(cert),))


def _appealed(o: Claim, cert: Certificate, reason: str, ctx: Context, *, by_code: bool) -> Decision:
    check_appeal(o, cert, ctx, by_code=by_code)
    sealed = Sealed(ctx, o.id)
    ref = sealed.text(reason, "certificate.appeal", 4)
    fact = said.CertificateAppealed(certificate=cert.id, claim=o.id, reason_ref=ref)
    events = (
        Emit(fact, (CLAIM.key(o.id), CERTIFICATE_ROW.key(cert.id))),
        _recorded(cert.id, o, "CERT_APPEALED"),
    )
    return Decision(events, tuple(sealed.private), {"claim": o.id, "certificate": cert.id})


def appeal(rows: Rows, c: AppealCertificate, ctx: Context) -> Decision:
    """CERT_APPEALED, as a signed form says."""
    cert = rows.need(CERTIFICATE_ROW, c.certificate)
    with told_as(cert.status, "appeal"):
        check_evidence(c.form, least=1, field="form")
    return _appealed(rows.need(CLAIM, cert.claim), cert, c.reason, ctx, by_code=False)


def _code_keys(c: AppealByCode, ctx: Context) -> Iterable[Key]:
    given = ctx.prepared if isinstance(ctx.prepared, Prepared) else Prepared()
    yield CODE.key(given.code_key)
    if given.claim:
        yield CLAIM.key(given.claim)


def _code_more(c: AppealByCode, rows: Rows, ctx: Context) -> Iterable[Key]:
    given = ctx.prepared if isinstance(ctx.prepared, Prepared) else Prepared()
    o = rows.find(CLAIM, given.claim) if given.claim else None
    if o is not None and o.certificate:
        yield CERTIFICATE_ROW.key(o.certificate)


def appeal_by_code(rows: Rows, c: AppealByCode, ctx: Context) -> Decision:
    """CERT_APPEALED by the claimant's own word."""
    given = ctx.prepared if isinstance(ctx.prepared, Prepared) else Prepared()
    held = rows.find(CODE, given.code_key)
    if held is None or held.claim != given.claim:
        raise NotFound("claim.code_unknown")
    o = rows.need(CLAIM, held.claim)
    cert = _cert_of(rows, o)
    if cert is None:
        raise Conflict("certificate.appeal_declined", state=o.status, event="appeal")
    return _appealed(o, cert, c.reason, ctx, by_code=True)


def rule_appeal(rows: Rows, c: RuleAppeal, ctx: Context) -> Decision:
    """CERT_OVERTURNED: the community certifies after all; or the refusal stands."""
    cert = rows.need(CERTIFICATE_ROW, c.certificate)
    check_rule(cert, ctx)
    o = rows.need(CLAIM, cert.claim)
    CLAIM_CYCLE.check(o.status, "reopen")
    sealed = Sealed(ctx, o.id)
    ref = sealed.text(c.reason, "certificate.ruling", 4)
    fact = said.CertificateAppealRuled(certificate=cert.id, claim=o.id, upheld=c.upheld, reason_ref=ref)
    events = (
        Emit(fact, (CLAIM.key(o.id), CERTIFICATE_ROW.key(cert.id))),
        _recorded(cert.id, o, "CERT_OVERTURNED" if c.upheld else "CERT_DECLINED"),
    )
    return Decision(events, tuple(sealed.private), {"claim": o.id, "certificate": cert.id})


def _on_claim(name: str, struct: type[Any], decide: Callable[..., Decision], roles: tuple[str, ...]) -> Command[Any]:
    return Command(
        f"certificate.{name}",
        struct,
        _claim_keys,
        decide,
        roles=roles,
        more_keys=_claim_more,
        kind=CLAIM_CYCLE.kind,
        matter_field="claim",
    )


def _on(
    name: str, struct: type[Any], decide: Callable[..., Decision], roles: tuple[str, ...], **rest: Any
) -> Command[Any]:
    return Command(
        f"certificate.{name}",
        struct,
        _on_certificate,
        decide,
        roles=roles,
        more_keys=_certificate_more,
        kind=CERTIFICATE.kind,
        matter_field="certificate",
        **rest,
    )


COMMANDS: tuple[Command[Any], ...] = (
    _on_claim("draft", DraftCertificate, draft, CLERKS),
    _on_claim("decline", DeclineCertificate, decline, SECRETARY),
    _on("sign", SignCertificate, sign, SECRETARY, operate=_operate(False), tone="primary"),
    _on("renew", RenewCertificate, renew, SECRETARY, operate=_operate(True)),
    _on("appeal", AppealCertificate, appeal, AUDITORS),
    _on("rule_appeal", RuleAppeal, rule_appeal, RULERS, tone="primary"),
    Command(
        "certificate.appeal_by_code",
        AppealByCode,
        _code_keys,
        appeal_by_code,
        public=True,
        more_keys=_code_more,
        prepare=prepare_code,
        surfaces=("phone",),
        order=223,
    ),
)
