"""The live feed in memory: read once, encoded once, shared by every viewer of this process.

One reader follows the feed table and wakes all streams together, at most every 50 ms. A stream asks for what lies
behind its own position; viewers with the same rights at the same position share the answer. Of a matter that changed
several times in between only the last version is sent; steps are all sent.
"""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from shuniu.chassis.clock import RealClock
from shuniu.chassis.context import Actor
from shuniu.chassis.identity.policy import may_read
from shuniu.contracts.envelope import event_id
from shuniu.contracts.summary import Visibility

from shuniu_gateway.addresses import address
from shuniu_gateway.projection import new_epoch
from shuniu_gateway.shapes import MatterKey
from shuniu_gateway.tables import FeedTable

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("Hub", "Item", "frame", "frames_for", "read_feed_id")

log = logging.getLogger(__name__)

COALESCE_S = 0.05
"""The longest pause between two rounds, which many viewers need (docs/performance.md)."""
SAFETY_POLL_S = 1.0
RING_ITEMS = 4000
PAGE_ROWS = 2000
MEMO = 64
MOST_SPANS = 50

_visibility = msgspec.json.Decoder(Visibility)
_encode = msgspec.json.Encoder().encode


class Item(NamedTuple):
    """One row of the feed. ``visibility`` None: for everybody who is signed in."""

    position: int
    name: str
    key: tuple[str, str, str]
    area: str
    visibility: Visibility | None
    was: Visibility | None
    was_area: str
    frame: bytes
    traceparent: str

    def readable(self, actor: Actor) -> bool:
        """Whether the actor may read what it tells."""
        return self.visibility is None or may_read(self.visibility, self.area, actor)

    def was_readable(self, actor: Actor) -> bool:
        """Whether the actor could read the matter before this, where that changed."""
        return self.was is not None and may_read(self.was, self.was_area, actor)


def frame(name: str, data: bytes, feed_id: str = "") -> bytes:
    """One server-sent event. ``data`` is JSON on one line."""
    head = f"id: {feed_id}\nevent: {name}\n" if feed_id else f"event: {name}\n"
    return head.encode() + b"data: " + data + b"\n\n"


def read_feed_id(text: str) -> tuple[str, int] | None:
    """(epoch, position) of a feed id, or None when it is none."""
    epoch, _, position = text.rpartition("-")
    return (epoch, int(position)) if epoch and position.isdigit() and len(position) < 19 else None


def pause_s(viewers: int) -> float:
    """Seconds to gather changes after a round. A round costs in proportion to its viewers, so few wait less."""
    return min(COALESCE_S, 0.005 + 0.0005 * viewers)


def frames_for(items: Sequence[Item], actor: Actor, epoch: str, own_scope: str = "") -> bytes:
    """The frames of ``items`` this actor may read, without the superseded versions of a matter.

    A matter it could read before and may not any more is taken away by an event ``gone``.
    """
    last: dict[tuple[str, str, str], int] = {item.key: item.position for item in items if item.name == "matter"}
    told: list[bytes] = []
    for item in items:
        superseded = item.name == "matter" and last[item.key] != item.position
        if item.readable(actor):
            if not superseded:
                told.append(item.frame)
        elif item.was_readable(actor):
            source, kind, matter = item.key
            key = MatterKey(source=source, service=address(source, own_scope), kind=kind, id=matter)
            told.append(frame("gone", _encode(key), event_id(epoch, item.position)))
    return b"".join(told)


def _item(row: dict[str, Any], epoch: str) -> Item:
    visibility, was = row["visibility"], row["was"]
    return Item(
        position=row["position"],
        name=row["name"],
        key=(row["source"], row["kind"], row["matter"]),
        area=row["area"],
        visibility=None if visibility is None else _visibility.decode(visibility),
        was=None if was is None else _visibility.decode(was),
        was_area=row["was_area"],
        frame=frame(row["name"], bytes(row["data"]), event_id(epoch, row["position"])),
        traceparent=row["traceparent"],
    )


class Hub:
    """Follows the feed and wakes the streams of this process."""

    def __init__(self, host: "Host") -> None:
        self._host = host
        self.epoch = ""
        self.head = 0
        self._ring: deque[Item] = deque()
        self._ring_after = 0
        self._loud: deque[tuple[int, bytes]] = deque(maxlen=200)
        self._loud_count = 0
        self._own: deque[tuple[int, str, bytes]] = deque(maxlen=1000)
        self._own_count = 0
        self._doubts: deque[tuple[int, str]] = deque(maxlen=200)
        self.doubts = 0
        """How often an account's streams were told to look whether they may go on."""
        self._poke = asyncio.Event()
        self._changed = asyncio.Event()
        self._memo: OrderedDict[tuple[Any, ...], bytes] = OrderedDict()
        self._task: asyncio.Task[None] | None = None
        self._following = asyncio.Lock()
        self.viewers = 0
        self.closing = False

    async def start(self) -> None:
        """Begin at the feed's present head."""
        await self._ensure_head()
        self.epoch, self.head = await self._read_head()
        self._ring_after = self.head
        self._task = asyncio.create_task(self._run(), name="gateway-hub")

    async def stop(self) -> None:
        """End every stream."""
        self.closing = True
        self._tell()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def feed_id(self) -> str:
        """Where the feed stands, as far as this process has read it."""
        return event_id(self.epoch, self.head)

    def wake(self) -> None:
        """The feed moved; called by the projection after its commit."""
        self._poke.set()

    def announce(self, name: str, data: bytes) -> None:
        """Tell every viewer something that is true now and has no place in the feed (a service came or went)."""
        self._loud_count += 1
        self._loud.append((self._loud_count, frame(name, data)))
        self._tell()

    def announced_since(self, count: int) -> tuple[int, bytes]:
        """(count, frames) of what was announced after the first ``count`` announcements."""
        return self._loud_count, b"".join(data for n, data in self._loud if n > count)

    def tell_own(self, frames: Iterable[tuple[str, bytes]]) -> None:
        """Tell accounts something that is theirs alone; each frame goes to every stream of its account."""
        for account, data in frames:
            self._own_count += 1
            self._own.append((self._own_count, account, data))
        self._tell()

    def own_since(self, count: int, account: str) -> tuple[int, bytes]:
        """(count, frames) of what the account was told after the first ``count`` such words."""
        if count == self._own_count:
            return count, b""
        return self._own_count, b"".join(data for n, who, data in self._own if n > count and who == account)

    @property
    def own_words(self) -> int:
        """How many words for single accounts there were so far."""
        return self._own_count

    def doubt(self, account: str) -> None:
        """A session or credential of the account ended: its streams look at once whether they may go on."""
        self.doubts += 1
        self._doubts.append((self.doubts, account))
        self._tell()

    def doubted_since(self, count: int, account: str) -> bool:
        """Whether the account was doubted after the first ``count`` doubts."""
        return any(n > count and who == account for n, who in self._doubts)

    @property
    def announcements(self) -> int:
        """How many there were so far."""
        return self._loud_count

    def waiter(self) -> asyncio.Event:
        """Set at the next change. Take it before reading, so that nothing slips through in between."""
        return self._changed

    async def current(self) -> str:
        """The feed id as the database has it now; for snapshots."""
        epoch, position = await self._read_head()
        return event_id(epoch, position)

    async def reached(self, done: "Callable[[], Any]", timeout: float) -> bool:
        """Wait until ``await done()`` is true, looking after every change, at most ``timeout`` seconds."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while True:
            event = self._changed
            if await done():
                return True
            left = deadline - loop.time()
            if left <= 0:
                return False
            try:
                async with asyncio.timeout(min(left, SAFETY_POLL_S / 4)):
                    await event.wait()
            except TimeoutError:
                continue

    async def behind(self, epoch: str, after: int, actor: Actor) -> tuple[bytes, int] | None:
        """(frames, position) for a viewer who has everything up to ``after``; None when it must start anew."""
        if epoch != self.epoch or after > self.head or self.head - after > self._host.settings.resume_rows:
            return None
        if after >= self._ring_after:
            key = (after, self.head, actor.roles, actor.areas, actor.units, actor.clearance)
            found = self._memo.get(key)
            if found is None:
                items = self._since(after)
                found = frames_for(items, actor, epoch, self._host.scope)
                self._memo[key] = found
                while len(self._memo) > MEMO:
                    self._memo.popitem(last=False)
            return found, self.head
        rows = await self._read_rows(epoch, after, PAGE_ROWS)
        # Rows this process has not followed yet wait for the next round: nobody stands farther on than the hub itself.
        items = [item for item in rows if item.position <= self.head]
        if epoch != self.epoch or not items or items[0].position != after + 1:
            return None  # rebuilt or pruned meanwhile
        return frames_for(items, actor, epoch, self._host.scope), items[-1].position

    def _since(self, after: int) -> list[Item]:
        found: list[Item] = []
        for item in reversed(self._ring):
            if item.position <= after:
                break
            found.append(item)
        found.reverse()
        return found

    def _trace(self, items: Sequence[Item]) -> None:
        """One span for each trace that reaches the screens now, however many viewers there are."""
        for traceparent in list(dict.fromkeys(item.traceparent for item in items if item.traceparent))[:MOST_SPANS]:
            with self._host.telemetry.span("stream", traceparent, {"shuniu.viewers": self.viewers}):
                pass

    # --- following the table ------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(SAFETY_POLL_S):
                    await self._poke.wait()
            except TimeoutError:
                pass
            self._poke.clear()
            try:
                if await self.refresh():
                    await asyncio.sleep(pause_s(self.viewers))
            except asyncio.CancelledError:
                raise
            except Exception as fault:
                log.warning("the feed cannot be read: %r", fault)
                await asyncio.sleep(SAFETY_POLL_S)

    async def refresh(self) -> bool:
        """Read what is new now and wake the streams; whether there was anything."""
        async with self._following:
            news = await self._follow()
        if news:
            self._tell()
        return news

    async def _follow(self) -> bool:
        epoch, head = await self._read_head()
        if epoch != self.epoch or head < self.head:
            # Rebuilt: positions mean something else from here on.
            self.epoch, self.head, self._ring_after = epoch, head, head
            self._ring.clear()
            self._memo.clear()
            return True
        if head == self.head:
            return False
        if not self.viewers:
            self._ring.clear()
            self.head = self._ring_after = head
        while self.head < head:
            items = await self._read_rows(epoch, self.head, PAGE_ROWS)
            if not items:
                self.head = self._ring_after = head
                break
            self._ring.extend(items)
            self.head = items[-1].position
            self._trace(items)
        while len(self._ring) > RING_ITEMS:
            self._ring_after = self._ring.popleft().position
        self._memo.clear()
        return True

    def _tell(self) -> None:
        event, self._changed = self._changed, asyncio.Event()
        event.set()

    async def _ensure_head(self) -> None:
        await FeedTable.raw(
            "insert into feed_head (epoch, position) values ({}, 0) on conflict do nothing", new_epoch()
        )

    async def _read_head(self) -> tuple[str, int]:
        rows = await FeedTable.raw("select epoch, position from feed_head")
        if not rows:  # emptied by a rebuild that has not begun to fill it
            await self._ensure_head()
            rows = await FeedTable.raw("select epoch, position from feed_head")
        return rows[0]["epoch"], rows[0]["position"]

    async def _read_rows(self, epoch: str, after: int, limit: int) -> list[Item]:
        rows: Iterable[dict[str, Any]] = await FeedTable.raw(
            "select position, name, source, kind, matter, area, visibility, was, was_area, data, traceparent"
            " from feed where position > {} order by position limit {}",
            after,
            limit,
        )
        return [_item(row, epoch) for row in rows]

    async def prune(self) -> None:
        """Forget rows of the feed that are too many or too old to resume from."""
        settings = self._host.settings
        await FeedTable.raw(
            "delete from feed where position <= (select position from feed_head) - {}::bigint or at < {}",
            settings.feed_rows,
            RealClock().now() - timedelta(hours=settings.feed_hours),
        )
