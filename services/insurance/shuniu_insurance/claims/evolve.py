"""How facts change a claim and the rows beside it. Nothing here refuses: what happened has happened."""

from typing import Any

from msgspec.structs import replace
from shuniu.chassis.rows import Happening
from shuniu.chassis.terms import clock_of
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon, Term
from shuniu.contracts.insurance import certificates as cert
from shuniu.contracts.insurance import claims as said
from shuniu.rules.clocks import clock_recomputed, mark

from shuniu_insurance.claims.state import Claim, ClaimNote, Company, FollowCode, HazardLink, Recovery

__all__ = ("evolve", "evolve_code", "evolve_recovery")

_UNPAID = ("CERTIFIED", "DOCS", "ADVANCE_DUE", "ADVANCED", "ASSESSED", "AGREED", "MEDIATED")


def _stop(o: Claim, h: Happening, *ids: str, met: bool = True) -> Claim:
    state = "met" if met else "stopped"
    clocks = tuple(c.stop(h.time, state) if c.state == "running" and c.id in ids else c for c in o.clocks)  # type: ignore[arg-type]
    return replace(o, clocks=clocks)


def _run(o: Claim, *terms: Term) -> Claim:
    return replace(o, clocks=(*o.clocks, *(clock_of(t) for t in terms)))


def _note(o: Claim, h: Happening, label: str, ref: str) -> Claim:
    return replace(o, notes=(*o.notes, ClaimNote(label, ref, h.time))) if ref else o


def _ended(o: Claim, h: Happening, status: str) -> Claim:
    running = [c.id for c in o.clocks if c.state == "running" and not (c.id == "limitation" and o.denied)]
    return replace(_stop(o, h, *running, met=False), status=status, ended_at=h.time)


def _taken(o: Claim, f: Any) -> Claim:
    move = f.room
    return replace(o, reserved=o.reserved + move.amount, reserved_medical=o.reserved_medical + move.medical)


def _reported(f: said.ClaimReported, h: Happening) -> Claim:
    o = Claim(
        id=f.claim,
        number=f.number,
        channel=f.channel,
        event_kind=f.event_kind,
        injured=f.injured,
        policy=f.policy,
        policy_number=f.policy_number,
        cover=f.cover,
        basis=f.basis,
        insurer=f.insurer,
        area=f.area,
        place=f.place,
        occurred_at=f.occurred_at,
        incident=f.incident,
        reported_at=h.time,
        reported_by=h.actor,
        consented=f.consented,
        consent_version=f.consent_version,
        evidence=f.evidence,
    )
    o = _note(o, h, "claim_text", f.text_ref)
    o = _note(o, h, "claim_reporter", f.reporter_ref)
    return _run(_note(o, h, "claim_injured", f.injured_ref), *f.terms)


def evolve(o: Claim | None, f: Any, h: Happening) -> Claim | None:
    """The claim after a fact."""
    if isinstance(f, said.ClaimReported):
        return _reported(f, h)
    if o is None:
        return None
    match f:
        case ClockSoon() | ClockOverdue():
            return replace(o, clocks=mark(o.clocks, f))
        case ClockRecomputed():
            return replace(o, clocks=clock_recomputed(o.clocks, f))
        case said.ClaimConsented():
            return replace(o, consented=f.given, consent_version=f.version)
        case said.ClaimRelationDeclared():
            return replace(o, related=tuple(dict.fromkeys((*o.related, h.actor))))
        case said.ClaimHazardLinked():
            link = HazardLink(hazard=f.hazard, distance_m=f.distance_m, known=f.known)
            return replace(o, hazards=(*(x for x in o.hazards if x.hazard != f.hazard), link))
        case said.ClaimVolunteersAsked():
            return replace(o, company=(*o.company, Company(referral=f.referral)))
        case said.ClaimVolunteersAnswered():
            return replace(o, company=tuple(_company(c, f) if c.referral == f.referral else c for c in o.company))
        case said.ClaimErased():
            return replace(o, erased=True, notes=())
    return _handled(o, f, h) or _certified(o, f, h) or _answered(o, f, h) or o


def _company(c: Company, f: said.ClaimVolunteersAnswered) -> Company:
    if f.state != "taken":
        return replace(c, state=f.state)
    opened = {"target": f.target, "target_kind": f.target_kind, "target_matter": f.target_matter}
    return replace(c, state=f.state, target_number=f.target_number, **opened)


def _handled(o: Claim, f: Any, h: Happening) -> Claim | None:
    """What the insurer does until it has a view."""
    match f:
        case said.ClaimRegistered():
            return replace(
                o,
                status="REGISTERED" if o.status == "REPORTED" else o.status,
                registered_by=h.actor,
                registered_at=h.time,
                insurer_number=f.insurer_number,
                incident=f.incident,
                cover=f.cover,
                basis=f.basis,
                event_kind=f.event_kind,
            )
        case said.ClaimSurveyed():
            o = _note(_stop(o, h, "survey"), h, "claim_found", f.found_ref)
            return replace(o, surveyed_at=f.arrived_at, evidence=(*o.evidence, *f.evidence))
        case said.ClaimDocumentsAsked():
            o = _note(o, h, "claim_wanted", f.note_ref)
            return replace(o, status="DOCS", wanted=f.wanted, asked_documents=True)
        case said.ClaimDocumentsComplete():
            o = replace(o, complete_at=h.time, complex=f.complex, evidence=(*o.evidence, *f.evidence))
            return _run(o, *f.terms)
        case said.ClaimAssessed() | said.ClaimJudged():
            o = _run(_stop(o, h, "assess", "advance"), *f.terms)
            ground = f.ground if isinstance(f, said.ClaimAssessed) else None
            o = replace(o, status="ASSESSED", covered=f.covered, items=f.items, ground=ground)
            return _note(o, h, "claim_assessment", getattr(f, "reason_ref", ""))
        case said.ClaimAdvanceDue():
            return replace(o, status="ADVANCE_DUE")
        case said.ClaimAdvanced():
            o = _taken(o, f)
            return replace(o, status="ADVANCED", advanced=f.amount, advanced_medical=f.medical, paid=o.paid + f.amount)
    return None


def _certified(o: Claim, f: Any, h: Happening) -> Claim | None:
    """What the community certifies, and what becomes of that."""
    match f:
        case cert.CertificateDrafted():
            return replace(
                o,
                certificate=f.certificate,
                certificate_number=f.number,
                drafted_by=h.actor,
                event_kind=f.event_kind,
                cover=f.cover,
                basis=f.basis,
            )
        case cert.CertificateSigned():
            status = "CERTIFIED" if o.status in ("REPORTED", "REGISTERED") else o.status
            return replace(o, status=status, certified=True, signed_by=h.actor, valid_until=f.valid_until)
        case cert.CertificateRefused():
            return replace(
                o,
                status="CERT_REFUSED",
                certificate=f.certificate,
                certificate_number=f.number,
                refusals=o.refusals + 1,
            )
        case cert.CertificateAppealed():
            return replace(o, appealed=True, appeal_open=True)
        case cert.CertificateAppealRuled():
            o = replace(o, appeal_open=False)
            return replace(o, status="REGISTERED" if o.registered_at else "REPORTED") if f.upheld else o
        case cert.CertificateConfirmed():
            return replace(o, confirmed=True)
        case cert.CertificateRevoked():
            o = _taken(replace(o, revoked=True, certified=False), f)
            if o.status not in _UNPAID:
                return o
            o = _stop(o, h, "assess", "advance", "pay", "tell_denial", met=False)
            return replace(o, status="CERT_REFUSED", agreed=None, agreed_medical=0, appealed=True)
    return None


def _answered(o: Claim, f: Any, h: Happening) -> Claim | None:
    """From the insurer's view to the end."""
    match f:
        case said.ClaimDenied():
            o = _note(_stop(o, h, "tell_denial"), h, "claim_denial", f.reason_ref)
            return replace(o, status="DENIED", denied=True, ground=f.ground)
        case said.ClaimAgreed():
            o = _run(_taken(_note(o, h, "claim_payee", f.payee_ref), f), *f.terms)
            return replace(o, status="AGREED", agreed=f.amount, agreed_medical=f.medical, denied=False)
        case said.ClaimPaid():
            o = _stop(o, h, "pay")
            o = _stop(o, h, "limitation", met=False)
            return replace(o, status="PAID", paid=f.amount, paid_reference=f.reference, payee=f.payee)
        case said.ClaimDisputed():
            o = _stop(_note(o, h, "claim_dispute", f.reason_ref), h, "tell_denial", met=False)
            return replace(o, status="DISPUTED", ended_at=None, outcome="")
        case said.ClaimMediated():
            return replace(o, status="MEDIATED", settled=f.settled, items=f.items if f.settled else o.items)
        case said.ClaimLitigated():
            return replace(o, status="LITIGATED")
        case said.ClaimRecourse():
            return replace(o, status="RECOURSE", recovery=f.recovery)
        case said.RecoveryOpened():
            return replace(o, recovery=f.recovery)
        case said.RecoveryReceived():
            return _taken(o, f)
        case said.ClaimClosed():
            return replace(_ended(o, h, "CLOSED"), outcome=f.outcome)
        case said.ClaimWithdrawn():
            return _ended(o, h, "WITHDRAWN")
    return None


def evolve_code(row: FollowCode | None, f: Any, h: Happening) -> FollowCode | None:
    """A follow-up code belongs to the claim it was given out for."""
    return FollowCode(f.claim) if isinstance(f, said.ClaimReported) else row


def evolve_recovery(r: Recovery | None, f: Any, h: Happening) -> Recovery | None:
    """The recovery after a fact."""
    if isinstance(f, said.RecoveryOpened):
        debtor = (ClaimNote("recovery_debtor", f.debtor_ref, h.time),) if f.debtor_ref else ()
        return Recovery(
            id=f.recovery,
            number=f.number,
            claim=f.claim,
            claim_number=f.claim_number,
            ground=f.ground,
            amount=f.amount,
            area=f.area,
            insurer=f.insurer,
            opened_at=h.time,
            notes=debtor,
        )
    if r is None:
        return None
    match f:
        case said.RecoveryDemanded():
            return replace(r, status="RECOVERY_DEMANDED")
        case said.RecoveryReceived():
            return replace(r, received=r.received + f.amount)
        case said.RecoveryEnded():
            notes = (*r.notes, ClaimNote("recovery_reason", f.reason_ref, h.time)) if f.reason_ref else r.notes
            return replace(r, status=f.outcome, ended_at=h.time, notes=notes)
    return r
