"""How the service describes itself to a gateway that knows nothing of whistles."""

from shuniu.contracts.manifest import Category, KindInfo, Panel, Route, StatusInfo
from shuniu.rules.lifecycle import Lifecycle

from shuniu_whistle.catalogue.entries import GROUPS, shipped
from shuniu_whistle.texts import TEXTS
from shuniu_whistle.whistles.lifecycles import CALLOUT, PHASE, WHISTLE

__all__ = ("KINDS", "PANELS", "ROUTES", "unit_statuses")

_CLOCKS = ("sign", "contact", "report", "finish", "phase", "evaluate", "referral")
_FINAL_COLUMN = {"CLOSED": 90}


def _statuses(cycle: Lifecycle) -> tuple[StatusInfo, ...]:
    """Statuses of a life cycle in reading order; what came to nothing has no column on a board."""

    def order(index: int, id_: str, tone: str) -> int:
        return -1 if tone == "stopped" else _FINAL_COLUMN.get(id_, index)

    return tuple(
        StatusInfo(
            id=s.id,
            title=TEXTS[f"status.{cycle.kind}.{s.id}"],
            open=s.open,
            tone=s.tone,  # type: ignore[arg-type]  # our life cycles use the manifest's tones; a test says so
            order=order(i, s.id, s.tone),
        )
        for i, s in enumerate(cycle.statuses)
    )


def unit_statuses() -> tuple[StatusInfo, ...]:
    """Statuses of callouts, and those of phases that callouts do not have: a page shows both in one table."""
    callouts = _statuses(CALLOUT)
    known = {s.id for s in callouts}
    return (*callouts, *(s for s in _statuses(PHASE) if s.id not in known))


KINDS = (
    KindInfo(
        id="whistle",
        title=TEXTS["kind.whistle"],
        plural=TEXTS["kind.whistle_plural"],
        icon="call",
        statuses=_statuses(WHISTLE),
        unit_statuses=unit_statuses(),
        categories=tuple(
            Category(id=item.code, title=TEXTS[f"category.{item.code}"], group=group)
            for group in GROUPS
            for item in shipped(group)
        ),
        clocks=tuple(Category(id=c, title=TEXTS[f"clock.{c}"]) for c in _CLOCKS),
        order=2,
    ),
)

PANELS = (
    Panel(id="whistle.gantt", title=TEXTS["panel.gantt"], kind="gantt", route="/gantt", surface="service", order=60),
    Panel(id="whistle.blown_today", title=TEXTS["panel.blown"], kind="kpi", measure="whistle.blown", order=20),
    Panel(id="whistle.report_rate", title=TEXTS["panel.report_rate"], kind="kpi", rate="whistle.report_rate", order=21),
    Panel(id="whistle.solved_rate", title=TEXTS["panel.solved_rate"], kind="kpi", rate="whistle.solved_rate", order=22),
    Panel(id="whistle.stages", title=TEXTS["panel.stages"], kind="stages", matter_kind="whistle", order=23),
    Panel(id="whistle.classes", title=TEXTS["panel.classes"], kind="classes", matter_kind="whistle", order=24),
    Panel(id="whistle.map", title=TEXTS["panel.map"], kind="map", measure="whistle.blown", order=25),
    Panel(id="whistle.sign_ranking", title=TEXTS["panel.sign"], kind="ranking", rate="whistle.sign_rate", order=26),
)

ROUTES = (
    Route(path="/whistles", title=TEXTS["route.whistles"]),
    Route(path="/inbox", title=TEXTS["route.inbox"]),
    Route(path="/chains/{whistle}", title=TEXTS["route.chain"]),
    Route(path="/whistles/{whistle}/gantt", title=TEXTS["route.gantt"]),
    Route(path="/gantt", title=TEXTS["route.gantts"]),
)
