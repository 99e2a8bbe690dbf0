"""Grid posts (网格岗位): who holds which grid, rosters and standing in, hand-over, vacancies, public posting."""

from shuniu.chassis.service import Capability
from shuniu.contracts.envelope import Fact
from shuniu.contracts.grid import posts as facts
from shuniu.contracts.manifest import KindInfo, Measure, Panel, Route, StatusInfo

from shuniu_grid.posts import assign, handover, posting, roster, sheet
from shuniu_grid.posts.assign import POST
from shuniu_grid.posts.duty import DUTY, SHIFT
from shuniu_grid.posts.handover import HANDOVER, KIND, STATUSES
from shuniu_grid.posts.routes import HANDLERS
from shuniu_grid.posts.staffing import STAFFING
from shuniu_grid.posts.tables import DutyTable, HandoverTable, PostTable, ShiftTable, StaffingTable
from shuniu_grid.posts.words import TEXTS, WORDS

__all__ = ("capability",)

_KIND = KindInfo(
    id=KIND,
    title=WORDS[f"kind.{KIND}"],
    plural=WORDS[f"kind.{KIND}s"],
    icon="person",
    statuses=tuple(
        StatusInfo(id=id_, title=WORDS[f"status.{KIND}.{id_}"], open=open_, tone=tone, order=n)  # type: ignore[arg-type]
        for n, (id_, open_, tone) in enumerate(STATUSES)
    ),
    order=30,
)

_words = (getattr(facts, name) for name in facts.__all__)

capability = Capability(
    name="posts",
    texts=TEXTS,
    rows=(POST, STAFFING, DUTY, SHIFT, HANDOVER),
    commands=(*assign.COMMANDS, sheet.IMPORT, *roster.COMMANDS, *handover.COMMANDS, *posting.COMMANDS),
    facts=tuple(word for word in _words if isinstance(word, type) and issubclass(word, Fact)),
    kinds=(_KIND,),
    measures=(
        Measure(
            name="grid.vacancy_alarms",
            title=WORDS["measure.grid.vacancy_alarms"],
            kind="sum",
            unit=WORDS["unit.posts"],
            dimensions=("area", "post"),
        ),
    ),
    panels=(
        Panel(
            id="grid_vacancies",
            title=WORDS["panel.grid_vacancies"],
            kind="table",
            route="/posts/vacancies",
            surface="service",
            order=20,
        ),
        Panel(
            id="grid_roster",
            title=WORDS["panel.grid_roster"],
            kind="calendar",
            route="/roster/calendar",
            surface="service",
            order=21,
        ),
    ),
    routes=(
        Route(path="/posts", title=WORDS["route.posts"]),
        Route(path="/posts/vacancies", title=WORDS["route.vacancies"]),
        Route(path="/roster", title=WORDS["route.roster"]),
        Route(path="/roster/calendar", title=WORDS["route.roster_calendar"]),
        Route(path="/public/grids", title=WORDS["route.posted_grid_at"], public=True),
        Route(path="/public/grids/{code}", title=WORDS["route.posted_grid"], public=True),
    ),
    handlers=HANDLERS,
    tables=(PostTable, StaffingTable, DutyTable, ShiftTable, HandoverTable),
    sheets=(sheet.SHEET,),
)
