"""Minutes (会议记录) and resolutions (决议) as documents: content sealed, hash in the log, PDF with QR."""

from typing import TYPE_CHECKING, Any, Literal

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Emit, Private
from shuniu.chassis.documents.register import DOCUMENT, issue
from shuniu.chassis.documents.render import Sheet, render_pdf
from shuniu.contracts.services_desk.deliberation import Tally
from shuniu.rules.calendar import local
from shuniu.rules.refusal import NotFound

from shuniu_services_desk.deliberation.kinds import DELIBERATION_ROW
from shuniu_services_desk.deliberation.state import Deliberation
from shuniu_services_desk.texts import words_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("PaperKind", "document_key", "paper", "rendered_paper")

PaperKind = Literal["desk_minutes", "desk_resolution"]
_SUFFIX: dict[str, str] = {"desk_minutes": "JL", "desk_resolution": "JY"}
_PAPER = b"""
#facts(c.lines.map(r => (word.at(r.at(0), default: r.at(0)), text(r.at(1)))))
#v(6pt)
#for p in c.words [ #par(text(p)) ]
#v(4pt)
#text(size: 9pt)[#word.at("line.counting_only")]
"""


def _share(t: Tally, by_area: bool) -> str:
    heads = f"{t.heads} 人（户）"
    return f"{heads}，{t.area // 100}.{t.area % 100:02d} 平方米" if by_area else heads


def paper(
    d: Deliberation, kind: PaperKind, code: str, words: tuple[str, ...], ctx: Context
) -> tuple[tuple[Emit, ...], tuple[Private, ...]]:
    """The event of the paper's issue and its sealed content; ``code`` was prepared."""
    rule, number = d.rule, f"{d.number}-{_SUFFIX[kind]}"
    lines = [
        ["line.deliberation", d.number],
        ["line.forum", words_of("deliberation")[f"enum.forum.{d.forum}"].zh],
        ["line.meeting_at", f"{local(d.meeting_at):%Y-%m-%d %H:%M}" if d.meeting_at else ""],
        ["line.eligible", _share(d.eligible, rule.by_area)],
        ["line.present", _share(d.present, rule.by_area)],
        ["line.participation", str(rule.participation)],
        ["line.majority", str(rule.majority(d.decision))],
    ]
    if kind == "desk_resolution":
        named = words_of("deliberation")
        lines += [
            [
                f"line.option_{o}" if o in ("AGAINST", "ABSTAIN") else named["line.option"].zh + o,
                _share(t, rule.by_area),
            ]
            for o, t in sorted(d.tallies.items())
        ]
    document = {"kind": kind, "number": number, "deliberation": d.id, "lines": lines, "words": [w for w in words if w]}
    emit = issue(document, code=code, kind=kind, number=number, matter=d.id, on=(DELIBERATION_ROW.key(d.id),))
    fields = {"document": msgspec.json.encode(document).decode()}
    return (emit,), (Private(code, fields, "desk.deliberation", "STATUTORY_DUTY", matter=d.id),)


def document_key(code: str) -> Any:
    """The place of a paper in the register."""
    return DOCUMENT.key(code)


async def rendered_paper(d: Deliberation, code: str, host: "Host") -> bytes:
    """The PDF of one of its papers. NotFound ``document.unknown``."""
    held = next((p for p in d.papers if p.code == code), None)
    sealed = (await host.vault.open_refs(host.pool, (code,))).get(code) if held is not None else None
    if held is None or sealed is None:
        raise NotFound("document.unknown", params={"id": code[:40]})
    document: dict[str, Any] = msgspec.json.decode(sealed["document"])
    words = words_of("deliberation")
    area = host.registry.current.get("area", host.scope)
    sheet = Sheet(
        title=words[f"document.{held.kind}"],
        issuer_title=area.title.zh if area is not None else words["service.services_desk"].zh,
        number=held.number,
        code=code,
        issued_at=held.at,
        verify_url=f"{host.deployment.public_url}/api/v1/public/services/{host.service.name}/x/verify/{code}",
    )
    labels = ", ".join(f'"{k}": "{words[k].zh}"' for k in words if k.startswith("line."))
    return await render_pdf(f"#let word = ({labels})\n".encode() + _PAPER, sheet, document)
