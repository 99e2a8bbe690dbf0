"""Areas (区域): street → community → grid (综合网格 / 专属网格), as the registrar enters them (domain rules 2).

The code says where an area belongs; its title, validity and geometry are what is entered. An area is never deleted:
it is retired, and whatever happened in it keeps its code.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.grid.areas import AreaDefined, AreaRetired
from shuniu.contracts.summary import RegistryEntry
from shuniu.contracts.text import Text
from shuniu.rules.areas import check_code, grid_kind, is_code, level, parent, within
from shuniu.rules.refusal import Conflict, FieldError, Unprocessable

from shuniu_grid.areas.coverage import Flaw, Tolerance, change_days, prove_on
from shuniu_grid.areas.geometry import Geometry, Outline, Problem, check_geometries, encode_geometry, in_force
from shuniu_grid.areas.plan import Drawn
from shuniu_grid.areas.rows import AREA, BOOK, Area, book_of, touched, valid_on
from shuniu_grid.settings import business_day, settings_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = (
    "AREA",
    "COMMANDS",
    "REGISTRAR",
    "Area",
    "AreaGiven",
    "ImportAreas",
    "PreparedAreas",
    "RetireArea",
    "check_external",
    "uncovered",
    "valid_on",
)

REGISTRAR = ("registrar",)
FLAWS_TOLD = 20
_EXTERNAL_LENGTHS = (0, 14, 15, 17, 20)


class AreaGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One area to enter. ``external_code`` is another system's (14, 15, 17 or 20 digits), kept as opaque text."""

    kind: Literal["area"] = "area"
    """As registry files have it; there is nothing else to enter here."""
    code: Annotated[str, msgspec.Meta(max_length=15)]
    parent: Annotated[str, msgspec.Meta(max_length=15)] = ""
    """As registry files have it. It follows from the code and must agree with it where given."""
    title: Text
    subtype: Annotated[str, msgspec.Meta(max_length=40)] = ""
    """COMPREHENSIVE or DEDICATED for a grid (follows from the code where left out); free for others."""
    valid_from: date | None = None
    external_code: Annotated[str, msgspec.Meta(max_length=20)] = ""
    attributes: dict[str, str] = {}
    """Such as the kind of a dedicated grid (campus, market, site), or ``synthetic``."""
    geometry: Geometry | None = None


class ImportAreas(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Enter or correct many areas at once: all of them or none.

    A community that was covered stays so, unless the import is declared as a step on the way.
    """

    areas: Annotated[tuple[AreaGiven, ...], msgspec.Meta(min_length=1, max_length=600)]
    intermediate: bool = False


class RetireArea(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """End an area with the day ``valid_to`` (the last on which it is valid)."""

    code: Annotated[str, msgspec.Meta(max_length=15, extra_json_schema={"x-widget": "area"})]
    valid_to: date
    intermediate: bool = False


class PreparedAreas(NamedTuple):
    """What looking at the geometry came to: hashes by code, problems, the grid around each dedicated one.

    ``flaws`` are gaps and overlaps of what was covered before; ``books`` the versions of what this was found over;
    ``parts`` areas in force below those that end.
    """

    hashes: dict[str, str]
    problems: tuple[Problem, ...]
    inside: dict[str, str]
    flaws: tuple[Flaw, ...] = ()
    books: dict[str, int] = {}
    parts: tuple[str, ...] = ()


_NOTHING = PreparedAreas({}, (), {})


async def _prepare_import(command: ImportAreas, host: "Host") -> PreparedAreas:
    """Check the geometries against each other and those already known, and keep each as a blob."""
    from shuniu_grid.areas.locating import book_versions, drawn

    given = {a.code: encode_geometry(a.geometry) for a in command.areas if a.geometry is not None and is_code(a.code)}
    books = await book_versions(parent(a.code) for a in command.areas if is_code(a.code))
    if not given:
        return _NOTHING._replace(books=books)
    standing = await drawn(host)
    today = business_day(host.clock.now())
    known = {o.code: o.geometry for o in standing.outlines() if o.geometry and in_force(o, today)}
    problems, inside = await asyncio.to_thread(check_geometries, given, known)
    if problems:
        return PreparedAreas({}, problems, inside, books=books)
    entered = {a.code: a.valid_from for a in command.areas}
    flaws = await asyncio.to_thread(uncovered, standing, _with_given(standing, given, entered), _tolerance(host), today)
    hashes = {code: (await host.blobs.put(content)).sha256 for code, content in given.items()}
    return PreparedAreas(hashes, (), inside, flaws, books)


def _tolerance(host: "Host") -> Tolerance:
    settings = settings_of(host)
    return Tolerance(settings.coverage_sliver_m2, settings.coverage_sliver_width_m)


def _with_given(standing: Drawn, given: Mapping[str, bytes], entered: Mapping[str, date | None]) -> dict[str, Outline]:
    outlines = {o.code: o for o in standing.outlines()}
    for code, content in given.items():
        was = outlines.get(code)
        first = entered[code] or (was.valid_from if was else None)
        outlines[code] = Outline(code, first, was.valid_to if was else None, content)
    return outlines


def uncovered(standing: Drawn, after: Mapping[str, Outline], tolerance: Tolerance, today: date) -> tuple[Flaw, ...]:
    """Gaps and overlaps, from today on, of areas whose parts tiled them before they were entered anew."""
    outlines, coming = standing.outlines(), list(after.values())
    before = {o.code: o for o in outlines}
    changed = {code for code, o in after.items() if before.get(code) != o}
    flaws: list[Flaw] = []
    for area in sorted({parent(code) for code in changed} | {code for code in changed if len(code) == 12}):
        for day in sorted({today, *change_days(area, coming, today)}):
            if prove_on(area, day, outlines, tolerance).holds:
                flaws += prove_on(area, day, coming, tolerance).flaws
    return tuple(flaws)


async def _prepare_retire(command: RetireArea, host: "Host") -> PreparedAreas:
    """What would be uncovered, and what below it would be left."""
    from shuniu_grid.areas.locating import book_versions, drawn

    if not is_code(command.code):
        return _NOTHING
    books = await book_versions([parent(command.code)])
    standing = await drawn(host)
    after = {o.code: o for o in standing.outlines()}
    if command.code in after:
        after[command.code] = after[command.code]._replace(valid_to=command.valid_to)
    next_day = command.valid_to + timedelta(days=1)
    flaws = await asyncio.to_thread(uncovered, standing, after, _tolerance(host), next_day)
    parts = sorted(
        c for c, o in after.items() if c != command.code and within(c, command.code) and in_force(o, next_day)
    )
    return PreparedAreas({}, (), {}, tuple(f for f in flaws if f.area == parent(command.code)), books, tuple(parts))


def _import_keys(command: ImportAreas, ctx: Context) -> Iterable[Key]:
    codes = [a.code for a in command.areas if is_code(a.code)]
    areas = [AREA.key(code) for code in dict.fromkeys([*codes, *(parent(code) for code in codes)])]
    return [*areas, *dict.fromkeys(book_of(code) for code in codes)]


def check_external(code: str, field: str) -> None:
    """Another system's code: 14, 15, 17 or 20 digits, opaque (domain rules 2.4-2.6; 601- marks a merger only there)."""
    if len(code) not in _EXTERNAL_LENGTHS or (code and not code.isdigit()):
        raise Unprocessable("grid.external_code", fields=(FieldError(f"{field}.external_code", "bad_code"),))


def check_books(rows: Rows, books: Mapping[str, int]) -> None:
    """What was found by looking at the map still stands. Raises Conflict ``matter.moved_on``."""
    for area, version in books.items():
        if rows.version(BOOK, area) != version:
            raise Conflict("matter.moved_on")


def _check_given(at: int, given: AreaGiven, ctx: Context) -> None:
    field = f"areas.{at}"
    check_code(given.code, "street", "community", "grid", field=f"{field}.code")
    if not within(given.code, ctx.scope):
        raise Unprocessable(
            "grid.area_outside_scope", fields=(FieldError(f"{field}.code", "outside"),), params={"code": given.code}
        )
    ctx.actor.require_area(given.code)
    if not given.title.zh.strip() or not given.title.en.strip():
        raise Unprocessable("grid.area_title", fields=(FieldError(f"{field}.title", "missing"),))
    if level(given.code) == "grid" and given.subtype not in ("", grid_kind(given.code)):
        raise Unprocessable(
            "grid.area_subtype",
            fields=(FieldError(f"{field}.subtype", "differs"),),
            params={"code": given.code, "subtype": grid_kind(given.code)},
        )
    if given.parent and given.parent != parent(given.code):
        raise Unprocessable(
            "grid.area_belongs",
            fields=(FieldError(f"{field}.parent", "differs"),),
            params={"parent": parent(given.code)},
        )
    check_external(given.external_code, field)


def _defined(given: AreaGiven, known: Area | None, prepared: PreparedAreas, ctx: Context) -> AreaDefined:
    was = known.entry if known else None
    grid = level(given.code) == "grid"
    entry = RegistryEntry(
        kind="area",
        code=given.code,
        parent="" if level(given.code) == "street" else parent(given.code),
        title=given.title,
        subtype=given.subtype or (grid_kind(given.code) if grid else ""),
        valid_from=given.valid_from or (was.valid_from if was else None),
        valid_to=was.valid_to if was else None,
        geometry=prepared.hashes.get(given.code, was.geometry if was else ""),
        attributes=given.attributes,
    )
    inside = prepared.inside.get(given.code, known.inside if known else "")
    return AreaDefined(
        entry=entry,
        external_code=given.external_code,
        inside=inside,
        fill_within_days=settings_of(ctx).fill_within_days if grid else 0,
    )


def _check_code_unused(given: AreaGiven, known: Area | None) -> None:
    """A code that has ended is corrected, not given to another area."""
    ended = known.entry.valid_to if known else None
    if ended is not None and given.valid_from is not None and given.valid_from > ended:
        raise Conflict("grid.area_code_used", params={"code": given.code})


def refuse_flaws(flaws: Sequence[Flaw]) -> None:
    """Say no to a division with gaps or overlaps, naming each. Raises Unprocessable ``grid.area_coverage``."""
    fields = tuple(FieldError("+".join(f.cells) or f.area, f.kind) for f in flaws[:FLAWS_TOLD])
    total = round(sum(f.m2 for f in flaws))
    raise Unprocessable("grid.area_coverage", fields=fields, params={"area": flaws[0].area, "m2": total})


def _import(rows: Rows, command: ImportAreas, ctx: Context) -> Decision:
    prepared: PreparedAreas = ctx.prepared or _NOTHING
    places = {given.code: at for at, given in enumerate(command.areas)}
    if len(places) < len(command.areas):
        raise Unprocessable("grid.area_twice", fields=(FieldError("areas", "twice"),))
    for at, given in enumerate(command.areas):
        _check_given(at, given, ctx)
        if level(given.code) != "street":
            above = parent(given.code)
            if above not in places and rows.find(AREA, above) is None and ctx.registry.get("area", above) is None:
                raise Unprocessable(
                    "grid.area_parent", fields=(FieldError(f"areas.{at}.code", "no_parent"),), params={"parent": above}
                )
    if prepared.problems:
        fields = tuple(FieldError(f"areas.{places[p.code]}.geometry", p.word) for p in prepared.problems)
        raise Unprocessable("grid.area_geometry", fields=fields, params={"code": prepared.problems[0].code})
    check_books(rows, prepared.books)
    if prepared.flaws and not command.intermediate:
        refuse_flaws(prepared.flaws)
    events: list[Emit] = []
    for given in sorted(command.areas, key=lambda a: (len(a.code), a.code)):
        known = rows.find(AREA, given.code)
        _check_code_unused(given, known)
        fact = _defined(given, known, prepared, ctx)
        if known is None or (known.entry, known.external_code, known.inside) != (
            fact.entry,
            fact.external_code,
            fact.inside,
        ):
            events.append(Emit(fact, touched(given.code), given.code))
    return Decision(tuple(events), answer={"defined": len(events), "unchanged": len(command.areas) - len(events)})


def _retire(rows: Rows, command: RetireArea, ctx: Context) -> Decision:
    ctx.actor.require_area(check_code(command.code, field="code"))
    row = rows.need(AREA, command.code)
    if row.entry.valid_from is not None and command.valid_to < row.entry.valid_from:
        raise Unprocessable("grid.area_ends_before_start", fields=(FieldError("valid_to", "too_early"),))
    if row.entry.valid_to is not None:
        raise Conflict("grid.area_retired", params={"code": command.code, "valid_to": row.entry.valid_to.isoformat()})
    prepared: PreparedAreas = ctx.prepared or _NOTHING
    check_books(rows, prepared.books)
    if prepared.parts:
        raise Conflict("grid.area_has_parts", params={"code": command.code, "parts": len(prepared.parts)})
    if prepared.flaws and not command.intermediate:
        refuse_flaws(prepared.flaws)
    entry = msgspec.structs.replace(row.entry, valid_to=command.valid_to)
    return Decision((Emit(AreaRetired(entry=entry), touched(command.code), command.code),))


COMMANDS = (
    Command(
        "grid.import_areas",
        ImportAreas,
        _import_keys,
        _import,
        roles=REGISTRAR,
        prepare=_prepare_import,
        icon="map",
        surfaces=(),
        order=90,
        max_bytes=4 * 1024 * 1024,
    ),
    Command(
        "grid.retire_area",
        RetireArea,
        lambda c, ctx: (AREA.key(c.code), *((book_of(c.code),) if is_code(c.code) else ())),
        _retire,
        roles=REGISTRAR,
        prepare=_prepare_retire,
        tone="danger",
        icon="map",
        surfaces=("map",),
        order=91,
    ),
)
