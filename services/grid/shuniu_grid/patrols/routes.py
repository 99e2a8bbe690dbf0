"""Reading rounds, key spots and coverage. Every query is Piccolo's; a track is read by two kinds of people only."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, QueryParameter
from shuniu.chassis.context import Actor
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.chassis.tables import Condition, any_of, in_areas
from shuniu.contracts.panels import CellKind, Column, TablePanel
from shuniu.contracts.summary import RegistryEntry
from shuniu.contracts.text import Text
from shuniu.rules.areas import within
from shuniu.rules.refusal import FieldError, NotFound, Unprocessable

from shuniu_grid.areas.locating import drawn
from shuniu_grid.areas.routes import Digits
from shuniu_grid.areas.rows import valid_on
from shuniu_grid.patrols.coverage import Walked, coverage
from shuniu_grid.patrols.measuring import TrackPoint
from shuniu_grid.patrols.rounds import spots_of
from shuniu_grid.patrols.state import KeySpot, PatrolRound, spot_due, visits_missing
from shuniu_grid.patrols.tables import KeySpotTable, PatrolRoundTable
from shuniu_grid.patrols.track import read_track
from shuniu_grid.patrols.words import WORDS
from shuniu_grid.settings import business_day, settings_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("HANDLERS",)

AnyRequest = Request[Any, Any, Any]
LONGEST = 92


class RoundView(msgspec.Struct, frozen=True, kw_only=True):
    """A round without its track."""

    id: str
    number: str
    version: int
    status: str
    area: str
    worker: str
    on: date
    started_at: datetime | None
    ended_at: datetime | None
    minutes: int
    length_m: int | None
    coverage_percent: int | None
    spots_due: tuple[str, ...]
    spots_hit: tuple[str, ...]
    findings: int


class Rounds(msgspec.Struct, frozen=True, kw_only=True):
    """A page of rounds, newest first."""

    total: int
    items: tuple[RoundView, ...]


class SpotView(msgspec.Struct, frozen=True, kw_only=True):
    """A key spot as it stands today: ``missing`` visits of the last seven days, ``due`` today."""

    spot: str
    area: str
    title: Text
    kind: str
    lon: float | None
    lat: float | None
    visits_per_week: int
    visits: int
    missing: int
    due: bool
    last: date | None


class Spots(msgspec.Struct, frozen=True, kw_only=True):
    """Key spots in code order."""

    spots: tuple[SpotView, ...]


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """A round's track by time, as far as it is still kept."""

    patrol: str
    points: tuple[TrackPoint, ...]


def _mine(actor: Actor, table: type[PatrolRoundTable] | type[KeySpotTable]) -> Condition | None:
    return any_of(in_areas(table, actor))


@get("/patrols", summary="Patrol rounds the caller may see, newest first; without tracks")
async def get_patrols(
    request: AnyRequest,
    area: Digits = "",
    status: Annotated[str, QueryParameter(max_length=20)] = "",
    mine: FromQuery[bool] = False,
    limit: Annotated[int, QueryParameter(ge=1, le=500)] = 50,
    offset: Annotated[int, QueryParameter(ge=0)] = 0,
) -> Rounds:
    actor = actor_of(request)
    seen = _mine(actor, PatrolRoundTable)
    if seen is None or actor.clearance < 2:
        return Rounds(total=0, items=())
    wanted: list[Any] = [seen]
    if area:
        wanted.append(PatrolRoundTable.area.like(f"{area}%"))
    if status:
        wanted.append(PatrolRoundTable.status == status)
    if mine:
        wanted.append(PatrolRoundTable.doc.arrow("worker") == actor.id)
    total = await PatrolRoundTable.count().where(*wanted)
    rows = (
        await PatrolRoundTable.select(PatrolRoundTable.doc, PatrolRoundTable.version)
        .where(*wanted)
        .order_by(PatrolRoundTable.key, ascending=False)
        .limit(limit)
        .offset(offset)
    )
    return Rounds(total=total, items=tuple(_round_view(r) for r in rows))


def _round_view(record: dict[str, Any]) -> RoundView:
    row = msgspec.json.decode(record["doc"], type=PatrolRound)
    return RoundView(
        id=row.id,
        number=row.number,
        version=record["version"],
        status=row.status,
        area=row.area,
        worker=row.worker,
        on=row.on,
        started_at=row.started_at,
        ended_at=row.ended_at,
        minutes=row.minutes,
        length_m=row.length_m,
        coverage_percent=row.coverage_percent,
        spots_due=row.spots,
        spots_hit=row.spots_hit,
        findings=len(row.findings),
    )


@get("/patrols/{patrol:str}/track", summary="A round's track, for its worker, or with a reason")
async def get_track(
    request: AnyRequest,
    patrol: FromPath[str],
    reason: Annotated[str, QueryParameter(max_length=200)] = "",
) -> Track:
    host = host_of(request)
    rows = await PatrolRoundTable.select(PatrolRoundTable.doc).where(PatrolRoundTable.key == patrol)
    if not rows:
        raise NotFound("patrol_round.unknown", params={"id": patrol[:60]})
    row = msgspec.json.decode(rows[0]["doc"], type=PatrolRound)
    return Track(patrol=row.id, points=tuple(await read_track(row, reason, actor_of(request), host)))


@get("/key-spots", summary="Key spots with the visits due")
async def get_key_spots(request: AnyRequest, area: Digits = "", due: FromQuery[bool | None] = None) -> Spots:
    host, actor = host_of(request), actor_of(request)
    today, target = business_day(host.clock.now()), settings_of(host).spot_visits_per_week
    seen = [s for s in await spots_of(area) if actor.covers(s.area)]
    views = [_spot_view(s, today, target) for s in seen if s.valid_to is None or today <= s.valid_to]
    return Spots(spots=tuple(v for v in views if due is None or v.due == due))


def _spot_view(spot: KeySpot, today: date, target: int) -> SpotView:
    week = [d for d in spot.visited if today - timedelta(days=7) < d <= today]
    return SpotView(
        spot=spot.id,
        area=spot.area,
        title=spot.title,
        kind=spot.kind,
        lon=spot.lon,
        lat=spot.lat,
        visits_per_week=spot.visits_per_week or target,
        visits=len(week),
        missing=visits_missing(spot, today, target),
        due=spot_due(spot, today, target),
        last=spot.visited[-1] if spot.visited else None,
    )


def _column(id_: str, kind: CellKind = "text", note: Text | None = None) -> Column:
    return Column(id=id_, title=WORDS[f"patrol_column.{id_}"], kind=kind, note=note)


def _window(host: "Host", since: date | None, until: date | None) -> tuple[date, date]:
    last = until or business_day(host.clock.now())
    first = since or last - timedelta(days=settings_of(host).patrol_window_days - 1)
    if not first <= last <= first + timedelta(days=LONGEST):
        raise Unprocessable("grid.window", fields=(FieldError("since", "out_of_range"),), params={"most": LONGEST})
    return first, last


def _grids(entries: list[RegistryEntry], on: date, actor: Actor) -> list[str]:
    """Codes of the grids there are on a day, as far as the actor reaches."""
    return [e.code for e in entries if len(e.code) == 15 and valid_on(e, on) and actor.covers(e.code)]


@get("/panels/patrol-coverage", summary="Grids with at least one round in the window ÷ grids, by community (11.5)")
async def get_coverage(
    request: AnyRequest,
    area: Digits = "",
    since: FromQuery[date | None] = None,
    until: FromQuery[date | None] = None,
) -> TablePanel:
    host, actor = host_of(request), actor_of(request)
    first, last = _window(host, since, until)
    entries = [a.entry for a in (await drawn(host)).areas.values()]
    grids = [g for g in _grids(entries, last, actor) if within(g, area or g)]
    rows = await PatrolRoundTable.raw(
        "select area, count(*)::int as rounds, sum((doc->>'minutes')::int)::int as minutes,"
        " count(doc->>'length_m')::int as measured, coalesce(sum((doc->>'length_m')::int), 0)::int as metres"
        " from patrol_round where status = 'WALKED'"
        " and ((doc->>'ended_at')::timestamptz at time zone 'Asia/Shanghai')::date between {} and {} group by area",
        first,
        last,
    )
    walked = {r["area"]: Walked(r["rounds"], r["minutes"], r["measured"], r["metres"]) for r in rows}
    formula = Text("窗口期内至少巡查一次的网格数 ÷ 网格数", "grids with at least one round in the window ÷ grids")
    columns = (
        _column("area", "area"),
        _column("grids", "number"),
        _column("patrolled", "number"),
        _column("coverage", "percent", formula),
        _column("rounds", "number"),
        _column("minutes", "number"),
        _column("length", "number"),
    )
    total = {"area": None, "total": WORDS["patrol_column.total"]}
    cells = tuple(
        {**({"area": line.area} if line.area else total), **msgspec.to_builtins(line.figures)}
        for line in coverage(grids, walked)
    )
    note = Text(f"{first} 至 {last}；{formula.zh}", f"{first} to {last}; {formula.en}")
    return TablePanel(columns=columns, rows=cells, as_of=host.clock.now(), note=note)


@get("/panels/key-spots-due", summary="Key spots to be visited, those that lack most first")
async def get_spots_due(request: AnyRequest, area: Digits = "") -> TablePanel:
    host = host_of(request)
    due = (await get_key_spots.fn(request, area, True)).spots
    columns = (
        _column("spot"),
        _column("grid", "area"),
        _column("kind"),
        _column("last", "date"),
        _column("visits", "number"),
        _column("target", "number"),
        _column("missing", "number"),
    )
    rows = tuple(
        {
            "spot": v.title,
            "grid": v.area,
            "kind": WORDS[f"enum.spot_kind.{v.kind}"],
            "last": v.last,
            "visits": v.visits,
            "target": v.visits_per_week,
            "missing": v.missing,
        }
        for v in sorted(due, key=lambda v: (-v.missing, v.spot))
    )
    return TablePanel(columns=columns, rows=rows, as_of=host.clock.now())


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_patrols, get_track, get_key_spots, get_coverage, get_spots_due)
