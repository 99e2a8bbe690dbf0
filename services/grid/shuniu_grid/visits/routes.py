"""Due lists and coverage. Every query is Piccolo's; figures about households show no small cells."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, QueryParameter
from shuniu.chassis.context import Actor
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.chassis.tables import Condition, any_of, in_areas
from shuniu.contracts.grid.visits import VisitSubject
from shuniu.contracts.panels import CellKind, Column, TablePanel
from shuniu.contracts.text import Text
from shuniu.rules.refusal import FieldError, Unprocessable

from shuniu_grid.areas.routes import Digits
from shuniu_grid.residents.processing import CATEGORIES
from shuniu_grid.residents.reading import READERS
from shuniu_grid.residents.routes import suppressed
from shuniu_grid.settings import business_day, settings_of
from shuniu_grid.visits.due import Figures, Subject, coverage, figures, next_due, summed
from shuniu_grid.visits.state import HomeVisit
from shuniu_grid.visits.subjects import subjects_seen, targets_of
from shuniu_grid.visits.tables import HomeVisitTable
from shuniu_grid.visits.words import WORDS

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("HANDLERS", "Due", "DueVisit")

AnyRequest = Request[Any, Any, Any]
LONGEST = 366
MOST = 500
_ON_PANEL = 200


class DueVisit(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody to be visited by ``due_on``. Of a household only its number: not who it is, nor how often."""

    visit_to: VisitSubject
    subject: str
    name: str
    area: str
    due_on: date
    overdue_days: int
    last_met: date | None


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A due list, the longest overdue first; ``overdue`` counts all that are, on this page or not."""

    total: int
    overdue: int
    items: tuple[DueVisit, ...]


class VisitView(msgspec.Struct, frozen=True, kw_only=True):
    """A visit without its diary. ``subject`` of a household only for those who keep the register."""

    id: str
    number: str
    version: int
    status: str
    visit_to: VisitSubject
    subject: str
    area: str
    on: date
    how: str
    findings: int


class Visits(msgspec.Struct, frozen=True, kw_only=True):
    """A page of visits, newest first."""

    total: int
    items: tuple[VisitView, ...]


async def _due(request: AnyRequest, area: str, ahead: int | None) -> list[tuple[date, Subject]]:
    host, actor = host_of(request), actor_of(request)
    today = business_day(host.clock.now())
    days = settings_of(host).visit_ahead_days if ahead is None else ahead
    found = []
    for subject in await subjects_seen(host, actor, area):
        day = next_due(subject, today, days)
        if day is not None:
            found.append((day, subject))
    return sorted(found, key=lambda pair: (pair[0], pair[1].kind, pair[1].id))


@get("/visits/due", summary="Who is to be visited, the longest overdue first")
async def get_due(
    request: AnyRequest,
    area: Digits = "",
    visit_to: FromQuery[VisitSubject | None] = None,
    ahead: Annotated[int | None, QueryParameter(ge=0, le=366)] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = 50,
    offset: Annotated[int, QueryParameter(ge=0)] = 0,
) -> Due:
    today = business_day(host_of(request).clock.now())
    found = [(d, s) for d, s in await _due(request, area, ahead) if visit_to is None or s.kind == visit_to]
    items = (
        DueVisit(
            visit_to=s.kind,
            subject=s.id,
            name=s.name,
            area=s.area,
            due_on=day,
            overdue_days=max(0, (today - day).days),
            last_met=s.days[-1] if s.days else None,
        )
        for day, s in found[offset : offset + limit]
    )
    return Due(total=len(found), overdue=sum(day < today for day, _ in found), items=tuple(items))


def _seen(actor: Actor) -> Condition | None:
    """The visits an actor may read, as the read policy has it: those of the own areas."""
    return any_of(in_areas(HomeVisitTable, actor)) if actor.clearance >= 2 else None


@get("/visits", summary="Visits the caller may see, newest first, without their diaries")
async def get_visits(
    request: AnyRequest,
    area: Digits = "",
    status: Annotated[str, QueryParameter(max_length=20)] = "",
    unit: Annotated[str, QueryParameter(max_length=30, description="Number of a unit")] = "",
    household: Annotated[str, QueryParameter(max_length=13, description="Number of a household")] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = 50,
    offset: Annotated[int, QueryParameter(ge=0)] = 0,
) -> Visits:
    actor = actor_of(request)
    seen, keeps = _seen(actor), actor.has_role(*READERS)
    if seen is None or (household and not keeps):
        return Visits(total=0, items=())
    wanted: list[Condition] = [seen, HomeVisitTable.area.like(f"{area}%")]
    if status:
        wanted.append(HomeVisitTable.status == status)
    if unit or household:
        wanted.append(HomeVisitTable.unit == (f"UNIT:{unit}" if unit else f"HOUSEHOLD:{household}"))
    total = await HomeVisitTable.count().where(*wanted)
    query = HomeVisitTable.select(HomeVisitTable.doc, HomeVisitTable.version).where(*wanted)
    rows = await query.order_by(HomeVisitTable.key, ascending=False).limit(limit).offset(offset)
    return Visits(total=total, items=tuple(_view(r, keeps) for r in rows))


def _view(record: dict[str, Any], keeps: bool) -> VisitView:
    row = msgspec.json.decode(record["doc"], type=HomeVisit)
    return VisitView(
        id=row.id,
        number=row.number,
        version=record["version"],
        status=row.status,
        visit_to=row.visit_to,
        subject=row.subject if keeps or row.visit_to == "UNIT" else "",
        area=row.area,
        on=row.on,
        how=row.how,
        findings=len(row.findings),
    )


def _column(id_: str, kind: CellKind = "text", note: str = "") -> Column:
    return Column(id=id_, title=WORDS[f"visit_column.{id_}"], kind=kind, note=WORDS[note] if note else None)


@get("/panels/visits-due", summary="Overdue and upcoming visits as a table")
async def get_due_panel(request: AnyRequest, area: Digits = "") -> TablePanel:
    host = host_of(request)
    today = business_day(host.clock.now())
    columns = (
        _column("visit_to"),
        _column("subject"),
        _column("area", "area"),
        _column("due_on", "date"),
        _column("overdue_days", "number"),
        _column("last_met", "date"),
    )
    found = await _due(request, area, None)
    rows = tuple(
        {
            "visit_to": WORDS[f"category.VISIT_{s.kind}"],
            "subject": s.name or s.id,
            "area": s.area,
            "due_on": day,
            "overdue_days": (today - day).days if day < today else None,
            "last_met": s.days[-1] if s.days else None,
        }
        for day, s in found[:_ON_PANEL]
    )
    return TablePanel(columns=columns, rows=rows, as_of=host.clock.now(), note=WORDS["note.visits_due"])


def _window(host: "Host", since: date | None, until: date | None) -> tuple[date, date]:
    """The days asked for, both included. Unprocessable ``grid.window``."""
    last = until or business_day(host.clock.now())
    first = since or last - timedelta(days=settings_of(host).visit_window_days - 1)
    if not first <= last <= first + timedelta(days=LONGEST):
        raise Unprocessable("grid.window", fields=(FieldError("since", "out_of_range"),), params={"most": LONGEST})
    return first, last


def _shown(figures_: Figures) -> dict[str, Any]:
    rate, in_time = figures_.rate, figures_.in_time_rate
    return {
        "due": figures_.due,
        "visited": figures_.visited,
        "in_time": figures_.in_time,
        "coverage": None if rate is None else round(float(rate), 4),
        "coverage_in_time": None if in_time is None else round(float(in_time), 4),
    }


_FIGURES = (
    ("due", "number"),
    ("visited", "number"),
    ("in_time", "number"),
    ("coverage", "percent"),
    ("coverage_in_time", "percent"),
)


def _figure_columns() -> tuple[Column, ...]:
    noted = {"coverage": "note.coverage", "coverage_in_time": "note.coverage_in_time", "due": "note.due"}
    return tuple(_column(id_, kind, noted.get(id_, "")) for id_, kind in _FIGURES)  # type: ignore[arg-type]


def _dated(first: date, last: date) -> Text:
    note = WORDS["note.visit_window"]
    span = f"{first:%Y-%m-%d} – {last:%Y-%m-%d}"
    return Text(f"{span}；{note.zh}", f"{span}; {note.en}")


@get("/panels/visit-coverage", summary="走访率 by community or grid: who was due, visited, visited in time")
async def get_coverage(
    request: AnyRequest,
    area: Digits = "",
    since: FromQuery[date | None] = None,
    until: FromQuery[date | None] = None,
    level: Annotated[str, QueryParameter(pattern=r"^(grid|community)$")] = "community",
) -> TablePanel:
    host, actor = host_of(request), actor_of(request)
    first, last = _window(host, since, until)
    by_area: dict[str, list[Figures]] = {}
    for subject in await subjects_seen(host, actor, area):
        code = subject.area if level == "grid" else subject.area[:12]
        by_area.setdefault(code, []).append(figures(subject, first, last))
    sums = {code: summed(parts) for code, parts in by_area.items()}
    rows = [{"area": code, **_shown(sums[code])} for code in sorted(sums)]
    if rows:
        rows.append({"area": None, "total": WORDS["visit_column.total"], **_shown(summed(sums.values()))})
    columns = (_column("area", "area"), *_figure_columns())
    return TablePanel(columns=columns, rows=tuple(rows), as_of=host.clock.now(), note=_dated(first, last))


@get("/panels/visit-targets", summary="The targets, class by class, and whether they were met")
async def get_targets(
    request: AnyRequest,
    area: Digits = "",
    since: FromQuery[date | None] = None,
    until: FromQuery[date | None] = None,
) -> TablePanel:
    host, actor = host_of(request), actor_of(request)
    first, last = _window(host, since, until)
    least = settings_of(host).household_cell_least
    subjects = await subjects_seen(host, actor, area)
    rows = []
    for name, target in targets_of(host).by_class().items():
        mine = [s for s in subjects if name in s.classes]
        row: dict[str, Any] = {"class": _class_title(name), "every": target.every, "share": float(target.least)}
        # So few households of a class would be people: nothing is told of them, not even how many were due.
        if name not in CATEGORIES or suppressed(len(mine), least) is not None:
            row |= {"subjects": _standing(mine, last), **_met(mine, target.least, first, last)}
        rows.append(row)
    columns = (
        _column("class"),
        _column("every", "number"),
        _column("share", "percent"),
        _column("subjects", "number"),
        *_figure_columns(),
        _column("on_target"),
    )
    return TablePanel(columns=columns, rows=tuple(rows), as_of=host.clock.now(), note=_dated(first, last))


def _met(subjects: Sequence[Subject], least: Any, first: date, last: date) -> dict[str, Any]:
    found = coverage(subjects, first, last)
    rate = found.in_time_rate
    told = None if rate is None else WORDS["answer.yes" if rate >= least else "answer.no"]
    return {**_shown(found), "on_target": told}


def _standing(subjects: Iterable[Subject], on: date) -> int:
    return sum(s.there(on) for s in subjects)


def _class_title(name: str) -> Text:
    return WORDS[f"visit_class.{name}"]


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_visits, get_due, get_due_panel, get_coverage, get_targets)
