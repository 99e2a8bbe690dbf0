"""What the world sees of a home visit: where it stands, never whom it is for, where they live, or why."""

from collections.abc import Iterable, Sequence

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Detail, DetailField, DetailRow, DetailSection, Offer
from shuniu.chassis.statuses import statuses_of
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon
from shuniu.contracts.document import DocumentIssued
from shuniu.contracts.envelope import Fact, move_of
from shuniu.contracts.manifest import Category, KindInfo, Measure, Panel, Rate
from shuniu.contracts.services_desk import home_visits as said
from shuniu.contracts.summary import Link, MatterSummary, MeasureSummary, Notice, StepSummary, Summary, Visibility
from shuniu.rules.calendar import local
from shuniu.rules.clocks import due_of, most_urgent
from shuniu.rules.refusal import Refusal

from shuniu_services_desk.home_visits.commands import CHECKS
from shuniu_services_desk.home_visits.state import CYCLE, HomeVisit
from shuniu_services_desk.roles import CLERKS, DESK, LEADERS
from shuniu_services_desk.texts import words_of

__all__ = ("KINDS", "MEASURES", "PANELS", "RATES", "detail", "offers", "summarise", "visibility")

WORDS = words_of("home_visits")
CLOCKS = ("home_answer", "home_window", "home_return")
_NAMES = ("home_requested", "home_made", "home_missed", "home_failed", "home_returns", "home_returns_in_time")


def _matter(v: HomeVisit, ctx: Context) -> MatterSummary:
    clock = most_urgent(v.clocks)
    area = ctx.registry.get("area", v.area)
    title = WORDS["kind.desk_home_visit"].zh
    return MatterSummary(
        kind="desk_home_visit",
        id=v.id,
        number=v.number,
        version=0,
        title=f"{title} · {area.title.zh}" if area is not None else title,
        status=v.status,
        open=v.open,
        opened_at=v.asked_at,
        closed_at=v.ended_at,
        **due_of(clock),
        area=v.area,
        flags=("HOME_HOLDING",) if v.holding else (),
        visibility=Visibility(areas=(v.area,), sensitivity=2),
    )


def _measures(v: HomeVisit, f: Fact, ctx: Context) -> tuple[MeasureSummary, ...]:
    names: tuple[str, ...] = ()
    match f:
        case said.HomeVisitRequested():
            names = ("home_requested",)
        case said.HomeVisitCollected() | said.HomeVisitDone():
            names = ("home_made",)
        case said.HomeVisitMissed():
            names = ("home_missed",)
        case said.HomeVisitFailed():
            names = ("home_missed", "home_failed")
        case said.HomeVisitGaveBack() if not f.left:
            names = ("home_returns",) if f.late else ("home_returns", "home_returns_in_time")
        case _:
            pass
    on = local(ctx.now).date()
    return tuple(MeasureSummary(name=f"desk.{n}", value=1, on=on, dimensions={"area": v.area}) for n in names)


def _notices(v: HomeVisit, f: Fact) -> tuple[Notice, ...]:
    areas = (v.area,)
    match f:
        case said.HomeVisitRequested() | said.HomeVisitMissed():
            return (Notice(why="assigned", text="notice.home_requested", roles=CLERKS, areas=areas),)
        case said.HomeVisitAppointed():
            return (Notice(why="assigned", text="notice.home_appointed", accounts=f.staff),)
        case said.HomeVisitCancelled() if v.staff:
            return (Notice(why="changed", text="notice.home_cancelled", accounts=v.staff),)
        case ClockSoon():
            return (Notice(why="soon", text="notice.home_soon", accounts=v.staff, roles=LEADERS, areas=areas),)
        case ClockOverdue():
            return (Notice(why="overdue", text="notice.home_overdue", accounts=v.staff, roles=LEADERS, areas=areas),)
        case _:
            return ()


def visibility(v: HomeVisit) -> Visibility:
    """Who may read it."""
    return Visibility(areas=(v.area,), sensitivity=2)


def summarise(v: HomeVisit, f: Fact, ctx: Context) -> Summary:
    """The domain-free part of one event."""
    detail = ""
    match f:
        case ClockSoon() | ClockOverdue() | ClockRecomputed():
            detail = f"clock.{f.clock}"
        case DocumentIssued():
            detail = f"document.{f.kind}"
        case said.HomeVisitRefused():
            detail = f"enum.ground.{f.ground}"
        case _:
            pass
    links: tuple[Link, ...] = ()
    if isinstance(f, said.HomeVisitSubmitted):
        links = tuple(Link(relation="home_visit_case", source=ctx.source, kind="desk_case", matter=c) for c in f.cases)
    return Summary(
        matter=_matter(v, ctx),
        step=StepSummary(move=move_of(f), detail=detail),
        measures=_measures(v, f, ctx),
        links=links,
        notices=_notices(v, f),
    )


def _allowed(v: HomeVisit, action: str, ctx: Context) -> bool:
    try:
        CHECKS[action](v, ctx)
    except Refusal:
        return False
    if action in ("home.miss", "home.done") and v.starts_at is not None:
        return ctx.now >= v.starts_at
    return action != "home.collect" or any(a != ctx.actor.id for a in v.staff)


def _prefill(v: HomeVisit, action: str, ctx: Context) -> dict[str, object]:
    given: dict[str, object] = {"visit": v.id}
    match action:
        case "home.submit":
            given |= {"items": list(v.items), "area": v.area}
        case "home.collect":
            given["with_staff"] = next((a for a in v.staff if a != ctx.actor.id), "")
        case "home.give_back":
            given["materials"] = list(v.holding)
        case _:
            pass
    return given


def _all(v: HomeVisit, ctx: Context) -> Iterable[Offer]:
    for action in CHECKS:
        if _allowed(v, action, ctx):
            yield Offer(action=action, prefill=_prefill(v, action, ctx), fixed=("visit",))


def offers(v: HomeVisit, ctx: Context) -> Sequence[Offer]:
    """What this person may do with this visit now."""
    return tuple(_all(v, ctx))


def detail(v: HomeVisit, ctx: Context) -> Detail:
    """The page; ``ctx.prepared`` holds the sealed fields as far as the reader's clearance goes, masked."""
    party = ctx.actor.has_role(*DESK) and ctx.actor.covers(v.area)
    opened = (ctx.prepared or {}) if party else {}
    fields = [
        DetailField(label="field.area", value=v.area, kind="area"),
        DetailField(label="field.items", value="、".join(v.items)),
        DetailField(label="field.way", value=f"enum.way.{v.way}", kind="key"),
        DetailField(label="field.asked_at", value=v.asked_at.isoformat(), kind="time"),
    ]
    if v.starts_at is not None and v.ends_at is not None:
        fields.append(DetailField(label="field.starts_at", value=v.starts_at.isoformat(), kind="time"))
        fields.append(DetailField(label="field.ends_at", value=v.ends_at.isoformat(), kind="time"))
    if v.holding:
        fields.append(DetailField(label="field.home_holding", value="、".join(v.holding)))
    if v.ground:
        fields.append(DetailField(label="field.ground", value=f"enum.ground.{v.ground}", kind="key"))
    for note in v.notes:
        if text := "，".join(opened.get(note.ref, {}).values()):
            kind = "person" if note.label == "home_person" else "text"
            fields.append(DetailField(label=f"field.{note.label}", value=text, kind=kind))  # type: ignore[arg-type]
    if party:
        # The record's id is what somebody with the right to unmask asks for, with a reason (domain rules 7.1).
        fields.append(DetailField(label="field.home_person_record", value=v.person_ref))
    rows = tuple(
        DetailRow(
            label=f"document.{d.kind}",
            fields=(
                DetailField(label="field.issued_at", value=d.at.isoformat(), kind="time"),
                DetailField(label="field.code", value=d.code),
            ),
        )
        for d in v.documents
    )
    sections = (DetailSection(title="section.case_documents", rows=rows),) if rows and party else ()
    return Detail(fields=tuple(fields), sections=sections)


KINDS = (
    KindInfo(
        id="desk_home_visit",
        title=WORDS["kind.desk_home_visit"],
        plural=WORDS["kind.desk_home_visit_plural"],
        icon="desk",
        statuses=statuses_of(CYCLE, WORDS),
        clocks=tuple(Category(id=c, title=WORDS[f"clock.{c}"]) for c in CLOCKS),
        order=8,
    ),
)
MEASURES = tuple(
    Measure(name=f"desk.{n}", title=WORDS[f"measure.desk.{n}"], kind="sum", unit=WORDS["measure_unit.visit"])
    for n in _NAMES
)
RATES = (
    Rate(
        name="desk.home_return_rate",
        title=WORDS["rate.desk.home_return_rate"],
        numerator=("desk.home_returns_in_time",),
        denominator=("desk.home_returns",),
        cohort=WORDS["cohort.home_by_return"],
    ),
)
PANELS = (
    Panel(
        id="desk.home_stages",
        title=WORDS["panel.desk_home_stages"],
        kind="stages",
        matter_kind="desk_home_visit",
        surface="service",
        order=79,
    ),
    Panel(
        id="desk.home_calendar",
        title=WORDS["panel.desk_home_calendar"],
        kind="calendar",
        route="/home-visits/calendar",
        surface="service",
        order=80,
    ),
    Panel(
        id="desk.home_return_rate",
        title=WORDS["rate.desk.home_return_rate"],
        kind="kpi",
        rate="desk.home_return_rate",
        surface="service",
        order=81,
    ),
)
