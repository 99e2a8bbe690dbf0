"""What a whistle, its callouts and their phases are, as documents. Everything here is read by rules and pages alike."""

from datetime import date, datetime
from typing import Literal

import msgspec
from shuniu.contracts.summary import Place
from shuniu.contracts.whistle.whistles import (
    Direction,
    EvidenceRef,
    MatterKey,
    Origin,
    Party,
    PastWhistle,
    UnitRoleCode,
    WhistleKind,
)
from shuniu.rules.clocks import Clock

__all__ = (
    "DONE",
    "Callout",
    "Extension",
    "HeldReferral",
    "Meeting",
    "Note",
    "Objection",
    "OpenWhistle",
    "PartyAnswer",
    "Phase",
    "Presence",
    "Rating",
    "Whistle",
)

DONE = frozenset({"FINISHED", "WAIVED", "WITHDRAWN"})
"""Statuses in which a callout owes nothing any more."""


class Note(msgspec.Struct, frozen=True):
    """A text kept apart, encrypted: what it is (a key of the catalogue), where, whose part it belongs to, when."""

    label: str
    ref: str
    part: str
    at: datetime


class Phase(msgspec.Struct, frozen=True, kw_only=True):
    """One phase of a staged remediation (阶段)."""

    id: str
    seq: int
    work: str
    due_on: date
    status: str = "PLANNED"
    start_on: date | None = None
    after: tuple[str, ...] = ()
    """Phases it waits for, of this or another callout of the whistle."""
    owner: str = ""
    """Post or role that answers for it in the unit."""
    before: tuple[EvidenceRef, ...] = ()
    """How it looked before the work."""
    evidence: tuple[EvidenceRef, ...] = ()
    sent_back: int = 0
    started_at: datetime | None = None
    accepted_at: datetime | None = None


class Objection(msgspec.Struct, frozen=True, kw_only=True):
    """The one objection a unit has."""

    instead: str
    at: datetime


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """What the caller confirmed of the unit's reporting in."""

    at: datetime
    people: int
    confirmed_at: datetime


class Meeting(msgspec.Struct, frozen=True, kw_only=True):
    """A push meeting the units were told of."""

    at: datetime
    announced_at: datetime


class Extension(msgspec.Struct, frozen=True, kw_only=True):
    """The one extension a unit may ask for."""

    finish_on: date
    status: Literal["ASKED", "APPROVED", "DECLINED"] = "ASKED"


class Rating(msgspec.Struct, frozen=True, kw_only=True):
    """Scores from 1 to 5."""

    response: int
    attitude: int
    result: int

    @property
    def mean(self) -> float:
        """Their mean, unweighted (no weights are published)."""
        return (self.response + self.attitude + self.result) / 3


class PartyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How one unit of another scope stands, by its own word."""

    unit: str
    status: str
    due_at: datetime | None = None
    late: bool = False


class Callout(msgspec.Struct, frozen=True, kw_only=True):
    """One called unit's part (被吹哨单位)."""

    id: str
    unit: str
    role: UnitRoleCode
    scope: str = ""
    """The other scope it belongs to; "": this one."""
    status: str = "PENDING"
    designated: bool = False
    """The district designated it or held to it: it may not return the callout (domain rules 1.23)."""
    objection: Objection | None = None
    signed_at: datetime | None = None
    contacted_at: datetime | None = None
    presence: Presence | None = None
    finish_on: date | None = None
    extension: Extension | None = None
    evidence: tuple[EvidenceRef, ...] = ()
    finished_at: datetime | None = None
    replaced_by: str = ""
    rating: Rating | None = None
    phases: tuple[Phase, ...] = ()
    answers: tuple[PartyAnswer, ...] = ()
    """Of a party in another scope: how each of its units stands."""
    taken_as: str = ""
    """Number of the matter that the other scope opened for it."""
    settled: str = ""
    """How the other scope's part ended: solved or unsolved."""
    refused_for: str = ""
    """Code of the reason for which the other scope refused."""

    @property
    def owes(self) -> bool:
        """Whether something is still to be done by it."""
        return self.status not in DONE

    @property
    def phases_accepted(self) -> bool:
        """Whether it has phases and all of them are accepted."""
        return bool(self.phases) and all(p.status == "ACCEPTED" for p in self.phases)


class HeldReferral(msgspec.Struct, frozen=True):
    """A referral this whistle answers for, and the source that made it."""

    referral: str
    made_by: str


class Whistle(msgspec.Struct, frozen=True, kw_only=True):
    """A whistle (哨)."""

    id: str
    number: str
    direction: Direction
    kind: WhistleKind
    status: str
    caller_unit: str
    item: str
    off_list: bool
    area: str
    place: Place
    lead: str
    co: tuple[str, ...]
    inform: tuple[str, ...]
    wanted_on: date | None
    subject: MatterKey | None
    open_key: str
    parties: tuple[Party, ...] = ()
    origin: Origin | None = None
    """For a whistle that another scope called us to."""
    item_title: str = ""
    group: str = ""
    list_version: str = ""
    """Version of the whistle list: of the draft's day, from blowing on the one it was blown under."""
    profile: str = ""
    title: str = ""
    linked: tuple[MatterKey, ...] = ()
    previous: str = ""
    previous_number: str = ""
    next: str = ""
    next_number: str = ""
    chain: int = 1
    opened_at: datetime
    blown_at: datetime | None = None
    resolved_at: datetime | None = None
    ended_at: datetime | None = None
    finish_by: date | None = None
    escalated: bool = False
    late_marks: int = 0
    callouts: tuple[Callout, ...] = ()
    clocks: tuple[Clock, ...] = ()
    referrals: tuple[HeldReferral, ...] = ()
    notes: tuple[Note, ...] = ()
    history: tuple[PastWhistle, ...] = ()
    """The earlier whistles of the chain, first whistle first."""
    meetings: tuple[Meeting, ...] = ()
    rungs: tuple[str, ...] = ()
    """Steps of the escalation ladder that were taken."""
    refusals: int = 0
    """How often a unit refused and the district held it to the callout."""
    supervision: str = ""
    """The supervision that is open on it."""
    supervision_number: str = ""
    supervised_as: str = ""
    """Form of that supervision."""
    supervisions: int = 0
    cancelled: str = ""
    """Why it was cancelled, a code."""
    calling: str = ""
    """What the district said of the calling side, a code (双考核)."""

    @property
    def open(self) -> bool:
        """Whether anybody still has to do something."""
        return self.status not in ("CLOSED", "RE_BLOWN", "CANCELLED")

    def callout(self, id: str) -> Callout | None:  # noqa: A002 - the domain's word
        """The callout of that id, or None."""
        return next((c for c in self.callouts if c.id == id), None)

    @property
    def leading(self) -> Callout | None:
        """The callout that leads (主责): the one LEAD that was not withdrawn."""
        return next((c for c in self.callouts if c.role == "LEAD" and c.status != "WITHDRAWN"), None)

    @property
    def lead_unit(self) -> str:
        """Unit of the leading callout, of the plan before the whistle is blown; "" where nobody leads any more."""
        if self.callouts:
            return self.leading.unit if self.leading else ""
        led = next((p for p in self.parties if p.role == "LEAD"), None)
        return self.lead or (led.unit or f"@{led.scope}" if led else "")

    @property
    def supporters_done(self) -> bool:
        """Whether every supporting callout is finished, waived or withdrawn."""
        return not any(c.owes for c in self.callouts if c.role == "CO")

    @property
    def all_done(self) -> bool:
        """Whether no callout owes anything; where the party that led has refused, another must be called first."""
        return self.leading is not None and not any(c.owes for c in self.callouts)


class OpenWhistle(msgspec.Struct, frozen=True):
    """Guard row: the one open whistle about a matter. Its key is the matter's ``open_key``."""

    open_key: str
    whistle: str
    number: str
