"""Shared data (数据共享): what the owner's log keeps of who asked for a dataset, was granted it, and took it out.

政务数据共享条例 (国务院令809号), domain rules 7.4: sharing is classed, a conditional grant is answered in working days,
and what was given to whom is kept. No value of a dataset and no person stands in these facts.
"""

from datetime import date
from typing import Literal

from shuniu.contracts.clock import Term
from shuniu.contracts.envelope import Fact, fact

__all__ = (
    "DATASET_FACTS",
    "DatasetAsked",
    "DatasetEnded",
    "DatasetGranted",
    "DatasetRefused",
    "DatasetRevoked",
    "DatasetUsed",
    "LegalBasis",
)

LegalBasis = Literal["STATUTORY_DUTY", "CONSENT", "EMERGENCY", "PUBLISHED_INFO", "OTHER_LAW"]
"""On what ground a unit wants data (PIPL §13, domain rules 12)."""


@fact("*", "dataset.asked.v1")
class DatasetAsked(Fact, frozen=True, kw_only=True):
    """A unit asked for columns of a dataset until a day. Its words of why are kept under ``purpose_ref``."""

    grant: str
    number: str
    dataset: str
    unit: str
    columns: tuple[str, ...]
    basis: LegalBasis
    until: date
    purpose_ref: str
    term: Term | None = None


@fact("*", "dataset.granted.v1")
class DatasetGranted(Fact, frozen=True, kw_only=True):
    """The owner grants it, perhaps narrower than asked; ``unconditional`` where its class leaves nothing to decide."""

    grant: str
    columns: tuple[str, ...]
    until: date
    unconditional: bool = False


@fact("*", "dataset.refused.v1")
class DatasetRefused(Fact, frozen=True, kw_only=True):
    """The owner refuses, with a reason under ``reason_ref``."""

    grant: str
    reason_ref: str


@fact("*", "dataset.revoked.v1")
class DatasetRevoked(Fact, frozen=True, kw_only=True):
    """A grant ends before its day, with a reason under ``reason_ref``."""

    grant: str
    reason_ref: str


@fact("*", "dataset.ended.v1")
class DatasetEnded(Fact, frozen=True, kw_only=True):
    """A grant's last day is over."""

    grant: str


@fact("*", "dataset.used.v1")
class DatasetUsed(Fact, frozen=True, kw_only=True):
    """The dataset was taken out under a grant: how many rows, in which form; personal columns masked."""

    grant: str
    rows: int
    form: Literal["xlsx", "csv"]


DATASET_FACTS = (DatasetAsked, DatasetGranted, DatasetRefused, DatasetRevoked, DatasetEnded, DatasetUsed)
