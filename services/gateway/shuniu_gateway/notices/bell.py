"""The bell (铃铛): tells an account's open pages how many notices it has not read, whichever process raised them.

It follows the gateway's own event log from where it stands, so a notice raised or read elsewhere rings here too.
"""

import asyncio
import logging
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
from shuniu.chassis.tasks import end, happens, keep
from shuniu.contracts.envelope import CloudEvent, fact_name
from shuniu.contracts.gateway import NoticeRaised, NoticesRead

from shuniu_gateway.hub import Hub, frame
from shuniu_gateway.notices.shapes import Bellring, NoticeView, about_matter
from shuniu_gateway.notices.state import Standing
from shuniu_gateway.notices.tables import NoticeTable, unread_counts
from shuniu_gateway.notices.words import sentence_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("Bell", "notice_view")

log = logging.getLogger(__name__)

LOOK_S = 1.0
GATHER_S = 0.05
PAGE = 500
_encode = msgspec.json.Encoder().encode
_events = msgspec.json.Decoder(CloudEvent)


def notice_view(host: "Host", row: Standing, **more: Any) -> NoticeView:
    """A notice as its account sees it."""
    return NoticeView(
        id=row.notice,
        why=row.why,
        text=sentence_of(host, row.service, row.text, row.why),
        service=row.service,
        at=row.at,
        read=row.read,
        matter=about_matter(row.matter),
        **more,
    )


class Bell:
    """Rings for the accounts that have a page open in this process."""

    def __init__(self, host: "Host", hub: Hub) -> None:
        self._host = host
        self._hub = hub
        prefix = f"shuniu.{host.service.name}"
        self._raised = f"{prefix}.{fact_name(NoticeRaised)}"
        self._read = f"{prefix}.{fact_name(NoticesRead)}"
        self._watching: Counter[str] = Counter()
        self._position = 0
        self._poke = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin at the head of the log."""
        self._position = await self._head()
        self._host.on_commit(lambda epoch, position: self._poke.set())
        self._task = keep(self._run, name="gateway-bell")

    async def stop(self) -> None:
        """Ring no more."""
        await end(self._task)

    def watch(self, account: str) -> None:
        """The account has a page more open here."""
        self._watching[account] += 1

    def unwatch(self, account: str) -> None:
        """It has one less."""
        self._watching[account] -= 1
        if self._watching[account] <= 0:
            del self._watching[account]

    async def now(self, account: str) -> bytes:
        """The frame a page begins with."""
        counts = await unread_counts((account,))
        return frame("notice", _encode(Bellring(unread=counts.get(account, 0))))

    async def _run(self) -> None:
        while True:
            await happens(self._poke, LOOK_S)
            self._poke.clear()
            if await self.follow():
                await asyncio.sleep(GATHER_S)

    async def _head(self) -> int:
        rows = await NoticeTable.raw("select position from log_head")
        return int(rows[0]["position"])

    async def follow(self) -> bool:
        """Read what the log has gained and ring; whether it had gained anything."""
        head = await self._head()
        if head == self._position:
            return False
        if not self._watching or head < self._position:
            self._position = head
            return True
        touched: dict[str, Standing | None] = {}
        while self._position < head:
            rows = await NoticeTable.raw(
                "select position, type, envelope from event_log where position > {} and position <= {}"
                " and type in ({}, {}) order by position limit {}",
                self._position,
                head,
                self._raised,
                self._read,
                PAGE,
            )
            for row in rows:
                self._touch(row["type"], bytes(row["envelope"]), touched)
            self._position = rows[-1]["position"] if len(rows) == PAGE else head
        if touched:
            counts = await unread_counts(list(touched))
            self._hub.tell_own(
                (account, frame("notice", _encode(Bellring(unread=counts.get(account, 0), latest=self._view(row)))))
                for account, row in touched.items()
            )
        return True

    def _touch(self, type_: str, envelope: bytes, touched: dict[str, Standing | None]) -> None:
        """Note which watching accounts an event concerns, with the newest notice of each."""
        raw = _events.decode(envelope).data.fact
        if type_ == self._read:
            account = msgspec.json.decode(raw, type=NoticesRead).account
            if account in self._watching:
                touched.setdefault(account, None)
            return
        fact = msgspec.json.decode(raw, type=NoticeRaised)
        if fact.silent:
            return
        row = Standing(
            notice=fact.notice, why=fact.why, text=fact.text, service=fact.service, at=fact.at, matter=fact.matter
        )
        for account in fact.accounts:
            if account in self._watching:
                touched[account] = row

    def _view(self, row: Standing | None) -> NoticeView | None:
        return None if row is None else notice_view(self._host, row)
