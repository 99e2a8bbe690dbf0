"""A certificate as PDF: for the volunteer and for who issued it. Whether it holds anybody with the code may ask."""

from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from piccolo.columns.combination import WhereRaw
from shuniu.chassis.documents.render import MEDIA_TYPE, Sheet, render_pdf
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.chassis.state import load_row
from shuniu.contracts.text import Text
from shuniu.rules.refusal import Forbidden, NotFound

from shuniu_volunteer.certificates.state import CERTIFICATE, Certificate
from shuniu_volunteer.certificates.tables import CertificateTable
from shuniu_volunteer.teams.state import TEAM
from shuniu_volunteer.texts import words_of
from shuniu_volunteer.volunteers.routes import mine
from shuniu_volunteer.volunteers.volunteer import VOLUNTEER

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("HANDLERS",)

AnyRequest = Request[Any, Any, Any]


def _template() -> bytes:
    from importlib import resources

    return resources.files("shuniu_volunteer.certificates").joinpath("certificate.typ").read_bytes()


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One of one's own certificates."""

    code: str
    number: str
    minutes: int
    state: str


@get("/me/certificates", summary="One's own service certificates")
async def get_mine(request: AnyRequest) -> list[Listed]:
    v = await mine(actor_of(request).id)
    rows = (
        await CertificateTable.select(CertificateTable.doc)
        .where(WhereRaw("doc->>'volunteer' = {}", v.id))
        .order_by(CertificateTable.key)
    )
    found = [msgspec.json.decode(r["doc"], type=Certificate) for r in rows]
    found.sort(key=lambda c: c.issued_at, reverse=True)
    return [Listed(code=c.code, number=c.number, minutes=c.minutes, state=c.state) for c in found]


async def _issuer(organiser: str, host: "Host") -> str:
    """The organiser's name: a team's from our own register, another unit's from the registry."""
    team = await load_row(host.pool, TEAM, organiser)
    if team is not None:
        return team[0].team.title_zh
    unit = host.registry.current.get("unit", organiser)
    return unit.title.zh if unit else organiser


@get("/certificates/{code:str}/pdf", summary="A service certificate as PDF")
async def get_pdf(request: AnyRequest, code: FromPath[str]) -> Response[bytes]:
    host = host_of(request)
    actor = actor_of(request)
    found = await load_row(host.pool, CERTIFICATE, code.strip().upper()[:40])
    if found is None:
        raise NotFound("certificate.unknown")
    c = found[0]
    owner = await load_row(host.pool, VOLUNTEER, c.volunteer)
    is_owner = owner is not None and bool(owner[0].account) and owner[0].account == actor.id
    if not is_owner and not actor.acts_for(c.organiser):
        raise Forbidden("certificate.not_yours")
    content = (await host.vault.open_refs(host.pool, (c.content_ref,))).get(c.content_ref)
    if content is None:
        raise NotFound("certificate.unknown")
    document = msgspec.json.decode(content["document"])
    issuer = await _issuer(c.organiser, host)
    words = words_of("certificates")
    role = words.get(f"role.{c.signature.role}") if c.signature else None
    sheet = Sheet(
        title=words["document.service_certificate"],
        issuer_title=issuer,
        number=c.number,
        code=c.code,
        issued_at=c.issued_at,
        verify_url=f"{host.deployment.public_url}/api/v1/public/services/{host.service.name}/x/verify/{c.code}",
        footer=words["certificate.footer"].zh,
        signed_by=f"{issuer} {(role or Text('', '')).zh}".strip(),
    )
    pdf = await render_pdf(_template(), sheet, document, c.signature)
    headers = {"Content-Disposition": f'inline; filename="{c.number}.pdf"', "Cache-Control": "no-store"}
    return Response(pdf, media_type=MEDIA_TYPE, headers=headers)


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_mine, get_pdf)
