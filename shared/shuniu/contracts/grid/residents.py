"""Facts of the household register (户), domain rules 7.1: what is known of people stays with its owner, sealed.

``household`` is the register's own number, which tells nothing of an address. No fact says who lives there, how many,
or why they are cared for: not even a category, because in a grid of a few hundred households a category is a person
(small cells). Every household has the same sealed records, empty or not, and the same date of review.
"""

from datetime import date
from typing import Literal

import msgspec

from shuniu.contracts.envelope import Fact, fact

__all__ = (
    "EraseReason",
    "HoldReason",
    "HouseholdConfirmed",
    "HouseholdConsentWithdrawn",
    "HouseholdEntered",
    "HouseholdErased",
    "HouseholdFact",
    "HouseholdHeld",
    "HouseholdReleased",
    "LegalBasis",
    "SealedPart",
)

LegalBasis = Literal[
    "CONSENT", "CONTRACT_HR", "STATUTORY_DUTY", "EMERGENCY", "PUBLIC_INTEREST_NEWS", "PUBLISHED_INFO", "OTHER_LAW"
]
"""Legal basis of processing (PIPL §13, domain rules 12)."""

EraseReason = Literal["RETENTION", "MOVED_AWAY", "PURPOSE_ENDED", "REQUESTED", "MISTAKE"]
"""Why person data ends (PIPL §47): nobody confirmed it in time, moved away, the purpose is reached, the person asked,
entered by mistake."""

HoldReason = Literal["LITIGATION", "DISCIPLINE", "AUDIT", "OTHER_LAW"]
"""Why data must not be erased for a time (legal hold): a lawsuit, a disciplinary case, an audit, another statute."""


class SealedPart(msgspec.Struct, frozen=True, kw_only=True):
    """One sealed record: what is kept on one legal basis at one sensitivity. The same parts for every household."""

    ref: str
    basis: LegalBasis
    sensitivity: int


class HouseholdFact(Fact, frozen=True, kw_only=True):
    """What all facts about one household share."""

    household: str
    area: str


@fact("grid", "household.entered.v1")
class HouseholdEntered(HouseholdFact, frozen=True, kw_only=True):
    """登记 or 更正: what was sealed before is destroyed. ``consent`` is the version of the notice consented to."""

    parts: tuple[SealedPart, ...]
    review_on: date
    consent: str = ""
    corrects: bool = False


@fact("grid", "household.confirmed.v1")
class HouseholdConfirmed(HouseholdFact, frozen=True, kw_only=True):
    """核对: still right and still needed; what has reached the end of its own retention was left out."""

    parts: tuple[SealedPart, ...]
    review_on: date


@fact("grid", "household.consent_withdrawn.v1")
class HouseholdConsentWithdrawn(HouseholdFact, frozen=True, kw_only=True):
    """撤回同意 (PIPL §15-16): everything that stood on consent is destroyed; what was done before stays valid."""


@fact("grid", "household.held.v1")
class HouseholdHeld(HouseholdFact, frozen=True, kw_only=True):
    """依法保留: nothing may be erased until it is released."""

    reason: HoldReason


@fact("grid", "household.released.v1")
class HouseholdReleased(HouseholdFact, frozen=True, kw_only=True):
    """The hold is over."""


@fact("grid", "household.erased.v1")
class HouseholdErased(HouseholdFact, frozen=True, kw_only=True):
    """删除 (PIPL §47): every sealed record of the household, diaries of visits among them, is destroyed."""

    reason: EraseReason
