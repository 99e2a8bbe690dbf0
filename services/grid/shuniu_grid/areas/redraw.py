"""Splitting, merging and moving borders (网格调整): old areas end, new ones begin, the lineage links them.

Domain rules 2, "Grid code to implement". A plan is accepted as a whole or not at all. One that leaves a gap or an
overlap is refused, unless it is declared as a step on the way.
"""

import asyncio
from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, NamedTuple, TypeAlias

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.grid.areas import AreaDefined, AreaRedrawn
from shuniu.contracts.summary import RegistryEntry
from shuniu.contracts.text import Text
from shuniu.rules.areas import check_code, grid_kind, is_code, level, parent, within
from shuniu.rules.refusal import Conflict, FieldError, Unprocessable

from shuniu_grid.areas.coverage import Tolerance
from shuniu_grid.areas.plan import AreaCode, CellGiven, Laid, Operation, lay_out, parts_fit
from shuniu_grid.areas.register import FLAWS_TOLD, REGISTRAR, check_books, check_external, refuse_flaws
from shuniu_grid.areas.rows import AREA, CHANGE, Area, book_of, touched
from shuniu_grid.settings import settings_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("COMMANDS", "MergeAreas", "MoveBorder", "PreparedPlan", "RedrawAreas", "SplitArea", "TransferArea")

_MAX_BYTES = 4 * 1024 * 1024


class RedrawAreas(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan of several operations, in force from ``on``, which may be past or to come."""

    on: date
    operations: Annotated[tuple[Operation, ...], msgspec.Meta(min_length=1, max_length=200)]
    intermediate: bool = False


class SplitArea(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One area becomes several."""

    on: date
    area: AreaCode
    into: Annotated[tuple[CellGiven, ...], msgspec.Meta(min_length=2, max_length=60)]
    intermediate: bool = False


class MergeAreas(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Several areas become one."""

    on: date
    areas: Annotated[tuple[AreaCode, ...], msgspec.Meta(min_length=2, max_length=60)]
    into: CellGiven = CellGiven()
    intermediate: bool = False


class MoveBorder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Neighbours get other borders: as many areas as there were, with new codes."""

    on: date
    areas: Annotated[tuple[AreaCode, ...], msgspec.Meta(min_length=2, max_length=60)]
    into: Annotated[tuple[CellGiven, ...], msgspec.Meta(min_length=2, max_length=60)]
    intermediate: bool = False


class TransferArea(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An area goes on under another code: because it comes to another community, or changes its kind."""

    on: date
    area: AreaCode
    into: CellGiven
    intermediate: bool = False


Redrawing: TypeAlias = "RedrawAreas | SplitArea | MergeAreas | MoveBorder | TransferArea"


class PreparedPlan(NamedTuple):
    """The plan worked out over what stood then: the versions of the books it rests on, the hashes of new outlines."""

    laid: Laid
    books: dict[str, int]
    hashes: dict[str, str]


def plan_of(command: Redrawing) -> tuple[Operation, ...]:
    """The operations a command asks for."""
    match command:
        case RedrawAreas():
            return command.operations
        case SplitArea():
            return (Operation(operation="SPLIT", areas=(command.area,), into=command.into),)
        case MergeAreas():
            return (Operation(operation="MERGE", areas=command.areas, into=(command.into,)),)
        case MoveBorder():
            return (Operation(operation="MOVE_BORDER", areas=command.areas, into=command.into),)
        case TransferArea():
            return (Operation(operation="TRANSFER", areas=(command.area,), into=(command.into,)),)


def _codes(operations: Iterable[Operation], cells: Iterable[tuple[CellGiven, ...]]) -> list[str]:
    given = [code for operation in operations for code in operation.areas]
    given += [cell.code for made in cells for cell in made]
    return [code for code in dict.fromkeys(given) if is_code(code)]


async def _prepare(command: Redrawing, host: "Host") -> PreparedPlan:
    """Lay the plan out over the areas as they stand, and keep the new outlines as blobs if nothing is amiss."""
    from shuniu_grid.areas.locating import book_versions, drawn

    operations = plan_of(command)
    settings = settings_of(host)
    codes = _codes(operations, (operation.into for operation in operations))
    books = await book_versions(parent(code) for code in codes)
    standing = await drawn(host)
    tolerance = Tolerance(settings.coverage_sliver_m2, settings.coverage_sliver_width_m)
    laid = await asyncio.to_thread(lay_out, operations, command.on, standing, tolerance)
    hashes: dict[str, str] = {}
    if not laid.problems and (command.intermediate or not laid.flaws):
        for code, content in laid.geometries.items():
            hashes[code] = (await host.blobs.put(content)).sha256
    return PreparedPlan(laid, books, hashes)


def _keys(command: Redrawing, ctx: Context) -> Iterable[Key]:
    prepared: PreparedPlan = ctx.prepared
    codes = _codes(plan_of(command), prepared.laid.cells)
    concerned = {c for code in (*codes, *prepared.laid.inside) for c in (code, parent(code))}
    return [*(AREA.key(c) for c in sorted(concerned)), *dict.fromkeys(book_of(c) for c in codes)]


def _check_ends(rows: Rows, code: str, at: int, on: date, ctx: Context) -> Area:
    """The area that ends; it must be in force on the last day before the plan and not be planned to end."""
    check_code(code, "street", "community", "grid", field=f"operations.{at}.areas")
    ctx.actor.require_area(code)
    row = rows.need(AREA, code)
    if row.entry.valid_to is not None:
        raise Conflict("grid.area_retired", params={"code": code, "valid_to": row.entry.valid_to.isoformat()})
    if row.entry.valid_from is not None and row.entry.valid_from >= on:
        raise Unprocessable("grid.redraw_before_begin", fields=(FieldError("on", "too_early"),), params={"code": code})
    return row


def _check_begins(
    rows: Rows, cell: CellGiven, at: int, ending: frozenset[str], begun: set[str], communities: set[str], ctx: Context
) -> None:
    """The area that begins: a code never given before, under a parent that is there (2.7)."""
    field = f"operations.{at}.into"
    code = check_code(cell.code, "community", "grid", field=field)
    if not within(code, ctx.scope):
        raise Unprocessable("grid.area_outside_scope", fields=(FieldError(field, "outside"),), params={"code": code})
    ctx.actor.require_area(code)
    if code in begun or rows.find(AREA, code) is not None or ctx.registry.get("area", code) is not None:
        raise Conflict("grid.area_code_used", fields=(FieldError(field, "used"),), params={"code": code})
    if level(code) == "grid" and cell.subtype not in ("", grid_kind(code)):
        raise Unprocessable(
            "grid.area_subtype",
            fields=(FieldError(field, "differs"),),
            params={"code": code, "subtype": grid_kind(code)},
        )
    above = parent(code)
    there = rows.find(AREA, above) is not None or ctx.registry.get("area", above) is not None
    if above in ending or not (there or above in communities):
        raise Unprocessable("grid.area_parent", fields=(FieldError(field, "no_parent"),), params={"parent": above})
    check_external(cell.external_code, field)


def _check_proof(prepared: PreparedPlan, rows: Rows, intermediate: bool) -> None:
    check_books(rows, prepared.books)
    laid = prepared.laid
    if laid.problems:
        fields = tuple(FieldError(f"areas.{p.code}", p.word) for p in laid.problems[:FLAWS_TOLD])
        raise Unprocessable("grid.area_geometry", fields=fields, params={"code": laid.problems[0].code})
    if laid.flaws and not intermediate:
        refuse_flaws(laid.flaws)


def _title(cell: CellGiven, was: tuple[Area, ...]) -> Text:
    if cell.title is not None and cell.title.zh.strip() and cell.title.en.strip():
        return cell.title
    if cell.title is not None:
        raise Unprocessable("grid.area_title", fields=(FieldError("into", "missing"),))
    title = was[0].entry.title
    return (
        title
        if len(was) == 1
        else Text("、".join(a.entry.title.zh for a in was), " + ".join(a.entry.title.en for a in was))
    )


def _ended(row: Area, last: date, became: tuple[str, ...]) -> RegistryEntry:
    attributes = {**row.entry.attributes, "became": " ".join(became)}
    return msgspec.structs.replace(row.entry, valid_to=last, attributes=attributes)


def _begun(
    cell: CellGiven, was: tuple[Area, ...], on: date, prepared: PreparedPlan, change: str, ctx: Context
) -> AreaDefined:
    code = cell.code
    grid = level(code) == "grid"
    attributes = {**was[0].entry.attributes, **cell.attributes, "came_from": " ".join(a.entry.code for a in was)}
    attributes.pop("became", None)
    entry = RegistryEntry(
        kind="area",
        code=code,
        parent=parent(code),
        title=_title(cell, was),
        subtype=grid_kind(code) if grid else was[0].entry.subtype,
        valid_from=on,
        geometry=prepared.hashes.get(code, ""),
        attributes=attributes,
    )
    return AreaDefined(
        entry=entry,
        external_code=cell.external_code,
        inside=prepared.laid.inside.get(code, ""),
        change=change,
        fill_within_days=settings_of(ctx).fill_within_days if grid else 0,
    )


def _decide(rows: Rows, command: Redrawing, ctx: Context) -> Decision:
    prepared: PreparedPlan = ctx.prepared
    operations = plan_of(command)
    ending = [code for operation in operations for code in operation.areas]
    if len(set(ending)) < len(ending):
        raise Unprocessable("grid.area_twice", fields=(FieldError("operations", "twice"),))
    begun: set[str] = set()
    was: list[tuple[Area, ...]] = []
    for at, operation in enumerate(operations):
        if not parts_fit(operation):
            raise Unprocessable(
                "grid.redraw_parts", fields=(FieldError(f"operations.{at}", operation.operation.lower()),)
            )
        was.append(tuple(_check_ends(rows, code, at, command.on, ctx) for code in operation.areas))
    cells = prepared.laid.cells
    communities = {cell.code for made in cells for cell in made if len(cell.code) == 12}
    for at, made in enumerate(cells):
        for cell in sorted(made, key=lambda c: len(c.code)):
            _check_begins(rows, cell, at, frozenset(ending), begun, communities, ctx)
            begun.add(cell.code)
    _check_proof(prepared, rows, command.intermediate)
    plan = ctx.new_id()
    events: list[Emit] = []
    for operation, before, made in zip(operations, was, cells, strict=True):
        events += _one(rows, operation, before, made, plan, command, prepared, ctx)
    answer = {
        "plan": plan,
        "codes": [cell.code for made in cells for cell in made],
        "out_of_order": list(prepared.laid.order),
        "flaws": [{"kind": f.kind, "cells": list(f.cells), "m2": f.m2} for f in prepared.laid.flaws[:FLAWS_TOLD]],
    }
    return Decision(tuple(events), answer=answer)


def _one(
    rows: Rows,
    operation: Operation,
    before: tuple[Area, ...],
    made: tuple[CellGiven, ...],
    plan: str,
    command: Redrawing,
    prepared: PreparedPlan,
    ctx: Context,
) -> list[Emit]:
    """The events of one operation: what ended and why, then each area that begins."""
    change = ctx.new_id()
    codes = tuple(cell.code for cell in made)
    communities = {parent(area.entry.code) for area in before} | {parent(code) for code in codes}
    inside = {
        code: host
        for code, host in prepared.laid.inside.items()
        if code not in codes
        and parent(code) in communities
        and (row := rows.find(AREA, code)) is not None
        and row.inside != host
    }
    fact = AreaRedrawn(
        change=change,
        plan=plan,
        operation=operation.operation,
        on=command.on,
        before=tuple(_ended(area, command.on - timedelta(days=1), codes) for area in before),
        after=codes,
        inside=inside,
        intermediate=command.intermediate,
    )
    keys = [key for area in before for key in touched(area.entry.code)]
    on = (CHANGE.key(change), *dict.fromkeys([*keys, *(AREA.key(code) for code in inside)]))
    events = [Emit(fact, on, parent(before[0].entry.code))]
    for cell in made:
        defined = _begun(cell, before, command.on, prepared, change, ctx)
        events.append(Emit(defined, touched(cell.code), cell.code))
    return events


def _command(name: str, struct: type[Redrawing], order: int) -> Command[Redrawing]:
    return Command(
        name,
        struct,
        _keys,
        _decide,
        roles=REGISTRAR,
        prepare=_prepare,
        icon="map",
        surfaces=(),
        order=order,
        max_bytes=_MAX_BYTES,
    )


COMMANDS: tuple[Command[Redrawing], ...] = (
    _command("grid.redraw_areas", RedrawAreas, 94),
    _command("grid.split_area", SplitArea, 95),
    _command("grid.merge_areas", MergeAreas, 96),
    _command("grid.move_border", MoveBorder, 97),
    _command("grid.transfer_area", TransferArea, 98),
)
