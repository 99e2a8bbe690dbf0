"""What an owner's route answers for a panel of the manifest; a page draws it without knowing what it is about.

Times are UTC instants, dates are business dates (Asia/Shanghai). Cells hold no person.
"""

from datetime import date, datetime
from typing import Any, Literal

import msgspec

from shuniu.contracts.text import Text

__all__ = (
    "Bar",
    "CalendarEntry",
    "CalendarPanel",
    "Column",
    "FoundPlace",
    "FoundPlaces",
    "GanttPanel",
    "MatterPointer",
    "Shape",
    "ShapesPanel",
    "TablePanel",
)

CellKind = Literal["text", "number", "percent", "minutes", "money", "date", "time", "unit", "area", "status", "matter"]


class MatterPointer(msgspec.Struct, frozen=True, kw_only=True):
    """A matter of the same service, to be opened from a panel."""

    kind: str
    id: str
    number: str = ""


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column: ``kind`` says how a cell is drawn. ``percent`` cells are fractions, ``money`` cells integer fen,
    ``minutes`` integer minutes, ``unit`` and ``area`` codes, ``matter`` a :class:`MatterPointer`, ``text`` words, a
    :class:`~shuniu.contracts.text.Text` in both languages, or several of them."""

    id: str
    title: Text
    kind: CellKind = "text"
    note: Text | None = None
    """How the figure is computed, where it is computed."""


class TablePanel(msgspec.Struct, frozen=True, kw_only=True):
    """A table; every row maps column ids to cells, a missing or null cell is empty (a rate without denominator)."""

    columns: tuple[Column, ...]
    rows: tuple[dict[str, Any], ...]
    as_of: datetime
    note: Text | None = None


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One bar of a Gantt chart; ``depends`` names bars that come before it. ``status`` is a status of the manifest."""

    id: str
    title: Text | str
    start: date | None = None
    end: date | None = None
    due: date | None = None
    status: str = ""
    group: str = ""
    unit: str = ""
    depends: tuple[str, ...] = ()
    late: bool = False
    critical: bool = False
    """What delays this bar delays the end of its group."""
    matter: MatterPointer | None = None


class GanttPanel(msgspec.Struct, frozen=True, kw_only=True):
    """Bars in the order they are drawn, gathered by ``group``."""

    bars: tuple[Bar, ...]
    as_of: datetime


class CalendarEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Something that takes place at a time."""

    id: str
    title: Text | str
    starts_at: datetime
    ends_at: datetime | None = None
    area: str = ""
    units: tuple[str, ...] = ()
    status: str = ""
    matter: MatterPointer | None = None


class CalendarPanel(msgspec.Struct, frozen=True, kw_only=True):
    """Entries by time."""

    entries: tuple[CalendarEntry, ...]
    as_of: datetime


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """A GeoJSON geometry (WGS 84) with what is to be said of it."""

    id: str
    title: Text
    geometry: dict[str, Any]
    tone: Literal["normal", "good", "warning", "bad"] = "normal"
    value: float | None = None


class ShapesPanel(msgspec.Struct, frozen=True, kw_only=True):
    """Shapes laid over the map."""

    shapes: tuple[Shape, ...]
    as_of: datetime
    note: Text | None = None


class FoundPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A place found by its name or address, to be chosen by people: ``area`` is the smallest area it lies in, ``kind``
    what sort of place it is."""

    id: str
    title: Text
    area: str
    kind: Text | None = None
    address: str = ""
    lon: float | None = None
    lat: float | None = None


class FoundPlaces(msgspec.Struct, frozen=True, kw_only=True):
    """What a route asked with ``words`` answers: the best first, a dozen at most."""

    places: tuple[FoundPlace, ...]
    as_of: datetime
