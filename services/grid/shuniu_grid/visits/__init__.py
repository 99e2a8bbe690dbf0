"""Visits (走访): targets as data, due lists, the diary, what was found, coverage."""

from typing import TYPE_CHECKING

from shuniu.chassis.service import Capability
from shuniu.chassis.statuses import statuses_of
from shuniu.contracts.grid import visits as facts
from shuniu.contracts.manifest import Category, KindInfo, Measure, Panel, Rate, Route

from shuniu_grid.visits import record, telling
from shuniu_grid.visits.face import HOME_VISIT
from shuniu_grid.visits.lifecycle import VISIT
from shuniu_grid.visits.routes import HANDLERS
from shuniu_grid.visits.state import TOLD, VISITED
from shuniu_grid.visits.tables import HomeVisitTable, ToldTable, VisitedTable
from shuniu_grid.visits.telling import start_telling, stop_telling
from shuniu_grid.visits.words import OWN, WORDS

if TYPE_CHECKING:
    from typing import Any

__all__ = ("capability", "start_telling", "stop_telling")

_BY_SUBJECT = ("area", "visit_to")
_MEASURES: dict[str, tuple[str, tuple[str, ...]]] = {
    "grid.visits": ("visits", _BY_SUBJECT),
    "grid.visit_attempts": ("visits", _BY_SUBJECT),
    "grid.visit_findings": ("events", _BY_SUBJECT),
    "grid.visits_missed": ("subjects", ("area",)),
}


def _panel(id_: str, **parts: "Any") -> Panel:
    return Panel(id=f"grid.{id_}", title=WORDS[f"panel.{id_}"], **parts)


_PANELS = (
    _panel("visits", kind="kpi", measure="grid.visits", order=30),
    _panel("visit_coverage", kind="table", route="/panels/visit-coverage", order=31),
    _panel("visits_due", kind="table", route="/panels/visits-due", surface="service", order=32),
    _panel("visit_targets", kind="table", route="/panels/visit-targets", surface="service", order=33),
)

capability = Capability(
    name="visits",
    texts=OWN,
    rows=(HOME_VISIT, VISITED, TOLD),
    commands=(*record.COMMANDS, *telling.COMMANDS),
    facts=(facts.VisitPlanned, facts.VisitRecorded, facts.VisitDropped, facts.VisitsOverdue),
    kinds=(
        KindInfo(
            id=VISIT.kind,
            title=WORDS["kind.home_visit"],
            plural=WORDS["kind.home_visits"],
            icon="walk",
            statuses=statuses_of(VISIT, WORDS),
            categories=tuple(Category(id=c, title=WORDS[f"category.{c}"]) for c in ("VISIT_UNIT", "VISIT_HOUSEHOLD")),
            clocks=(Category(id="follow_up", title=WORDS["clock.follow_up"]),),
            order=30,
        ),
    ),
    measures=tuple(
        Measure(name=name, title=WORDS[f"measure.{name}"], kind="sum", unit=WORDS[f"unit.{unit}"], dimensions=dims)
        for name, (unit, dims) in _MEASURES.items()
    ),
    rates=(
        Rate(
            name="grid.visits_met_rate",
            title=WORDS["rate.grid.visits_met_rate"],
            numerator=("grid.visits",),
            denominator=("grid.visits", "grid.visit_attempts"),
            cohort=WORDS["cohort.visit_day"],
        ),
    ),
    panels=_PANELS,
    routes=(
        Route(path="/visits", title=WORDS["route.visits"]),
        Route(path="/visits/due", title=WORDS["route.visits_due"]),
        *(Route(path=p.route, title=p.title) for p in _PANELS if p.route),
    ),
    handlers=HANDLERS,
    tables=(HomeVisitTable, VisitedTable, ToldTable),
)
