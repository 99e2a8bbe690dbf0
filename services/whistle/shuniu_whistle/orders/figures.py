"""Figures of a period from the orders themselves, by unit, class or community (domain rules 11.1). Pure.

The same sums as the measures that travel with events: what an order stands for is kept in its row (``counted``).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Literal

from shuniu.chassis.context import Context
from shuniu.contracts.panels import Column, TablePanel
from shuniu.contracts.text import Text
from shuniu.rules.calendar import local

from shuniu_whistle.orders.measures import handling_days
from shuniu_whistle.orders.rates import composite, percent, rate, rate_profile
from shuniu_whistle.orders.state import Order
from shuniu_whistle.orders.texts import TEXTS, filled

__all__ = ("By", "Sums", "figures", "group_of", "sums_of")

By = Literal["unit", "class", "community"]
Sums = dict[str, int]

_RATES: dict[str, tuple[tuple[str, ...], str]] = {
    "response": (("contacted_on_time",), "dispatched"),
    "solved": (("solved",), "called_back"),
    "satisfied": (("satisfied",), "called_back"),
    "satisfied_basic": (("satisfied", "satisfied_basic"), "called_back"),
    "signed": (("signed_on_time",), "dispatched"),
    "on_time": (("finished_on_time",), "due"),
    "repeated": (("repeats",), "received"),
}


def group_of(o: Order, by: By) -> str:
    """Which row of the table an order belongs to; "" for none (an order without a unit by unit)."""
    if by == "unit":
        return o.lead
    return o.order_class if by == "class" else o.area[:12]


def sums_of(o: Order, first: date, last: date) -> Sums:
    """What one order adds to a period, each figure under the day of its cohort (see ``counting.py``)."""

    def during(day: date | None) -> bool:
        return day is not None and first <= day <= last

    c = o.counted
    found: Sums = {}
    if during(local(o.received_at).date()):
        found["received"] = 1
        found["repeats"] = int(c.repeated)
    if o.dispatched_at is not None and c.dispatched and not c.left and during(local(o.dispatched_at).date()):
        found["dispatched"] = 1
        found["signed_on_time"] = int(c.signed)
        found["contacted_on_time"] = int(c.contacted)
    if during(c.due_on):
        found["due"] = 1
        found["finished_on_time"] = int(c.due_met)
    if o.said is not None and during(local(o.said.at).date()):
        found["called_back"] = 1
        found["solved"] = int(o.said.solved)
        found["satisfied"] = int(o.said.satisfaction in ("VERY_SAT", "SAT"))
        found["satisfied_basic"] = int(o.said.satisfaction == "BASIC")
    return found


def _columns(by: By) -> tuple[Column, ...]:
    def note(name: str) -> Text:
        return TEXTS[f"formula.{name}"]

    first = {"unit": ("unit", "unit"), "class": ("order_class", "text"), "community": ("community", "area")}[by]
    return (
        Column(id=first[0], title=TEXTS[f"field.{first[0]}"], kind=first[1]),  # type: ignore[arg-type]
        Column(id="received", title=TEXTS["measure.order.received"], kind="number"),
        Column(id="dispatched", title=TEXTS["measure.order.dispatched"], kind="number"),
        *(
            column
            for name in _RATES
            for column in (
                Column(id=name, title=TEXTS[f"column.{name}"], kind="percent", note=note(name)),
                Column(id=f"{name}_cases", title=TEXTS["column.cases"], kind="text"),
            )
        ),
        Column(id="days", title=TEXTS["column.mean_days"], kind="number", note=note("mean_days")),
        Column(id="composite", title=TEXTS["column.composite"], kind="number", note=note("composite")),
    )


def _row(label: Any, by: By, sums: Mapping[str, int], days: list[float], ctx: Context) -> dict[str, Any]:
    profile = rate_profile(ctx)
    key = {"unit": "unit", "class": "order_class", "community": "community"}[by]
    row: dict[str, Any] = {key: label, "received": sums.get("received", 0), "dispatched": sums.get("dispatched", 0)}
    for name, (numerator, denominator) in _RATES.items():
        above, below = sum(sums.get(n, 0) for n in numerator), sums.get(denominator, 0)
        value = rate(above, below)
        row[name] = float(value) if value is not None else None
        row[f"{name}_cases"] = f"{above}/{below}"
    total = composite(sums, profile)
    points = percent(total / 100) if total is not None else None
    row["composite"] = float(points) if points is not None else None
    row["days"] = round(sum(days) / len(days), 2) if days else None
    return row


def figures(orders: Iterable[Order], by: By, first: date, last: date, ctx: Context) -> TablePanel:
    """The table: every rate with both its numbers, None where there is nothing to divide by."""
    sums: defaultdict[str, Sums] = defaultdict(dict)
    days: defaultdict[str, list[float]] = defaultdict(list)
    for o in orders:
        group = group_of(o, by)
        if not group:
            continue
        for name, value in sums_of(o, first, last).items():
            sums[group][name] = sums[group].get(name, 0) + value
        if o.fed_back_at is not None and first <= local(o.fed_back_at).date() <= last:
            taken = handling_days(o, ctx)
            if taken is not None:
                days[group].append(taken)
    label: Callable[[str], Any] = (lambda g: TEXTS[f"enum.order_class.{g}"]) if by == "class" else (lambda g: g)
    rows = [
        _row(label(group), by, sums[group], days[group], ctx) for group in sorted(sums) if any(sums[group].values())
    ]
    weights = rate_profile(ctx).weights
    note = filled(
        "note.figures",
        {
            "from": first.isoformat(),
            "to": last.isoformat(),
            "response": weights["response"],
            "solved": weights["solved"],
            "satisfied": weights["satisfied"],
        },
    )
    return TablePanel(columns=_columns(by), rows=tuple(rows), as_of=ctx.now, note=note)
