"""A feed takes one source's whole log to one consumer, n+1 only after n.

Events come live from the stream. Whatever the stream does not have — a gap, a lost tail, everything after a wipe — is
read from the source's log as soon as an announced head or a gap tells of it. Duplicates are dropped, and a source that
comes back with another history (a new epoch) is compared with the last event taken from it.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from faststream.nats import NatsMessage

from shuniu.chassis.bus.effects import Effect
from shuniu.chassis.bus.incoming import BEGINNING, Cursor, Incoming, Unreadable, read_event, read_page_events
from shuniu.chassis.bus.lease import Lease
from shuniu.chassis.bus.live import Live
from shuniu.chassis.bus.parking import TRANSIENT, CursorMoved
from shuniu.chassis.bus.reading import FeedStatus, LogRefused, LogUnavailable, ReadLog
from shuniu.chassis.tasks import end, happens, keep
from shuniu.contracts.envelope import LogPage, event_id

__all__ = ("Feed", "FeedStatus", "LogRefused", "LogUnavailable", "ReadLog")

log = logging.getLogger(__name__)

MAX_RUN = 500
_PAGE = 500
_GRACE_S = 0.3  # how long an announced event may be on its way before it is read from the log
# Nobody waits for what a service tells itself; a little patience makes one page of many small ones.
_OWN_GRACE_S = 0.2
_GAP_GRACE_S = 0.05
_CHECK_EVERY_S = 5.0
_UNSUBSCRIBED_RETRY_S = 0.25
_LAZY_S = 0.5
_RETRY_S = (0.25, 0.5, 1.0, 2.0, 5.0)
_REFUSED_S = (2.0, 4.0, 8.0, 15.0, 30.0, 60.0)


class _Delivery(NamedTuple):
    message: NatsMessage
    position: int  # 0: nothing to wait for


class Feed:
    """One consumer on one source, while this process holds the lease."""

    def __init__(
        self,
        effect: Effect,
        source: str,
        read_log: ReadLog,
        lease: Lease,
        *,
        own: bool = False,
        page: int = _PAGE,
        events_of: Callable[[LogPage, str, Cursor], list[Incoming]] = read_page_events,
    ) -> None:
        self.effect = effect
        self.source = source
        self.live: Live | None = None
        self._read_log = read_log
        self._lease = lease
        self._own = own
        self._page = page
        self._events_of = events_of
        self._wake = asyncio.Event()
        self._inbox: deque[NatsMessage] = deque()
        self._held: dict[int, Incoming] = {}
        self._unacked: deque[_Delivery] = deque()
        self._cursor = BEGINNING
        self._agreed: set[str] = set()
        """Epochs whose history is known to contain what was taken; events of them may follow."""
        self._strange: set[str] = set()
        """Epochs met but not yet asked about."""
        self._dead: set[str] = set()
        """Epochs that are not the source's any more; their events are ignored."""
        self._head = BEGINNING
        self._ask_log = False
        """The log must be asked, whatever comes live."""
        self._log_due: float | None = None
        """When to read the log if what is missing has not come live until then."""
        self._moved_at = 0.0
        self._check_due = 0.0
        self._persist_due: float | None = None
        self._log_failures = 0
        self._refused_until = 0.0
        self._refusals = 0
        self._task: asyncio.Task[None] | None = None
        self._subscribed = False
        self._reload = False
        self.from_log = 0
        self.duplicates = 0

    # -- what others tell the feed -------------------------------------------------------------------------------

    def deliver(self, message: NatsMessage) -> None:
        """A message came live."""
        self._inbox.append(message)
        self._wake.set()

    def announced(self, epoch: str, position: int) -> None:
        """The source's head was announced (or, for our own log, committed)."""
        self._head = Cursor(epoch, position)
        if self._refused_until > self._now():
            return
        if self._log_failures:  # it answers again
            self._log_failures = 0
            self._log_due = None
        if self._behind():
            self._read_log_by(self._now() + self._grace)
            self._wake.set()

    def moved(self) -> None:
        """Somebody set the stored cursor anew: read it again."""
        self._reload = True
        self._wake.set()

    def check(self) -> None:
        """Something about the bus changed: see whether the subscription still stands, and read the log."""
        self._check_due = 0.0
        self._subscribed = False
        self._log_failures = 0
        self._refused_until = 0.0
        self._ask_log = True
        self._wake.set()

    @property
    def status(self) -> FeedStatus:
        """How it stands now."""
        return FeedStatus(
            consumer=self.effect.name,
            source=self.source,
            epoch=self._cursor.epoch,
            position=self._cursor.position,
            head=self._head.position,
            lag=max(0, self._head.position - self._cursor.position),
            live=self._own or self._subscribed,
            from_log=self.from_log,
            duplicates=self.duplicates,
            renewals=self.live.renewals if self.live is not None else 0,
            refused=self._refusals > 0,
        )

    # -- life ----------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin, whenever the lease is held."""
        self._task = keep(self._run, name=f"feed-{self.effect.name}-{self.source}")

    async def stop(self) -> None:
        """End; a run under way is rolled back or committed, never half."""
        await end(self._task)
        self._task = None

    async def _run(self) -> None:
        failures = 0
        while True:
            await self._lease.taken()
            work = asyncio.create_task(self._work())
            lost = asyncio.create_task(self._lease.lost())
            try:
                await asyncio.wait((work, lost), return_when=asyncio.FIRST_COMPLETED)
            finally:
                await end(lost)
                await end(work, insist_after=0.5)
                await self._let_go()
            fault = None if work.cancelled() else work.exception()
            if fault is None:
                failures = 0
                continue
            if not isinstance(fault, CursorMoved):
                level = logging.WARNING if isinstance(fault, TRANSIENT) else logging.ERROR
                log.log(
                    level, "%s on %s starts again: %s: %s", self.effect.name, self.source, type(fault).__name__, fault
                )
            await asyncio.sleep(_RETRY_S[min(failures, len(_RETRY_S) - 1)])
            failures += 1

    async def _let_go(self) -> None:
        if self.live is not None:
            await self.live.close()
        self._subscribed = False
        self._inbox.clear()
        self._held.clear()
        self._unacked.clear()

    async def _work(self) -> None:
        self._cursor = await self.effect.cursor(self.source)
        self._agreed.clear()
        self._strange.clear()
        self._dead.clear()
        self._reload = False
        self.check()
        while True:
            self._wake.clear()
            if self._reload:
                raise CursorMoved
            self._take_inbox()
            await self._apply_held()
            if self._held and not self._log_failures:  # a gap
                self._read_log_by(self._now() + _GAP_GRACE_S)
            if self._ask_log or self._is_log_due():
                await self._read_what_is_missing()
            if self.live is not None and self._check_due <= self._now():
                await self._check_live(self.live)
            if self._persist_due is not None and self._persist_due <= self._now():
                await self._persist()
            if not self._inbox:
                await self._sleep()

    async def _sleep(self) -> None:
        dues = [due for due in (self._log_due, self._persist_due) if due is not None]
        if self.live is not None:
            dues.append(self._check_due)
        timeout = max(0.0, min(dues) - self._now()) if dues else None
        await happens(self._wake, timeout)

    # -- live ----------------------------------------------------------------------------------------------------

    def _take_inbox(self) -> None:
        for _ in range(min(MAX_RUN, len(self._inbox))):
            message = self._inbox.popleft()
            try:
                event = read_event(message.body, self.source)
            except Unreadable as nothing:
                log.warning("%s: ignored on %s: %s", self.source, message.raw_message.subject, nothing)
                self._unacked.append(_Delivery(message, 0))
                continue
            if event.position in self._held:
                self.duplicates += 1  # delivered again while it waits: its first delivery will be acknowledged
                continue
            self._unacked.append(_Delivery(message, event.position))
            if self._is_news(event):
                self._held[event.position] = event
            else:
                self.duplicates += 1

    def _is_news(self, event: Incoming) -> bool:
        if event.epoch in self._dead:
            return False
        if not self._follows(event) and event.epoch not in self._strange:
            # Another epoch than the one we know: ask the source, and hold what would be new.
            self._strange.add(event.epoch)
            self._ask_log = True
        return event.position > self._cursor.position

    def _follows(self, event: Incoming) -> bool:
        """Whether the event belongs to a history that contains everything taken so far."""
        return self._cursor == BEGINNING or event.epoch == self._cursor.epoch or event.epoch in self._agreed

    async def _apply_held(self) -> None:
        """Apply what follows the cursor without a gap, then acknowledge."""
        while True:
            run: list[Incoming] = []
            at = self._cursor
            while len(run) < MAX_RUN and (event := self._held.get(at.position + 1)) is not None:
                if not self._follows(event) and not (run and event.epoch == run[-1].epoch):
                    break
                run.append(event)
                at = event.cursor
            if not run:
                break
            await self._apply(run)
            self._moved_at = self._now()
        await self._acknowledge()

    async def _apply(self, run: list[Incoming]) -> None:
        self._cursor = await self.effect.apply(self.source, self._cursor, run)
        for event in run:
            self._held.pop(event.position, None)
        if self.effect.stored(self.source) == self._cursor:
            self._persist_due = None
        elif self._persist_due is None:
            self._persist_due = self._now() + _LAZY_S

    async def _acknowledge(self) -> None:
        """Acknowledge what is settled: one acknowledgement covers everything delivered before it."""
        if self._persist_due is not None:
            return  # the stored cursor is not that far yet
        last: NatsMessage | None = None
        while self._unacked and self._unacked[0].position not in self._held:
            last = self._unacked.popleft().message
        if last is not None:
            with contextlib.suppress(Exception):  # not acknowledged is delivered again, and dropped then
                await last.ack()

    async def _persist(self) -> None:
        await self.effect.persist(self.source, self._cursor)
        self._persist_due = None
        await self._acknowledge()

    async def _check_live(self, live: Live) -> None:
        self._subscribed = await live.ensure()
        self._check_due = self._now() + (_CHECK_EVERY_S if self._subscribed else _UNSUBSCRIBED_RETRY_S)

    # -- the log -------------------------------------------------------------------------------------------------

    def _behind(self) -> bool:
        return self._head.position > self._cursor.position or (
            # An unknown epoch at our very position may still be another history.
            self._head.epoch not in ("", self._cursor.epoch)
            and self._head.epoch not in self._agreed
            and self._cursor != BEGINNING
        )

    async def _read_what_is_missing(self) -> None:
        self._log_due = None
        self._ask_log = False
        before = self._cursor
        try:
            await self.catch_up()
        except LogRefused as no:
            if not self._refusals:
                log.warning("%s: its log is not shared with us (%s)", self.source, no)
            self._refused_until = self._log_due = self._now() + _REFUSED_S[min(self._refusals, len(_REFUSED_S) - 1)]
            self._refusals += 1
            return
        except LogUnavailable:
            self._log_due = self._now() + _RETRY_S[min(self._log_failures, len(_RETRY_S) - 1)]
            self._log_failures += 1
            return
        self._log_failures = self._refusals = 0
        self._refused_until = 0.0
        if self._cursor != before and self.live is not None:
            self._check_due = 0.0  # what had to be read did not come live: is somebody still delivering?
        if self._behind():
            self._read_log_by(self._now() + self._grace)

    def _is_log_due(self) -> bool:
        """Whether something is missing that is not on its way: while live events move the cursor there is time."""
        if self._log_due is None or self._log_due > self._now():
            return False
        if not self._behind() and not self._held:
            self._log_due = None
            return False
        if not self._held and (self._inbox or self._now() - self._moved_at < self._grace):
            self._log_due = self._now() + self._grace
            return False
        return True

    def _read_log_by(self, due: float) -> None:
        self._log_due = due if self._log_due is None else min(self._log_due, due)

    @property
    def _grace(self) -> float:
        return _OWN_GRACE_S if self._own else _GRACE_S

    async def read_to_head(self) -> None:
        """Take the whole log from the stored cursor on, without a lease or live events (a rebuild). As catch_up."""
        self._cursor = await self.effect.cursor(self.source)
        await self.catch_up()
        await self._persist()

    async def catch_up(self) -> None:
        """Read the source's log from the cursor to its head. Raises LogUnavailable."""
        while True:
            page = await self._read_log(self._cursor.position, self._page)
            if not await self._agrees(page):
                await self._start_over(page)
                continue
            run = self._events_of(page, self.source, self._cursor)
            if run:
                self.from_log += len(run)
                await self._apply(run)
            if page.head >= self._head.position or page.epoch != self._head.epoch:
                self._head = Cursor(page.epoch, page.head)
            if not run or self._cursor.position >= page.head:
                break
        self._settle_epochs(page.epoch)
        await self._acknowledge()

    async def _agrees(self, page: LogPage) -> bool:
        """Whether the log the page comes from contains, at our position, the very event taken last."""
        at = self._cursor
        if at == BEGINNING:
            self._agreed.add(page.epoch)
            return True
        if page.head >= at.position and (page.epoch == at.epoch or page.epoch in self._agreed):
            return True
        probe = await self._read_log(at.position - 1, 1)
        same = bool(probe.events) and read_page_events(probe, self.source, Cursor("", at.position - 1))[
            0
        ].id == event_id(*at)
        if same:
            self._agreed.add(page.epoch)
        return same

    async def _start_over(self, page: LogPage) -> None:
        """The source has another history than the one taken (restored, lost commits)."""
        at = BEGINNING if self.effect.repeats else await self._before_epoch(page)
        log.warning(
            "%s: %s has another history since epoch %s; %s",
            self.effect.name,
            self.source,
            page.epoch,
            "reading it all again" if self.effect.repeats else f"going on behind {at.position}, nothing is repeated",
        )
        await self.effect.start_over(self.source, at)
        self._cursor = at
        self._persist_due = None
        self._agreed = {page.epoch}
        self._held.clear()

    async def _before_epoch(self, page: LogPage) -> Cursor:
        """The place before the first event of the page's epoch, found by halving; the head where it has none yet."""
        known, first = 0, page.head + 1  # the event at `first` is of the epoch (or behind the head), at `known` is not
        last: Incoming | None = None
        while first - known > 1:
            middle = (known + first) // 2
            probe = await self._read_log(middle - 1, 1)
            event = read_page_events(probe, self.source, Cursor("", middle - 1))[0]
            if event.epoch == page.epoch:
                first = middle
            else:
                known, last = middle, event
        return last.cursor if last is not None else BEGINNING

    def _settle_epochs(self, current: str) -> None:
        """Held events of an epoch that is neither ours nor the source's belong to a history that is over."""
        self._agreed.add(current)
        self._dead |= self._strange - {current, self._cursor.epoch}
        self._strange.clear()
        for position, event in list(self._held.items()):
            if position <= self._cursor.position:
                del self._held[position]
            elif not self._follows(event):
                self._dead.add(event.epoch)
                del self._held[position]

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
