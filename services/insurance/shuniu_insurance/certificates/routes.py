"""A certificate as PDF: for the parties of its claim, and for the claimant by follow-up code."""

from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter
from shuniu.chassis.audit import AuditEntry
from shuniu.chassis.documents.render import MEDIA_TYPE
from shuniu.chassis.http.access import actor_of, audited_refusal, host_of
from shuniu.chassis.identity.policy import may_read
from shuniu.chassis.state import load_row
from shuniu.rules.refusal import Forbidden, NotFound

from shuniu_insurance.certificates.certificate import CERTIFICATE_ROW
from shuniu_insurance.certificates.document import certificate_pdf
from shuniu_insurance.certificates.lifecycle import AUDITORS, CLERKS
from shuniu_insurance.claims.claim import CLAIM
from shuniu_insurance.claims.face import visibility
from shuniu_insurance.claims.lifecycle import INSURER, PAYERS
from shuniu_insurance.claims.routes import claim_by_code

__all__ = ("HANDLERS",)

_PARTIES = (*CLERKS, *AUDITORS, *INSURER, *PAYERS)


def _pdf(content: bytes, number: str) -> Response[bytes]:
    headers = {"Content-Disposition": f'inline; filename="{number}.pdf"', "Cache-Control": "no-store"}
    return Response(content=content, media_type=MEDIA_TYPE, headers=headers)


@get("/certificates/{certificate:str}/pdf", summary="A signed certificate as PDF, for the parties of its claim")
async def get_certificate_pdf(request: Request[Any, Any, Any], certificate: FromPath[str]) -> Response[bytes]:
    """Names a person in clear: by the policy of the claim, for those who work on it, and audited."""
    host = host_of(request)
    actor = actor_of(request)
    found = await load_row(host.pool, CERTIFICATE_ROW, certificate)
    if found is None:
        raise NotFound("claim_certificate.unknown", params={"id": certificate[:64]})
    cert = found[0]
    held = await load_row(host.pool, CLAIM, cert.claim)
    allowed = held is not None and may_read(visibility(held[0]), held[0].area, actor) and actor.has_role(*_PARTIES)
    if not allowed:
        refusal = Forbidden("access.not_visible")
        audited_refusal(host, "certificate.pdf", refusal, actor, cert.claim)
        raise refusal
    content = await certificate_pdf(host, cert)
    host.audit.record(
        AuditEntry(at=host.clock.now(), actor=actor.id, command="certificate.pdf", allowed=True, matter=cert.claim)
    )
    return _pdf(content, cert.number)


@get("/claims/certificate", opt={"public": True}, summary="The certificate of a claim, by its follow-up code")
async def get_own_certificate(
    request: Request[Any, Any, Any], code: Annotated[str, QueryParameter(min_length=12, max_length=24)]
) -> Response[bytes]:
    host = host_of(request)
    o = await claim_by_code(host, code)
    found = await load_row(host.pool, CERTIFICATE_ROW, o.certificate) if o.certificate else None
    if found is None:
        raise NotFound("certificate.no_document", state=o.status)
    return _pdf(await certificate_pdf(host, found[0]), found[0].number)


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_certificate_pdf, get_own_certificate)
