"""What projects that resolutions asked for (项目) say (domain rules 10.10). Money is integer fen."""

from datetime import date
from typing import Literal

import msgspec

from shuniu.contracts.clock import Term
from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.ledger import Entry

__all__ = (
    "FACTS",
    "EvidenceFile",
    "FundSource",
    "MilestoneAccepted",
    "MilestonePlan",
    "MilestoneReported",
    "MilestoneReturned",
    "ProjectAccepted",
    "ProjectCancelled",
    "ProjectEvaluated",
    "ProjectFedBack",
    "ProjectFunded",
    "ProjectMoneyMoved",
    "ProjectPlanned",
    "ProjectStarted",
    "Work",
)

FundSource = Literal["COMMUNITY_FUND", "STREET_BUDGET", "MAINTENANCE_FUND", "PUBLIC_INCOME", "DONATION", "OWNERS"]
"""社区为民服务资金、街道财政、维修资金、公共收益、捐赠、业主自筹."""
Work = Literal["SURVEY", "DESIGN", "PROCURE", "BUILD", "INSTALL", "TRIAL", "HANDOVER"]


class EvidenceFile(msgspec.Struct, frozen=True):
    """A file of the service, by content."""

    sha256: str
    size: int
    media_type: str


class MilestonePlan(msgspec.Struct, frozen=True, kw_only=True):
    """A milestone: who owns it, from when to when, and after which others."""

    id: str
    seq: int
    work: Work
    unit: str
    start_on: date
    due_on: date
    after: tuple[str, ...] = ()


@fact("services_desk", "project.planned.v1")
class ProjectPlanned(Fact, frozen=True, kw_only=True):
    """A resolution becomes a project with a named fund and a budget."""

    project: str
    number: str
    deliberation: str
    cluster: str
    needs: tuple[str, ...]
    category: str
    area: str
    unit: str
    source: FundSource
    fund: str
    budget: int
    milestones: tuple[MilestonePlan, ...]


@fact("services_desk", "project.funded.v1")
class ProjectFunded(Fact, frozen=True, kw_only=True):
    """The whole budget came from its fund (the entry is a fact of its own)."""

    project: str


@fact("services_desk", "project.money_moved.v1")
class ProjectMoneyMoved(Fact, frozen=True, kw_only=True):
    """An entry of the projects' ledger: FUND into the budget, SPEND out of it, RETURN what is left."""

    project: str
    entry: Entry
    milestone: str = ""
    evidence: tuple[EvidenceFile, ...] = ()


@fact("services_desk", "project.started.v1")
class ProjectStarted(Fact, frozen=True, kw_only=True):
    """Work begins; each milestone's limit runs."""

    project: str
    terms: tuple[Term, ...]


@fact("services_desk", "milestone.reported.v1")
class MilestoneReported(Fact, frozen=True, kw_only=True):
    """Its owner says that it is done; ``evidence`` are files of the service."""

    project: str
    milestone: str
    evidence: tuple[EvidenceFile, ...]
    note_ref: str = ""


@fact("services_desk", "milestone.accepted.v1")
class MilestoneAccepted(Fact, frozen=True, kw_only=True):
    """Another person looked and found it done."""

    project: str
    milestone: str
    late: bool = False


@fact("services_desk", "milestone.returned.v1")
class MilestoneReturned(Fact, frozen=True, kw_only=True):
    """Another person sent it back; its limit runs on."""

    project: str
    milestone: str
    reason_ref: str


@fact("services_desk", "project.accepted.v1")
class ProjectAccepted(Fact, frozen=True, kw_only=True):
    """Everything was accepted; what is left went back to its fund. ``on_time``: no milestone passed its day."""

    project: str
    on_time: bool


@fact("services_desk", "project.evaluated.v1")
class ProjectEvaluated(Fact, frozen=True, kw_only=True):
    """What it was worth to those it was for, 1 to 5."""

    project: str
    score: int
    words_ref: str


@fact("services_desk", "project.fed_back.v1")
class ProjectFedBack(Fact, frozen=True, kw_only=True):
    """Everybody who raised one of its needs was told (each by ``NeedFedBack``)."""

    project: str
    told: int


@fact("services_desk", "project.cancelled.v1")
class ProjectCancelled(Fact, frozen=True, kw_only=True):
    """It comes to nothing; everybody was told why (each by ``NeedRejected``), what is left goes back."""

    project: str
    told: int


FACTS: tuple[type[Fact], ...] = (
    ProjectPlanned,
    ProjectFunded,
    ProjectMoneyMoved,
    ProjectStarted,
    MilestoneReported,
    MilestoneAccepted,
    MilestoneReturned,
    ProjectAccepted,
    ProjectEvaluated,
    ProjectFedBack,
    ProjectCancelled,
)
