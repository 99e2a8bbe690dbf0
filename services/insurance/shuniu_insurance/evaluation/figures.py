"""What the year was: gathered from the policy, its claims and the hazards of its area."""

from typing import TYPE_CHECKING

import msgspec
from shuniu.contracts.insurance.evaluation import EvaluationFigures
from shuniu.rules.calendar import local
from shuniu.rules.clocks import find_clock

from shuniu_insurance.claims.state import Claim
from shuniu_insurance.claims.tables import ClaimTable
from shuniu_insurance.hazards.state import Hazard
from shuniu_insurance.hazards.tables import HazardTable
from shuniu_insurance.policies.state import Policy
from shuniu_insurance.policies.tables import PolicyTable

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("count", "gathered")


def count(
    policy: Policy, claims: list[Claim], hazards: list[Hazard], exposed_units: int, residents: int
) -> EvaluationFigures:
    """Pure: an accident counts once however many were hurt; withdrawn reports do not count."""
    mine = [c for c in claims if c.policy == policy.id and c.status != "WITHDRAWN"]
    paid = [c for c in mine if c.paid or c.advanced]
    listed = [
        h for h in hazards if h.status != "UNFOUNDED" and policy.since <= local(h.entered_at).date() <= policy.until
    ]
    limits = {h.id: find_clock(h.clocks, "cancel") for h in listed}
    off = [h for h in listed if h.status == "CANCELLED_OFF"]
    late = {id_ for id_, clock in limits.items() if clock is not None and clock.late}
    return EvaluationFigures(
        sum_insured=sum(c.aggregate for c in policy.covers),
        premium=policy.premium,
        paid=sum(max(c.paid, c.advanced) for c in paid),
        accidents=len({c.incident for c in mine}),
        covered_events=len({c.incident for c in paid}),
        known_hazard_accidents=len({c.incident for c in mine if c.known_hazard}),
        exposed_units=exposed_units,
        residents=residents,
        hazards_found=len(listed),
        hazards_off=len(off),
        hazards_due=len({h.id for h in off} | late),
        hazards_in_time=sum(h.id not in late for h in off),
    )


async def gathered(host: "Host", policy: str, exposed_units: int, residents: int) -> EvaluationFigures | None:
    """The figures as they stand; None where there is no such policy."""
    found = await PolicyTable.select(PolicyTable.doc).where(PolicyTable.key == policy)
    if not found:
        return None
    row = msgspec.json.decode(found[0]["doc"], type=Policy)
    claims = await ClaimTable.select(ClaimTable.doc).where(ClaimTable.area.like(f"{row.area}%"))
    hazards = await HazardTable.select(HazardTable.doc).where(HazardTable.area.like(f"{row.area}%"))
    return count(
        row,
        [msgspec.json.decode(r["doc"], type=Claim) for r in claims],
        [msgspec.json.decode(r["doc"], type=Hazard) for r in hazards],
        exposed_units,
        residents,
    )
