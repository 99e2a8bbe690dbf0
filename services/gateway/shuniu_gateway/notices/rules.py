"""Who is told, by which channel and when: pure rules (domain rules 1.1 assignments and reminders, 7.1 minimum scope).

An event names its audience by accounts, units, or roles and areas; the directory knows who that is. Nobody is told of
what they did themselves, or of what is above their clearance. Of several notices of one event an account gets the most
pressing only.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from shuniu.contracts.gateway import ChannelKind
from shuniu.contracts.summary import Notice, NoticeWhy
from shuniu.rules.areas import within
from shuniu.rules.calendar import local
from shuniu.rules.ids import uuid7

from shuniu_gateway.accounts import Account
from shuniu_gateway.notices.state import NoticeSettings

__all__ = (
    "PRESSING",
    "Outgoing",
    "after_quiet",
    "backoff",
    "delivery_id",
    "is_quiet",
    "notice_id",
    "outgoing",
    "recipients",
    "told_by",
)

PRESSING: Final[tuple[NoticeWhy, ...]] = ("overdue", "assigned", "soon", "changed")
"""Most pressing first."""
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
_DAY = 24 * 60
_ENTROPY = 10


class Outgoing(NamedTuple):
    """A message to an account by one channel, not before an instant."""

    channel: ChannelKind
    not_before: datetime
    urgent: bool


# --- who --------------------------------------------------------------------------------------------------------------


def told_by(notice: Notice, account: Account) -> bool:
    """Whether the notice's audience contains the account."""
    if account.id in notice.accounts or not set(notice.units).isdisjoint(account.units):
        return True
    if set(notice.roles).isdisjoint(account.roles):
        return False
    return any(within(area, mine) for area in notice.areas for mine in account.areas)


def recipients(notices: Sequence[Notice], accounts: Iterable[Account], actor: str, sensitivity: int) -> dict[str, int]:
    """Account id → index of the notice it gets.

    Left out are programs (they read the bus), closed accounts, the ``actor`` whose doing it was, and whoever is not
    cleared for what the notice is about. The owner's word is enough beyond that: a unit that was just let go hears of
    it, although it may not open the matter any more.
    """
    order = sorted(range(len(notices)), key=lambda i: (PRESSING.index(notices[i].why), i))
    found: dict[str, int] = {}
    for account in accounts:
        if account.closed or account.holder != "person" or account.id == actor:
            continue
        if account.clearance < sensitivity:
            continue
        first = next((i for i in order if told_by(notices[i], account)), None)
        if first is not None:
            found[account.id] = first
    return found


# --- by what and when -------------------------------------------------------------------------------------------------


def is_quiet(at: datetime, quiet_from: int, quiet_to: int) -> bool:
    """Whether the instant lies in the quiet hours (免打扰), minutes of the day in Shanghai; equal ends: never quiet."""
    minute = local(at).hour * 60 + local(at).minute
    return (minute - quiet_from) % _DAY < (quiet_to - quiet_from) % _DAY


def after_quiet(at: datetime, quiet_from: int, quiet_to: int) -> datetime:
    """The instant itself, or the end of the quiet hours it lies in."""
    if not is_quiet(at, quiet_from, quiet_to):
        return at
    here = local(at)
    minutes = (quiet_to - here.hour * 60 - here.minute) % _DAY
    return at.replace(second=0, microsecond=0) + timedelta(minutes=minutes)


def outgoing(
    why: NoticeWhy, settings: NoticeSettings, offered: frozenset[ChannelKind], now: datetime
) -> tuple[Outgoing, ...]:
    """The messages of one notice to one account: by channels it wants for this, has set, and the deployment offers."""
    urgent = why in settings.urgent
    at = now if urgent else after_quiet(now, settings.quiet_from, settings.quiet_to)
    set_up = {channel.kind for channel in settings.channels}
    return tuple(Outgoing(kind, at, urgent) for kind in settings.wanted(why) if kind in set_up and kind in offered)


def backoff(failures: int) -> timedelta:
    """How long to wait after so many failures in a row (at least 1): 30 s, doubled each time, at most an hour."""
    return min(FIRST_PAUSE * (1 << min(failures - 1, 16)), LONGEST_PAUSE)


# --- identities -------------------------------------------------------------------------------------------------------


def _stable(at: datetime, *words: str) -> str:
    return str(uuid7(at, hashlib.sha256("\n".join(words).encode()).digest()[:_ENTROPY]))


def notice_id(at: datetime, source: str, event: str, index: int) -> str:
    """Identity of the index-th notice of an event: a UUIDv7 that follows from the event alone."""
    return _stable(at, source, event, str(index))


def delivery_id(at: datetime, notice: str, account: str, channel: ChannelKind) -> str:
    """Identity of a message: the same for the same event, account and channel, however often it is worked out."""
    return _stable(at, notice, account, channel)
