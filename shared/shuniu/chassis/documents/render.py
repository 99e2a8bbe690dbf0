"""A document as a PDF (Typst): a service's own template inside the shared frame, the canonical content attached.

The PDF carries ``document.json``: content, code and signature, so that who holds the file can check it without asking
anybody (``shuniu verify``). The font is Noto Sans CJK (OFL), from a package; nothing is fetched.
"""

import asyncio
import io
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib import resources
from importlib.util import find_spec
from typing import Any

import msgspec

from shuniu.chassis.documents.canonical import canonical
from shuniu.contracts.document import Signature
from shuniu.contracts.text import Text
from shuniu.rules.calendar import local

__all__ = ("MEDIA_TYPE", "Sheet", "qr_svg", "render_pdf", "render_plain")

MEDIA_TYPE = "application/pdf"
ATTACHED = "document.json"
_FONT_PACKAGE = "cvttf_NotoSansCJK_Regular"


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """What stands around a document's content. ``verify_url`` is printed and put in the QR code."""

    title: Text
    issuer_title: str
    number: str
    code: str
    issued_at: datetime
    verify_url: str
    footer: str = ""
    signed_by: str = ""
    """Role and unit of who signed, already in words; never a name that the document does not hold itself."""
    valid_until: date | None = None


@cache
def _fonts() -> list[str]:
    spec = find_spec(_FONT_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"the font package {_FONT_PACKAGE} is not installed")
    return list(spec.submodule_search_locations)


def qr_svg(text: str) -> str:
    """A QR code of the text, as SVG."""
    import segno

    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", border=1)
    return out.getvalue().decode()


def _frame() -> bytes:
    return resources.files("shuniu.chassis.documents").joinpath("frame.typ").read_bytes()


def _compile(template: bytes, inputs: dict[str, str]) -> bytes:
    import typst

    given = {"main.typ": template, "frame.typ": _frame()}
    # Its types do not know files given as a dict; the library does.
    pdf: bytes = typst.compile(  # type: ignore[call-overload]
        given, sys_inputs=inputs, font_paths=_fonts(), ignore_system_fonts=True
    )
    return pdf


_PROLOGUE = b"""#import "frame.typ": frame, facts
#let d = json(bytes(sys.inputs.sheet))
#let c = json(bytes(sys.inputs.content))
#pdf.attach("document.json", bytes(sys.inputs.attached), mime-type: "application/json")
#show: body => frame(d, body)
"""


async def render_pdf(
    template: bytes, sheet: Sheet, document: Mapping[str, Any], signature: Signature | None = None
) -> bytes:
    """The PDF of a document. ``template`` is Typst in which ``c`` is the document's content, ``d`` the sheet, and
    ``facts`` draws rows of label and value; everything the content holds is data there, never markup."""
    at = local(sheet.issued_at)
    shown = {
        "title": sheet.title.zh,
        "title_en": sheet.title.en,
        "issuer_title": sheet.issuer_title,
        "number": sheet.number,
        "code": sheet.code,
        "issued": f"{at:%Y-%m-%d %H:%M}" + (f" → {sheet.valid_until:%Y-%m-%d}" if sheet.valid_until else ""),
        "verify": sheet.verify_url,
        "footer": sheet.footer,
        "signed": sheet.signed_by,
        "qr": qr_svg(sheet.verify_url),
    }
    attached = msgspec.json.encode({"code": sheet.code, "document": document, "signature": signature})
    inputs = {
        "sheet": msgspec.json.encode(shown).decode(),
        "content": canonical(document).decode(),
        "attached": attached.decode(),
    }
    return await asyncio.to_thread(_compile, _PROLOGUE + template, inputs)


async def render_plain(template: bytes, content: Mapping[str, Any]) -> bytes:
    """A PDF that is no document: no code, no signature, no frame. ``template`` is Typst in which ``c`` is the content,
    data as it is, never markup."""
    inputs = {"content": msgspec.json.encode(content).decode()}
    return await asyncio.to_thread(_compile, b"#let c = json(bytes(sys.inputs.content))\n" + template, inputs)
