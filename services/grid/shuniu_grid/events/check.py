"""核查结案: another person looks on site before an event is closed (domain rules 2.2, 10.3)."""

from typing import Any

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision
from shuniu.chassis.rows import Rows
from shuniu.chassis.service import Command
from shuniu.contracts.grid import events as facts
from shuniu.rules.evidence import check_evidence

from shuniu_grid.events.commands import Note, OnEvent, Photos, decision, need_event, on_event, photos_of, sealed
from shuniu_grid.events.limits import named_term, process_term
from shuniu_grid.events.rules import check_after_photo
from shuniu_grid.events.state import next_generation

__all__ = ("COMMANDS", "Checked", "StartCheck")


class StartCheck(OnEvent, frozen=True, kw_only=True):
    """Take up the check."""


def _start_check(rows: Rows, command: StartCheck, ctx: Context) -> Decision:
    row = need_event(rows, command, ctx, "start_check")
    term = named_term(ctx, "check", next_generation(row, "check"))
    return decision(row, facts.EventCheckStarted(matter=row.id, term=term))


class Checked(OnEvent, frozen=True, kw_only=True):
    """What the check found, with the checker's own photos."""

    photos: Photos = ()
    note: Note = ""


def _close(rows: Rows, command: Checked, ctx: Context) -> Decision:
    row = need_event(rows, command, ctx, "close")
    photos = check_evidence(command.photos, field="photos")
    check_after_photo(row, len(photos))
    note = sealed(ctx, command.note)
    fact = facts.EventClosed(matter=row.id, photos=photos_of(photos), note=note.ref)
    return decision(row, fact, private=note.private)


def _send_back(rows: Rows, command: Checked, ctx: Context) -> Decision:
    row = need_event(rows, command, ctx, "send_back")
    photos = check_evidence(command.photos, field="photos")
    note = sealed(ctx, command.note)
    term = process_term(ctx, row.category, next_generation(row, "process"))
    fact = facts.EventSentBack(matter=row.id, photos=photos_of(photos), note=note.ref, term=term)
    return decision(row, fact, private=note.private)


COMMANDS: tuple[Command[Any], ...] = (
    on_event("start_check", StartCheck, _start_check, order=40, tone="primary"),
    on_event("close", Checked, _close, evidence=("photos",), order=41, tone="primary"),
    on_event("send_back", Checked, _send_back, evidence=("photos",), order=42, tone="danger"),
)
