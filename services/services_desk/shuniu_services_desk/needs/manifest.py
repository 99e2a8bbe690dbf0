"""How needs describe themselves to a gateway that knows nothing of them."""

from shuniu.chassis.statuses import statuses_of
from shuniu.contracts.manifest import Category, KindInfo, Measure, Panel, Rate, Route

from shuniu_services_desk.needs.categories import categories
from shuniu_services_desk.needs.lifecycles import CLUSTER, NEED
from shuniu_services_desk.texts import words_of

__all__ = ("KINDS", "MEASURES", "PANELS", "RATES", "ROUTES")

WORDS = words_of("needs")
_CATEGORIES = tuple(
    Category(id=c.id, title=WORDS[f"category.{c.id}"], group=f"need_group.{c.group}") for c in categories().values()
)
KINDS = (
    KindInfo(
        id=NEED.kind,
        title=WORDS["kind.desk_need"],
        plural=WORDS["kind.desk_need_plural"],
        icon="people",
        statuses=statuses_of(NEED, WORDS),
        categories=_CATEGORIES,
        clocks=tuple(Category(id=c, title=WORDS[f"clock.{c}"]) for c in ("need_sort", "need_review", "need_feed_back")),
        order=7,
    ),
    KindInfo(
        id=CLUSTER.kind,
        title=WORDS["kind.need_cluster"],
        plural=WORDS["kind.need_cluster_plural"],
        icon="people",
        statuses=statuses_of(CLUSTER, WORDS),
        categories=_CATEGORIES,
        order=8,
    ),
)
_NAMES = (
    "need_raised",
    "need_matched",
    "need_chosen",
    "need_served",
    "need_referred",
    "need_rejected",
    "need_fed_back",
    "need_answered",
)
MEASURES = tuple(
    Measure(name=f"desk.{n}", title=WORDS[f"measure.desk.{n}"], kind="sum", unit=WORDS["measure_unit.need"])
    for n in _NAMES
)
RATES = tuple(
    Rate(
        name=f"desk.{name}",
        title=WORDS[f"rate.desk.{name}"],
        numerator=(f"desk.{numerator}",),
        denominator=("desk.need_raised",),
        cohort=WORDS["cohort.need_by_raising"],
    )
    for name, numerator in (
        ("need_match_rate", "need_matched"),
        ("need_serve_rate", "need_served"),
        ("need_answer_rate", "need_answered"),
    )
)
PANELS = (
    Panel(
        id="desk.need_match",
        title=WORDS["rate.desk.need_match_rate"],
        kind="kpi",
        rate="desk.need_match_rate",
        order=80,
    ),
    Panel(
        id="desk.need_answer",
        title=WORDS["rate.desk.need_answer_rate"],
        kind="kpi",
        rate="desk.need_answer_rate",
        order=81,
    ),
    Panel(id="desk.need_stages", title=WORDS["panel.need_stages"], kind="stages", matter_kind=NEED.kind, order=82),
    Panel(
        id="desk.need_classes",
        title=WORDS["panel.need_classes"],
        kind="classes",
        matter_kind=NEED.kind,
        surface="service",
        order=83,
    ),
    Panel(
        id="desk.need_map", title=WORDS["measure.desk.need_raised"], kind="map", measure="desk.need_raised", order=84
    ),
    Panel(id="desk.needs", title=WORDS["panel.needs"], kind="table", route="/needs", surface="service", order=85),
)
ROUTES = (
    Route(path="/needs", title=WORDS["panel.needs"]),
    Route(path="/needs/{need}/similar", title=WORDS["panel.need_similar"]),
    Route(path="/needs/clusters/{cluster}", title=WORDS["panel.cluster_needs"]),
    Route(path="/needs/follow", title=WORDS["route.need_follow"], public=True),
)
