"""What a case and the rows beside it are, as documents."""

from datetime import date, datetime

import msgspec
from shuniu.rules.clocks import Clock

__all__ = ("Case", "CaseDocument", "CaseNote", "FollowCode", "Held", "Holding", "Task")


class CaseNote(msgspec.Struct, frozen=True):
    """A text kept apart, encrypted: what it is (a key of the catalogue), where, and when."""

    label: str
    ref: str
    at: datetime


class CaseDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt that was issued; its content is sealed under its code."""

    code: str
    kind: str
    number: str
    at: datetime


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A department's part."""

    unit: str
    status: str = "TASK_ASKED"
    asked_at: datetime
    back_at: datetime | None = None


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A desk case (办件). Limits are its version's, so it needs no catalogue to go on."""

    id: str
    number: str
    status: str
    item: str
    item_name: str = ""
    version: int
    area: str
    channel: str
    situation: dict[str, str] = {}
    visit: str = ""
    life_event: str = ""
    unit: str = ""
    legal_limit: int = 0
    promised_limit: int = 0
    joint: bool = False
    partners: tuple[str, ...] = ()
    applicant_ref: str = ""
    handed: tuple[str, ...] = ()
    reused: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """What the list asks for and is not there yet."""
    corrections: int = 0
    asked_for: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    gap_until: date | None = None
    procedure: str = ""
    pauses: int = 0
    extended: bool = False
    tasks: tuple[Task, ...] = ()
    opened_at: datetime
    received_at: datetime | None = None
    accepted_at: datetime | None = None
    decided_at: datetime | None = None
    ended_at: datetime | None = None
    deemed: bool = False
    granted: bool | None = None
    late: bool = False
    promise_kept: bool | None = None
    delivery_late: bool = False
    on_the_spot: bool = False
    ground: str = ""
    lapse: str = ""
    visits: tuple[date, ...] = ()
    """Business days on which the applicant came to the desk."""
    clerk: str = ""
    """Account of who took it in; ratings are of this desk's work."""
    clerks: tuple[str, ...] = ()
    assignee: str = ""
    """Account of the clerk whose case it is; "" while it is everybody's."""
    documents: tuple[CaseDocument, ...] = ()
    clocks: tuple[Clock, ...] = ()
    notes: tuple[CaseNote, ...] = ()

    @property
    def open(self) -> bool:
        """Whether anybody still has to do something."""
        return self.status not in ("DELIVERED", "REFUSED", "LAPSED", "WITHDRAWN")

    @property
    def there(self) -> frozenset[str]:
        """Materials that are here, handed in or used again."""
        return frozenset((*self.handed, *self.reused))

    def task(self, unit: str) -> Task | None:
        """The part of that unit, or None."""
        return next((t for t in self.tasks if t.unit == unit), None)

    @property
    def owing(self) -> tuple[str, ...]:
        """Units whose part is not back."""
        return tuple(t.unit for t in self.tasks if t.status == "TASK_ASKED")


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A material an applicant handed in before."""

    material: str
    case: str
    number: str
    at: datetime


class Holding(msgspec.Struct, frozen=True):
    """What is held of one applicant. The row's key is a keyed hash of their number, which stands nowhere else."""

    materials: tuple[Held, ...] = ()

    def since(self, first: datetime) -> frozenset[str]:
        """Materials handed in at or after ``first``."""
        return frozenset(m.material for m in self.materials if m.at >= first)


class FollowCode(msgspec.Struct, frozen=True):
    """Cases of a follow-up code. The row's key is a keyed hash of the code."""

    cases: tuple[str, ...]
