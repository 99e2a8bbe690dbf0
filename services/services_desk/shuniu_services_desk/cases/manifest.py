"""How cases describe themselves to a gateway that knows nothing of desks."""

from shuniu.contracts.manifest import Category, KindInfo, Panel, Route, StatusInfo
from shuniu.rules.lifecycle import Lifecycle

from shuniu_services_desk.cases.lifecycles import CASE, TASK
from shuniu_services_desk.texts import words_of

__all__ = ("KINDS", "PANELS", "ROUTES", "statuses_of")

WORDS = words_of("cases")
CLOCKS = ("desk_consult", "desk_correct", "desk_decide", "desk_promise", "desk_gap", "desk_part", "desk_deliver")


def statuses_of(cycle: Lifecycle) -> tuple[StatusInfo, ...]:
    """Statuses in reading order; what came to nothing has no column on a board."""
    words = words_of("ratings") if cycle.kind == "desk_rating" else WORDS
    return tuple(
        StatusInfo(
            id=s.id,
            title=words[f"status.{cycle.kind}.{s.id}"],
            open=s.open,
            tone=s.tone,  # type: ignore[arg-type]  # our life cycles use the manifest's tones
            order=-1 if s.tone == "stopped" else 90 if not s.open else i,
        )
        for i, s in enumerate(cycle.statuses)
    )


KINDS = (
    KindInfo(
        id="desk_case",
        title=WORDS["kind.desk_case"],
        plural=WORDS["kind.desk_case_plural"],
        icon="desk",
        statuses=statuses_of(CASE),
        unit_statuses=statuses_of(TASK),
        clocks=tuple(Category(id=c, title=WORDS[f"clock.{c}"]) for c in CLOCKS),
        order=5,
    ),
)


def _panel(id_: str, kind: str, order: int, **rest: str) -> Panel:
    return Panel(id=f"desk.{id_}", title=WORDS[f"panel.desk_{id_}"], kind=kind, order=order, **rest)  # type: ignore[arg-type]


PANELS = (
    _panel("submitted_today", "kpi", 60, measure="desk.submitted"),
    _panel("once_rate", "kpi", 61, rate="desk.once_rate"),
    _panel("on_time_rate", "kpi", 62, rate="desk.on_time_rate"),
    _panel("stages", "stages", 63, matter_kind="desk_case"),
    _panel("hours", "hours", 64, matter_kind="desk_case", surface="service"),
    _panel("map", "map", 65, measure="desk.submitted"),
    _panel("zero_rate", "kpi", 66, rate="desk.zero_rate", surface="service"),
    _panel("correction_rate", "kpi", 67, rate="desk.correction_rate", surface="service"),
    _panel("promise_rate", "kpi", 68, rate="desk.promise_rate", surface="service"),
    _panel("delivery_rate", "kpi", 69, rate="desk.delivery_rate", surface="service"),
)
ROUTES = (
    Route(path="/cases", title=WORDS["route.cases"]),
    Route(path="/cases/follow", title=WORDS["route.case_follow"], public=True),
    Route(path="/cases/follow/receipt", title=WORDS["route.case_follow_receipt"], public=True),
    Route(path="/cases/{case}/receipts/{document}", title=WORDS["route.case_receipt"]),
)
