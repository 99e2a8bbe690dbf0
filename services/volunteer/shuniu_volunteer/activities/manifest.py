"""How activities describe themselves to a gateway that knows nothing of volunteers."""

from typing import Any

from shuniu.contracts.manifest import Category, KindInfo, Panel, Route, StatusInfo

from shuniu_volunteer.activities.categories import CATEGORIES
from shuniu_volunteer.activities.lifecycles import ACTIVITY
from shuniu_volunteer.texts import words_of

__all__ = ("KINDS", "PANELS", "ROUTES")

_WORDS = words_of("activities")
CLOCKS = ("referral", "confirm", "hours_notice")

KINDS = (
    KindInfo(
        id=ACTIVITY.kind,
        title=_WORDS["kind.volunteer_activity"],
        plural=_WORDS["kind.volunteer_activities"],
        icon="calendar",
        statuses=tuple(
            StatusInfo(
                id=s.id,
                title=_WORDS[f"status.{ACTIVITY.kind}.{s.id}"],
                open=s.open,
                tone=s.tone,  # type: ignore[arg-type]  # our life cycles use the manifest's tones
                order=-1 if s.tone == "stopped" else 90 if not s.open else i,
            )
            for i, s in enumerate(ACTIVITY.statuses)
        ),
        categories=tuple(Category(id=c, title=_WORDS[f"category.{c}"]) for c in CATEGORIES),
        clocks=tuple(Category(id=c, title=_WORDS[f"clock.{c}"]) for c in CLOCKS),
        order=50,
    ),
)


def _panel(name: str, kind: str, order: int, **rest: Any) -> Panel:
    return Panel(id=f"volunteer.{name}", title=_WORDS[f"panel.{name}"], kind=kind, order=order, **rest)  # type: ignore[arg-type]


PANELS = (
    _panel("hours_personal", "kpi", 51, measure="volunteer.hours_personal"),
    _panel("hours_team", "kpi", 52, measure="volunteer.hours_team"),
    _panel("match_rate", "kpi", 53, rate="volunteer.match_rate"),
    _panel("activity_stages", "stages", 54, matter_kind=ACTIVITY.kind),
    _panel("activity_classes", "classes", 55, matter_kind=ACTIVITY.kind, surface="service"),
    _panel("hours_map", "map", 56, measure="volunteer.hours_personal"),
)
ROUTES = (
    Route(path="/activities/{activity}/parts", title=_WORDS["panel.parts"]),
    Route(path="/activities/{activity}/code", title=_WORDS["route.code"]),
    Route(path="/activities/{activity}/codes", title=_WORDS["route.codes"]),
    Route(path="/me/activities", title=_WORDS["route.my_activities"]),
    Route(path="/activities/{activity}/candidates", title=_WORDS["route.candidates"]),
)
