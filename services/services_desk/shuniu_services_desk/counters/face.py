"""What the world sees of posts and numbers: who is on duty, what waits, how long. A number is nobody's name."""

from collections.abc import Callable, Iterable, Sequence

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Detail, DetailField, Offer
from shuniu.chassis.statuses import statuses_of
from shuniu.contracts.envelope import Fact, move_of
from shuniu.contracts.manifest import KindInfo, Measure, Panel, Rate
from shuniu.contracts.services_desk import counters as said
from shuniu.contracts.summary import MatterSummary, MeasureSummary, StepSummary, Summary, Visibility
from shuniu.rules.calendar import local
from shuniu.rules.refusal import Refusal

from shuniu_services_desk.counters.lifecycles import POST as CYCLE
from shuniu_services_desk.counters.posts import (
    check_begin,
    check_change,
    check_close,
    check_end,
    check_rest,
    check_resume,
)
from shuniu_services_desk.counters.queue import check_at, check_call
from shuniu_services_desk.counters.state import DeskPost, Queue, Ticket
from shuniu_services_desk.roles import READERS
from shuniu_services_desk.texts import words_of

__all__ = ("KINDS", "MEASURES", "PANELS", "RATES", "detail", "offers", "summarise", "summarise_other")

WORDS = words_of("counters")
_AT: dict[str, Callable[[DeskPost, Context], None]] = {
    "queue.call": check_call,
    "queue.recall": lambda p, ctx: check_at(p, None, ctx, "recall"),
    "queue.start": lambda p, ctx: check_at(p, None, ctx, "start"),
    "queue.finish": lambda p, ctx: check_at(p, None, ctx, "finish"),
    "queue.miss": lambda p, ctx: check_at(p, None, ctx, "miss"),
    "queue.transfer": lambda p, ctx: check_at(p, None, ctx, "transfer"),
    "post.begin": check_begin,
    "post.rest": check_rest,
    "post.resume": check_resume,
    "post.end": check_end,
    "post.change": check_change,
    "post.close": check_close,
}


def _matter(p: DeskPost) -> MatterSummary:
    return MatterSummary(
        kind="desk_post",
        id=p.id,
        number=p.label,
        version=0,
        title=p.label,
        status=p.status,
        open=p.status != "CLOSED",
        opened_at=p.set_up_at,
        closed_at=p.closed_at,
        area=p.area,
        visibility=Visibility(areas=(p.area,), sensitivity=2),
    )


def _measures(area: str, f: Fact, ctx: Context) -> tuple[MeasureSummary, ...]:
    on = local(ctx.now).date()

    def one(name: str, value: float = 1) -> MeasureSummary:
        return MeasureSummary(name=f"desk.{name}", value=value, on=on, dimensions={"area": area})

    waiting = getattr(f, "waiting", None)
    found = [one("waiting_now", waiting)] if waiting is not None else []
    match f:
        case said.TicketTaken():
            found.append(one("numbers"))
        case said.TicketCalled():
            found += [one("called"), one("wait_minutes", f.waited)]
        case said.TicketFinished():
            found += [one("served"), one("serve_minutes", f.served)]
        case said.TicketMissed():
            found.append(one("no_shows"))
        case said.TicketLeft():
            found.append(one("given_up"))
        case _:
            pass
    return tuple(found)


def _move(f: Fact) -> str:
    return move_of(f)


def summarise(p: DeskPost, f: Fact, ctx: Context) -> Summary:
    """The domain-free part of an event of a post."""
    number = getattr(f, "number", "") or p.number
    params = {"number": number} if _move(f).startswith("ticket_") and number else {}
    step = StepSummary(move=_move(f), detail="detail.desk_number" if params else "", params=params)
    return Summary(matter=_matter(p), step=step, measures=_measures(p.area, f, ctx))


def summarise_other(row: Queue | Ticket, f: Fact, ctx: Context) -> Summary:
    """Of an event that no post is about: a number taken, given up, back, or over with its day."""
    return Summary(measures=_measures(row.area, f, ctx), visibility=Visibility(areas=(row.area,)))


def _allowed(check: Callable[[DeskPost, Context], None], p: DeskPost, ctx: Context) -> bool:
    try:
        check(p, ctx)
    except Refusal:
        return False
    return True


def _all(p: DeskPost, ctx: Context) -> Iterable[Offer]:
    for action, check in _AT.items():
        if _allowed(check, p, ctx):
            given = {"post": p.id}
            more = {"label": p.label, "skills": list(p.skills)} if action == "post.change" else {}
            yield Offer(action=action, prefill={**given, **more}, fixed=("post",))


def offers(p: DeskPost, ctx: Context) -> Sequence[Offer]:
    """What this person may do at this post now; whether the number at it is called or served already, it tells."""
    return tuple(_all(p, ctx))


def detail(p: DeskPost, ctx: Context) -> Detail:
    """Skills, since when, and the number at it."""
    fields = [
        DetailField(label="field.label", value=p.label),
        DetailField(label="field.area", value=p.area, kind="area"),
        DetailField(label="field.skills", value="、".join(p.skills)),
    ]
    if p.number:
        fields.append(DetailField(label="field.queue_number", value=p.number))
    if p.since is not None:
        fields.append(DetailField(label="field.since", value=p.since.isoformat(), kind="time"))
    return Detail(fields=tuple(fields))


KINDS = (
    KindInfo(
        id="desk_post",
        title=WORDS["kind.desk_post"],
        plural=WORDS["kind.desk_post_plural"],
        icon="desk",
        statuses=statuses_of(CYCLE, WORDS),
        order=7,
    ),
)
_SUMS = {
    "numbers": "number",
    "called": "number",
    "served": "number",
    "no_shows": "number",
    "given_up": "number",
    "wait_minutes": "minute",
    "serve_minutes": "minute",
}
MEASURES = (
    *(
        Measure(
            name=f"desk.{name}",
            title=WORDS[f"measure.desk.{name}"],
            kind="sum",
            unit=WORDS[f"measure_unit.{unit}"],
        )
        for name, unit in _SUMS.items()
    ),
    Measure(
        name="desk.waiting_now",
        title=WORDS["measure.desk.waiting_now"],
        kind="gauge",
        unit=WORDS["measure_unit.number"],
    ),
)
RATES = (
    Rate(
        name="desk.mean_wait",
        title=WORDS["rate.desk.mean_wait"],
        numerator=("desk.wait_minutes",),
        denominator=("desk.called",),
        cohort=WORDS["cohort.desk_by_call"],
        better="down",
        per=1,
    ),
    Rate(
        name="desk.no_show_rate",
        title=WORDS["rate.desk.no_show_rate"],
        numerator=("desk.no_shows",),
        denominator=("desk.called",),
        cohort=WORDS["cohort.desk_by_call"],
        better="down",
    ),
)
PANELS = (
    Panel(id="desk.mean_wait", title=WORDS["rate.desk.mean_wait"], kind="kpi", rate="desk.mean_wait", order=74),
    Panel(
        id="desk.waiting_now",
        title=WORDS["measure.desk.waiting_now"],
        kind="kpi",
        measure="desk.waiting_now",
        surface="service",
        order=75,
    ),
    Panel(
        id="desk.no_show_rate",
        title=WORDS["rate.desk.no_show_rate"],
        kind="kpi",
        rate="desk.no_show_rate",
        surface="service",
        order=76,
    ),
    Panel(
        id="desk.queue_board",
        title=WORDS["panel.desk_queue_board"],
        kind="table",
        route="/queue/board",
        surface="service",
        order=77,
    ),
    Panel(
        id="desk.queue_figures",
        title=WORDS["panel.desk_queue_figures"],
        kind="table",
        route="/queue/figures",
        surface="service",
        order=78,
        roles=READERS,
    ),
)
