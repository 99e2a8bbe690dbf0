"""Taking back a plan of redrawing (撤回网格调整方案) that is not in force yet.

The old areas stay, the new ones never begin, and the division that results is proven like any plan's. A code that was
given to an area that never began is not given again either: somebody may have written it down.
"""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.grid.areas import AreaRedrawingWithdrawn
from shuniu.contracts.summary import RegistryEntry
from shuniu.rules.areas import parent
from shuniu.rules.refusal import Conflict, FieldError, NotFound, Unprocessable

from shuniu_grid.areas.coverage import Flaw, Tolerance
from shuniu_grid.areas.plan import Drawn, around_dedicated
from shuniu_grid.areas.register import FLAWS_TOLD, REGISTRAR, check_books, refuse_flaws, uncovered
from shuniu_grid.areas.rows import AREA, CHANGE, AreaChange, touched
from shuniu_grid.posts.staffing import STAFFING
from shuniu_grid.settings import business_day, settings_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("COMMANDS", "PreparedWithdrawal", "WithdrawRedrawing", "undo")


class WithdrawRedrawing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take a plan back as a whole, before the day it would be in force from; with the reason."""

    plan: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    reason: Annotated[str, msgspec.Meta(min_length=4, max_length=500, extra_json_schema={"x-widget": "textarea"})]
    intermediate: bool = False


class PreparedWithdrawal(NamedTuple):
    """The changes of the plan, and what the map comes to without them."""

    changes: tuple[AreaChange, ...]
    books: dict[str, int] = {}
    flaws: tuple[Flaw, ...] = ()
    inside: dict[str, str] = {}
    """Dedicated grids that lie in another comprehensive grid than the plan says: which."""
    astray: tuple[str, ...] = ()


def undo(
    changes: tuple[AreaChange, ...], books: dict[str, int], drawn: Drawn, tolerance: Tolerance
) -> PreparedWithdrawal:
    """What the map comes to without the changes, from the day they would be in force. Pure."""
    before = {code for change in changes for code in change.before}
    after = {code for change in changes for code in change.after}
    on = min(change.on for change in changes)
    outlines = {o.code: o for o in drawn.outlines() if o.code not in after}
    outlines |= {code: o._replace(valid_to=None) for code, o in outlines.items() if code in before}
    flaws = uncovered(drawn, outlines, tolerance, on)
    communities = sorted({parent(code) for code in (*before, *after)} | {c for c in before if len(c) == 12})
    found, astray = around_dedicated(outlines.values(), communities, on)
    inside = {code: host for code, host in found.items() if drawn.areas[code].inside != host}
    return PreparedWithdrawal(changes, books, flaws, inside, tuple(astray))


async def _prepare(command: WithdrawRedrawing, host: "Host") -> PreparedWithdrawal:
    from shuniu_grid.areas.locating import book_versions, changes, drawn

    planned = tuple(change for change in await changes() if change.plan == command.plan)
    if not planned:
        return PreparedWithdrawal(())
    settings = settings_of(host)
    tolerance = Tolerance(settings.coverage_sliver_m2, settings.coverage_sliver_width_m)
    books = await book_versions(parent(code) for change in planned for code in (*change.before, *change.after))
    return await asyncio.to_thread(undo, planned, books, await drawn(host), tolerance)


def _keys(command: WithdrawRedrawing, ctx: Context) -> Iterable[Key]:
    prepared: PreparedWithdrawal = ctx.prepared
    for change in prepared.changes:
        yield CHANGE.key(change.id)
        for code in (*change.before, *change.after):
            yield from touched(code)
    for code in prepared.inside:
        yield AREA.key(code)


def _check_change(rows: Rows, change: AreaChange, ctx: Context) -> None:
    row = rows.need(CHANGE, change.id)
    params = {"plan": row.plan, "on": row.on.isoformat()}
    if row.withdrawn:
        raise Conflict("grid.redraw_withdrawn", params=params)
    if row.on <= business_day(ctx.now):
        raise Conflict("grid.redraw_in_force", params=params)
    for code in (*row.before, *row.after):
        ctx.actor.require_area(code)
    for code in row.after:
        area = rows.need(AREA, code)
        if area.went_into or area.entry.valid_to is not None:
            raise Conflict("grid.redraw_built_on", params={"code": code})
        staffing = rows.find(STAFFING, code)
        if staffing is not None and any(h.last is None or h.last >= row.on for h in staffing.held):
            raise Conflict("grid.redraw_has_posts", params={"code": code})


def _restored(rows: Rows, code: str) -> RegistryEntry:
    entry = rows.need(AREA, code).entry
    attributes = {name: value for name, value in entry.attributes.items() if name != "became"}
    return msgspec.structs.replace(entry, valid_to=None, attributes=attributes)


def _dropped(rows: Rows, code: str, change: AreaChange) -> RegistryEntry:
    """It ends on the day before it begins: on no day at all is it in force."""
    return msgspec.structs.replace(rows.need(AREA, code).entry, valid_to=change.on - timedelta(days=1))


def _decide(rows: Rows, command: WithdrawRedrawing, ctx: Context) -> Decision:
    prepared: PreparedWithdrawal = ctx.prepared
    if not prepared.changes:
        raise NotFound("grid.redraw_unknown", params={"plan": command.plan})
    for change in prepared.changes:
        _check_change(rows, change, ctx)
    check_books(rows, prepared.books)
    if prepared.astray:
        fields = tuple(FieldError(f"areas.{code}", "not_in_one_comprehensive") for code in prepared.astray[:FLAWS_TOLD])
        raise Unprocessable("grid.area_geometry", fields=fields, params={"code": prepared.astray[0]})
    if prepared.flaws and not command.intermediate:
        refuse_flaws(prepared.flaws)
    reason = ctx.new_id()
    waiting = dict(prepared.inside)
    events = []
    for change in prepared.changes:
        # A dedicated grid goes back with the change that had given it another surrounding grid; the rest with the last.
        last = change is prepared.changes[-1]
        inside = {c: h for c, h in waiting.items() if last or rows.need(AREA, c).inside in change.after}
        waiting = {c: h for c, h in waiting.items() if c not in inside}
        fact = AreaRedrawingWithdrawn(
            change=change.id,
            plan=change.plan,
            on=change.on,
            restored=tuple(_restored(rows, code) for code in change.before),
            dropped=tuple(_dropped(rows, code, change) for code in change.after),
            inside=inside,
            reason=reason,
            intermediate=command.intermediate,
        )
        keys = [key for code in (*change.before, *change.after) for key in touched(code)]
        on = (CHANGE.key(change.id), *dict.fromkeys([*keys, *(AREA.key(code) for code in inside)]))
        events.append(Emit(fact, on, parent(change.before[0])))
    private = (Private(reason, {"text": command.reason.strip()}, "grid.areas", "STATUTORY_DUTY", 2),)
    answer = {"plan": command.plan, "restored": [code for change in prepared.changes for code in change.before]}
    return Decision(tuple(events), private, answer)


COMMANDS: tuple[Command[WithdrawRedrawing], ...] = (
    Command(
        "grid.withdraw_redrawing",
        WithdrawRedrawing,
        _keys,
        _decide,
        roles=REGISTRAR,
        prepare=_prepare,
        tone="danger",
        icon="map",
        surfaces=(),
        order=99,
    ),
)
