"""How the register describes itself, and the commands that open it."""

from typing import Any

from shuniu.chassis.service import Catalogue, Command
from shuniu.contracts.manifest import Category, KindInfo, Measure, Panel, Route, StatusInfo

from shuniu_volunteer.roles import KEEPERS
from shuniu_volunteer.volunteers import awarding, keeping, recording
from shuniu_volunteer.volunteers.register import (
    ImportVolunteers,
    Register,
    import_keys,
    import_more,
    import_volunteers,
    look_up,
    look_up_one,
    register,
    register_keys,
    register_more,
)
from shuniu_volunteer.volunteers.state import STAR_NOTICE

__all__ = ("COMMANDS", "IMPORT", "KINDS", "MEASURES", "PANELS", "ROUTES", "TEXTS")

TEXTS = Catalogue.load("shuniu_volunteer.volunteers")

IMPORT: Command[ImportVolunteers] = Command(
    "volunteer.import_volunteers",
    ImportVolunteers,
    import_keys,
    import_volunteers,
    roles=KEEPERS,
    more_keys=import_more,
    prepare=look_up,
    surfaces=(),
    max_bytes=8 * 1024 * 1024,
)
COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "volunteer.register_volunteer",
        Register,
        register_keys,
        register,
        roles=keeping.ANYBODY,
        more_keys=register_more,
        prepare=look_up_one,
        opens="volunteer",
        surfaces=("board", "phone"),
        icon="person",
        order=10,
    ),
    IMPORT,
    *keeping.COMMANDS,
    *awarding.COMMANDS,
    *recording.COMMANDS,
)
KINDS = (
    KindInfo(
        id="volunteer",
        title=TEXTS["kind.volunteer"],
        plural=TEXTS["kind.volunteers"],
        icon="person",
        statuses=(
            StatusInfo(id="REGISTERED", title=TEXTS["status.volunteer.REGISTERED"], open=False, tone="done", order=-1),
            StatusInfo(id="STAR_NOTICE", title=TEXTS["status.volunteer.STAR_NOTICE"], open=True, tone="checking"),
            StatusInfo(id="LEFT", title=TEXTS["status.volunteer.LEFT"], open=False, tone="stopped", order=-1),
        ),
        clocks=(Category(id=STAR_NOTICE, title=TEXTS[f"clock.{STAR_NOTICE}"]),),
        order=51,
    ),
)
MEASURES = tuple(
    Measure(name=f"volunteer.{name}", title=TEXTS[f"measure.volunteer.{name}"], kind="sum", unit=TEXTS["unit.person"])
    for name in ("registered", "left", "stars_granted")
)


def _panel(name: str, kind: str, order: int, **rest: Any) -> Panel:
    return Panel(id=f"volunteer.{name}", title=TEXTS[f"panel.{name}"], kind=kind, order=order, **rest)  # type: ignore[arg-type]


PANELS = (
    _panel("registered", "kpi", 50, measure="volunteer.registered"),
    _panel("by_star", "table", 62, route="/volunteers/stars", surface="service"),
    _panel("activity_rate", "table", 63, route="/volunteers/active", surface="service"),
    _panel("register", "table", 64, route="/volunteers/table", surface="service"),
)
ROUTES = (
    Route(path="/me", title=TEXTS["route.me"]),
    Route(path="/volunteers/table", title=TEXTS["panel.register"]),
    Route(path="/volunteers/stars", title=TEXTS["panel.by_star"]),
    Route(path="/volunteers/active", title=TEXTS["panel.activity_rate"]),
    Route(path="/honours/stars", title=TEXTS["route.honours"], public=True),
)
