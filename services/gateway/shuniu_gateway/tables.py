"""Piccolo's view of the gateway's tables; every query of the routes goes through these classes.

State tables are written by the command processor, ``*_view``, ``feed`` and ``feed_head`` by the projection (which says
so in its ``tables``), ``session`` and ``sign_in_guard`` by :mod:`shuniu_gateway.sessions`, ``manifest_view`` by
:mod:`shuniu_gateway.presence`, ``geometry_view`` by :mod:`shuniu_gateway.geometry`.
"""

from piccolo.columns import (
    JSONB,
    Array,
    BigInt,
    Boolean,
    Bytea,
    Date,
    DoublePrecision,
    Integer,
    SmallInt,
    Text,
    Timestamptz,
)
from piccolo.table import Table
from shuniu.chassis.tables import StateTable

__all__ = (
    "TABLES",
    "AccountTable",
    "FeedHeadTable",
    "FeedTable",
    "GeometryView",
    "LinkTable",
    "LoginTable",
    "ManifestView",
    "MatterTable",
    "MeasureTable",
    "OfficePostTable",
    "PageSettingsTable",
    "RegistryView",
    "SessionTable",
    "SignInGuard",
    "StepTable",
    "UnitTable",
)


class AccountTable(StateTable, tablename="account"):
    """Accounts (账号)."""


class LoginTable(StateTable, tablename="login"):
    """Logins that are taken."""


class UnitTable(StateTable, tablename="unit"):
    """Units of the directory (单位)."""


class OfficePostTable(StateTable, tablename="office_post"):
    """Office posts of the directory (岗位)."""


class SessionTable(Table, tablename="session"):
    """A browser's session; ``id`` is the SHA-256 of its secret."""

    id = Bytea(primary_key=True)
    account = Text()
    csrf = Text()
    opened_at = Timestamptz()
    seen_at = Timestamptz()


class SignInGuard(Table, tablename="sign_in_guard"):
    """Failed sign-ins of a login, known or not."""

    login = Text(primary_key=True)
    failures = Integer()
    failed_at = Timestamptz()
    locked_until = Timestamptz(null=True, default=None)


class PageSettingsTable(Table, tablename="page_settings"):
    """How an account wants its pages (:class:`shapes.PageSettings`)."""

    account = Text(primary_key=True)
    doc = JSONB()


class ManifestView(Table, tablename="manifest_view"):
    """The last manifest of every service ever seen."""

    source = Text(primary_key=True)
    hash = Text()
    manifest = Bytea()
    fetched_at = Timestamptz()


class GeometryView(Table, tablename="geometry_view"):
    """GeoJSON geometries by hash, fetched from their owners."""

    sha = Text(primary_key=True)
    geometry = Bytea()


class FeedHeadTable(Table, tablename="feed_head"):
    """Where the feed stands: one row."""

    one = Boolean(primary_key=True, default=True)
    epoch = Text()
    position = BigInt()


class FeedTable(Table, tablename="feed"):
    """What live viewers were told, for those who resume."""

    position = BigInt(primary_key=True)
    at = Timestamptz()
    name = Text()
    source = Text()
    kind = Text()
    matter = Text()
    area = Text()
    visibility = Bytea(null=True, default=None)
    was = Bytea(null=True, default=None)
    was_area = Text()
    data = Bytea()
    traceparent = Text()


class MatterTable(Table, tablename="matter_view"):
    """Latest summary of every matter; the key is (source, kind, id)."""

    source = Text()
    service = Text()
    kind = Text()
    id = Text(primary_key=True)
    number = Text()
    version = Integer()
    title = Text()
    category = Text()
    status = Text()
    open = Boolean()
    opened_at = Timestamptz(null=True, default=None)
    closed_at = Timestamptz(null=True, default=None)
    due_at = Timestamptz(null=True, default=None)
    soon_at = Timestamptz(null=True, default=None)
    due_status = Text()
    clock = Text()
    provisional = Boolean()
    due_limit = Text()
    area = Text()
    area_path = Array(Text())
    place_name = Text()
    lon = DoublePrecision(null=True, default=None)
    lat = DoublePrecision(null=True, default=None)
    lead_unit = Text()
    unit_codes = Array(Text())
    units = JSONB()
    flags = Array(Text())
    updated_at = Timestamptz()
    search = Text()
    visibility = JSONB()
    reach = Array(Text())
    vis_units = Array(Text())
    vis_roles = Array(Text())
    sensitivity = SmallInt()


class StepTable(Table, tablename="step_view"):
    """One event on a timeline; the key is (source, epoch, position)."""

    source = Text()
    epoch = Text()
    position = BigInt(primary_key=True)
    service = Text()
    time = Timestamptz()
    type = Text()
    move = Text()
    unit = Text()
    detail = Text()
    params = JSONB()
    area = Text()
    kind = Text()
    matter = Text()
    number = Text()
    title = Text()
    feed = BigInt()
    reach = Array(Text())
    vis_units = Array(Text())
    vis_roles = Array(Text())
    sensitivity = SmallInt()


class LinkTable(Table, tablename="link_view"):
    """Relations between matters; the key is all of it."""

    source = Text()
    kind = Text()
    matter = Text(primary_key=True)
    relation = Text()
    to_source = Text()
    to_kind = Text()
    to_matter = Text()


class MeasureTable(Table, tablename="measure_view"):
    """Observations by measure, area, business date, dimensions and audience."""

    source = Text()
    service = Text()
    name = Text(primary_key=True)
    area = Text()
    area_path = Array(Text())
    on_date = Date()
    dimensions = Text()
    audience = Text()
    total = DoublePrecision()
    last = DoublePrecision()
    last_position = BigInt()
    reach = Array(Text())
    vis_units = Array(Text())
    vis_roles = Array(Text())
    sensitivity = SmallInt()


class RegistryView(Table, tablename="registry_view"):
    """Areas, units and posts as their owners publish them; the key is (kind, code)."""

    kind = Text()
    code = Text(primary_key=True)
    parent = Text()
    doc = JSONB()
    geometry = Text()
    source = Text()


TABLES: tuple[type[Table], ...] = (
    AccountTable,
    LoginTable,
    UnitTable,
    OfficePostTable,
    SessionTable,
    SignInGuard,
    PageSettingsTable,
    ManifestView,
    GeometryView,
    FeedHeadTable,
    FeedTable,
    MatterTable,
    StepTable,
    LinkTable,
    MeasureTable,
    RegistryView,
)
