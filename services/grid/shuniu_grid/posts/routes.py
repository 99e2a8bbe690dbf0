"""Reading posts, rosters, vacancies and what is posted in public. Every query of state is Piccolo's."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, QueryParameter
from shuniu.chassis.context import Actor
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.contracts.grid.posts import PostKind
from shuniu.contracts.panels import CalendarEntry, CalendarPanel, Column, TablePanel
from shuniu.contracts.text import Text
from shuniu.rules.areas import ancestors, check_code
from shuniu.rules.calendar import midnight
from shuniu.rules.refusal import NotFound

from shuniu_grid.areas.locating import locate
from shuniu_grid.areas.routes import AreaCode, Digits
from shuniu_grid.areas.rows import Area, valid_on
from shuniu_grid.areas.tables import AreaTable
from shuniu_grid.posts.assign import Post, held_on
from shuniu_grid.posts.duty import Duty, Shift
from shuniu_grid.posts.posting import posted
from shuniu_grid.posts.roster import PLANNERS
from shuniu_grid.posts.staffing import DEFAULT_DAYS, Staffing, vacancies
from shuniu_grid.posts.tables import DutyTable, PostTable, ShiftTable, StaffingTable
from shuniu_grid.posts.words import WORDS
from shuniu_grid.settings import business_day

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("HANDLERS",)

AnyRequest = Request[Any, Any, Any]
_LONGEST = timedelta(days=62)


class PostView(msgspec.Struct, frozen=True, kw_only=True):
    """A post. The account is told only to who may assign posts or plan rosters there."""

    post: str
    area: str
    kind: PostKind
    account: str = ""
    valid_from: date
    valid_to: date | None = None
    posted: bool = False


class Posts(msgspec.Struct, frozen=True, kw_only=True):
    """Posts in code order."""

    posts: tuple[PostView, ...]


class ShiftView(msgspec.Struct, frozen=True, kw_only=True):
    """A shift; ``start`` and ``end`` are instants. The account is told to planners and to itself."""

    shift: str
    post: str
    area: str
    account: str = ""
    day: date
    starts_at: datetime
    ends_at: datetime


class LeaveView(msgspec.Struct, frozen=True, kw_only=True):
    """Days somebody is away."""

    leave: str
    account: str
    first: date
    last: date
    stand_in: str


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    """Shifts by day, and the leaves of who is down for them."""

    shifts: tuple[ShiftView, ...]
    leaves: tuple[LeaveView, ...]


class PostedWorker(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds a post, as posted; without a posting only that it is held."""

    kind: PostKind
    title: Text
    since: date
    display_name: str = ""
    phone: str = ""
    supervision_phone: str = ""


class PostedGrid(msgspec.Struct, frozen=True, kw_only=True):
    """A grid's public posting (上岗公示): its name, where it belongs, its extent, its workers."""

    code: str
    title: Text
    subtype: str
    community: Text
    street: Text
    geometry: str
    """SHA-256 of its outline; ``GET /blobs/{sha256}``."""
    workers: tuple[PostedWorker, ...]
    vacant: tuple[PostKind, ...]
    as_of: datetime


async def _posts(area: str, exact: bool = False) -> list[Post]:
    query = PostTable.select(PostTable.doc).order_by(PostTable.key)
    if area:
        query = query.where(PostTable.area == area if exact else PostTable.area.like(f"{area}%"))
    return [msgspec.json.decode(r["doc"], type=Post) for r in await query]


@get("/posts", summary="Grid posts, by area and kind")
async def get_posts(
    request: AnyRequest,
    area: Digits = "",
    kind: Annotated[Literal["", "HEAD", "FULL", "PART", "SPECIALIST"], QueryParameter()] = "",
    on: FromQuery[date | None] = None,
) -> Posts:
    actor = actor_of(request)
    day = on or business_day(host_of(request).clock.now())
    held = [p for p in await _posts(area) if (not kind or p.kind == kind) and held_on(p, day)]
    return Posts(posts=tuple(_post_view(p, actor, day) for p in held))


def _post_view(post: Post, actor: Actor, day: date) -> PostView:
    tells = (actor.has_role(*PLANNERS) and actor.covers(post.area)) or actor.id == post.account
    first, last = next(((a, b) for a, b in post.earlier if a <= day <= b), (post.valid_from, post.valid_to))
    return PostView(
        post=post.id if tells else f"{post.area}-{post.kind.lower()}",
        area=post.area,
        kind=post.kind,
        account=post.account if tells else "",
        valid_from=first,
        valid_to=last,
        posted=post.posting is not None,
    )


def _shift_view(shift: Shift, actor: Actor) -> ShiftView:
    tells = (actor.has_role(*PLANNERS) and actor.covers(shift.area)) or actor.id == shift.account
    start = midnight(shift.day)
    return ShiftView(
        shift=shift.id,
        post=shift.post if tells else shift.post.rsplit("-", 1)[0],
        area=shift.area,
        account=shift.account if tells else "",
        day=shift.day,
        starts_at=start + timedelta(minutes=shift.start),
        ends_at=start + timedelta(minutes=shift.end),
    )


async def _shifts(actor: Actor, area: str, first: date, last: date) -> list[Shift]:
    query = (
        ShiftTable.select(ShiftTable.doc)
        .where(ShiftTable.status >= first.isoformat())
        .where(ShiftTable.status <= min(last, first + _LONGEST).isoformat())
        .order_by(ShiftTable.status, ShiftTable.key)
    )
    if area:
        query = query.where(ShiftTable.area.like(f"{area}%"))
    found = [msgspec.json.decode(r["doc"], type=Shift) for r in await query]
    return [s for s in found if not s.cancelled and (actor.covers(s.area) or s.account == actor.id)]


@get("/roster", summary="Shifts and leaves between two days")
async def get_roster(
    request: AnyRequest, area: Digits = "", first: FromQuery[date | None] = None, last: FromQuery[date | None] = None
) -> Roster:
    actor = actor_of(request)
    begin = first or business_day(host_of(request).clock.now())
    end = last or begin + timedelta(days=6)
    shifts = await _shifts(actor, area, begin, end)
    accounts = sorted({s.account for s in shifts})
    if actor.has_role(*PLANNERS):
        accounts = sorted({*accounts, *(p.account for p in await _posts(area) if actor.covers(p.area))})
    rows = await DutyTable.select(DutyTable.doc).where(DutyTable.key.is_in(accounts)) if accounts else []
    duties = [msgspec.json.decode(r["doc"], type=Duty) for r in rows]
    shown = [d for d in duties if actor.has_role(*PLANNERS) or d.account == actor.id]
    return Roster(
        shifts=tuple(_shift_view(s, actor) for s in shifts),
        leaves=tuple(
            LeaveView(leave=x.id, account=d.account, first=x.first, last=x.last, stand_in=x.stand_in)
            for d in shown
            for x in d.leaves
            if x.first <= end and begin <= x.last
        ),
    )


@get("/roster/calendar", summary="The roster of this week and the next, as a calendar")
async def get_roster_calendar(request: AnyRequest, area: Digits = "") -> CalendarPanel:
    now = host_of(request).clock.now()
    today = business_day(now)
    monday = today - timedelta(days=today.weekday())
    actor = actor_of(request)
    views = [_shift_view(s, actor) for s in await _shifts(actor, area, monday, monday + timedelta(days=13))]
    entries = tuple(
        CalendarEntry(
            id=v.shift,
            title=WORDS[f"post.{_kind_of(v.post)}"],
            starts_at=v.starts_at,
            ends_at=v.ends_at,
            area=v.area,
        )
        for v in views
    )
    return CalendarPanel(entries=entries, as_of=now)


def _kind_of(post: str) -> str:
    return post.split("-")[1].upper()


async def _staffings(area: str) -> list[Staffing]:
    query = StaffingTable.select(StaffingTable.doc).order_by(StaffingTable.key)
    if area:
        query = query.where(StaffingTable.area.like(f"{area}%"))
    return [msgspec.json.decode(r["doc"], type=Staffing) for r in await query]


@get("/posts/vacancies", summary="Required posts that nobody holds today")
async def get_vacancies(request: AnyRequest, area: Digits = "") -> TablePanel:
    now = host_of(request).clock.now()
    today = business_day(now)
    actor = actor_of(request)
    rows: list[dict[str, Any]] = []
    for staffing in await _staffings(area):
        if actor.covers(staffing.area):
            days = staffing.days or DEFAULT_DAYS
            rows += [
                {
                    "area": staffing.area,
                    "post": WORDS[f"post.{v.kind}"],
                    "since": v.since,
                    "days": (today - v.since).days,
                    "fill_by": v.since + timedelta(days=days),
                    "late": WORDS["vacancy.late"] if (today - v.since).days >= days else None,
                }
                for v in vacancies(staffing)
                if v.since <= today and (v.until is None or today <= v.until)
            ]
    kinds: dict[str, Any] = {"area": "area", "since": "date", "days": "number", "fill_by": "date"}
    columns = tuple(
        Column(id=id_, title=WORDS[f"column.vacancy.{id_}"], kind=kinds.get(id_, "text"))
        for id_ in ("area", "post", "since", "days", "fill_by", "late")
    )
    return TablePanel(
        columns=columns, rows=tuple(sorted(rows, key=lambda r: (r["since"], r["area"]))), as_of=now,
        note=WORDS["vacancy.note"],
    )  # fmt: skip


# What anybody may read ------------------------------------------------------------------------------------------------


async def _areas(codes: Sequence[str]) -> dict[str, Area]:
    rows = await AreaTable.select(AreaTable.doc).where(AreaTable.key.is_in(list(codes)))
    found = [msgspec.json.decode(r["doc"], type=Area) for r in rows]
    return {a.entry.code: a for a in found}


async def _posted_grid(host: "Host", code: str) -> PostedGrid:
    check_code(code, "grid", field="code")
    now = host.clock.now()
    today = business_day(now)
    areas = await _areas([code, *ancestors(code)[:2]])
    grid = areas.get(code)
    if grid is None or not valid_on(grid.entry, today):
        raise NotFound("area.unknown", params={"id": code})
    posts = [p for p in await _posts(code, exact=True) if held_on(p, today)]
    shown = await posted(host, posts, today)
    workers = []
    for post in sorted(posts, key=lambda p: ("HEAD", "FULL", "PART", "SPECIALIST").index(p.kind)):
        told = shown.get(post.id)
        fields = told._asdict() if told else {}
        workers.append(PostedWorker(kind=post.kind, title=WORDS[f"post.{post.kind}"], since=post.valid_from, **fields))
    staffing = await _staffings(code)
    free = [v.kind for s in staffing if s.area == code for v in vacancies(s) if v.since <= today and v.until is None]

    def title(at: int) -> Text:
        above = areas.get(ancestors(code)[at])
        return above.entry.title if above else Text("", "")

    return PostedGrid(
        code=code,
        title=grid.entry.title,
        subtype=grid.entry.subtype,
        community=title(0),
        street=title(1),
        geometry=grid.entry.geometry,
        workers=tuple(workers),
        vacant=tuple(free),
        as_of=now,
    )


@get("/public/grids/{code:str}", summary="A grid as it is posted in public", opt={"public": True})
async def get_posted_grid(request: AnyRequest, code: AreaCode) -> PostedGrid:
    return await _posted_grid(host_of(request), code)


@get("/public/grids", summary="The posting of the grid a point lies in", opt={"public": True})
async def get_posted_grid_at(
    request: AnyRequest,
    lon: Annotated[float, QueryParameter(ge=-180, le=180)],
    lat: Annotated[float, QueryParameter(ge=-90, le=90)],
) -> PostedGrid:
    host = host_of(request)
    found = await locate(host, lon, lat, business_day(host.clock.now()))
    if not found.comprehensive:
        raise NotFound("grid.no_area")
    return await _posted_grid(host, found.dedicated or found.comprehensive)


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    get_posts,
    get_roster,
    get_roster_calendar,
    get_vacancies,
    get_posted_grid,
    get_posted_grid_at,
)
