"""Supervision (督办) and the escalation ladder's upper steps: the district makes units answer (1.8, 1.23, 1.24, 10.1).

Read on: ``lifecycle.py``, ``state.py``, ``commands.py``, ``face.py``. The ladder itself is the whistle's
(``whistles/ladder.toml``, ``whistles/escalation.py``).
"""

from dataclasses import replace

from shuniu.chassis.rows import MatterFace
from shuniu.chassis.service import Capability, Catalogue
from shuniu.chassis.tables import StateTable
from shuniu.contracts.manifest import Category, KindInfo, Measure, Panel, Rate, StatusInfo
from shuniu.contracts.whistle.supervision import FACTS, FORMS

from shuniu_whistle.supervision.commands import COMMANDS
from shuniu_whistle.supervision.face import detail, offers, summarise
from shuniu_whistle.supervision.lifecycle import SUPERVISION
from shuniu_whistle.supervision.state import SUPERVISION_CASE, visibility
from shuniu_whistle.texts import words_of

__all__ = ("capability",)

WORDS = words_of("supervision")
_STATUSES = tuple(
    StatusInfo(
        id=s.id,
        title=WORDS[f"status.supervision_case.{s.id}"],
        open=s.open,
        tone=s.tone,  # type: ignore[arg-type]  # life cycles use the manifest's tones
        order=-1 if s.tone == "stopped" else n,
    )
    for n, s in enumerate(SUPERVISION.statuses)
)


class SupervisionTable(StateTable, tablename="supervision_case"):
    """Supervisions, by id."""


def _measure(name: str, *dimensions: str) -> Measure:
    return Measure(
        name=f"supervision.{name}",
        title=WORDS[f"measure.supervision.{name}"],
        kind="sum",
        unit=WORDS["measure_unit.piece"],
        dimensions=("area", "form", *dimensions),
    )


FACE = MatterFace(summarise=summarise, number=lambda s: s.number, visibility=visibility, offers=offers, detail=detail)
capability = Capability(
    name="supervision",
    texts=Catalogue.load("shuniu_whistle.supervision"),
    rows=(replace(SUPERVISION_CASE, face=FACE),),
    commands=COMMANDS,
    facts=FACTS,
    kinds=(
        KindInfo(
            id="supervision_case",
            title=WORDS["kind.supervision_case"],
            plural=WORDS["kind.supervision_case_plural"],
            icon="flag",
            statuses=_STATUSES,
            unit_statuses=_STATUSES,
            categories=tuple(Category(id=f, title=WORDS[f"enum.form.{f}"]) for f in FORMS),
            clocks=(Category(id="answer", title=WORDS["clock.answer"]),),
            order=5,
        ),
    ),
    measures=(
        _measure("opened"),
        _measure("raised"),
        _measure("answered", "unit"),
        _measure("overdue", "unit"),
        _measure("settled"),
    ),
    rates=(
        Rate(
            name="supervision.settled_rate",
            title=WORDS["rate.supervision.settled_rate"],
            numerator=("supervision.settled",),
            denominator=("supervision.opened",),
            cohort=WORDS["cohort.supervised"],
        ),
    ),
    panels=(
        Panel(
            id="whistle.supervision_stages",
            title=WORDS["panel.supervision_stages"],
            kind="stages",
            matter_kind="supervision_case",
            surface="service",
            order=62,
        ),
    ),
    tables=(SupervisionTable,),
)
