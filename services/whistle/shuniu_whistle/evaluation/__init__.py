"""Evaluation (考核评价): unit scores, double assessment of callers, chains (domain rules 11.4)."""

import os
from typing import TYPE_CHECKING

from shuniu.chassis.service import Capability
from shuniu.contracts.manifest import Measure, Panel, Rate, Route
from shuniu.contracts.whistle.evaluation import CallingAssessed

from shuniu_whistle.evaluation.assess import COMMANDS
from shuniu_whistle.evaluation.routes import HANDLERS
from shuniu_whistle.evaluation.scores import weights
from shuniu_whistle.evaluation.texts import TEXTS
from shuniu_whistle.settings import WhistleSettings
from shuniu_whistle.texts import TEXTS as SHARED

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("capability", "read_weights")


async def read_weights(host: "Host") -> None:
    """Read the declared weights once, when the service starts. ValueError when they do not hold together."""
    settings = host.settings if isinstance(host.settings, WhistleSettings) else WhistleSettings()
    host.extras["whistle.weights"] = weights(settings.weights_file)


def _table(id_: str, route: str, order: int) -> Panel:
    return Panel(
        id=f"whistle.{id_}",
        title=TEXTS[f"panel.{id_}"],
        kind="table",
        route=route,
        surface="service",
        report=True,
        order=order,
    )


# The manifest is made before there is a host, so what it says of the band is read from where the host will read it.
_BAND = weights(os.environ.get("SHUNIU_WHISTLE_WEIGHTS_FILE", "")).whistle_rate

capability = Capability(
    name="evaluation",
    texts=TEXTS,
    commands=COMMANDS,
    facts=(CallingAssessed,),
    measures=tuple(
        Measure(
            name=name,
            title=TEXTS[f"measure.{name}"],
            kind="sum",
            unit=SHARED["measure_unit.piece"],
            dimensions=("area", "kind"),
        )
        for name in ("whistle.assessed", "whistle.unworthy")
    ),
    rates=(
        Rate(
            name="whistle.unworthy_rate",
            title=TEXTS["rate.whistle.unworthy_rate"],
            numerator=("whistle.unworthy",),
            denominator=("whistle.assessed",),
            cohort=TEXTS["cohort.assessed"],
            better="down",
        ),
        Rate(
            name="whistle.mean_chain",
            title=TEXTS["rate.whistle.mean_chain"],
            numerator=("whistle.chain_links",),
            denominator=("whistle.closed",),
            cohort=TEXTS["cohort.closed"],
            better="down",
            per=1,
        ),
        Rate(
            name="whistle.calling_rate",
            title=TEXTS["rate.whistle.calling_rate"],
            numerator=("whistle.blown",),
            denominator=("order.received",),
            cohort=TEXTS["cohort.calling"],
            better="band",
            per=1000,
            band=_BAND,
        ),
    ),
    panels=(
        Panel(
            id="whistle.calling_rate",
            title=TEXTS["panel.calling_rate"],
            kind="kpi",
            rate="whistle.calling_rate",
            order=28,
        ),
        _table("unit_scores", "/evaluation/units", 40),
        _table("calling", "/evaluation/calling", 41),
        _table("chains", "/evaluation/chains", 42),
    ),
    routes=(
        Route(path="/evaluation/units", title=TEXTS["route.evaluation_units"]),
        Route(path="/evaluation/calling", title=TEXTS["route.evaluation_calling"]),
        Route(path="/evaluation/chains", title=TEXTS["route.evaluation_chains"]),
    ),
    handlers=HANDLERS,
)
