"""Patrol rounds (巡查) and key spots (重点点位); tracks of workers are kept apart and told only coarsened."""

from shuniu.chassis.service import Capability
from shuniu.chassis.statuses import statuses_of
from shuniu.contracts.envelope import Fact
from shuniu.contracts.grid import patrols as facts
from shuniu.contracts.manifest import Category, KindInfo, Measure, Panel, Rate, Route

from shuniu_grid.patrols import rounds, spots
from shuniu_grid.patrols.face import HAND, KEY_SPOT, PATROL_ROUND
from shuniu_grid.patrols.lifecycle import PATROL
from shuniu_grid.patrols.routes import HANDLERS
from shuniu_grid.patrols.tables import HandTable, KeySpotTable, PatrolRoundTable, TrackTable
from shuniu_grid.patrols.track import READER, start_purging, stop_purging
from shuniu_grid.patrols.words import OWN, WORDS

__all__ = ("READER", "capability", "start_purging", "stop_purging")

_UNITS = {"grid.patrol_minutes": "minutes", "grid.patrol_spots": "spots", "grid.patrol_findings": "events"}
_MEASURES = (
    "grid.patrols_planned",
    "grid.patrols_of_planned",
    "grid.patrols",
    "grid.patrol_minutes",
    "grid.patrol_spots",
    "grid.patrol_findings",
)
_FACTS = tuple(
    word
    for word in (getattr(facts, name) for name in facts.__all__)
    if isinstance(word, type) and issubclass(word, Fact) and word is not facts.PatrolFact
)

_PANELS = (
    Panel(id="grid.patrols", title=WORDS["panel.patrols"], kind="kpi", measure="grid.patrols", order=20),
    Panel(
        id="grid.patrol_coverage",
        title=WORDS["panel.patrol_coverage"],
        kind="table",
        route="/panels/patrol-coverage",
        order=21,
    ),
    Panel(
        id="grid.key_spots_due",
        title=WORDS["panel.key_spots_due"],
        kind="table",
        route="/panels/key-spots-due",
        surface="service",
        order=22,
    ),
)

capability = Capability(
    name="patrols",
    texts=OWN,
    rows=(PATROL_ROUND, KEY_SPOT, HAND),
    commands=(*rounds.COMMANDS, *spots.COMMANDS),
    facts=_FACTS,
    kinds=(
        KindInfo(
            id=PATROL.kind,
            title=WORDS["kind.patrol_round"],
            plural=WORDS["kind.patrol_rounds"],
            icon="walk",
            statuses=statuses_of(PATROL, WORDS),
            clocks=(Category(id="patrol", title=WORDS["clock.patrol"]),),
            order=20,
        ),
    ),
    measures=tuple(
        Measure(name=name, title=WORDS[f"measure.{name}"], kind="sum", unit=WORDS[f"unit.{_UNITS.get(name, 'rounds')}"])
        for name in _MEASURES
    ),
    rates=(
        Rate(
            name="grid.patrols_walked_rate",
            title=WORDS["rate.grid.patrols_walked_rate"],
            numerator=("grid.patrols_of_planned",),
            denominator=("grid.patrols_planned",),
            cohort=WORDS["cohort.patrol_day"],
        ),
    ),
    panels=_PANELS,
    routes=(
        Route(path="/patrols", title=WORDS["route.patrols"]),
        Route(path="/patrols/{id}/track", title=WORDS["route.patrol_track"]),
        Route(path="/key-spots", title=WORDS["route.key_spots"]),
        *(Route(path=p.route, title=p.title) for p in _PANELS if p.route),
    ),
    handlers=HANDLERS,
    tables=(PatrolRoundTable, KeySpotTable, HandTable, TrackTable),
)
