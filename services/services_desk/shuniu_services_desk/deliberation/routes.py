"""Queries of deliberations: the calendar of meetings, the table of resolutions, papers as PDF."""

from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from shuniu.chassis.documents.render import MEDIA_TYPE
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.chassis.state import load_row
from shuniu.contracts.panels import CalendarEntry, CalendarPanel, Column, MatterPointer, TablePanel
from shuniu.contracts.text import Text
from shuniu.rules.refusal import NotFound

from shuniu_services_desk.deliberation.kinds import DELIBERATION_ROW, reads_deliberation
from shuniu_services_desk.deliberation.papers import rendered_paper
from shuniu_services_desk.deliberation.state import Deliberation
from shuniu_services_desk.deliberation.tables import DeliberationTable
from shuniu_services_desk.needs.manifest import WORDS as NEED_WORDS
from shuniu_services_desk.needs.routes import area_of
from shuniu_services_desk.texts import words_of

__all__ = ("HANDLERS",)

WORDS = words_of("deliberation")
AnyRequest = Request[Any, Any, Any]
_LISTED = 200
_COUNTED = ("VOTED", "RESOLUTION", "NOT_PASSED", "INQUORATE")


def _pointer(d: Deliberation) -> MatterPointer:
    return MatterPointer(kind="deliberation", id=d.id, number=d.number)


async def _seen(request: AnyRequest, statuses: tuple[str, ...]) -> list[Deliberation]:
    wanted = area_of(actor_of(request), DeliberationTable)
    if wanted is None:
        return []
    query = DeliberationTable.select(DeliberationTable.doc).where(wanted)
    query = query.where(DeliberationTable.status.is_in(list(statuses)))
    records = await query.order_by(DeliberationTable.key, ascending=False).limit(_LISTED)
    return [msgspec.json.decode(r["doc"], type=Deliberation) for r in records]


def _title(d: Deliberation) -> Text:
    category, forum = NEED_WORDS[f"category.{d.category}"], WORDS[f"enum.forum.{d.forum}"]
    return Text(f"{category.zh} · {forum.zh}", f"{category.en} · {forum.en}")


@get("/deliberations/calendar", summary="When deliberations of the caller's areas meet")
async def get_calendar(request: AnyRequest) -> CalendarPanel:
    host = host_of(request)
    found = await _seen(request, ("NOTICED", "DELIBERATED", *_COUNTED))
    entries = tuple(
        CalendarEntry(
            id=d.id,
            title=_title(d),
            starts_at=d.meeting_at,
            area=d.area,
            units=d.units,
            status=d.status,
            matter=_pointer(d),
        )
        for d in sorted(found, key=lambda d: (d.meeting_at or d.opened_at, d.id))
        if d.meeting_at is not None
    )
    return CalendarPanel(entries=entries, as_of=host.clock.now())


@get("/deliberations/resolutions", summary="What deliberations of the caller's areas came to, with the exact count")
async def get_resolutions(request: AnyRequest) -> TablePanel:
    host = host_of(request)
    columns = (
        Column(id="deliberation", title=WORDS["field.deliberation_number"], kind="matter"),
        Column(id="category", title=NEED_WORDS["field.category"]),
        Column(id="area", title=NEED_WORDS["field.area"], kind="area"),
        Column(id="forum", title=WORDS["field.forum"]),
        Column(id="status", title=NEED_WORDS["field.need_status"], kind="status"),
        Column(id="participation", title=WORDS["column.participation"], kind="percent"),
        Column(id="in_favour", title=WORDS["column.in_favour"], kind="percent"),
        Column(id="rule", title=WORDS["field.majority_rule"]),
        Column(id="met", title=WORDS["field.meeting_at"], kind="time"),
    )
    rows = tuple(
        {
            "deliberation": _pointer(d),
            "category": NEED_WORDS[f"category.{d.category}"],
            "area": d.area,
            "forum": WORDS[f"enum.forum.{d.forum}"],
            "status": d.status,
            "participation": d.present.heads / d.eligible.heads if d.eligible.heads else None,
            "in_favour": d.tallies[d.passed].heads / d.present.heads if d.passed and d.present.heads else None,
            "rule": str(d.rule.majority(d.decision)),
            "met": d.meeting_at,
        }
        for d in await _seen(request, _COUNTED)
    )
    return TablePanel(columns=columns, rows=rows, as_of=host.clock.now(), note=WORDS["deliberation.counting_only"])


@get("/deliberations/{deliberation:str}/papers/{paper:str}", summary="Minutes or resolution as PDF")
async def get_paper(request: AnyRequest, deliberation: FromPath[str], paper: FromPath[str]) -> Response[bytes]:
    host = host_of(request)
    found = await load_row(host.pool, DELIBERATION_ROW, deliberation)
    if found is None or not reads_deliberation(found[0], actor_of(request)):
        raise NotFound("deliberation.unknown", params={"id": deliberation[:40]})
    return Response(await rendered_paper(found[0], paper, host), media_type=MEDIA_TYPE)


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_calendar, get_resolutions, get_paper)
