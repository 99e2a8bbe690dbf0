"""What the world sees of a supervision: summary, timeline, who is told, offers, its own page."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Detail, DetailField, DetailRow, DetailSection, Offer
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon
from shuniu.contracts.envelope import Fact, move_of
from shuniu.contracts.summary import (
    Link,
    MatterSummary,
    MatterUnit,
    MeasureSummary,
    Notice,
    StepSummary,
    Summary,
)
from shuniu.contracts.whistle import supervision as said
from shuniu.rules.calendar import local
from shuniu.rules.clocks import due_of, due_status, most_urgent
from shuniu.rules.evidence import BlobRef
from shuniu.rules.refusal import Refusal

from shuniu_whistle.settings import settings_of
from shuniu_whistle.supervision.commands import CHECKS, units_of
from shuniu_whistle.supervision.state import Supervision, visibility
from shuniu_whistle.whistles.ladder import ladder
from shuniu_whistle.whistles.lifecycles import COORDINATOR

__all__ = ("detail", "offers", "summarise")


def _title(s: Supervision) -> str:
    return f"{s.title} · {s.place.name}" if s.place.name else s.title


def _matter(s: Supervision) -> MatterSummary:
    clock = most_urgent(s.clocks)
    answered = {a.unit for a in s.answers}
    return MatterSummary(
        kind="supervision_case",
        id=s.id,
        number=s.number,
        version=0,
        title=_title(s),
        category=s.form,
        status=s.status,
        open=s.open,
        opened_at=s.opened_at,
        closed_at=s.ended_at,
        **due_of(clock),
        area=s.area,
        place=s.place,
        lead_unit=s.units[0] if s.units else "",
        units=tuple(
            MatterUnit(
                unit=u,
                status="ANSWERED" if u in answered else s.status,
                due_at=clock.due_at if clock and u not in answered else None,
                due_status=due_status(clock) if u not in answered else "met",
            )
            for u in s.units
        ),
        flags=tuple(flag for flag, on in (("AUTOMATIC", s.automatic), ("ROUNDS", s.rounds > 1)) if on),
        visibility=visibility(s),
    )


def _step(f: Fact) -> StepSummary:
    move = move_of(f)
    match f:
        case said.SupervisionOpened() | said.SupervisionRaised():
            return StepSummary(move=move, detail=f"enum.form.{f.form}")
        case said.SupervisionAnswered():
            return StepSummary(move=move, unit=f.unit)
        case ClockSoon() | ClockOverdue() | ClockRecomputed():
            return StepSummary(move=move, detail=f"clock.{f.clock}")
        case _:
            return StepSummary(move=move)


def _measures(s: Supervision, f: Fact, ctx: Context) -> Iterable[MeasureSummary]:
    day = local(ctx.now).date()
    at = {"area": s.area, "form": s.form}
    match f:
        case said.SupervisionOpened():
            yield MeasureSummary(name="supervision.opened", value=1, on=day, dimensions=at)
        case said.SupervisionRaised():
            yield MeasureSummary(name="supervision.raised", value=1, on=day, dimensions=at)
        case said.SupervisionAnswered():
            yield MeasureSummary(name="supervision.answered", value=1, on=day, dimensions={**at, "unit": f.unit})
        case ClockOverdue():
            for unit in s.owing():
                yield MeasureSummary(name="supervision.overdue", value=1, on=day, dimensions={**at, "unit": unit})
        case said.SupervisionClosed():
            yield MeasureSummary(name="supervision.settled", value=1, on=day, dimensions=at)
        case _:
            return


def _notices(s: Supervision, f: Fact, ctx: Context) -> Iterable[Notice]:
    def district(text: str) -> Notice:
        return Notice(why="assigned", text=f"notice.{text}", roles=COORDINATOR, areas=(s.area,))

    match f:
        case said.SupervisionOpened() | said.SupervisionRaised():
            yield Notice(why="assigned", text=f"notice.supervised_{f.form}", units=s.units)
            step = next((x for x in ladder(settings_of(ctx).ladder_file).step if x.id == f.step), None)
            if step is not None and step.tell and isinstance(f, said.SupervisionRaised):
                yield Notice(why="changed", text="notice.ladder", roles=step.tell, areas=(s.area,))
        case said.SupervisionReturned():
            yield Notice(why="assigned", text="notice.supervision_returned", units=s.units)
        case said.SupervisionAnswered() if f.last:
            yield district("supervision_answered")
        case said.SupervisionClosed() | said.SupervisionLifted():
            yield Notice(why="changed", text="notice.supervision_over", units=s.units)
        case ClockSoon():
            yield Notice(why="soon", text="notice.soon", units=s.owing())
        case ClockOverdue():
            yield Notice(why="overdue", text="notice.overdue", units=s.owing(), roles=COORDINATOR, areas=(s.area,))
        case _:
            return


def summarise(s: Supervision, f: Fact, ctx: Context) -> Summary:
    """The domain-free part of one event."""
    links: tuple[Link, ...] = ()
    if isinstance(f, said.SupervisionOpened):
        links = (Link(relation="supervises", source=ctx.source, kind="whistle", matter=s.whistle),)
    return Summary(
        matter=_matter(s),
        step=_step(f),
        measures=tuple(_measures(s, f, ctx)),
        links=links,
        notices=tuple(_notices(s, f, ctx)),
    )


def offers(s: Supervision, ctx: Context) -> Sequence[Offer]:
    """Exactly the commands that would be taken from this actor now."""
    found: list[Offer] = []
    for action, check in CHECKS.items():
        try:
            check(s, ctx)
        except Refusal:
            continue
        prefill = {"supervision": s.id}
        if action == "supervision.answer":
            prefill["unit"] = units_of(s, ctx)[0]
        found.append(Offer(action=action, prefill=prefill, fixed=("supervision",)))
    return found


def _field(label: str, value: str, kind: str = "text") -> tuple[DetailField, ...]:
    return (DetailField(label=f"field.{label}", value=value, kind=kind),) if value else ()  # type: ignore[arg-type]


def _at(time: datetime | None) -> str:
    return time.isoformat() if time else ""


def detail(s: Supervision, ctx: Context) -> Detail:
    """The page; its texts are for the supervised and the district."""
    party = ctx.actor.acts_for(*s.units) or (
        ctx.actor.has_role(*COORDINATOR, "street_clerk", "party_secretary", "office_director")
        and ctx.actor.covers(s.area)
    )
    opened: Mapping[str, Mapping[str, str]] = (ctx.prepared or {}) if party else {}

    def text(ref: str) -> str:
        return "，".join(opened.get(ref, {}).values())

    notes = [
        DetailField(label=f"field.supervision_{label}", value=text(ref), kind="text")
        for label, ref, _ in s.refs
        if label != "answered" and text(ref)
    ]
    rows = tuple(
        DetailRow(
            label="enum.yes.answer",
            status="ANSWERED",
            unit=a.unit,
            fields=(*_field("answered_at", _at(a.at), "time"), *_field("supervision_answer", text(a.ref))),
            evidence=tuple(BlobRef(e.sha256, e.size, e.media_type) for e in a.evidence),
        )
        for a in s.answers
    )
    fields = (
        *_field("number", s.number),
        *_field("form", f"enum.form.{s.form}", "key"),
        *_field("supervised_whistle", s.whistle_number),
        *_field("area", s.area, "area"),
        *(f for u in s.units for f in _field("supervised_unit", u, "unit")),
        *_field("opened_at", _at(s.opened_at), "time"),
        *_field("talk_at", _at(s.talk_at), "time"),
        *_field("supervised_rounds", str(s.rounds) if s.rounds > 1 else ""),
        *_field("ended_at", _at(s.ended_at), "time"),
        *notes,
    )
    sections = (DetailSection(title="section.answers", rows=rows),) if rows else ()
    return Detail(fields=fields, sections=sections)
