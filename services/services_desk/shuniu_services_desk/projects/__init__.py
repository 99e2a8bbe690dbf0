"""Projects (项目) that resolutions ask for: named fund, milestones, money, acceptance, the last word (10.10).

Read on: ``lifecycle.py`` (as data), ``ledger.py`` (money in fen), ``state.py``, ``commands.py``, ``kinds.py`` (further
guards, who sees what), ``routes.py`` (over time).
"""

from shuniu.chassis.service import Capability, Catalogue
from shuniu.chassis.statuses import statuses_of
from shuniu.contracts.manifest import Category, KindInfo, Measure, Panel, Rate, Route
from shuniu.contracts.services_desk.projects import FACTS

from shuniu_services_desk.projects.commands import COMMANDS
from shuniu_services_desk.projects.kinds import PROJECT_ROW
from shuniu_services_desk.projects.ledger import LEDGER
from shuniu_services_desk.projects.lifecycle import MILESTONE, PROJECT
from shuniu_services_desk.projects.routes import HANDLERS
from shuniu_services_desk.projects.tables import ProjectTable
from shuniu_services_desk.texts import words_of

__all__ = ("capability",)

_WORDS = words_of("projects")
_NAMES = ("project_planned", "project_accepted", "project_on_time", "project_fed_back")


def _panel(id_: str, kind: str, title: str, order: int, **rest: str) -> Panel:
    return Panel(id=f"desk.{id_}", title=_WORDS[title], kind=kind, order=order, **rest)  # type: ignore[arg-type]


capability = Capability(
    name="projects",
    texts=Catalogue.load("shuniu_services_desk.projects"),
    rows=(PROJECT_ROW, *LEDGER.rows),
    commands=COMMANDS,
    facts=FACTS,
    kinds=(
        KindInfo(
            id=PROJECT.kind,
            title=_WORDS["kind.desk_project"],
            plural=_WORDS["kind.desk_project_plural"],
            icon="tick",
            statuses=statuses_of(PROJECT, _WORDS),
            unit_statuses=statuses_of(MILESTONE, _WORDS),
            clocks=(Category(id="milestone", title=_WORDS["clock.milestone"]),),
            order=10,
        ),
    ),
    measures=tuple(
        Measure(name=f"desk.{n}", title=_WORDS[f"measure.desk.{n}"], kind="sum", unit=_WORDS["measure_unit.project"])
        for n in _NAMES
    ),
    rates=(
        Rate(
            name="desk.project_on_time_rate",
            title=_WORDS["rate.desk.project_on_time_rate"],
            numerator=("desk.project_on_time",),
            denominator=("desk.project_accepted",),
            cohort=_WORDS["cohort.project_by_acceptance"],
        ),
    ),
    panels=(
        _panel("project_on_time", "kpi", "rate.desk.project_on_time_rate", 91, rate="desk.project_on_time_rate"),
        _panel("project_stages", "stages", "panel.project_stages", 92, matter_kind=PROJECT.kind, surface="service"),
        _panel("project_gantt", "gantt", "panel.project_gantt", 93, route="/projects/gantt", surface="service"),
        _panel("projects", "table", "panel.projects", 94, route="/projects", surface="service"),
    ),
    routes=(
        Route(path="/projects", title=_WORDS["panel.projects"]),
        Route(path="/projects/gantt", title=_WORDS["panel.project_gantt"]),
        Route(path="/projects/{project}/gantt", title=_WORDS["panel.project_gantt"]),
    ),
    handlers=HANDLERS,
    tables=(ProjectTable,),
)
