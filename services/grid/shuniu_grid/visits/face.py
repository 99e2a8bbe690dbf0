"""What the world sees of a visit: that it was made, in which grid, of a unit or a household; never of which household.

A unit's name is a public sign. Who lives in a household, how often it is visited and why is told nowhere.
"""

from collections.abc import Sequence

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Detail, DetailField, DetailRow, DetailSection, Offer
from shuniu.chassis.rows import MatterFace, RowKind
from shuniu.contracts.clock import ClockOverdue, ClockSoon
from shuniu.contracts.envelope import Fact
from shuniu.contracts.grid import visits as facts
from shuniu.contracts.summary import (
    Link,
    MatterSummary,
    MeasureSummary,
    Notice,
    Place,
    StepSummary,
    Summary,
    Visibility,
)
from shuniu.rules.clocks import due_of, most_urgent
from shuniu.rules.refusal import Refusal

from shuniu_grid.visits.lifecycle import VISIT, VISITORS
from shuniu_grid.visits.state import HomeVisit, due, evolve, index, timers

__all__ = ("HOME_VISIT", "guard", "visit_offers")


def guard(move: str, row: HomeVisit, ctx: Context) -> None:
    """Raise the Refusal that keeps this actor from this move on this visit now."""
    VISIT.check_role(move, ctx.actor.roles, "access.role")
    ctx.actor.require_area(row.area)
    VISIT.check(row.status, move)


def _visibility(row: HomeVisit) -> Visibility:
    return Visibility(areas=(row.area,), sensitivity=2)


def _title(row: HomeVisit, ctx: Context) -> str:
    area = ctx.registry.get("area", row.area)
    who = row.title or ctx.texts[f"category.VISIT_{row.visit_to}"].zh
    return f"{ctx.texts['kind.home_visit'].zh} · {who} · {area.title.zh if area else row.area}"


def _matter(row: HomeVisit, ctx: Context) -> MatterSummary:
    clock = most_urgent(row.clocks)
    marks = (("by_phone", row.how == "PHONE"), ("with_findings", bool(row.findings)), ("follow_up", bool(row.after)))
    return MatterSummary(
        kind=VISIT.kind,
        id=row.id,
        number=row.number,
        version=0,
        title=_title(row, ctx),
        category=f"VISIT_{row.visit_to}",
        status=row.status,
        open=row.open,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        **due_of(clock),
        area=row.area,
        place=row.place if row.place.name or row.place.lon is not None else Place(name=row.area),
        flags=tuple(name for name, on in marks if on),
        visibility=_visibility(row),
    )


def _step(row: HomeVisit, fact: Fact) -> StepSummary:
    match fact:
        case ClockSoon() | ClockOverdue():
            move = "clock_soon" if isinstance(fact, ClockSoon) else "clock_overdue"
            return StepSummary(move=move, detail=f"clock.{fact.clock}")
        case facts.VisitRecorded():
            return StepSummary(move="meet" if fact.met else "meet_nobody", detail=f"enum.how.{fact.how}")
        case facts.VisitDropped():
            return StepSummary(move="drop_visit", detail=f"enum.drop_reason.{fact.reason}")
        case _:
            return StepSummary(move="plan_visit", params={"date": row.on.isoformat()})


def _measures(row: HomeVisit, fact: Fact) -> tuple[MeasureSummary, ...]:
    """Counted on the day of the visit. What fell due when is told by the service's own tables only: an interval
    published with every visit would tell why a household is visited."""
    if not isinstance(fact, facts.VisitRecorded):
        return ()
    counts = (
        ("grid.visits", int(fact.met)),
        ("grid.visit_attempts", int(not fact.met)),
        ("grid.visit_findings", len(fact.findings)),
    )
    dimensions = {"area": fact.area, "visit_to": fact.visit_to}
    return tuple(MeasureSummary(name=n, value=v, on=fact.on, dimensions=dimensions) for n, v in counts if v)


def _notices(row: HomeVisit, fact: Fact) -> tuple[Notice, ...]:
    match fact:
        case ClockSoon():
            return (Notice(why="soon", text="notice.visit_soon", accounts=(row.planner,)),)
        case ClockOverdue():
            return (Notice(why="overdue", text="notice.visit_overdue", accounts=(row.planner,)),)
    return ()


def _links(row: HomeVisit, fact: Fact, ctx: Context) -> tuple[Link, ...]:
    match fact:
        case facts.VisitPlanned(after=after) if after:
            return (Link(relation="follows_up", source=ctx.source, kind=VISIT.kind, matter=after),)
        case facts.VisitRecorded():
            return tuple(
                Link(relation="found", source=ctx.source, kind="grid_event", matter=f.event) for f in fact.findings
            )
    return ()


def _summarise(row: HomeVisit, fact: Fact, ctx: Context) -> Summary:
    return Summary(
        matter=_matter(row, ctx),
        step=_step(row, fact),
        measures=_measures(row, fact),
        links=_links(row, fact, ctx),
        notices=_notices(row, fact),
    )


def _offers(row: HomeVisit, ctx: Context) -> Sequence[Offer]:
    offers: list[Offer] = []
    for move in ("make_visit", "drop_visit"):
        try:
            guard(move, row, ctx)
        except Refusal:
            continue
        offers.append(Offer(action=f"grid.{move}", prefill={"visit": row.id}, fixed=("visit",)))
    return offers


def visit_offers(ctx: Context) -> Sequence[Offer]:
    """How a worker may record or plan a visit."""
    return (Offer(action="grid.record_visit"),) if ctx.actor.has_role(*VISITORS) else ()


def _detail(row: HomeVisit, ctx: Context) -> Detail:
    opened: dict[str, dict[str, str]] = ctx.prepared or {}
    told = [
        DetailField(label="field.visit_to", value=f"category.VISIT_{row.visit_to}", kind="key"),
        DetailField(label="field.subject", value=row.subject),
        DetailField(label="field.area", value=row.area, kind="area"),
        DetailField(label="field.visit_day", value=row.on.isoformat()),
        DetailField(label="field.how", value=f"enum.how.{row.how}" if row.how else "", kind="key"),
        DetailField(label="field.diary", value=opened.get(row.note, {}).get("text", "") if row.note else ""),
        DetailField(
            label="field.drop_reason",
            value=f"enum.drop_reason.{row.drop_reason}" if row.drop_reason else "",
            kind="key",
        ),
    ]
    found = tuple(DetailRow(label="field.number", note=f.number) for f in row.findings)
    return Detail(
        fields=tuple(f for f in told if f.value),
        sections=(DetailSection(title="section.visit_findings", rows=found),) if found else (),
        evidence=row.photos,
    )


HOME_VISIT: RowKind[HomeVisit] = RowKind(
    VISIT.kind,
    HomeVisit,
    "home_visit",
    evolve,
    index=index,
    due=due,
    timers=timers,
    face=MatterFace(
        summarise=_summarise,
        number=lambda row: row.number,
        visibility=_visibility,
        offers=_offers,
        detail=_detail,
    ),
)
