"""What orders are counted by (domain rules 11.1); the sums themselves are decided in ``counting.py``."""

from typing import Literal, NamedTuple

from shuniu.chassis.context import Context
from shuniu.contracts.envelope import Fact
from shuniu.contracts.manifest import Measure, Rate
from shuniu.contracts.summary import MeasureSummary
from shuniu.contracts.whistle import orders as said
from shuniu.rules.calendar import local

from shuniu_whistle.order_settings import order_profile
from shuniu_whistle.orders.state import Order
from shuniu_whistle.orders.texts import TEXTS

__all__ = ("MEASURES", "RATES", "declared_measures", "declared_rates", "handling_days", "observe")

_PLACE = ("area", "order_class")
_UNIT = ("area", "order_class", "unit")

MEASURES: dict[str, tuple[str, ...]] = {
    "received": _PLACE,
    "repeats": _PLACE,
    "answered": _PLACE,
    "not_accepted": _PLACE,
    "transferred": _UNIT,
    "merged": _PLACE,
    "dispatched": _UNIT,
    "signed_on_time": _UNIT,
    "contacted_on_time": _UNIT,
    "objected": _UNIT,
    "extended": _UNIT,
    "due": _UNIT,
    "finished_on_time": _UNIT,
    "handled": _UNIT,
    "handling_days": _UNIT,
    "hung": _UNIT,
    "whistled": _UNIT,
    "called_back": _UNIT,
    "solved": _UNIT,
    "satisfied": _UNIT,
    "satisfied_basic": _UNIT,
    "reworked": _UNIT,
    "closed": _UNIT,
}
"""Measures by name without their ``order.``, with their dimensions; all are sums."""


class _RateRule(NamedTuple):
    numerator: tuple[str, ...]
    denominator: str
    cohort: str
    better: Literal["up", "down"] = "up"


RATES: dict[str, _RateRule] = {
    "response_rate": _RateRule(("contacted_on_time",), "dispatched", "by_dispatch"),
    "solved_rate": _RateRule(("solved",), "called_back", "by_call_back"),
    "satisfied_rate": _RateRule(("satisfied",), "called_back", "by_call_back"),
    "satisfied_basic_rate": _RateRule(("satisfied", "satisfied_basic"), "called_back", "by_call_back"),
    "sign_rate": _RateRule(("signed_on_time",), "dispatched", "by_dispatch"),
    "on_time_rate": _RateRule(("finished_on_time",), "due", "by_due"),
    "repeat_rate": _RateRule(("repeats",), "received", "by_receipt", "down"),
}
"""The three rates, signing, finishing, repeating; satisfaction by both ways of counting (domain rules 0.6)."""


def declared_measures() -> tuple[Measure, ...]:
    """The measures as the manifest says them."""
    piece, days = TEXTS["measure_unit.order"], TEXTS["measure_unit.working_days"]
    return tuple(
        Measure(
            name=f"order.{name}",
            title=TEXTS[f"measure.order.{name}"],
            kind="sum",
            unit=days if name == "handling_days" else piece,
            dimensions=dimensions,
        )
        for name, dimensions in MEASURES.items()
    )


def declared_rates() -> tuple[Rate, ...]:
    """The rates as the manifest says them; no target is published."""
    return tuple(
        Rate(
            name=f"order.{name}",
            title=TEXTS[f"rate.order.{name}"],
            numerator=tuple(f"order.{n}" for n in rule.numerator),
            denominator=(f"order.{rule.denominator}",),
            cohort=TEXTS[f"cohort.order_{rule.cohort}"],
            better=rule.better,
        )
        for name, rule in RATES.items()
    )


def handling_days(o: Order, ctx: Context) -> float | None:
    """Working days from dispatch to the (last) feedback, to four decimals; None before."""
    if o.dispatched_at is None or o.fed_back_at is None:
        return None
    hours = order_profile(ctx).hours
    seconds = ctx.calendar.working_seconds_between(o.dispatched_at, o.fed_back_at, hours)
    return round(seconds / hours.seconds_a_day, 4)


def observe(o: Order, f: Fact, ctx: Context) -> tuple[MeasureSummary, ...]:
    """What one event adds, given the order as it stands after it."""

    def one(name: str, value: float, on: object, unit: str) -> MeasureSummary:
        at = {"area": o.area, "order_class": o.order_class}
        if unit and "unit" in MEASURES[name]:
            at["unit"] = unit
        return MeasureSummary(name=f"order.{name}", value=value, on=on, dimensions=at)  # type: ignore[arg-type]

    found = [one(d.name, d.value, d.on, d.unit) for d in o.deltas]
    if isinstance(f, said.OrderFedBack) and o.rounds == 0 and (days := handling_days(o, ctx)) is not None:
        day = local(ctx.now).date()
        found += [one("handled", 1, day, o.lead), one("handling_days", days, day, o.lead)]
    return tuple(found)
