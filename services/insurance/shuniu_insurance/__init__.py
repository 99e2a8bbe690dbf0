"""社区共建综合保险: the insurance service. Each folder is a capability; ``service`` is all of them, put together."""

from shuniu.chassis.documents import documents
from shuniu.chassis.service import LimitUse, Service
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon

from shuniu_insurance import (
    certificates,
    claims,
    disclosure,
    evaluation,
    fund,
    hazards,
    policies,
    rosters,
    shared_data,
)
from shuniu_insurance.settings import InsuranceSettings
from shuniu_insurance.texts import TEXTS

__version__ = "0.1.0"
__all__ = ("service",)
from shuniu_insurance.hazards.data import profile_of as hazard_profile
from shuniu_insurance.settings import profile_of

service = Service.of(
    "insurance",
    __version__,
    "shuniu_insurance",
    TEXTS,
    (
        documents,
        policies.capability,
        fund.capability,
        claims.capability,
        certificates.capability,
        hazards.capability,
        rosters.capability,
        disclosure.capability,
        evaluation.capability,
        shared_data.capability,
    ),
    facts=(ClockSoon, ClockOverdue, ClockRecomputed),
    readers=("operator",),
    limits=(LimitUse("insurance_claim", profile_of), LimitUse("hazard", hazard_profile)),
    settings=InsuranceSettings,
    icon="shield",
    order=4,
)
