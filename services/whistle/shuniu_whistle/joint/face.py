"""What the world sees of a session: summary, timeline, who is told, offers, its own page."""

from collections.abc import Iterable, Mapping, Sequence

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Detail, DetailField, DetailRow, DetailSection, Offer
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon
from shuniu.contracts.envelope import Fact, move_of
from shuniu.contracts.summary import Link, MatterSummary, MatterUnit, MeasureSummary, Notice, StepSummary, Summary
from shuniu.contracts.whistle import joint as said
from shuniu.rules.calendar import local
from shuniu.rules.clocks import due_of, most_urgent
from shuniu.rules.evidence import BlobRef
from shuniu.rules.refusal import Refusal

from shuniu_whistle.joint.commands import CHECKS
from shuniu_whistle.joint.state import Session, visibility
from shuniu_whistle.whistles.lifecycles import STREET

__all__ = ("detail", "offers", "summarise", "title_of")


def title_of(s: Session) -> str:
    """Item and place."""
    return f"{s.item_title} · {s.place.name}"


def _matter(s: Session) -> MatterSummary:
    clock = most_urgent(s.clocks)
    came = dict(s.attendance)
    return MatterSummary(
        kind="joint_session",
        id=s.id,
        number=s.number,
        version=0,
        title=title_of(s),
        category=s.item,
        status=s.status,
        open=s.open,
        opened_at=s.opened_at,
        closed_at=s.ended_at,
        **due_of(clock, provisional=s.provisional),
        area=s.area,
        place=s.place,
        units=tuple(
            MatterUnit(unit=u, role="CO", status=("PRESENT" if came[u] else "ABSENT") if u in came else "INVITED")
            for u in s.everybody
        ),
        flags=tuple(f for f, on in (("MOVED", s.moved > 0), ("GUESTS", bool(s.guests))) if on),
        visibility=visibility(s),
    )


def _step(s: Session, f: Fact) -> StepSummary:
    move = move_of(f)
    match f:
        case said.SessionScheduled() | said.SessionMoved():
            at = local(f.starts_at)
            return StepSummary(move=move, detail="detail.held_at", params={"at": f"{at:%Y-%m-%d %H:%M}"})
        case said.AttendanceNoted():
            return StepSummary(move=move, unit=f.unit, detail="detail.people", params={"people": str(f.people)})
        case said.ResolutionMade():
            return StepSummary(move=move, detail=f"enum.becomes.{f.becomes}")
        case ClockSoon() | ClockOverdue() | ClockRecomputed():
            return StepSummary(move=move, detail=f"clock.{f.clock}")
        case _:
            return StepSummary(move=move)


def _measures(s: Session, f: Fact, ctx: Context) -> Iterable[MeasureSummary]:
    day = local(ctx.now).date()
    at = {"area": s.area}
    match f:
        case said.SessionHeld():
            yield MeasureSummary(name="joint.held", value=1, on=day, dimensions=at)
        case said.SessionArchived():
            for unit, people in s.attendance:
                yield MeasureSummary(name="joint.invited", value=1, on=day, dimensions={**at, "unit": unit})
                if people:
                    yield MeasureSummary(name="joint.came", value=1, on=day, dimensions={**at, "unit": unit})
        case said.ResolutionMade():
            yield MeasureSummary(name="joint.resolutions", value=1, on=day, dimensions=at)
        case _:
            return


def _notices(s: Session, f: Fact) -> Iterable[Notice]:
    match f:
        case said.SessionScheduled():
            yield Notice(why="assigned", text="notice.session_scheduled", units=s.units)
        case said.SessionMoved():
            yield Notice(why="changed", text="notice.session_moved", units=s.units)
        case said.SessionCancelled():
            yield Notice(why="changed", text="notice.session_cancelled", units=s.units)
        case ClockSoon():
            yield Notice(why="soon", text="notice.minutes_due", roles=("street_clerk",), areas=(s.area,))
        case ClockOverdue():
            yield Notice(why="overdue", text="notice.minutes_due", roles=("street_clerk",), areas=(s.area,))
        case _:
            return


def summarise(s: Session, f: Fact, ctx: Context) -> Summary:
    """The domain-free part of one event."""
    links: tuple[Link, ...] = ()
    if isinstance(f, said.ResolutionMade) and f.whistle:
        links = (Link(relation="resolution", source=ctx.source, kind="whistle", matter=f.whistle),)
    if isinstance(f, said.AgendaAdded) and f.subject is not None:
        links = (Link(relation="agenda", source=f.subject.source, kind=f.subject.kind, matter=f.subject.matter),)
    return Summary(
        matter=_matter(s),
        step=_step(s, f),
        measures=tuple(_measures(s, f, ctx)),
        links=links,
        notices=tuple(_notices(s, f)),
    )


def offers(s: Session, ctx: Context) -> Sequence[Offer]:
    """Exactly the commands that would be taken from this actor now."""
    found = []
    for action, check in CHECKS.items():
        try:
            check(s, ctx)
        except Refusal:
            continue
        prefill = {"session": s.id}
        noted = {unit for unit, _ in s.attendance}
        if action == "joint.note_attendance":
            prefill["unit"] = next((u for u in s.everybody if u not in noted), s.everybody[0])
        found.append(Offer(action=action, prefill=prefill, fixed=("session",)))
    return found


def detail(s: Session, ctx: Context) -> Detail:
    """The page; minutes, agenda and resolutions are for those who take part and the street."""
    actor = ctx.actor
    party = actor.acts_for(*s.everybody) or (actor.has_role(*STREET, "district_coordinator") and actor.covers(s.area))
    opened: Mapping[str, Mapping[str, str]] = (ctx.prepared or {}) if party else {}

    def text(ref: str) -> str:
        return "，".join(opened.get(ref, {}).values())

    def field(label: str, value: str, kind: str = "text") -> tuple[DetailField, ...]:
        return (DetailField(label=f"field.{label}", value=value, kind=kind),) if value else ()  # type: ignore[arg-type]

    agenda = tuple(
        DetailRow(
            label="section.agenda",
            note="",
            fields=(*field("topic", text(e.ref)), *field("joint_subject", e.subject.matter if e.subject else "")),
        )
        for e in s.agenda
    )
    came = tuple(
        DetailRow(
            label="section.attendance",
            unit=unit,
            status="PRESENT" if people else "ABSENT",
            fields=field("people", str(people)),
        )
        for unit, people in s.attendance
    )
    resolutions = tuple(
        DetailRow(
            label=f"enum.becomes.{r.becomes}",
            fields=(*field("resolution", text(r.ref)), *field("number", r.whistle_number)),
        )
        for r in s.resolutions
    )
    titled = (("section.agenda", agenda), ("section.attendance", came), ("section.resolutions", resolutions))
    return Detail(
        fields=(
            *field("number", s.number),
            *field("joint_starts", s.starts_at.isoformat(), "time"),
            *field("joint_ends", s.ends_at.isoformat(), "time"),
            *field("area", s.area, "area"),
            *field("place", s.place.name),
            *(f for g in s.guests for f in field("joint_guest", g.unit or g.scope, "unit" if g.unit else "area")),
            *field("joint_minutes", text(s.minutes_ref)),
        ),
        sections=tuple(DetailSection(title=title, rows=rows) for title, rows in titled if rows),
        evidence=tuple(BlobRef(e.sha256, e.size, e.media_type) for e in s.evidence),
    )
