"""What the world sees of a patrol round: that it was walked, how long and how far, coarsened; never where."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Detail, DetailField, DetailRow, DetailSection, Offer
from shuniu.chassis.rows import Index, MatterFace, RowKind
from shuniu.contracts.clock import ClockOverdue, ClockSoon
from shuniu.contracts.envelope import Fact
from shuniu.contracts.grid import patrols as facts
from shuniu.contracts.summary import MatterSummary, MeasureSummary, Notice, Place, StepSummary, Summary, Visibility
from shuniu.rules.clocks import due_of, most_urgent
from shuniu.rules.refusal import Conflict, Forbidden, Refusal

from shuniu_grid.patrols.lifecycle import PATROL, WALKERS
from shuniu_grid.patrols.state import (
    Hand,
    KeySpot,
    PatrolRound,
    due,
    evolve,
    evolve_hand,
    evolve_spot,
    index,
    move_of,
    timers,
)
from shuniu_grid.settings import business_day, settings_of

__all__ = ("HAND", "KEY_SPOT", "PATROL_ROUND", "begin_offers", "guard")


def _own(move: str) -> Callable[[PatrolRound, Context], None]:
    def check(row: PatrolRound, ctx: Context) -> None:
        PATROL.check_role(move, ctx.actor.roles, "access.role")
        if ctx.actor.id != row.worker:
            raise Forbidden("grid.patrol_of_another", event=move)
        PATROL.check(row.status, move)

    return check


def _cancel(row: PatrolRound, ctx: Context) -> None:
    PATROL.check_role("cancel_patrol", ctx.actor.roles, "access.role")
    if ctx.actor.id != row.worker:
        ctx.actor.require_role("community_secretary", "dispatcher", rule="grid.patrol_of_another")
        ctx.actor.require_area(row.area)
    PATROL.check(row.status, "cancel_patrol")


def _track(row: PatrolRound, ctx: Context) -> None:
    _own("upload_track")(row, ctx)
    hours = settings_of(ctx).track_late_hours
    if row.ended_at is not None and ctx.now > row.ended_at + timedelta(hours=hours):
        raise Conflict("grid.track_late", state=row.status, event="upload_track", params={"hours": hours})


GUARDS: dict[str, Callable[[PatrolRound, Context], None]] = {
    "start_patrol": _own("start_patrol"),
    "pause_patrol": _own("pause_patrol"),
    "resume_patrol": _own("resume_patrol"),
    "check_spot": _own("check_spot"),
    "end_patrol": _own("end_patrol"),
    "cancel_patrol": _cancel,
    "upload_track": _track,
}
_OFFERED = ("start_patrol", "pause_patrol", "resume_patrol", "check_spot", "end_patrol", "cancel_patrol")


def guard(move: str, row: PatrolRound, ctx: Context) -> None:
    """Raise the Refusal that keeps this actor from this move now."""
    GUARDS[move](row, ctx)


def _offers(row: PatrolRound, ctx: Context) -> Sequence[Offer]:
    offers: list[Offer] = []
    for move in _OFFERED:
        try:
            guard(move, row, ctx)
        except Refusal:
            continue
        prefill: dict[str, Any] = {"patrol": row.id}
        left = [s for s in row.spots if s not in row.spots_hit]
        if move == "check_spot" and left:
            prefill["spot"] = left[0]
        offers.append(Offer(action=f"grid.{move}", prefill=prefill, fixed=("patrol",)))
    return offers


def begin_offers(ctx: Context) -> Sequence[Offer]:
    """A worker may set out in an own grid; where there is one, it is filled in."""
    if not ctx.actor.has_role(*WALKERS):
        return ()
    own = [a for a in ctx.actor.areas if len(a) == 15]
    return (Offer(action="grid.begin_patrol", prefill={"area": own[0]} if len(own) == 1 else {}),)


def _visibility(row: PatrolRound) -> Visibility:
    return Visibility(areas=(row.area,), sensitivity=2)


def _title(row: PatrolRound, ctx: Context) -> str:
    area = ctx.registry.get("area", row.area)
    kind = ctx.texts.get("kind.patrol_round")
    return f"{kind.zh if kind else PATROL.kind} · {area.title.zh if area else row.area}"


def _matter(row: PatrolRound, ctx: Context) -> MatterSummary:
    clock = most_urgent(row.clocks)
    marks = (("track_kept", bool(row.chunks)), ("spot_not_fine", any(not v.fine for v in row.visits)))
    return MatterSummary(
        kind=PATROL.kind,
        id=row.id,
        number=row.number,
        version=0,
        title=_title(row, ctx),
        status=row.status,
        open=row.open,
        opened_at=row.planned_at,
        closed_at=row.ended_at,
        **due_of(clock),
        area=row.area,
        place=Place(name=row.area),
        flags=tuple(name for name, on in marks if on),
        visibility=_visibility(row),
    )


def _measures(row: PatrolRound, fact: Fact, ctx: Context) -> list[tuple[str, float, bool]]:
    """(measure, value, whether it counts for the day planned instead of today)"""
    match fact:
        case facts.PatrolPlanned():
            return [("grid.patrols_planned", 1, True)]
        case facts.PatrolCancelled(reason="MISTAKE"):
            return [("grid.patrols_planned", -1, True)]
        case facts.PatrolSpotChecked():
            return [("grid.patrol_spots", 1, False)]
        case facts.PatrolFinding():
            return [("grid.patrol_findings", 1, False)]
        case facts.PatrolEnded():
            return [
                ("grid.patrols_of_planned", 1, True),
                ("grid.patrols", 1, False),
                ("grid.patrol_minutes", fact.minutes, False),
            ]
    return []


def _notices(row: PatrolRound, fact: Fact) -> tuple[Notice, ...]:
    match fact:
        case facts.PatrolPlanned() if row.planned_by != row.worker:
            return (Notice(why="assigned", text="notice.patrol_planned", accounts=(row.worker,)),)
        case ClockSoon():
            return (Notice(why="soon", text="notice.patrol_soon", accounts=(row.worker,)),)
        case ClockOverdue():
            secretary = ("community_secretary",)
            text = "notice.patrol_overdue"
            return (Notice(why="overdue", text=text, accounts=(row.worker,), roles=secretary, areas=(row.area,)),)
    return ()


def _step(fact: Fact) -> StepSummary | None:
    match fact:
        case ClockSoon() | ClockOverdue():
            move = "clock_soon" if isinstance(fact, ClockSoon) else "clock_overdue"
            return StepSummary(move=move, detail=f"clock.{fact.clock}")
        case facts.PatrolTrackReceived(chunk=chunk) if chunk:
            return None  # one line for a track is enough
        case facts.PatrolFinding():
            return StepSummary(move="found", params={"number": fact.number})
        case facts.PatrolCancelled():
            return StepSummary(move="cancel_patrol", detail=f"enum.reason.{fact.reason}")
        case _:
            return StepSummary(move=move_of(fact))


def _summarise(row: PatrolRound, fact: Fact, ctx: Context) -> Summary:
    today = business_day(ctx.now)
    return Summary(
        matter=_matter(row, ctx),
        step=_step(fact),
        measures=tuple(
            MeasureSummary(name=name, value=value, on=row.on if planned else today, dimensions={"area": row.area})
            for name, value, planned in _measures(row, fact, ctx)
        ),
        notices=_notices(row, fact),
    )


def _detail(row: PatrolRound, ctx: Context) -> Detail:
    told = [
        DetailField(label="field.area", value=row.area, kind="area"),
        DetailField(label="field.patrol_day", value=row.on.isoformat()),
        DetailField(label="field.minutes", value=str(row.minutes) if row.ended_at and row.started_at else ""),
        DetailField(label="field.length_m", value="" if row.length_m is None else str(row.length_m)),
        DetailField(label="field.coverage", value="" if row.coverage_percent is None else f"{row.coverage_percent}%"),
        DetailField(
            label="field.cancel_reason",
            value=f"enum.reason.{row.cancel_reason}" if row.cancel_reason else "",
            kind="key",
        ),
    ]
    found = tuple(DetailRow(label="field.number", note=f.number) for f in row.findings)
    return Detail(
        fields=tuple(f for f in told if f.value),
        sections=(
            DetailSection(title="section.spots", rows=tuple(_spot_rows(row, ctx))),
            *((DetailSection(title="section.findings", rows=found),) if found else ()),
        ),
    )


def _spot_rows(row: PatrolRound, ctx: Context) -> list[DetailRow]:
    opened: dict[str, dict[str, str]] = ctx.prepared or {}
    rows = []
    for visit in row.visits:
        at = DetailField(label="field.at", value=visit.at.isoformat(), kind="time")
        name = DetailField(label="field.spot", value=visit.spot)
        note = opened.get(visit.note, {}).get("text", "") if visit.note else ""
        rows.append(DetailRow(label="visit.fine" if visit.fine else "visit.not_fine", note=note, fields=(name, at)))
    seen = {v.spot for v in row.visits}
    for code in (*row.came_by, *row.spots):
        if code not in seen:
            seen.add(code)
            label = "visit.came_by" if code in row.came_by else "visit.due"
            rows.append(DetailRow(label=label, fields=(DetailField(label="field.spot", value=code),)))
    return rows


def _spot_summary(row: KeySpot, fact: Fact, ctx: Context) -> Summary:
    return Summary(visibility=Visibility(areas=(row.area,)))


PATROL_ROUND: RowKind[PatrolRound] = RowKind(
    PATROL.kind,
    PatrolRound,
    "patrol_round",
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


def _spot_index(row: KeySpot) -> Index:
    return Index(status=row.kind, area=row.area)


KEY_SPOT: RowKind[KeySpot] = RowKind(
    "key_spot", KeySpot, "key_spot", evolve_spot, index=_spot_index, summarise=_spot_summary
)
HAND: RowKind[Hand] = RowKind("patrol_hand", Hand, "patrol_hand", evolve_hand)
