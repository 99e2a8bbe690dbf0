"""Live delivery of a source's events to one consumer: a durable push subscription, renewed when it vanishes."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any

import nats.errors
from faststream.nats import NatsMessage
from faststream.nats.subscriber.usecases import LogicSubscriber
from nats.js.api import AckPolicy, ConsumerInfo

from shuniu.chassis.bus.broker import BusDown, Connection
from shuniu.chassis.bus.provisioner import Provisioner

__all__ = ("Live",)

log = logging.getLogger(__name__)


class Live:
    """The subscription of one feed. FastStream delivers; acknowledging is the feed's, after its cursor's commit."""

    def __init__(
        self,
        connection: Connection,
        provisioner: Provisioner,
        durable: str,
        subject: str,
        deliver: Callable[[NatsMessage], None],
    ) -> None:
        self.durable = durable
        self._connection = connection
        self._provisioner = provisioner
        self._subject = subject
        self._deliver = deliver
        self._subscriber: LogicSubscriber[Any] | None = None
        self._generation = 0
        self.renewals = 0
        """How often the subscription had to be made again after it had been there."""

    async def ensure(self) -> bool:
        """See to it that the durable consumer is there and delivers to us; False where that cannot be now."""
        if not (self._connection.connected and self._provisioner.ready):
            return False
        try:
            async with asyncio.timeout(10):
                return await self._ensure()
        except (BusDown, TimeoutError, OSError, nats.errors.Error) as error:
            log.debug("%s: not subscribed: %s", self.durable, error)
            return False

    async def _ensure(self) -> bool:
        info = await self._provisioner.consumer(self.durable)
        had_one = self._subscriber is not None
        if had_one and self._generation == self._connection.generation and info is not None and info.push_bound:
            return True
        await self.close()
        after: int | None = None
        if info is not None and (info.push_bound or not self._fits(info)):
            # Bound to somebody who is not there any more (the lease says so), or made for other rules: a new one goes
            # on behind what the old one had seen acknowledged.
            after = info.ack_floor.stream_seq if info.ack_floor is not None else None
            await self._provisioner.remove_consumer(self.durable)
        self._subscriber = await self._connection.open_durable(
            self.durable, self._subject, self._deliver, after=after or None
        )
        self._generation = self._connection.generation
        if had_one:
            self.renewals += 1
            log.info("%s: subscription renewed", self.durable)
        return True

    def _fits(self, info: ConsumerInfo) -> bool:
        subjects = [info.config.filter_subject, *(info.config.filter_subjects or ())]
        return (
            self._subject in subjects
            and info.config.ack_policy == AckPolicy.ALL
            and info.config.deliver_subject is not None
        )

    async def close(self) -> None:
        """Stop delivering; the durable consumer stays and remembers."""
        subscriber, self._subscriber = self._subscriber, None
        if subscriber is not None and self._generation == self._connection.generation:
            with contextlib.suppress(Exception):
                await subscriber.stop()
