"""A claim (理赔) as a row; no person stands in it, only opaque account ids of who acted."""

from datetime import date, datetime
from typing import Literal

import msgspec
from shuniu.contracts.insurance.claims import (
    ClaimFile,
    CompanyState,
    DenialGround,
    Injured,
    LossItem,
    RecoveryGround,
    ReportChannel,
)
from shuniu.contracts.insurance.policies import Basis
from shuniu.contracts.summary import Place
from shuniu.rules.clocks import Clock

__all__ = ("Claim", "ClaimNote", "Company", "FollowCode", "HazardLink", "Recovery")


class ClaimNote(msgspec.Struct, frozen=True):
    """A record kept apart, encrypted: what it is (a key of the catalogue), where, when."""

    label: str
    ref: str
    at: datetime


class HazardLink(msgspec.Struct, frozen=True, kw_only=True):
    """A hazard that belongs to the accident."""

    hazard: str
    distance_m: int
    known: bool


class Company(msgspec.Struct, frozen=True, kw_only=True):
    """Volunteers that were asked for (志愿陪伴): the referral, what became of it, what was opened for it."""

    referral: str
    state: CompanyState | Literal["open"] = "open"
    target: str = ""
    target_kind: str = ""
    target_matter: str = ""
    target_number: str = ""


class FollowCode(msgspec.Struct, frozen=True):
    """The claim of a follow-up code. The row's key is a keyed hash of the code."""

    claim: str


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One person's claim from one accident. Amounts are fen."""

    id: str
    number: str
    status: str = "REPORTED"
    channel: ReportChannel
    event_kind: str
    injured: Injured
    policy: str
    policy_number: str
    cover: str
    basis: Basis
    insurer: str
    area: str
    place: Place
    occurred_at: datetime
    incident: str
    reported_at: datetime
    reported_by: str = ""
    consented: bool = False
    consent_version: str = ""
    related: tuple[str, ...] = ()
    """Opaque accounts that declared a relation to the claimant, or reported their own accident."""
    registered_by: str = ""
    registered_at: datetime | None = None
    insurer_number: str = ""
    surveyed_at: datetime | None = None
    certificate: str = ""
    certificate_number: str = ""
    drafted_by: str = ""
    signed_by: str = ""
    certified: bool = False
    valid_until: date | None = None
    revoked: bool = False
    confirmed: bool = False
    refusals: int = 0
    appealed: bool = False
    appeal_open: bool = False
    wanted: tuple[str, ...] = ()
    asked_documents: bool = False
    complete_at: datetime | None = None
    complex: bool = False
    covered: bool | None = None
    items: tuple[LossItem, ...] = ()
    ground: DenialGround | None = None
    settled: bool = False
    advanced: int = 0
    advanced_medical: int = 0
    agreed: int | None = None
    agreed_medical: int = 0
    reserved: int = 0
    """Fen this claim has taken of its cover's limits."""
    reserved_medical: int = 0
    paid: int = 0
    paid_reference: str = ""
    payee: str = ""
    outcome: Literal["", "PAID", "DENIED", "NO_CERTIFICATE", "SETTLED_OTHERWISE"] = ""
    denied: bool = False
    recovery: str = ""
    hazards: tuple[HazardLink, ...] = ()
    company: tuple[Company, ...] = ()
    ended_at: datetime | None = None
    erased: bool = False
    evidence: tuple[ClaimFile, ...] = ()
    notes: tuple[ClaimNote, ...] = ()
    clocks: tuple[Clock, ...] = ()

    @property
    def amount(self) -> int:
        """What was assessed, mediated or judged last."""
        return sum(i.amount for i in self.items)

    @property
    def medical(self) -> int:
        """The medical part of it."""
        return sum(i.amount for i in self.items if i.item == "MEDICAL")

    @property
    def known_hazard(self) -> bool:
        """Whether the hazard was on the list before the accident (domain rules 10.7)."""
        return any(h.known for h in self.hazards)

    @property
    def company_open(self) -> Company | None:
        """The volunteers that were asked for last, while it is not over."""
        last = self.company[-1] if self.company else None
        return last if last is not None and last.state in ("open", "taken") else None

    @property
    def open(self) -> bool:
        """Whether anybody still has to do something."""
        return self.status not in ("CLOSED", "WITHDRAWN")


class Recovery(msgspec.Struct, frozen=True, kw_only=True):
    """Money that is to come back."""

    id: str
    number: str
    claim: str
    claim_number: str
    ground: RecoveryGround
    amount: int
    received: int = 0
    area: str
    insurer: str
    status: str = "RECOVERY_OPEN"
    opened_at: datetime
    ended_at: datetime | None = None
    notes: tuple[ClaimNote, ...] = ()
