"""What the standing duty zones (责任田) mean for a draft: who is suggested, and who leads on a border."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace
from shuniu.chassis.context import Context
from shuniu.contracts.whistle.whistles import Party, WhistlePlan
from shuniu.rules.refusal import FieldError, Unprocessable

from shuniu_whistle.catalogue.entries import Listed
from shuniu_whistle.duty.zones import DutyZone, zone_of
from shuniu_whistle.whistles.fields import today
from shuniu_whistle.whistles.parties import unit_of
from shuniu_whistle.whistles.plan import Plan

__all__ = ("by_zone", "suggested", "zone_for")


def zone_for(zones: Iterable[DutyZone], plan: Plan, area: str, listed: Listed | None, ctx: Context) -> DutyZone | None:
    """The zone the matter of a half-filled draft lies in."""
    if listed is None:
        return None
    place = plan.place
    return zone_of(zones, area, place.lon, place.lat, plan.item, listed.group, today(ctx))


def suggested(zone: DutyZone, direction: str) -> Mapping[str, Any]:
    """Fields a form may be filled with; parties of other scopes only in a CROSS whistle."""
    every = (zone.lead, *zone.co)
    fields: dict[str, Any] = {"co": [p.unit for p in zone.co if not p.scope]}
    if not zone.lead.scope:
        fields["lead"] = zone.lead.unit
    if direction == "CROSS":
        fields["parties"] = [{"scope": p.scope, "unit": p.unit, "role": p.role} for p in every if p.scope]
    return fields


def by_zone(plan: WhistlePlan, zone: DutyZone | None) -> WhistlePlan:
    """A CROSS plan in a zone: led as agreed. Where it names nobody to lead, it is the zone's; another is refused."""
    if zone is None:
        return plan
    led = next((p for p in plan.parties if p.role == "LEAD"), None)
    agreed = zone.lead
    if not plan.lead and led is None:
        if not agreed.scope:
            return replace(plan, lead=agreed.unit, co=tuple(u for u in plan.co if u != agreed.unit))
        others = tuple(p for p in plan.parties if (p.scope, p.unit) != (agreed.scope, agreed.unit))
        return replace(plan, parties=(agreed, *others))
    named = Party(scope="", unit=plan.lead) if plan.lead else led
    assert named is not None
    if (named.scope, named.unit) != (agreed.scope, agreed.unit):
        raise Unprocessable(
            "whistle.zone_lead",
            event="draft",
            fields=(FieldError("lead", "zone_lead"),),
            params={"zone": zone.name, "lead": unit_of(agreed)},
        )
    return plan
