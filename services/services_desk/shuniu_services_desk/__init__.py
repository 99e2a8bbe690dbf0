"""全科政务: the full-service desk. Each folder is a capability; ``service`` is all of them, put together."""

from shuniu.chassis.documents import documents
from shuniu.chassis.service import LimitUse, Service
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon

from shuniu_services_desk.cases import capability as cases
from shuniu_services_desk.catalogue import capability as catalogue
from shuniu_services_desk.counters import capability as counters
from shuniu_services_desk.deliberation import capability as deliberation
from shuniu_services_desk.home_visits import capability as home_visits
from shuniu_services_desk.matching import capability as matching
from shuniu_services_desk.needs import capability as needs
from shuniu_services_desk.projects import capability as projects
from shuniu_services_desk.ratings import capability as ratings
from shuniu_services_desk.settings import DeskSettings
from shuniu_services_desk.shared_data import capability as shared_data
from shuniu_services_desk.standards import capability as standards
from shuniu_services_desk.texts import TEXTS

__version__ = "0.1.0"
__all__ = ("service",)
from shuniu_services_desk.settings import profile_of

service = Service.of(
    "services_desk",
    __version__,
    "shuniu_services_desk",
    TEXTS,
    (
        documents,
        catalogue,
        cases,
        counters,
        home_visits,
        ratings,
        standards,
        needs,
        matching,
        deliberation,
        projects,
        shared_data,
    ),
    facts=(ClockSoon, ClockOverdue, ClockRecomputed),
    readers=("operator",),
    limits=(LimitUse("desk_case", profile_of),),
    settings=DeskSettings,
    icon="desk",
    order=3,
)
