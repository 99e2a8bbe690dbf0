"""CloudEvents 1.0 as Shuniu speaks it: structured JSON, at most 64 KiB, one event per message.

Identity is (source, epoch, position): ``id`` is ``<epoch>-<position>`` and doubles as the ``Nats-Msg-Id``. Extension
attributes are scalars in [a-z0-9], as the CloudEvents specification asks.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Literal, TypeVar

import msgspec

from shuniu.contracts.summary import Summary

__all__ = (
    "MAX_EVENT_BYTES",
    "CloudEvent",
    "EventData",
    "Fact",
    "LogHead",
    "LogPage",
    "event_id",
    "event_subject",
    "fact",
    "fact_name",
    "fact_service",
    "move_of",
    "parse_source",
    "source_of",
)

MAX_EVENT_BYTES = 64 * 1024


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every fact: what happened, in the past tense, complete for those who may know it.

    A concrete fact is named ``<noun>.<past>.v<N>`` by :func:`fact`. New fields come only with defaults; a change of
    meaning is a new version published beside the old one for a release.
    """


FactT = TypeVar("FactT", bound=type[Fact])
_named: dict[type[Fact], tuple[str, str]] = {}


def fact(service: str, name: str) -> Callable[[FactT], FactT]:
    """Class decorator: the fact's owning service and its name on the wire, e.g. ``("grid", "event.reported.v1")``.

    A ``service`` of ``"*"`` marks a word any service may say (referrals). The CloudEvents type is
    ``shuniu.<service>.<name>``, with the speaking service in place of ``*``.
    """

    def register(cls: FactT) -> FactT:
        _named[cls] = (service, name)
        return cls

    return register


def fact_name(cls: type[Fact]) -> str:
    """``<noun>.<past>.v<N>`` of a fact class. Raises KeyError for a class without the decorator."""
    return _named[cls][1]


def move_of(fact: Fact) -> str:
    """Id of the move a fact tells of: its name without the version, words joined (``callout_signed``)."""
    noun, past, _ = fact_name(type(fact)).split(".")
    return f"{noun}_{past}"


def fact_service(cls: type[Fact]) -> str:
    """The service that owns a fact class, or ``"*"``."""
    return _named[cls][0]


class EventData(msgspec.Struct, frozen=True, kw_only=True):
    """What an event carries: the ``fact`` for typed readers (undecoded here) and the domain-free ``summary``."""

    fact: msgspec.Raw
    summary: Summary


class CloudEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event as it is committed and as it is sent: the bytes in the event log are the bytes on the bus."""

    specversion: Literal["1.0"]
    id: str
    source: str
    type: str
    subject: str
    time: datetime
    datacontenttype: Literal["application/json"]
    sequence: str
    epoch: str
    data: EventData
    actor: str = ""
    area: str = ""
    correlationid: str = ""
    causationid: str = ""
    traceparent: str = ""

    @property
    def position(self) -> int:
        """Gapless position in the source's event log, from 1."""
        return int(self.sequence)


class LogHead(msgspec.Struct, frozen=True, kw_only=True):
    """What a service announces every two seconds on ``….head``, and answers on ``GET /head``."""

    service: str
    scope: str
    epoch: str
    position: int
    instance: str
    manifest: str
    """SHA-256 of the manifest's JSON; a reader that has not seen it fetches ``GET /manifest``."""
    version: str = ""
    """Version of the service in this process; "" from one that does not say."""
    started: datetime | None = None
    """When this process came up (real time)."""


class LogPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of an event log (at most 512 KiB): events ``after`` exclusive, in position order, and the head."""

    epoch: str
    head: int
    events: list[msgspec.Raw]


def source_of(scope: str, service: str) -> str:
    """CloudEvents ``source`` of a service in a scope: ``/<scope>/<service>``."""
    return f"/{scope}/{service}"


def parse_source(source: str) -> tuple[str, str]:
    """(scope, service) of a CloudEvents source. Raises ValueError when it is not one of ours."""
    parts = source.split("/")
    if len(parts) != 3 or parts[0] or not parts[1] or not parts[2]:
        raise ValueError(f"not a Shuniu source: {source!r}")
    return parts[1], parts[2]


def event_id(epoch: str, position: int) -> str:
    """Identity of an event within its source."""
    return f"{epoch}-{position}"


def event_subject(scope: str, service: str, name: str) -> str:
    """NATS subject of an event: ``shuniu.<scope>.<service>.evt.<noun>.<past>.v<N>``."""
    return f"shuniu.{scope}.{service}.evt.{name}"
