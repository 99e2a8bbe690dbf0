"""Dead letters (死信): parked events as an administrator meets them, to be looked at, tried again or given up.

What is told of one is where it came from and what kind of fault it met, never its content. An id names consumer,
source, epoch and position, so it means the same in every process of the service.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec

from shuniu.chassis.bus.effects import Effect, ProjectionEffect
from shuniu.chassis.bus.parking import QUEUES, Discarded, Parked, discard, discarded_rows, parked_rows
from shuniu.contracts.envelope import event_id, parse_source, source_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import asyncpg

__all__ = ("DeadLetter", "DeadLetters", "LetterId", "Retried")

_SEPARATOR = "~"


class LetterId(NamedTuple):
    """What names a dead letter."""

    consumer: str
    source: str
    epoch: str
    position: int

    def __str__(self) -> str:
        scope, service = parse_source(self.source)
        return _SEPARATOR.join((self.consumer, scope, service, event_id(self.epoch, self.position)))

    @classmethod
    def read(cls, text: str) -> "LetterId | None":
        """The id in ``text``, or None where it is none."""
        parts = text.split(_SEPARATOR)
        if len(parts) != 4 or not all(parts):
            return None
        epoch, _, position = parts[3].rpartition("-")
        if not (epoch and position.isascii() and position.isdigit() and len(position) < 19):
            return None
        return cls(parts[0], source_of(parts[1], parts[2]), epoch, int(position))


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One parked or discarded event.

    ``error`` is the class of the fault (``refused`` with its ``rule`` where a reaction's command was refused); it is
    empty for an event without a fault of its own, which waits behind an earlier one of its matter (``queued``).
    """

    id: str
    consumer: str
    does: Literal["projection", "reaction"]
    state: Literal["parked", "queued", "discarded"]
    source: str
    event: str
    position: int
    type: str
    matter: str
    parked_at: datetime
    error: str = ""
    rule: str = ""
    discarded_at: datetime | None = None
    discarded_by: str = ""
    reason: str = ""
    """Why it was discarded, in the administrator's words."""


class Retried(NamedTuple):
    """How many events were taken, how many are still parked."""

    drained: int
    left: int


class DeadLetters:
    """The dead letters of one service, whichever process parked them."""

    def __init__(
        self, consumers: "Callable[[], Mapping[str, Effect]]", pool: "Callable[[], asyncpg.Pool[Any]]"
    ) -> None:
        self._consumers = consumers
        self._pool = pool

    async def all(self, consumer: str = "", *, discarded: bool = False) -> list[DeadLetter]:
        """Everything parked, in the order of the logs; with ``discarded`` what was given up instead."""
        found: list[DeadLetter] = []
        for name, effect in self._consumers().items():
            if consumer and name != consumer:
                continue
            rows: Sequence[Parked | Discarded]
            rows = await (discarded_rows(self._pool(), name) if discarded else parked_rows(self._pool(), name))
            found.extend(_letter(effect, row) for row in rows)
        return found

    async def one(self, letter: LetterId) -> tuple[DeadLetter, list[DeadLetter]] | None:
        """A dead letter and the queue it stands in; None where the event is neither parked nor discarded."""
        effect = self._consumers().get(letter.consumer)
        if effect is None:
            return None
        row = await self._parked(letter)
        if row is not None:
            behind = await parked_rows(self._pool(), letter.consumer, row.source, row.matter) if row.matter else [row]
            return _letter(effect, row), [_letter(effect, one) for one in behind]
        given_up = await discarded_rows(self._pool(), letter.consumer)
        return next(((_letter(effect, one), []) for one in given_up if _same(one, letter)), None)

    async def retry(self, consumer: str = "") -> Retried:
        """Drain every queue, or those of one consumer, each in order."""
        drained = left = 0
        for name, effect in self._consumers().items():
            if not consumer or name == consumer:
                done, still = await effect.retry()
                drained, left = drained + done, left + still
        return Retried(drained, left)

    async def retry_one(self, letter: LetterId) -> Retried | None:
        """Drain the queue the letter stands in, in order; None where it is not parked."""
        row = await self._parked(letter)
        if row is None:
            return None
        return Retried(*await self._consumers()[letter.consumer].retry(row))

    async def discard(self, letter: LetterId, account: str, why: str) -> Retried | None:
        """Give one event up and let the later ones of its matter go on; None where it is not parked."""
        row = await self._parked(letter)
        if row is None:
            return None
        async with self._pool().acquire() as conn:
            if not await discard(conn, letter.consumer, row, account, why):
                return None
        if not row.matter:
            return Retried(0, 0)
        return Retried(*await self._consumers()[letter.consumer].retry(row))

    def knows(self, consumer: str) -> bool:
        """Whether the service has a consumer of that name."""
        return consumer in self._consumers()

    async def _parked(self, letter: LetterId) -> Parked | None:
        if letter.consumer not in self._consumers():
            return None
        rows = await parked_rows(self._pool(), letter.consumer, letter.source)
        return next((row for row in rows if _same(row, letter)), None)


def _same(row: Parked | Discarded, letter: LetterId) -> bool:
    return (row.source, row.epoch, row.position) == letter[1:]


def _letter(effect: Effect, row: Parked | Discarded) -> DeadLetter:
    gone = row if isinstance(row, Discarded) else None
    error, _, rest = row.reason.partition(":")
    queued = row.reason == QUEUES
    return DeadLetter(
        id=str(LetterId(effect.name, row.source, row.epoch, row.position)),
        consumer=effect.name,
        does="projection" if isinstance(effect, ProjectionEffect) else "reaction",
        state="discarded" if gone else "queued" if queued else "parked",
        source=row.source,
        event=event_id(row.epoch, row.position),
        position=row.position,
        type=row.type,
        matter=row.matter,
        # Only the class: a fault's message may quote what it met.
        error="" if queued else error,
        rule=rest.strip() if error == "refused" else "",
        parked_at=gone.parked_at if gone else row.at,
        discarded_at=gone.at if gone else None,
        discarded_by=gone.account if gone else "",
        reason=gone.why if gone else "",
    )
