"""What the world sees of a case: summary, timeline, who may read it, who must be told. No person in it."""

from shuniu.chassis.context import Context
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon
from shuniu.contracts.document import DocumentIssued, DocumentRevoked
from shuniu.contracts.envelope import Fact, move_of
from shuniu.contracts.services_desk import cases as said
from shuniu.contracts.services_desk.counters import CaseAssigned
from shuniu.contracts.summary import (
    Link,
    MatterSummary,
    MatterUnit,
    Notice,
    NoticeWhy,
    StepSummary,
    Summary,
    Visibility,
)
from shuniu.rules.clocks import due_of, due_status, find_clock, most_urgent

from shuniu_services_desk.cases.measures import observe
from shuniu_services_desk.cases.state import Case
from shuniu_services_desk.roles import CLERKS, LEADERS

__all__ = ("summarise", "title_of", "visibility")


def title_of(c: Case, ctx: Context) -> str:
    """The published title: the item and the area."""
    area = ctx.registry.get("area", c.area)
    return f"{c.item_name} · {area.title.zh}" if area is not None else c.item_name


def visibility(c: Case) -> Visibility:
    """The area, and every unit that has a part."""
    units = (c.unit, *(t.unit for t in c.tasks))
    return Visibility(areas=(c.area,), units=tuple(dict.fromkeys(u for u in units if u)), sensitivity=2)


def _flags(c: Case) -> tuple[str, ...]:
    marks = (
        ("DESK_DEEMED", c.deemed),
        ("DESK_GAPS", bool(c.gaps)),
        ("DESK_EXTENDED", c.extended),
        ("DESK_JOINT", c.joint),
        ("DESK_DENIED", c.granted is False),
        ("DESK_LIFE_EVENT", bool(c.life_event)),
    )
    return tuple(mark for mark, is_set in marks if is_set)


def _matter(c: Case, ctx: Context) -> MatterSummary:
    clock = most_urgent(k for k in c.clocks if not k.part)
    units = [MatterUnit(unit=c.unit, role="LEAD")] if c.unit else []
    for t in c.tasks:
        part = find_clock(c.clocks, "desk_part", t.unit)
        due = part.due_at if part is not None and part.state == "running" else None
        units.append(MatterUnit(unit=t.unit, role="CO", status=t.status, due_at=due, due_status=due_status(part)))
    return MatterSummary(
        kind="desk_case",
        id=c.id,
        number=c.number,
        version=0,
        title=title_of(c, ctx),
        category="",
        status=c.status,
        open=c.open,
        opened_at=c.opened_at,
        closed_at=c.ended_at,
        **due_of(clock, paused=c.status == "SPECIAL"),
        area=c.area,
        lead_unit=c.unit,
        units=tuple(units),
        flags=_flags(c),
        visibility=visibility(c),
    )


def _step(c: Case, f: Fact) -> StepSummary:
    move = move_of(f)
    match f:
        case ClockSoon() | ClockOverdue() | ClockRecomputed():
            return StepSummary(move=move, unit=f.part, detail=f"clock.{f.clock}")
        case DocumentIssued():
            return StepSummary(move=move, detail=f"document.{f.kind}")
        case said.CaseSubmitted():
            return StepSummary(move=move, detail=f"enum.channel.{f.channel}")
        case said.CaseRefused():
            return StepSummary(move=move, detail=f"enum.ground.{f.ground}")
        case said.CasePaused():
            return StepSummary(
                move=move, unit=c.unit, detail=f"enum.procedure.{f.procedure}", params={"days": str(f.days)}
            )
        case said.CaseAcceptedWithGaps():
            return StepSummary(move=move, detail="detail.desk_until", params={"date": f.until.isoformat()})
        case said.CaseDecided():
            return StepSummary(move=move, unit=f.unit, detail=f"detail.desk_{'granted' if f.granted else 'denied'}")
        case said.CaseHandedOver() | said.CaseHandedBack():
            return StepSummary(move=move, unit=f.unit)
        case CaseAssigned():
            return StepSummary(move=move, detail=f"enum.assign.{f.reason}", params={"load": str(f.load)})
        case said.CaseDelivered():
            return StepSummary(move=move, detail=f"enum.how.{f.how}")
        case said.CaseLapsed():
            return StepSummary(move=move, detail=f"detail.desk_lapsed_{f.cause}")
        case _:
            return StepSummary(move=move)


def _notices(c: Case, f: Fact) -> tuple[Notice, ...]:
    """The desk of what it must tell or hand out, bodies of what they must decide, departments of their part."""
    # Whose case it is hears of it; while it is nobody's, the whole desk does.
    mine: tuple[str, ...] = (c.assignee,) if c.assignee else ()
    desk: tuple[str, ...] = () if c.assignee else CLERKS
    leaders, areas = LEADERS, (c.area,)
    units = tuple(dict.fromkeys(u for u in (c.unit,) if u))
    match f:
        case said.CaseSubmitted():
            return (Notice(why="assigned", text="notice.case_submitted", roles=desk, areas=areas),)
        case CaseAssigned():
            return (Notice(why="assigned", text="notice.case_assigned", accounts=(f.clerk,)),)
        case said.CaseAccepted() | said.CaseResubmitted() | said.CaseDeemedAccepted() | said.CaseAcceptedWithGaps():
            told = (Notice(why="assigned", text="notice.case_accepted", units=units),)
            asked = tuple(t.unit for t in c.tasks)
            return (*told, Notice(why="assigned", text="notice.case_part", units=asked)) if asked else told
        case said.CaseHandedOver():
            return (Notice(why="assigned", text="notice.case_part", units=(f.unit,)),)
        case said.CaseHandedBack() | said.CaseGapsFilled():
            return (Notice(why="changed", text="notice.case_goes_on", units=units),)
        case said.CaseDecided() if not f.on_the_spot:
            return (Notice(why="assigned", text="notice.case_decided", accounts=mine, roles=desk, areas=areas),)
        case said.CaseLapsed() if f.cause == "GAP":
            return (Notice(why="changed", text="notice.case_lapsed", units=units),)
        case ClockSoon() | ClockOverdue() if f.part:
            why: NoticeWhy = "soon" if isinstance(f, ClockSoon) else "overdue"
            asked_for = tuple(dict.fromkeys((f.part, *(units if why == "overdue" else ()))))
            return (Notice(why=why, text=f"notice.case_part_{why}", units=asked_for),)
        case ClockSoon():
            return (Notice(why="soon", text="notice.case_soon", accounts=mine, units=units, roles=desk, areas=areas),)
        case ClockOverdue():
            return (
                Notice(
                    why="overdue", text="notice.case_overdue", accounts=mine, units=units, roles=leaders, areas=areas
                ),
            )
        case _:
            return ()


def summarise(c: Case, f: Fact, ctx: Context) -> Summary:
    """The domain-free part of one event."""
    links: tuple[Link, ...] = ()
    if isinstance(f, DocumentRevoked):
        return Summary(matter=_matter(c, ctx))
    return Summary(
        matter=_matter(c, ctx), step=_step(c, f), measures=observe(c, f, ctx), links=links, notices=_notices(c, f)
    )
