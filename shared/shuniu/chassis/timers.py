"""Timers: rows written by the command processor, fired as commands keyed (matter, timer, generation).

Several processes may look at the same rows; the key makes each firing happen once. A process killed between firing
and commit leaves the row, and the next look fires it again under the same key.
"""

import asyncio
import logging
from typing import TYPE_CHECKING

import asyncpg

from shuniu.chassis.context import Actor
from shuniu.chassis.processor import FIRE_TIMER, Busy, FireTimer, Submission
from shuniu.chassis.tasks import end
from shuniu.rules.refusal import Refusal

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("TIMER_ACTOR", "TimerLoop", "timer_key")

log = logging.getLogger(__name__)

TIMER_ACTOR = Actor(id="timer", kind="timer", clearance=4)
LOOK_S = 0.25
AT_ONCE = 200


def timer_key(kind: str, matter: str, name: str, generation: int) -> str:
    """Idempotency key of one firing."""
    return f"timer:{kind}:{matter}:{name}:{generation}"


class TimerLoop:
    """Looks for due timers a few times a second and hands them to the processor."""

    def __init__(self, host: "Host") -> None:
        self._host = host
        self._task: asyncio.Task[None] | None = None
        self.fired = 0

    async def start(self) -> None:
        """Begin looking."""
        self._task = asyncio.create_task(self._run(), name=f"{self._host.service.name}-timers")

    async def stop(self) -> None:
        """Stop looking."""
        await end(self._task)

    async def _run(self) -> None:
        while True:
            try:
                more = await self.fire_due()
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, Busy) as away:
                log.debug("timers wait: %s", type(away).__name__)
                more = False
            except Exception:
                log.exception("%s: a timer failed", self._host.service.name)
                more = False
            if not more:
                await asyncio.sleep(LOOK_S)

    async def fire_due(self) -> bool:
        """Fire what is due now; True when there may be more."""
        records = await self._host.pool.fetch(
            "select kind, matter, name, generation from timer where due_at <= $1 order by due_at limit $2",
            self._host.clock.now(),
            AT_ONCE,
        )
        fired = await asyncio.gather(
            *(self._fire(r["kind"], r["matter"], r["name"], r["generation"]) for r in records), return_exceptions=True
        )
        for fault in fired:
            if isinstance(fault, BaseException) and not isinstance(fault, Refusal):
                raise fault
        self.fired += len(records)
        return len(records) == AT_ONCE

    async def _fire(self, kind: str, matter: str, name: str, generation: int) -> None:
        await self._host.processor.submit(
            Submission(
                command=FIRE_TIMER,
                body=FireTimer(kind, matter, name, generation),
                actor=TIMER_ACTOR,
                key=timer_key(kind, matter, name, generation),
            )
        )
