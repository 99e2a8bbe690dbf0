"""Hazards (隐患) with the insurer as risk steward (风险管家): from find to recheck (domain rules 4.1, 10.7).

Read on: ``categories.toml`` and ``limits.toml`` (data), ``lifecycle.py``, ``state.py``, ``rules.py`` (who may do what),
``finding.py``, ``commands.py``, ``routing.py`` (referrals), ``linking.py`` (accidents), ``routes.py``, ``sheet.py``.
"""

from shuniu.chassis.service import Capability
from shuniu.contracts.insurance.hazards import FACTS
from shuniu.contracts.manifest import Category, KindInfo, Measure, Panel, Rate, Route
from shuniu.contracts.referral import ReferralMade, ReferralWithdrawn

from shuniu_insurance.fields import statuses_of
from shuniu_insurance.hazards import commands, finding, linking, routing
from shuniu_insurance.hazards.data import categories
from shuniu_insurance.hazards.kind import ACCIDENT, CELL, HAZARD_ROW
from shuniu_insurance.hazards.lifecycle import HAZARD
from shuniu_insurance.hazards.routes import HANDLERS
from shuniu_insurance.hazards.sheet import SHEETS
from shuniu_insurance.hazards.tables import AccidentTable, CellTable, HazardTable
from shuniu_insurance.hazards.texts import OWN, TEXTS

__all__ = ("capability",)

_CLOCKS = ("verify", "grade", "route", "start", "rectify", "recheck", "cancel", "review")
_MEASURES = (
    "hazard.found",
    "hazard.major",
    "hazard.cancelled_off",
    "hazard.cancel_due",
    "hazard.in_time",
    "hazard.reopened",
    "accident.compared",
    "accident.known_hazard",
)


def _rate(name: str, numerator: str, denominator: str, better: str) -> Rate:
    return Rate(
        name=name,
        title=TEXTS[f"rate.{name}"],
        numerator=(numerator,),
        denominator=(denominator,),
        cohort=TEXTS[f"cohort.{name}"],
        better=better,  # type: ignore[arg-type]
    )


capability = Capability(
    name="hazards",
    texts=OWN,
    rows=(HAZARD_ROW, CELL, ACCIDENT),
    commands=(*finding.COMMANDS, *commands.COMMANDS, *routing.COMMANDS, *linking.COMMANDS),
    facts=(*FACTS, ReferralMade, ReferralWithdrawn),
    reactions=(*routing.REACTIONS, *linking.REACTIONS),
    kinds=(
        KindInfo(
            id=HAZARD.kind,
            title=TEXTS["kind.hazard"],
            plural=TEXTS["kind.hazards"],
            icon="soon",
            statuses=statuses_of(HAZARD, TEXTS),
            categories=tuple(Category(id=code, title=TEXTS[f"category.{code}"]) for code in categories()),
            clocks=tuple(Category(id=c, title=TEXTS[f"clock.{c}"]) for c in _CLOCKS),
            order=30,
        ),
    ),
    measures=tuple(
        Measure(
            name=name,
            title=TEXTS[f"measure.{name}"],
            kind="sum",
            unit=TEXTS["unit.hazards" if name.startswith("hazard") else "unit.accidents"],
        )
        for name in _MEASURES
    ),
    rates=(
        _rate("hazard.cancel_off_rate", "hazard.cancelled_off", "hazard.found", "up"),
        _rate("hazard.in_time_rate", "hazard.in_time", "hazard.cancel_due", "up"),
        _rate("accident.known_hazard_rate", "accident.known_hazard", "accident.compared", "down"),
    ),
    panels=(
        Panel(id="hazard.stages", title=TEXTS["panel.hazard_stages"], kind="stages", matter_kind=HAZARD.kind, order=62),
        Panel(id="hazard.map", title=TEXTS["measure.hazard.found"], kind="map", measure="hazard.found", order=63),
        Panel(
            id="hazard.known",
            title=TEXTS["rate.accident.known_hazard_rate"],
            kind="kpi",
            rate="accident.known_hazard_rate",
            order=64,
        ),
        Panel(
            id="hazard.cancel_off",
            title=TEXTS["rate.hazard.cancel_off_rate"],
            kind="ranking",
            rate="hazard.cancel_off_rate",
            order=65,
        ),
        Panel(
            id="hazard.supervised",
            title=TEXTS["panel.hazard_supervised"],
            kind="table",
            route="/hazards/supervised",
            surface="service",
            order=66,
        ),
    ),
    routes=(
        Route(path="/hazards/supervised", title=TEXTS["panel.hazard_supervised"]),
        Route(path="/hazards/notices", title=TEXTS["route.hazard_notices"], public=True),
    ),
    handlers=HANDLERS,
    tables=(HazardTable, CellTable, AccidentTable),
    sheets=SHEETS,
)
