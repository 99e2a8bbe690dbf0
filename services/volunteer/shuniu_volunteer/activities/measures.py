"""What activities and hours are counted by (domain rules 11.7)."""

from shuniu.contracts.envelope import Fact
from shuniu.contracts.manifest import Measure, Rate
from shuniu.contracts.referral import ReferralSettled
from shuniu.contracts.summary import MeasureSummary
from shuniu.contracts.volunteer import activities as said
from shuniu.rules.calendar import local

from shuniu_volunteer.activities.state import Activity
from shuniu_volunteer.texts import words_of

__all__ = ("declared_measures", "declared_rates", "observe")

_HOURS = ("hours_personal", "hours_team")
_COUNTS = ("activities", "activities_held", "participations", "requests", "requests_served")


def declared_measures() -> tuple[Measure, ...]:
    """The measures as the manifest says them; hours are sums of quarter hours."""
    words = words_of("activities")
    return tuple(
        Measure(
            name=f"volunteer.{name}",
            title=words[f"measure.volunteer.{name}"],
            kind="sum",
            unit=words["unit.hours" if name in _HOURS else "unit.times"],
        )
        for name in (*_HOURS, *_COUNTS)
    )


def declared_rates() -> tuple[Rate, ...]:
    """供需匹配率 = served ÷ requests, by the day the request came; no target is published."""
    words = words_of("activities")
    return (
        Rate(
            name="volunteer.match_rate",
            title=words["rate.volunteer.match_rate"],
            numerator=("volunteer.requests_served",),
            denominator=("volunteer.requests",),
            cohort=words["cohort.by_request"],
        ),
        Rate(
            name="volunteer.hours_each",
            title=words["rate.volunteer.hours_each"],
            numerator=("volunteer.hours_personal", "volunteer.hours_team"),
            denominator=("volunteer.participations",),
            cohort=words["cohort.by_service"],
            better="none",
            per=1,
        ),
    )


def observe(a: Activity, f: Fact) -> tuple[MeasureSummary, ...]:
    """What one fact adds; hours on the day they were served."""
    dimensions = {"area": a.plan.area}

    def one(name: str, value: float, on: object = None) -> MeasureSummary:
        day = a.on if on is None else local(a.drafted_at).date()
        return MeasureSummary(name=f"volunteer.{name}", value=value, on=day, dimensions=dimensions)

    match f:
        case said.ActivityDrafted() if a.origin is not None:
            return (one("requests", 1, "request"),)
        case said.ActivityOpened():
            return (one("activities", 1),)
        case said.ActivityStarted():
            return (one("activities_held", 1),)
        case said.ParticipationConfirmed():
            return (one(f"hours_{f.booking.lower()}", f.minutes / 60), one("participations", 1))
        case said.ParticipationAdjusted():
            hours = one(f"hours_{f.booking.lower()}", (f.minutes - f.booked) / 60)
            return (hours,) if f.confirmed else (hours, one("participations", 1))
        case ReferralSettled() if f.outcome == "solved":
            return (one("requests_served", 1, "request"),)
    return ()
