"""What the world sees of a hazard: its summary, the timeline's lines, what may be done, its own page."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Detail, DetailField, DetailRow, DetailSection, Offer
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon
from shuniu.contracts.envelope import Fact, move_of
from shuniu.contracts.insurance import hazards as said
from shuniu.contracts.referral import ReferralMade, ReferralWithdrawn
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
from shuniu.rules.calendar import local
from shuniu.rules.clocks import due_of, most_urgent
from shuniu.rules.evidence import BlobRef
from shuniu.rules.refusal import Refusal

from shuniu_insurance.fields import today
from shuniu_insurance.hazards.data import data_of
from shuniu_insurance.hazards.lifecycle import HAZARD, LEADERS, STREET
from shuniu_insurance.hazards.rules import guard
from shuniu_insurance.hazards.state import Hazard
from shuniu_insurance.hazards.texts import TEXTS

__all__ = ("detail", "offers", "summarise", "title_of", "visibility")


def title_of(row: Hazard, ctx: Context) -> str:
    """Category and place: nothing a person wrote."""
    area = ctx.registry.get("area", row.area)
    place = row.place.name or (area.title.zh if area else row.area)
    return f"{TEXTS[f'category.{row.category}'].zh} · {place}"


def visibility(row: Hazard) -> Visibility:
    """The place's people, the insurer, and whoever is to remove it."""
    units = tuple(dict.fromkeys(u for u in (row.insurer, row.unit, row.owner_unit) if u))
    return Visibility(areas=(row.area,), units=units, sensitivity=2)


def _flags(row: Hazard) -> tuple[str, ...]:
    marks = (
        ("flag.major", row.grade == "MAJOR"),
        ("flag.supervised", row.supervised),
        ("flag.reported_up", row.reported_up),
        ("flag.reopened", row.reopened > 0),
        ("flag.accident", any(c.known for c in row.claims)),
        ("flag.public_notice", row.public_notice),
    )
    return tuple(flag for flag, there in marks if there)


def _matter(row: Hazard, ctx: Context) -> MatterSummary:
    clock = most_urgent(row.clocks)
    return MatterSummary(
        kind=HAZARD.kind,
        id=row.id,
        number=row.number,
        version=0,
        title=title_of(row, ctx),
        category=row.category,
        status=row.status,
        open=row.open,
        opened_at=row.entered_at,
        closed_at=row.ended_at,
        **due_of(clock),
        area=row.area,
        place=row.place if row.place.name or row.place.lon is not None else Place(name=row.area),
        lead_unit=row.unit or row.insurer,
        flags=_flags(row),
        visibility=visibility(row),
    )


def _step(row: Hazard, f: Fact) -> StepSummary | None:
    match f:
        case ReferralMade() | ReferralWithdrawn():
            return None
        case ClockSoon() | ClockOverdue() | ClockRecomputed():
            return StepSummary(move=_move(f), detail=f"clock.{f.clock}")
        case said.HazardGraded() | said.HazardRegraded():
            return StepSummary(move=_move(f), detail=f"enum.grade.{f.grade}")
        case said.HazardRouted():
            return StepSummary(move=_move(f), unit=f.unit, detail=f"enum.way.{f.way}")
        case said.HazardReferralTaken():
            return StepSummary(move=_move(f), params={"number": f.target_number})
        case said.HazardReferralBack():
            return StepSummary(move=_move(f), detail=f"referral.{f.cause}")
        case said.HazardRiskAccepted() | said.HazardAcceptanceAsked():
            return StepSummary(move=_move(f), params={"date": f.review_on.isoformat()})
        case said.HazardClaimLinked():
            return StepSummary(move=_move(f), params={"number": f.claim_number, "metres": str(f.distance_m)})
    return StepSummary(move=_move(f), unit=row.unit)


def _move(f: Fact) -> str:
    return move_of(f)


def _links(f: Fact, ctx: Context) -> tuple[Link, ...]:
    match f:
        case said.HazardReferralTaken():
            return (Link(relation="referred_to", source=f.target, kind=f.target_kind, matter=f.target_matter),)
        case said.HazardClaimLinked():
            return (Link(relation="accident", source=ctx.source, kind="insurance_claim", matter=f.claim),)
    return ()


def _notices(row: Hazard, f: Fact) -> tuple[Notice, ...]:
    here = (row.area,)
    worker = (row.unit,) if row.unit else (row.insurer,) if row.insurer else ()
    match f:
        case said.HazardFound():
            return (Notice(why="assigned", text="notice.hazard_found", roles=("insurer_clerk", *STREET), areas=here),)
        case said.HazardReportedUp():
            return (Notice(why="assigned", text="notice.hazard_reported_up", roles=STREET, areas=here),)
        case said.HazardSupervised() if f.supervised:
            return (Notice(why="assigned", text="notice.hazard_supervised", roles=(*STREET, *LEADERS), areas=here),)
        case said.HazardRouted() if f.unit:
            return (Notice(why="assigned", text="notice.hazard_ordered", units=(f.unit,)),)
        case said.HazardReferralBack() | said.HazardReturned():
            return (Notice(why="changed", text="notice.hazard_back", roles=("insurer_clerk", *STREET), areas=here),)
        case said.HazardRectified() | said.HazardReferralSettled():
            return (
                Notice(
                    why="assigned", text="notice.hazard_to_recheck", roles=("insurer_surveyor", *STREET), areas=here
                ),
            )
        case said.HazardAcceptanceAsked():
            return (Notice(why="assigned", text="notice.hazard_acceptance", roles=(*STREET, *LEADERS), areas=here),)
        case said.HazardClaimLinked() if f.known:
            return (Notice(why="changed", text="notice.hazard_accident", roles=(*STREET, *LEADERS), areas=here),)
        case ClockSoon():
            return (Notice(why="soon", text="notice.hazard_soon", units=worker),) if worker else ()
        case ClockOverdue():
            told = [Notice(why="overdue", text="notice.hazard_overdue", roles=STREET, areas=here)]
            if row.supervised:
                told.append(Notice(why="overdue", text="notice.hazard_overdue", roles=LEADERS, areas=here))
            return (*told, *((Notice(why="overdue", text="notice.hazard_overdue", units=worker),) if worker else ()))
    return ()


def _measures(row: Hazard, f: Fact) -> tuple[MeasureSummary, ...]:
    """Cohorts are of the day a hazard came on the list: 隐患整改率 and 按期销号率 (domain rules 11.6)."""
    counted: dict[str, int] = {}
    match f:
        case said.HazardFound():
            counted = {"hazard.found": 1}
        case said.HazardDismissed():
            counted = {"hazard.found": -1}
        case said.HazardGraded() if f.grade == "MAJOR":
            counted = {"hazard.major": 1}
        case said.HazardCancelledOff():
            counted = {"hazard.cancelled_off": 1}
            if f.in_time:
                counted |= {"hazard.in_time": 1, "hazard.cancel_due": 1}
        case said.HazardReopened():
            counted = {"hazard.cancelled_off": -1, "hazard.reopened": 1}
        case ClockOverdue() if f.clock == "cancel":
            counted = {"hazard.cancel_due": 1}
    on = local(row.entered_at).date()
    return tuple(MeasureSummary(name=n, value=v, on=on, dimensions={"area": row.area}) for n, v in counted.items())


def summarise(row: Hazard, f: Fact, ctx: Context) -> Summary:
    """Everything domain-free about one fact."""
    return Summary(
        matter=_matter(row, ctx),
        step=_step(row, f),
        measures=_measures(row, f),
        links=_links(f, ctx),
        notices=_notices(row, f),
    )


def _prefill(move: str, row: Hazard, ctx: Context) -> dict[str, Any]:
    match move:
        case "regrade":
            return {"grade": row.grade, "colour": row.colour}
        case "route":
            return {"unit": row.owner_unit} if row.owner_unit else {}
        case "control":
            return {"until": (today(ctx) + timedelta(days=7)).isoformat()}
        case "ask_acceptance":
            return {"review_on": (today(ctx) + timedelta(days=min(90, data_of(ctx).days.review_most))).isoformat()}
    return {}


def offers(row: Hazard, ctx: Context) -> Sequence[Offer]:
    """Actions this actor may take now."""
    found = []
    for move in HAZARD.moves_from(row.status):
        if not move.roles:
            continue
        try:
            guard(move.event, row, ctx)
        except Refusal:
            continue
        prefill = {"hazard": row.id, **_prefill(move.event, row, ctx)}
        found.append(Offer(action=f"hazard.{move.event}", prefill=prefill, fixed=("hazard",)))
    return tuple(found)


def _blobs(row: Hazard) -> tuple[BlobRef, ...]:
    return tuple(BlobRef(sha256=e.sha256, size=e.size, media_type=e.media_type) for e in row.evidence)


def _fields(row: Hazard, opened: dict[str, dict[str, str]]) -> Iterable[DetailField]:
    yield DetailField(label="field.category", value=f"category.{row.category}", kind="key")
    yield DetailField(label="field.area", value=row.area, kind="area")
    yield DetailField(label="field.holder", value=f"enum.holder.{row.holder}", kind="key")
    if row.grade:
        yield DetailField(label="field.grade", value=f"enum.grade.{row.grade}", kind="key")
        yield DetailField(label="field.colour", value=f"enum.colour.{row.colour}", kind="key")
    if row.way:
        yield DetailField(label="field.way", value=f"enum.way.{row.way}", kind="key")
    for label, unit in (
        ("detail.insurer", row.insurer),
        ("field.owner_unit", row.owner_unit),
        ("detail.doer", row.unit),
    ):
        if unit:
            yield DetailField(label=label, value=unit, kind="unit")
    dates = (("detail.control_until", row.control_until), ("field.review_on", row.review_on))
    for label, day in (*dates, ("detail.reopen_until", row.reopen_until)):
        if day is not None:
            yield DetailField(label=label, value=day.isoformat())
    if row.external:
        yield DetailField(label="field.external", value=row.external)
    for text in row.texts:
        if words := opened.get(text.ref, {}).get("text", ""):
            yield DetailField(label=f"detail.{text.label}", value=words)


def detail(row: Hazard, ctx: Context) -> Detail:
    """The owner's page: the list's entry, its referrals, the accidents near it."""
    opened: dict[str, dict[str, str]] = ctx.prepared or {}
    referrals = tuple(
        DetailRow(label=f"referral.{r.state}", note=" · ".join(x for x in (r.to_kind, r.target_number) if x))
        for r in row.referrals
    )
    accidents = tuple(
        DetailRow(
            label="detail.known" if c.known else "detail.not_known",
            note=f"{c.number} · {c.distance_m} m",
            fields=(
                DetailField(label="detail.kind_match", value=f"answer.{'yes' if c.kind_match else 'no'}", kind="key"),
            ),
        )
        for c in row.claims
    )
    sections = (("section.referrals", referrals), ("section.accidents", accidents))
    return Detail(
        fields=tuple(_fields(row, opened)),
        sections=tuple(DetailSection(title=title, rows=rows) for title, rows in sections if rows),
        evidence=_blobs(row),
    )
