"""What the world sees of a rating: for the desk's leaders only; figures carry an area, never a clerk or a case."""

from shuniu.chassis.context import Context
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon
from shuniu.contracts.envelope import Fact, move_of
from shuniu.contracts.manifest import Category, KindInfo, Measure, Panel, Rate
from shuniu.contracts.services_desk import ratings as said
from shuniu.contracts.summary import MatterSummary, MeasureSummary, Notice, StepSummary, Summary, Visibility
from shuniu.rules.calendar import local
from shuniu.rules.clocks import due_of, most_urgent

from shuniu_services_desk.cases.manifest import statuses_of
from shuniu_services_desk.ratings.state import BAD, RATING, Rating
from shuniu_services_desk.roles import LEADERS
from shuniu_services_desk.texts import words_of

__all__ = ("KINDS", "MEASURES", "PANELS", "RATES", "summarise")

WORDS = words_of("ratings")
_NAMES = ("rated", "rated_good", "rated_bad", "bad_confirmed", "rectified", "called_in_time")


def _matter(r: Rating, ctx: Context) -> MatterSummary:
    clock = most_urgent(r.clocks)
    return MatterSummary(
        kind="desk_rating",
        id=r.id,
        number=r.number,
        version=0,
        title=WORDS[f"enum.level.{r.level}"].zh,
        status=r.status,
        open=r.open,
        opened_at=r.given_at,
        closed_at=None if r.open else ctx.now,
        **due_of(clock),
        visibility=Visibility(roles=LEADERS, sensitivity=2),
    )


def _measures(r: Rating, f: Fact, ctx: Context) -> tuple[MeasureSummary, ...]:
    def one(name: str, at: object = None) -> MeasureSummary:
        on = local(at or ctx.now).date()  # type: ignore[arg-type]  # a time of the rating
        return MeasureSummary(name=f"desk.{name}", value=1, on=on, dimensions={"area": r.area})

    match f:
        case said.RatingGiven():
            return (one("rated"), one("rated_bad" if f.level in BAD else "rated_good"))
        case said.RatingCalledBack():
            in_time = not any(c.id == "rating_call_back" and c.late for c in r.clocks)
            return (one("bad_confirmed"), *((one("called_in_time"),) if in_time else ()))
        case said.RatingRectified() if not f.late:
            return (one("rectified", r.called_at),)
        case _:
            return ()


def _notices(r: Rating, f: Fact) -> tuple[Notice, ...]:
    areas = (r.area,)
    match f:
        case said.RatingGiven() if f.level in BAD:
            return (Notice(why="assigned", text="notice.rating_bad", roles=LEADERS, areas=areas),)
        case ClockSoon():
            return (Notice(why="soon", text="notice.rating_soon", roles=LEADERS, areas=areas),)
        case ClockOverdue():
            return (Notice(why="overdue", text="notice.rating_overdue", roles=LEADERS, areas=areas),)
        case _:
            return ()


def summarise(r: Rating, f: Fact, ctx: Context) -> Summary:
    """The domain-free part of one event."""
    clock = isinstance(f, ClockSoon | ClockOverdue | ClockRecomputed)
    detail = f"clock.{f.clock}" if isinstance(f, ClockSoon | ClockOverdue | ClockRecomputed) else ""
    step = StepSummary(move=move_of(f), detail=detail) if clock else StepSummary(move=move_of(f))
    return Summary(matter=_matter(r, ctx), step=step, measures=_measures(r, f, ctx), notices=_notices(r, f))


KINDS = (
    KindInfo(
        id="desk_rating",
        title=WORDS["kind.desk_rating"],
        plural=WORDS["kind.desk_rating_plural"],
        icon="star",
        statuses=statuses_of(RATING),
        clocks=tuple(Category(id=c, title=WORDS[f"clock.{c}"]) for c in ("rating_call_back", "rating_rectify")),
        order=6,
    ),
)
MEASURES = tuple(
    Measure(name=f"desk.{n}", title=WORDS[f"measure.desk.{n}"], kind="sum", unit=WORDS["measure_unit.rating"])
    for n in _NAMES
)
RATES = tuple(
    Rate(
        name=f"desk.{name}",
        title=WORDS[f"rate.desk.{name}"],
        numerator=(f"desk.{numerator}",),
        denominator=(f"desk.{denominator}",),
        cohort=WORDS[f"cohort.{cohort}"],
    )
    for name, numerator, denominator, cohort in (
        ("good_rate", "rated_good", "rated", "rating_by_rating"),
        ("rectified_rate", "rectified", "bad_confirmed", "rating_by_call"),
    )
)
PANELS = (
    Panel(id="desk.good_rate", title=WORDS["rate.desk.good_rate"], kind="kpi", rate="desk.good_rate", order=71),
    Panel(
        id="desk.rectified_rate",
        title=WORDS["rate.desk.rectified_rate"],
        kind="kpi",
        rate="desk.rectified_rate",
        surface="service",
        order=72,
    ),
    Panel(
        id="desk.rating_figures",
        title=WORDS["panel.rating_figures"],
        kind="table",
        route="/ratings/figures",
        surface="service",
        order=73,
    ),
)
