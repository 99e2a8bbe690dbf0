"""What the world sees of a claim: its summary, the timeline's lines, who may read it, who must be told.

No person: the title is event kind and place name (domain rules 10.6: names are never published). The insurer reads it
only from the separate consent on (PIPL §23).
"""

from typing import Any

from shuniu.chassis.context import Context
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon
from shuniu.contracts.document import DocumentIssued, DocumentRevoked
from shuniu.contracts.envelope import Fact
from shuniu.contracts.insurance import certificates as cert
from shuniu.contracts.insurance import claims as said
from shuniu.contracts.referral import ReferralMade, ReferralWithdrawn
from shuniu.contracts.summary import Link, MatterSummary, MatterUnit, Notice, StepSummary, Summary, Visibility
from shuniu.rules.clocks import due_of, due_status, most_urgent

from shuniu_insurance.claims.lifecycle import AUTHORITIES, CLAIM, COMMUNITY
from shuniu_insurance.claims.measures import observe
from shuniu_insurance.claims.state import Claim
from shuniu_insurance.policies.policy import step_of
from shuniu_insurance.policies.texts import TEXTS as POLICY_TEXTS

__all__ = ("summarise", "title_of", "visibility")

SECRETARY = ("community_secretary",)
_LAST = "limitation"
"""The limitation runs for two years: it is a claim's clock only when no other is."""


def title_of(o: Claim, ctx: Context) -> str:
    """The published title: event kind and place name."""
    area = ctx.registry.get("area", o.area)
    place = o.place.name or (area.title.zh if area else "")
    name = POLICY_TEXTS[f"category.{o.event_kind}"].zh
    return f"{name} · {place}" if place else name


def visibility(o: Claim) -> Visibility:
    """The area's people; the insurer from the consent on."""
    return Visibility(areas=(o.area,), units=(o.insurer,) if o.consented else (), sensitivity=2)


def _flags(o: Claim) -> tuple[str, ...]:
    marks = (
        ("CLAIM_KNOWN_HAZARD", o.known_hazard),
        ("CLAIM_CATCH_ALL", o.event_kind == "E99"),
        ("CLAIM_NO_CONSENT", not o.consented and o.open),
        ("CLAIM_COMPLEX", o.complex),
        ("CLAIM_AUDITED", o.confirmed),
        ("CLAIM_CERT_REVOKED", o.revoked),
        ("CLAIM_ADVANCED", o.advanced > 0),
    )
    return tuple(mark for mark, is_set in marks if is_set)


def _matter(o: Claim, ctx: Context) -> MatterSummary:
    shown = [c for c in o.clocks if c.id != _LAST] if o.open else []
    clock = most_urgent(shown)
    unit = MatterUnit(
        unit=o.insurer, due_at=clock.due_at if clock else None, due_status=due_status(clock) if clock else "none"
    )
    return MatterSummary(
        kind=CLAIM.kind,
        id=o.id,
        number=o.number,
        version=0,
        title=title_of(o, ctx),
        category=o.event_kind,
        status=o.status,
        open=o.open,
        opened_at=o.reported_at,
        closed_at=o.ended_at,
        **due_of(clock),
        area=o.area,
        place=o.place,
        lead_unit=o.insurer,
        units=(unit,),
        flags=_flags(o),
        visibility=visibility(o),
    )


def _step(o: Claim, f: Fact) -> StepSummary | None:
    """The timeline's line. A document's issue and a referral have none of their own: what caused them has."""
    match f:
        case DocumentIssued() | DocumentRevoked() | ReferralMade() | ReferralWithdrawn():
            return None
        case ClockSoon() | ClockOverdue() | ClockRecomputed():
            return step_of(f, unit=o.insurer, detail=f"clock.{f.clock}")
        case said.ClaimReported():
            return step_of(f, detail=f"enum.channel.{f.channel}")
        case said.ClaimAssessed() if f.ground:
            return step_of(f, unit=o.insurer, detail=f"enum.ground.{f.ground}")
        case said.ClaimDenied():
            return step_of(f, unit=o.insurer, detail=f"enum.ground.{f.ground}")
        case said.ClaimConsented():
            return step_of(f, detail=f"detail.consent_{'given' if f.given else 'withdrawn'}")
        case cert.CertificateRefused():
            return step_of(f, detail=f"enum.refusal.{f.ground}")
        case cert.CertificateRevoked():
            return step_of(f, detail=f"enum.revocation.{f.ground}")
        case cert.CertificateSigned() | cert.CertificateDrafted() | cert.CertificateConfirmed():
            return step_of(f)
        case said.ClaimVolunteersAnswered():
            return step_of(f, detail=f"referral.{f.state}")
        case said.ClaimRelationDeclared() | said.ClaimVolunteersAsked():
            return step_of(f)
        case said.ClaimDisputed() | said.ClaimAgreed() | said.ClaimWithdrawn():
            return step_of(f)
        case said.ClaimMediated() | said.ClaimLitigated() | said.ClaimJudged() | said.ClaimErased():
            return step_of(f)
    return step_of(f, unit=o.insurer)


def _links(o: Claim, f: Fact, ctx: Context) -> tuple[Link, ...]:
    def own(relation: str, kind: str, matter: str) -> Link:
        return Link(relation=relation, source=ctx.source, kind=kind, matter=matter)

    match f:
        case said.ClaimReported():
            return (own("insured_by", "insurance_policy", f.policy),)
        case said.ClaimRegistered() if f.incident != o.id:
            return (own("same_accident", CLAIM.kind, f.incident),)
        case said.ClaimRecourse() | said.RecoveryOpened():
            return (own("recovered_by", "recovery_case", f.recovery),)
        case cert.CertificateSigned():
            return (own("certified_by", "claim_certificate", f.certificate),)
        case said.ClaimVolunteersAnswered() if f.target:
            return (Link(relation="referred_to", source=f.target, kind=f.target_kind, matter=f.target_matter),)
        case said.ClaimHazardLinked():
            return (own("known_hazard" if f.known else "hazard", "hazard", f.hazard),)
    return ()


def _notices(o: Claim, f: Fact) -> tuple[Notice, ...]:
    """Who must act next, or hear of it."""

    def insurer(why: Any, text: str) -> tuple[Notice, ...]:
        return (Notice(why=why, text=f"notice.{text}", units=(o.insurer,)),) if o.consented else ()

    def roles(why: Any, text: str, who: tuple[str, ...]) -> tuple[Notice, ...]:
        return (Notice(why=why, text=f"notice.{text}", roles=who, areas=(o.area,)),)

    match f:
        case said.ClaimReported():
            return (*insurer("assigned", "claim_reported"), *roles("assigned", "claim_certify", COMMUNITY))
        case said.ClaimConsented() if f.given:
            return insurer("assigned", "claim_reported")
        case cert.CertificateDrafted():
            return roles("assigned", "claim_sign", SECRETARY)
        case cert.CertificateSigned():
            return insurer("assigned", "claim_certified")
        case cert.CertificateRefused() | said.ClaimDocumentsAsked() | said.ClaimAssessed() | said.ClaimDenied():
            return roles("changed", "claim_tell_claimant", COMMUNITY)
        case cert.CertificateAppealed() | said.ClaimDisputed():
            return roles("assigned", "claim_rule", AUTHORITIES)
        case cert.CertificateRevoked():
            return insurer("changed", "claim_revoked")
        case said.ClaimAgreed():
            return insurer("assigned", "claim_pay")
        case said.ClaimAdvanceDue():
            return (*insurer("overdue", "claim_advance"), *roles("overdue", "claim_advance", AUTHORITIES))
        case said.ClaimVolunteersAnswered() if f.state not in ("taken", "withdrawn"):
            text = "claim_accompanied" if f.state == "settled" else "claim_unaccompanied"
            return roles("changed", text, COMMUNITY)
        case said.ClaimPaid():
            return roles("changed", "claim_paid", COMMUNITY)
        case ClockSoon() | ClockOverdue() if f.clock != _LAST:
            why = "soon" if isinstance(f, ClockSoon) else "overdue"
            late = insurer(why, f"claim_{why}")
            return (*late, *roles(why, f"claim_{why}", AUTHORITIES)) if why == "overdue" else late
    return ()


def summarise(o: Claim, f: Fact, ctx: Context) -> Summary:
    """The domain-free part of one event."""
    return Summary(
        matter=_matter(o, ctx),
        step=_step(o, f),
        measures=observe(o, f, ctx),
        links=_links(o, f, ctx),
        notices=_notices(o, f),
    )
