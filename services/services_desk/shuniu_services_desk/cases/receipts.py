"""Receipts (回执): received, to be corrected, accepted, not accepted, decided; with number, time, QR (§32, §38).

The content is sealed under the document's code; the log keeps its hash, which anybody with the code can verify.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, Protocol

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Emit, Private
from shuniu.chassis.documents.register import issue
from shuniu.chassis.documents.render import Sheet, render_pdf
from shuniu.contracts.services_desk.catalogue import Guide
from shuniu.contracts.text import Text
from shuniu.rules.calendar import local
from shuniu.rules.refusal import NotFound

from shuniu_services_desk.cases.state import Case, CaseDocument
from shuniu_services_desk.texts import words_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("ReceiptKind", "receipt", "rendered")

ReceiptKind = Literal["desk_received", "desk_correction", "desk_accepted", "desk_refused", "desk_decided"]
_SUFFIX: dict[str, str] = {
    "desk_received": "SJ",
    "desk_correction": "BZ",
    "desk_accepted": "SL",
    "desk_refused": "BS",
    "desk_decided": "JD",
}
_PAPER = b"""
#facts(c.lines.map(r => (word.at(r.at(0), default: r.at(0)), text(r.at(1)))))
#v(6pt)
#if c.list.len() > 0 [
  #strong(word.at(c.list_title, default: c.list_title))
  #for m in c.list [ + #m ]
]
#v(4pt)
#for p in c.words [ #par(word.at(p, default: p)) ]
"""


def receipt(
    c: Case,
    kind: ReceiptKind,
    code: str,
    name: str,
    guide: Guide,
    ctx: Context,
    *,
    list_title: str = "",
    materials: Sequence[str] = (),
    words: Sequence[str] = (),
    due: date | None = None,
    on: Any,
    numbered: int = 0,
) -> tuple[tuple[Emit, ...], tuple[Private, ...]]:
    """The event of a receipt's issue and its sealed content; nothing where no code was prepared (a timer asks none)."""
    if not code:
        return (), ()
    titles = {m.code: m.name for m in guide.materials}
    number = f"{c.number}-{_SUFFIX[kind]}{numbered or ''}"
    at = local(ctx.now)
    lines = [
        ["line.number", c.number],
        ["line.applicant", name],
        ["line.item", f"{guide.name}（{c.item} 第{c.version}版）"],
        ["line.time", f"{at:%Y-%m-%d %H:%M}"],
    ]
    if due is not None:
        lines.append(["line.due", due.isoformat()])
    document = {
        "kind": kind,
        "number": number,
        "case": c.id,
        "lines": lines,
        "list_title": list_title if materials else "",
        "list": [titles.get(m, m) for m in materials],
        "words": [w for w in words if w],
    }
    emit = issue(document, code=code, kind=kind, number=number, matter=c.id, on=on)
    fields = {"document": msgspec.json.encode(document).decode()}
    return (emit,), (Private(code, fields, "desk.receipt", "STATUTORY_DUTY", matter=c.id),)


class _HasDocuments(Protocol):
    @property
    def documents(self) -> tuple[CaseDocument, ...]: ...


async def rendered(c: _HasDocuments, code: str, host: "Host", capability: str = "cases") -> bytes:
    """The PDF of one of a matter's receipts, in the words of its capability. NotFound ``document.unknown``."""
    held: CaseDocument | None = next((d for d in c.documents if d.code == code), None)
    sealed = (await host.vault.open_refs(host.pool, (code,))).get(code) if held is not None else None
    if held is None or sealed is None:
        raise NotFound("document.unknown", params={"id": code[:40]})
    document: dict[str, Any] = msgspec.json.decode(sealed["document"])
    words = words_of(capability).merged(words_of("cases"))
    area = host.registry.current.get("area", host.scope)
    sheet = Sheet(
        title=words[f"document.{held.kind}"],
        issuer_title=area.title.zh if area is not None else words["service.services_desk"].zh,
        number=held.number,
        code=code,
        issued_at=held.at,
        verify_url=f"{host.deployment.public_url}/api/v1/public/services/{host.service.name}/x/verify/{code}",
        footer=words["line.footer"].zh,
    )
    return await render_pdf(_in_words(words), sheet, document)


def _in_words(words: Mapping[str, Text]) -> bytes:
    """The template, with the words for the labels: a document's content holds their keys only."""
    labels = {k: words[k].zh for k in words if k.startswith("line.")}
    named = ", ".join(f'"{key}": "{label}"' for key, label in labels.items())
    return f"#let word = ({named})\n".encode() + _PAPER
