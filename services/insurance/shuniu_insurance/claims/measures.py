"""What claims are counted by (domain rules 11.6). Money is said in yuan; exact fen stand in tables."""

from shuniu.chassis.context import Context
from shuniu.contracts.envelope import Fact
from shuniu.contracts.insurance import certificates as cert
from shuniu.contracts.insurance import claims as said
from shuniu.contracts.manifest import Measure, Rate
from shuniu.contracts.summary import MeasureSummary
from shuniu.rules.calendar import local
from shuniu.rules.clocks import find_clock

from shuniu_insurance.claims.state import Claim
from shuniu_insurance.claims.texts import TEXTS
from shuniu_insurance.fields import yuan

__all__ = ("MEASURES", "RATES", "observe")

_NAMES = {
    "reported": "case",
    "surveyed": "case",
    "surveyed_in_time": "case",
    "certified": "case",
    "certificate_refused": "case",
    "assessed": "case",
    "denied": "case",
    "agreed_yuan": "yuan",
    "paid": "case",
    "paid_in_time": "case",
    "paid_yuan": "yuan",
    "advanced_yuan": "yuan",
    "recovered_yuan": "yuan",
    "closed": "case",
    "closing_days": "days",
    "hazard_linked": "case",
    "accompanied": "case",
}

MEASURES = tuple(
    Measure(
        name=f"claim.{name}",
        title=TEXTS[f"measure.claim.{name}"],
        kind="sum",
        unit=TEXTS[f"measure_unit.{unit}"],
        dimensions=("area",) if name == "recovered_yuan" else ("area", "event_kind"),
    )
    for name, unit in _NAMES.items()
)

RATES = (
    Rate(
        name="claim.certificate_refusal_rate",
        title=TEXTS["rate.claim.certificate_refusal_rate"],
        numerator=("claim.certificate_refused",),
        denominator=("claim.certified", "claim.certificate_refused"),
        cohort=TEXTS["cohort.claim_certificate"],
        better="none",
    ),
    Rate(
        name="claim.closing_time",
        title=TEXTS["rate.claim.closing_time"],
        numerator=("claim.closing_days",),
        denominator=("claim.closed",),
        cohort=TEXTS["cohort.claim_closed"],
        better="down",
        per=1,
    ),
    Rate(
        name="claim.survey_in_time_rate",
        title=TEXTS["rate.claim.survey_in_time_rate"],
        numerator=("claim.surveyed_in_time",),
        denominator=("claim.surveyed",),
        cohort=TEXTS["cohort.claim_surveyed"],
    ),
    Rate(
        name="claim.pay_in_time_rate",
        title=TEXTS["rate.claim.pay_in_time_rate"],
        numerator=("claim.paid_in_time",),
        denominator=("claim.paid",),
        cohort=TEXTS["cohort.claim_paid"],
        target=1.0,
    ),
)


def _counted(o: Claim, f: Fact, ctx: Context) -> dict[str, float]:
    match f:
        case said.ClaimReported():
            return {"reported": 1}
        case said.ClaimSurveyed():
            clock = find_clock(o.clocks, "survey")
            in_time = clock is not None and f.arrived_at < clock.due_at
            return {"surveyed": 1, "surveyed_in_time": 1} if in_time else {"surveyed": 1}
        case cert.CertificateSigned() if not f.renews:
            return {"certified": 1}
        case cert.CertificateRefused():
            return {"certificate_refused": 1}
        case said.ClaimAssessed():
            return {"assessed": 1}
        case said.ClaimDenied():
            return {"denied": 1}
        case said.ClaimAgreed():
            return {"agreed_yuan": yuan(f.amount)}
        case said.ClaimAdvanced():
            return {"advanced_yuan": yuan(f.amount), "paid_yuan": yuan(f.amount)}
        case said.ClaimPaid():
            clock = find_clock(o.clocks, "pay")
            found: dict[str, float] = {"paid": 1, "paid_yuan": yuan(f.paid)}
            return found if clock is None or clock.late or ctx.now >= clock.due_at else {**found, "paid_in_time": 1}
        case said.ClaimClosed():
            return {"closed": 1, "closing_days": round(f.minutes / (24 * 60), 4)}
        case said.ClaimHazardLinked() if f.known and sum(h.known for h in o.hazards) == 1:
            return {"hazard_linked": 1}
        case said.ClaimVolunteersAnswered() if f.state == "settled":
            return {"accompanied": 1}
    return {}


def observe(o: Claim, f: Fact, ctx: Context) -> tuple[MeasureSummary, ...]:
    """What one event adds, given the claim as it stands after it."""
    on = local(ctx.now).date()
    at = {"area": o.area, "event_kind": o.event_kind}
    return tuple(
        MeasureSummary(name=f"claim.{name}", value=value, on=on, dimensions=at)
        for name, value in _counted(o, f, ctx).items()
    )
