"""What a whistle says before it is blown: matter, place, item of the list, units. The content rules of 10.1."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.rows import Key, Rows
from shuniu.contracts.summary import Place
from shuniu.contracts.whistle.whistles import Direction, MatterKey, WhistleKind, WhistlePlan
from shuniu.rules.areas import check_code, within
from shuniu.rules.refusal import FieldError, Unprocessable

from shuniu_whistle.catalogue.entries import LIST_ENTRY, Listed, in_force
from shuniu_whistle.settings import settings_of
from shuniu_whistle.whistles.authority import is_community, known_unit
from shuniu_whistle.whistles.fields import AreaCode, Day, LongText, UnitCode, UnitList, today
from shuniu_whistle.whistles.parties import PartyList, as_parties, check_parties
from shuniu_whistle.whistles.state import Whistle

__all__ = (
    "Plan",
    "Subject",
    "WhistlePlace",
    "check_complete",
    "check_units",
    "contact_fields",
    "date_not_past",
    "draft_plan",
    "listed_item",
    "listing_keys",
    "open_key",
    "plan_of",
)

_SHORT = Meta(max_length=60)


class WhistlePlace(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where: a name free of persons, and optionally a point (WGS 84)."""

    name: Annotated[str, _SHORT] = ""
    lon: Annotated[float, Meta(ge=-180, le=180)] | None = None
    lat: Annotated[float, Meta(ge=-90, le=90)] | None = None


Subject = Annotated[MatterKey | None, Meta(extra_json_schema={"x-widget": "hidden"})]


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields of a draft, as people fill them in."""

    kind: Literal["ROUTINE", "HARD"] = "ROUTINE"
    """Taken no notice of in a DOWN whistle, which has no kind."""
    item: Annotated[str, Meta(max_length=40, extra_json_schema={"x-widget": "category", "x-options": "/items"})] = ""
    """An entry of the list in force; ``x-options`` names the route that tells them all."""
    off_list_reason: LongText = ""
    area: AreaCode = ""
    place: Annotated[WhistlePlace, Meta(extra_json_schema={"x-widget": "place"})] = WhistlePlace()
    lead: UnitCode = ""
    co: UnitList = ()
    inform: UnitList = ()
    parties: PartyList = ()
    wanted_on: Day | None = None
    description: LongText = ""
    contact_name: Annotated[str, Meta(max_length=40)] = ""
    """Who is to be contacted on the caller's side; a personal field, as is the number."""
    contact_phone: Annotated[str, Meta(max_length=20, pattern=r"^[0-9+() -]*$")] = ""


def listing_keys(item: str) -> tuple[Key, ...]:
    """The row that says what an item is today."""
    return (LIST_ENTRY.key(item),) if item else ()


def listed_item(rows: Rows, item: str, ctx: Context) -> Listed | None:
    """The item as the list has it today, or None."""
    return in_force(rows.find(LIST_ENTRY, item), item, today(ctx)) if item else None


def contact_fields(plan: Plan) -> dict[str, str]:
    """The personal fields of a plan, as they are kept."""
    return {"contact_name": plan.contact_name, "contact_phone": plan.contact_phone}


def open_key(plan: Plan, area: str, subject: MatterKey | None) -> str:
    """What two whistles about the same matter share: the referred matter, else the item at a place of an area.

    "" while the draft names neither; it cannot be submitted like that.
    """
    if subject is not None:
        return f"{subject.source}|{subject.kind}|{subject.matter}"
    name = "".join(plan.place.name.split()).casefold()
    return f"{area}|{plan.item}|{name}" if plan.item and name else ""


def draft_plan(
    plan: Plan,
    direction: Direction,
    caller_unit: str,
    subject: MatterKey | None,
    listed: Listed | None,
    ctx: Context,
    origin: str = "",
) -> WhistlePlan:
    """The plan as facts say it; ``listed`` is its item as the list has it today, None where it does not.

    ``origin`` is the scope that called us to it, "" for our own.

    Unprocessable, each naming the field, for content no whistle may have.
    """
    area = _area(plan.area or ctx.scope, ctx)
    if plan.item and listed is None:
        raise _bad("whistle.item_unknown", "item", item=plan.item)
    if listed is not None and direction not in listed.item.directions:
        raise _bad("whistle.item_direction", "item", item=plan.item, direction=direction)
    if listed is not None and listed.item.kind and direction != "DOWN" and plan.kind != listed.item.kind:
        raise _bad("whistle.item_kind", "kind", item=plan.item, kind=listed.item.kind)
    if plan.wanted_on is not None and plan.wanted_on < today(ctx):
        raise _bad("whistle.date_past", "wanted_on", date=plan.wanted_on.isoformat())
    lead = plan.lead or (settings_of(ctx).street_unit if direction == "DOWN" else "")
    check_units(direction, caller_unit, lead, plan.co, plan.inform, ctx)
    parties = as_parties(plan.parties)
    check_parties(direction, parties, lead, origin, ctx)
    kind: WhistleKind = "DOWN" if direction == "DOWN" else plan.kind
    place = plan.place
    return WhistlePlan(
        kind=kind,
        item=plan.item,
        off_list=listed is not None and listed.item.off_list,
        area=area,
        place=Place(name=place.name.strip(), lon=_coarse(place.lon), lat=_coarse(place.lat)),
        lead=lead,
        co=plan.co,
        inform=plan.inform,
        wanted_on=plan.wanted_on,
        subject=subject,
        open_key=open_key(plan, area, subject),
        parties=parties,
        item_title=listed.item.title_zh if listed else "",
        group=listed.group if listed else "",
        list_version=listed.version if listed else "",
        profile=listed.item.profile if listed else "",
    )


def plan_of(w: Whistle) -> WhistlePlan:
    """What a whistle's draft said last."""
    return WhistlePlan(
        kind=w.kind,
        item=w.item,
        off_list=w.off_list,
        area=w.area,
        place=w.place,
        lead=w.lead,
        co=w.co,
        inform=w.inform,
        wanted_on=w.wanted_on,
        subject=w.subject,
        open_key=w.open_key,
        parties=w.parties,
        item_title=w.item_title,
        group=w.group,
        list_version=w.list_version,
        profile=w.profile,
    )


def _coarse(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, 4)


def _bad(rule: str, field: str, **params: str) -> Unprocessable:
    return Unprocessable(rule, event="draft", fields=(FieldError(field, rule.rpartition(".")[2]),), params=params)


def _area(code: str, ctx: Context) -> str:
    check_code(code)
    if not within(code, ctx.scope):
        raise _bad("whistle.area_outside", "area", area=code, scope=ctx.scope)
    if code != ctx.scope and ctx.registry.all("area") and ctx.registry.get("area", code) is None:
        raise _bad("whistle.area_unknown", "area", area=code)
    return code


def check_units(
    direction: Direction, caller_unit: str, lead: str, co: tuple[str, ...], inform: tuple[str, ...], ctx: Context
) -> None:
    """The units may be called like this: known, each once, nobody calls itself, LEAD as 1.16 and 10.1 allow."""
    street = settings_of(ctx).street_unit
    named = [*((("lead", lead),) if lead else ())]
    named += [(f"co.{i}", u) for i, u in enumerate(co)] + [(f"inform.{i}", u) for i, u in enumerate(inform)]
    seen: set[str] = set()
    for field, unit in named:
        if unit in seen:
            raise _bad("whistle.unit_twice", field, unit=unit)
        seen.add(unit)
        if unit == caller_unit:
            raise _bad("whistle.caller_called", field, unit=unit)
        known_unit(unit, field, ctx)
    if direction == "DOWN" and lead != street:
        raise _bad("whistle.down_lead", "lead", unit=lead, street=street)
    if direction != "DOWN" and lead and is_community(lead, ctx):
        raise _bad("whistle.community_lead", "lead", unit=lead)


def check_complete(plan: WhistlePlan, off_list_explained: bool, status: str) -> None:
    """A draft that says enough to be submitted (10.1: a LEAD, and the list or a reason beside it)."""

    def missing(rule: str, field: str) -> Unprocessable:
        return Unprocessable(rule, state=status, event="submit", fields=(FieldError(field, "missing"),))

    if not plan.lead and not any(p.role == "LEAD" for p in plan.parties):
        raise missing("whistle.lead_required", "lead")
    if not plan.item:
        raise missing("whistle.item_required", "item")
    if plan.off_list and not off_list_explained:
        raise missing("whistle.off_list_reason", "off_list_reason")
    if not plan.place.name:
        raise missing("whistle.place_required", "place")


def date_not_past(day: date, field: str, event: str, status: str, ctx: Context) -> None:
    """The date is today or later."""
    if day < today(ctx):
        raise Unprocessable(
            "whistle.date_past",
            state=status,
            event=event,
            fields=(FieldError(field, "past"),),
            params={"date": day.isoformat()},
        )
