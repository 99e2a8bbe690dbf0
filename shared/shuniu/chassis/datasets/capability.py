"""The capability a service lists to offer its datasets."""

from collections.abc import Sequence
from datetime import UTC

from shuniu.chassis.context import Context
from shuniu.chassis.datasets.commands import Sharing
from shuniu.chassis.datasets.declared import KIND, Dataset
from shuniu.chassis.datasets.face import Face, kind_info
from shuniu.chassis.datasets.grants import SHARING, Grant, evolve
from shuniu.chassis.datasets.uses import HANDLERS, LEDGER_PATH
from shuniu.chassis.decision import Emit
from shuniu.chassis.rows import Index, MatterFace, RowKind, Timer
from shuniu.chassis.service import Capability, Catalogue
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon
from shuniu.contracts.datasets import DATASET_FACTS, DatasetEnded
from shuniu.contracts.manifest import Panel, Route
from shuniu.rules.calendar import end_of_day
from shuniu.rules.clocks import clock_due, clock_timers, most_urgent

__all__ = ("datasets",)

TEXTS = Catalogue.load("shuniu.chassis.datasets")


def datasets(*declared: Dataset, texts: Catalogue) -> Capability:
    """The capability for these datasets; ``texts`` titles them (``dataset.<name>`` and what its class needs).

    The service's migrations list ``DATASET_STATEMENTS``. ValueError for two of one name; KeyError for one without a
    title.
    """
    by_name = {d.name: d for d in declared}
    if len(by_name) != len(declared):
        raise ValueError("two datasets share a name")
    face = Face(by_name)

    def due(g: Grant, ctx: Context) -> Sequence[Emit]:
        on = (KINDS.key(g.id),)
        found = [Emit(fact, on) for fact in clock_due(g.id, g.clocks, ctx.now)]
        if g.status == "GRANTED" and ctx.now >= end_of_day(g.until):
            found.append(Emit(DatasetEnded(grant=g.id), on))
        return found

    def timers(g: Grant) -> Sequence[Timer]:
        ends = (Timer("data_ends", 1, end_of_day(g.until).astimezone(UTC)),) if g.status == "GRANTED" else ()
        return (*(Timer(*t) for t in clock_timers(g.clocks)), *ends)

    def index(g: Grant) -> Index:
        urgent = most_urgent(g.clocks)
        return Index(g.status, "", g.unit, urgent.due_at if urgent else None)

    KINDS: RowKind[Grant] = RowKind(  # noqa: N806 - a row kind like any other, made once for each service
        name=KIND,
        struct=Grant,
        table=KIND,
        evolve=evolve,
        index=index,
        due=due,
        timers=timers,
        clocks=lambda g: g.clocks,
        clock_profile=lambda g, ctx: SHARING,
        face=MatterFace(
            summarise=face.summarise,
            number=lambda g: g.number,
            visibility=face.visibility,
            offers=face.offers,
            detail=face.detail,
        ),
    )
    return Capability(
        name="datasets",
        texts=texts.merged(TEXTS),
        rows=(KINDS,),
        commands=Sharing(by_name, KINDS).commands(),
        facts=(*DATASET_FACTS, ClockSoon, ClockOverdue, ClockRecomputed),
        kinds=(kind_info(by_name, TEXTS, texts),),
        panels=(
            Panel(
                id="data_uses",
                title=TEXTS["panel.data_uses"],
                kind="table",
                route=LEDGER_PATH,
                surface="service",
                order=95,
            ),
        ),
        routes=(Route(path=LEDGER_PATH, title=TEXTS["route.data_uses"]),),
        handlers=HANDLERS,
        datasets=declared,
    )
