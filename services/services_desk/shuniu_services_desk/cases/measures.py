"""What cases are counted by (domain rules 11.7). No rate is computed here: every one is a sum over a sum."""

from datetime import date, datetime
from typing import NamedTuple

from shuniu.chassis.context import Context
from shuniu.contracts.envelope import Fact
from shuniu.contracts.manifest import Measure, Rate
from shuniu.contracts.services_desk import cases as said
from shuniu.contracts.summary import MeasureSummary
from shuniu.rules.calendar import local

from shuniu_services_desk.cases.state import Case
from shuniu_services_desk.texts import words_of

__all__ = ("MEASURES", "RATES", "declared_measures", "declared_rates", "observe")

WORDS = words_of("cases")
_UNIT = ("area", "unit")

MEASURES: dict[str, tuple[str, ...]] = {
    "consulted": ("area",),
    "submitted": _UNIT,
    "refused": _UNIT,
    "corrected": _UNIT,
    "deemed": _UNIT,
    "accepted": _UNIT,
    "with_gaps": _UNIT,
    "lapsed": _UNIT,
    "extended": _UNIT,
    "withdrawn": _UNIT,
    "decided": _UNIT,
    "granted": _UNIT,
    "denied": _UNIT,
    "decided_in_time": _UNIT,
    "promise_kept": _UNIT,
    "done": _UNIT,
    "done_once": _UNIT,
    "done_unvisited": _UNIT,
    "delivered_in_time": _UNIT,
    "parts_back": _UNIT,
    "parts_in_time": _UNIT,
}
"""Measures by name without their ``desk.``, with their dimensions; all are sums."""


class _Rule(NamedTuple):
    numerator: str
    denominator: str
    cohort: str
    better: str = "up"


RATES: dict[str, _Rule] = {
    "once_rate": _Rule("done_once", "done", "by_delivery"),
    "zero_rate": _Rule("done_unvisited", "done", "by_delivery"),
    "correction_rate": _Rule("corrected", "submitted", "by_receipt", "down"),
    "on_time_rate": _Rule("decided_in_time", "decided", "by_decision"),
    "promise_rate": _Rule("promise_kept", "decided", "by_decision"),
    "delivery_rate": _Rule("delivered_in_time", "done", "by_delivery"),
    "part_rate": _Rule("parts_in_time", "parts_back", "by_part"),
}
"""一次办成率、零跑腿率、补正率, and the law's and the promised limits."""


def declared_measures() -> tuple[Measure, ...]:
    """The measures as the manifest says them."""
    return tuple(
        Measure(
            name=f"desk.{name}",
            title=WORDS[f"measure.desk.{name}"],
            kind="sum",
            unit=WORDS["measure_unit.case"],
            dimensions=dimensions,
        )
        for name, dimensions in MEASURES.items()
    )


def declared_rates() -> tuple[Rate, ...]:
    """The rates as the manifest says them; no target is published."""
    return tuple(
        Rate(
            name=f"desk.{name}",
            title=WORDS[f"rate.desk.{name}"],
            numerator=(f"desk.{rule.numerator}",),
            denominator=(f"desk.{rule.denominator}",),
            cohort=WORDS[f"cohort.desk_{rule.cohort}"],
            better=rule.better,  # type: ignore[arg-type]  # one of the manifest's words
        )
        for name, rule in RATES.items()
    )


def _names(c: Case, f: Fact) -> list[tuple[str, datetime | None]]:
    """Measures a fact adds one to, with the time of their cohort (None: now)."""
    match f:
        case said.CaseConsulted():
            return [("consulted", None)]
        case said.CaseSubmitted():
            return [("submitted", None)]
        case said.CaseRefused():
            return [("refused", None)]
        case said.CaseCorrectionAsked():
            return [("corrected", c.received_at)]
        case said.CaseDeemedAccepted():
            return [("deemed", None), ("accepted", None)]
        case said.CaseAccepted() | said.CaseResubmitted():
            return [("accepted", None)]
        case said.CaseAcceptedWithGaps():
            return [("accepted", None), ("with_gaps", None)]
        case said.CaseLapsed():
            return [("lapsed", None)] if f.cause == "GAP" else []
        case said.CaseExtended():
            return [("extended", None)]
        case said.CaseWithdrawn():
            return [("withdrawn", None)] if c.received_at is not None else []
        case said.CaseDecided():
            found = ["decided", "granted" if f.granted else "denied"]
            found += [n for n, is_so in (("decided_in_time", not c.late), ("promise_kept", c.promise_kept)) if is_so]
            return [(n, None) for n in found]
        case said.CaseHandedBack():
            return [("parts_back", None), *(() if f.late else (("parts_in_time", None),))]
        case said.CaseDelivered():
            marks = (
                ("done_once", len(c.visits) <= 1),
                ("done_unvisited", not c.visits),
                ("delivered_in_time", not c.delivery_late),
            )
            return [("done", None), *((n, None) for n, is_so in marks if is_so)]
        case _:
            return []


def observe(c: Case, f: Fact, ctx: Context) -> tuple[MeasureSummary, ...]:
    """What one event adds, given the case as it stands after it."""
    found = []
    for name, at in _names(c, f):
        on: date = local(at or ctx.now).date()
        where = {"area": c.area}
        if "unit" in MEASURES[name]:
            where["unit"] = f.unit if isinstance(f, said.CaseHandedBack) else c.unit
        found.append(MeasureSummary(name=f"desk.{name}", value=1, on=on, dimensions=where))
    return tuple(found)
