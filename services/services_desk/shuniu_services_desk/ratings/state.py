"""A rating, its life cycle as data, and the row that lets a case be rated once (domain rules 3.26, 10.4)."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace
from shuniu.chassis.rows import Happening
from shuniu.chassis.tables import StateTable
from shuniu.chassis.terms import clock_of
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon, Term
from shuniu.contracts.services_desk import ratings as said
from shuniu.contracts.services_desk.ratings import Level
from shuniu.rules.clocks import Clock, clock_recomputed, mark
from shuniu.rules.lifecycle import Lifecycle, Move, Status

from shuniu_services_desk.roles import LEADERS

__all__ = ("BAD", "RATING", "Rated", "RatedTable", "Rating", "RatingTable", "evolve", "evolve_rated")

BAD: tuple[Level, ...] = ("UNSAT", "VERY_UNSAT")
"""差评: the last two of the five levels."""

RATING = Lifecycle(
    kind="desk_rating",
    initial="RATED_BAD",
    statuses=(
        Status("RATED_BAD", True, "waiting", "calling"),
        Status("RECTIFYING", True, "active", "rectifying"),
        Status("RECTIFIED", True, "checking", "rerating"),
        Status("RATED_GOOD", False, "done", "ended"),
        Status("RERATED", False, "done", "ended"),
        Status("NOT_CONFIRMED", False, "stopped", "ended"),
    ),
    moves=(
        Move("rate", (), "RATED_BAD", (), "rating.once"),
        Move("praise", (), "RATED_GOOD", (), "rating.once"),
        Move("call_back", ("RATED_BAD",), "RECTIFYING", LEADERS, "rating.call_back_bad", "call_back_bad"),
        Move("dismiss", ("RATED_BAD",), "NOT_CONFIRMED", LEADERS, "rating.call_back_bad"),
        Move("rectify", ("RECTIFYING",), "RECTIFIED", LEADERS, "rating.rectify_called_back", "rectify"),
        Move("repeat", ("RECTIFIED",), "RERATED", (), "rating.repeat_rectified"),
    ),
)
"""好差评. Nobody who is rated has a move in it."""


class Rating(msgspec.Struct, frozen=True, kw_only=True):
    """A rating. Who rated stands nowhere; ``clerks`` are accounts that worked on the case, who may not close it."""

    id: str
    number: str
    status: str
    area: str
    item: str
    unit: str
    level: Level
    again: Level | None = None
    clerks: tuple[str, ...] = ()
    given_at: datetime
    called_at: datetime | None = None
    rectified_at: datetime | None = None
    rectified_late: bool = False
    words: tuple[tuple[str, str], ...] = ()
    """(key of the catalogue, reference)."""
    clocks: tuple[Clock, ...] = ()

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.status in ("RATED_BAD", "RECTIFYING", "RECTIFIED")


class Rated(msgspec.Struct, frozen=True):
    """The rating of a case, by the case's id; the case itself knows nothing of it."""

    rating: str


class RatingTable(StateTable, tablename="desk_rating"):
    """Ratings by id; without area and unit, by which the rated would read them."""


class RatedTable(StateTable, tablename="desk_rated"):
    """Ratings by case."""


def _end(r: Rating, h: Happening, *, met: bool) -> Rating:
    stopped = tuple(c.stop(h.time, "met" if met else "stopped") if c.state == "running" else c for c in r.clocks)
    return replace(r, clocks=stopped)


def _run(r: Rating, term: Term | None) -> Rating:
    return replace(r, clocks=(*r.clocks, clock_of(term))) if term is not None else r


def _note(r: Rating, label: str, ref: str) -> Rating:
    return replace(r, words=(*r.words, (label, ref))) if ref else r


def evolve(row: Rating | None, f: Any, h: Happening) -> Rating | None:
    """The rating after the fact."""
    if isinstance(f, said.RatingGiven):
        r = Rating(
            id=f.rating,
            number=f.number,
            status="RATED_BAD" if f.level in BAD else "RATED_GOOD",
            area=f.area,
            item=f.item,
            unit=f.unit,
            level=f.level,
            clerks=f.clerks,
            given_at=h.time,
        )
        return _run(_note(r, "rating_words", f.words_ref), f.term)
    return _evolve(row, f, h) if row is not None else None


def _evolve(r: Rating, f: Any, h: Happening) -> Rating:
    match f:
        case said.RatingCalledBack():
            r = _run(_end(r, h, met=True), f.term)
            return _note(replace(r, status="RECTIFYING", called_at=h.time), "rating_call", f.note_ref)
        case said.RatingDismissed():
            return _note(replace(_end(r, h, met=True), status="NOT_CONFIRMED"), "rating_call", f.note_ref)
        case said.RatingRectified():
            r = replace(_end(r, h, met=True), status="RECTIFIED", rectified_at=h.time, rectified_late=f.late)
            return _note(r, "rating_rectified", f.note_ref)
        case said.RatingRepeated():
            return replace(r, status="RERATED", again=f.level)
        case ClockSoon() | ClockOverdue():
            return replace(r, clocks=mark(r.clocks, f))
        case ClockRecomputed():
            return replace(r, clocks=clock_recomputed(r.clocks, f))
        case _:
            return r


def evolve_rated(row: Rated | None, f: Any, h: Happening) -> Rated | None:
    """The case is rated."""
    return Rated(f.rating) if isinstance(f, said.RatingGiven) else row
