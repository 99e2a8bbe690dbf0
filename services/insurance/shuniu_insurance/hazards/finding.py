"""Finding hazards: one by one, or a whole list from a spreadsheet (隐患清单) (domain rules 10.7)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Emit, Offer, Private
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.sheets import imported
from shuniu.contracts.insurance import hazards as said
from shuniu.contracts.summary import Place
from shuniu.rules.areas import is_code
from shuniu.rules.calendar import midnight
from shuniu.rules.evidence import BlobRef, check_evidence
from shuniu.rules.refusal import FieldError, Forbidden, Unprocessable

from shuniu_insurance.fields import (
    AreaCode,
    Day,
    EvidenceList,
    GivenPlace,
    LongText,
    Sealed,
    files,
    place_of,
    today,
    told_as,
)
from shuniu_insurance.hazards.commands import PURPOSE, terms
from shuniu_insurance.hazards.data import categories
from shuniu_insurance.hazards.kind import CELL, HAZARD_ROW
from shuniu_insurance.hazards.lifecycle import FINDERS, HAZARD, TEAM
from shuniu_insurance.hazards.places import cell_id
from shuniu_insurance.hazards.rules import is_community
from shuniu_insurance.policies.policy import BOOK, POLICY_ROW
from shuniu_insurance.policies.state import Book

__all__ = ("COMMANDS", "IMPORT", "GivenHazard", "ImportHazards")

NUMBERS = "YH"
"""Prefix of the numbers people know hazards by (隐患), e.g. YH261123-0001."""
IMPORTERS = ("insurer_clerk", "street_clerk")
MOST_AT_ONCE = 2_000


class FindHazard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A hazard was found (发现隐患). A point on the map lets accidents near it be told."""

    category: Annotated[str, Meta(min_length=1, max_length=12, extra_json_schema={"x-widget": "category"})]
    area: AreaCode
    place: GivenPlace
    holder: said.Holder
    owner_unit: Annotated[str, Meta(max_length=60, extra_json_schema={"x-widget": "unit"})] = ""
    description: LongText = ""
    evidence: EvidenceList = ()


class GivenHazard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of a hazard list."""

    external: Annotated[str, Meta(min_length=1, max_length=40)]
    category: str
    area: str
    place: Annotated[str, Meta(max_length=60)] = ""
    lon: Annotated[float, Meta(ge=-180, le=180)] | None = None
    lat: Annotated[float, Meta(ge=-90, le=90)] | None = None
    holder: said.Holder = "PUBLIC"
    found_on: Day | None = None
    description: Annotated[str, Meta(max_length=2000)] = ""


class ImportHazards(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole list, all rows or none (导入隐患清单)."""

    rows: Annotated[tuple[GivenHazard, ...], Meta(min_length=1, max_length=MOST_AT_ONCE)]


def _steward(rows: Rows, area: str, ctx: Context) -> str:
    """The insurer that is risk steward there today: that of a policy in force that says so; "" where none is."""
    book = rows.find(BOOK, ctx.scope) or Book()
    for id_ in book.candidates(today(ctx), area):
        policy = rows.find(POLICY_ROW, id_)
        if policy is None or not policy.holds_on(today(ctx), area):
            continue
        if any(c.protection == "HAZARD_SERVICE" for c in policy.version_on(today(ctx)).covers):
            return policy.insurer
    return ""


def _policies(rows: Rows, areas: Iterable[str], ctx: Context) -> Iterable[Key]:
    book = rows.find(BOOK, ctx.scope) or Book()
    ids = dict.fromkeys(id_ for area in dict.fromkeys(areas) for id_ in book.candidates(today(ctx), area))
    return [POLICY_ROW.key(id_) for id_ in ids]


def _wrong(category: str, area: str, owner_unit: str, ctx: Context) -> Iterable[FieldError]:
    if category not in categories():
        yield FieldError("category", "unknown")
    if not is_code(area) or ctx.registry.get("area", area) is None:
        yield FieldError("area", "unknown")
    if owner_unit and ctx.registry.get("unit", owner_unit) is None:
        yield FieldError("owner_unit", "unknown")


def _found(
    ctx: Context,
    *,
    number: str,
    category: str,
    area: str,
    place: Place,
    holder: said.Holder,
    insurer: str,
    found_at: datetime,
    description: str,
    owner_unit: str = "",
    external: str = "",
    evidence: Sequence[BlobRef] = (),
) -> tuple[Emit, Sequence[Private]]:
    new = ctx.new_id()
    keeper = Sealed(ctx, new)
    fact = said.HazardFound(
        hazard=new,
        number=number,
        category=category,
        area=area,
        place=place,
        holder=holder,
        found_at=found_at,
        from_community=is_community(ctx),
        insurer=insurer,
        owner_unit=owner_unit,
        external=external,
        text_ref=keeper.text(description, PURPOSE),
        evidence=files(evidence),
        terms=terms(None, ctx, "verify"),
    )
    cell = cell_id(place)
    on = (HAZARD_ROW.key(new), *((CELL.key(cell),) if cell else ()), counter_key(NUMBERS, ctx.now))
    return Emit(fact, on, area), keeper.private


def _may(area: str, insurer: str, ctx: Context) -> bool:
    """Somebody of the place, or the team of the insurer that is its steward."""
    return ctx.actor.covers(area) or (bool(insurer) and ctx.actor.has_role(*TEAM) and ctx.actor.acts_for(insurer))


def find(rows: Rows, c: FindHazard, ctx: Context) -> Decision:
    """FOUND. The day is today; a list that reaches back comes in by the sheet."""
    if wrong := tuple(_wrong(c.category, c.area, c.owner_unit, ctx)):
        raise Unprocessable("hazard.find", event="find", fields=wrong)
    insurer = _steward(rows, c.area, ctx)
    if not _may(c.area, insurer, ctx):
        raise Forbidden("access.area", event="find", params={"area": c.area})
    with told_as("", "find"):
        place, evidence = place_of(c.place), check_evidence(c.evidence)
    emit, private = _found(
        ctx,
        number=next_number(rows, NUMBERS, ctx.now),
        category=c.category,
        area=c.area,
        place=place,
        holder=c.holder,
        insurer=insurer,
        found_at=ctx.now,
        description=c.description,
        owner_unit=c.owner_unit,
        evidence=evidence,
    )
    assert isinstance(emit.fact, said.HazardFound)
    return Decision((emit,), tuple(private), {"hazard": emit.fact.hazard, "number": emit.fact.number})


def import_list(rows: Rows, c: ImportHazards, ctx: Context) -> Decision:
    """Every row is looked at and everything wrong told at once; a number of the list comes in once a file."""
    wrong: list[FieldError] = []
    insurers: dict[str, str] = {}
    for i, given in enumerate(c.rows):
        insurers[given.area] = insurer = insurers.get(given.area) or _steward(rows, given.area, ctx)
        found = list(_wrong(given.category, given.area, "", ctx))
        if not found and not _may(given.area, insurer, ctx):
            found.append(FieldError("area", "not_yours"))
        if given.found_on is not None and given.found_on > today(ctx):
            found.append(FieldError("found_on", "in_future"))
        if (given.lon is None) != (given.lat is None):
            found.append(FieldError("lat" if given.lat is None else "lon", "missing"))
        wrong += (FieldError(f"rows.{i}.{f.field}", f.code) for f in found)
    if wrong:
        raise Unprocessable("hazard.rows", event="import", fields=tuple(wrong))
    events: list[Emit] = []
    private: list[Private] = []
    for i, given in enumerate(c.rows):
        place = place_of(GivenPlace(name=given.place, lon=given.lon, lat=given.lat))
        emit, sealed = _found(
            ctx,
            number=next_number(rows, NUMBERS, ctx.now, ahead=i),
            category=given.category,
            area=given.area,
            place=place,
            holder=given.holder,
            insurer=insurers[given.area],
            found_at=ctx.now if given.found_on in (None, today(ctx)) else midnight(given.found_on),
            description=given.description,
            external=given.external,
        )
        events.append(emit)
        private += sealed
    return Decision(tuple(events), tuple(private), imported(["new"] * len(events)))


def _keys(c: Any, ctx: Context) -> Iterable[Key]:
    return (BOOK.key(ctx.scope), counter_key(NUMBERS, ctx.now))


def _offer(ctx: Context) -> Sequence[Offer]:
    return (Offer(action="hazard.find", prefill={"area": ctx.actor.areas[0] if ctx.actor.areas else ctx.scope}),)


IMPORT: Command[ImportHazards] = Command(
    "hazard.import",
    ImportHazards,
    _keys,
    import_list,
    more_keys=lambda c, rows, ctx: _policies(rows, (g.area for g in c.rows), ctx),
    roles=IMPORTERS,
    surfaces=(),
    order=321,
)
COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "hazard.find",
        FindHazard,
        _keys,
        find,
        more_keys=lambda c, rows, ctx: _policies(rows, (c.area,), ctx),
        roles=FINDERS,
        opens=HAZARD.kind,
        offer=_offer,
        icon="camera",
        surfaces=("board", "phone", "map"),
        order=300,
    ),
    IMPORT,
)
