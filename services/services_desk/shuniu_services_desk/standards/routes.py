"""Standards in force for anybody, and what each changed, before and after."""

from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.chassis.state import load_row
from shuniu.contracts.manifest import Route
from shuniu.contracts.panels import Column, MatterPointer, TablePanel
from shuniu.contracts.services_desk.standards import StandardFigures
from shuniu.rules.calendar import local
from shuniu.rules.refusal import Forbidden, NotFound

from shuniu_services_desk.roles import READERS
from shuniu_services_desk.standards.commands import STANDARD
from shuniu_services_desk.standards.figures import bad_share, first_visit_rate, mean_days
from shuniu_services_desk.standards.measuring import compared
from shuniu_services_desk.standards.state import Standard, StandardTable
from shuniu_services_desk.texts import words_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("HANDLERS", "ROUTES")

WORDS = words_of("standards")
AnyRequest = Request[Any, Any, Any]


class InForce(msgspec.Struct, frozen=True, kw_only=True):
    """A published standard."""

    standard: str
    number: str
    title: str
    version: int
    valid_from: date
    items: dict[str, int]


class Standards(msgspec.Struct, frozen=True, kw_only=True):
    """Those in force today."""

    standards: tuple[InForce, ...]


class WithText(msgspec.Struct, frozen=True, kw_only=True):
    """A published standard with its text."""

    standard: InForce
    text: str


def _in_force(s: Standard) -> InForce:
    assert s.valid_from is not None
    return InForce(
        standard=s.id, number=s.number, title=s.title, version=s.version, valid_from=s.valid_from, items=s.bound
    )


async def _published(host: "Host") -> list[Standard]:
    records = await StandardTable.select(StandardTable.doc).where(StandardTable.status == "PUBLISHED")
    return [msgspec.json.decode(r["doc"], type=Standard) for r in records]


@get("/standards", opt={"public": True}, summary="Standards in force today")
async def get_standards(request: AnyRequest) -> Standards:
    host = host_of(request)
    day = local(host.clock.now()).date()
    found = [s for s in await _published(host) if s.valid_from is not None and s.valid_from <= day]
    return Standards(standards=tuple(_in_force(s) for s in sorted(found, key=lambda s: s.number)))


@get("/standards/text/{standard:str}", opt={"public": True}, summary="A published standard with its text")
async def get_text(request: AnyRequest, standard: FromPath[str]) -> WithText:
    host = host_of(request)
    found = await load_row(host.pool, STANDARD, standard)
    if found is None or found[0].status != "PUBLISHED":
        raise NotFound("desk_standard.unknown", params={"id": standard[:40]})
    return WithText(standard=_in_force(found[0]), text=await host.vault.open_text(host.pool, found[0].text_ref))


_COLUMNS = (
    Column(id="period", title=WORDS["column.period"]),
    Column(id="decided", title=WORDS["column.decided"], kind="number"),
    Column(id="mean_days", title=WORDS["column.mean_days"], kind="number", note=WORDS["note.standard_days"]),
    Column(id="first_visit", title=WORDS["column.first_visit"], kind="percent", note=WORDS["note.standard_visit"]),
    Column(id="bad", title=WORDS["column.bad"], kind="percent", note=WORDS["note.standard_bad"]),
)


def _row(period: str, f: StandardFigures) -> dict[str, Any]:
    return {
        "period": WORDS[period].within(f"{{}} {f.first} – {f.last}"),
        "decided": f.decided,
        "mean_days": mean_days(f),
        "first_visit": first_visit_rate(f),
        "bad": bad_share(f),
    }


@get("/standards/{standard:str}/measured", summary="A pilot's figures before and after")
async def get_measured(request: AnyRequest, standard: FromPath[str]) -> TablePanel:
    host = host_of(request)
    actor = actor_of(request)
    found = await load_row(host.pool, STANDARD, standard)
    if found is None or found[0].pilot is None or not actor.covers(found[0].area):
        raise NotFound("desk_standard.unknown", params={"id": standard[:40]})
    s, pilot = found[0], found[0].pilot
    # What was published keeps the figures it was published by; a pilot that runs shows what is so now.
    if s.before is not None and s.after is not None:
        before, after = s.before, s.after
    else:
        before, after = await compared(host, s, pilot)
    rows = (_row("word.before", before), _row("word.after", after))
    return TablePanel(columns=_COLUMNS, rows=rows, as_of=host.clock.now(), note=WORDS["note.standard_null"])


@get("/standards/measured", summary="What the standards in force changed")
async def get_all_measured(request: AnyRequest) -> TablePanel:
    host = host_of(request)
    actor = actor_of(request)
    if not actor.has_role(*READERS):
        raise Forbidden("access.role", params={"roles": ", ".join(READERS)})
    rows = []
    for s in sorted(await _published(host), key=lambda s: s.number):
        if not actor.covers(s.area) or s.before is None or s.after is None:
            continue
        rows.append(
            {
                "standard": MatterPointer(kind="desk_standard", id=s.id, number=s.number),
                "title": s.title,
                "days_before": mean_days(s.before),
                "days_after": mean_days(s.after),
                "visit_before": first_visit_rate(s.before),
                "visit_after": first_visit_rate(s.after),
                "bad_before": bad_share(s.before),
                "bad_after": bad_share(s.after),
            }
        )
    kinds = {
        "standard": "matter", "title": "text", "days_before": "number", "days_after": "number",
        "visit_before": "percent", "visit_after": "percent", "bad_before": "percent", "bad_after": "percent",
    }  # fmt: skip
    columns = tuple(Column(id=c, title=WORDS[f"column.{c}"], kind=k) for c, k in kinds.items())  # type: ignore[arg-type]
    return TablePanel(columns=columns, rows=tuple(rows), as_of=host.clock.now(), note=WORDS["note.standard_null"])


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_standards, get_text, get_all_measured, get_measured)
ROUTES = (
    Route(path="/standards", title=WORDS["route.standards"], public=True),
    Route(path="/standards/text/{standard}", title=WORDS["route.standard_text"], public=True),
    Route(path="/standards/measured", title=WORDS["panel.desk_standards"]),
    Route(path="/standards/{standard}/measured", title=WORDS["panel.standard_measured"]),
)
