"""Projects over time, and the money of each."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.chassis.identity.policy import may_read
from shuniu.chassis.state import load_row
from shuniu.contracts.panels import Bar, Column, GanttPanel, MatterPointer, TablePanel
from shuniu.contracts.summary import Visibility
from shuniu.rules.calendar import local
from shuniu.rules.refusal import NotFound

from shuniu_services_desk.needs.manifest import WORDS as NEED_WORDS
from shuniu_services_desk.needs.routes import area_of
from shuniu_services_desk.projects.kinds import PROJECT_ROW, units_of
from shuniu_services_desk.projects.state import Milestone, Project
from shuniu_services_desk.projects.tables import ProjectTable
from shuniu_services_desk.texts import words_of

__all__ = ("HANDLERS", "gantt_of")

WORDS = words_of("projects")
AnyRequest = Request[Any, Any, Any]
_LISTED = 200
_RUNNING = ("PLANNED", "FUNDED", "RUNNING", "ACCEPTED", "EVALUATED")


def _pointer(p: Project) -> MatterPointer:
    return MatterPointer(kind="desk_project", id=p.id, number=p.number)


def _bar(p: Project, m: Milestone, day: date) -> Bar:
    return Bar(
        id=m.id,
        title=WORDS[f"enum.work.{m.work}"].within(f"{m.seq} {{}}"),
        start=m.start_on,
        end=local(m.accepted_at).date() if m.accepted_at else None,
        due=m.due_on,
        status=m.status,
        group=p.number,
        unit=m.unit,
        depends=m.after,
        late=p.late(m.id) or (m.status != "MS_ACCEPTED" and day > m.due_on),
        matter=_pointer(p),
    )


def gantt_of(projects: Iterable[Project], now: datetime) -> GanttPanel:
    """The milestones of projects as bars, a group for each project, those that end first on top."""
    day = local(now).date()
    ordered = sorted(projects, key=lambda p: (max(m.due_on for m in p.milestones), p.number))
    return GanttPanel(bars=tuple(_bar(p, m, day) for p in ordered for m in p.milestones), as_of=now)


async def _seen(request: AnyRequest, statuses: tuple[str, ...] = ()) -> list[Project]:
    wanted = area_of(actor_of(request), ProjectTable)
    if wanted is None:
        return []
    query = ProjectTable.select(ProjectTable.doc).where(wanted)
    if statuses:
        query = query.where(ProjectTable.status.is_in(list(statuses)))
    records = await query.order_by(ProjectTable.key, ascending=False).limit(_LISTED)
    return [msgspec.json.decode(r["doc"], type=Project) for r in records]


@get("/projects/gantt", summary="Milestones of projects of the caller's areas that are not ended")
async def get_projects_gantt(request: AnyRequest) -> GanttPanel:
    host = host_of(request)
    return gantt_of(await _seen(request, _RUNNING), host.clock.now())


@get("/projects/{project:str}/gantt", summary="Milestones of one project over time")
async def get_project_gantt(request: AnyRequest, project: FromPath[str]) -> GanttPanel:
    host = host_of(request)
    found = await load_row(host.pool, PROJECT_ROW, project)
    seen = Visibility(areas=(found[0].area,), units=units_of(found[0])) if found is not None else None
    if found is None or seen is None or not may_read(seen, found[0].area, actor_of(request)):
        raise NotFound("desk_project.unknown", params={"id": project[:40]})
    return gantt_of((found[0],), host.clock.now())


@get("/projects", summary="Projects of the caller's areas with fund, budget and what was spent")
async def get_projects(request: AnyRequest) -> TablePanel:
    host = host_of(request)
    columns = (
        Column(id="project", title=WORDS["field.project_number"], kind="matter"),
        Column(id="category", title=NEED_WORDS["field.category"]),
        Column(id="area", title=NEED_WORDS["field.area"], kind="area"),
        Column(id="status", title=NEED_WORDS["field.need_status"], kind="status"),
        Column(id="lead", title=WORDS["field.lead"], kind="unit"),
        Column(id="fund", title=WORDS["field.fund"]),
        Column(id="budget", title=WORDS["column.budget"], kind="money"),
        Column(id="spent", title=WORDS["column.spent"], kind="money"),
        Column(id="needs", title=NEED_WORDS["field.needs_count"], kind="number"),
    )
    rows = tuple(
        {
            "project": _pointer(p),
            "category": NEED_WORDS[f"category.{p.category}"],
            "area": p.area,
            "status": p.status,
            "lead": p.unit,
            "fund": p.fund,
            "budget": p.budget,
            "spent": p.spent,
            "needs": len(p.needs),
        }
        for p in await _seen(request)
    )
    return TablePanel(columns=columns, rows=rows, as_of=host.clock.now())


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_projects_gantt, get_project_gantt, get_projects)
