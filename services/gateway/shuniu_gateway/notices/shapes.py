"""What the routes of notifications take and answer. Addresses are masked, accounts opaque."""

from datetime import datetime
from typing import Literal

import msgspec
from shuniu.contracts.gateway import ChannelKind, NoticeMatter
from shuniu.contracts.summary import NoticeWhy
from shuniu.contracts.text import Text

from shuniu_gateway.notices.state import DeliveryState

__all__ = (
    "AboutMatter",
    "Bellring",
    "ChannelFailure",
    "ChannelView",
    "Deliveries",
    "DeliveryView",
    "MarkRead",
    "NoticePage",
    "NoticePreferences",
    "NoticeView",
    "Notices",
    "Unread",
    "about_matter",
)


class AboutMatter(msgspec.Struct, frozen=True, kw_only=True):
    """The matter a notice is about; its page is ``/matters/{service}/{kind}/{id}``."""

    service: str
    kind: str
    id: str
    number: str
    title: str
    due_at: datetime | None


def about_matter(about: NoticeMatter | None) -> AboutMatter | None:
    """The matter as pages link to it."""
    if about is None:
        return None
    said = {name: getattr(about, name) for name in AboutMatter.__struct_fields__}
    return AboutMatter(**said)


class ChannelFailure(msgspec.Struct, frozen=True, kw_only=True):
    """A message of a notice that has not gone out. ``again_at`` null: it is not tried again by itself."""

    channel: ChannelKind
    error: str
    error_title: Text | None
    again_at: datetime | None


class NoticeView(msgspec.Struct, frozen=True, kw_only=True):
    """A notice on one's page. ``text`` is its sentence, ready to show."""

    id: str
    why: NoticeWhy
    text: Text
    service: str
    at: datetime
    read: bool
    matter: AboutMatter | None
    failures: tuple[ChannelFailure, ...] = ()


class Notices(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /notices``: newest first. ``next`` is the ``before`` of the page behind, "" at the end."""

    items: tuple[NoticeView, ...]
    unread: int
    next: str
    as_of: datetime


class MarkRead(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Body of ``POST /notices/read``: these, or all up to one (``upto``), or simply ``all``."""

    notices: tuple[str, ...] = ()
    upto: str = ""
    all: bool = False


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """How many notices the account has not read (counted up to 1000)."""

    unread: int


class Bellring(msgspec.Struct, frozen=True, kw_only=True):
    """Data of the stream's event ``notice``: the badge's number, and the notice that has just come, if one has."""

    unread: int
    latest: NoticeView | None = None


class ChannelView(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of channel as the account has it. ``offered``: the deployment can send by it; ``set``: it has an address.

    ``last_*`` tell of the newest message by it, a test included.
    """

    kind: ChannelKind
    title: Text
    hint: Text
    offered: bool
    set: bool
    masked: str = ""
    signed: bool = False
    last_state: DeliveryState | None = None
    last_at: datetime | None = None
    last_error: str = ""
    last_error_title: Text | None = None


class NoticePreferences(msgspec.Struct, frozen=True, kw_only=True):
    """As ``gateway.set_preferences`` takes it: send it back changed."""

    language: Literal["zh", "en"]
    assigned: tuple[ChannelKind, ...]
    soon: tuple[ChannelKind, ...]
    overdue: tuple[ChannelKind, ...]
    changed: tuple[ChannelKind, ...]
    muted: tuple[str, ...]
    quiet_from: str
    quiet_to: str
    urgent: tuple[NoticeWhy, ...]


class NoticePage(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /notices/settings``."""

    channels: tuple[ChannelView, ...]
    preferences: NoticePreferences


class DeliveryView(msgspec.Struct, frozen=True, kw_only=True):
    """A message as a system administrator sees it: to whom (opaque id and post title), by what, how it went."""

    id: str
    account: str
    account_title: Text
    channel: ChannelKind
    channel_title: Text
    why: NoticeWhy
    test: bool
    text: Text
    service: str
    matter: AboutMatter | None
    state: DeliveryState
    state_title: Text
    attempts: int
    error: str
    error_title: Text | None
    queued_at: datetime
    due_at: datetime | None
    """When it is tried next; null once it is settled."""
    settled_at: datetime | None


class Deliveries(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /deliveries``: newest first. ``next`` is the ``before`` of the page behind, "" at the end."""

    items: tuple[DeliveryView, ...]
    next: str
    as_of: datetime
