"""What the bus needs of its host, so that nothing here depends on how a host is built."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

import asyncpg

from shuniu.chassis.identity.credential import Credential
from shuniu.chassis.peers import Peers
from shuniu.chassis.service import Projection, Service
from shuniu.chassis.telemetry import Telemetry

__all__ = ("BusHost",)


class BusHost(Protocol):
    """The part of ``shuniu.chassis.host.Host`` that the bus uses."""

    @property
    def service(self) -> Service:
        """The service as its author wrote it."""

    @property
    def projections(self) -> Sequence[Projection]:
        """Every projection of this host: the chassis's own and the service's."""

    @property
    def deployment(self) -> Any:
        """``runtime.settings.Deployment``: where the bus is and how we sign in."""

    @property
    def scope(self) -> str:
        """Division code of the deployment."""

    @property
    def source(self) -> str:
        """CloudEvents source: ``/<scope>/<service>``."""

    @property
    def instance(self) -> str:
        """Name of this process."""

    @property
    def started(self) -> datetime:
        """When this process came up (real time)."""

    @property
    def manifest_hash(self) -> str:
        """SHA-256 of the manifest's JSON, announced with the head."""

    @property
    def peers(self) -> Peers:
        """Other deployments and what is agreed with each."""

    @property
    def credential(self) -> Credential:
        """What this deployment shows to another one."""

    @property
    def telemetry(self) -> Telemetry:
        """The service's spans."""

    @property
    def pool(self) -> "asyncpg.Pool[Any]":
        """The service's database."""

    @property
    def processor(self) -> Any:
        """The command processor, for reactions."""

    @property
    def app(self) -> Any:
        """The ASGI application that answers on the bus as it does on the service's own port."""

    def on_commit(self, callback: Callable[[str, int], None]) -> None:
        """Have ``callback(epoch, position)`` called after every commit that appended events."""
