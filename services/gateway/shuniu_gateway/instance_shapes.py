"""Bodies of what the view API says of the processes behind the services."""

from datetime import datetime

import msgspec

__all__ = ("InstanceView", "Instances")


class InstanceView(msgspec.Struct, frozen=True, kw_only=True):
    """A process of a service (实例), as the gateway hears it announce itself; times are real."""

    service: str
    """Its address, as in ``ServiceView``."""
    instance: str
    version: str
    """"" where the process does not say."""
    present: bool
    """False for one that fell silent; it is forgotten after a quarter of an hour."""
    since: datetime
    """When the process came up, or was first heard where it does not say."""
    last_seen: datetime
    head: int
    """How long it holds its service's log to be."""


class Instances(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /instances``: those of a service that live first."""

    instances: tuple[InstanceView, ...]
