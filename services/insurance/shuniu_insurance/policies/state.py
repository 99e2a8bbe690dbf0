"""A policy (保单) and its guard rows as documents, and how facts change them."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from msgspec.structs import replace
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Emit
from shuniu.chassis.rows import Happening, Index, Key, Timer
from shuniu.contracts.insurance import policies as said
from shuniu.contracts.insurance.fund import FundMoved
from shuniu.contracts.insurance.policies import Cover
from shuniu.rules.areas import within
from shuniu.rules.calendar import end_of_day, midnight

__all__ = (
    "Book",
    "Booked",
    "Endorsed",
    "Policy",
    "Room",
    "due",
    "evolve",
    "evolve_book",
    "evolve_room",
    "index",
    "timers",
)

KIND = "insurance_policy"


class Endorsed(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the covers and the accidents it holds for: those from ``since`` on."""

    version: int
    since: date
    covers: tuple[Cover, ...]
    endorsement: str = ""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """One policy of one insurer for one area and period. ``premium`` is fen."""

    id: str
    number: str
    status: str = "DRAFT"
    insurer: str
    area: str
    since: date
    until: date
    premium: int
    premium_paid: int = 0
    versions: tuple[Endorsed, ...]
    contract: str = ""
    previous: str = ""
    drafted_by: str = ""
    drafted_at: datetime
    ended_at: datetime | None = None
    reason: str = ""

    def version_on(self, day: date) -> Endorsed:
        """The covers that hold for an accident of that day."""
        return max((v for v in self.versions if v.since <= day), key=lambda v: v.version, default=self.versions[0])

    @property
    def covers(self) -> tuple[Cover, ...]:
        """The covers of the newest version."""
        return self.versions[-1].covers

    def cover_on(self, day: date, code: str) -> Cover | None:
        """A cover as it holds for an accident of that day, or None."""
        return next((c for c in self.version_on(day).covers if c.code == code), None)

    def holds_on(self, day: date, area: str) -> bool:
        """Whether an accident there and then falls under the policy."""
        return self.status in ("ISSUED", "IN_FORCE", "EXPIRED", "TERMINATED") and (
            self.since <= day <= self.until and within(area, self.area)
        )


class Booked(msgspec.Struct, frozen=True, kw_only=True):
    """A concluded policy as the book knows it."""

    policy: str
    area: str
    since: date
    until: date
    protections: tuple[str, ...]


class Book(msgspec.Struct, frozen=True):
    """Guard row: every concluded policy of the scope, so that no two give the same protection at once."""

    policies: tuple[Booked, ...] = ()

    def candidates(self, day: date, area: str) -> tuple[str, ...]:
        """Policies an accident there and then may fall under, that of the smallest area first."""
        found = [p for p in self.policies if p.since <= day <= p.until and within(area, p.area)]
        return tuple(p.policy for p in sorted(found, key=lambda p: (-len(p.area), p.policy)))


class Room(msgspec.Struct, frozen=True):
    """Guard row: what has been taken of one limit, in fen. A limit is that of a cover's period, event or person."""

    taken: int = 0
    medical: int = 0
    events: int = 0


def evolve(row: Policy | None, f: Any, h: Happening) -> Policy | None:
    """The policy after a fact."""
    if isinstance(f, said.PolicyDrafted):
        return Policy(
            id=f.policy,
            number=f.number,
            insurer=f.insurer,
            area=f.area,
            since=f.since,
            until=f.until,
            premium=f.premium,
            versions=(Endorsed(version=1, since=f.since, covers=f.covers),),
            previous=f.previous,
            drafted_by=h.actor,
            drafted_at=h.time,
        )
    if row is None:
        return None
    match f:
        case said.PolicyRewritten():
            first = Endorsed(version=1, since=f.since, covers=f.covers)
            return replace(row, since=f.since, until=f.until, premium=f.premium, versions=(first,))
        case said.PolicyDiscarded():
            return replace(row, status="DISCARDED", ended_at=h.time)
        case said.PolicyIssued():
            return replace(row, status="ISSUED", contract=f.contract)
        case said.PolicyInForce():
            return replace(row, status="IN_FORCE")
        case said.PolicyEndorsed():
            new = Endorsed(version=f.version, since=f.effective_from, covers=f.covers, endorsement=f.endorsement)
            return replace(row, versions=(*row.versions, new), premium=row.premium + f.premium_change)
        case said.PolicyExpired():
            return replace(row, status="EXPIRED", ended_at=h.time)
        case said.PolicyTerminated():
            return replace(row, status="TERMINATED", until=f.last_day, reason=f.reason, ended_at=h.time)
    return _paid(row, f)


def _paid(row: Policy, f: Any) -> Policy:
    """Premium as the fund's ledger moves it."""
    if not isinstance(f, FundMoved):
        return row
    moved = sum(p.amount for p in f.entry.postings if p.account == f"I:{row.id}")
    return replace(row, premium_paid=row.premium_paid + moved)


def evolve_book(row: Book | None, f: Any, h: Happening) -> Book | None:
    """The book after a policy was concluded, endorsed or ended early."""
    row = row or Book()
    match f:
        case said.PolicyIssued():
            new = Booked(policy=f.policy, area=f.area, since=f.since, until=f.until, protections=f.protections)
            return Book((*row.policies, new))
        case said.PolicyEndorsed():
            now = tuple(dict.fromkeys(c.protection for c in f.covers))
            return Book(tuple(replace(b, protections=now) if b.policy == f.policy else b for b in row.policies))
        case said.PolicyTerminated():
            kept = tuple(replace(b, until=f.last_day) if b.policy == f.policy else b for b in row.policies)
            return Book(tuple(b for b in kept if b.since <= b.until))
    return row


def evolve_room(row: Room | None, f: Any, h: Happening) -> Room | None:
    """A limit's use after a claim took of it or gave back."""
    row = row or Room()
    move = getattr(f, "room", None)
    if not isinstance(move, said.RoomMove):
        return row
    return Room(row.taken + move.amount, row.medical + move.medical, row.events + 1)


def index(row: Policy) -> Index:
    """Columns beside the document."""
    return Index(row.status, row.area, row.insurer, ends_at(row))


def ends_at(row: Policy) -> datetime | None:
    """The instant something happens by itself in this status."""
    match row.status:
        case "ISSUED":
            return midnight(row.since)
        case "IN_FORCE":
            return end_of_day(row.until)
    return None


def due(row: Policy, ctx: Context) -> Sequence[Emit]:
    """A concluded policy comes into force on its first day and expires after its last."""
    at = ends_at(row)
    if at is None or ctx.now < at:
        return ()
    fact = said.PolicyInForce if row.status == "ISSUED" else said.PolicyExpired
    return (Emit(fact(policy=row.id), (Key(KIND, row.id),)),)


def timers(row: Policy) -> Iterable[Timer]:
    """When the policy wants to be woken."""
    if (at := ends_at(row)) is not None:
        yield Timer(row.status.lower(), 1, at)
