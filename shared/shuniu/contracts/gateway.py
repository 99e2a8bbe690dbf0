"""Facts of the directory (accounts and what they may do, units and office posts) and of notifications.

An account is named by its post: neither login nor title may name a person. Secrets and addresses of channels are never
part of a fact; it carries only the reference under which the gateway's encrypted ``person_data`` keeps them.
"""

from datetime import datetime
from typing import Literal

import msgspec

from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.summary import NoticeWhy, RegistryEntry
from shuniu.contracts.text import Text

__all__ = (
    "AccountChanged",
    "AccountClosed",
    "AccountOpened",
    "ChannelKind",
    "ChannelRef",
    "ChannelsSet",
    "CredentialSet",
    "DeliveryDiscarded",
    "DeliveryFailed",
    "DeliveryGivenUp",
    "DeliveryQueued",
    "DeliveryRenewed",
    "DeliverySent",
    "FactorOffered",
    "FactorReset",
    "FactorSet",
    "NoticeMatter",
    "NoticeRaised",
    "NoticesForgotten",
    "NoticesRead",
    "PostRegistered",
    "PreferencesSet",
    "UnitRegistered",
)


@fact("gateway", "account.opened.v1")
class AccountOpened(Fact, frozen=True, kw_only=True):
    """An account exists; it can sign in once it has a credential. A ``program`` signs in with a service key."""

    account: str
    login: str
    title: Text
    holder: Literal["person", "program"]
    roles: tuple[str, ...]
    areas: tuple[str, ...]
    units: tuple[str, ...]
    clearance: int


@fact("gateway", "account.changed.v1")
class AccountChanged(Fact, frozen=True, kw_only=True):
    """What the account may do is from now on this; tokens signed before end within ten minutes."""

    account: str
    title: Text
    roles: tuple[str, ...]
    areas: tuple[str, ...]
    units: tuple[str, ...]
    clearance: int


@fact("gateway", "credential.set.v1")
class CredentialSet(Fact, frozen=True, kw_only=True):
    """The account has a new password or service key, and the old one is void. ``must_change``: only a first one."""

    account: str
    secret: str
    """Reference to the hash."""
    must_change: bool


@fact("gateway", "account.closed.v1")
class AccountClosed(Fact, frozen=True, kw_only=True):
    """The account signs in no more; its sessions and keys are void."""

    account: str
    reason: str


@fact("gateway", "factor.offered.v1")
class FactorOffered(Fact, frozen=True, kw_only=True):
    """The account was shown a secret for its second factor; it counts once a first code confirmed it."""

    account: str
    secret: str
    """Reference to the secret."""


@fact("gateway", "factor.set.v1")
class FactorSet(Fact, frozen=True, kw_only=True):
    """From now on the account signs in with a code of this secret beside its password (双因素)."""

    account: str
    secret: str
    """Reference to the secret, as it was offered."""


@fact("gateway", "factor.reset.v1")
class FactorReset(Fact, frozen=True, kw_only=True):
    """The account has no second factor any more and is asked for a new one where its roles need one."""

    account: str
    reason: str


@fact("gateway", "unit.registered.v1")
class UnitRegistered(Fact, frozen=True, kw_only=True):
    """A unit (单位) as it is from now on, in full."""

    entry: RegistryEntry


@fact("gateway", "post.registered.v1")
class PostRegistered(Fact, frozen=True, kw_only=True):
    """An office post (岗位) as it is from now on, in full."""

    entry: RegistryEntry


# --- notifications (通知) ---------------------------------------------------------------------------------------------

ChannelKind = Literal["wecom", "dingtalk", "feishu", "mail"]
"""企业微信, 钉钉, 飞书, 邮件. The page itself is no channel: it shows every notice."""


class NoticeMatter(msgspec.Struct, frozen=True, kw_only=True):
    """The matter a notice is about, as its owner published it: nothing personal."""

    source: str
    service: str
    kind: str
    id: str
    number: str
    title: str
    due_at: datetime | None = None


@fact("gateway", "notice.raised.v1")
class NoticeRaised(Fact, frozen=True, kw_only=True):
    """``accounts`` (opaque ids) find this notice on their page. ``silent``: they muted its kind, no badge counts it.

    ``text`` is a key of the texts in ``service``'s manifest; ``source`` and ``event`` name the event that caused it.
    """

    notice: str
    why: NoticeWhy
    text: str
    service: str
    source: str
    event: str
    at: datetime
    accounts: tuple[str, ...]
    matter: NoticeMatter | None = None
    silent: bool = False


@fact("gateway", "notice.read.v1")
class NoticesRead(Fact, frozen=True, kw_only=True):
    """The account has read these notices."""

    account: str
    notices: tuple[str, ...]


@fact("gateway", "notice.forgotten.v1")
class NoticesForgotten(Fact, frozen=True, kw_only=True):
    """So many notices and settled deliveries were too old to keep (shortest retention, PIPL §19)."""

    rows: int


class ChannelRef(msgspec.Struct, frozen=True, kw_only=True):
    """A channel an account has set: what kind, and under which reference its address is kept encrypted."""

    kind: ChannelKind
    ref: str


@fact("gateway", "channels.set.v1")
class ChannelsSet(Fact, frozen=True, kw_only=True):
    """The account is reached by these channels from now on, all of them named."""

    account: str
    channels: tuple[ChannelRef, ...]


@fact("gateway", "preferences.set.v1")
class PreferencesSet(Fact, frozen=True, kw_only=True):
    """By which channel the account is told of what, and when it is left in peace (minutes of the day in Shanghai)."""

    account: str
    language: Literal["zh", "en"]
    assigned: tuple[ChannelKind, ...]
    soon: tuple[ChannelKind, ...]
    overdue: tuple[ChannelKind, ...]
    changed: tuple[ChannelKind, ...]
    muted: tuple[str, ...]
    quiet_from: int
    quiet_to: int
    urgent: tuple[NoticeWhy, ...]


@fact("gateway", "delivery.queued.v1")
class DeliveryQueued(Fact, frozen=True, kw_only=True):
    """A message waits to go out by a channel, not before an instant. Without a notice it is a test.

    ``delivery`` is the same however often the message is tried, and stands in the message itself.
    """

    delivery: str
    account: str
    channel: ChannelKind
    not_before: datetime
    notice: str = ""
    why: NoticeWhy = "changed"
    text: str = ""
    service: str = ""
    matter: NoticeMatter | None = None
    urgent: bool = False


@fact("gateway", "delivery.sent.v1")
class DeliverySent(Fact, frozen=True, kw_only=True):
    """The channel took the message at this attempt (1 is the first)."""

    delivery: str
    attempt: int


@fact("gateway", "delivery.failed.v1")
class DeliveryFailed(Fact, frozen=True, kw_only=True):
    """The channel did not take it; it is tried again from ``again_at`` on. ``error`` is a class, never a message."""

    delivery: str
    attempt: int
    error: str
    again_at: datetime


@fact("gateway", "delivery.given_up.v1")
class DeliveryGivenUp(Fact, frozen=True, kw_only=True):
    """The channel did not take it and it is not tried again by itself."""

    delivery: str
    attempt: int
    error: str


@fact("gateway", "delivery.renewed.v1")
class DeliveryRenewed(Fact, frozen=True, kw_only=True):
    """A system administrator has it tried again."""

    delivery: str
    not_before: datetime


@fact("gateway", "delivery.discarded.v1")
class DeliveryDiscarded(Fact, frozen=True, kw_only=True):
    """It is not sent: an administrator said so, or it has lost its point. ``reason`` is a class, never a sentence."""

    delivery: str
    reason: str
