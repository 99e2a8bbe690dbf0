"""Deliberations (议事协商): agenda, roll, notice, attendance, votes, exact count, resolution (domain rules 10.10).

Read on: ``rules.toml`` (quorum and majorities as data), ``counting.py`` (exact), ``lifecycle.py``, ``state.py``,
``commands.py``, ``kinds.py`` (further guards, who sees what), ``papers.py`` (minutes, resolutions), ``routes.py``.
"""

from shuniu.chassis.service import Capability, Catalogue
from shuniu.chassis.statuses import statuses_of
from shuniu.contracts.manifest import Category, KindInfo, Measure, Panel, Rate, Route
from shuniu.contracts.services_desk.deliberation import FACTS

from shuniu_services_desk.deliberation.commands import COMMANDS
from shuniu_services_desk.deliberation.kinds import DELIBERATION_ROW, ELECTOR
from shuniu_services_desk.deliberation.lifecycle import DELIBERATION
from shuniu_services_desk.deliberation.routes import HANDLERS
from shuniu_services_desk.deliberation.tables import DeliberationTable, ElectorTable
from shuniu_services_desk.texts import words_of

__all__ = ("capability",)

_WORDS = words_of("deliberation")
_NAMES = ("deliberation_opened", "deliberation_met", "deliberation_quorate", "deliberation_resolved")


def _panel(id_: str, kind: str, title: str, order: int, **rest: str) -> Panel:
    return Panel(id=f"desk.{id_}", title=_WORDS[title], kind=kind, order=order, **rest)  # type: ignore[arg-type]


capability = Capability(
    name="deliberation",
    texts=Catalogue.load("shuniu_services_desk.deliberation"),
    rows=(DELIBERATION_ROW, ELECTOR),
    commands=COMMANDS,
    facts=FACTS,
    kinds=(
        KindInfo(
            id=DELIBERATION.kind,
            title=_WORDS["kind.deliberation"],
            plural=_WORDS["kind.deliberation_plural"],
            icon="people",
            statuses=statuses_of(DELIBERATION, _WORDS),
            clocks=(Category(id="deliberation_meet", title=_WORDS["clock.deliberation_meet"]),),
            order=9,
        ),
    ),
    measures=tuple(
        Measure(
            name=f"desk.{n}", title=_WORDS[f"measure.desk.{n}"], kind="sum", unit=_WORDS["measure_unit.deliberation"]
        )
        for n in _NAMES
    ),
    rates=(
        Rate(
            name="desk.quorum_rate",
            title=_WORDS["rate.desk.quorum_rate"],
            numerator=("desk.deliberation_quorate",),
            denominator=("desk.deliberation_met",),
            cohort=_WORDS["cohort.deliberation_by_meeting"],
        ),
    ),
    panels=(
        _panel("quorum", "kpi", "rate.desk.quorum_rate", 87, rate="desk.quorum_rate"),
        _panel("deliberation_stages", "stages", "panel.deliberation_stages", 88, matter_kind=DELIBERATION.kind),
        _panel("meetings", "calendar", "panel.meetings", 89, route="/deliberations/calendar", surface="service"),
        _panel("resolutions", "table", "panel.resolutions", 90, route="/deliberations/resolutions", surface="service"),
    ),
    routes=(
        Route(path="/deliberations/calendar", title=_WORDS["panel.meetings"]),
        Route(path="/deliberations/resolutions", title=_WORDS["panel.resolutions"]),
        Route(path="/deliberations/{deliberation}/papers/{paper}", title=_WORDS["route.deliberation_paper"]),
    ),
    handlers=HANDLERS,
    tables=(DeliberationTable, ElectorTable),
)
