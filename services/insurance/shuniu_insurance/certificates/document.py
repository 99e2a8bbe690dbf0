"""A certificate's content: one canonical document, signed by the secretary, sealed; its PDF on request."""

from importlib import resources
from typing import TYPE_CHECKING, Any

import msgspec
from shuniu.chassis.context import Actor
from shuniu.chassis.documents.register import DOCUMENT
from shuniu.chassis.documents.render import Sheet, render_pdf
from shuniu.chassis.documents.signing import new_code, sign
from shuniu.chassis.state import load_row
from shuniu.contracts.document import Signature
from shuniu.contracts.text import Text
from shuniu.rules.calendar import local
from shuniu.rules.refusal import NotFound

from shuniu_insurance.certificates.certificate import CERTIFICATE_ROW
from shuniu_insurance.certificates.rules import check_sign
from shuniu_insurance.certificates.state import Certificate
from shuniu_insurance.certificates.texts import TEXTS
from shuniu_insurance.claims.claim import CLAIM
from shuniu_insurance.claims.state import Claim
from shuniu_insurance.policies.texts import TEXTS as POLICY_TEXTS

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("KIND", "Signed", "certificate_pdf", "content_of", "sign_certificate")

KIND = "community_certificate"


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """A document signed before the rules are asked; ``version`` is that of the certificate it was made from."""

    document: dict[str, Any]
    code: str
    signature: Signature
    version: int


def content_of(o: Claim, cert: Certificate, community: str, identity: dict[str, str], statement: str) -> dict[str, Any]:
    """The canonical document (keys ASCII, no floats)."""
    return {
        "kind": KIND,
        "number": cert.number,
        "claim_number": o.number,
        "policy_number": o.policy_number,
        "area": o.area[:12],
        "community": community,
        "place": o.place.name,
        "occurred_at": f"{local(o.occurred_at):%Y-%m-%d %H:%M}",
        "event_kind": cert.event_kind,
        "event_kind_title": POLICY_TEXTS[f"category.{cert.event_kind}"].zh,
        "injured_name": identity.get("injured_name", ""),
        "injured_citizen_id": identity.get("injured_citizen_id", ""),
        "statement": statement,
        "no_relation": True,
        "renews": cert.code,
    }


async def sign_certificate(host: "Host", actor: Actor, certificate: str, *, renew: bool) -> Signed:
    """The secretary's signature under the content as it is sealed now. Raises what :func:`check_sign` raises: nobody
    gets a key made, or signs, who may not."""
    found = await load_row(host.pool, CERTIFICATE_ROW, certificate)
    if found is None:
        raise NotFound("claim_certificate.unknown", params={"id": certificate[:64]})
    cert, version = found
    held = await load_row(host.pool, CLAIM, cert.claim)
    if held is None:
        raise NotFound("insurance_claim.unknown", params={"id": cert.claim[:64]})
    check_sign(held[0], cert, host.context(actor), renew=renew)
    opened = await host.vault.open_matter(host.pool, cert.claim, clearance=4, masked=False)
    area = host.registry.current.get("area", held[0].area[:12])
    document = content_of(
        held[0],
        cert,
        area.title.zh if area else held[0].area[:12],
        opened.get(cert.identity_ref, {}),
        opened.get(cert.statement_ref, {}).get("text", ""),
    )
    unit = next(iter(actor.units), f"c-{held[0].area[:12]}")
    signature = sign(host, actor, document, role="community_secretary", unit=unit)
    return Signed(document=document, code=new_code(), signature=signature, version=version)


def _verify_url(host: "Host", code: str) -> str:
    """Where anybody verifies the document, by way of the gateway; the code alone where no address is known."""
    base = host.deployment.public_url
    return f"{base}/api/v1/public/services/{host.service.name}/x/verify/{code}" if base else code


async def certificate_pdf(host: "Host", cert: Certificate) -> bytes:
    """The PDF of a signed certificate. NotFound ``certificate.no_document`` before it is signed."""
    if not cert.code:
        raise NotFound("certificate.no_document", state=cert.status)
    opened = await host.vault.open_matter(host.pool, cert.claim, clearance=4, masked=False)
    sealed = opened.get(cert.document_ref, {}).get("document")
    registered = await load_row(host.pool, DOCUMENT, cert.code)
    if sealed is None or registered is None:
        raise NotFound("certificate.no_document", state=cert.status)
    document = msgspec.json.decode(sealed, type=dict[str, Any])
    signature = registered[0].signature
    unit = host.registry.current.get("unit", signature.unit) if signature else None
    scope = host.registry.current.get("area", host.scope)
    sheet = Sheet(
        title=Text(TEXTS["document.community_certificate"].zh, TEXTS["document.community_certificate"].en),
        issuer_title=scope.title.zh if scope else host.scope,
        number=cert.number,
        code=cert.code,
        issued_at=registered[0].issued_at,
        verify_url=_verify_url(host, cert.code),
        footer=TEXTS["note.certificate_footer"].zh,
        signed_by=f"{TEXTS['role.community_secretary'].zh} · {unit.title.zh if unit else signature.unit}"
        if signature
        else "",
        valid_until=cert.valid_until,
    )
    template = resources.files(__package__).joinpath("certificate.typ").read_bytes()
    return await render_pdf(template, sheet, document, signature)
