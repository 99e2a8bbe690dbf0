"""The register of documents a service has issued: by code, with hash, signature and whether it still holds."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from shuniu.chassis.decision import Emit
from shuniu.chassis.documents.canonical import digest
from shuniu.chassis.documents.routes import HANDLERS
from shuniu.chassis.documents.tables import DOCUMENT_TABLE
from shuniu.chassis.rows import Happening, Index, Key, RowKind, Rows
from shuniu.chassis.service import Capability, Catalogue
from shuniu.contracts.document import DocumentIssued, DocumentRevoked, Signature
from shuniu.contracts.manifest import Route
from shuniu.contracts.text import Text
from shuniu.rules.refusal import Conflict

__all__ = ("DOCUMENT", "Document", "capability", "issue", "revoke")


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A document as the register knows it."""

    code: str
    kind: str
    number: str
    matter: str
    sha256: str
    issued_at: datetime
    valid_until: date | None = None
    signature: Signature | None = None
    state: Literal["VALID", "REVOKED"] = "VALID"
    reason: str = ""
    replaced_by: str = ""
    revoked_at: datetime | None = None


def _evolve(row: Document | None, f: Any, h: Happening) -> Document | None:
    if isinstance(f, DocumentIssued):
        return Document(
            code=f.code,
            kind=f.kind,
            number=f.number,
            matter=f.matter,
            sha256=f.sha256,
            issued_at=h.time,
            valid_until=f.valid_until,
            signature=f.signature,
        )
    if isinstance(f, DocumentRevoked) and row is not None:
        return replace(row, state="REVOKED", reason=f.reason, replaced_by=f.replaced_by, revoked_at=h.time)
    return row


DOCUMENT: RowKind[Document] = RowKind(
    "document", Document, DOCUMENT_TABLE, _evolve, index=lambda d: Index(d.state, "", d.kind)
)


def issue(
    document: Mapping[str, Any],
    *,
    code: str,
    kind: str,
    number: str,
    matter: str,
    valid_until: date | None = None,
    signature: Signature | None = None,
    on: tuple[Key, ...] = (),
) -> Emit:
    """The event of a document's issue; ``on`` names the matter's row first, so that its summary travels."""
    fact = DocumentIssued(
        code=code,
        kind=kind,
        number=number,
        matter=matter,
        sha256=digest(document),
        valid_until=valid_until,
        signature=signature,
    )
    return Emit(fact, (*on, DOCUMENT.key(code)))


def revoke(rows: Rows, code: str, reason: str, *, replaced_by: str = "", on: tuple[Key, ...] = ()) -> Emit:
    """The event that ends a document. NotFound ``document.unknown``, Conflict ``document.revoked``."""
    row = rows.need(DOCUMENT, code)
    if row.state == "REVOKED":
        raise Conflict("document.revoked", state=row.state, event="revoke")
    return Emit(DocumentRevoked(code=code, reason=reason, replaced_by=replaced_by), (*on, DOCUMENT.key(code)))


capability = Capability(
    name="documents",
    texts=Catalogue({}),
    rows=(DOCUMENT,),
    facts=(DocumentIssued, DocumentRevoked),
    routes=(
        Route(path="/verify/{code}", title=Text("验证凭证", "Verify a document"), public=True),
        Route(path="/documents/key", title=Text("签发公钥", "The key documents are vouched with"), public=True),
    ),
    handlers=HANDLERS,
)
