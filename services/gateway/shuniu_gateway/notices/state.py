"""Rows of notifications: what stands on an account's page, how an account wants to be told, messages on their way.

delivery:  (none) ──queued──▶ QUEUED ──sent──▶ SENT
                                │  ▲ │
                            failed │ └──discarded──▶ DISCARDED
                                ▼  │                     ▲
                              FAILED ──given up──▶ GIVEN_UP ──renewed──▶ QUEUED
"""

from datetime import datetime
from typing import Any, Literal

import msgspec
from shuniu.chassis.rows import Happening, Index, Key, RowKind
from shuniu.contracts.gateway import (
    ChannelKind,
    ChannelRef,
    ChannelsSet,
    DeliveryDiscarded,
    DeliveryFailed,
    DeliveryGivenUp,
    DeliveryQueued,
    DeliveryRenewed,
    DeliverySent,
    NoticeMatter,
    NoticeRaised,
    NoticesForgotten,
    NoticesRead,
    PreferencesSet,
)
from shuniu.contracts.summary import NoticeWhy

__all__ = (
    "CHANNELS",
    "DELIVERY",
    "SETTINGS",
    "STANDING",
    "UNSETTLED",
    "Delivery",
    "DeliveryState",
    "NoticeSettings",
    "Standing",
    "standing_key",
)

CHANNELS: tuple[ChannelKind, ...] = ("wecom", "dingtalk", "feishu", "mail")
DeliveryState = Literal["QUEUED", "SENT", "FAILED", "GIVEN_UP", "DISCARDED"]
UNSETTLED: tuple[DeliveryState, ...] = ("QUEUED", "FAILED")
TEN_IN_THE_EVENING = 22 * 60
SEVEN_IN_THE_MORNING = 7 * 60


# --- on an account's page ---------------------------------------------------------------------------------------------


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A notice on one account's page; whose page it is stands in the row's key (see :func:`standing_key`)."""

    notice: str
    why: NoticeWhy
    text: str
    service: str
    at: datetime
    matter: NoticeMatter | None = None
    read: bool = False


def standing_key(account: str, notice: str) -> Key:
    """Address of a notice on an account's page; an account's keys lie together, oldest first."""
    return STANDING.key(f"{account}:{notice}")


def _evolve_notice(row: Standing | None, fact: Any, happening: Happening) -> Standing | None:
    match fact:
        case NoticeRaised():
            return Standing(
                notice=fact.notice,
                why=fact.why,
                text=fact.text,
                service=fact.service,
                at=fact.at,
                matter=fact.matter,
                read=fact.silent,
            )
        case NoticesRead() if row is not None:
            return msgspec.structs.replace(row, read=True)
        case NoticesForgotten():
            return None
        case _:
            return row


STANDING: RowKind[Standing] = RowKind(
    "notice", Standing, "notice", _evolve_notice, index=lambda row: Index(status="READ" if row.read else "UNREAD")
)


# --- how an account wants to be told ----------------------------------------------------------------------------------


class NoticeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """An account's channels and preferences; these defaults hold for whoever has never said anything.

    Quiet hours are minutes of the day in Shanghai. ``muted`` are kinds of matters as ``<service>/<kind>``.
    """

    channels: tuple[ChannelRef, ...] = ()
    language: Literal["zh", "en"] = "zh"
    assigned: tuple[ChannelKind, ...] = CHANNELS
    soon: tuple[ChannelKind, ...] = CHANNELS
    overdue: tuple[ChannelKind, ...] = CHANNELS
    changed: tuple[ChannelKind, ...] = ()
    muted: tuple[str, ...] = ()
    quiet_from: int = TEN_IN_THE_EVENING
    quiet_to: int = SEVEN_IN_THE_MORNING
    urgent: tuple[NoticeWhy, ...] = ()
    tested_at: datetime | None = None

    def wanted(self, why: NoticeWhy) -> tuple[ChannelKind, ...]:
        """The channels wanted for this."""
        wanted: tuple[ChannelKind, ...] = getattr(self, why)
        return wanted

    def mutes(self, matter: NoticeMatter | None) -> bool:
        """Whether matters of this kind are muted."""
        return matter is not None and f"{matter.service}/{matter.kind}" in self.muted

    def ref(self, kind: ChannelKind) -> str:
        """Under which reference the channel's address is kept; "" where it is not set."""
        return next((channel.ref for channel in self.channels if channel.kind == kind), "")


def _evolve_settings(row: NoticeSettings | None, fact: Any, happening: Happening) -> NoticeSettings:
    row = row or NoticeSettings()
    match fact:
        case ChannelsSet():
            return msgspec.structs.replace(row, channels=fact.channels)
        case PreferencesSet():
            said = {name: getattr(fact, name) for name in fact.__struct_fields__ if name != "account"}
            return msgspec.structs.replace(row, **said)
        case DeliveryQueued():
            return msgspec.structs.replace(row, tested_at=happening.time)
        case _:
            return row


SETTINGS: RowKind[NoticeSettings] = RowKind("notice_settings", NoticeSettings, "notice_settings", _evolve_settings)


# --- messages on their way --------------------------------------------------------------------------------------------


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A message to one account by one channel. ``attempts`` counts all tries, ``failures`` those since it was queued
    or renewed; ``error`` is the class of the last failure, or why it was discarded."""

    id: str
    account: str
    channel: ChannelKind
    notice: str
    why: NoticeWhy
    text: str
    service: str
    matter: NoticeMatter | None
    urgent: bool
    queued_at: datetime
    due_at: datetime
    status: DeliveryState = "QUEUED"
    attempts: int = 0
    failures: int = 0
    error: str = ""
    settled_at: datetime | None = None

    @property
    def is_test(self) -> bool:
        """Whether the account asked for it, to see whether the channel works."""
        return not self.notice


def _evolve_delivery(row: Delivery | None, fact: Any, happening: Happening) -> Delivery | None:
    match fact:
        case DeliveryQueued():
            return Delivery(
                id=fact.delivery,
                account=fact.account,
                channel=fact.channel,
                notice=fact.notice,
                why=fact.why,
                text=fact.text,
                service=fact.service,
                matter=fact.matter,
                urgent=fact.urgent,
                queued_at=happening.time,
                due_at=fact.not_before,
            )
        case _ if row is None:
            return None
        case DeliverySent():
            return _settled(row, happening, status="SENT", attempts=fact.attempt, error="")
        case DeliveryFailed():
            return msgspec.structs.replace(
                row,
                status="FAILED",
                attempts=fact.attempt,
                failures=row.failures + 1,
                error=fact.error,
                due_at=fact.again_at,
            )
        case DeliveryGivenUp():
            failures = row.failures + 1
            return _settled(
                row, happening, status="GIVEN_UP", attempts=fact.attempt, failures=failures, error=fact.error
            )
        case DeliveryRenewed():
            return msgspec.structs.replace(row, status="QUEUED", failures=0, due_at=fact.not_before, settled_at=None)
        case DeliveryDiscarded():
            return _settled(row, happening, status="DISCARDED", error=fact.reason)
        case NoticesForgotten():
            return None
        case _:
            return row


def _settled(row: Delivery, happening: Happening, **changes: Any) -> Delivery:
    return msgspec.structs.replace(row, settled_at=happening.time, **changes)


DELIVERY: RowKind[Delivery] = RowKind(
    "delivery",
    Delivery,
    "delivery",
    _evolve_delivery,
    index=lambda row: Index(status=row.status, due_at=row.due_at),
)
