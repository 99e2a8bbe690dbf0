"""An event as it reaches a feed, from the stream or from a page of its source's log."""

from typing import Any, NamedTuple

import msgspec

from shuniu.chassis.service import Received
from shuniu.contracts.envelope import CloudEvent, LogPage, event_id
from shuniu.rules.peering import is_withheld

__all__ = ("BEGINNING", "Cursor", "Incoming", "Unreadable", "read_event", "read_page_events")


class Cursor(NamedTuple):
    """How far a consumer has taken a source's log: epoch and position of the last applied event.

    The epoch is the one in that event's own id, so ``event_id(*cursor)`` names exactly what was applied last.
    """

    epoch: str
    position: int


BEGINNING = Cursor("", 0)


class Unreadable(Exception):  # noqa: N818
    """Bytes on an event subject that have not even a position; nothing can be done with them."""


class Incoming(NamedTuple):
    """One event on its way into a consumer.

    ``received`` is None where the envelope does not fit (``flaw`` says why), and where another scope keeps the event
    to itself and only its place is known (``withheld``).
    """

    epoch: str
    position: int
    type: str
    matter: str
    raw: bytes
    received: Received[Any] | None
    flaw: str = ""
    withheld: bool = False

    @property
    def cursor(self) -> Cursor:
        """The cursor once this event is applied."""
        return Cursor(self.epoch, self.position)

    @property
    def id(self) -> str:
        """The event's identity within its source."""
        return event_id(self.epoch, self.position)

    @property
    def traceparent(self) -> str:
        """Trace in which the event was committed."""
        return self.received.event.traceparent if self.received is not None else ""


class _Stub(msgspec.Struct):
    source: str
    sequence: str
    epoch: str
    type: str = ""
    correlationid: str = ""


_events = msgspec.json.Decoder(CloudEvent)
_stubs = msgspec.json.Decoder(_Stub)


def read_event(raw: bytes, source: str) -> Incoming:
    """The event of ``source`` in ``raw``. Raises Unreadable where it has no position or speaks for somebody else."""
    try:
        event = _events.decode(raw)
        position = int(event.sequence)
    except (msgspec.MsgspecError, ValueError) as flaw:
        return _flawed(raw, source, flaw)
    if event.source != source or position < 1:
        raise Unreadable("not an event of this source")
    _, scope, service = source.split("/")
    return Incoming(event.epoch, position, event.type, event.correlationid, raw, Received(event, raw, scope, service))


def _flawed(raw: bytes, source: str, flaw: Exception) -> Incoming:
    """An envelope that does not fit the contract still has its place in the order."""
    try:
        stub = _stubs.decode(raw)
        position = int(stub.sequence)
    except (msgspec.MsgspecError, ValueError) as nothing:
        raise Unreadable(type(nothing).__name__) from nothing
    if stub.source != source or position < 1:
        raise Unreadable("not an event of this source")
    if is_withheld(stub.type, source):
        return Incoming(stub.epoch, position, stub.type, "", raw, None, withheld=True)
    return Incoming(
        stub.epoch, position, stub.type, stub.correlationid, raw, None, f"{type(flaw).__name__}: {flaw}"[:500]
    )


def read_page_events(page: LogPage, source: str, after: Cursor) -> list[Incoming]:
    """The events of a page behind ``after``, checked to be gapless. Raises ValueError for a page that is not."""
    events: list[Incoming] = []
    position = after.position
    for raw in page.events:
        position += 1
        try:
            event = read_event(bytes(raw), source)
        except Unreadable as nothing:
            # In a log the place is known even where the envelope is beyond reading.
            event = Incoming(page.epoch, position, "", "", bytes(raw), None, f"unreadable: {nothing}")
        if event.position != position:
            raise ValueError(f"{source}: the log has {event.position} where {position} was expected")
        events.append(event)
    return events
