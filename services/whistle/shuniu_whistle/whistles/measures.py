"""What whistles are counted by (domain rules 11.4).

A limit is counted on the day it was decided: met, or passed. So a rate never holds against anybody a limit that still
runs, and a closed period stays comparable. 吹哨率 needs the number of hotline orders and is not computed here.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal, NamedTuple

from shuniu.chassis.context import Context
from shuniu.contracts.clock import ClockOverdue
from shuniu.contracts.envelope import Fact
from shuniu.contracts.manifest import Measure, Rate
from shuniu.contracts.summary import MeasureSummary
from shuniu.contracts.whistle import whistles as said
from shuniu.contracts.whistle.evaluation import CallingAssessed
from shuniu.rules.calendar import local
from shuniu.rules.clocks import find_clock

from shuniu_whistle.texts import TEXTS
from shuniu_whistle.whistles.evolve import COUNTED_CLOCKS
from shuniu_whistle.whistles.state import Whistle

__all__ = ("MEASURES", "RATES", "declared_measures", "declared_rates", "observe")

_PLACE = ("area", "kind")
_UNIT = ("area", "kind", "unit")

MEASURES: dict[str, tuple[str, ...]] = {
    "whistle.drafted": _PLACE,
    "whistle.blown": _PLACE,
    "whistle.off_list": _PLACE,
    "whistle.callouts": _UNIT,
    "whistle.sign_decided": _UNIT,
    "whistle.sign_on_time": _UNIT,
    "whistle.contact_decided": _UNIT,
    "whistle.contact_on_time": _UNIT,
    "whistle.report_decided": _UNIT,
    "whistle.report_on_time": _UNIT,
    "whistle.finish_decided": _UNIT,
    "whistle.finish_on_time": _UNIT,
    "whistle.objections": _UNIT,
    "whistle.objections_accepted": _UNIT,
    "whistle.extensions": _UNIT,
    "whistle.phases_accepted": _UNIT,
    "whistle.phases_sent_back": _UNIT,
    "whistle.escalated": _PLACE,
    "whistle.resolved": _PLACE,
    "whistle.ended": _PLACE,
    "whistle.closed": _PLACE,
    "whistle.solved": _PLACE,
    "whistle.reblown": _PLACE,
    "whistle.cancelled": _PLACE,
    "whistle.chain_links": _PLACE,
    "whistle.rating_sum": _UNIT,
    "whistle.rating_count": _UNIT,
}
"""Measures by name, with their dimensions; all are sums."""


class _RateRule(NamedTuple):
    numerator: str
    denominator: str
    cohort: str
    better: Literal["up", "down", "band", "none"] = "up"


RATES: dict[str, _RateRule] = {
    "whistle.sign_rate": _RateRule("whistle.sign_on_time", "whistle.sign_decided", "decided"),
    "whistle.contact_rate": _RateRule("whistle.contact_on_time", "whistle.contact_decided", "decided"),
    "whistle.report_rate": _RateRule("whistle.report_on_time", "whistle.report_decided", "decided"),
    "whistle.finish_rate": _RateRule("whistle.finish_on_time", "whistle.finish_decided", "decided"),
    "whistle.solved_rate": _RateRule("whistle.solved", "whistle.ended", "ended"),
    "whistle.off_list_rate": _RateRule("whistle.off_list", "whistle.blown", "blown", "down"),
    "whistle.reblown_rate": _RateRule("whistle.reblown", "whistle.ended", "ended", "down"),
}
"""No target is set: none is published."""


def declared_measures() -> tuple[Measure, ...]:
    """The measures as the manifest says them."""
    piece, points = TEXTS["measure_unit.piece"], TEXTS["measure_unit.points"]
    return tuple(
        Measure(
            name=name,
            title=TEXTS[f"measure.{name}"],
            kind="sum",
            unit=points if name == "whistle.rating_sum" else piece,
            dimensions=dimensions,
        )
        for name, dimensions in MEASURES.items()
    )


def declared_rates() -> tuple[Rate, ...]:
    """The rates as the manifest says them."""
    return tuple(
        Rate(
            name=name,
            title=TEXTS[f"rate.{name}"],
            numerator=(rule.numerator,),
            denominator=(rule.denominator,),
            cohort=TEXTS[f"cohort.{rule.cohort}"],
            better=rule.better,
        )
        for name, rule in RATES.items()
    )


def observe(w: Whistle, f: Fact, ctx: Context) -> tuple[MeasureSummary, ...]:
    """What one event adds, given the whistle as it stands after it."""
    return tuple(_observations(w, f, ctx))


def _observations(w: Whistle, f: Fact, ctx: Context) -> Iterable[MeasureSummary]:
    day = local(ctx.now).date()

    def one(name: str, unit: str = "", value: float = 1, on: date = day) -> MeasureSummary:
        at = {"area": w.area, "kind": w.kind}
        return MeasureSummary(
            name=f"whistle.{name}", value=value, on=on, dimensions={**at, "unit": unit} if unit else at
        )

    def met(clock: str, callout: str, unit: str) -> Iterable[MeasureSummary]:
        found = find_clock(w.clocks, clock, callout)
        # A limit that passed was counted when it passed.
        if found is not None and found.state == "met" and not found.late:
            yield one(f"{clock}_decided", unit)
            yield one(f"{clock}_on_time", unit)

    match f:
        case said.WhistleDrafted():
            yield one("drafted")
        case said.WhistleBlown():
            yield one("blown")
            if w.off_list:
                yield one("off_list")
            for called in f.callouts:
                yield one("callouts", called.unit)
        case said.CalloutAdded():
            yield one("callouts", f.called.unit)
        case said.CalloutSigned():
            yield from met("sign", f.callout, f.unit)
        case said.CalloutContacted():
            yield from met("contact", f.callout, f.unit)
        case said.CalloutReported():
            yield from met("report", f.callout, f.unit)
        case said.CalloutFinished():
            yield from met("finish", f.callout, f.unit)
        case ClockOverdue() if f.clock in COUNTED_CLOCKS:
            late = w.callout(f.part)
            if late is not None:
                yield one(f"{f.clock}_decided", late.unit, on=_day_before(f.due_at))
        case said.CalloutObjected():
            yield one("objections", f.unit)
        case said.CalloutWithdrawn():
            yield one("objections_accepted", f.unit)
            yield one("callouts", f.unit, value=-1)
        case said.ExtensionApproved():
            yield one("extensions", f.unit)
        case said.PhaseAccepted() | said.PhaseReturned():
            callout = w.callout(f.callout)
            name = "phases_accepted" if isinstance(f, said.PhaseAccepted) else "phases_sent_back"
            yield one(name, callout.unit if callout else "")
        case said.WhistleEscalated():
            yield one("escalated")
        case said.WhistleResolved():
            yield one("resolved")
        case said.WhistleClosed():
            yield one("ended")
            yield one("closed")
            yield one("solved")
            yield one("chain_links", value=w.chain)
        case said.WhistleReblown():
            yield one("ended")
            yield one("reblown")
        case said.WhistleFollowed() if f.within_90_days:
            yield one("solved", value=-1, on=f.closed_on)
            yield one("reblown", on=f.closed_on)
        case said.WhistleCancelled():
            yield one("cancelled")
        case CallingAssessed():
            yield one("assessed")
            if f.verdict != "WORTHY":
                yield one("unworthy")
        case said.CalloutRated():
            yield one("rating_sum", f.unit, value=float(f.response + f.attitude + f.result))
            yield one("rating_count", f.unit, value=3)
        case _:
            return


def _day_before(due: datetime) -> date:
    """The business day whose last moment a limit is: one that ends at 24:00 belongs to the day that ends."""
    at = local(due)
    return at.date() if at.time().isoformat() != "00:00:00" else date.fromordinal(at.date().toordinal() - 1)
