"""What the commands of a project are given. Money is integer fen."""

from typing import Annotated

import msgspec
from msgspec import Meta
from shuniu.contracts.services_desk.needs import ToldBy
from shuniu.contracts.services_desk.projects import FundSource, Work
from shuniu.rules.evidence import BlobRef

from shuniu_services_desk.fields import Day, Hidden, LongText, Reason, UnitCode, Version

__all__ = (
    "CancelProject",
    "Evaluate",
    "GivenMilestone",
    "OnMilestone",
    "OnProject",
    "Plan",
    "Report",
    "ReturnMilestone",
    "Spend",
    "TellAll",
)

Fen = Annotated[int, Meta(ge=1, le=10**12)]
Unit = Annotated[UnitCode, Meta(min_length=1)]
Evidence = Annotated[tuple[BlobRef, ...], Meta(min_length=1, max_length=9, extra_json_schema={"x-widget": "blob-list"})]


class GivenMilestone(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A milestone; ``after`` names earlier ones by their place in the list, from 1."""

    work: Work
    unit: Unit
    start_on: Day
    due_on: Day
    after: Annotated[tuple[Annotated[int, Meta(ge=1, le=30)], ...], Meta(max_length=30)] = ()


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A resolution becomes a project: who leads it, which fund pays how much, by which milestones."""

    deliberation: Hidden
    lead: Unit
    fund_source: FundSource
    fund: Annotated[str, Meta(min_length=2, max_length=80, pattern=r"\S")]
    budget: Fen
    milestones: Annotated[tuple[GivenMilestone, ...], Meta(min_length=1, max_length=30)]
    expected_version: Version | None = None


class OnProject(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one project."""

    project: Hidden
    expected_version: Version | None = None


class OnMilestone(OnProject, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one milestone."""

    milestone: Hidden


class Report(OnMilestone, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The milestone's owner says that it is done, and shows it."""

    evidence: Evidence
    note: LongText = ""


class ReturnMilestone(OnMilestone, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It is not done; send it back."""

    reason: Reason


class Spend(OnMilestone, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Paid out of the budget, with the voucher."""

    amount: Fen
    evidence: Evidence


class Evaluate(OnProject, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it was worth to those it was for."""

    score: Annotated[int, Meta(ge=1, le=5)]
    words: Reason


class TellAll(OnProject, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What everybody who raised one of its needs is told."""

    told_by: ToldBy
    words: Reason


class CancelProject(TellAll, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It comes to nothing; the reason is the feedback."""
