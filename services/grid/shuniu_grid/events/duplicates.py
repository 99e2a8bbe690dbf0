"""并案 (merging duplicates) and taking one out again: the same thing is worked on and counted once (有效上报率)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.envelope import Fact
from shuniu.contracts.grid import events as facts
from shuniu.contracts.referral import ReferralTaken
from shuniu.rules.refusal import NotFound

from shuniu_grid.events.commands import Note, OnEvent, need_event, on_event, sealed
from shuniu_grid.events.face import GRID_EVENT
from shuniu_grid.events.finding import preview_merge
from shuniu_grid.events.limits import named_term
from shuniu_grid.events.rules import UNVERIFIED, check_main
from shuniu_grid.events.state import GridEvent, next_generation
from shuniu_grid.events.tables import GridEventTable
from shuniu_grid.events.taking import HELD, held_id

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("COMMANDS", "Found", "MergeDuplicate", "Unmerge")


class MergeDuplicate(OnEvent, frozen=True, kw_only=True):
    """并案: this event is a duplicate of ``main``, named by its number (WG261123-0007) or id."""

    main: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    note: Note = ""


class Found(NamedTuple):
    """What a number came to: an event's id, "" for none."""

    main: str


async def _find_main(command: MergeDuplicate, host: "Host") -> Found:
    """``prepare``: the id of the event whose number was named."""
    if "-" in command.main and len(command.main) == 36:
        return Found(command.main)
    rows = await GridEventTable.raw(
        "select key from grid_event where doc->>'number' = {} limit 1", command.main.strip().upper()
    )
    return Found(rows[0]["key"] if rows else "")


def _main_of(command: MergeDuplicate, ctx: Context) -> str:
    return ctx.prepared.main if isinstance(ctx.prepared, Found) else command.main


def _merge_keys(command: MergeDuplicate, ctx: Context) -> Iterable[Key]:
    return GRID_EVENT.key(command.event), GRID_EVENT.key(_main_of(command, ctx))


def _merge_more(command: MergeDuplicate, rows: Rows, ctx: Context) -> Iterable[Key]:
    row = rows.find(GRID_EVENT, command.event)
    return [HELD.key(held_id(h)) for h in row.held] if row is not None else ()


def _merge(rows: Rows, command: MergeDuplicate, ctx: Context) -> Decision:
    row = need_event(rows, command, ctx, "merge_duplicate")
    main = rows.find(GRID_EVENT, _main_of(command, ctx))
    if main is None:
        raise NotFound("grid_event.unknown", params={"id": command.main[:60]})
    ctx.actor.require_area(main.area)
    check_main(row, main)
    note = sealed(ctx, command.note)
    merged = facts.EventMerged(matter=row.id, main=main.id, main_number=main.number, note=note.ref)
    taken = facts.EventDuplicateTaken(matter=main.id, duplicate=row.id, number=row.number, reporter=row.reporter)
    # Whoever referred the duplicate follows the main event from here on.
    handed = [
        ReferralTaken(referral=h.referral, made_by=h.made_by, kind=GRID_EVENT.name, matter=main.id, number=main.number)
        for h in row.held
    ]
    told = (
        _on(row, merged),
        _on(main, taken),
        *(Emit(fact, (GRID_EVENT.key(main.id), HELD.key(held_id(fact))), main.area) for fact in handed),
    )
    return Decision(told, note.private, {"main": main.id, "number": main.number})


class Unmerge(OnEvent, frozen=True, kw_only=True):
    """撤销并案: it was another thing after all; with the reason, within the days set."""

    note: Annotated[str, msgspec.Meta(min_length=4, max_length=2000, extra_json_schema={"x-widget": "textarea"})]


def _unmerge_more(command: Unmerge, rows: Rows, ctx: Context) -> Iterable[Key]:
    row = rows.find(GRID_EVENT, command.event)
    return (GRID_EVENT.key(row.merged_into),) if row is not None and row.merged_into else ()


def _unmerge(rows: Rows, command: Unmerge, ctx: Context) -> Decision:
    row = need_event(rows, command, ctx, "unmerge")
    main = rows.need(GRID_EVENT, row.merged_into)
    note = sealed(ctx, command.note)
    told: list[Fact] = [facts.EventUnmerged(matter=row.id, main=main.id, note=note.ref)]
    # From here it goes on as every report does: a finding of the grid is filed, what the public said is verified.
    if row.source in UNVERIFIED:
        generation = next_generation(row, "verify")
        told.append(facts.EventVerificationAsked(matter=row.id, term=named_term(ctx, "verify", generation)))
    elif row.source == "GRID":
        told.append(facts.EventFiled(matter=row.id, automatic=True))
    let_go = facts.EventDuplicateLetGo(matter=main.id, duplicate=row.id)
    return Decision((*(_on(row, fact) for fact in told), _on(main, let_go)), note.private)


def _on(row: GridEvent, fact: Fact) -> Emit:
    return Emit(fact, (GRID_EVENT.key(row.id),), row.area)


COMMANDS: tuple[Command[Any], ...] = (
    on_event(
        "merge_duplicate",
        MergeDuplicate,
        _merge,
        keys=_merge_keys,
        more_keys=_merge_more,
        prepare=_find_main,
        preview=preview_merge,
        order=50,
    ),
    on_event("unmerge", Unmerge, _unmerge, more_keys=_unmerge_more, order=51),
)
