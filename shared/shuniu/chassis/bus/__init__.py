"""The bus: everything of a service that speaks NATS, behind one facade.

A service starts and serves without a bus; what belongs to the database alone (leases, feeds of our own log, the head)
runs all the same, the rest joins when the connection is there.
"""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING

import nats.errors
from faststream.nats import NatsMessage

from shuniu.chassis.bus.bridge import Bridge, BusResponse, Requester, ServiceAbsent, ServiceSlow
from shuniu.chassis.bus.broker import BusDown, Connection
from shuniu.chassis.bus.dead_letters import DeadLetter, DeadLetters, LetterId, Retried
from shuniu.chassis.bus.feed import FeedStatus
from shuniu.chassis.bus.feeds import Feeds
from shuniu.chassis.bus.heads import Announcer, HeadWatch, head_of
from shuniu.chassis.bus.lease import Leases
from shuniu.chassis.bus.pages import serve_log
from shuniu.chassis.bus.parking import Parked, Poison
from shuniu.chassis.bus.provisioner import Provisioner, StreamSize
from shuniu.chassis.bus.rebuild import Rebuilt, replay
from shuniu.chassis.bus.rebuilds import RebuildJob, RebuildRunning, Rebuilds
from shuniu.chassis.bus.relay import Relay
from shuniu.chassis.bus.subjects import head_filter, head_subject, wake_subject
from shuniu.chassis.log import read_head
from shuniu.chassis.tasks import end, keep
from shuniu.contracts.envelope import LogHead

if TYPE_CHECKING:
    from shuniu.chassis.bus.needs import BusHost

__all__ = (
    "Bus",
    "BusDown",
    "BusResponse",
    "DeadLetter",
    "FeedStatus",
    "HeadWatch",
    "LetterId",
    "Parked",
    "Poison",
    "RebuildJob",
    "RebuildRunning",
    "Rebuilt",
    "Retried",
    "ServiceAbsent",
    "ServiceSlow",
)

log = logging.getLogger(__name__)

_LOOK_AT_PEERS_S = 1.0


class Bus:
    """One service on the bus."""

    def __init__(self, host: "BusHost") -> None:
        name = host.service.name
        self._host = host
        self.connection = Connection(host.deployment.nats_url, f"{name}-{host.scope}")
        self.leases = Leases(host.pool, host.instance)
        self.heads = HeadWatch()
        self.provisioner = Provisioner(
            self.connection,
            self.leases.lease("provisioner"),
            StreamSize(
                max_bytes=getattr(host.deployment, "stream_max_bytes", -1),
                replicas=getattr(host.deployment, "stream_replicas", 1),
            ),
        )
        self.requester = Requester(self.connection, host.telemetry)
        self.relay = Relay(
            host.pool,
            self.connection,
            self.provisioner,
            self.leases.lease("relay"),
            scope=host.scope,
            service=name,
            telemetry=host.telemetry,
            wake_others=self._wake_others,
        )
        self._feeds = Feeds(
            host, self.connection, self.provisioner, self.requester, self.heads, self.leases.lease("feeds")
        )
        self.rebuilds = Rebuilds(host, self._feeds)
        self.dead_letters = DeadLetters(lambda: self._feeds.consumers, lambda: host.pool)
        self._announcer = Announcer(lambda: read_head(host.pool), self._head, self._announce, self._own_head)
        self._bridge = Bridge(lambda: host.app, scope=host.scope, service=name)
        self._bridge.serve(self.connection)
        serve_log(self.connection, host)
        self.connection.serve(head_filter(host.scope), self._heard_head)
        self.connection.serve(wake_subject(host.scope, name), self._heard_wake)
        self.connection.on_up(self._announcer.poke)
        host.on_commit(self._committed)
        self._stack = contextlib.AsyncExitStack()
        self._following: asyncio.Task[None] | None = None

    # -- what others use -----------------------------------------------------------------------------------------

    @property
    def connected(self) -> bool:
        """Whether the bus can be spoken to now."""
        return self.connection.connected

    @property
    def feeds(self) -> list[FeedStatus]:
        """How every feed of this process stands, with its lag."""
        return self._feeds.statuses

    async def request(
        self,
        scope: str,
        service: str,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        timeout: float = 10.0,
    ) -> BusResponse:
        """Ask a service over the bus; ``path`` is percent-encoded and may carry a query.

        Raises ServiceAbsent (503: nobody there, nothing done) or ServiceSlow (504: the outcome is unknown).
        """
        return await self.requester.request(scope, service, method, path, headers, body, timeout)

    async def parked(self, consumer: str | None = None) -> dict[str, list[Parked]]:
        """Events set aside, by consumer."""
        return await self._feeds.parked(consumer)

    async def retry_parked(self, consumer: str) -> tuple[int, int]:
        """After a fix: drain what a consumer has parked, in order; (drained, still parked)."""
        return await self._feeds.retry_parked(consumer)

    async def rebuild(self, projection: str, account: str = "") -> RebuildJob:
        """Make a projection anew while it is read, and answer when that is over. KeyError, RebuildRunning."""
        job = await self.rebuilds.begin(secrets.token_hex(8), projection, account)
        return await self.rebuilds.done(job.id)

    async def rebuild_offline(self, projection: str) -> list[Rebuilt]:
        """Empty a projection and fill it here and now, without feeds: for a bus that is not started, own log only,
        or one that is connected while another process's feeds are stopped. Raises KeyError."""
        effect = self._feeds.projection(projection)
        rows = await self._host.pool.fetch("select source from cursor where consumer = $1", projection)
        sources = sorted({row["source"] for row in rows})
        return await replay(effect, [(source, self._feeds.read_log(source)) for source in sources])

    # -- life ----------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin. Returns at once, bus or no bus."""
        for part in (
            self.leases,
            self.heads,
            self.provisioner,
            self.relay,
            self._feeds,
            self._announcer,
            self.connection,
        ):
            await part.start()
            self._stack.push_async_callback(part.stop)
        self._following = keep(self._follow_peers, name=f"{self._host.service.name}-peers")

    async def stop(self) -> None:
        """End, in the opposite order: first nothing new comes in, last the leases are given back."""
        await end(self._following)
        await self.rebuilds.stop()
        # The connection leaves last among what speaks: feeds close their subscriptions through it.
        await self._feeds.stop()
        await self._stack.aclose()

    # -- between the parts ---------------------------------------------------------------------------------------

    def _committed(self, epoch: str, position: int) -> None:
        self.relay.committed()
        self._feeds.own_head(epoch, position)
        self._announcer.committed(epoch, position)

    def _head(self, epoch: str, position: int) -> LogHead:
        return head_of(self._host, epoch, position)

    def _own_head(self, head: LogHead) -> None:
        self.heads.note(head)  # present to ourselves, bus or no bus; wakes the feeds of our own log
        if head.position > self.relay.position:
            self.relay.wake()

    async def _announce(self, body: bytes) -> None:
        with contextlib.suppress(BusDown, OSError):
            await self.connection.publish(head_subject(self._host.scope, self._host.service.name), body)

    async def _heard_head(self, message: NatsMessage) -> None:
        self.heads.heard(message.body)

    async def _follow_peers(self) -> None:
        """Hear the heads of the scopes we have agreements with, as the agreements change."""
        known = None
        while True:
            version = self._host.peers.look()
            if version != known:
                for scope in self._host.peers.agreed:
                    with contextlib.suppress(BusDown, OSError, nats.errors.Error):
                        await self.connection.serve_too(head_filter(scope), self._heard_peer)
                await self._feeds.peers_changed()
                known = version
            await asyncio.sleep(_LOOK_AT_PEERS_S)

    async def _heard_peer(self, message: NatsMessage) -> None:
        """A head of another scope: taken only for what its subject says it is, and while it is a peer."""
        self.heads.heard(message.body, from_subject=message.raw_message.subject, scopes=self._host.peers.agreed)

    async def _wake_others(self) -> None:
        with contextlib.suppress(BusDown, OSError):
            await self.connection.publish(
                wake_subject(self._host.scope, self._host.service.name), self._host.instance.encode()
            )

    async def _heard_wake(self, message: NatsMessage) -> None:
        if message.body != self._host.instance.encode():
            self.relay.wake()
            self._announcer.poke()
