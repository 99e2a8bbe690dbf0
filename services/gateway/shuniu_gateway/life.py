"""What a gateway keeps while it lives, put together once its database is open and taken apart at the end."""

import asyncio
import gzip
import hashlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from shuniu.chassis.registry import RegistrySeed
from shuniu.contracts.text import Text

from shuniu_gateway.callers import Callers
from shuniu_gateway.doors import Doors
from shuniu_gateway.geometry import Geometries
from shuniu_gateway.hub import Hub
from shuniu_gateway.notices.bell import Bell
from shuniu_gateway.notices.sender import Sender
from shuniu_gateway.presence import Presence
from shuniu_gateway.registry import RegistryCopy
from shuniu_gateway.sessions import Sessions
from shuniu_gateway.sign_in import first_administrator

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("BaseMap", "closed", "opened")

log = logging.getLogger(__name__)

TIDY_EVERY_S = 60.0


class BaseMap(NamedTuple):
    """The background features, as they are served."""

    etag: str
    plain: bytes
    packed: bytes


def read_base_map(path: Path | None) -> BaseMap | None:
    """A GeoJSON FeatureCollection from a file; None without one, and for one nobody can read (logged)."""
    if path is None:
        return None
    try:
        plain = path.read_bytes()
        tree = msgspec.json.decode(plain)
    except (OSError, msgspec.DecodeError) as flaw:
        log.warning("the base map %s cannot be read: %s", path, flaw)
        return None
    if not isinstance(tree, dict) or tree.get("type") != "FeatureCollection":
        log.warning("the base map %s is no FeatureCollection", path)
        return None
    return BaseMap(hashlib.sha256(plain).hexdigest()[:32], plain, gzip.compress(plain, 6))


def _seed(host: "Host") -> RegistrySeed:
    """The registry file, for the scope's name and kind; areas and units of it the host has taken in already."""
    path = host.deployment.registry_file
    if path is None:
        return RegistrySeed(scope=host.scope, title=Text(host.scope, host.scope))
    return msgspec.json.decode(path.read_bytes(), type=RegistrySeed)


async def opened(host: "Host") -> None:
    """Put everything together; needs the database and the command processor, not the bus."""
    extras: dict[str, Any] = host.extras
    hub = extras["hub"] = Hub(host)
    sessions = extras["sessions"] = Sessions(host)
    extras["callers"] = Callers(host, sessions)
    extras["registry"] = RegistryCopy(host)
    presence = extras["presence"] = Presence(host, hub)
    extras["doors"] = Doors(host, presence)
    geometries = extras["geometries"] = Geometries(host)
    bell = extras["bell"] = Bell(host, hub)
    sender = extras["sender"] = Sender(host)
    extras["base_map"] = read_base_map(host.settings.base_map)
    extras["seed"] = _seed(host)
    await first_administrator(host)
    await hub.start()
    await presence.start()
    await geometries.start()
    await bell.start()
    await sender.start()
    extras["tidying"] = asyncio.create_task(_tidy(hub, sessions), name="gateway-tidy")


async def closed(host: "Host") -> None:
    """End every stream and every loop."""
    tidying: asyncio.Task[None] = host.extras["tidying"]
    tidying.cancel()
    await asyncio.gather(tidying, return_exceptions=True)
    for part in ("sender", "bell", "hub", "geometries", "presence"):
        await host.extras[part].stop()


async def _tidy(hub: Hub, sessions: Sessions) -> None:
    """Forget what is too old: ended sessions, old failures, the tail of the feed."""
    while True:
        await asyncio.sleep(TIDY_EVERY_S)
        try:
            await sessions.sweep()
            await hub.prune()
        except asyncio.CancelledError:
            raise
        except Exception as fault:
            log.warning("tidying failed: %r", fault)
