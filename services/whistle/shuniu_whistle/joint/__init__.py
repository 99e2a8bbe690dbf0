"""Recurring joint governance (定期共治): neighbours and departments meet about the same place again (article).

Read on: ``recurrence.py`` (which days), ``state.py``, ``series.py``, ``commands.py``, ``face.py``,
``routes.py`` (calendar and feed).
"""

from dataclasses import replace

from shuniu.chassis.rows import MatterFace
from shuniu.chassis.service import Capability, Catalogue
from shuniu.contracts.manifest import Category, KindInfo, Measure, Panel, Rate, StatusInfo
from shuniu.contracts.whistle.joint import FACTS

from shuniu_whistle.catalogue.entries import GROUPS, shipped
from shuniu_whistle.joint import commands, series
from shuniu_whistle.joint.face import detail, offers, summarise
from shuniu_whistle.joint.lifecycle import SESSION
from shuniu_whistle.joint.routes import HANDLERS, ROUTES
from shuniu_whistle.joint.state import JOINT_SERIES, JOINT_SESSION, visibility
from shuniu_whistle.joint.tables import JointSeriesTable, JointSessionTable
from shuniu_whistle.texts import words_of

__all__ = ("capability",)

WORDS = words_of("joint")


def _measure(name: str, *dimensions: str) -> Measure:
    return Measure(
        name=f"joint.{name}",
        title=WORDS[f"measure.joint.{name}"],
        kind="sum",
        unit=WORDS["measure_unit.piece"],
        dimensions=("area", *dimensions),
    )


FACE = MatterFace(summarise=summarise, number=lambda s: s.number, visibility=visibility, offers=offers, detail=detail)
capability = Capability(
    name="joint",
    texts=Catalogue.load("shuniu_whistle.joint"),
    rows=(JOINT_SERIES, replace(JOINT_SESSION, face=FACE)),
    commands=(*series.COMMANDS, *commands.COMMANDS),
    facts=FACTS,
    kinds=(
        KindInfo(
            id="joint_session",
            title=WORDS["kind.joint_session"],
            plural=WORDS["kind.joint_session_plural"],
            icon="people",
            statuses=tuple(
                StatusInfo(
                    id=s.id,
                    title=WORDS[f"status.joint_session.{s.id}"],
                    open=s.open,
                    tone=s.tone,  # type: ignore[arg-type]  # life cycles use the manifest's tones
                    order=-1 if s.tone == "stopped" else n,
                )
                for n, s in enumerate(SESSION.statuses)
            ),
            unit_statuses=tuple(
                StatusInfo(id=u, title=WORDS[f"status.attendance.{u}"], open=u == "INVITED", order=n)
                for n, u in enumerate(("INVITED", "PRESENT", "ABSENT"))
            ),
            categories=tuple(
                Category(id=i.code, title=WORDS[f"category.{i.code}"], group=group)
                for group in GROUPS
                for i in shipped(group)
            ),
            clocks=(Category(id="minutes", title=WORDS["clock.minutes"]),),
            order=6,
        ),
    ),
    measures=(_measure("held"), _measure("resolutions"), _measure("invited", "unit"), _measure("came", "unit")),
    rates=(
        Rate(
            name="joint.attendance_rate",
            title=WORDS["rate.joint.attendance_rate"],
            numerator=("joint.came",),
            denominator=("joint.invited",),
            cohort=WORDS["cohort.archived"],
        ),
    ),
    panels=(
        Panel(
            id="whistle.joint",
            title=WORDS["panel.joint"],
            kind="calendar",
            route="/joint/calendar",
            surface="service",
            order=64,
        ),
    ),
    routes=ROUTES,
    handlers=HANDLERS,
    tables=(JointSeriesTable, JointSessionTable),
)
