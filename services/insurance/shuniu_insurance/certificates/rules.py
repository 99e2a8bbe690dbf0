"""Who may certify what (domain rules 4.2, 10.6, 13): every guard shared by commands and offers.

A certificate is no claim decided by its own side: who signs is not the claimant, no relative, nobody who reported,
registered or drafted it; the street looks at a random sample.
"""

from collections.abc import Iterable

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Offer
from shuniu.rules.refusal import Conflict, Forbidden, Refusal

from shuniu_insurance.certificates.lifecycle import AUDIT, CERTIFICATE, CLERKS, SECRETARY
from shuniu_insurance.certificates.state import Audit, Certificate
from shuniu_insurance.claims.lifecycle import CLAIM
from shuniu_insurance.claims.state import Claim

__all__ = (
    "check_appeal",
    "check_decline",
    "check_draft",
    "check_look",
    "check_rule",
    "check_sign",
    "offered_on_claim",
)


def _in_area(area: str, state: str, move: str, ctx: Context) -> None:
    if not ctx.actor.covers(area):
        raise Forbidden("access.area", state=state, event=move, params={"area": area})


def _impartial(o: Claim, drafted_by: str, move: str, ctx: Context) -> None:
    """The signer is not the claimant, no relative, and has not registered or drafted what is signed."""
    actor = ctx.actor.id
    if actor in o.related:
        raise Forbidden("certificate.signer_related", state=o.status, event=move)
    if actor in (o.registered_by, o.reported_by):
        raise Forbidden("certificate.registrar_signs_not", state=o.status, event=move)
    if actor == drafted_by:
        raise Forbidden("certificate.drafter_signs_not", state=o.status, event=move)


def check_draft(o: Claim, cert: Certificate | None, ctx: Context) -> None:
    """The community the accident happened in writes it down, while the claim waits for it."""
    ctx.actor.require_role(*CLERKS)
    _in_area(o.area, o.status, "draft_certificate", ctx)
    CLAIM.check(o.status, "draft_certificate")
    CERTIFICATE.check(cert.status if cert else None, "redraft" if cert else "draft")


def check_sign(o: Claim, cert: Certificate, ctx: Context, *, renew: bool = False) -> None:
    """The secretary of that community, impartial; renewing needs a claim that is still open."""
    move = "renew" if renew else "sign"
    CERTIFICATE.check_role(move, ctx.actor.roles, "access.role")
    _in_area(o.area, cert.status, move, ctx)
    CERTIFICATE.check(cert.status, move)
    if renew:
        if not o.open or o.status in ("PAID", "RECOURSE", "DENIED") or o.certificate != cert.id:
            raise Conflict("certificate.renew_signed", state=cert.status, event=move)
    else:
        CLAIM.check(o.status, "certify")
    _impartial(o, "" if renew else cert.drafted_by, move, ctx)


def check_decline(o: Claim, cert: Certificate | None, ctx: Context) -> None:
    """The secretary refuses, while the claim waits for the certificate; once the street overturned it, no more."""
    ctx.actor.require_role(*SECRETARY)
    _in_area(o.area, o.status, "refuse_certificate", ctx)
    CLAIM.check(o.status, "refuse_certificate")
    CERTIFICATE.check(cert.status if cert else None, "decline_draft" if cert else "decline")
    if cert is not None and cert.appealed:
        raise Conflict("certificate.overturned", state=cert.status, event="decline_draft")
    _impartial(o, "", "refuse_certificate", ctx)


def check_appeal(o: Claim, cert: Certificate, ctx: Context, *, by_code: bool) -> None:
    """Once, in time."""
    if not by_code:
        CERTIFICATE.check_role("appeal", ctx.actor.roles, "access.role")
        _in_area(o.area, cert.status, "appeal", ctx)
    CERTIFICATE.check(cert.status, "appeal")
    if cert.appealed or o.appealed or o.status != "CERT_REFUSED":
        raise Conflict("certificate.appeal_once", state=cert.status, event="appeal")
    if cert.appeal_until is not None and ctx.now >= cert.appeal_until:
        raise Conflict("certificate.appeal_late", state=cert.status, event="appeal")


def check_rule(cert: Certificate, ctx: Context) -> None:
    """The street decides, by somebody who had no hand in the refusal."""
    CERTIFICATE.check_role("uphold", ctx.actor.roles, "access.role")
    _in_area(cert.area, cert.status, "uphold", ctx)
    CERTIFICATE.check(cert.status, "uphold")
    if ctx.actor.id == cert.declined_by:
        raise Forbidden("certificate.own_refusal", state=cert.status, event="uphold")


def check_look(audit: Audit, cert: Certificate, move: str, ctx: Context) -> None:
    """Each certificate of the sample once, by the street; nobody audits what they signed or drafted."""
    AUDIT.check_role("look", ctx.actor.roles, "access.role")
    _in_area(audit.area, audit.status, move, ctx)
    AUDIT.check(audit.status, "look")
    if cert.id not in audit.open_ones:
        raise Conflict("audit.not_in_sample", state=audit.status, event=move)
    if ctx.actor.id in (cert.signed_by, cert.drafted_by):
        raise Forbidden("audit.own_certificate", state=audit.status, event=move)
    CERTIFICATE.check(cert.status, move)


def offered_on_claim(o: Claim, ctx: Context) -> Iterable[Offer]:
    """What the claim's page offers about its certificate; signing stands on the certificate's own page."""
    given = {"claim": o.id}
    if o.certificate == "" or o.status in ("REPORTED", "REGISTERED"):
        try:
            ctx.actor.require_role(*CLERKS)
            _in_area(o.area, o.status, "draft_certificate", ctx)
            CLAIM.check(o.status, "draft_certificate")
        except Refusal:
            return
        prefill = {**given, "event_kind": o.event_kind}
        yield Offer(action="certificate.draft", prefill=prefill, fixed=("claim",))
        if not o.appealed:
            try:
                ctx.actor.require_role(*SECRETARY)
                _impartial(o, "", "refuse_certificate", ctx)
            except Refusal:
                return
            yield Offer(action="certificate.decline", prefill=given, fixed=("claim",))
