"""A patrol round from plan to end: who walks which grid, what was looked at, what was found (2.17, 2.18, 11.5)."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import msgspec
from shuniu.chassis.context import Actor, Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.state import load_row
from shuniu.chassis.terms import term_until
from shuniu.contracts.clock import Term
from shuniu.contracts.envelope import Fact
from shuniu.contracts.grid import patrols as facts
from shuniu.rules.areas import check_code
from shuniu.rules.refusal import Conflict, FieldError, Forbidden, NotFound, Unprocessable

from shuniu_grid.areas.locating import drawn
from shuniu_grid.areas.rows import AREA, valid_on
from shuniu_grid.patrols.face import HAND, KEY_SPOT, PATROL_ROUND, begin_offers, guard
from shuniu_grid.patrols.lifecycle import PATROL, PLANNERS, WALKERS
from shuniu_grid.patrols.measuring import Measured, TrackPoint, coarse_minutes, measure
from shuniu_grid.patrols.state import KeySpot, PatrolRound, spot_due
from shuniu_grid.patrols.tables import KeySpotTable
from shuniu_grid.patrols.track import keeper_of
from shuniu_grid.settings import business_day, settings_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("COMMANDS", "DueSpots", "spots_of")

PREFIX = "XC"
"""Numbers of rounds: XC261123-0001."""
FURTHEST_DAYS = 31
MOST_POINTS = 1000
_EARLY_S = 300
"""Clocks of phones differ: so many seconds before the start a point still belongs to the round."""

Area = Annotated[str, msgspec.Meta(max_length=15, extra_json_schema={"x-widget": "area"})]
RoundId = Annotated[str, msgspec.Meta(max_length=60, extra_json_schema={"x-widget": "hidden"})]
Points = Annotated[
    tuple[TrackPoint, ...], msgspec.Meta(max_length=MOST_POINTS, extra_json_schema={"x-widget": "hidden"})
]
Note = Annotated[str, msgspec.Meta(max_length=2000, extra_json_schema={"x-widget": "textarea"})]


class DueSpots(NamedTuple):
    """What ``prepare`` of a plan found: the key spots of the grid that are due."""

    spots: tuple[str, ...]


class PlanPatrol(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """安排巡查: a round of a grid on a day, for a worker (by account; left empty, for oneself)."""

    area: Area
    on: Annotated[date, msgspec.Meta(extra_json_schema={"x-widget": "date"})]
    worker: Annotated[str, msgspec.Meta(max_length=60, pattern=r"^[A-Za-z0-9._:@-]*$")] = ""


class BeginPatrol(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """开始巡查 without a plan: one's own grid, now."""

    area: Area


class OnRound(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one round."""

    patrol: RoundId


class CheckSpot(OnRound, frozen=True, kw_only=True):
    """A key spot looked at; what is amiss is reported as a grid event of this round."""

    spot: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    fine: bool = True
    note: Note = ""


class CancelPatrol(OnRound, frozen=True, kw_only=True):
    """取消巡查, with the reason."""

    reason: facts.CancelReason


class UploadTrack(OnRound, frozen=True, kw_only=True):
    """A piece of the track, numbered from 0 by the phone: sent again it is the same piece, in any order (offline)."""

    chunk: Annotated[int, msgspec.Meta(ge=0, le=999)]
    points: Annotated[
        tuple[TrackPoint, ...], msgspec.Meta(max_length=MOST_POINTS, extra_json_schema={"x-widget": "hidden"})
    ]


async def spots_of(area: str) -> list[KeySpot]:
    """The key spots of an area and everything below it, in code order."""
    rows = (
        await KeySpotTable.select(KeySpotTable.doc).where(KeySpotTable.area.like(f"{area}%")).order_by(KeySpotTable.key)
    )
    return [msgspec.json.decode(r["doc"], type=KeySpot) for r in rows]


async def _due_spots(command: PlanPatrol | BeginPatrol, host: "Host") -> DueSpots:
    on = command.on if isinstance(command, PlanPatrol) else business_day(host.clock.now())
    target = settings_of(host).spot_visits_per_week
    spots = await spots_of(command.area) if command.area else []
    return DueSpots(tuple(s.id for s in spots if spot_due(s, on, target)))


def _grid(rows: Rows, area: str, ctx: Context) -> None:
    """A round is of a grid that is there (``grid.patrol_in_a_grid``, ``grid.unknown_area``)."""
    check_code(area, "grid", "community", "street")
    if len(area) != 15:
        fields = (FieldError("area", "not_a_grid"),)
        raise Unprocessable("grid.patrol_in_a_grid", event="plan_patrol", fields=fields, params={"area": area})
    row = rows.find(AREA, area)
    entry = row.entry if row is not None else ctx.registry.get("area", area)
    if entry is None or not valid_on(entry, business_day(ctx.now)):
        raise Unprocessable("grid.unknown_area", fields=(FieldError("area", "unknown"),), params={"area": area})


def _planned(rows: Rows, area: str, on: date, worker: str, term: Term | None, ctx: Context) -> facts.PatrolPlanned:
    return facts.PatrolPlanned(
        matter=ctx.new_id(),
        number=next_number(rows, PREFIX, ctx.now),
        area=area,
        worker=worker,
        on=on,
        spots=ctx.prepared.spots if isinstance(ctx.prepared, DueSpots) else (),
        term=term,
    )


def _plan(rows: Rows, command: PlanPatrol, ctx: Context) -> Decision:
    PATROL.check_role("plan_patrol", ctx.actor.roles, "access.role")
    ctx.actor.require_area(command.area)
    _grid(rows, command.area, ctx)
    worker = command.worker or ctx.actor.id
    if worker != ctx.actor.id and not ctx.actor.has_role("community_secretary", "dispatcher"):
        raise Forbidden("grid.patrol_own", event="plan_patrol", fields=(FieldError("worker", "not_yours"),))
    today = business_day(ctx.now)
    most = today + timedelta(days=FURTHEST_DAYS)
    if not today <= command.on <= most:
        fields = (FieldError("on", "out_of_range"),)
        raise Unprocessable("grid.patrol_day", fields=fields, params={"most": most.isoformat()})
    term = term_until(ctx, "patrol", command.on, ctx.profile("grid-event-local"))
    fact = _planned(rows, command.area, command.on, worker, term, ctx)
    key = PATROL_ROUND.key(fact.matter)
    emit = Emit(fact, (key, counter_key(PREFIX, ctx.now)), fact.area)
    return Decision((emit,), answer={"patrol": fact.matter, "number": fact.number})


def _begin(rows: Rows, command: BeginPatrol, ctx: Context) -> Decision:
    PATROL.check_role("start_patrol", ctx.actor.roles, "access.role")
    ctx.actor.require_area(command.area)
    _grid(rows, command.area, ctx)
    _free(rows, ctx)
    fact = _planned(rows, command.area, business_day(ctx.now), ctx.actor.id, None, ctx)
    key = PATROL_ROUND.key(fact.matter)
    started = facts.PatrolStarted(matter=fact.matter)
    return Decision(
        (
            Emit(fact, (key, counter_key(PREFIX, ctx.now)), fact.area),
            Emit(started, (key, HAND.key(ctx.actor.id)), fact.area),
        ),
        answer={"patrol": fact.matter, "number": fact.number},
    )


def _free(rows: Rows, ctx: Context) -> None:
    held = rows.find(HAND, ctx.actor.id)
    if held is not None:
        raise Conflict("grid.patrol_one_at_a_time", event="start_patrol", params={"patrol": held.round})


def _keys(command: OnRound, ctx: Context) -> Iterable[Key]:
    return PATROL_ROUND.key(command.patrol), HAND.key(ctx.actor.id)


def _need(rows: Rows, command: OnRound, ctx: Context, move: str) -> PatrolRound:
    row = rows.need(PATROL_ROUND, command.patrol)
    guard(move, row, ctx)
    return row


def _told(row: PatrolRound, *told: Fact, also: tuple[Key, ...] = ()) -> tuple[Emit, ...]:
    return tuple(
        Emit(fact, (PATROL_ROUND.key(row.id), *(also if n == 0 else ())), row.area) for n, fact in enumerate(told)
    )


def _start(rows: Rows, command: OnRound, ctx: Context) -> Decision:
    row = _need(rows, command, ctx, "start_patrol")
    _free(rows, ctx)
    return Decision(_told(row, facts.PatrolStarted(matter=row.id), also=(HAND.key(row.worker),)))


def _pause(rows: Rows, command: OnRound, ctx: Context) -> Decision:
    row = _need(rows, command, ctx, "pause_patrol")
    return Decision(_told(row, facts.PatrolPaused(matter=row.id)))


def _resume(rows: Rows, command: OnRound, ctx: Context) -> Decision:
    row = _need(rows, command, ctx, "resume_patrol")
    return Decision(_told(row, facts.PatrolResumed(matter=row.id)))


def _check_spot(rows: Rows, command: CheckSpot, ctx: Context) -> Decision:
    row = _need(rows, command, ctx, "check_spot")
    spot = rows.need(KEY_SPOT, command.spot)
    if spot.area != row.area:
        raise Unprocessable("grid.spot_of_another_grid", fields=(FieldError("spot", "elsewhere"),))
    if spot.valid_to is not None and spot.valid_to < business_day(ctx.now):
        raise Unprocessable("grid.spot_retired", fields=(FieldError("spot", "retired"),))
    text = command.note.strip()
    note = ctx.new_id() if text else ""
    private = (Private(note, {"text": text}, "grid.handling", "STATUTORY_DUTY", 2),) if text else ()
    fact = facts.PatrolSpotChecked(matter=row.id, spot=spot.id, fine=command.fine, note=note)
    return Decision(_told(row, fact, also=(KEY_SPOT.key(spot.id),)), private)


def _measured(row: PatrolRound, found: Measured | None) -> tuple[facts.PatrolMeasured, ...]:
    if found is None or found == (row.length_m, row.coverage_percent, row.came_by):
        return ()
    length, coverage, spots = found
    return (facts.PatrolMeasured(matter=row.id, length_m=length, coverage_percent=coverage, spots=spots),)


def _end(rows: Rows, command: OnRound, ctx: Context) -> Decision:
    row = _need(rows, command, ctx, "end_patrol")
    assert row.started_at is not None
    resting = (ctx.now - row.resting_since).total_seconds() if row.resting_since else 0
    walked = (ctx.now - row.started_at).total_seconds() - row.rested_s - resting
    ended = facts.PatrolEnded(matter=row.id, minutes=coarse_minutes(walked))
    found = ctx.prepared if isinstance(ctx.prepared, Measured) else None
    return Decision(
        _told(row, ended, *_measured(row, found), also=(HAND.key(row.worker),)), answer={"minutes": ended.minutes}
    )


def _cancel(rows: Rows, command: CancelPatrol, ctx: Context) -> Decision:
    row = _need(rows, command, ctx, "cancel_patrol")
    also = (HAND.key(row.worker),) if row.started_at is not None else ()
    return Decision(_told(row, facts.PatrolCancelled(matter=row.id, reason=command.reason), also=also))


def _check_points(row: PatrolRound, command: UploadTrack, ctx: Context) -> None:
    """Only what was walked on this round is taken: nothing from before, from after, or from the future (PIPL §6)."""
    if not command.points:
        raise Unprocessable("grid.track_empty", fields=(FieldError("points", "missing"),))
    assert row.started_at is not None
    first = row.started_at.timestamp() - _EARLY_S
    last = (row.ended_at or ctx.now).timestamp() + _EARLY_S
    if any(not first <= p.at <= last for p in command.points):
        raise Unprocessable("grid.track_outside_round", fields=(FieldError("points", "out_of_range"),))


async def _round_of(patrol: str, host: "Host") -> PatrolRound:
    found = await load_row(host.pool, PATROL_ROUND, patrol)
    if found is None:
        raise NotFound("patrol_round.unknown", params={"id": patrol[:60]})
    return found[0]


async def _measure(row: PatrolRound, host: "Host") -> Measured | None:
    points = await keeper_of(host).track(row.id)
    if not points:
        return None
    outline = (await drawn(host)).geometries.get(row.area)
    spots = {s.id: (s.lon, s.lat) for s in await spots_of(row.area) if s.lon is not None and s.lat is not None}
    return measure(points, outline, spots)


async def _keep_piece(command: UploadTrack, actor: Actor, host: "Host") -> Measured | None:
    """``operate``: the piece goes to its own place under its own key; the command only says that it came."""
    row = await _round_of(command.patrol, host)
    ctx = host.context(actor)
    guard("upload_track", row, ctx)
    _check_points(row, command, ctx)
    await keeper_of(host).put(row.id, command.chunk, command.points, ctx.now)
    return await _measure(row, host) if row.ended_at is not None else None


async def _look_back(command: OnRound, host: "Host") -> Measured | None:
    """``prepare`` of the end: what the track so far comes to."""
    return await _measure(await _round_of(command.patrol, host), host)


def _upload(rows: Rows, command: UploadTrack, ctx: Context) -> Decision:
    row = _need(rows, command, ctx, "upload_track")
    _check_points(row, command, ctx)
    new = (facts.PatrolTrackReceived(matter=row.id, chunk=command.chunk),) if command.chunk not in row.chunks else ()
    found = ctx.prepared if isinstance(ctx.prepared, Measured) and row.ended_at is not None else None
    return Decision(_told(row, *new, *_measured(row, found)), answer={"chunks": len({*row.chunks, command.chunk})})


def _on(name: str, struct: type[Any], decide: Any, *, tone: Any = "normal", order: int, **more: Any) -> Command[Any]:
    more = {"roles": PATROL.move(name).roles, "surfaces": ("matter", "phone"), "keys": _keys, **more}
    return Command(
        f"grid.{name}", struct, decide=decide, kind=PATROL.kind, matter_field="patrol", tone=tone, order=order, **more
    )


COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "grid.plan_patrol",
        PlanPatrol,
        lambda c, ctx: (counter_key(PREFIX, ctx.now), AREA.key(c.area)),
        _plan,
        roles=PLANNERS,
        prepare=_due_spots,
        opens=PATROL.kind,
        icon="calendar",
        surfaces=("board",),
        order=70,
    ),
    Command(
        "grid.begin_patrol",
        BeginPatrol,
        lambda c, ctx: (counter_key(PREFIX, ctx.now), AREA.key(c.area), HAND.key(ctx.actor.id)),
        _begin,
        roles=WALKERS,
        prepare=_due_spots,
        opens=PATROL.kind,
        tone="primary",
        icon="walk",
        surfaces=("phone", "board"),
        order=71,
        offer=begin_offers,
    ),
    _on("start_patrol", OnRound, _start, tone="primary", order=72, icon="walk"),
    _on("pause_patrol", OnRound, _pause, order=73, icon="paused"),
    _on("resume_patrol", OnRound, _resume, tone="primary", order=74, icon="next"),
    _on(
        "check_spot",
        CheckSpot,
        _check_spot,
        order=75,
        icon="pin",
        keys=lambda c, ctx: (PATROL_ROUND.key(c.patrol), KEY_SPOT.key(c.spot)),
    ),
    _on("end_patrol", OnRound, _end, tone="primary", order=76, icon="tick", prepare=_look_back),
    _on("cancel_patrol", CancelPatrol, _cancel, tone="danger", order=77, icon="close"),
    _on("upload_track", UploadTrack, _upload, order=78, surfaces=(), operate=_keep_piece),
)
