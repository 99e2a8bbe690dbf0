"""Grid events (网格事件): from report to closing, the seven steps of domain rules 10.3."""

from shuniu.chassis.service import Capability
from shuniu.chassis.statuses import statuses_of
from shuniu.contracts.envelope import Fact
from shuniu.contracts.grid import events as facts
from shuniu.contracts.manifest import Category, KindInfo, Panel, Route
from shuniu.contracts.referral import ReferralRefused, ReferralSettled, ReferralTaken

from shuniu_grid.events import catalogue, check, duplicates, intake, panels, refer, taking, work
from shuniu_grid.events.categories import catalogue_categories
from shuniu_grid.events.face import GRID_EVENT
from shuniu_grid.events.imports import IMPORT_EVENTS, ORIGIN
from shuniu_grid.events.lifecycle import EVENT
from shuniu_grid.events.measures import declared_measures, declared_rates
from shuniu_grid.events.reactions import REACTIONS
from shuniu_grid.events.routes import HANDLERS
from shuniu_grid.events.sheets import SHEETS
from shuniu_grid.events.tables import GridEventTable
from shuniu_grid.events.words import OWN, WORDS

__all__ = ("capability",)

_CLOCKS = ("file", "verify", "process", "check", "review")


def _kind() -> KindInfo:
    return KindInfo(
        id=EVENT.kind,
        title=WORDS["kind.grid_event"],
        plural=WORDS["kind.grid_events"],
        icon="grid",
        statuses=statuses_of(EVENT, WORDS),
        categories=catalogue_categories(WORDS),
        clocks=tuple(Category(id=c, title=WORDS[f"clock.{c}"]) for c in _CLOCKS),
        order=10,
    )


def _panels() -> tuple[Panel, ...]:
    def titled(id_: str, **parts: str) -> Panel:
        return Panel(id=f"grid.{id_}", title=WORDS[f"panel.{id_}"], order=len(drawn), **parts)  # type: ignore[arg-type]

    drawn: list[Panel] = []
    for id_, parts in (
        ("reported", {"kind": "kpi", "measure": "grid.reported"}),
        ("closed", {"kind": "kpi", "measure": "grid.closed"}),
        ("self_handled", {"kind": "kpi", "rate": "grid.self_handled_rate"}),
        ("closed_loop", {"kind": "kpi", "rate": "grid.closed_loop"}),
        ("solved_in_grid", {"kind": "kpi", "rate": "grid.solved_in_grid_rate"}),
        ("in_time", {"kind": "kpi", "rate": "grid.handled_in_time_rate"}),
        ("stages", {"kind": "stages", "matter_kind": EVENT.kind}),
        ("classes", {"kind": "classes", "matter_kind": EVENT.kind}),
        ("hours", {"kind": "hours", "matter_kind": EVENT.kind}),
        ("map", {"kind": "map", "measure": "grid.reported"}),
        ("ranking", {"kind": "ranking", "rate": "grid.closed_loop"}),
        ("problem_bank", {"kind": "table", "route": "/panels/problem-bank", "surface": "service"}),
        ("solved_levels", {"kind": "table", "route": "/panels/solved-levels", "surface": "service"}),
        ("event_rates", {"kind": "table", "route": "/panels/event-rates", "surface": "service"}),
        ("score_jinniu", {"kind": "table", "route": "/panels/score-jinniu", "surface": "service"}),
        ("score_jinhua", {"kind": "table", "route": "/panels/score-jinhua", "surface": "service"}),
        ("category_limits", {"kind": "table", "route": "/panels/category-limits", "surface": "service"}),
    ):
        drawn.append(titled(id_, **parts))
    return tuple(drawn)


_WORDS = (getattr(facts, name) for name in facts.__all__ if name != "EventFact")
_FACTS = tuple(word for word in _WORDS if isinstance(word, type) and issubclass(word, Fact))

capability = Capability(
    name="events",
    texts=OWN,
    rows=(GRID_EVENT, ORIGIN, taking.HELD),
    commands=(
        *intake.COMMANDS,
        *work.COMMANDS,
        *check.COMMANDS,
        *refer.COMMANDS,
        *taking.COMMANDS,
        *duplicates.COMMANDS,
        IMPORT_EVENTS,
    ),
    facts=(*_FACTS, ReferralTaken, ReferralRefused, ReferralSettled),
    reactions=REACTIONS,
    kinds=(_kind(),),
    measures=declared_measures(WORDS),
    rates=declared_rates(WORDS),
    panels=_panels(),
    routes=(
        Route(path="/events", title=WORDS["route.events"]),
        Route(path="/events/{id}/similar", title=WORDS["route.similar"]),
        Route(path="/categories", title=WORDS["route.categories"], public=True),
        *(Route(path=p.route, title=p.title) for p in _panels() if p.route),
    ),
    handlers=(*HANDLERS, *catalogue.HANDLERS, *panels.HANDLERS),
    tables=(GridEventTable,),
    sheets=SHEETS,
)
