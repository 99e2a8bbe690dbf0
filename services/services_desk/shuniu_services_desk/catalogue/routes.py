"""What anybody may ask of the catalogue: items, the complete list for a situation, as JSON, page panel and paper."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter
from shuniu.chassis.documents.canonical import digest
from shuniu.chassis.documents.render import MEDIA_TYPE, Sheet, render_pdf
from shuniu.chassis.http.access import host_of
from shuniu.contracts.manifest import Panel, Route
from shuniu.contracts.panels import Column, TablePanel
from shuniu.contracts.services_desk.catalogue import Guide, Material, Question
from shuniu.contracts.text import Text
from shuniu.rules.calendar import local
from shuniu.rules.refusal import FieldError, NotFound, Unprocessable

from shuniu_services_desk.catalogue.checklist import Checklist, check_situation, checklist, together
from shuniu_services_desk.catalogue.items import DeskItem, ItemVersion, LifeEvent
from shuniu_services_desk.catalogue.tables import ItemTable, LifeEventTable
from shuniu_services_desk.texts import words_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("HANDLERS", "PANELS", "ROUTES")

WORDS = words_of("catalogue")
AnyRequest = Request[Any, Any, Any]
Situation = Annotated[str, QueryParameter(max_length=2000, description="question:answer, parted by commas")]


class ItemLine(msgspec.Struct, frozen=True, kw_only=True):
    """An item in a list."""

    item: str
    name: str
    kind: str
    kind_title: Text
    version: int
    body: str
    promised_limit: int
    legal_limit: int
    visits: int
    channels: tuple[str, ...]


class Items(msgspec.Struct, frozen=True, kw_only=True):
    """Items in force today, and life events."""

    items: tuple[ItemLine, ...]
    life_events: tuple[LifeEvent, ...]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The complete list in one answer (一口清). ``exact``: nothing more is asked for; else ``questions`` are open."""

    items: tuple[str, ...]
    versions: dict[str, int]
    names: tuple[str, ...]
    situation: dict[str, str]
    exact: bool
    questions: tuple[Question, ...]
    materials: tuple[Material, ...]
    open: tuple[Material, ...]
    guides: tuple[Guide, ...]
    """Everything else of each item; its own materials and questions are the ones above."""


def _situation(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in filter(None, (p.strip() for p in text.split(","))):
        question, colon, answer = part.partition(":")
        if not colon or not question.strip() or not answer.strip():
            raise Unprocessable("guide.situation", event="guide", fields=(FieldError("situation", "value"),))
        found[question.strip()] = answer.strip()
    return found


async def _in_force(host: "Host") -> list[tuple[DeskItem, ItemVersion]]:
    day = local(host.clock.now()).date()
    records = await ItemTable.select(ItemTable.doc).order_by(ItemTable.key)
    rows = [msgspec.json.decode(r["doc"], type=DeskItem) for r in records]
    return [(row, version) for row in rows if (version := row.on(day)) is not None]


async def _asked(host: "Host", code: str) -> tuple[str, list[ItemVersion]]:
    """The item, or the items of a life event, in force today. NotFound."""
    day: date = local(host.clock.now()).date()
    codes, title = [code[:40]], ""
    event = await LifeEventTable.select(LifeEventTable.doc).where(LifeEventTable.key == code[:40])
    if event:
        row = msgspec.json.decode(event[0]["doc"], type=LifeEvent)
        codes, title = list(row.items), row.title
    records = await ItemTable.select(ItemTable.doc).where(ItemTable.key.is_in(codes)) if codes else []
    rows = {r.item: r for r in (msgspec.json.decode(rec["doc"], type=DeskItem) for rec in records)}
    held = [v for c in codes if c in rows and (v := rows[c].on(day)) is not None]
    if not held:
        raise NotFound("desk_item.unknown", params={"id": code[:40]})
    return title or held[0].guide.name, held


def _answer(held: list[ItemVersion], situation: dict[str, str]) -> Answer:
    guides = [v.guide for v in held]
    check_situation(guides, situation, "guide")
    found: Checklist = together(checklist(g, situation) for g in guides)
    return Answer(
        items=tuple(g.item for g in guides),
        versions={v.guide.item: v.version for v in held},
        names=tuple(g.name for g in guides),
        situation=situation,
        exact=found.exact,
        questions=found.questions,
        materials=found.materials,
        open=found.open,
        guides=tuple(msgspec.structs.replace(g, materials=(), questions=()) for g in guides),
    )


@get("/guide", opt={"public": True}, summary="Items in force and life events")
async def get_items(request: AnyRequest) -> Items:
    items = tuple(
        ItemLine(
            item=v.guide.item,
            name=v.guide.name,
            kind=v.guide.kind,
            kind_title=WORDS[f"enum.kind.{v.guide.kind}"],
            version=v.version,
            body=v.guide.body,
            promised_limit=v.guide.promised_limit,
            legal_limit=v.guide.legal_limit,
            visits=v.guide.visits,
            channels=v.guide.channels,
        )
        for _, v in await _in_force(host_of(request))
    )
    events = await LifeEventTable.select(LifeEventTable.doc).order_by(LifeEventTable.key)
    found = (msgspec.json.decode(r["doc"], type=LifeEvent) for r in events)
    return Items(items=items, life_events=tuple(e for e in found if e.items))


@get("/guide/{item:str}", opt={"public": True}, summary="The complete list for a situation, in one answer")
async def get_guide(request: AnyRequest, item: FromPath[str], situation: Situation = "") -> Answer:
    _, held = await _asked(host_of(request), item)
    return _answer(held, _situation(situation))


def _cells(m: Material, open_: bool) -> dict[str, Any]:
    return {
        "name": m.name,
        "form": WORDS[f"enum.form.{m.form}"],
        "copies": m.copies,
        "source": WORDS[f"enum.source.{m.source}"],
        "required": WORDS["word.required" if m.required else "word.optional"],
        "gap_allowed": WORDS["word.gap" if m.gap_allowed else "word.no_gap"],
        "depends": WORDS["word.depends"] if open_ else None,
    }


@get("/guide/{item:str}/panel", opt={"public": True}, summary="The complete list as a table")
async def get_guide_panel(request: AnyRequest, item: FromPath[str], situation: Situation = "") -> TablePanel:
    host = host_of(request)
    _, held = await _asked(host, item)
    a = _answer(held, _situation(situation))
    columns = tuple(
        Column(id=c, title=WORDS[f"field.{c}"], kind="number" if c == "copies" else "text")
        for c in ("name", "form", "copies", "source", "required", "gap_allowed", "depends")
    )
    rows = (*(_cells(m, False) for m in a.materials), *(_cells(m, True) for m in a.open))
    return TablePanel(
        columns=columns, rows=rows, as_of=host.clock.now(), note=WORDS["note.exact" if a.exact else "note.open"]
    )


_PAPER = b"""
#facts(c.head.map(r => (text(r.at(0)), text(r.at(1)))))
#v(6pt)
#table(columns: (auto, 1fr, auto, auto, auto), align: left, stroke: 0.4pt + luma(160),
  ..c.columns.map(h => strong(h)), ..c.rows.flatten())
#v(6pt)
#for line in c.notes [ - #line ]
"""


@get("/guide/{item:str}/pdf", opt={"public": True}, summary="The complete list as a PDF with a QR code")
async def get_guide_pdf(request: AnyRequest, item: FromPath[str], situation: Situation = "") -> Response[bytes]:
    host = host_of(request)
    title, held = await _asked(host, item)
    a = _answer(held, _situation(situation))
    if not a.exact:
        fields = tuple(FieldError(f"situation.{q.code}", "missing") for q in a.questions)
        raise Unprocessable("guide.not_exact", event="guide", fields=fields)
    chosen = {q.code: (q.title, {c.code: c.title for c in q.choices}) for v in held for q in v.guide.questions}
    head = [[WORDS["paper.items"].zh, "、".join(f"{v.guide.name}（第{v.version}版）" for v in held)]]
    head += [[chosen[q][0], chosen[q][1][answer]] for q, answer in a.situation.items()]
    head.append([WORDS["paper.limit"].zh, f"{max(v.guide.promised_limit for v in held)} 个工作日"])
    head.append([WORDS["paper.fee"].zh, f"{sum(v.guide.fee for v in held) / 100:.2f} 元"])
    content = {
        "head": head,
        "columns": [WORDS[f"field.{c}"].zh for c in ("number", "name", "form", "copies", "source")],
        "rows": [
            [str(n), m.name, WORDS[f"enum.form.{m.form}"].zh, str(m.copies), WORDS[f"enum.source.{m.source}"].zh]
            for n, m in enumerate(a.materials, 1)
        ],
        "notes": [v.guide.contact for v in held if v.guide.contact][:3],
    }
    path = f"/api/v1/public/services/{host.service.name}/x/guide/{quote(item)}"
    url = f"{host.deployment.public_url}{path}" + (f"?situation={quote(situation)}" if situation else "")
    sheet = Sheet(
        title=Text(f"{title} 一次性告知单", "Complete list of materials"),
        issuer_title=_scope_title(host),
        number="-".join(f"{v.guide.item}.{v.version}" for v in held)[:60],
        code=digest(content)[:16].upper(),
        issued_at=host.clock.now(),
        verify_url=url,
        footer=WORDS["paper.footer"].zh,
    )
    pdf = await render_pdf(_PAPER, sheet, content)
    return Response(pdf, media_type=MEDIA_TYPE)


def _scope_title(host: "Host") -> str:
    area = host.registry.current.get("area", host.scope)
    return area.title.zh if area is not None else WORDS["service.services_desk"].zh


@get("/catalogue/compression", summary="How much shorter the promised limits are than the law's (承诺压缩比)")
async def get_compression(request: AnyRequest) -> TablePanel:
    host = host_of(request)
    sums: dict[str, list[int]] = {}
    for _, v in await _in_force(host):
        for key in (v.guide.kind, ""):
            at = sums.setdefault(key, [0, 0, 0])
            at[0] += 1
            at[1] += v.guide.promised_limit
            at[2] += v.guide.legal_limit
    columns = (
        Column(id="kind", title=WORDS["field.kind"]),
        Column(id="items", title=WORDS["column.items"], kind="number"),
        Column(id="promised", title=WORDS["column.promised"], kind="number"),
        Column(id="legal", title=WORDS["column.legal"], kind="number"),
        Column(id="compression", title=WORDS["column.compression"], kind="percent", note=WORDS["note.compression"]),
    )
    rows = tuple(
        {
            "kind": WORDS[f"enum.kind.{kind}" if kind else "word.all"],
            "items": n,
            "promised": promised,
            "legal": legal,
            "compression": 1 - promised / legal if legal else None,
        }
        for kind, (n, promised, legal) in sorted(sums.items())
    )
    return TablePanel(columns=columns, rows=rows, as_of=host.clock.now())


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_items, get_guide, get_guide_panel, get_guide_pdf, get_compression)
ROUTES = (
    Route(path="/guide", title=WORDS["route.guide"], public=True),
    Route(path="/guide/{item}", title=WORDS["route.guide_item"], public=True),
    Route(path="/guide/{item}/panel", title=WORDS["route.guide_panel"], public=True),
    Route(path="/guide/{item}/pdf", title=WORDS["route.guide_pdf"], public=True),
    Route(path="/catalogue/compression", title=WORDS["route.compression"]),
)
PANELS = (
    Panel(
        id="desk.compression",
        title=WORDS["panel.desk_compression"],
        kind="table",
        route="/catalogue/compression",
        surface="service",
        order=70,
    ),
)
