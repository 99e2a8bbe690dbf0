"""Property star rating (星级物业评比): cycles with frozen data, veto, appeal and public notice (domain rules 10.12)."""

from shuniu.chassis.service import Capability
from shuniu.chassis.statuses import statuses_of
from shuniu.contracts.envelope import Fact
from shuniu.contracts.grid import stars as facts
from shuniu.contracts.manifest import Category, KindInfo, Panel, Route

from shuniu_grid.stars.cycle import COMMANDS
from shuniu_grid.stars.face import STAR_CYCLE
from shuniu_grid.stars.lifecycle import CYCLE
from shuniu_grid.stars.routes import HANDLERS
from shuniu_grid.stars.tables import StarCycleTable
from shuniu_grid.stars.texts import TEXTS

__all__ = ("capability",)

_FACTS = tuple(
    word
    for word in (getattr(facts, name) for name in facts.__all__)
    if isinstance(word, type) and issubclass(word, Fact) and word is not facts.StarFact
)

capability = Capability(
    name="stars",
    texts=TEXTS,
    rows=(STAR_CYCLE,),
    commands=COMMANDS,
    facts=_FACTS,
    kinds=(
        KindInfo(
            id=CYCLE.kind,
            title=TEXTS["kind.star_cycle"],
            plural=TEXTS["kind.star_cycles"],
            icon="star",
            statuses=statuses_of(CYCLE, TEXTS),
            clocks=tuple(Category(id=c, title=TEXTS[f"clock.{c}"]) for c in ("appeal", "notice", "effective")),
            order=40,
        ),
    ),
    panels=(
        Panel(id="grid.stars", title=TEXTS["panel.stars"], kind="table", route="/stars", surface="service", order=60),
    ),
    routes=(Route(path="/stars", title=TEXTS["route.stars"], public=True),),
    handlers=HANDLERS,
    tables=(StarCycleTable,),
)
