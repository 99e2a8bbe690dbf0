"""What policies (保单) say: covers, event kinds and limits (domain rules 4). Money is fen, no person stands here."""

from datetime import date
from typing import Literal

import msgspec

from shuniu.contracts.envelope import Fact, fact

__all__ = (
    "FACTS",
    "Basis",
    "Cover",
    "PolicyDiscarded",
    "PolicyDrafted",
    "PolicyEndorsed",
    "PolicyExpired",
    "PolicyInForce",
    "PolicyIssued",
    "PolicyRewritten",
    "PolicyTerminated",
    "Protection",
    "RoomMove",
)

Protection = Literal["PROBABILITY", "SENSITIVE", "WORKER_INJURY", "WORKER_THIRD_PARTY", "HAZARD_SERVICE", "CATCH_ALL"]
"""The four protections (四保), the third in its two halves, and the catch-all (兜底) as a cover of its own (4.1)."""
Basis = Literal["AID", "ACCIDENT", "LIABILITY", "SERVICE"]
"""What a cover is in law: aid, accident, liability to third parties, or no insurance at all but a service (4.12)."""


class Cover(msgspec.Struct, frozen=True, kw_only=True):
    """A cover (保障): which event kinds, for whom, up to what. Limits are fen; 0: there is no such limit.

    ``kinds`` are codes of the event kinds; ``("*",)``, only where a protection goes by person, means every kind.
    ``per_person``, ``medical_per_person`` (part of it), ``per_event`` and ``aggregate`` (of the policy's period).
    """

    code: str
    protection: Protection
    basis: Basis
    kinds: tuple[str, ...] = ()
    per_person: int = 0
    medical_per_person: int = 0
    per_event: int = 0
    aggregate: int = 0
    source: str = ""
    """Where the limits come from: the contract, or a code of a demonstration's source."""


class RoomMove(msgspec.Struct, frozen=True, kw_only=True):
    """What an event takes of a cover's limits (negative: gives back); the same of person, event and aggregate."""

    amount: int
    medical: int = 0


@fact("insurance", "policy.drafted.v1")
class PolicyDrafted(Fact, frozen=True, kw_only=True):
    """A policy is being written. ``since`` and ``until`` are its first and last day, ``premium`` is for all of it."""

    policy: str
    number: str
    insurer: str
    area: str
    since: date
    until: date
    premium: int
    covers: tuple[Cover, ...]
    previous: str = ""


@fact("insurance", "policy.rewritten.v1")
class PolicyRewritten(Fact, frozen=True, kw_only=True):
    """A draft was changed."""

    policy: str
    since: date
    until: date
    premium: int
    covers: tuple[Cover, ...]


@fact("insurance", "policy.discarded.v1")
class PolicyDiscarded(Fact, frozen=True, kw_only=True):
    """A draft was given up."""

    policy: str


@fact("insurance", "policy.issued.v1")
class PolicyIssued(Fact, frozen=True, kw_only=True):
    """The policy is concluded; from its first day on it is in force. From now on it is endorsed, never edited."""

    policy: str
    contract: str
    """The insurer's own number of the contract."""
    area: str
    since: date
    until: date
    protections: tuple[Protection, ...]


@fact("insurance", "policy.in_force.v1")
class PolicyInForce(Fact, frozen=True, kw_only=True):
    """Its first day has come."""

    policy: str


@fact("insurance", "policy.endorsed.v1")
class PolicyEndorsed(Fact, frozen=True, kw_only=True):
    """Another version of the covers holds for accidents from ``effective_from`` on (批改)."""

    policy: str
    version: int
    effective_from: date
    premium_change: int
    covers: tuple[Cover, ...]
    endorsement: str


@fact("insurance", "policy.expired.v1")
class PolicyExpired(Fact, frozen=True, kw_only=True):
    """Its last day is over."""

    policy: str


@fact("insurance", "policy.terminated.v1")
class PolicyTerminated(Fact, frozen=True, kw_only=True):
    """The contract ended early: accidents after ``last_day`` are not covered."""

    policy: str
    last_day: date
    reason: str


FACTS: tuple[type[Fact], ...] = (
    PolicyDrafted,
    PolicyRewritten,
    PolicyDiscarded,
    PolicyIssued,
    PolicyInForce,
    PolicyEndorsed,
    PolicyExpired,
    PolicyTerminated,
)
