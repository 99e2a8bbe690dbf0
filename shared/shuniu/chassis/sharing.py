"""Pages of our event log as another scope sees them: what is agreed whole, a stub in the place of everything else.

Where a matter leaves a scope's sight (none of its units takes part any more) the first event it may not see any more
says so, once; else that scope would show its last known state for ever.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from shuniu.chassis.context import Actor
from shuniu.chassis.identity import LOG_READER
from shuniu.chassis.log import MAX_PAGE_BYTES, read_page
from shuniu.chassis.peers import Peers
from shuniu.contracts.envelope import CloudEvent, LogPage
from shuniu.rules.peering import Agreement, departed, names_units, referral_only, sight, withheld
from shuniu.rules.refusal import Forbidden

if TYPE_CHECKING:
    import asyncpg

__all__ = ("shared_page", "sharing")

_STEP = 200
_event = msgspec.json.Decoder(CloudEvent)


def sharing(peers: Peers, service: str, actor: Actor) -> Agreement:
    """By which agreement a program of another deployment reads the log of our ``service``.

    Forbidden ``peer.no_agreement`` where there is none about it, ``access.role`` for who is no such program.
    """
    agreement = peers.with_scope(actor.scope)
    if agreement is None or service not in agreement.shares:
        raise Forbidden("peer.no_agreement", params={"scope": actor.scope})
    actor.require_role(LOG_READER)
    return agreement


class _Place(msgspec.Struct):
    epoch: str
    sequence: str


_place = msgspec.json.Decoder(_Place)


class _Eyes:
    """What one scope sees, event by event, and which matters were in its sight before."""

    def __init__(self, pool: "asyncpg.Pool[Any]", source: str, agreement: Agreement) -> None:
        self._pool = pool
        self._source = source
        self._agreement = agreement
        self._in_sight: dict[str, bool] = {}

    async def on(self, raws: Sequence[bytes], after: int) -> list[bytes]:
        """Consecutive events behind ``after`` as they are seen."""
        events = [_read(raw) for raw in raws]
        await self._look_back([event for event in events if event is not None], after)
        return [self._one(raw, event) for raw, event in zip(raws, events, strict=True)]

    async def _look_back(self, events: Sequence[CloudEvent], after: int) -> None:
        """Whether the matters of these events were in sight up to ``after``."""
        unknown = {e.correlationid for e in events if e.data.summary.matter is not None} - {"", *self._in_sight}
        records = await self._pool.fetch(
            "select distinct on (matter) matter, envelope from event_log where matter = any($1) and position <= $2"
            " order by matter, position desc",
            sorted(unknown),
            after,
        )
        before = {record["matter"]: _read(record["envelope"]) for record in records} if unknown else {}
        for matter in unknown:
            last = before.get(matter)
            self._in_sight[matter] = last is not None and names_units(last, self._agreement)

    def _one(self, raw: bytes, event: CloudEvent | None) -> bytes:
        if event is None:
            place = _place.decode(raw)
            return withheld(self._source, place.epoch, int(place.sequence))
        gone = False
        if event.data.summary.matter is not None:
            now = names_units(event, self._agreement)
            gone = self._in_sight.get(event.correlationid, False) and not now
            self._in_sight[event.correlationid] = now
        seen = sight(event, self._agreement)
        if seen == "whole":
            return raw
        if seen == "referral":
            return msgspec.json.encode(referral_only(event))
        return msgspec.json.encode(departed(event)) if gone else withheld(self._source, event.epoch, event.position)


def _read(raw: bytes) -> CloudEvent | None:
    try:
        return _event.decode(raw)
    except msgspec.MsgspecError:
        return None


async def shared_page(pool: "asyncpg.Pool[Any]", source: str, agreement: Agreement, after: int, limit: int) -> LogPage:
    """Events after a position in order, at most ``limit`` and a page's bytes, as ``agreement`` lets them be seen.

    The page ends by what is shown of it: where it ended by what stands behind stubs, it would tell their sizes.
    """
    eyes = _Eyes(pool, source, agreement)
    events: list[msgspec.Raw] = []
    size, at = 0, after
    while True:
        page = await read_page(pool, at, min(_STEP, limit - len(events)))
        for shown in await eyes.on([bytes(raw) for raw in page.events], at):
            size += len(shown)
            if events and size > MAX_PAGE_BYTES:
                return LogPage(epoch=page.epoch, head=page.head, events=events)
            events.append(msgspec.Raw(shown))
        at += len(page.events)
        if not page.events or len(events) >= limit:
            return LogPage(epoch=page.epoch, head=page.head, events=events)
