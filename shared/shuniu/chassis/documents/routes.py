"""Whether a document holds, for anybody who has its code; the key its signatures are vouched with."""

import base64
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter

from shuniu.chassis.documents.signing import check_signature, service_key
from shuniu.chassis.documents.tables import DOCUMENT_TABLE
from shuniu.chassis.http.access import host_of
from shuniu.contracts.document import Signature
from shuniu.contracts.text import Text
from shuniu.rules.calendar import local
from shuniu.rules.refusal import NotFound

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("HANDLERS", "ServiceKey", "Verified")


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What anybody with the code may know: whether it holds, nothing of what it says.

    ``state`` is ``VALID``, ``EXPIRED`` or ``REVOKED``; ``signed`` says that the signature was checked and is right;
    ``matches`` compares the hash of the copy at hand, null where none was given.
    """

    code: str
    kind: Text
    number: str
    state: str
    state_title: Text
    issued_at: datetime
    valid_until: date | None
    revoked_at: datetime | None
    replaced_by: str
    sha256: str
    matches: bool | None
    signed: bool
    signature: Signature | None
    signer_role: Text | None
    signer_unit: Text | None
    issuer: str


class ServiceKey(msgspec.Struct, frozen=True, kw_only=True):
    """The raw Ed25519 public key of this service, base64."""

    issuer: str
    alg: str
    key: str


class _Kept(msgspec.Struct, frozen=True):
    code: str
    kind: str
    number: str
    sha256: str
    issued_at: datetime
    valid_until: date | None = None
    signature: Signature | None = None
    state: str = "VALID"
    replaced_by: str = ""
    revoked_at: datetime | None = None


def _vouching(host: "Host") -> bytes:
    return service_key(host).public_bytes_raw()


@get("/verify/{code:str}", summary="Whether a document holds", opt={"public": True})
async def get_verify(
    request: Request[Any, Any, Any],
    code: FromPath[str],
    sha256: Annotated[str, QueryParameter(max_length=64, pattern=r"^([0-9a-f]{64})?$")] = "",
) -> Verified:
    host = host_of(request)
    # In this host's own database: several services of one process issue documents, and a Piccolo class has one engine.
    doc = await host.pool.fetchval(f"select doc from {DOCUMENT_TABLE} where key = $1", code.strip().upper()[:40])
    if doc is None:
        raise NotFound("document.unknown", params={"id": code[:40]})
    kept = msgspec.json.decode(doc, type=_Kept)
    today = local(host.clock.now()).date()
    expired = kept.valid_until is not None and today > kept.valid_until
    state = "EXPIRED" if kept.state == "VALID" and expired else kept.state
    signature = kept.signature
    signed = signature is not None and check_signature(kept.sha256, signature, _vouching(host)) == ""
    unit = host.registry.current.get("unit", signature.unit) if signature else None
    return Verified(
        code=kept.code,
        kind=_title(host, f"document.{kept.kind}"),
        number=kept.number,
        state=state,
        state_title=_title(host, f"document_state.{state}"),
        issued_at=kept.issued_at,
        valid_until=kept.valid_until,
        revoked_at=kept.revoked_at,
        replaced_by=kept.replaced_by,
        sha256=kept.sha256,
        matches=sha256 == kept.sha256 if sha256 else None,
        signed=signed,
        signature=signature,
        signer_role=_title(host, f"role.{signature.role}") if signature else None,
        signer_unit=(unit.title if unit else Text(signature.unit, signature.unit)) if signature else None,
        issuer=host.source,
    )


def _title(host: "Host", key: str) -> Text:
    return host.texts.get(key) or Text(key, key)


@get("/documents/key", summary="The key documents are vouched with", opt={"public": True})
async def get_key(request: Request[Any, Any, Any]) -> ServiceKey:
    host = host_of(request)
    return ServiceKey(issuer=host.source, alg="Ed25519", key=base64.b64encode(_vouching(host)).decode())


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_verify, get_key)
