"""How orders describe themselves to a gateway that knows nothing of hotlines."""

from shuniu.contracts.manifest import Category, KindInfo, Panel, Route, StatusInfo
from shuniu.rules.lifecycle import Lifecycle

from shuniu_whistle.orders.categories import CATEGORIES
from shuniu_whistle.orders.lifecycles import ORDER, PART
from shuniu_whistle.orders.texts import TEXTS

__all__ = ("KINDS", "PANELS", "ROUTES")

CLOCKS = ("sign", "contact", "handle", "rework", "review", "call_back")


def _statuses(cycle: Lifecycle) -> tuple[StatusInfo, ...]:
    """Statuses in reading order; what came to nothing has no column on a board."""
    return tuple(
        StatusInfo(
            id=s.id,
            title=TEXTS[f"status.{cycle.kind}.{s.id}"],
            open=s.open,
            tone=s.tone,  # type: ignore[arg-type]  # our life cycles use the manifest's tones
            order=-1 if s.tone == "stopped" else 90 if not s.open else i,
        )
        for i, s in enumerate(cycle.statuses)
    )


KINDS = (
    KindInfo(
        id="hotline_order",
        title=TEXTS["kind.hotline_order"],
        plural=TEXTS["kind.hotline_order_plural"],
        icon="phone",
        statuses=_statuses(ORDER),
        unit_statuses=_statuses(PART),
        categories=tuple(
            Category(id=c.id, title=TEXTS[f"category.{c.id}"], group=f"order_group.{c.group}") for c in CATEGORIES
        ),
        clocks=tuple(Category(id=c, title=TEXTS[f"clock.{c}"]) for c in CLOCKS),
        order=3,
    ),
)


def _panel(id_: str, kind: str, order: int, **rest: str) -> Panel:
    return Panel(id=f"order.{id_}", title=TEXTS[f"panel.order_{id_}"], kind=kind, order=order, **rest)  # type: ignore[arg-type]


PANELS = (
    _panel("received_today", "kpi", 40, measure="order.received"),
    _panel("response_rate", "kpi", 41, rate="order.response_rate"),
    _panel("solved_rate", "kpi", 42, rate="order.solved_rate"),
    _panel("satisfied_rate", "kpi", 43, rate="order.satisfied_rate"),
    _panel("stages", "stages", 44, matter_kind="hotline_order"),
    _panel("classes", "classes", 45, matter_kind="hotline_order"),
    _panel("hours", "hours", 46, matter_kind="hotline_order"),
    _panel("map", "map", 47, measure="order.received"),
    _panel("on_time_rate", "kpi", 48, rate="order.on_time_rate", surface="service"),
    _panel("sign_rate", "kpi", 49, rate="order.sign_rate", surface="service"),
    _panel("satisfied_basic_rate", "kpi", 50, rate="order.satisfied_basic_rate", surface="service"),
    _panel("repeat_rate", "kpi", 51, rate="order.repeat_rate", surface="service"),
    _panel("response_ranking", "ranking", 52, rate="order.response_rate", surface="service"),
    _panel("units", "table", 53, route="/orders/figures/unit", surface="service"),
    _panel("by_class", "table", 54, route="/orders/figures/class", surface="service"),
    _panel("hung", "table", 55, route="/orders/hung", surface="service"),
    _panel("spots", "table", 56, route="/orders/spots", surface="service"),
)

ROUTES = (
    Route(path="/orders", title=TEXTS["route.orders"]),
    Route(path="/orders/follow", title=TEXTS["route.order_follow"], public=True),
    Route(path="/orders/figures/{by}", title=TEXTS["route.order_figures"]),
    Route(path="/orders/hung", title=TEXTS["route.order_hung"]),
    Route(path="/orders/spots", title=TEXTS["route.order_spots"]),
)
