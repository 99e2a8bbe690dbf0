"""`shuniu verify FILE`: check a document without asking anybody: content, signature, who vouches."""

import base64
import io
from pathlib import Path
from typing import Any

import click
import msgspec

from shuniu.chassis.documents.canonical import digest
from shuniu.chassis.documents.signing import check_signature
from shuniu.contracts.document import Signature
from shuniu.runtime.child import SetUpError

__all__ = ("verify",)

_WORDS = {
    "": "signature right",
    "algorithm": "signed in a way that is not installed here",
    "voucher": "the key is not vouched for by this service",
    "value": "the signature does not fit the content",
}


class _Attached(msgspec.Struct, frozen=True):
    code: str
    document: dict[str, Any]
    signature: Signature | None = None


def _read(path: Path) -> _Attached:
    content = path.read_bytes()
    if content.startswith(b"%PDF"):
        import pypdf

        found = pypdf.PdfReader(io.BytesIO(content)).attachments.get("document.json")
        if not found:
            raise SetUpError(f"{path.name} carries no document.json.")
        content = found[0]
    try:
        return msgspec.json.decode(content, type=_Attached)
    except msgspec.DecodeError:
        raise SetUpError(f"{path.name} is no document of this suite.") from None


def verify(file: Path, vouching: str) -> bool:
    """Say what there is to say about a document; whether its signature is right. SetUpError for what is none."""
    attached = _read(file)
    sha256 = digest(attached.document)
    click.echo(f"code    {attached.code}")
    click.echo(f"sha256  {sha256}")
    if attached.signature is None:
        click.echo("This document is not signed; ask the issuer by its code.")
        return False
    s = attached.signature
    click.echo(f"signed  {s.at:%Y-%m-%d %H:%M} UTC, {s.alg}, {s.role}, {s.unit}, issued by {s.issuer}")
    try:
        raw = base64.b64decode(vouching, validate=True)
    except ValueError:
        raise SetUpError("--key is not base64.") from None
    if not raw:
        raise SetUpError("--key is needed: the public key of the issuing service, from GET /documents/key.")
    wrong = check_signature(sha256, s, raw)
    click.echo(f"result  {_WORDS[wrong]}")
    return not wrong
