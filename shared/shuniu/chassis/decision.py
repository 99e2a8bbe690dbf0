"""What a rule answers: events to append, private fields to keep apart, offers and pages for people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import msgspec

from shuniu.chassis.rows import Key
from shuniu.contracts.envelope import Fact
from shuniu.contracts.text import Text
from shuniu.rules.evidence import BlobRef

__all__ = (
    "Answer",
    "Decision",
    "Detail",
    "DetailField",
    "DetailPanel",
    "DetailRow",
    "DetailSection",
    "Emit",
    "MatterRef",
    "Offer",
    "PersonalRecord",
    "Private",
)


@dataclass(frozen=True, slots=True)
class Emit:
    """One event: the fact, and the rows it evolves. The first of ``on`` is the row whose summary travels with it.

    ``forget`` are references of :class:`Private` fields that end with this event: what is kept under them is destroyed
    in its transaction (PIPL §19, §47).
    """

    fact: Fact
    on: tuple[Key, ...]
    area: str = ""
    forget: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Private:
    """Personal fields of one command, kept encrypted beside the log under an opaque ``ref`` (PIPL §5-6, §28).

    ``purpose`` and ``basis`` are codes (domain rules 7.1, 12); ``sensitivity`` 3 personal, 4 sensitive personal.
    """

    ref: str
    fields: Mapping[str, str]
    purpose: str
    basis: str
    sensitivity: int = 3
    matter: str = ""
    """Whose record it is, where a command concerns several matters; else the first matter of its events."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a command does. No events is a lawful answer ("nothing to do")."""

    events: tuple[Emit, ...] = ()
    private: tuple[Private, ...] = ()
    answer: Mapping[str, Any] = field(default_factory=dict)


class MatterRef(msgspec.Struct, frozen=True, kw_only=True):
    """A matter by kind and id, with the number people know it by."""

    kind: str
    id: str
    number: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the caller of an accepted command gets: where its last event stands, and the matter it concerned."""

    source: str
    epoch: str
    position: int
    matter: MatterRef | None = None
    answer: dict[str, Any] = {}


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """An action this person may take now on this matter. ``fixed`` names prefilled fields that must stay."""

    action: str
    prefill: dict[str, Any] = {}
    fixed: tuple[str, ...] = ()
    note: Text | None = None
    title: Text | None = None
    """Only when it differs from the action's own title."""


class DetailField(msgspec.Struct, frozen=True, kw_only=True):
    """One labelled value; ``kind`` says how to draw it. ``label`` is a key of the catalogue."""

    label: str
    value: str
    kind: Literal["text", "time", "unit", "area", "key", "person", "minutes"] = "text"


class DetailRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a section (a callout, a phase): status and clock as ids of the manifest, evidence by hash."""

    label: str
    status: str = ""
    unit: str = ""
    due_at: datetime | None = None
    note: str = ""
    fields: tuple[DetailField, ...] = ()
    evidence: tuple[BlobRef, ...] = ()


class DetailSection(msgspec.Struct, frozen=True, kw_only=True):
    """A titled list of rows; ``title`` is a key of the catalogue."""

    title: str
    rows: tuple[DetailRow, ...]


class DetailPanel(msgspec.Struct, frozen=True, kw_only=True):
    """A panel on a matter's page: ``route`` is an owner's GET route that answers a shape of ``contracts/panels.py``.

    ``title`` is a key of the catalogue.
    """

    title: str
    kind: Literal["table", "gantt", "calendar", "shapes"]
    route: str


class PersonalRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One sealed record of a matter that the page shows masked: what to ask for, and what stands in it.

    ``purpose`` is the code it is kept for (domain rules 7.1); ``fields`` are names, never values.
    """

    ref: str
    purpose: str
    fields: tuple[str, ...]


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """The owner's page of a matter. Free text appears here and nowhere else.

    ``personal`` is filled by the chassis, for who may read personal data in clear: the records the page shows masked.
    """

    fields: tuple[DetailField, ...] = ()
    sections: tuple[DetailSection, ...] = ()
    evidence: tuple[BlobRef, ...] = ()
    panels: tuple[DetailPanel, ...] = ()
    personal: tuple[PersonalRecord, ...] = ()
