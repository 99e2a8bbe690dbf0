"""A star rating cycle (星级物业评比周期) as a row, and how facts change it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Literal

import msgspec
from msgspec.structs import replace
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Emit
from shuniu.chassis.rows import Happening, Index, Key, Timer
from shuniu.contracts.grid import stars as said
from shuniu.rules.calendar import end_of_day

from shuniu_grid.stars.criteria import Datum

__all__ = ("Appeal", "Cycle", "Text", "due", "evolve", "index", "timers")

KIND = "star_cycle"


class Text(msgspec.Struct, frozen=True):
    """A text kept apart, encrypted: what it is, of which estate, where."""

    label: str
    area: str
    ref: str


class Appeal(msgspec.Struct, frozen=True, kw_only=True):
    """A firm's appeal against one estate's result."""

    area: str
    at: datetime
    state: Literal["OPEN", "UPHELD", "REJECTED"] = "OPEN"


class Cycle(msgspec.Struct, frozen=True, kw_only=True):
    """One rating cycle."""

    id: str
    number: str
    area: str
    since: date
    until: date
    criteria: str
    estates: tuple[said.Estate, ...]
    status: str = "CYCLE_OPEN"
    opened_at: datetime
    ended_at: datetime | None = None
    data: tuple[Datum, ...] = ()
    collectors: tuple[str, ...] = ()
    """Opaque ids of who entered data: none of them decides an appeal."""
    vetoed: tuple[str, ...] = ()
    data_hash: str = ""
    events: dict[str, int] = {}
    results: tuple[said.EstateResult, ...] = ()
    appeals: tuple[Appeal, ...] = ()
    appeal_until: datetime | None = None
    notice_until: datetime | None = None
    valid_until: date | None = None
    texts: tuple[Text, ...] = ()

    def estate(self, area: str) -> said.Estate | None:
        """The estate of that area, or None."""
        return next((e for e in self.estates if e.area == area), None)

    def appeal(self, area: str) -> Appeal | None:
        """The estate's appeal, or None."""
        return next((a for a in self.appeals if a.area == area), None)

    @property
    def open_appeals(self) -> bool:
        """Whether somebody still has to decide."""
        return any(a.state == "OPEN" for a in self.appeals)

    @property
    def ends_at(self) -> datetime | None:
        """The instant something happens by itself in this status."""
        match self.status:
            case "APPEAL":
                return self.appeal_until
            case "NOTICE":
                return self.notice_until
            case "EFFECTIVE" if self.valid_until is not None:
                return end_of_day(self.valid_until)
        return None


def _texted(row: Cycle, label: str, area: str, ref: str) -> Cycle:
    return replace(row, texts=(*row.texts, Text(label, area, ref))) if ref else row


def _result(row: Cycle, corrected: said.EstateResult) -> tuple[said.EstateResult, ...]:
    return tuple(corrected if r.area == corrected.area else r for r in row.results)


def evolve(row: Cycle | None, f: Any, h: Happening) -> Cycle | None:
    """The cycle after a fact."""
    if isinstance(f, said.StarCycleOpened):
        return Cycle(
            id=f.cycle,
            number=f.number,
            area=f.area,
            since=f.since,
            until=f.until,
            criteria=f.criteria,
            estates=f.estates,
            opened_at=h.time,
        )
    if row is None:
        return None
    match f:
        case said.StarCollecting():
            return replace(row, status="COLLECTING")
        case said.StarDataCollected():
            datum = Datum(area=f.area, star_source=f.star_source, value=f.value, sample=f.sample)
            others = tuple(d for d in row.data if (d.area, d.star_source) != (f.area, f.star_source))
            collectors = tuple(dict.fromkeys((*row.collectors, h.actor)))
            return replace(row, data=(*others, datum), collectors=collectors)
        case said.StarVetoed():
            row = _texted(row, "veto", f.area, f.note_ref)
            return replace(row, vetoed=tuple(dict.fromkeys((*row.vetoed, f.area))))
        case said.StarCycleFrozen():
            return replace(row, status="FROZEN", data_hash=f.data_hash, events=f.events)
        case said.StarCycleScored():
            return replace(row, status="SCORED", results=f.results)
        case said.StarCyclePublished():
            return replace(row, status="APPEAL", appeal_until=f.appeal_until)
        case said.StarAppealed():
            row = _texted(row, "appeal", f.area, f.reason_ref)
            return replace(row, appeals=(*row.appeals, Appeal(area=f.area, at=h.time)))
        case said.StarAppealRuled():
            row = _texted(row, "ruling", f.area, f.reason_ref)
            state: Literal["UPHELD", "REJECTED"] = "UPHELD" if f.upheld else "REJECTED"
            appeals = tuple(replace(a, state=state) if a.area == f.area else a for a in row.appeals)
            return replace(row, appeals=appeals, results=_result(row, f.result) if f.result else row.results)
        case said.StarReviewed():
            return replace(row, status="REVIEWED")
        case said.StarNoticed():
            return replace(row, status="NOTICE", notice_until=f.notice_until, valid_until=f.valid_until)
        case said.StarInEffect():
            return replace(row, status="EFFECTIVE")
        case said.StarCycleExpired():
            return replace(row, status="EXPIRED", ended_at=h.time)
    return row


def index(row: Cycle) -> Index:
    """Columns beside the document."""
    return Index(row.status, row.area, "", row.ends_at)


def due(row: Cycle, ctx: Context) -> Sequence[Emit]:
    """What comes by itself: the end of appeals once all are decided, of the notice, of the stars' time."""
    at = row.ends_at
    if at is None or ctx.now < at or (row.status == "APPEAL" and row.open_appeals):
        return ()
    facts = {"APPEAL": said.StarReviewed, "NOTICE": said.StarInEffect, "EFFECTIVE": said.StarCycleExpired}
    return (Emit(facts[row.status](cycle=row.id), (Key(KIND, row.id),)),)


def timers(row: Cycle) -> Iterable[Timer]:
    """An appeal window that ended with appeals open is closed by the last ruling, not by the timer."""
    if row.ends_at is not None and not (row.status == "APPEAL" and row.open_appeals):
        yield Timer(row.status.lower(), 1, row.ends_at)
