"""What the view API answers: every body of ``/api/v1`` that the gateway makes itself, as frozen Structs.

JSON is snake_case. Times are UTC; business dates are Asia/Shanghai. Nothing here names a domain: kinds, statuses,
categories, moves, measures and clocks are ids whose titles stand in the manifests (``GET /view``).
"""

from datetime import date, datetime
from typing import Any, Literal

import msgspec
from shuniu.contracts.manifest import Manifest
from shuniu.contracts.summary import DueStatus, MatterUnit, Place
from shuniu.contracts.text import Text

__all__ = (
    "AccountView",
    "ActionOffer",
    "ActionOffers",
    "Area",
    "Areas",
    "ClockTick",
    "Events",
    "GivenKey",
    "LinkView",
    "Matter",
    "MatterEdge",
    "MatterGraph",
    "MatterKey",
    "MatterPage",
    "Matters",
    "NewPassword",
    "PageSettings",
    "PasswordChange",
    "Posts",
    "RegistryChange",
    "Reset",
    "ServiceView",
    "Session",
    "SignIn",
    "SignInRules",
    "Step",
    "StreamItem",
    "Tick",
    "Unit",
    "Units",
    "View",
    "WorkingTime",
)

ServicePresence = Literal["present", "behind", "absent"]


# --- session ---------------------------------------------------------------------------------------------------------


class SignIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Body of ``POST /session``. ``code``: of the authenticator, or a recovery code, for who has a second factor."""

    account: str
    password: str
    code: str = ""


class SignInRules(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /session/rules``: what whoever signs in should know before."""

    second_factor: bool
    """Some roles sign in with a code beside the password; False where a deployment asks nobody for one."""
    synthetic: bool
    """A demonstration: made-up people and matters."""
    idle_minutes: int
    hours: int


class PageSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an account wants its pages; "" is as the device says. Body and answer of ``PUT /session/settings``."""

    language: Literal["", "zh", "en"] = ""
    theme: Literal["", "light", "dark", "system"] = ""
    text_size: Literal["", "normal", "large", "largest"] = ""


class PasswordChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Body of ``PUT /session/password``."""

    old: str
    new: str


class NewPassword(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Body of ``PUT /accounts/{login}/password``, by a system administrator."""

    password: str
    must_change: bool = True


class GivenKey(msgspec.Struct, frozen=True, kw_only=True):
    """A new service key; it is told this once. Sent as ``Authorization: Bearer <key>``."""

    login: str
    key: str


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """The signed-in account. ``title`` is a post title, never a person's name."""

    id: str
    login: str
    title: Text
    roles: tuple[str, ...]
    areas: tuple[str, ...]
    units: tuple[str, ...]
    clearance: int
    must_change: bool = False
    """The password was given by somebody else and must be changed (``PUT /session/password``) before anything."""
    must_enrol: bool = False
    """A role of the account needs a second factor and it has none (``POST /session/second-factor``) yet."""
    second_factor: bool = False
    recovery_codes: int = 0
    """How many are left."""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /session`` and ``POST /session``. ``csrf`` goes back as header ``X-CSRF-Token`` on every change."""

    account: AccountView
    role_titles: tuple[Text, ...]
    """In the order of ``account.roles``; from the manifests of the services, so an unknown role shows its id."""
    csrf: str
    scope: str
    scope_title: Text
    expires_at: datetime
    """Real time: 30 minutes after the last act of the person, at most 12 hours after sign-in. A request with header
    ``Shuniu-Background`` is none."""
    ends_at: datetime
    """When it ends whatever the person does."""
    as_of: datetime
    """Real time of the answer."""
    settings: PageSettings = PageSettings()


# --- the static part: services, areas, units --------------------------------------------------------------------------


class ServiceView(msgspec.Struct, frozen=True, kw_only=True):
    """A service as the gateway sees it now. Stream event ``service`` carries the same without the manifest.

    ``service`` is its address: the plain name in our own scope, ``<name>@<scope>`` for another deployment's; the same
    word is ``service`` of its manifest here, of its matters, steps and links, and stands for it in paths and filters.
    """

    service: str
    scope: str
    source: str
    title: Text
    version: str
    state: ServicePresence
    lag: int
    """Events of its log the gateway has not shown yet."""
    head: int
    since: datetime
    """When it came to this state (real time)."""
    scope_title: Text | None = None
    """Of another deployment's service: what its scope is called in our agreement with it."""
    manifest_hash: str = ""
    """Changes when the service was updated; fetch ``GET /view`` again then."""
    manifest: Manifest | None = None


class View(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /view``: everything a page needs before it asks for figures."""

    scope: str
    scope_title: Text
    synthetic: bool
    """The scope is a made-up one for demonstration; the page must say so."""
    services: tuple[ServiceView, ...]
    base_map: str | None
    """Address of a GeoJSON FeatureCollection of background features (property ``layer``), or null."""
    as_of: datetime
    rate: float
    """Domain seconds per real second; 1 in ordinary life."""


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """An area of the registry. ``parent`` "" for the topmost; ``level`` is how deep it lies below the scope."""

    code: str
    parent: str
    title: Text
    subtype: str
    level: Literal["street", "community", "grid"]
    geometry: str = ""
    """SHA-256 of its geometry, "" when it has none."""
    attributes: dict[str, str] = {}


class Areas(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /areas``: all areas in force on the business date, parents before children."""

    areas: tuple[Area, ...]
    geometry: str
    """ETag of ``GET /areas/geometry`` (changes with any geometry)."""


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """A unit (department, committee, enterprise) or an office post (岗位) of the registry."""

    code: str
    parent: str
    title: Text
    subtype: str
    attributes: dict[str, str] = {}


class Units(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /units``."""

    units: tuple[Unit, ...]


class Posts(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /posts``; ``parent`` is the unit a post belongs to."""

    posts: tuple[Unit, ...]


# --- matters ----------------------------------------------------------------------------------------------------------


class MatterKey(msgspec.Struct, frozen=True, kw_only=True):
    """Address of a matter, with what people call it; number and title are "" while it is not in the view."""

    source: str
    service: str
    kind: str
    id: str
    number: str = ""
    title: str = ""


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """A matter as everybody may follow it: the latest version the gateway has seen.

    ``due_status`` is what the owner last said; ``soon`` and ``late`` also follow from ``soon_at`` and ``due_at`` with
    ``as_of`` (see :func:`shuniu_gateway.due.light`): a client counts on between two events.
    """

    source: str
    service: str
    kind: str
    id: str
    number: str
    version: int
    title: str
    category: str
    status: str
    open: bool
    opened_at: datetime | None
    closed_at: datetime | None
    due_at: datetime | None
    soon_at: datetime | None
    due_status: DueStatus
    clock: str
    provisional: bool
    limit: str
    """As it is written (``3wd``, ``4wh``, ``24h``); "" where nobody says."""
    area: str
    place: Place
    lead_unit: str
    units: tuple[MatterUnit, ...]
    flags: tuple[str, ...]
    updated_at: datetime
    incomplete: bool = False
    """An event of it could not be read and waits; what is shown may not be the latest."""


class WorkingTime(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /calendar``: what a countdown in working time needs. ``off`` are weekdays that are not worked, ``make_up``
    weekend days that are; ``sessions`` are minutes of the local day. Services with office hours of their own count by
    those; these are the kit's."""

    version: str
    published: tuple[int, ...]
    off: tuple[date, ...]
    make_up: tuple[date, ...]
    sessions: tuple[tuple[int, int], ...]


class Matters(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /matters``: one page; ``total`` counts the rows this caller may see under the same filters."""

    total: int
    items: tuple[Matter, ...]
    feed: str
    """Where the stream stood: apply only stream items after it."""
    as_of: datetime


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One event on a timeline or in the ticker: what was done (``move``), by which unit, to which matter."""

    id: str
    """``<source> <epoch>-<position>``: identity of the event, for keys of lists."""
    source: str
    service: str
    position: int
    time: datetime
    type: str
    move: str
    unit: str
    detail: str
    params: dict[str, str]
    area: str
    matter: MatterKey


class LinkView(msgspec.Struct, frozen=True, kw_only=True):
    """A relation to or from this matter. ``matter`` is null while the other is unknown or hidden from this caller."""

    relation: str
    direction: Literal["to", "from"]
    source: str
    service: str
    kind: str
    id: str
    matter: Matter | None


class MatterEdge(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """``relation`` from one matter to another; both as places in the graph's ``nodes``."""

    relation: str
    from_: int
    to: int


class MatterGraph(msgspec.Struct, frozen=True, kw_only=True):
    """Matters that hang together, as far as this caller may read them; the one asked for comes first."""

    nodes: tuple[Matter, ...]
    edges: tuple[MatterEdge, ...]


class MatterPage(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /matters/{service}/{kind}/{id}``: the matter and its timeline across services, oldest first."""

    matter: Matter
    timeline: tuple[Step, ...]
    links: tuple[LinkView, ...]
    graph: MatterGraph
    feed: str
    as_of: datetime


class ActionOffer(msgspec.Struct, frozen=True, kw_only=True):
    """An action this person may take now; its schema stands in the manifest (``action`` is the command's name)."""

    service: str
    action: str
    title: Text
    tone: Literal["primary", "normal", "danger"]
    prefill: dict[str, Any] = {}
    fixed: tuple[str, ...] = ()
    """Names of prefilled fields that may not be changed."""
    note: Text | None = None
    order: int = 0


class ActionOffers(msgspec.Struct, frozen=True, kw_only=True):
    """``GET …/actions``. ``absent``: the owner does not answer, so nothing can be offered now."""

    offers: tuple[ActionOffer, ...]
    absent: bool
    absent_services: tuple[str, ...] = ()


# --- the stream -------------------------------------------------------------------------------------------------------
# Server-sent events; ``event:`` is the name, ``data:`` the JSON of the Struct, ``id:`` the feed id. Names: ``matter``
# (Matter), ``step`` (Step), ``gone`` (MatterKey: a matter this viewer may not read any more), ``service`` (ServiceView
# without its manifest; all of them at the start), ``registry`` (RegistryChange), ``clock``, ``tick``, ``reset``.


class Tick(msgspec.Struct, frozen=True, kw_only=True):
    """``tick``, every 10 s: the stream lives. 15 s without anything means stale."""

    as_of: datetime
    feed: str


class ClockTick(msgspec.Struct, frozen=True, kw_only=True):
    """``clock``, at the start of a stream and when the domain clock changes pace. ``build``: of the page that is served
    now; a page that was opened before another one was installed learns of it here."""

    as_of: datetime
    rate: float
    build: str = ""


class RegistryChange(msgspec.Struct, frozen=True, kw_only=True):
    """``registry``: areas, units or posts changed; fetch them again. ``kinds`` of entries that did."""

    kinds: tuple[str, ...]
    geometry: bool


class Reset(msgspec.Struct, frozen=True, kw_only=True):
    """``reset``: the asked-for place in the feed is unknown or too long ago; take a fresh snapshot. ``feed`` is now."""

    feed: str
    as_of: datetime


class StreamItem(msgspec.Struct, frozen=True, kw_only=True):
    """One item of ``GET /events`` and of the stream: exactly one of the parts is there, named like its event.

    ``matter``: the matter's latest version; ``step``: something was done; ``service``: without its manifest;
    ``registry``: fetch areas and units again.
    """

    feed: str
    matter: Matter | None = None
    step: Step | None = None
    service: ServiceView | None = None
    registry: RegistryChange | None = None


class Events(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /events``: recent steps, newest first, typed like the stream; seeds the ticker. ``types`` is only there
    to bring the stream's other payloads into the OpenAPI document."""

    items: tuple[StreamItem, ...]
    feed: str
    as_of: datetime
    types: tuple[Tick | None, ClockTick | None, Reset | None] = (None, None, None)
