"""The summary: the published, domain-free part of an event.

The gateway knows nothing but summaries and manifests. A summary never carries a person: a published title is category
and place name, a place is a grid code or a coarsened point, free text stays with its owner.
"""

from datetime import date, datetime
from typing import Literal

import msgspec

from shuniu.contracts.text import Text

__all__ = (
    "Link",
    "MatterSummary",
    "MatterUnit",
    "MeasureSummary",
    "Notice",
    "NoticeWhy",
    "Place",
    "RegistryEntry",
    "StepSummary",
    "Summary",
    "Visibility",
)

DueStatus = Literal["none", "running", "soon", "late", "met", "paused"]
NoticeWhy = Literal["assigned", "soon", "overdue", "changed"]


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where: a place name free of persons, and optionally a point coarsened to 4 decimals (about 10 m; WGS 84)."""

    name: str = ""
    lon: float | None = None
    lat: float | None = None


class Visibility(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who may read a summary; the gateway's one read policy is this times the caller's token.

    A caller reads it when ``sensitivity`` is at most the caller's clearance and one of these holds: the caller's area
    contains ``area`` of the matter or one of ``areas``; one of ``units`` is among the caller's; one of ``roles`` is.
    ``sensitivity``: 1 public, 2 internal, 3 personal, 4 sensitive personal (domain rules 12, confidentiality).
    """

    areas: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    sensitivity: int = 2


class MatterUnit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One unit's part in a matter, e.g. one callout: its role (``LEAD``/``CO``/``INFORM``), status id and clock."""

    unit: str
    role: str = "LEAD"
    status: str = ""
    due_at: datetime | None = None
    due_status: DueStatus = "none"


class MatterSummary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A matter as everybody may follow it. ``version`` only grows; a lower one never overwrites a higher one."""

    kind: str
    id: str
    number: str
    version: int
    title: str
    category: str = ""
    status: str = ""
    open: bool = True
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    due_at: datetime | None = None
    soon_at: datetime | None = None
    due_status: DueStatus = "none"
    clock: str = ""
    """Id of the clock that ``due_at`` belongs to (a key of the manifest's texts)."""
    provisional: bool = False
    limit: str = ""
    """The limit of that clock as it is written (``3wd``, ``4wh``): in working days or hours a countdown counts office
    hours only."""
    area: str = ""
    place: Place = Place()
    lead_unit: str = ""
    units: tuple[MatterUnit, ...] = ()
    flags: tuple[str, ...] = ()
    """Status-independent marks worth a chip (keys of the manifest's texts), e.g. an escalation."""
    visibility: Visibility = Visibility()


class StepSummary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the timeline shows of one event: the move's id (a key of the manifest's texts) and who did it, as a unit."""

    move: str
    unit: str = ""
    detail: str = ""
    """A key of the manifest's texts, never free text."""
    params: dict[str, str] = {}


class MeasureSummary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One observation: ``value`` of measure ``name`` on business date ``on`` (Asia/Shanghai) of its declared cohort."""

    name: str
    value: float
    on: date
    dimensions: dict[str, str] = {}
    """At least ``area`` where the measure is placed; others as the manifest declares."""


class Link(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A relation from this matter to another: ``source`` is the other's service source, ``matter`` its id."""

    relation: str
    source: str
    kind: str
    matter: str


class Notice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody must be told of this event; who that is by name, and by which channel, only the directory knows.

    ``text`` is a key of the manifest's texts; what is sent is that text with the matter's number and published title,
    never a person. Told are the ``accounts`` (opaque ids), everybody of one of ``units``, and everybody with one of
    ``roles`` whose areas contain one of ``areas``.
    """

    why: NoticeWhy
    text: str
    accounts: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()


class RegistryEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An area, unit or post as its owner publishes it; consumers keep a local registry of these.

    ``geometry`` is the SHA-256 of a GeoJSON geometry held as a blob by the owner.
    """

    kind: Literal["area", "unit", "post"]
    code: str
    parent: str = ""
    title: Text = Text("", "")
    subtype: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    geometry: str = ""
    attributes: dict[str, str] = {}


class Summary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything domain-free about one event; every part is optional."""

    matter: MatterSummary | None = None
    step: StepSummary | None = None
    measures: tuple[MeasureSummary, ...] = ()
    links: tuple[Link, ...] = ()
    registry: tuple[RegistryEntry, ...] = ()
    notices: tuple[Notice, ...] = ()
    visibility: Visibility | None = None
    """For events without a matter."""
