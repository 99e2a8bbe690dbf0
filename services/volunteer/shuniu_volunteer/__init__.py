"""万家欢: the volunteer service. Each folder is a capability; ``service`` is all of them, put together."""

from shuniu.chassis.documents import documents
from shuniu.chassis.service import LimitUse, Service
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon

from shuniu_volunteer import (
    activities,
    association,
    awards,
    calendar,
    certificates,
    shared_data,
    teams,
    time_bank,
    volunteers,
)
from shuniu_volunteer.settings import VolunteerSettings
from shuniu_volunteer.texts import TEXTS

__version__ = "0.1.0"
__all__ = ("service",)
from shuniu_volunteer.settings import profile_of

service = Service.of(
    "volunteer",
    __version__,
    "shuniu_volunteer",
    TEXTS,
    (
        documents,
        teams.capability,
        volunteers.capability,
        activities.capability,
        certificates.capability,
        calendar.capability,
        time_bank.capability,
        association.capability,
        awards.capability,
        shared_data.capability,
    ),
    facts=(ClockSoon, ClockOverdue, ClockRecomputed),
    readers=("operator",),
    limits=(LimitUse("volunteer_activity", profile_of),),
    settings=VolunteerSettings,
    icon="person",
    order=5,
)
