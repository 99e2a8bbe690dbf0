"""Agreeing on a duty zone (划定责任田) and ending it; the district's coordination or the street's leading group."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from shapely import Polygon
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.whistle.duty import DutyZoneAgreed, DutyZoneEnded
from shuniu.contracts.whistle.whistles import Party
from shuniu.rules.areas import is_code, within
from shuniu.rules.calendar import local
from shuniu.rules.refusal import Conflict, FieldError, Unprocessable

from shuniu_whistle.duty.zones import DUTY_ZONE

__all__ = ("COMMANDS", "KEEPERS")

KEEPERS = ("district_coordinator", "leading_group", "party_secretary", "office_director")
"""Who may agree on a zone for the street."""
Code = Annotated[str, Meta(max_length=15)]
Point = tuple[Annotated[float, Meta(ge=-180, le=180)], Annotated[float, Meta(ge=-90, le=90)]]


class InCharge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A unit of ours (``scope`` empty) or of another scope."""

    scope: Annotated[str, Meta(max_length=12, pattern=r"^[0-9]*$")] = ""
    unit: Annotated[str, Meta(max_length=40)] = ""


class AgreeZone(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Agree on a zone, or on another one in its place (划定责任田)."""

    zone: Annotated[str, Meta(max_length=64, extra_json_schema={"x-widget": "hidden"})] = ""
    """A zone that is agreed on anew; empty: a new one."""
    zone_name: Annotated[str, Meta(min_length=2, max_length=60, pattern=r"\S")]
    zone_areas: Annotated[tuple[Code, ...], Meta(max_length=50)] = ()
    ring: Annotated[tuple[Point, ...], Meta(max_length=300)] = ()
    groups: Annotated[tuple[Literal["URBAN", "ENFORCEMENT", "LIVELIHOOD", "ENTERPRISE"], ...], Meta(max_length=4)] = ()
    items: Annotated[tuple[str, ...], Meta(max_length=50)] = ()
    lead_by: InCharge
    supported_by: Annotated[tuple[InCharge, ...], Meta(max_length=12)] = ()
    valid_from: Annotated[date, Meta(extra_json_schema={"x-widget": "date"})]
    basis: Annotated[str, Meta(max_length=200)] = ""


class EndZone(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The zone holds no longer (撤销责任田)."""

    zone: Annotated[str, Meta(max_length=64, extra_json_schema={"x-widget": "hidden"})]


def _keys(c: Any, ctx: Context) -> Iterable[Key]:
    return (DUTY_ZONE.key(c.zone),) if c.zone else ()


def _keeper(ctx: Context) -> None:
    ctx.actor.require_role(*KEEPERS)
    ctx.actor.require_area(ctx.scope)


def _flaws(c: AgreeZone, ctx: Context) -> Iterable[FieldError]:
    if not c.zone_areas and not c.ring:
        yield FieldError("zone_areas", "missing")
    for n, area in enumerate(c.zone_areas):
        if not is_code(area) or not within(area, ctx.scope):
            yield FieldError(f"zone_areas.{n}", "area_outside")
    if c.ring and (len(c.ring) < 3 or not Polygon(c.ring).is_valid or Polygon(c.ring).area == 0):
        yield FieldError("ring", "not_a_polygon")
    if not c.groups and not c.items:
        yield FieldError("groups", "missing")
    for field, one in (("lead_by", c.lead_by), *((f"supported_by.{n}", p) for n, p in enumerate(c.supported_by))):
        if not one.scope and ctx.registry.get("unit", one.unit) is None:
            yield FieldError(f"{field}.unit", "unknown")
        if one.scope and (not is_code(one.scope) or one.scope.startswith(ctx.scope)):
            yield FieldError(f"{field}.scope", "party_scope")
    if len({(p.scope, p.unit) for p in (c.lead_by, *c.supported_by)}) != 1 + len(c.supported_by):
        yield FieldError("supported_by", "twice")
    if c.valid_from < local(ctx.now).date():
        yield FieldError("valid_from", "past")


def agree(rows: Rows, c: AgreeZone, ctx: Context) -> Decision:
    """The zone holds from its day on; who leads there is settled in advance."""
    _keeper(ctx)
    if flaws := tuple(_flaws(c, ctx)):
        raise Unprocessable("duty_zone.content", event="agree", fields=flaws)
    if c.zone:
        rows.need(DUTY_ZONE, c.zone)
    agreed = DutyZoneAgreed(
        zone=c.zone or ctx.new_id(),
        name=c.zone_name.strip(),
        areas=c.zone_areas,
        ring=c.ring,
        groups=c.groups,
        items=c.items,
        lead=Party(scope=c.lead_by.scope, unit=c.lead_by.unit, role="LEAD"),
        co=tuple(Party(scope=p.scope, unit=p.unit) for p in c.supported_by),
        valid_from=c.valid_from,
        basis=c.basis.strip(),
    )
    return Decision((Emit(agreed, (DUTY_ZONE.key(agreed.zone),), ctx.scope),), (), {"zone": agreed.zone})


def end(rows: Rows, c: EndZone, ctx: Context) -> Decision:
    """Whistles that were drafted by it keep their lead."""
    _keeper(ctx)
    zone = rows.need(DUTY_ZONE, c.zone)
    if not zone.active:
        raise Conflict("duty_zone.ended_already", state="ENDED", event="end", params={"name": zone.name})
    return Decision((Emit(DutyZoneEnded(zone=zone.id), (DUTY_ZONE.key(zone.id),), ctx.scope),), (), {"zone": zone.id})


COMMANDS: tuple[Command[Any], ...] = (
    Command("duty_zone.agree", AgreeZone, _keys, agree, roles=KEEPERS, surfaces=(), order=220),
    Command("duty_zone.end", EndZone, _keys, end, roles=KEEPERS, surfaces=(), tone="danger", order=221),
)
