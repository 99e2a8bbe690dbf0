"""Piccolo's view of the tables of notifications, and the few questions asked of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from shuniu.chassis.tables import StateTable
from shuniu.contracts.text import Text

from shuniu_gateway.notices.state import UNSETTLED, Delivery, NoticeSettings, Standing

__all__ = (
    "TABLES",
    "DeliveryTable",
    "NoticeSettingsTable",
    "NoticeTable",
    "account_titles",
    "deliveries_by_state",
    "deliveries_due",
    "failed_of",
    "last_of_each_channel",
    "page_of",
    "settings_of",
    "stale_keys",
    "unread_counts",
    "unread_ids",
)

MOST_COUNTED = 1000


class NoticeTable(StateTable, tablename="notice"):
    """Notices on pages; the key is ``<account>:<notice>``."""


class NoticeSettingsTable(StateTable, tablename="notice_settings"):
    """How accounts want to be told."""


class DeliveryTable(StateTable, tablename="delivery"):
    """Messages on their way."""


TABLES = (NoticeTable, NoticeSettingsTable, DeliveryTable)

_delivery = msgspec.json.Decoder(Delivery)
_standing = msgspec.json.Decoder(Standing)
_unsettled = ", ".join(f"'{state}'" for state in UNSETTLED)


def _span(account: str, before: str = "") -> tuple[str, str]:
    """First and last (exclusive) key of an account's notices; ";" follows ":"."""
    return f"{account}:", f"{account}:{before}" if before else f"{account};"


async def page_of(account: str, *, unread: bool, limit: int, before: str = "") -> list[Standing]:
    """The newest notices of an account, or those older than ``before``."""
    first, last = _span(account, before)
    rows = await NoticeTable.raw(
        "select doc from notice where key > {} and key < {} and (not {} or status = 'UNREAD')"
        " order by key desc limit {}",
        first,
        last,
        unread,
        limit,
    )
    return [_standing.decode(row["doc"]) for row in rows]


async def unread_ids(account: str, upto: str, limit: int) -> list[str]:
    """Unread notices of an account, newest first, none newer than ``upto`` ("": all)."""
    first, last = _span(account)
    rows = await NoticeTable.raw(
        "select key from notice where key > {} and key < {} and status = 'UNREAD' order by key desc limit {}",
        first,
        f"{account}:{upto}~" if upto else last,
        limit,
    )
    return [row["key"].partition(":")[2] for row in rows]


async def unread_counts(accounts: Sequence[str]) -> dict[str, int]:
    """How many unread notices each account has; counted up to a thousand."""
    rows = await NoticeTable.raw(
        "select a as account, (select count(*) from (select 1 from notice where key > a || ':' and key < a || ';'"
        " and status = 'UNREAD' limit {}) n) as n from unnest({}::text[]) as a",
        MOST_COUNTED,
        list(accounts),
    )
    return {row["account"]: row["n"] for row in rows}


async def settings_of(account: str) -> NoticeSettings:
    """How an account wants to be told."""
    row = await NoticeSettingsTable.select(NoticeSettingsTable.doc).where(NoticeSettingsTable.key == account).first()
    return msgspec.json.decode(row["doc"], type=NoticeSettings) if row else NoticeSettings()


# --- deliveries -------------------------------------------------------------------------------------------------------


async def deliveries_due(now: datetime, limit: int) -> list[Delivery]:
    """Messages whose time has come, longest waiting first."""
    rows = await DeliveryTable.raw(
        f"select doc from delivery where status in ({_unsettled}) and due_at <= {{}} order by due_at, key limit {{}}",
        now,
        limit,
    )
    return [_delivery.decode(row["doc"]) for row in rows]


async def deliveries_by_state(states: Sequence[str], limit: int, before: str = "") -> list[Delivery]:
    """Messages in one of the states, newest first, or those older than ``before``."""
    rows = await DeliveryTable.raw(
        "select doc from delivery where status = any({}::text[]) and ({} = '' or key < {}) order by key desc limit {}",
        list(states),
        before,
        before,
        limit,
    )
    return [_delivery.decode(row["doc"]) for row in rows]


async def failed_of(account: str, notices: Iterable[str]) -> dict[str, list[Delivery]]:
    """Messages of an account that did not go out, by notice."""
    rows = await DeliveryTable.raw(
        "select doc from delivery where doc->>'account' = {} and status in ('FAILED', 'GIVEN_UP')"
        " and doc->>'notice' = any({}::text[]) order by key",
        account,
        list(notices),
    )
    found: dict[str, list[Delivery]] = {}
    for row in rows:
        delivery = _delivery.decode(row["doc"])
        found.setdefault(delivery.notice, []).append(delivery)
    return found


async def last_of_each_channel(account: str) -> dict[str, Delivery]:
    """The newest message of an account by each channel, tests included."""
    rows = await DeliveryTable.raw(
        "select distinct on (doc->>'channel') doc from delivery where doc->>'account' = {}"
        " order by doc->>'channel', key desc",
        account,
    )
    return {delivery.channel: delivery for row in rows if (delivery := _delivery.decode(row["doc"]))}


async def account_titles(accounts: Iterable[str]) -> dict[str, Text]:
    """Post titles by account id."""
    rows = await DeliveryTable.raw(
        "select key, doc->'title' as title from account where key = any({}::text[])", sorted(set(accounts))
    )
    return {row["key"]: msgspec.json.decode(row["title"], type=Text) for row in rows}


async def stale_keys(before: datetime, limit: int) -> tuple[list[str], list[str]]:
    """(keys of notices, keys of settled deliveries) from before an instant."""
    notices = await NoticeTable.raw(
        "select key from notice where (doc->>'at')::timestamptz < {} limit {}", before, limit
    )
    settled = await DeliveryTable.raw(
        "select key from delivery where (doc->>'settled_at')::timestamptz < {} limit {}", before, limit
    )
    return [row["key"] for row in notices], [row["key"] for row in settled]
