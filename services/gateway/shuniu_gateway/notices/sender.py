"""The sender: takes messages whose time has come and sends them, at least once; one in a deployment, by lease.

A message is sent, then its outcome is recorded by a command. A process killed in between leaves the row as it was, and
the next one sends the same message with the same id again. What is in the database is sent and nothing else is: no
rebuild, and nothing that happens to the bus, puts a row there.
"""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import asyncpg
import msgspec
from shuniu.chassis.context import Actor
from shuniu.chassis.privacy import Tampered
from shuniu.chassis.processor import Busy, Submission
from shuniu.chassis.service import Command
from shuniu.chassis.tasks import end, happens, keep
from shuniu.contracts.gateway import ChannelKind
from shuniu.contracts.text import Text

from shuniu_gateway.notices.channels import Outlet
from shuniu_gateway.notices.deliveries import (
    DROP,
    RECORD_FAILURE,
    RECORD_SENT,
    DropDelivery,
    RecordFailure,
    RecordSent,
)
from shuniu_gateway.notices.message import Message, compose, link_to
from shuniu_gateway.notices.state import Delivery, NoticeSettings
from shuniu_gateway.notices.tables import deliveries_due, settings_of, stale_keys
from shuniu_gateway.notices.wishes import FORGET, ForgetNotices
from shuniu_gateway.notices.words import sentence_of, service_title
from shuniu_gateway.sessions import account_by_id
from shuniu_gateway.tables import MatterTable

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("LEASE", "Sender")

log = logging.getLogger(__name__)

LEASE = "notices"
SENDER = Actor(id="notices", kind="program")
LOOK_S = 1.0
AT_ONCE = 100
THREADS = 4
PATIENCE_S = 20.0
"""Longer than a channel's own timeouts: only a hanging look-up of a name is ever cut off by it."""
RECORD_TRIES = 5
TIDY_EVERY_S = 600.0
TIDY_AT_ONCE = 300


class Sender:
    """Sends what is due while this process holds the lease."""

    def __init__(self, host: "Host") -> None:
        self._host = host
        self._outlet = Outlet(host.settings)
        self._lease = host.bus.leases.lease(LEASE)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="notices")
        self._at_once = asyncio.Semaphore(THREADS)
        self._poke = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.tries = 0

    async def start(self) -> None:
        """Begin looking."""
        self._host.on_commit(lambda epoch, position: self._poke.set())
        self._tasks = [
            keep(self._run, name="gateway-sender"),
            keep(self._tidy, name="gateway-notices-tidy"),
        ]

    async def stop(self) -> None:
        """Stop; a message on its way is sent again by the next."""
        for task in self._tasks:
            await end(task)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self) -> None:
        while True:
            await self._lease.taken()
            try:
                more = await self.send_due()
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, Busy) as away:
                log.debug("messages wait: %s", type(away).__name__)
                more = False
            if not more:
                await happens(self._poke, LOOK_S)
            self._poke.clear()

    async def send_due(self) -> bool:
        """Send what is due now; True when there may be more. One account's messages keep their order."""
        due = await deliveries_due(self._host.clock.now(), AT_ONCE)
        lines: dict[str, list[Delivery]] = {}
        for delivery in due:
            lines.setdefault(delivery.account, []).append(delivery)
        await asyncio.gather(*(self._send_line(line) for line in lines.values()))
        return len(due) == AT_ONCE

    async def _send_line(self, line: Sequence[Delivery]) -> None:
        async with self._at_once:
            for delivery in line:
                if not self._lease.held:
                    return
                await self._send(delivery)

    async def _send(self, delivery: Delivery) -> None:
        wishes = await settings_of(delivery.account)
        if reason := await self._pointless(delivery, wishes):
            await self._record(delivery, DROP, DropDelivery(delivery=delivery.id, reason=reason))
            return
        attempt = delivery.attempts + 1
        try:
            address = await self._address(delivery.account, wishes.ref(delivery.channel))
        except Tampered:
            log.exception("the address of a channel does not open")
            address = {}
        self.tries += 1
        error = "failed"
        if address.get("target"):
            error = await self._try(delivery.channel, address, self._message(delivery, wishes), delivery.id)
        if not error:
            await self._record(delivery, RECORD_SENT, RecordSent(delivery=delivery.id, attempt=attempt))
            return
        log.info("message %s by %s failed at attempt %d: %s", delivery.id, delivery.channel, attempt, error)
        failure = RecordFailure(delivery=delivery.id, attempt=attempt, error=error)
        await self._record(delivery, RECORD_FAILURE, failure)

    async def _try(self, kind: ChannelKind, address: dict[str, str], message: Message, delivery: str) -> str:
        loop = asyncio.get_running_loop()
        sending = loop.run_in_executor(self._threads, self._outlet.send, kind, address, message, delivery)
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await sending
        except TimeoutError:
            return "timeout"

    async def _pointless(self, delivery: Delivery, wishes: NoticeSettings) -> str:
        """Why the message need not be sent any more, or ""."""
        account = await account_by_id(delivery.account)
        if account is None or account.closed:
            return "account_closed"
        if delivery.channel not in self._host.settings.offered or not wishes.ref(delivery.channel):
            return "channel_gone"
        if delivery.is_test or delivery.why == "changed" or delivery.matter is None:
            return ""
        about = delivery.matter
        row = (
            await MatterTable.select(MatterTable.open)
            .where(
                (MatterTable.source == about.source) & (MatterTable.kind == about.kind) & (MatterTable.id == about.id)
            )
            .first()
        )
        return "matter_closed" if row is not None and not row["open"] else ""

    async def _address(self, account: str, ref: str) -> dict[str, str]:
        opened = await self._host.vault.open_matter(self._host.pool, account, clearance=9, masked=False)
        return opened.get(ref, {})

    def _message(self, delivery: Delivery, wishes: NoticeSettings) -> Message:
        if delivery.is_test:
            sentence: Text = self._host.texts["notice.test"]
        else:
            sentence = sentence_of(self._host, delivery.service, delivery.text, delivery.why)
        link = link_to(self._host.settings.public_url, delivery.matter)
        title = service_title(self._host, delivery.service)
        return compose(wishes.language, title, sentence, delivery.matter, link, delivery.id)

    async def _record(self, delivery: Delivery, command: Command[Any], body: msgspec.Struct) -> None:
        """Tell the outcome, through a busy moment too."""
        key = f"delivery:{delivery.id}:{delivery.attempts + 1}:{command.name}"
        for left in reversed(range(RECORD_TRIES)):
            try:
                await self._host.processor.submit(Submission(command=command, body=body, actor=SENDER, key=key))
                return
            except Busy as busy:
                if not left:
                    raise
                await asyncio.sleep(busy.retry_after)

    async def _tidy(self) -> None:
        """Forget what is older than it is kept."""
        while True:
            await self._lease.taken()
            try:
                more = await self.forget_stale()
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, Busy) as away:
                log.debug("old notices stay: %s", type(away).__name__)
                more = False
            await asyncio.sleep(0 if more else TIDY_EVERY_S)

    async def forget_stale(self) -> bool:
        """Forget some of what is too old; True when there may be more."""
        now = self._host.clock.now()
        notices, deliveries = await stale_keys(now - timedelta(days=self._host.settings.notice_days), TIDY_AT_ONCE)
        if not notices and not deliveries:
            return False
        body = ForgetNotices(notices=tuple(notices), deliveries=tuple(deliveries))
        key = f"forget:{self._host.ids.new(now)}"
        await self._host.processor.submit(Submission(command=FORGET, body=body, actor=SENDER, key=key))
        return TIDY_AT_ONCE in (len(notices), len(deliveries))
