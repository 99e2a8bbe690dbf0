"""All feeds of one service: one for each consumer and source, opened as sources appear."""

import asyncio
import logging
from typing import TYPE_CHECKING

import asyncpg

from shuniu.chassis.bus.broker import Connection
from shuniu.chassis.bus.effects import Effect, ProjectionEffect
from shuniu.chassis.bus.feed import Feed, FeedStatus, ReadLog
from shuniu.chassis.bus.heads import HeadWatch
from shuniu.chassis.bus.lease import Lease
from shuniu.chassis.bus.live import Live
from shuniu.chassis.bus.pages import own_log, remote_log, shared_log
from shuniu.chassis.bus.parking import Parked, parked_rows
from shuniu.chassis.bus.provisioner import Provisioner
from shuniu.chassis.bus.reactions import ReactionEffect
from shuniu.chassis.bus.sources import EVERY_SOURCE, wants
from shuniu.chassis.bus.subjects import durable_name, event_filter
from shuniu.contracts.envelope import LogHead, parse_source, source_of

if TYPE_CHECKING:
    from shuniu.chassis.bus.bridge import Requester
    from shuniu.chassis.bus.needs import BusHost

__all__ = ("Feeds",)

log = logging.getLogger(__name__)


class Feeds:
    """Opens, informs and closes the feeds of a service."""

    def __init__(
        self,
        host: "BusHost",
        connection: Connection,
        provisioner: Provisioner,
        requester: "Requester",
        heads: HeadWatch,
        lease: Lease,
    ) -> None:
        self._host = host
        self._connection = connection
        self._provisioner = provisioner
        self._requester = requester
        self._heads = heads
        self._lease = lease
        self._effects: dict[str, tuple[Effect, frozenset[str]]] = {}
        self._feeds: dict[tuple[str, str], Feed] = {}
        self._opening: set[asyncio.Task[None]] = set()
        self._running = False
        for projection in host.projections:
            self._add(ProjectionEffect(projection, host), projection.sources)
        for reaction in host.service.reactions:
            self._add(ReactionEffect(reaction, host), reaction.sources)
        heads.on_head(self._announced)
        heads.on_presence(self._came_or_went)
        connection.on_up(self._check_all)
        provisioner.on_ready(self._check_all)

    def _add(self, effect: Effect, sources: tuple[str, ...]) -> None:
        if effect.name in self._effects:
            raise ValueError(f"{self._host.service.name}: two consumers are called {effect.name}")
        self._effects[effect.name] = (effect, frozenset(sources))

    @property
    def statuses(self) -> list[FeedStatus]:
        """How every feed of this process stands."""
        return [feed.status for feed in self._feeds.values()]

    @property
    def feeds(self) -> list[Feed]:
        """The feeds themselves."""
        return list(self._feeds.values())

    def effect(self, consumer: str) -> Effect:
        """The consumer of that name. Raises KeyError."""
        return self._effects[consumer][0]

    def projection(self, name: str) -> ProjectionEffect:
        """The projection of that name. Raises KeyError."""
        effect = self._effects[name][0]
        if not isinstance(effect, ProjectionEffect):
            raise KeyError(name)
        return effect

    def sources_of(self, consumer: str) -> set[str]:
        """The sources whose feeds to a consumer are open."""
        return {source for name, source in self._feeds if name == consumer}

    def read_log(self, source: str) -> ReadLog:
        """How a source's log is read from here."""
        if source == self._host.source:
            return own_log(self._host.pool)
        if parse_source(source)[0] != self._host.scope:
            return shared_log(self._requester, source, self._host.credential.token)
        return remote_log(self._requester, source)

    async def start(self) -> None:
        """Open the feeds of every source known by name, from former lives, or from announcements."""
        self._running = True
        sources = {self._host.source, *self._heads.all}
        for _, wanted in self._effects.values():
            sources.update(
                source_of(self._host.scope, name) for name in wanted if name != EVERY_SOURCE and "@" not in name
            )
        try:
            rows = await self._host.pool.fetch("select distinct source from cursor")
            sources.update(row["source"] for row in rows)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("sources of former lives unknown: %s", type(error).__name__)
        for source in sorted(sources):
            await self._open(source)

    async def stop(self) -> None:
        """Close every feed."""
        self._running = False
        for task in self._opening:
            task.cancel()
        await asyncio.gather(*self._opening, return_exceptions=True)
        await asyncio.gather(*(feed.stop() for feed in self._feeds.values()))
        self._feeds.clear()

    async def _open(self, source: str) -> None:
        """Feeds of every consumer that wants this source."""
        scope, service = parse_source(source)
        own, foreign = source == self._host.source, scope != self._host.scope
        if foreign and not self._host.peers.hears(scope, service):
            return
        for name, (effect, wanted) in self._effects.items():
            if (name, source) in self._feeds or not wants(wanted, self._host.scope, scope, service):
                continue
            feed = Feed(effect, source, self.read_log(source), self._lease, own=own)
            if not own and not foreign:  # another deployment's events are read from its log: we see only what it shares
                durable = durable_name(scope, self._host.service.name, name, service)
                feed.live = Live(
                    self._connection, self._provisioner, durable, event_filter(scope, service), feed.deliver
                )
            if isinstance(effect, ProjectionEffect):
                effect.on_reset.append(feed.moved)
            self._feeds[name, source] = feed
            head = self._heads.get(source)
            if head is not None:
                feed.announced(head.epoch, head.position)
            await feed.start()

    async def peers_changed(self) -> None:
        """Agreements are others now: leave those who are no peers any more, ask those who may share more."""
        for (name, source), feed in list(self._feeds.items()):
            scope, service = parse_source(source)
            if scope == self._host.scope:
                continue
            if self._host.peers.hears(scope, service):
                feed.check()
            else:
                del self._feeds[name, source]
                await feed.stop()
        if self._running:
            for source in sorted(self._heads.all):
                await self._open(source)

    def own_head(self, epoch: str, position: int) -> None:
        """Our own log moved."""
        for (_, source), feed in self._feeds.items():
            if source == self._host.source:
                feed.announced(epoch, position)

    def _announced(self, source: str, head: LogHead) -> None:
        for (_, fed), feed in self._feeds.items():
            if fed == source:
                feed.announced(head.epoch, head.position)

    def _came_or_went(self, source: str, present: bool) -> None:
        if not present or not self._running:
            return
        if any(fed == source for _, fed in self._feeds):
            for (_, fed), feed in self._feeds.items():
                if fed == source:
                    feed.check()
            return
        task = asyncio.ensure_future(self._open(source))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    def _check_all(self) -> None:
        for feed in self._feeds.values():
            feed.check()

    # -- parked events -------------------------------------------------------------------------------------------

    async def parked(self, consumer: str | None = None) -> dict[str, list[Parked]]:
        """Everything parked, by consumer."""
        names = [consumer] if consumer is not None else list(self._effects)
        return {name: rows for name in names if (rows := await parked_rows(self._host.pool, name))}

    @property
    def consumers(self) -> dict[str, Effect]:
        """Every consumer by name."""
        return {name: effect for name, (effect, _) in self._effects.items()}

    async def retry_parked(self, consumer: str) -> tuple[int, int]:
        """Drain a consumer's parked events in order; (drained, still parked). Raises KeyError for an unknown one."""
        return await self.effect(consumer).retry()
