"""The rows of areas (区域): the area, the book of what its parts are, the change it came of or went into.

An area is never deleted and its code never given again: it ends, and whatever happened in it keeps its code.
"""

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Emit
from shuniu.chassis.rows import Happening, Index, Key, RowKind, Timer
from shuniu.contracts.envelope import Fact
from shuniu.contracts.grid.areas import (
    AreaDefined,
    AreaRedrawingBegan,
    AreaRedrawingWithdrawn,
    AreaRedrawn,
    AreaRetired,
    RedrawKind,
)
from shuniu.contracts.summary import Notice, RegistryEntry, Summary, Visibility
from shuniu.rules.areas import level, parent
from shuniu.rules.calendar import local, midnight

__all__ = (
    "AREA",
    "BOOK",
    "CHANGE",
    "Area",
    "AreaBook",
    "AreaChange",
    "book_of",
    "touched",
    "valid_on",
)

_STAFFING = "grid_staffing"
"""Kind of the row that knows which posts a grid must have (:mod:`shuniu_grid.posts.staffing`)."""


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """An area as it stands. ``came_of`` is the change that made it, ``went_into`` the one that ended it."""

    entry: RegistryEntry
    external_code: str = ""
    inside: str = ""
    came_of: str = ""
    went_into: str = ""


class AreaBook(msgspec.Struct, frozen=True, kw_only=True):
    """Guard of everything below one area: counts every change of its parts, so that a check is made of what stands."""

    changes: int = 0


class AreaChange(msgspec.Struct, frozen=True, kw_only=True):
    """One operation of a redrawing: these areas became those, from ``on`` (沿革)."""

    id: str
    plan: str
    operation: RedrawKind
    on: date
    before: tuple[str, ...]
    after: tuple[str, ...]
    intermediate: bool = False
    entries: tuple[RegistryEntry, ...] = ()
    """The areas it ended, as they ended."""
    withdrawn: bool = False
    """It was taken back before it was in force: nothing came of it."""
    began: bool = False
    """It was said that it is in force."""


def valid_on(entry: RegistryEntry, day: date) -> bool:
    """Whether the area is valid on that day; both ends are included."""
    return (entry.valid_from is None or entry.valid_from <= day) and (entry.valid_to is None or day <= entry.valid_to)


def _evolve(row: Area | None, fact: Fact, happening: Happening) -> Area | None:
    match fact:
        case AreaDefined():
            return Area(
                entry=fact.entry,
                external_code=fact.external_code,
                inside=fact.inside,
                came_of=fact.change or (row.came_of if row else ""),
                went_into=row.went_into if row else "",
            )
        case AreaRetired() if row is not None:
            return msgspec.structs.replace(row, entry=fact.entry)
        case AreaRedrawn() if row is not None:
            ended = {entry.code: entry for entry in fact.before}
            code = row.entry.code
            if code in ended:
                return msgspec.structs.replace(row, entry=ended[code], went_into=fact.change)
            return msgspec.structs.replace(row, inside=fact.inside.get(code, row.inside))
        case AreaRedrawingWithdrawn() if row is not None:
            code = row.entry.code
            entries = {entry.code: entry for entry in (*fact.restored, *fact.dropped)}
            inside = fact.inside.get(code, row.inside)
            return msgspec.structs.replace(row, entry=entries.get(code, row.entry), inside=inside, went_into="")
        case _:
            return row


def _index(row: Area) -> Index:
    return Index(status=row.entry.subtype, area=row.entry.code)


def _summarise(row: Area, fact: Fact, ctx: Context) -> Summary:
    # Name and extent of grids are published by statute (滨州市社会治理网格化条例 §6-14, domain rules 2.14).
    return Summary(registry=(row.entry,), visibility=Visibility(areas=(ctx.scope,), sensitivity=1))


def _evolve_change(row: AreaChange | None, fact: Fact, happening: Happening) -> AreaChange | None:
    if isinstance(fact, AreaRedrawingWithdrawn) and row is not None:
        return msgspec.structs.replace(row, withdrawn=True, entries=(*fact.restored, *fact.dropped))
    if isinstance(fact, AreaRedrawingBegan) and row is not None:
        return msgspec.structs.replace(row, began=True)
    if not isinstance(fact, AreaRedrawn):
        return row
    return AreaChange(
        id=fact.change,
        plan=fact.plan,
        operation=fact.operation,
        on=fact.on,
        before=tuple(entry.code for entry in fact.before),
        after=fact.after,
        intermediate=fact.intermediate,
        entries=fact.before,
    )


def _change_timers(row: AreaChange) -> Iterable[Timer]:
    if not row.began and not row.withdrawn:
        yield Timer("began", 1, midnight(row.on))


def _change_due(row: AreaChange, ctx: Context) -> Sequence[Emit]:
    if row.began or row.withdrawn or row.on > local(ctx.now).date():
        return ()
    fact = AreaRedrawingBegan(change=row.id, on=row.on, before=row.before, after=row.after)
    return (Emit(fact, (CHANGE.key(row.id),), parent(row.before[0])),)


def _summarise_change(row: AreaChange, fact: Fact, ctx: Context) -> Summary:
    if isinstance(fact, AreaRedrawingBegan):
        return Summary(visibility=Visibility(areas=(ctx.scope,), sensitivity=1))
    above = tuple(dict.fromkeys(parent(code) for code in (*row.before, *row.after)))
    text = "notice.redrawing_withdrawn" if row.withdrawn else "notice.area_redrawn"
    told = Notice(why="changed", text=text, roles=("registrar", "community_secretary"), areas=above)
    return Summary(registry=row.entries, notices=(told,), visibility=Visibility(areas=(ctx.scope,), sensitivity=1))


AREA: RowKind[Area] = RowKind("area", Area, "area", _evolve, index=_index, summarise=_summarise)

BOOK: RowKind[AreaBook] = RowKind(
    "area_book",
    AreaBook,
    "area_book",
    lambda row, fact, happening: AreaBook(changes=(row.changes if row else 0) + 1),
)

CHANGE: RowKind[AreaChange] = RowKind(
    "area_change",
    AreaChange,
    "area_change",
    _evolve_change,
    index=lambda row: Index(status=row.operation, area=parent(row.before[0])),
    due=_change_due,
    timers=_change_timers,
    summarise=_summarise_change,
)


def book_of(code: str) -> Key:
    """The book that a change of the area is written in: its parent's."""
    return BOOK.key(parent(code))


def touched(code: str) -> tuple[Key, ...]:
    """The rows that beginning or ending an area changes: itself, the book above it, and a grid's staffing."""
    keys = (AREA.key(code), book_of(code))
    return (*keys, Key(_STAFFING, code)) if level(code) == "grid" else keys
