"""A standard, its life cycle as data, and the guard that binds an item to one standard."""

from datetime import date, datetime
from typing import Any

import msgspec
from msgspec.structs import replace
from shuniu.chassis.rows import Happening
from shuniu.chassis.tables import StateTable
from shuniu.contracts.services_desk import standards as said
from shuniu.contracts.services_desk.standards import StandardFigures
from shuniu.rules.lifecycle import Lifecycle, Move, Status

from shuniu_services_desk.cases.state import CaseNote
from shuniu_services_desk.roles import DESK, LEADERS

__all__ = ("CYCLE", "BoundItem", "BoundTable", "Pilot", "Standard", "StandardTable", "evolve", "evolve_bound")

CYCLE = Lifecycle(
    kind="desk_standard",
    initial="PRACTICE",
    statuses=(
        Status("PRACTICE", True, "idle", "practice"),
        Status("DRAFTED", True, "active", "draft"),
        Status("PILOT", True, "checking", "pilot"),
        Status("PUBLISHED", True, "done", "in_force"),
        Status("SUPERSEDED", False, "stopped", "ended"),
        Status("WITHDRAWN", False, "stopped", "ended"),
        Status("DROPPED", False, "stopped", "ended"),
    ),
    moves=(
        Move("note", (), "PRACTICE", DESK, "standard.noted_once"),
        Move("draft", ("PRACTICE", "DRAFTED"), "DRAFTED", DESK, "standard.published_fixed"),
        Move("pilot", ("DRAFTED",), "PILOT", LEADERS, "standard.pilot_drafted"),
        Move("send_back", ("PILOT",), "DRAFTED", LEADERS, "standard.no_pilot"),
        Move("publish", ("PILOT",), "PUBLISHED", LEADERS, "standard.publish_piloted"),
        Move("supersede", ("PUBLISHED",), "SUPERSEDED", (), "standard.not_in_force"),
        Move("withdraw", ("PUBLISHED",), "WITHDRAWN", LEADERS, "standard.not_in_force"),
        Move("drop", ("PRACTICE", "DRAFTED", "PILOT"), "DROPPED", LEADERS, "standard.drop_before"),
    ),
)
"""标准化 (design choice; no source prescribes it). A published version has no move that changes its content."""


class Pilot(msgspec.Struct, frozen=True, kw_only=True):
    """Where and when it is tried, and what it is compared with."""

    areas: tuple[str, ...]
    first: date
    last: date
    before_first: date
    before_last: date


class Standard(msgspec.Struct, frozen=True, kw_only=True):
    """A standard. ``authors`` are accounts that wrote it; none of them may let it be tried or published."""

    id: str
    number: str
    status: str = "PRACTICE"
    title: str
    area: str
    items: tuple[str, ...]
    follows: str = ""
    version: int = 0
    authors: tuple[str, ...] = ()
    text_ref: str
    pilot: Pilot | None = None
    bound: dict[str, int] = {}
    valid_from: date | None = None
    before: StandardFigures | None = None
    after: StandardFigures | None = None
    superseded_by: str = ""
    noted_at: datetime
    ended_at: datetime | None = None
    notes: tuple[CaseNote, ...] = ()

    @property
    def open(self) -> bool:
        """Whether it may still change, or is in force."""
        return self.status in ("PRACTICE", "DRAFTED", "PILOT", "PUBLISHED")


class BoundItem(msgspec.Struct, frozen=True):
    """The published standard an item is done by; the row's key is the item."""

    standard: str


class StandardTable(StateTable, tablename="desk_standard"):
    """Standards by id."""


class BoundTable(StateTable, tablename="desk_standard_item"):
    """Which standard an item is bound to."""


def _note(s: Standard, h: Happening, label: str, ref: str) -> Standard:
    return replace(s, notes=(*s.notes, CaseNote(label, ref, h.time))) if ref else s


def _by(s: Standard, h: Happening) -> Standard:
    return replace(s, authors=(*s.authors, h.actor)) if h.actor not in s.authors else s


def evolve(row: Standard | None, f: Any, h: Happening) -> Standard | None:
    """The standard after the fact."""
    if isinstance(f, said.StandardNoted):
        return _by(
            Standard(
                id=f.standard,
                number=f.number,
                title=f.title,
                area=f.area,
                items=f.items,
                follows=f.follows,
                text_ref=f.text_ref,
                noted_at=h.time,
            ),
            h,
        )
    if row is None:
        return None
    match f:
        case said.StandardDrafted():
            return _by(replace(row, status="DRAFTED", title=f.title, items=f.items, text_ref=f.text_ref), h)
        case said.StandardPiloted():
            pilot = Pilot(
                areas=f.areas, first=f.first, last=f.last, before_first=f.before_first, before_last=f.before_last
            )
            return replace(row, status="PILOT", pilot=pilot)
        case said.StandardSentBack():
            return _note(replace(row, status="DRAFTED", pilot=None), h, "standard_sent_back", f.reason_ref)
        case said.StandardPublished():
            row = replace(
                row,
                status="PUBLISHED",
                version=f.version,
                bound=f.items,
                valid_from=f.valid_from,
                before=f.before,
                after=f.after,
            )
            return _note(row, h, "standard_note", f.note_ref)
        case said.StandardSuperseded():
            return replace(row, status="SUPERSEDED", superseded_by=f.by, ended_at=h.time)
        case said.StandardWithdrawn():
            return _note(replace(row, status="WITHDRAWN", ended_at=h.time), h, "standard_ended", f.reason_ref)
        case said.StandardDropped():
            return _note(replace(row, status="DROPPED", ended_at=h.time), h, "standard_ended", f.reason_ref)
        case _:
            return row


def evolve_bound(row: BoundItem | None, f: Any, h: Happening) -> BoundItem | None:
    """What the item is bound to after the fact."""
    if isinstance(f, said.StandardPublished):
        return BoundItem(f.standard)
    if isinstance(f, said.StandardSuperseded | said.StandardWithdrawn) and row is not None:
        return None if row.standard == f.standard else row
    return row
