"""The certificate and the audit as matters: their summaries, their pages, what may be done with them."""

from collections.abc import Sequence

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Detail, DetailField, DetailRow, DetailSection, Offer
from shuniu.chassis.rows import Index, MatterFace, RowKind
from shuniu.contracts.document import DocumentRevoked
from shuniu.contracts.envelope import Fact
from shuniu.contracts.insurance import certificates as said
from shuniu.contracts.summary import Link, MatterSummary, MeasureSummary, Notice, StepSummary, Summary, Visibility
from shuniu.rules.calendar import local
from shuniu.rules.refusal import Refusal

from shuniu_insurance.certificates.lifecycle import AUDIT, AUDITORS, CERTIFICATE, RULERS, SECRETARY
from shuniu_insurance.certificates.rules import check_rule
from shuniu_insurance.certificates.state import Audit, Certificate, evolve, evolve_audit
from shuniu_insurance.certificates.texts import TEXTS
from shuniu_insurance.policies.policy import step_of

__all__ = ("AUDIT_ROW", "CERTIFICATE_ROW")

_Notices = tuple[Notice, ...]


def _cert_visibility(c: Certificate) -> Visibility:
    """The community and the street above it; the insurer sees the claim, and the certificate through it."""
    return Visibility(areas=(c.area,), sensitivity=2)


def _cert_step(f: Fact) -> StepSummary:
    match f:
        case said.CertificateRecorded():
            return step_of(f, detail=f"status.claim_certificate.{f.status}")
        case DocumentRevoked():
            return step_of(f, detail=f"enum.revocation.{f.reason}")
    return step_of(f)


def _cert_notices(c: Certificate, f: Fact) -> _Notices:
    def roles(text: str, who: tuple[str, ...]) -> _Notices:
        return (Notice(why="assigned", text=f"notice.{text}", roles=who, areas=(c.area,)),)

    match f:
        case said.CertificateDrafted():
            return roles("certificate_sign", SECRETARY)
        case said.CertificateRecorded() if f.status == "CERT_APPEALED":
            return roles("certificate_appealed", RULERS)
        case said.CertificateRecorded() if f.status == "CERT_OVERTURNED":
            return roles("certificate_overturned", SECRETARY)
    return ()


def _cert_summary(c: Certificate, f: Fact, ctx: Context) -> Summary:
    area = ctx.registry.get("area", c.area)
    matter = MatterSummary(
        kind=CERTIFICATE.kind,
        id=c.id,
        number=c.number,
        version=0,
        title=f"{TEXTS['kind.claim_certificate'].zh} · {area.title.zh if area else c.area}",
        status=c.status,
        open=c.ended_at is None,
        opened_at=c.drafted_at,
        closed_at=c.ended_at,
        area=c.area,
        flags=("CERTIFICATE_CONFIRMED",) if c.confirmed_by else (),
        visibility=_cert_visibility(c),
    )
    links: tuple[Link, ...] = ()
    if isinstance(f, said.CertificateDrafted | said.CertificateRecorded):
        links = (Link(relation="certifies", source=ctx.source, kind="insurance_claim", matter=c.claim),)
    return Summary(matter=matter, step=_cert_step(f), links=links, notices=_cert_notices(c, f))


def _cert_offers(c: Certificate, ctx: Context) -> Sequence[Offer]:
    """Signing asks the claim's row as well: what stands in the way there is told when it is tried."""
    found: list[Offer] = []
    given = {"certificate": c.id}
    for action, move in (("sign", "sign"), ("renew", "renew")):
        try:
            CERTIFICATE.check_role(move, ctx.actor.roles)
            CERTIFICATE.check(c.status, move)
        except Refusal:
            continue
        if ctx.actor.covers(c.area) and (move == "renew" or ctx.actor.id != c.drafted_by):
            found.append(Offer(action=f"certificate.{action}", prefill=given, fixed=("certificate",)))
    try:
        check_rule(c, ctx)
    except Refusal:
        pass
    else:
        found.append(Offer(action="certificate.rule_appeal", prefill=given, fixed=("certificate",)))
    if c.status == "CERT_DECLINED" and not c.appealed and ctx.actor.has_role(*AUDITORS) and ctx.actor.covers(c.area):
        found.append(Offer(action="certificate.appeal", prefill=given, fixed=("certificate",)))
    return tuple(found)


def _cert_detail(c: Certificate, ctx: Context) -> Detail:
    """No personal field stands here: the content is in the PDF, for the parties of the claim."""
    fields = [
        DetailField(label="detail.claim_number", value=c.claim_number),
        DetailField(label="field.area", value=c.area, kind="area"),
    ]
    if c.event_kind:
        fields.append(DetailField(label="field.event_kind", value=f"category.{c.event_kind}", kind="key"))
    if c.code:
        fields.append(DetailField(label="detail.verify_code", value=c.code))
    if c.valid_until:
        fields.append(DetailField(label="detail.valid_until", value=c.valid_until.isoformat()))
    if c.signed_at:
        fields.append(DetailField(label="detail.signed_at", value=c.signed_at.isoformat(), kind="time"))
    if c.ground:
        fields.append(DetailField(label="field.refusal", value=f"enum.refusal.{c.ground}", kind="key"))
    if c.appeal_until and c.status == "CERT_DECLINED":
        fields.append(DetailField(label="detail.appeal_until", value=c.appeal_until.isoformat(), kind="time"))
    if c.revocation:
        fields.append(DetailField(label="field.revocation", value=f"enum.revocation.{c.revocation}", kind="key"))
    return Detail(fields=tuple(fields))


CERTIFICATE_ROW: RowKind[Certificate] = RowKind(
    CERTIFICATE.kind,
    Certificate,
    "claim_certificate",
    evolve,
    index=lambda c: Index(c.status, c.area),
    face=MatterFace(
        summarise=_cert_summary,
        number=lambda c: c.number,
        visibility=_cert_visibility,
        offers=_cert_offers,
        detail=_cert_detail,
    ),
)


def _audit_visibility(a: Audit) -> Visibility:
    return Visibility(areas=(a.area,), sensitivity=2)


def _audit_summary(a: Audit, f: Fact, ctx: Context) -> Summary:
    matter = MatterSummary(
        kind=AUDIT.kind,
        id=a.id,
        number=a.number,
        version=0,
        title=f"{TEXTS['kind.certificate_audit'].zh} · {a.since.isoformat()}–{a.until.isoformat()}",
        status=a.status,
        open=a.ended_at is None,
        opened_at=a.drawn_at,
        closed_at=a.ended_at,
        area=a.area,
        visibility=_audit_visibility(a),
    )
    measures: tuple[MeasureSummary, ...] = ()
    if isinstance(f, said.CertificateAuditEnded):
        on, at = local(ctx.now).date(), {"area": a.area}
        measures = (
            MeasureSummary(name="certificate.audited", value=len(a.found), on=on, dimensions=at),
            MeasureSummary(name="certificate.revoked", value=f.revoked, on=on, dimensions=at),
        )
    return Summary(matter=matter, step=step_of(f), measures=measures)


def _audit_offers(a: Audit, ctx: Context) -> Sequence[Offer]:
    if a.status != "AUDIT_DRAWN" or not ctx.actor.has_role(*AUDITORS) or not ctx.actor.covers(a.area):
        return ()
    return tuple(
        Offer(action=f"audit.{move}", prefill={"audit": a.id, "certificate": c}, fixed=("audit", "certificate"))
        for c in a.open_ones
        for move in ("confirm", "revoke")
    )


def _audit_detail(a: Audit, ctx: Context) -> Detail:
    """Who has seed and population draws the same sample again."""
    rows = tuple(
        DetailRow(
            label="kind.claim_certificate",
            note="" if c not in a.found else f"enum.audit_found.{'HOLDS' if a.found[c] else 'VOID'}",
            fields=(DetailField(label="detail.certificate_id", value=c),),
        )
        for c in a.drawn
    )
    return Detail(
        fields=(
            DetailField(label="field.since", value=a.since.isoformat()),
            DetailField(label="field.until", value=a.until.isoformat()),
            DetailField(label="detail.population", value=str(a.population)),
            DetailField(label="detail.population_hash", value=a.population_hash),
            DetailField(label="detail.seed", value=a.seed),
        ),
        sections=(DetailSection(title="section.audit_sample", rows=rows),),
    )


AUDIT_ROW: RowKind[Audit] = RowKind(
    AUDIT.kind,
    Audit,
    "certificate_audit",
    evolve_audit,
    index=lambda a: Index(a.status, a.area),
    face=MatterFace(
        summarise=_audit_summary,
        number=lambda a: a.number,
        visibility=_audit_visibility,
        offers=_audit_offers,
        detail=_audit_detail,
    ),
)
