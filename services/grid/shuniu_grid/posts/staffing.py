"""Staffing of a grid (网格定岗): which posts it must have, who has held them when, and since when one is vacant. Pure.

Domain rules 2.11: one head (网格长) for every grid of a community, at least one full-time worker (专职网格员) for every
comprehensive grid. A required post that nobody holds for longer than the configured days is an alarm, said once.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Emit
from shuniu.chassis.rows import Happening, Index, RowKind, Timer
from shuniu.contracts.envelope import Fact
from shuniu.contracts.grid.areas import AreaDefined, AreaRedrawingWithdrawn, AreaRedrawn, AreaRetired
from shuniu.contracts.grid.posts import PostAssigned, PostEnded, PostKind, PostVacant, StandInNamed
from shuniu.contracts.summary import MeasureSummary, Notice, Summary, Visibility
from shuniu.rules.areas import grid_kind, level
from shuniu.rules.calendar import local, midnight

__all__ = (
    "DEFAULT_DAYS",
    "STAFFING",
    "Held",
    "Staffing",
    "Vacancy",
    "alarms",
    "heads_between",
    "holders",
    "required",
    "vacancies",
)

DEFAULT_DAYS = 7
"""Where an area says nothing of its own (it was entered before anybody asked)."""
_ONE = timedelta(days=1)


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """One term of one account in one post; ``stand_in`` for a time."""

    post: str
    kind: PostKind
    account: str
    first: date
    last: date | None = None
    stand_in: bool = False


class Staffing(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds and has held posts of one area. ``opened`` and ``closed`` are the days it must be staffed on."""

    area: str
    opened: date | None = None
    closed: date | None = None
    days: int = 0
    held: tuple[Held, ...] = ()
    said: tuple[tuple[str, date], ...] = ()
    """Vacancies (kind, since) that were alarms."""


class Vacancy(NamedTuple):
    """A required post that nobody holds from ``since`` to ``until`` (included; None: nobody yet)."""

    kind: PostKind
    since: date
    until: date | None


def required(area: str) -> tuple[PostKind, ...]:
    """The kinds of post an area must have (2.11); streets and communities have none here."""
    if level(area) != "grid":
        return ()
    return ("HEAD", "FULL") if grid_kind(area) == "COMPREHENSIVE" else ("HEAD",)


def holders(row: Staffing | None, kind: PostKind, on: date) -> tuple[Held, ...]:
    """Who holds a kind of post of the area on a day."""
    terms = row.held if row else ()
    return tuple(h for h in terms if h.kind == kind and h.first <= on and (h.last is None or on <= h.last))


def heads_between(row: Staffing | None, first: date, last: date | None) -> tuple[Held, ...]:
    """Terms of heads, not of stand-ins, that meet the days between."""
    terms = row.held if row else ()
    return tuple(
        h
        for h in terms
        if h.kind == "HEAD"
        and not h.stand_in
        and (last is None or h.first <= last)
        and (h.last is None or first <= h.last)
    )


def vacancies(row: Staffing) -> list[Vacancy]:
    """Every stretch over which a required post is vacant, in the order of its beginning."""
    if row.opened is None:
        return []
    found: list[Vacancy] = []
    for kind in required(row.area):
        free_from = row.opened
        terms = sorted((h for h in row.held if h.kind == kind), key=lambda h: h.first)
        for term in terms:
            if term.first > free_from:
                found.append(Vacancy(kind, free_from, term.first - _ONE))
            if term.last is None:
                free_from = date.max
                break
            free_from = max(free_from, term.last + _ONE)
        if free_from < date.max:
            found.append(Vacancy(kind, free_from, None))
    if row.closed is not None:
        found = [
            Vacancy(v.kind, v.since, min(v.until, row.closed) if v.until else row.closed)
            for v in found
            if v.since <= row.closed
        ]
    return sorted(found, key=lambda v: (v.since, v.kind))


def alarms(row: Staffing) -> list[tuple[Vacancy, date]]:
    """The vacancies that are not said yet and last long enough to be, with the day on which they are."""
    days = timedelta(days=row.days or DEFAULT_DAYS)
    waiting = ((v, v.since + days) for v in vacancies(row) if (v.kind, v.since) not in row.said)
    return [(v, on) for v, on in waiting if v.until is None or on <= v.until]


def _held(row: Staffing, fact: PostAssigned | StandInNamed) -> Staffing:
    if isinstance(fact, PostAssigned):
        term = Held(post=fact.post, kind=fact.kind, account=fact.account, first=fact.valid_from)
    else:
        term = Held(
            post=fact.post, kind=fact.kind, account=fact.account, first=fact.first, last=fact.last, stand_in=True
        )
    return msgspec.structs.replace(row, held=(*row.held, term))


def _evolve(row: Staffing | None, fact: Fact, happening: Happening) -> Staffing | None:
    match fact:
        case AreaDefined():
            entered = local(happening.time).date()
            was = row or Staffing(area=fact.entry.code)
            opened = was.opened or max(fact.entry.valid_from or entered, entered)
            days = fact.fill_within_days or was.days
            return msgspec.structs.replace(was, opened=opened, closed=fact.entry.valid_to, days=days)
        case AreaRetired() if row is not None:
            return msgspec.structs.replace(row, closed=fact.entry.valid_to)
        case AreaRedrawn() if row is not None:
            ended = {entry.code: entry.valid_to for entry in fact.before}
            return msgspec.structs.replace(row, closed=ended.get(row.area, row.closed))
        case AreaRedrawingWithdrawn() if row is not None:
            ends = {entry.code: entry.valid_to for entry in (*fact.restored, *fact.dropped)}
            return msgspec.structs.replace(row, closed=ends.get(row.area, row.closed))
        case PostAssigned() | StandInNamed():
            return _held(row or Staffing(area=fact.area), fact)
        case PostEnded() if row is not None:
            held = tuple(
                msgspec.structs.replace(h, last=fact.valid_to)
                if h.post == fact.post and h.first == fact.valid_from and not h.stand_in
                else h
                for h in row.held
            )
            return msgspec.structs.replace(row, held=held)
        case PostVacant() if row is not None:
            return msgspec.structs.replace(row, said=(*row.said, (fact.kind, fact.since)))
        case _:
            return row


def _timers(row: Staffing) -> Iterable[Timer]:
    # Midnight is the first instant of the alarm's day: by then the post has been vacant for all the days before it.
    return [Timer(f"vacant/{v.kind}/{v.since}", v.since.toordinal(), midnight(on)) for v, on in alarms(row)]


def _due(row: Staffing, ctx: Context) -> Sequence[Emit]:
    today = local(ctx.now).date()
    days = row.days or DEFAULT_DAYS
    return [
        Emit(PostVacant(area=row.area, kind=v.kind, since=v.since, days=days), (STAFFING.key(row.area),), row.area)
        for v, on in alarms(row)
        if on <= today and (v.until is None or today <= v.until)
    ]


def _summarise(row: Staffing, fact: Fact, ctx: Context) -> Summary:
    seen = Visibility(areas=(row.area,))
    if not isinstance(fact, PostVacant):
        return Summary(visibility=seen)
    told = Notice(
        why="overdue", text="notice.post_vacant", roles=("registrar", "community_secretary"), areas=(row.area,)
    )
    count = MeasureSummary(
        name="grid.vacancy_alarms", value=1, on=local(ctx.now).date(), dimensions={"area": row.area, "post": fact.kind}
    )
    return Summary(notices=(told,), measures=(count,), visibility=seen)


STAFFING: RowKind[Staffing] = RowKind(
    "grid_staffing",
    Staffing,
    "grid_staffing",
    _evolve,
    index=lambda row: Index(area=row.area),
    due=_due,
    timers=_timers,
    summarise=_summarise,
)
