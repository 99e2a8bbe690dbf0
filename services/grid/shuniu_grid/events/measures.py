"""What grid events are counted by (domain rules 11.2, 11.5). Every observation falls on the day its cohort is named by.

Numerator and denominator of a rate share a cohort (the day of reporting, filing, dispatch …), so an observation made
later still counts for the day its event belongs to, and a closed period stays comparable.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from shuniu.contracts.manifest import Measure, Rate
from shuniu.contracts.summary import MeasureSummary
from shuniu.contracts.text import Text

from shuniu_grid.events.state import GridEvent

__all__ = ("MEASURES", "RATES", "RateRule", "declared_measures", "declared_rates", "summed")

MEASURES: dict[str, tuple[str, ...]] = {
    "grid.reported": ("area",),
    "grid.open_of_reported": ("area",),
    "grid.clues": ("area",),
    "grid.found_by_grid": ("area",),
    "grid.found_by_hotline": ("area",),
    "grid.effective": ("area",),
    "grid.merged": ("area",),
    "grid.self_handled": ("area",),
    "grid.to_verify": ("area",),
    "grid.verified_in_time": ("area",),
    "grid.filed": ("area",),
    "grid.filed_in_time": ("area",),
    "grid.closed_of_filed": ("area",),
    "grid.closed_in_time": ("area",),
    "grid.closed": ("area",),
    "grid.solved": ("area", "level"),
    "grid.solved_in_grid": ("area",),
    "grid.dispatched": ("area", "unit"),
    "grid.dispatched_right": ("area", "unit"),
    "grid.returned": ("area", "unit"),
    "grid.to_handle": ("area", "unit"),
    "grid.handled": ("area", "unit"),
    "grid.handled_in_time": ("area", "unit"),
    "grid.overdue": ("area", "unit"),
    "grid.overdue_waiting": ("area", "unit"),
    "grid.delayed": ("area", "unit"),
    "grid.hung": ("area", "unit"),
    "grid.referred": ("area",),
    "grid.to_check": ("area",),
    "grid.checked_in_time": ("area",),
    "grid.reworked": ("area",),
    "grid.to_close": ("area",),
    "grid.closed_due": ("area",),
    "grid.closed_due_in_time": ("area",),
    "grid.reworked_due": ("area",),
    "grid.postponed": ("area",),
}
"""Measures by name, with their dimensions; all are sums. What is taken back is a negative observation of its day."""


class RateRule(NamedTuple):
    """A rate: Σ numerators ÷ Σ denominators, both counted on the day of ``cohort``; ``source``: of domain rules."""

    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    cohort: str
    better: Literal["up", "down", "band", "none"] = "up"
    source: str = "11.2"


RATES: dict[str, RateRule] = {
    # 处置率, 按期处置率, 超期待处置率, 延期率: over 应处置数, by the day of dispatch
    "grid.handled_rate": RateRule(("grid.handled",), ("grid.to_handle",), "dispatched"),
    "grid.handled_in_time_rate": RateRule(("grid.handled_in_time",), ("grid.to_handle",), "dispatched"),
    "grid.overdue_waiting_rate": RateRule(("grid.overdue_waiting",), ("grid.to_handle",), "dispatched", "down"),
    "grid.delay_rate": RateRule(("grid.delayed",), ("grid.to_handle",), "dispatched", "down"),
    # 准确派遣率: over 应派遣数; 超期率 beside it counts what was late at all
    "grid.dispatch_accuracy": RateRule(("grid.dispatched_right",), ("grid.dispatched",), "dispatched"),
    "grid.overdue_rate": RateRule(("grid.overdue",), ("grid.dispatched",), "dispatched", "down"),
    # 结案率, 按期结案率, 返工率: over 应结案数, by the day the limit ends
    "grid.closed_rate": RateRule(("grid.closed_due",), ("grid.to_close",), "to_close"),
    "grid.closed_in_time_rate": RateRule(("grid.closed_due_in_time",), ("grid.to_close",), "to_close"),
    "grid.rework_rate": RateRule(("grid.reworked_due",), ("grid.to_close",), "to_close", "down"),
    # 有效上报率, 未结案率, 自办率, 主动发现率: by the day of report
    "grid.effective_rate": RateRule(("grid.effective",), ("grid.reported",), "reported"),
    "grid.open_rate": RateRule(("grid.open_of_reported",), ("grid.reported",), "reported", "down"),
    "grid.self_handled_rate": RateRule(("grid.self_handled",), ("grid.reported",), "reported", "up", "11.5"),
    "grid.self_found_rate": RateRule(
        ("grid.found_by_grid",), ("grid.found_by_grid", "grid.found_by_hotline"), "reported", "up", "11.5"
    ),
    # 闭环率, 按时立案率: by the day of filing
    "grid.closed_loop": RateRule(("grid.closed_of_filed",), ("grid.filed",), "filed", "up", "11.5"),
    "grid.filed_in_time_rate": RateRule(("grid.filed_in_time",), ("grid.filed",), "filed"),
    # 按期核实率, 按期核查率
    "grid.verified_in_time_rate": RateRule(("grid.verified_in_time",), ("grid.to_verify",), "verify_asked"),
    "grid.checked_in_time_rate": RateRule(("grid.checked_in_time",), ("grid.to_check",), "check_started"),
    # 难在网中解: solved within the grid or its community
    "grid.solved_in_grid_rate": RateRule(("grid.solved_in_grid",), ("grid.closed",), "closed", "up", "11.5"),
}
"""The rates of domain rules 11.2 and 11.5 by name."""


def declared_measures(texts: Mapping[str, Text]) -> tuple[Measure, ...]:
    """The measures as the manifest declares them."""
    return tuple(
        Measure(name=name, title=texts[f"measure.{name}"], kind="sum", unit=texts["unit.events"], dimensions=dims)
        for name, dims in MEASURES.items()
    )


def declared_rates(texts: Mapping[str, Text]) -> tuple[Rate, ...]:
    """The rates as the manifest declares them."""
    return tuple(
        Rate(
            name=name,
            title=texts[f"rate.{name}"],
            numerator=rule.numerator,
            denominator=rule.denominator,
            cohort=texts[f"cohort.{rule.cohort}"],
            better=rule.better,
        )
        for name, rule in RATES.items()
    )


def summed(row: GridEvent) -> tuple[MeasureSummary, ...]:
    """What the row's last fact added, as its summary tells it."""
    return tuple(
        MeasureSummary(
            name=c.name,
            value=c.value,
            on=c.on,
            dimensions={
                "area": row.area,
                **({"unit": c.unit} if "unit" in MEASURES[c.name] else {}),
                **({"level": c.level} if "level" in MEASURES[c.name] else {}),
            },
        )
        for c in row.told
    )
