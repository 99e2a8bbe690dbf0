"""Referrals: work for another service or scope, as events in both directions (architecture idea 7).

``ReferralMade`` is said by the sender; the target's reaction opens a draft that a person with authority moves on, and
answers ``ReferralTaken``, ``ReferralRefused`` or ``ReferralExpired``; ``ReferralProgress`` tells how each unit of the
target stands while it works, ``ReferralSettled`` how the work ended. The sender may take it back
(``ReferralWithdrawn``). An absent target is an open referral, not an error.
"""

from datetime import datetime

import msgspec

from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.summary import Place

__all__ = (
    "ReferralExpired",
    "ReferralMade",
    "ReferralProgress",
    "ReferralRefused",
    "ReferralSettled",
    "ReferralSubject",
    "ReferralTaken",
    "ReferralWithdrawn",
)


class ReferralSubject(msgspec.Struct, frozen=True, kw_only=True):
    """The matter that is referred, as far as any service may know it."""

    source: str
    kind: str
    matter: str
    number: str
    title: str
    category: str = ""
    area: str = ""
    place: Place = Place()


@fact("*", "referral.made.v1")
class ReferralMade(Fact, frozen=True, kw_only=True):
    """Please take this over as a matter of kind ``to_kind`` (whoever owns that kind in ``to_scope``)."""

    referral: str
    to_scope: str
    to_kind: str
    subject: ReferralSubject
    reason: str
    payload: dict[str, str] = {}
    expires_at: datetime | None = None


@fact("*", "referral.withdrawn.v1")
class ReferralWithdrawn(Fact, frozen=True, kw_only=True):
    """The sender takes the referral back (撤回移交); ``reason`` is a code of the sender's catalogue."""

    referral: str
    to_scope: str
    reason: str


@fact("*", "referral.taken.v1")
class ReferralTaken(Fact, frozen=True, kw_only=True):
    """The target opened ``matter`` of ``kind`` for it."""

    referral: str
    made_by: str
    """Source of the service that made the referral."""
    kind: str
    matter: str
    number: str


@fact("*", "referral.refused.v1")
class ReferralRefused(Fact, frozen=True, kw_only=True):
    """A person of the target with authority refused it; ``reason`` is a code of the target's catalogue."""

    referral: str
    made_by: str
    reason: str


@fact("*", "referral.expired.v1")
class ReferralExpired(Fact, frozen=True, kw_only=True):
    """Nobody moved the draft on in time."""

    referral: str
    made_by: str


@fact("*", "referral.progressed.v1")
class ReferralProgress(Fact, frozen=True, kw_only=True):
    """How one unit stands with what was opened for the referral: its own answer and its own clock (各自答复, 各自时限).

    ``status`` is a status id of the target's manifest, ``due_at`` the end of the unit's running limit. Another scope
    reads it only where the agreement says so (``progress``, see :mod:`shuniu.rules.peering`).
    """

    referral: str
    made_by: str
    kind: str
    matter: str
    unit: str
    status: str
    due_at: datetime | None = None
    late: bool = False


@fact("*", "referral.settled.v1")
class ReferralSettled(Fact, frozen=True, kw_only=True):
    """The matter opened for the referral has ended with ``outcome``: ``solved``, ``unsolved`` or ``cancelled``."""

    referral: str
    made_by: str
    kind: str
    matter: str
    outcome: str
