"""The manifest: how a service describes itself, so that a gateway that has never heard of it draws its pages.

It is served as ``GET /manifest`` (JSON) and announced by hash on ``….head``. Titles are in both languages. ``texts``
holds every further key a summary, a schema or a problem of the service may mention.
"""

from typing import Any, Literal

import msgspec

from shuniu.contracts.text import Text

__all__ = (
    "Action",
    "Asked",
    "Category",
    "DatasetInfo",
    "EventType",
    "KindInfo",
    "Manifest",
    "Measure",
    "Panel",
    "Rate",
    "Route",
    "SheetColumn",
    "SheetInfo",
    "StatusInfo",
    "UnitRole",
)

Tone = Literal["idle", "waiting", "active", "checking", "done", "stopped"]
Better = Literal["up", "down", "band", "none"]


class StatusInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A status of a life cycle. ``tone`` is its colour family; ``order`` its column on a board (-1: no column)."""

    id: str
    title: Text
    open: bool
    tone: Tone = "active"
    order: int = 0


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """A category of a kind; ``group`` gathers several: a key of the catalogue, or what follows ``group.`` in one."""

    id: str
    title: Text
    group: str = ""


class KindInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of matter with its life cycle. ``icon`` is one of the command view's icon names."""

    id: str
    title: Text
    plural: Text
    icon: str = "matter"
    statuses: tuple[StatusInfo, ...] = ()
    unit_statuses: tuple[StatusInfo, ...] = ()
    """Statuses of one unit's part (a callout), where the kind has parts."""
    categories: tuple[Category, ...] = ()
    clocks: tuple[Category, ...] = ()
    order: int = 0


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """A declared measure: ``sum`` adds up over areas and days, ``gauge`` keeps its last value."""

    name: str
    title: Text
    kind: Literal["sum", "gauge"]
    unit: Text = Text("", "")
    dimensions: tuple[str, ...] = ("area",)


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """A declared rate: Σ numerator / Σ denominator over a cohort; null when the denominator is 0 (domain rules 11).

    ``per`` says how it is read: 100 a share in per cent, 1000 so many for each thousand, 1 a mean; ``target`` is the
    quotient itself (1.0 for all of them). With
    ``better="band"`` a value is good inside ``band`` (lowest, highest, as it is read), neither high nor low.
    """

    name: str
    title: Text
    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    cohort: Text
    target: float | None = None
    better: Better = "up"
    per: int = 100
    band: tuple[float, float] | None = None


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """A general panel for the overview.

    ``measure`` / ``rate`` name what it shows; ``stages`` counts open matters of ``matter_kind`` by status; ``classes``
    by category; ``hours`` draws today against yesterday by hour of opening; ``kpi`` is a tile; ``map`` offers a
    measure as a colouring of the map. ``route`` is an owner's GET route for figures nobody else can compute; it answers
    a shape of ``contracts/panels.py``: ``table``, ``gantt``, ``calendar``, ``shapes`` (on the map). ``surface`` says
    where it is drawn: among the overview's panels or on the service's own page.
    """

    id: str
    title: Text
    kind: Literal["kpi", "stages", "classes", "hours", "map", "ranking", "table", "gantt", "calendar", "shapes"]
    matter_kind: str = ""
    measure: str = ""
    rate: str = ""
    route: str = ""
    surface: Literal["overview", "service"] = "overview"
    report: bool = False
    """Drawn among the evaluations too: a table of scores or ranks that only the owner computes."""
    order: int = 0
    roles: tuple[str, ...] = ()
    """Drawn only for who has one of these roles; empty: for everybody. The route decides by itself."""


class UnitRole(msgspec.Struct, frozen=True, kw_only=True):
    """A role in a unit's part, or a role of accounts, with its title."""

    id: str
    title: Text


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """Something a person may do. ``name`` is the command; ``schema`` the JSON Schema of its body (drawn as a form).

    ``kind`` is the kind of matter it acts on (``matter_field`` names the body's property that takes the id), empty
    when it opens a new one (``opens``). The owner decides who may do it now: ``GET /matters/{kind}/{id}/actions``
    (for openings ``GET /actions``) answers offers with prefilled fields. ``preview`` is an owner's POST route that
    answers suggestions and clocks for a half-filled body. In ``schema`` a property may carry ``x-widget`` (``area``,
    ``unit``, ``unit-list``, ``place``, ``blob-list``, ``textarea``, ``category``, ``datetime``, ``date``, ``hidden``,
    ``rating``, ``code``), ``x-title`` (a Text) and ``x-enum-titles`` (list of Text beside ``enum``).
    """

    name: str
    title: Text
    schema: dict[str, Any]
    kind: str = ""
    matter_field: str = ""
    opens: str = ""
    roles: tuple[str, ...] = ()
    tone: Literal["primary", "normal", "danger"] = "normal"
    icon: str = ""
    preview: str = ""
    public: bool = False
    surfaces: tuple[Literal["board", "matter", "phone", "map"], ...] = ("matter",)
    order: int = 0
    help: Text | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Something a route is asked with: a segment of its path or a query parameter.

    ``kind`` says how it is asked for: ``code`` a code somebody holds (typed or scanned), ``area`` an area's code,
    ``lon`` and ``lat`` together a point (degrees, WGS 84), ``choice`` one of ``choices``; ``words`` are words of a name
    or an address: a public route asked with nothing else finds places by them (:class:`contracts.panels.FoundPlaces`).
    """

    name: str
    title: Text
    kind: Literal["text", "number", "date", "bool", "choice", "code", "area", "lon", "lat", "words"] = "text"
    place: Literal["path", "query"] = "query"
    required: bool = False
    choices: tuple[str, ...] = ()


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """A documented GET route of the owner, reachable through the gateway. ``asked`` follows from its handler."""

    path: str
    title: Text
    public: bool = False
    asked: tuple[Asked, ...] = ()


class EventType(msgspec.Struct, frozen=True, kw_only=True):
    """An event type the service publishes: CloudEvents ``type`` and the JSON Schema of its fact."""

    type: str
    title: Text
    schema: dict[str, Any]


class SheetColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column of a sheet. ``choices`` are the titles of what a ``choice`` may hold, by value."""

    id: str
    title: Text
    kind: Literal["text", "int", "fen", "date", "choice", "bool", "code"] = "text"
    required: bool = False
    personal: bool = False
    note: Text | None = None
    choices: dict[str, Text] = {}


class SheetInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A table that may be taken out and handed in as a spreadsheet: ``/sheets/<name>``, see shared/README.

    ``export`` and ``imports`` say whether it can be done at all, the roles who may; ``filters`` are query parameters of
    an export. ``GET /sheets`` answers the sheets the caller may use.
    """

    name: str
    title: Text
    note: Text | None = None
    columns: tuple[SheetColumn, ...]
    export: bool = True
    imports: bool = False
    export_roles: tuple[str, ...] = ()
    import_roles: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    most_rows: int = 0


class DatasetInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Data of the service that other units may ask for (数据共享, domain rules 7.4).

    ``share`` is OPEN (granted at once), CONDITIONAL (``condition`` says which) or NOT_SHARED (``basis`` names the law).
    ``ask`` and ``fetch`` are the actions, ``grants`` the kind of matter that a grant is. ``level`` is L1 public to L4
    sensitive personal; personal columns leave masked.
    """

    name: str
    title: Text
    subject: Literal["PERSON", "ENTERPRISE", "CHARITY", "PARTY", "TALENT", "PLACE", "SERVICE"]
    share: Literal["OPEN", "CONDITIONAL", "NOT_SHARED"]
    level: Literal["L1", "L2", "L3", "L4"]
    cycle: Text
    columns: tuple[SheetColumn, ...]
    condition: Text | None = None
    basis: Text | None = None
    ask: str = ""
    fetch: str = ""
    grants: str = ""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """A service's description of itself."""

    service: str
    version: str
    title: Text
    summary: Text
    icon: str = "service"
    order: int = 0
    kinds: tuple[KindInfo, ...] = ()
    measures: tuple[Measure, ...] = ()
    rates: tuple[Rate, ...] = ()
    panels: tuple[Panel, ...] = ()
    actions: tuple[Action, ...] = ()
    routes: tuple[Route, ...] = ()
    events: tuple[EventType, ...] = ()
    roles: tuple[UnitRole, ...] = ()
    sheets: tuple[SheetInfo, ...] = ()
    datasets: tuple[DatasetInfo, ...] = ()
    texts: dict[str, Text] = {}
