"""What the world sees of a grid event: its summary, what may be done with it now, its own page."""

from collections.abc import Sequence
from typing import Any

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Detail, DetailField, DetailRow, DetailSection, Offer
from shuniu.chassis.rows import Happening, MatterFace, RowKind
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon
from shuniu.contracts.envelope import Fact
from shuniu.contracts.grid import events as facts
from shuniu.contracts.referral import ReferralMade, ReferralRefused, ReferralSettled, ReferralTaken
from shuniu.contracts.summary import (
    Link,
    MatterSummary,
    MatterUnit,
    Place,
    StepSummary,
    Summary,
    Visibility,
)
from shuniu.contracts.text import Text
from shuniu.rules.clocks import due_of, due_status, most_urgent

from shuniu_grid.events.counting import count
from shuniu_grid.events.evolving import evolve, move_of
from shuniu_grid.events.lifecycle import EVENT, OFFICE, REPORTERS
from shuniu_grid.events.limits import profile_of
from shuniu_grid.events.measures import summed
from shuniu_grid.events.notices import notices
from shuniu_grid.events.rules import GUARDS, allowed, unmerge_until
from shuniu_grid.events.state import GridEvent, due, index, timers

__all__ = ("GRID_EVENT", "report_offers", "title_of")


def title_of(row: GridEvent, ctx: Context) -> str:
    """The published title: category and place name, nothing a person wrote about a person."""
    category: Text | None = ctx.texts.get(f"category.{row.category}")
    name = category.zh if category else row.category
    area = ctx.registry.get("area", row.area)
    place = row.place.name or (area.title.zh if area else "")
    return f"{name} · {place}" if place else name


def _visibility(row: GridEvent) -> Visibility:
    areas = (row.area, row.reported_from) if row.reported_from else (row.area,)
    return Visibility(areas=areas, units=(row.unit,) if row.unit else (), sensitivity=2)


def _flags(row: GridEvent) -> tuple[str, ...]:
    marks = (
        ("clue", row.clue),
        ("self_handled", row.self_handled),
        ("neighbour", bool(row.neighbour_reason)),
        ("delay_asked", row.wish is not None and row.wish.kind == "delay"),
        ("delayed", row.delays > 0),
        ("hang_asked", row.wish is not None and row.wish.kind == "hang"),
        ("reworked", row.reworks > 0),
        ("designated", row.designated),
        ("has_duplicates", bool(row.duplicates)),
        ("on_patrol", bool(row.patrol)),
        ("on_visit", bool(row.visit)),
    )
    return tuple(mark for mark, is_set in marks if is_set)


def _matter(row: GridEvent, ctx: Context) -> MatterSummary:
    clock = most_urgent(row.clocks)
    status = due_status(clock)
    due_at = clock.due_at if clock else None
    part = MatterUnit(unit=row.unit, due_at=due_at, due_status=status)
    return MatterSummary(
        kind=EVENT.kind,
        id=row.id,
        number=row.number,
        version=0,
        title=title_of(row, ctx),
        category=row.category,
        status=row.status,
        open=row.open,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        **due_of(clock),
        area=row.area,
        place=row.place if row.place.name or row.place.lon is not None else Place(name=row.area),
        lead_unit=row.unit,
        units=(part,) if row.unit else (),
        flags=_flags(row),
        visibility=_visibility(row),
    )


def _step(row: GridEvent, fact: Fact) -> StepSummary | None:
    """The timeline's line; the referral itself has none, the move that made it has."""
    match fact:
        case ReferralMade() | ReferralTaken() | ReferralRefused() | ReferralSettled():
            return None
        case ClockSoon() | ClockOverdue():
            move = "clock_soon" if isinstance(fact, ClockSoon) else "clock_overdue"
            return StepSummary(move=move, detail=f"clock.{fact.clock}")
        case ClockRecomputed():
            return StepSummary(move="clock_recomputed", detail=f"clock.{fact.clock}")
        case facts.EventDispatched():
            return StepSummary(move="dispatch" if fact.attempt == 1 else "redispatch", unit=fact.unit)
        case facts.EventNotFiled():
            return StepSummary(move="not_file", detail=f"enum.reason.{fact.reason}")
        case facts.EventHung() | facts.EventHangAsked():
            params = {"date": fact.review_on.isoformat()}
            return StepSummary(move=move_of(fact), unit=row.unit, detail=f"enum.reason.{fact.reason}", params=params)
        case facts.EventDelayGranted() | facts.EventDelayAsked():
            return StepSummary(move=move_of(fact), unit=row.unit, params={"date": fact.until.isoformat()})
        case facts.EventCategorised():
            return StepSummary(move="categorise", detail=f"category.{fact.category}")
        case facts.EventReferred():
            return StepSummary(move="refer", detail=f"enum.reason.{fact.reason}")
        case facts.EventReferralTaken():
            return StepSummary(move="referral_taken", params={"number": fact.target_number})
        case facts.EventReferralBack():
            return StepSummary(move="referral_back", detail=f"referral.{fact.cause}")
        case facts.EventMerged():
            return StepSummary(move="merge_duplicate", params={"number": fact.main_number})
        case facts.EventDuplicateTaken():
            return StepSummary(move="take_duplicate", params={"number": fact.number})
        case _:
            return StepSummary(move=move_of(fact), unit=getattr(fact, "unit", ""))


def _links(row: GridEvent, fact: Fact, ctx: Context) -> tuple[Link, ...]:
    match fact:
        case facts.EventReferralTaken():
            target = {"source": fact.target, "kind": fact.target_kind, "matter": fact.target_matter}
            return (Link(relation="referred_to", **target),)
        case facts.EventReported(patrol=patrol) if patrol:
            return (Link(relation="found_on", source=ctx.source, kind="patrol_round", matter=patrol),)
        case facts.EventReported(visit=visit) if visit:
            return (Link(relation="found_at", source=ctx.source, kind="home_visit", matter=visit),)
        case facts.EventMerged():
            return (Link(relation="merged_into", source=ctx.source, kind=EVENT.kind, matter=fact.main),)
        case facts.EventDuplicateTaken():
            return (Link(relation="duplicate", source=ctx.source, kind=EVENT.kind, matter=fact.duplicate),)
        case facts.EventUnmerged():
            return (Link(relation="taken_out_of", source=ctx.source, kind=EVENT.kind, matter=fact.main),)
    return ()


def _summarise(row: GridEvent, fact: Fact, ctx: Context) -> Summary:
    return Summary(
        matter=_matter(row, ctx),
        step=_step(row, fact),
        measures=summed(row),
        links=_links(row, fact, ctx),
        notices=notices(row, fact),
    )


def _evolved(row: GridEvent | None, fact: Fact, now: Happening) -> GridEvent:
    """The row after a fact, with what the fact adds to the measures."""
    return count(row, evolve(row, fact, now), fact, now.time)


def _prefill(move: str, row: GridEvent, ctx: Context) -> tuple[dict[str, Any], tuple[str, ...]]:
    prefill: dict[str, Any] = {"event": row.id}
    fixed = ["event"]
    if move in ("redispatch", "categorise"):
        prefill["category"] = row.category
    if move == "not_file" and not ctx.actor.has_role(*OFFICE):
        prefill["reason"] = "NOT_FOUND"
        fixed.append("reason")
    if move == "refer":
        prefill["to_kind"] = "whistle"
        fixed.append("to_kind")
    return prefill, tuple(fixed)


def _offers(row: GridEvent, ctx: Context) -> Sequence[Offer]:
    offers: list[Offer] = []
    for move in GUARDS:
        if allowed(move, row, ctx):
            prefill, fixed = _prefill(move, row, ctx)
            # What follows a clue has its own words: it is handed to certified people, nobody here inspects (0.2).
            title = ctx.texts.get(f"action_clue.{move}") if row.clue else None
            offers.append(Offer(action=f"grid.{move}", prefill=prefill, fixed=fixed, title=title))
    return offers


def report_offers(ctx: Context) -> Sequence[Offer]:
    """How this person may start an event: a worker with a finding of the own grid, an office with what came in."""
    if not ctx.actor.has_role(*REPORTERS):
        return ()
    if ctx.actor.has_role("grid_worker", "community_secretary"):
        own = [a for a in ctx.actor.areas if len(a) == 15]
        prefill: dict[str, Any] = {"source": "GRID"}
        if len(own) == 1:
            prefill["area"] = own[0]
        return (Offer(action="grid.report", prefill=prefill),)
    return (Offer(action="grid.report", prefill={"source": "PUBLIC"}),)


def _text(ref: str, ctx: Context) -> str:
    opened: dict[str, dict[str, str]] = ctx.prepared or {}
    return opened.get(ref, {}).get("text", "") if ref else ""


def _detail(row: GridEvent, ctx: Context) -> Detail:
    return Detail(
        fields=tuple(f for f in _fields(row, ctx) if f.value),
        sections=(
            DetailSection(title="section.steps", rows=tuple(_step_rows(row, ctx))),
            *_referral_sections(row),
            *_duplicate_sections(row),
        ),
        evidence=(*row.before, *row.after),
    )


def _fields(row: GridEvent, ctx: Context) -> list[DetailField]:
    opened: dict[str, dict[str, str]] = ctx.prepared or {}
    contact = opened.get(row.contact, {})
    first = row.steps[0].note if row.steps else ""
    yes = {"clue": row.clue, "designated": row.designated}
    return [
        DetailField(label="field.description", value=_text(first, ctx)),
        DetailField(label="field.category", value=f"category.{row.category}", kind="key"),
        DetailField(label="field.area", value=row.area, kind="area"),
        DetailField(label="field.place", value=row.place.name),
        DetailField(label="field.source", value=f"enum.source.{row.source}", kind="key"),
        DetailField(label="field.caller_name", value=contact.get("name", ""), kind="person"),
        DetailField(label="field.caller_phone", value=contact.get("phone", ""), kind="person"),
        DetailField(
            label="field.neighbour_reason",
            value=f"enum.neighbour_reason.{row.neighbour_reason}" if row.neighbour_reason else "",
            kind="key",
        ),
        DetailField(label="field.unit", value=row.unit, kind="unit"),
        *(DetailField(label="field.mark", value=f"flag.{name}", kind="key") for name, on in yes.items() if on),
        DetailField(label="field.merged_into", value=row.merged_number),
        DetailField(label="field.unmerge_until", value=unmerge_until(row, ctx).isoformat() if row.merged_into else ""),
        DetailField(label="field.level", value=f"enum.level.{row.level}" if row.level else "", kind="key"),
        DetailField(label="field.external", value=row.external),
        DetailField(label="field.review_on", value=_asked(row, "hang") or _review(row)),
        DetailField(label="field.until", value=_asked(row, "delay")),
        DetailField(
            label="field.hang_reason", value=f"enum.reason.{row.hang_reason}" if row.hang_reason else "", kind="key"
        ),
        DetailField(
            label="field.revive_when",
            value=f"enum.revive_when.{row.revive_when}" if row.revive_when else "",
            kind="key",
        ),
        DetailField(
            label="field.not_filed_reason",
            value=f"enum.reason.{row.not_filed_reason}" if row.not_filed_reason else "",
            kind="key",
        ),
    ]


def _asked(row: GridEvent, kind: str) -> str:
    """The day somebody has asked for and nobody has decided on."""
    return row.wish.on.isoformat() if row.wish is not None and row.wish.kind == kind else ""


def _review(row: GridEvent) -> str:
    return row.review_on.isoformat() if row.status == "HUNG" and row.review_on is not None else ""


def _duplicate_sections(row: GridEvent) -> tuple[DetailSection, ...]:
    rows = tuple(DetailRow(label="field.number", note=d.number) for d in row.duplicates)
    return (DetailSection(title="section.duplicates", rows=rows),) if rows else ()


def _step_rows(row: GridEvent, ctx: Context) -> list[DetailRow]:
    return [
        DetailRow(
            label=f"move.{step.move}",
            unit=step.unit,
            note=_text(step.note, ctx),
            fields=(DetailField(label="field.at", value=step.at.isoformat(), kind="time"),),
            evidence=step.photos,
        )
        for step in row.steps
    ]


def _referral_sections(row: GridEvent) -> tuple[DetailSection, ...]:
    rows = tuple(
        DetailRow(
            label=f"referral.{r.state}",
            fields=(DetailField(label="field.number", value=r.target_number),) if r.target_number else (),
        )
        for r in row.referrals
    )
    return (DetailSection(title="section.referrals", rows=rows),) if rows else ()


GRID_EVENT: RowKind[GridEvent] = RowKind(
    EVENT.kind,
    GridEvent,
    "grid_event",
    _evolved,
    index=index,
    due=due,
    timers=timers,
    clocks=lambda row: row.clocks,
    clock_profile=lambda row, ctx: profile_of(ctx),
    face=MatterFace(
        summarise=_summarise,
        number=lambda row: row.number,
        visibility=_visibility,
        offers=_offers,
        detail=_detail,
    ),
)
